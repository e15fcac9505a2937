"""np.pad with a statistic of the elements next to a margin: mean, median, maximum or minimum.

As long as the order of the elements stays, each of them is a sum of the elements with fixed weights: 1/n, or 1 for the
extreme one (shared among ties), or 1/2 for each of the two in the middle.  So with these weights the map is linear, and
`spread_statistics` (forward) and `fold_statistics` (its transpose) are a pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..primitive import Primitive, general, linear

Widths = tuple[tuple[int, int], ...]
Lengths = Widths


def _weights(elements: Any, mode: str) -> Any:
    """How much of each element is in the statistic over the first axis."""
    n = len(elements)
    if mode == "mean":
        return 1 / n
    if mode == "median":
        order = np.argsort(elements, axis=0)
        weights = np.zeros(elements.shape, elements.dtype)
        for middle in ((n - 1) // 2, n // 2):
            at = order[middle : middle + 1]
            np.put_along_axis(weights, at, np.take_along_axis(weights, at, 0) + weights.dtype.type(0.5), 0)
        return weights
    extreme = elements.max(axis=0) if mode == "maximum" else elements.min(axis=0)
    ties = (elements == extreme).astype(elements.dtype)
    return ties / ties.sum(axis=0)


def _margins(
    values: Any, padded: Any, widths: Widths, mode: str, lengths: Lengths, axes: Iterator[int]
) -> Iterator[tuple[Any, Any, Any]]:
    """For each axis and side that has a margin: the margin, the elements that go into it, and their weights.

    What `values` has along later axes is cut away, as NumPy pads one axis after the other.
    """
    for axis in axes:
        inner = tuple(
            slice(left, n - right) if later > axis else slice(None)
            for later, ((left, right), n) in enumerate(zip(widths, padded.shape, strict=True))
        )
        moving, fixed = (np.moveaxis(a[inner], axis, 0) for a in (values, padded))
        left, end = widths[axis][0], len(fixed) - widths[axis][1]
        first, last = lengths[axis]
        for margin, part in (
            (slice(0, left), slice(left, left + first)),
            (slice(end, None), slice(end - last, end)),
        ):
            if len(moving[margin]):
                yield moving[margin], moving[part], _weights(fixed[part], mode)


def _fold(g: Any, padded: Any, widths: Widths, mode: str, lengths: Lengths) -> Any:
    g = np.array(g)
    axes = reversed(range(g.ndim))
    for margin, elements, weights in _margins(g, padded, widths, mode, lengths, axes):
        elements += weights * margin.sum(axis=0)
    return g[tuple(slice(left, n - right) for (left, right), n in zip(widths, g.shape, strict=True))]


def _spread(v: Any, padded: Any, widths: Widths, mode: str, lengths: Lengths) -> Any:
    out = np.pad(v, widths)
    for margin, elements, weights in _margins(out, padded, widths, mode, lengths, iter(range(out.ndim))):
        margin[...] = (weights * elements).sum(axis=0)
    return out


def _pad(x: Any, widths: Widths, mode: str, lengths: Lengths) -> Any:
    return np.pad(x, widths, mode, stat_length=lengths)  # type: ignore[call-overload]


_pad.__name__ = "pad_statistics"
_fold.__name__ = "fold_statistics"
_spread.__name__ = "spread_statistics"
pad_statistics: Primitive = general(
    _pad,
    vjps=(lambda g, ans, _x, widths, mode, lengths: fold_statistics(g, ans, widths, mode, lengths),),
    jvps=(lambda v, ans, _x, widths, mode, lengths: spread_statistics(v, ans, widths, mode, lengths),),
    math="dy = Σ wᵢ dxᵢ in a margin, with the weights w of the statistic;  x̄ᵢ = ȳᵢ + wᵢ times the sum of the margin",
)
fold_statistics: Primitive = linear(
    _fold,
    lambda g, _ans, _g, padded, widths, mode, lengths: spread_statistics(g, padded, widths, mode, lengths),
    math="the transpose of pad_statistics where its weights are fixed",
)
spread_statistics: Primitive = linear(
    _spread,
    lambda g, _ans, _v, padded, widths, mode, lengths: fold_statistics(g, padded, widths, mode, lengths),
    math="pad_statistics where its weights are fixed",
)
