"""Windows that move over an image, over any number of axes: what max_pool and avg_pool share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

Slices = tuple[slice, ...]


class Window(NamedTuple):
    """How a window moves over an image; an entry per spatial axis.

    size      elements in it
    stride    steps between places
    padding   how far the first window reaches beyond the image
    dilation  steps between its elements
    places    how many there are
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    places: tuple[int, ...]

    def parts(self, image: Sequence[int]) -> Iterator[tuple[Slices, Slices]]:
        """For each element of the window, in reading order: the places where it lies in the image, and where."""
        for parts in product(*self.axes(image)):
            places, positions = zip(*parts, strict=True)
            yield places, positions

    def axes(self, image: Sequence[int]) -> list[list[tuple[slice, slice]]]:
        """The same for each axis by itself."""
        return [_along(*sizes) for sizes in zip(image, *self, strict=True)]

    def inside(self, image: Sequence[int]) -> bool:
        """Whether no window reaches beyond the image."""
        return not any(self.padding) and all(
            (p - 1) * s + (k - 1) * d < n
            for n, k, s, d, p in zip(image, self.size, self.stride, self.dilation, self.places, strict=True)
        )

    @property
    def apart(self) -> bool:
        """Whether no element lies in two windows."""
        return all(s >= d * (k - 1) + 1 for k, s, d in zip(self.size, self.stride, self.dilation, strict=True))

    def covers(self, image: Sequence[int]) -> bool:
        """Whether each element lies in just one window, and no window reaches beyond the image."""
        return (
            self.apart
            and not any(self.padding)
            and tuple(image) == tuple(p * k for p, k in zip(self.places, self.size, strict=True))
        )

    def tables(self, image: Sequence[int]) -> list[Any]:
        """For each axis the positions that each window has there, (places, elements).

        Instead of one beyond the image stands the nearest that the window has in it, which so occurs more than once.
        """
        return [_table(*sizes) for sizes in zip(image, *self, strict=True)]


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
