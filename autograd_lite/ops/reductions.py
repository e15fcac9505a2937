"""Sums, means, products and extremes over axes.

`sum` and its adjoint `spread` (repeat along the axes that were summed) are a pair; so is each with
`mean`, up to the count.  `max` and `min` share the gradient equally among ties, as PyTorch's `amax` does.
"""

import math
from typing import Any

import numpy as np

from ..primitive import general, linear
from .implementing import implements
from .indexing import as_index
from .words import array_of, as_vector, axis_in, of_arrays, own_array, plain_array

__all__ = ["max", "mean", "min", "prod", "ptp", "sum"]

# A ufunc's reduce is twice as fast as np.sum and np.max, which add a layer of Python around it.
_add: Any = np.add.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce
_multiply: Any = np.multiply.reduce


def kept(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape that `keepdims=True` leaves."""
    if axis is None or not shape:
        return (1,) * len(shape)
    axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def count_over(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements one element of the reduction is made of."""
    return math.prod(n for n, left in zip(shape, kept(shape, axis), strict=True) if left == 1)


def spread(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The adjoint of a sum over `axis`: g repeated along it."""
    return np.broadcast_to(g.reshape(kept(shape, axis)), shape) if shape else g


def masked(where: Any) -> dict[str, Any]:
    """The keyword for a primitive that says where to look, with a mask that nobody else can change; none if True."""
    return {} if where is True else {"where": own_array(as_index(where))}


def lanes(x: Any, axis: Any) -> Any:
    """The axes of a reduction as one, which comes last."""
    if axis is None:
        return as_vector(x)
    if not isinstance(axis, tuple):
        return x if axis in (-1, x.ndim - 1) else np.moveaxis(x, axis, -1)
    axes = [axis_in(a, x.ndim) for a in axis]
    rest = [n for i, n in enumerate(x.shape) if i not in axes]
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    return np.reshape(moved, (*rest, math.prod(moved.shape[len(rest) :])))


def unlanes(y: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Lanes back in their places in an array of `shape`: the inverse of `lanes`."""
    if axis is None:
        return np.reshape(y, shape)
    axes = [a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))]
    whole = np.reshape(y, (*y.shape[:-1], *(shape[a] for a in axes)))
    return np.moveaxis(whole, range(-len(axes), 0), axes)


# --- sums and means


def _sum(x: Any, axis: Any, dtype: Any, keepdims: bool, *, where: Any = True) -> Any:
    return _add(x, axis=axis, dtype=dtype, keepdims=keepdims, where=where)


def _sum_transpose(g: Any, _ans: Any, _x: Any, axis: Any, dtype: Any, keepdims: bool, *, where: Any = True) -> Any:
    g = spread(g, _x.shape, axis)
    return g if where is True else np.where(where, g, 0.0)


_sum_primitive = linear(np.sum, _sum_transpose, raw=_sum, math="dY = Σ dX;  X̄ = Ȳ, repeated along the axes")


