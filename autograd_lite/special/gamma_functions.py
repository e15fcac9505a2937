"""The gamma function and its kin."""

import operator
from typing import Any

import numpy as np

from ..ops.contraction import as_array
from ..primitive import Primitive, elementwise
from .values import declared, scipy_special

__all__ = ["beta", "betaln", "digamma", "gamma", "gammaln", "polygamma", "psi"]

gammaln = declared("gammaln", lambda v, _ans, x: v * digamma(x), math="dy = ψ(x) dx")
gamma: Primitive = declared("gamma", lambda v, ans, x: v * (ans * digamma(x)), math="dy = y ψ(x) dx")
digamma: Primitive = declared("psi", lambda v, _ans, x: v * polygamma(1, x), math="dy = ψ′(x) dx")
psi = digamma
beta: Primitive = declared(
    "beta",
    lambda v, ans, a, b: v * (ans * (digamma(a) - digamma(a + b))),
    lambda v, ans, a, b: v * (ans * (digamma(b) - digamma(a + b))),
    math="dy = y (ψ(a) − ψ(a + b)) da + y (ψ(b) − ψ(a + b)) db",
)
betaln: Primitive = declared(
    "betaln",
    lambda v, _ans, a, b: v * (digamma(a) - digamma(a + b)),
    lambda v, _ans, a, b: v * (digamma(b) - digamma(a + b)),
    math="dy = (ψ(a) − ψ(a + b)) da + (ψ(b) − ψ(a + b)) db",
)


def _polygamma(x: Any, *, n: int) -> Any:
    found = scipy_special.polygamma(n, x)  # in float64
    return found.astype(x.dtype) if x.dtype.kind == "f" else found


_polygamma.__name__ = "polygamma"
_polygamma_primitive: Primitive = elementwise(
    _polygamma, lambda v, _ans, x, *, n: v * _polygamma_primitive(x, n=n + 1), math="dy = ψ⁽ⁿ⁺¹⁾(x) dx"
)


def polygamma(n: int, x: Any) -> Any:
    """The derivative of order n (an integer, 0 or more) of `digamma`.

    >>> import autograd_lite as ag
    >>> ag.special.polygamma(1, ag.Tensor([1.0]))  # pi^2 / 6
    Tensor([1.644934], dtype=float32)
    """
    if np.ndim(n) or operator.index(n) < 0:
        raise ValueError(f"polygamma: the order n is one integer, 0 or more, not {n}")
    n = operator.index(n)
    return digamma(x) if n == 0 else _polygamma_primitive(as_array(x), n=n)
