"""Windows that move over an image, over any number of axes: what max_pool and avg_pool share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

Index = tuple[slice, ...]
ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows on an image; an entry per spatial axis.  What follows from them is worked out once.

    image     how large it is
    size      elements in a window
    stride    steps between places
    padding   how far the first window reaches beyond the image
    dilation  steps between the elements of a window
    places    how many there are
    """

    image: tuple[int, ...]
    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    places: tuple[int, ...]

    @cached_property
    def axes(self) -> list[list[tuple[slice, slice]]]:
        """Along each axis, for each element of a window: the places where it lies in the image, and where that is."""
        return [_along(*sizes) for sizes in self._by_axis]

    @cached_property
    def parts(self) -> list[tuple[Index, Index]]:
        """The same for all axes at once, in reading order, as indices of (N, C, *places) and of (N, C, *image)."""
        elements = [zip(*part, strict=True) for part in product(*self.axes)]
        return [((ALL, ALL, *places), (ALL, ALL, *positions)) for places, positions in elements]

    @cached_property
    def inside(self) -> bool:
        """Whether no window reaches beyond the image."""
        return not any(p for _, _, _, p, _, _ in self._by_axis) and all(
            (count - 1) * s + (k - 1) * d < n for n, k, s, _, d, count in self._by_axis
        )

    @cached_property
    def apart(self) -> bool:
        """Whether no element lies in two windows."""
        return all(s >= d * (k - 1) + 1 for _, k, s, _, d, _ in self._by_axis)

    @cached_property
    def covers(self) -> bool:
        """Whether each element lies in just one window, and no window reaches beyond the image."""
        return self.apart and self.inside and all(n == count * k for n, k, _, _, _, count in self._by_axis)

    @cached_property
    def tables(self) -> list[Any]:
        """For each axis the positions that each window has there, (places, elements).

        Instead of one beyond the image stands the nearest that the window has in it, which so occurs more than once.
        """
        return [_table(*sizes) for sizes in self._by_axis]

    @property
    def _by_axis(self) -> list[tuple[int, ...]]:
        sizes = (self.image, self.size, self.stride, self.padding, self.dilation, self.places)
        return list(zip(*sizes, strict=True))


def along(axis: int, part: slice) -> Index:
    """The index of a part of an axis."""
    return (ALL,) * axis + (part,)


def reduced(x: Any, windows: Windows, combine: np.ufunc, nothing: float) -> Any:
    """Each window reduced to one element: (N, C, *image) -> (N, C, *places), which lies in memory as x does.

    One axis after the other, the last one last: along the others whole rows are combined, and then there is less left.
    With windows of one element it is a view.

    Args:
        combine: what two elements become.
        nothing: what stands for those that are not in the image.
    """
    for axis, (parts, count) in enumerate(zip(windows.axes, windows.places, strict=True), 2):
        if any(places != slice(0, count) for places, _ in parts):
            y = np.empty_like(x, shape=(*x.shape[:axis], count, *x.shape[axis + 1 :]))
            y.fill(nothing)
        elif len(parts) == 1:
            x = x[along(axis, parts[0][1])]
            continue
        else:
            (_, first), (_, second), *parts = parts
            y = combine(x[along(axis, first)], x[along(axis, second)])
        for places, positions in parts:
            part = y[along(axis, places)]
            combine(part, x[along(axis, positions)], out=part)
        x = y
    return x


def _along(n: int, size: int, stride: int, padding: int, dilation: int, places: int) -> list[tuple[slice, slice]]:
    parts = []
    for k in range(size):
        offset = k * dilation - padding
        first = max(0, -(offset // stride))
        stop = min(places, (n - 1 - offset) // stride + 1)
        start = first * stride + offset
        count = max(stop - first, 0)
        end = start + (count - 1) * stride + 1 if count else start
        parts.append((slice(first, first + count), slice(start, end, stride)))
    return parts


def _table(n: int, size: int, stride: int, padding: int, dilation: int, places: int) -> Any:
    table = np.arange(places)[:, None] * stride - padding + np.arange(size) * dilation
    inside = (table >= 0) & (table < n)
    low = np.where(inside, table, n - 1).min(axis=1, keepdims=True)
    high = np.where(inside, table, 0).max(axis=1, keepdims=True)
    return np.clip(table, np.minimum(low, high), high)
