"""No gradient arrives: a path that is detached, or a factor that is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function, only

KIND = "all zero"


def detached(function: Function, which: int, what: str, **options: Any) -> Case:
    """One of the inputs is taken for a constant."""
    return function.spoiled(what, only(which, np.zeros_like), kind=KIND, **options)


CASES = [
    detached(l.mse, 1, "the target taken for a constant"),
    detached(l.linear_regression, 0, "the data taken for a constant"),
    detached(l.linear_regression, 2, "the bias forgotten", dtype=np.float32),
    detached(l.kl, 1, "the reference detached"),
    detached(l.gaussian, 2, "the scale forgotten"),
    detached(l.contrast, 1, "the keys detached"),
    detached(l.cosine, 1, "the second vector detached", dtype=np.float32),
    detached(l.von_mises, 2, "the concentration forgotten"),
    detached(n.NETWORKS["relu"], 1, "the first layer frozen"),
    detached(n.NETWORKS["sigmoid"], 2, "the bias forgotten"),
    detached(n.rnn, 0, "the state detached"),
    detached(n.attention, 0, "the queries detached"),
    detached(n.layer_norm, 1, "the gain forgotten"),
    detached(n.conv1d, 1, "the kernel frozen"),
    detached(e.power, 1, "the exponent taken for a constant"),
    detached(e.temperature, 1, "the temperature taken for a constant"),
    detached(e.row_scale, 1, "the scales detached", dtype=np.float32),
    detached(m.solve, 0, "the matrix detached"),
    detached(e.complex_product, 1, "the second factor detached"),
    l.hinge.wrong("the margin met for not met", lambda g, w, x, labels: (
        (x.T @ -(g * labels * (labels * (x @ w) > 1e3))) / len(x), l.hinge.vjp(g, w, x, labels)[1]), kind=KIND),
    l.cross_entropy.wrong("1 // n", lambda g, x, labels: (
        g * (l.softmax(x) - l.one_hot(labels, x.shape[1])) * (1 // len(labels))), kind=KIND),
    l.entropy.wrong("summed before it is multiplied", lambda g, x: l.softmax(x) * (g - np.sum(l.softmax(x) * g)),
                    kind=KIND, inputs=lambda d: (d.normal(5),)),
    e.exp.wrong("rounded to integers", lambda g, x: np.zeros_like(x) * np.floor(g), kind=KIND),
    e.absolute.wrong("of an integer array", lambda g, x: (0 * g * np.sign(x)).astype(int).astype(x.dtype), kind=KIND),
    e.clip.wrong("inside for outside", lambda g, x: g * (abs(x) > 1), kind=KIND,
                 inputs=lambda d: (d.within(-0.8, 0.8, 6),)),
    e.norm.wrong("never filled in", lambda g, x: np.zeros_like(x), kind=KIND),
    n.max_pool.wrong("compared with the next window", lambda g, x: np.zeros_like(x), kind=KIND),
    n.embedding.wrong("written to a copy", lambda g, table, rows: np.zeros_like(table), kind=KIND),
    n.dropout.wrong("the mask inverted twice", lambda g, x, mask: g * mask * (1 - mask), kind=KIND, dtype=np.float32),
    m.cumsum.wrong("written to a copy", lambda g, x: np.zeros_like(x), kind=KIND),
]  # fmt: skip
