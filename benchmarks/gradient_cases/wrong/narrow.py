"""A double-precision gradient that was computed in float32 on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function

KIND = "float32 noise"


def narrowed(function: Function) -> Case:
    """All of it computed in float32."""

    def vjp(g: Any, *inputs: Any) -> Any:
        narrow = [x.astype(np.float32) if x.dtype == np.float64 else x for x in inputs]
        found = function.vjp(np.float32(g) if np.ndim(g) == 0 else g.astype(np.float32), *narrow)
        return tuple(v.astype(np.float64) for v in (found if isinstance(found, tuple) else (found,)))

    return function.wrong("in float32", vjp, kind=KIND)


def mixed(function: Function) -> Case:
    """Rounded to float32 on the way, and carried on in double precision."""

    def vjp(g: Any, *inputs: Any) -> Any:
        narrow = [x.astype(np.float32).astype(x.dtype) for x in inputs]
        return function.vjp(g, *narrow)

    return function.wrong("of inputs in float32", vjp, kind=KIND)


CASES = [
    narrowed(l.mse), narrowed(l.kl), narrowed(n.NETWORKS["tanh"]), narrowed(n.layer_norm), narrowed(e.logsumexp),
    narrowed(m.log_determinant), narrowed(l.cosine), narrowed(e.variance), mixed(l.gaussian), mixed(e.norm),
    mixed(n.NETWORKS["softplus"]), mixed(l.contrast),
]  # fmt: skip
