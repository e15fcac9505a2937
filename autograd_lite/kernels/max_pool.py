"""The maximum in each window of an image, over any number of axes.

    max_pool(x, windows=...)        x (N, C, *S) -> (N, C, *P)

The gradient of a maximum goes to the first place in reading order where it is reached; if there are NaNs in a window,
to the last of them.  Kept for backward are x and the maxima: places are found again by comparing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from ..ops.words import of_arrays
from ..primitive import fused
from .windows import Windows, reduced


def reference(x: Any, *, windows: Windows) -> Any:
    return picked(x, largest(x, windows.tables))


def picked(x: Any, where: Any) -> Any:
    """The elements of each channel at places in the flattened image: x (N, C, *S), where (N, C, *P) -> (N, C, *P)."""
    flat = x.reshape(*x.shape[:2], math.prod(x.shape[2:]))
    return np.take_along_axis(flat, where.reshape(*flat.shape[:2], math.prod(where.shape[2:])), -1).reshape(where.shape)


@of_arrays
def largest(x: Any, tables: Sequence[Any]) -> Any:
    """Where the maximum of each window is: its place in the flattened image.

    `tables` have the positions of each window, an array (places, elements) for each axis, rising in each window.
    """
    numbers = np.arange(math.prod(x.shape[2:])).reshape(x.shape[2:])
    best: Any = None
    where: Any = None
    for at in product(*(range(table.shape[1]) for table in tables)):
        grid = np.ix_(*(table[:, k] for table, k in zip(tables, at, strict=True)))
        part = x[:, :, *grid]
        if best is None:
            best = part
            where = np.empty(best.shape, np.int64)
            where[...] = numbers[grid]
            continue
        better = part > best
        better |= part != part
        np.copyto(best, part, where=better)
        np.copyto(where, numbers[grid], where=better)
    return where


def forward(x: Any, *, windows: Windows) -> tuple[Any, Any]:
    y = reduced(x, windows, np.maximum, -np.inf)
    if math.prod(windows.size) == 1:  # a view of x
        y = y.copy(order="K")
    return y, y


def backward(g: Any, y: Any, _needs: Sequence[Any], x: Any, *, windows: Windows) -> tuple[Any]:
    if np.isnan(y.max(initial=-np.inf)):
        return (_scattered(g, x, windows),)
    if not windows.apart:
        return (_added(g, y, x, windows),)
    if g.strides != y.strides:  # arrays that lie otherwise are gone through in short pieces
        laid = np.empty_like(y)
        np.copyto(laid, g)
        g = laid
    dx = np.empty_like(x) if windows.covers else np.zeros_like(x)
    last = len(windows.parts) if windows.inside else 0
    left: Any = None  # the windows whose maximum has not been met, of those that have this element
    waiting = None if windows.inside else np.ones_like(y, dtype=bool)  # of all
    maxima, gradient = y, g
    for number, (places, positions) in enumerate(windows.parts, 1):
        if waiting is not None:
            maxima, gradient, left = y[places], g[places], waiting[places]
        if number == last and left is not None:
            here = left
        else:
            here = x[positions] == maxima
            if left is None:
                left = ~here
            else:
                here &= left
                left ^= here
        np.multiply(gradient, here, out=dx[positions])
    return (dx,)


def _added(g: Any, y: Any, x: Any, windows: Windows) -> Any:
    """Where windows overlap: g added at the place of each maximum, which is the number of elements before it."""
    waiting = np.ones_like(y, dtype=bool)
    number = np.zeros_like(y, dtype=np.min_scalar_type(len(windows.parts)))
    for places, positions in windows.parts[:-1]:
        left = waiting[places]
        left &= x[positions] != y[places]
        number += waiting
    dx = np.zeros_like(x)
    steps = [step // x.itemsize for step in dx.strides]
    elements = np.zeros((1,) * len(windows.size), np.intp)
    index = np.zeros((1,) * x.ndim, np.intp)
    for axis, (step, count) in enumerate(zip(steps, y.shape, strict=True)):
        at = np.arange(count) * step
        if axis > 1:
            k = axis - 2
            at = np.arange(count) * (windows.stride[k] * step) - windows.padding[k] * step
            element = np.arange(windows.size[k]) * (windows.dilation[k] * step)
            elements = elements + element.reshape(-1, *[1] * (x.ndim - 1 - axis))
        index = index + at.reshape(-1, *[1] * (x.ndim - 1 - axis))
    index = index + np.take(elements, number)
    np.add.at(dx.ravel(order="K"), index.reshape(-1), g.reshape(-1))
    return dx


def _scattered(g: Any, x: Any, windows: Windows) -> Any:
    where = largest(x, windows.tables)
    size = math.prod(x.shape[2:])
    dx = np.zeros(x.shape, x.dtype)
    channels = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * (x.ndim - 2)) * size
    np.add.at(dx.reshape(-1), (where + channels).reshape(-1), g.reshape(-1))
    return dx


reference.__name__ = "max_pool"
max_pool = fused(
    reference,
    forward=forward,
    backward=backward,
    math="yₚ = max xᵢ over the window of p;  x̄ᵢ = Σ ȳₚ over the windows whose maximum is first reached at i",
)
