"""Exponentials and logarithms, and the sigmoid; rules reuse the answer where that is stable."""

import math
from typing import Any

import numpy as np

from ..primitive import Primitive, elementwise
from .ones import times

__all__ = [
    "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "sigmoid", "softplus",
]  # fmt: skip

LN2, LN10 = math.log(2.0), math.log(10.0)

exp = elementwise(np.exp, lambda v, ans, _x: times(v, ans), math="dy = y dx")
exp2 = elementwise(np.exp2, lambda v, ans, _x: v * ans * LN2, math="dy = log 2 · y dx")
expm1 = elementwise(np.expm1, lambda v, ans, _x: v * (ans + 1), math="dy = (y + 1) dx")
log = elementwise(np.log, lambda v, _ans, x: v / x, math="dy = dx / x")
log1p = elementwise(np.log1p, lambda v, _ans, x: v / (x + 1), math="dy = dx / (1 + x)")
log2 = elementwise(np.log2, lambda v, _ans, x: v / (x * LN2), math="dy = dx / (x log 2)")
log10 = elementwise(np.log10, lambda v, _ans, x: v / (x * LN10), math="dy = dx / (x log 10)")
logaddexp = elementwise(
    np.logaddexp,
    lambda v, _ans, x, y: v * sigmoid(x - y),
    lambda v, _ans, x, y: v * sigmoid(y - x),
    math="dz = σ(x − y) dx + σ(y − x) dy",
)
logaddexp2 = elementwise(
    np.logaddexp2,
    lambda v, _ans, x, y: v * sigmoid((x - y) * LN2),
    lambda v, _ans, x, y: v * sigmoid((y - x) * LN2),
    math="dz = σ((x − y) log 2) dx + σ((y − x) log 2) dy",
)


def _sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)), exact to rounding at both ends and never overflowing."""
    if np.asarray(x).dtype.kind == "c":
        raise TypeError("sigmoid takes real numbers; of complex ones write 1 / (1 + np.exp(-z))")
    return np.exp(np.minimum(x, 0)) / (np.exp(-np.abs(x)) + 1)


_sigmoid.__name__ = "sigmoid"
sigmoid: Primitive = elementwise(_sigmoid, lambda v, ans, _x: v * (ans * (1 - ans)), math="dy = y (1 − y) dx")


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)), without overflow."""
    return np.logaddexp(x, 0)


_softplus.__name__ = "softplus"
softplus = elementwise(_softplus, lambda v, _ans, x: v * sigmoid(x), math="dy = σ(x) dx")
