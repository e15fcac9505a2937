"""The mean of each window of an image, over any number of axes.

    avg_pool(x, windows=..., divisor=...)        x (N, C, *S) -> (N, C, *P)

A box is summed along one axis after the other, the last one last: along the others whole rows are added, and then
there is less of it.  The transpose goes the same way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .windows import Index, Windows


def reference(x: Any, *, windows: Windows, divisor: Any) -> Any:
    for axis, parts in enumerate(windows.axes, 2):
        terms = []
        for places, positions in parts:
            term = x[_at(axis, positions)]
            before, after = places.start, windows.places[axis - 2] - places.stop
            if before or after:
                term = np.pad(term, [(before, after) if i == axis else (0, 0) for i in range(x.ndim)])
            terms.append(term)
        x = sum(terms[1:], start=terms[0])
    return x / _as(divisor, x.dtype)


def forward(x: Any, *, windows: Windows, divisor: Any) -> tuple[Any, None]:
    for axis, parts in enumerate(windows.axes, 2):
        x = _summed(x, axis, parts, windows.places[axis - 2])
    return x / _as(divisor, x.dtype), None


def backward(g: Any, _residual: None, _needs: Sequence[Any], x: Any, *, windows: Windows, divisor: Any) -> tuple[Any]:
    dx = g / _as(divisor, g.dtype)
    for axis, parts in reversed(list(enumerate(windows.axes, 2))):
        dx = _spread(dx, axis, parts, x.shape[axis], windows)
    return (dx,)


def _at(axis: int, positions: slice) -> Index:
    return (slice(None),) * axis + (positions,)


def _as(divisor: Any, dtype: Any) -> Any:
    return divisor.astype(dtype) if isinstance(divisor, np.ndarray) else divisor


def _summed(x: Any, axis: int, parts: Sequence[tuple[slice, slice]], count: int) -> Any:
    """The sum of the windows along an axis; it lies in memory as x does."""
    if len(parts) == 1 and parts[0][0] == slice(0, count):
        return x[_at(axis, parts[0][1])]
    whole = all(places == slice(0, count) for places, _ in parts)
    if whole:
        y = x[_at(axis, parts[0][1])] + x[_at(axis, parts[1][1])]
        parts = parts[2:]
    else:
        y = np.zeros_like(x, shape=(*x.shape[:axis], count, *x.shape[axis + 1 :]))
    for places, positions in parts:
        y[_at(axis, places)] += x[_at(axis, positions)]
    return y


def _spread(g: Any, axis: int, parts: Sequence[tuple[slice, slice]], length: int, windows: Windows) -> Any:
    """The transpose of `_summed`."""
    size, stride = windows.size[axis - 2], windows.stride[axis - 2]
    if size == stride == 1 and g.shape[axis] == length:
        return g
    shape = (*g.shape[:axis], length, *g.shape[axis + 1 :])
    apart = stride >= size
    covered = apart and stride == size and size * g.shape[axis] == length and not windows.padding[axis - 2]
    dx = np.empty_like(g, shape=shape) if covered else np.zeros_like(g, shape=shape)
    for places, positions in parts:
        if apart:
            dx[_at(axis, positions)] = g[_at(axis, places)]
        else:
            dx[_at(axis, positions)] += g[_at(axis, places)]
    return dx


reference.__name__ = "avg_pool"
avg_pool = fused(reference, forward=forward, backward=backward)
