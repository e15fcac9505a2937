"""Linear maps along the axes of an image, each place of the answer a weighted sum of a few places: y[p] = sum over k of
weights[p, k] x[places[p, k]].  Interpolation and adaptive averages are made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_lite.ops.words import whole

LONGEST = 512
"""A longer axis is not multiplied by a matrix: with some hundred numbers to a row, of which few are not 0, gathering
is the quicker way."""


class Taps:
    """Which places of an axis are added up, and with which weights: both (places of the answer, k)."""

    def __init__(self, places: Any, weights: Any, length: int) -> None:
        self.places, self.weights, self.length = places, weights, length
        self.picks = bool((weights[:, 0] == 1).all()) and weights.shape[1] == 1
        self.times = self._times() if self.picks else 0
        self._matrices: dict[Any, Any] = {}

    def _times(self) -> int:
        """How often each element stands there, one after the other, if all do equally often; otherwise 0."""
        times = len(self.places) // self.length
        return times if np.array_equal(self.places[:, 0], np.repeat(np.arange(self.length), times)) else 0

    def matrix(self, dtype: Any) -> Any:
        """(length, places of the answer): what an axis is multiplied by."""
        found = self._matrices.get(dtype)
        if found is None:
            dense = np.zeros((self.length, len(self.places)))
            np.add.at(dense, (self.places, np.arange(len(self.places))[:, None]), self.weights)
            found = self._matrices[dtype] = dense.astype(dtype)
            found.flags.writeable = False
        return found


def resample(x: Any, taps: Sequence[Taps]) -> Any:
    """The maps along the last axes of x, one after the other."""
    axes = range(x.ndim - len(taps), x.ndim)
    dense = max(x.shape[-len(taps) :]) <= LONGEST and not all(each.picks for each in taps)
    dense = dense and bool(np.isfinite(whole(x)).all())  # 0 times infinity would spread NaNs all over the image
    for axis, each in zip(axes, taps, strict=True):
        if each.times:
            x = _repeated(x, axis, each.times)
        else:
            x = _multiplied(x, axis, each) if dense else _gathered(x, axis, each)
    return x


def _repeated(x: Any, axis: int, times: int) -> Any:
    """As np.repeat; the transpose of a stack adds slices, which is quicker than sums over a few elements each."""
    if times == 1:
        return x
    shape = (*x.shape[:axis], times * x.shape[axis], *x.shape[axis + 1 :])
    return np.stack([x] * times, axis + 1).reshape(shape)


def _multiplied(x: Any, axis: int, taps: Taps) -> Any:
    matrix = taps.matrix(x.dtype)
    before, after = x.shape[:axis], x.shape[axis + 1 :]
    if not after:
        return (x.reshape(int(np.prod(before)), x.shape[axis]) @ matrix).reshape(*before, matrix.shape[1])
    rows = x.reshape(int(np.prod(before)), x.shape[axis], int(np.prod(after)))
    return np.matmul(matrix.T, rows).reshape(*before, matrix.shape[1], *after)


def _gathered(x: Any, axis: int, taps: Taps) -> Any:
    total: Any = None
    for k in range(taps.places.shape[1]):
        part = np.take(x, taps.places[:, k], axis)
        if not taps.picks:
            weights = taps.weights[:, k].astype(x.dtype).reshape(-1, *[1] * (x.ndim - axis - 1))
            if not weights.all():  # what does not count may be infinite
                part = np.where(weights != 0, part, 0.0)
            part = part * weights
        total = part if total is None else total + part
    return total


@lru_cache(maxsize=256)
def adaptive_bounds(length: int, count: int) -> tuple[Any, Any]:
    """Where each of `count` windows that cover an axis together begins and ends."""
    at = np.arange(count)
    return at * length // count, -(-(at + 1) * length // count)


@lru_cache(maxsize=256)
def adaptive_places(length: int, count: int) -> Any:
    """The positions of each window, (count, k); the last one again and again, where a window has less than others."""
    start, end = adaptive_bounds(length, count)
    longest = int((end - start).max(initial=1))
    return np.minimum(start[:, None] + np.arange(longest), end[:, None] - 1)


@lru_cache(maxsize=32)
def adaptive_means(length: int, count: int) -> Taps:
    """The mean of each window."""
    start, end = adaptive_bounds(length, count)
    places = adaptive_places(length, count)
    inside = np.arange(places.shape[1]) < (end - start)[:, None]
    return Taps(places, inside / (end - start)[:, None], length)
