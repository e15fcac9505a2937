"""Sums, means and extremes over axes.

`sum` and its adjoint `spread` (repeat along the axes that were summed) are a pair; so is each with
`mean`, up to the count.  `max` and `min` share the gradient equally among ties, as PyTorch's `amax` does.
"""

import math
from typing import Any

import numpy as np

from ..primitive import general, linear
from .implementing import implements

__all__ = ["cumulative_sum", "max", "mean", "min", "std", "sum", "var"]

# A ufunc's reduce is twice as fast as np.sum and np.max, which add a layer of Python around it.
_add: Any = np.add.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce


def _kept(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape that `keepdims=True` leaves."""
    if axis is None:
        return (1,) * len(shape)
    axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def _count(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements one element of the reduction is made of."""
    return math.prod(n for n, kept in zip(shape, _kept(shape, axis), strict=True) if kept == 1)


def spread(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The adjoint of a sum over `axis`: g repeated along it."""
    return np.broadcast_to(g.reshape(_kept(shape, axis)), shape) if shape else g


def _sum(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    return _add(x, axis=axis, dtype=dtype, keepdims=keepdims)


sum = linear(
    np.sum,
    lambda g, _ans, _x, axis=None, dtype=None, *, keepdims=False: spread(g, _x.shape, axis),
    raw=_sum,
)


def _mean(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    if dtype is not None or np.ndim(x) == 0 or x.dtype.itemsize < 4:
        return np.mean(x, axis=axis, dtype=dtype, keepdims=keepdims)
    return _add(x, axis=axis, keepdims=keepdims) / _count(x.shape, axis)


def _share(shape: tuple[int, ...], axis: Any) -> float:
    """1 / n, rather than a division by n, which float16 may not hold."""
    count = _count(shape, axis)
    return 1 / count if count else math.inf


mean = linear(
    np.mean,
    lambda g, _ans, _x, axis=None, dtype=None, *, keepdims=False: spread(g * _share(_x.shape, axis), _x.shape, axis),
    raw=_mean,
)


def _share_of_ties(ans: Any, x: Any, axis: Any) -> Any:
    """1/k at each of the k elements that equal the extreme, 0 elsewhere."""
    ties = (x == ans.reshape(_kept(x.shape, axis))).astype(x.dtype)
    return ties / np.sum(ties, axis=axis, keepdims=True)


def _max(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _maximum(x, axis=axis, keepdims=keepdims)


def _min(x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _minimum(x, axis=axis, keepdims=keepdims)


def _extreme_vjp(g: Any, ans: Any, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return g.reshape(_kept(x.shape, axis)) * _share_of_ties(ans, x, axis)


def _extreme_jvp(v: Any, ans: Any, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.sum(v * _share_of_ties(ans, x, axis), axis=axis, keepdims=keepdims)


max = general(np.max, vjps=(_extreme_vjp,), jvps=(_extreme_jvp,), raw=_max)
min = general(np.min, vjps=(_extreme_vjp,), jvps=(_extreme_jvp,), raw=_min)


implements(np.amax)(max)
implements(np.amin)(min)


def _cumulative_sum(x: Any, axis: Any = None) -> Any:
    return np.cumsum(x, axis=axis)


def _cumulative_sum_transpose(g: Any, _ans: Any, _x: Any, axis: Any = None) -> Any:
    along = 0 if axis is None else axis
    return np.flip(np.cumsum(np.flip(g, along), along), along).reshape(_x.shape)


cumulative_sum = linear(np.cumsum, _cumulative_sum_transpose, raw=_cumulative_sum)


@implements(np.var)
def var(x: Any, axis: Any = None, *, correction: float = 0, ddof: float | None = None, keepdims: bool = False) -> Any:
    """The variance: the sum of squared deviations over n - correction; `ddof` is NumPy's older name for that."""
    correction = correction if ddof is None else ddof
    deviations = x - np.mean(x, axis=axis, keepdims=True)
    count = _count(x.shape, axis) - correction
    return np.sum(deviations * deviations, axis=axis, keepdims=keepdims) / (count if count > 0 else math.nan)


@implements(np.std)
def std(x: Any, axis: Any = None, *, correction: float = 0, ddof: float | None = None, keepdims: bool = False) -> Any:
    """The standard deviation: the root of the variance."""
    return np.sqrt(var(x, axis=axis, correction=correction, ddof=ddof, keepdims=keepdims))
