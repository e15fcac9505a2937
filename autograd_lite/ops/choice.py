"""Functions that choose between arguments: maximum, minimum, clip, where, relu.

At a tie or a bound they do what PyTorch does: `maximum` and `minimum` give half to each side, `clip`
passes the gradient at its bounds, `relu` has slope 0 at 0.  `where` gives an exact zero to the branch
not taken.
"""

from typing import Any

import numpy as np

from ..primitive import elementwise
from .implementing import implements

__all__ = ["clip", "maximum", "minimum", "relu", "where"]


def _share(v: Any, chosen: Any, tied: Any) -> Any:
    return np.where(tied, v * 0.5, v * chosen)


maximum = elementwise(
    np.maximum,
    lambda v, _ans, x, y: _share(v, x > y, x == y),
    lambda v, _ans, x, y: _share(v, y > x, x == y),
)
minimum = elementwise(
    np.minimum,
    lambda v, _ans, x, y: _share(v, x < y, x == y),
    lambda v, _ans, x, y: _share(v, y < x, x == y),
)
_where_primitive = elementwise(
    np.where,
    None,
    lambda v, _ans, condition, _x, _y: np.where(condition, v, 0.0),
    lambda v, _ans, condition, _x, _y: np.where(condition, 0.0, v),
)


@implements(np.where)
def where(condition: Any, *branches: Any) -> Any:
    """x where the condition holds, else y; without x and y the places where it holds, which are integers."""
    return _where_primitive(condition, *branches) if branches else np.nonzero(condition)


def _within(x: Any, low: Any, high: Any) -> Any:
    inside = True if low is None else x >= low
    return inside if high is None else inside & (x <= high)


def _below(x: Any, low: Any, high: Any) -> Any:
    return x < low if high is None else (x < low) & (low <= high)


def _above(x: Any, low: Any, high: Any) -> Any:
    return x > high if low is None else (x > high) | (low > high)


def _clip(x: Any, min: Any = None, max: Any = None) -> Any:
    return np.clip(x, min, max)


_clip_primitive = elementwise(
    np.clip,
    lambda v, _ans, x, min=None, max=None: v * _within(x, min, max),
    lambda v, _ans, x, min=None, max=None: v * _below(x, min, max),
    lambda v, _ans, x, min=None, max=None: v * _above(x, min, max),
    raw=_clip,
)


@implements(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """x where it lies between the bounds, else the bound it passes; None for no bound."""
    return _clip_primitive(x, a_min if min is None else min, a_max if max is None else max)


_ZERO = np.zeros((), bool)  # widens no dtype, and spares NumPy to convert Python's 0 at each call


def _relu(x: Any) -> Any:
    """max(x, 0), with slope 0 at 0."""
    return np.maximum(x, _ZERO)


_relu.__name__ = "relu"
relu = elementwise(_relu, lambda v, ans, _x: v * (ans > _ZERO).astype(v.dtype))  # faster than v * mask
