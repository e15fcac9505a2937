"""Functions that choose between arguments: maximum, minimum, clip, where, relu.

At a tie or a bound they do what PyTorch does: `maximum` and `minimum` give half to each side, `clip`
passes the gradient at its bounds, `relu` has slope 0 at 0.  What is not chosen gets an exact zero, even if
what arrives is infinite, as at the pole of `sqrt(relu(x))`.
"""

from typing import Any

import numpy as np
from numpy import ndarray

from ..primitive import Primitive, elementwise
from .bits import choose
from .bounds import ROW, beside_numbers, bounded
from .implementing import implements
from .words import array_of

__all__ = ["clip", "fmax", "fmin", "maximum", "minimum", "nan_to_num", "relu", "where"]


_where_primitive: Primitive = elementwise(
    np.where,
    None,
    lambda v, _ans, condition, _x, _y: _only(v, condition),
    lambda v, _ans, condition, _x, _y: _where_primitive(condition, 0.0, v),
    raw=choose,
    math="dz = dx where the condition holds, else dy",
)


_SINGLE, _INTEGER = np.dtype(np.float32), np.dtype(np.int32)


def _only(v: Any, condition: Any) -> Any:
    """v where the condition holds, else 0; one of NumPy's `where` takes ten times as long."""
    if type(v) is ndarray and v.dtype == _SINGLE and v.shape == condition.shape:  # the usual case at one look
        factor = condition.astype(_INTEGER)
        return np.multiply(v.view(_INTEGER), factor, out=factor).view(_SINGLE)  # as `bits.kept`
    return _where_primitive(condition, v, 0.0)


def _share(v: Any, lost: Any, tied: Any) -> Any:
    """0 where this side has lost, half of v at a tie, and v elsewhere, also beside NaN, as in PyTorch.

    Ties are rare, and cost little where there are none.
    """
    kept = _where_primitive(lost, 0.0, v)
    return _where_primitive(tied, v * 0.5, kept) if array_of(tied).any() else kept


maximum = elementwise(
    np.maximum,
    lambda v, _ans, x, y: _share(v, x < y, x == y),
    lambda v, _ans, x, y: _share(v, y < x, x == y),
    raw=beside_numbers(np.maximum),
    math="dz = dx where x > y, dy where y > x, half of each where they are equal",
)
minimum = elementwise(
    np.minimum,
    lambda v, _ans, x, y: _share(v, x > y, x == y),
    lambda v, _ans, x, y: _share(v, y > x, x == y),
    raw=beside_numbers(np.minimum),
    math="dz = dx where x < y, dy where y < x, half of each where they are equal",
)
fmax = elementwise(
    np.fmax,
    lambda v, _ans, x, y: _only(v, (x >= y) | np.isnan(y)),
    lambda v, _ans, x, y: _where_primitive((x >= y) | np.isnan(y), 0.0, v),
    math="dz = dx where x ≥ y or y is NaN, else dy",
)
fmin = elementwise(
    np.fmin,
    lambda v, _ans, x, y: _only(v, (x <= y) | np.isnan(y)),
    lambda v, _ans, x, y: _where_primitive((x <= y) | np.isnan(y), 0.0, v),
    math="dz = dx where x ≤ y or y is NaN, else dy",
)


@implements(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """x where the condition holds, else y; without x and y the places where it holds, which are integers."""
    branches = [branch for branch in (x, y) if branch is not None]
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
    lambda v, _ans, x, min=None, max=None: _only(v, _within(x, min, max)),
    lambda v, _ans, x, min=None, max=None: _only(v, _below(x, min, max)),
    lambda v, _ans, x, min=None, max=None: _only(v, _above(x, min, max)),
    raw=_clip,
    math="dy = dx between the bounds and on them; below, d min; above, d max",
)


@implements(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """x where it lies between the bounds, else the bound it passes; None for no bound."""
    return _clip_primitive(x, a_min if min is None else min, a_max if max is None else max)


_ZERO = np.zeros((), bool)  # widens no dtype, and spares NumPy to convert Python's 0 at each call


def _relu(x: Any) -> Any:
    """max(x, 0), with slope 0 at 0."""
    return bounded(np.maximum, x, 0.0) if type(x) is ndarray and x.size > ROW else np.maximum(x, _ZERO)


_relu.__name__ = "relu"
relu = elementwise(
    _relu,
    lambda v, ans, _x: _only(v, ans != _ZERO),  # NaN passes, as in PyTorch
    math="dy = dx where x > 0, else 0",
)


def _finite_part(
    v: Any, _ans: Any, x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    if x.dtype.kind != "c":
        return _only(v, np.isfinite(x))
    return _only(np.real(v), np.isfinite(np.real(x))) + 1j * _only(np.imag(v), np.isfinite(np.imag(x)))


nan_to_num = elementwise(np.nan_to_num, _finite_part, math="dy = dx where x is finite, else 0")
