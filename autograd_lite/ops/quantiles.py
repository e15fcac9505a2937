"""Medians, quantiles, percentiles: combinations of one or two elements of the sorted array.

The gradient goes to those elements (`ranked`), equal ones ranked as they stand, as PyTorch has it.  Where the place
between two elements depends smoothly on q, a gradient flows to q too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..primitive import Traced
from .implementing import implements
from .joining import joined
from .reductions import kept, lanes
from .sorting import ranked
from .statistics import aligned
from .words import array_of, of_arrays, plain_array

__all__ = ["median", "percentile", "quantile"]

# --- where a quantile stands among n sorted elements (Hyndman & Fan, Sample quantiles in statistical packages, 1996)


def _between(alpha: float, beta: float) -> Callable[[Any, Any], Any]:
    """The place in a continuous method of theirs, counted from 0."""
    return lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1


_PLACES: dict[str, Callable[[Any, Any], Any]] = {
    "linear": lambda n, q: (n - 1) * q,
    "interpolated_inverted_cdf": _between(0, 1),
    "hazen": _between(0.5, 0.5),
    "weibull": _between(0, 0),
    "median_unbiased": _between(1 / 3, 1 / 3),
    "normal_unbiased": _between(3 / 8, 3 / 8),
}
"""Methods that go linearly from one element to the next: at place 2.3 stands x₂ + 0.3 (x₃ - x₂)."""


def _above(place: Any, tied: Any) -> Any:
    """The element after a place, and at a place that is an element, where `tied` holds, this one."""
    before = np.floor(place)
    return np.maximum(np.where((place == before) & tied, before, before + 1), 0)


_ELEMENTS: dict[str, Callable[[Any, Any], Any]] = {
    "inverted_cdf": lambda n, q: _above(n * q - 1, True),
    "closest_observation": lambda n, q: _above(n * q - 1.5, np.floor(n * q - 1.5) % 2 == 1),
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.round((n - 1) * q),
}
"""Methods that pick one element."""

_HALVES: dict[str, Callable[[Any, Any], Any]] = {
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "midpoint": lambda n, q: (n - 1) * q,
}
"""Methods that give an element, or a mean of two."""


def _locate(method: str, n: Any, q: Any) -> tuple[Any, Any, Any]:
    """Between which two places among n elements the quantiles stand, and how far along from one to the other."""
    if method in _ELEMENTS:
        place = _ELEMENTS[method](n, array_of(q)).astype(np.intp)
        return place, place, None
    if method in _PLACES:
        place = _PLACES[method](n, q)
        before = np.floor(array_of(place))
        along = place - before
    elif method in _HALVES:
        place = _HALVES[method](n, array_of(q))
        before = np.floor(place)
        whole = place == before
        along = np.where(whole, *((0.0, 0.5) if method == "midpoint" else (0.5, 1.0))).astype(place.dtype)
    else:
        raise ValueError(f"quantile: there is no method {method!r}, but {', '.join([*_PLACES, *_ELEMENTS, *_HALVES])}")
    place = plain_array(array_of(place))
    first = np.where(place >= n - 1, n - 1, np.maximum(before, 0))
    second = np.where(place >= n - 1, n - 1, np.where(place < 0, 0, before + 1))
    return first.astype(np.intp), second.astype(np.intp), along


@of_arrays
def _weighted_rank(row: Any, weights: Any, q: Any) -> Any:
    """The ranks at which running sums of the weights, as parts of the whole, first reach the quantiles."""
    order = np.argsort(row, -1)
    running = np.cumsum(np.take_along_axis(weights, order, -1), -1, np.float64)
    running /= running[..., -1:]
    if np.isnan(running[..., -1]).any():
        raise ValueError("quantile: the weights of a slice are all 0, or some are infinite or NaN")
    running = running.astype(q.dtype)
    running[running == 0] = -1  # elements that weigh nothing, before the first that does
    return np.count_nonzero(running[..., None, :] < q[:, None], -1)


# --- the functions


def _between_two(first: Any, second: Any, along: Any) -> Any:
    """The point so far along from one number to the other, reckoned from the nearer one, as NumPy rounds it."""
    if along is None:
        return first
    near = array_of(along) >= 0.5
    step = second - first
    if near.all():
        return second + step * (along - 1)
    if not near.any():
        return first + step * along
    return np.where(near, second, first) + step * np.where(near, along - 1, along)


def find(a: Any, q: Any, axis: Any, method: str, keepdims: bool, weights: Any, *, skip_nan: bool, weak: bool) -> Any:
    """Quantiles over axes, for all functions here; `weak` says that q is one of Python's numbers.

    The axes of q come first in the answer.
    """
    row = lanes(a, axis)
    plain = array_of(row)
    q_shape, q = np.shape(q), np.reshape(q, (-1,))
    if not ((array_of(q) >= 0) & (array_of(q) <= 1)).all():
        raise ValueError("quantile: quantiles must lie between 0 and 1, and percentiles between 0 and 100")
    n: Any = row.shape[-1]
    if n == 0:
        raise IndexError(f"quantile: there are no elements over axis {axis} of an array of shape {a.shape}")
    nan = np.isnan(np.max(plain, -1)) if plain.dtype.kind in "fc" else np.zeros(row.shape[:-1], bool)
    if not nan.any():
        skip_nan = False
    if skip_nan:
        n = np.count_nonzero(~np.isnan(plain), -1)[..., None]
        nan = n[..., 0] == 0
        n = np.maximum(n, 1).astype(q.dtype)
    if weights is not None:
        if method != "inverted_cdf":
            raise ValueError(f'quantile: weights are taken by method "inverted_cdf" only, not by {method!r}')
        parts = _weights_of_rows(weights, a, axis, plain, skip_nan)
        first = np.minimum(_weighted_rank(plain, parts, array_of(q)), n - 1).astype(np.intp)
        second, along = first, None
    else:
        first, second, along = _locate(method, n, q)
    if first.ndim == 1 and not isinstance(first, Traced):
        ranks, back = np.unique(np.concatenate([first, second]), return_inverse=True)
        found = ranked(row, ranks)
        first, second = found[..., back[: first.size]], found[..., back[first.size :]] if along is not None else None
    else:
        found = ranked(row, np.concatenate([first, second], -1) if along is not None else first)
        first, second = found[..., : q.size], found[..., q.size :]
    if weak and along is not None:
        along = along.astype(row.dtype) if row.dtype.kind in "fc" else along
    answer = _between_two(first, second, along)
    if nan.any():
        answer = np.where(nan[..., None], np.asarray(np.nan, answer.dtype), answer)
    shape = kept(a.shape, axis) if keepdims else row.shape[:-1]
    return np.reshape(answer if q.size == 1 else np.moveaxis(answer, -1, 0), (*q_shape, *shape))


def _weights_of_rows(weights: Any, a: Any, axis: Any, row: Any, skip_nan: bool) -> Any:
    """Weights in the shape of the rows, 0 for NaN if that is skipped."""
    weights = plain_array(array_of(joined(weights)))
    if (weights < 0).any():
        raise ValueError("quantile: weights must not be negative")
    found = lanes(np.broadcast_to(aligned(weights, a.shape, axis, "quantile"), a.shape), axis)
    return np.where(np.isnan(row), 0, found) if skip_nan else found


def as_quantiles(q: Any, a: Any, name: str) -> tuple[Any, bool]:
    """The quantiles as an array, and whether they were one of Python's numbers, which does not widen the dtype."""
    weak = type(q) in (int, float)
    q = joined(q)
    if not hasattr(q, "dtype"):
        q = np.asarray(q, np.float64)
    elif q.dtype.kind in "biu":
        q = q.astype(np.float64)
    if q.ndim > 2:
        raise ValueError(f"{name}: q must be a number or have one axis or two, not the shape {q.shape}")
    if a.dtype.kind == "c":
        raise TypeError(f"{name}: complex numbers have no order that quantiles could go by; take np.real or np.abs")
    return q, weak