@implements(np.sum)
def sum(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The sum over axes: an int, a tuple of ints, or None for all.

    Args:
        dtype: to add up in, and of the answer.
        initial: a number, or an array, that is added.
        where: only what stands where this mask is True is added up.
    """
    total = _sum_primitive(a, axis=axis, dtype=dtype, keepdims=keepdims, **masked(where))
    return total if initial is None else total + initial


def _mean(x: Any, axis: Any, dtype: Any, keepdims: bool, *, where: Any = True) -> Any:
    if dtype is not None or where is not True or np.ndim(x) == 0 or x.dtype.itemsize < 4:
        return np.mean(x, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    return _add(x, axis=axis, keepdims=keepdims) / count_over(x.shape, axis)


def _share(shape: tuple[int, ...], axis: Any) -> float:
    """1 / n, rather than a division by n, which float16 may not hold."""
    count = count_over(shape, axis)
    return 1 / count if count else math.inf


def counts(where: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """How many elements count in each slice, with the axes kept."""
    return plain_array(np.count_nonzero(np.broadcast_to(where, shape), axis=axis, keepdims=True))


def as_factors(shares: Any, dtype: Any) -> Any:
    """Numbers to multiply values of a dtype with, in the dtype of their real parts."""
    return shares.astype(np.finfo(dtype).dtype)


def mean_transpose(g: Any, _ans: Any, _x: Any, axis: Any, dtype: Any, keepdims: bool, *, where: Any = True) -> Any:
    if where is True:
        return spread(g * _share(_x.shape, axis), _x.shape, axis)
    share = as_factors(1 / np.maximum(counts(where, _x.shape, axis), 1), g.dtype)
    return np.where(where, np.broadcast_to(g.reshape(share.shape) * share, _x.shape), 0.0)


_mean_primitive = linear(
    np.mean, mean_transpose, raw=_mean, math="dY = (Σ dX) / n;  X̄ = Ȳ / n, repeated along the axes"
)


@implements(np.mean)
def mean(a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """The mean over axes: an int, a tuple of ints, or None for all.

    Args:
        dtype: to compute in, and of the answer.
        where: only what stands where this mask is True counts.
    """
    return _mean_primitive(a, axis=axis, dtype=dtype, keepdims=keepdims, **masked(where))


# --- extremes


@of_arrays
def share_of_ties(ans: Any, x: Any, axis: Any, initial: Any = None, where: Any = True) -> tuple[Any, Any]:
    """1 at each of the k elements that equal the extreme and 0 elsewhere; and 1/k, with the axes kept."""
    extreme = ans.reshape(kept(x.shape, axis))
    ties = x == extreme
    if where is not True:
        ties &= where
    count = np.asarray(np.count_nonzero(ties, axis=axis, keepdims=True))
    if initial is not None:  # it is one of those that share, and keeps what it gets
        count = count + (extreme == initial)
    share = np.full(count.shape, math.nan)  # of an extreme that is NaN, which equals none
    np.divide(1.0, count, out=share, where=count > 0)
    return ties.astype(x.dtype), as_factors(share, x.dtype)


def extreme_vjp(g: Any, ans: Any, x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    ties, share = share_of_ties(ans, x, axis, **options)
    return ties * (g.reshape(share.shape) * share)


def extreme_jvp(v: Any, ans: Any, x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    ties, share = share_of_ties(ans, x, axis, **options)
    return np.sum(v * ties, axis=axis, keepdims=keepdims) * share.reshape(ans.shape)


def _max(x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    return _maximum(x, axis=axis, keepdims=keepdims, **options)


def _min(x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    return _minimum(x, axis=axis, keepdims=keepdims, **options)


_EXTREME = "dy = the mean of dx over the k elements that equal y;  x̄ = ȳ/k there, 0 elsewhere"
_max_primitive = general(np.max, vjps=(extreme_vjp,), jvps=(extreme_jvp,), raw=_max, math=_EXTREME)
_min_primitive = general(np.min, vjps=(extreme_vjp,), jvps=(extreme_jvp,), raw=_min, math=_EXTREME)


def bounds(initial: Any, where: Any) -> dict[str, Any]:
    """The keywords of an extreme for its primitive: `initial` is one more number, and no gradient flows to it."""
    return masked(where) if initial is None else {**masked(where), "initial": initial}


@implements(np.max, np.amax)
def max(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
    """The largest element over axes (an int, a tuple of ints, or None for all); ties share the gradient equally.

    Args:
        initial: a number that the answer is at least; of an array without elements it is the answer.
        where: only what stands where this mask is True counts; needs `initial`.
    """
    return _max_primitive(a, axis=axis, keepdims=keepdims, **bounds(initial, where))


@implements(np.min, np.amin)
def min(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
    """The smallest element over axes (an int, a tuple of ints, or None for all); ties share the gradient equally.

    Args:
        initial: a number that the answer is at most; of an array without elements it is the answer.
        where: only what stands where this mask is True counts; needs `initial`.
    """
    return _min_primitive(a, axis=axis, keepdims=keepdims, **bounds(initial, where))


@implements(np.ptp)
def ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """From peak to peak: the largest element over axes minus the smallest."""
    return max(a, axis, keepdims) - min(a, axis, keepdims)


# --- products


def regular(products: Any) -> bool:
    """Whether products may be divided by their factors: none has vanished, lost digits, or overflowed."""
    size = np.abs(array_of(products))
    return bool(((size >= np.finfo(size.dtype).tiny) & (size < math.inf)).all())


def _others(x: Any, axis: Any) -> Any:
    """At each element the product of all the others, without a division: of those before it and those after it."""
    row = lanes(x, axis)
    one = np.ones((*row.shape[:-1], 1), row.dtype)
    before = np.cumprod(np.concatenate([one, row[..., :-1]], -1), -1)
    after = np.flip(np.cumprod(np.concatenate([one, np.flip(row, -1)[..., :-1]], -1), -1), -1)
    return unlanes(before * after, x.shape, axis)


def _prod(x: Any, axis: Any, dtype: Any, keepdims: bool) -> Any:
    return _multiply(x, axis=axis, dtype=dtype, keepdims=keepdims)


def _prod_vjp(g: Any, ans: Any, x: Any, axis: Any, dtype: Any, keepdims: bool) -> Any:
    if regular(ans):
        return (g * ans).reshape(kept(x.shape, axis)) / x
    return g.reshape(kept(x.shape, axis)) * _others(x, axis)


def _prod_jvp(v: Any, ans: Any, x: Any, axis: Any, dtype: Any, keepdims: bool) -> Any:
    if regular(ans):
        return ans * np.sum(v / x, axis=axis, keepdims=keepdims)
    return np.sum(v * _others(x, axis), axis=axis, keepdims=keepdims)


_prod_primitive = general(
    np.prod,
    vjps=(_prod_vjp,),
    jvps=(_prod_jvp,),
    raw=_prod,
    math="dy = Σᵢ dxᵢ Πⱼ xⱼ over j ≠ i;  x̄ᵢ = ȳ Πⱼ xⱼ over j ≠ i",
)


@implements(np.prod)
def prod(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The product over axes: an int, a tuple of ints, or None for all.

    Derivatives of all orders are right where factors are 0 too: nothing is divided by them then.

    Args:
        dtype: to multiply in, and of the answer.
        initial: a number, or an array, that the product is multiplied by.
        where: only what stands where this mask is True is multiplied.
    """
    if where is not True:
        a = np.where(where, a, np.ones((), a.dtype))
    product = _prod_primitive(a, axis=axis, dtype=dtype, keepdims=keepdims)
    return product if initial is None else product * initial
