"""Exponentials and logarithms, and the sigmoid; rules reuse the answer where that is stable."""

import math
from typing import Any

import numpy as np

from ..primitive import Primitive, elementwise

__all__ = ["exp", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "sigmoid"]

LN2, LN10 = math.log(2.0), math.log(10.0)

exp = elementwise(np.exp, lambda v, ans, _x: v * ans)
expm1 = elementwise(np.expm1, lambda v, ans, _x: v * (ans + 1))
log = elementwise(np.log, lambda v, _ans, x: v / x)
log1p = elementwise(np.log1p, lambda v, _ans, x: v / (x + 1))
log2 = elementwise(np.log2, lambda v, _ans, x: v / (x * LN2))
log10 = elementwise(np.log10, lambda v, _ans, x: v / (x * LN10))
logaddexp = elementwise(
    np.logaddexp,
    lambda v, _ans, x, y: v * sigmoid(x - y),
    lambda v, _ans, x, y: v * sigmoid(y - x),
)


def _sigmoid(x: Any) -> Any:
    """The logistic function 1 / (1 + exp(-x)), exact to rounding at both ends and never overflowing."""
    return np.exp(np.minimum(x, 0)) / (np.exp(-np.abs(x)) + 1)


_sigmoid.__name__ = "sigmoid"
sigmoid: Primitive = elementwise(_sigmoid, lambda v, ans, _x: v * (ans * (1 - ans)))