@implements(np.quantile)
def quantile(
    a: Any, q: Any, axis: Any = None, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    *, weights: Any = None,
) -> Any:  # fmt: skip
    """The numbers below which a part q of the elements over axes lies.

    Args:
        q: parts between 0 and 1, a number or an array; its axes come first in the answer.
        overwrite_input: allows NumPy to change its input, and says nothing here.
        method: of interpolation between elements, by NumPy's names.
        weights: of the elements, for method "inverted_cdf"; no gradient flows to them, since the answer changes with
            them by jumps only.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([3.0, 1.0, 2.0], requires_grad=True)
    >>> ag.quantile(x, 0.75).backward()
    >>> x.grad
    Tensor([0.5, 0. , 0.5], dtype=float32)
    """
    a = joined(a)
    q, weak = as_quantiles(q, a, "quantile")
    return find(a, q, axis, method, keepdims, weights, skip_nan=False, weak=weak)


@implements(np.percentile)
def percentile(
    a: Any, q: Any, axis: Any = None, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    *, weights: Any = None,
) -> Any:  # fmt: skip
    """`quantile` in percent."""
    a = joined(a)
    q, weak = as_quantiles(q, a, "percentile")
    return find(a, q / 100, axis, method, keepdims, weights, skip_nan=False, weak=weak)


@implements(np.median)
def median(a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The element in the middle of those over axes when sorted, or the mean of the two in the middle.

    `overwrite_input` allows NumPy to change its input, and says nothing here.
    """
    a = joined(a)
    row = lanes(a, axis)
    n = row.shape[-1]
    if n == 0:
        found = np.mean(row, -1)  # NaN, and NumPy's warning
    else:
        found = np.mean(ranked(row, np.arange((n - 1) // 2, n // 2 + 1)), -1)
        nan = np.isnan(np.max(array_of(row), -1)) if row.dtype.kind in "fc" else None
        if nan is not None and nan.any():
            found = np.where(nan, np.asarray(np.nan, found.dtype), found)
    return np.reshape(found, kept(a.shape, axis)) if keepdims else found
