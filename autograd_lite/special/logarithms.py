"""Logistic functions and products with logarithms, of NumPy alone."""

import math
from typing import Any

import numpy as np

from ..ops import sigmoid
from ..primitive import Primitive, elementwise

__all__ = ["expit", "logit", "xlog1py", "xlogy"]

expit = sigmoid


def _logit(p: Any) -> Any:
    """log(p / (1 - p)), the inverse of `expit`: infinite at 0 and 1, NaN outside."""
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = p / (1 - p)
        # near 1/2 the logarithm is near 0, and loses the digits that 2p - 1 still has
        return np.where(abs(p - 0.5) < 0.25, 2 * np.arctanh(2 * p - 1), np.log(odds))


def _unless_zero(x: Any, y: Any, harmless: float) -> Any:
    """y, and a number without harm where x is 0 and y is not NaN."""
    y = np.asarray(y, np.result_type(x, y))
    return np.where((x == 0) & ~np.isnan(y), harmless, y)


def _xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0, whatever y."""
    return x * np.log(_unless_zero(x, y, 1.0))


def _xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0, whatever y."""
    return x * np.log1p(_unless_zero(x, y, 0.0))


for _function in (_logit, _xlogy, _xlog1py):
    _function.__name__ = _function.__name__[1:]

logit: Primitive = elementwise(
    _logit,
    lambda v, _ans, p: np.where((p >= 0) & (p <= 1), v / (p * (1 - p)), math.nan),
    math="dy = dp / (p(1 − p))",
)
xlogy: Primitive = elementwise(
    _xlogy,
    lambda v, _ans, x, y: np.where((x == 0) & (y <= 0), 0.0, xlogy(v, y)),
    lambda v, _ans, x, y: v * x / y,
    math="dz = log y dx + x/y dy",
)
xlog1py: Primitive = elementwise(
    _xlog1py,
    lambda v, _ans, x, y: np.where((x == 0) & (y <= -1), 0.0, xlog1py(v, y)),
    lambda v, _ans, x, y: v * x / (y + 1),
    math="dz = log(1 + y) dx + x/(1 + y) dy",
)
