"""The numbers of an array in short: its extremes, its mean, how its values are distributed, a small picture of it.

    >>> import numpy as np
    >>> from autograd_lite.graph.statistics import statistics_of
    >>> about = statistics_of(np.array([[0.0, 1.0], [2.0, np.nan]]))
    >>> about.size, about.min, about.max, about.mean, about.zeros, about.nans
    (4, 0.0, 2.0, 1.0, 1, 1)

Extremes, mean, deviation and norm are those of the finite elements; they are None where there is none.  Of complex
numbers they are those of the absolute values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from ..nonfinite import arrays_of

BINS = 16
_SMALL, _LARGE = 1e-140, 1e140  # between them, squares and their sums are numbers
CELLS = 8  # a picture has at most so many rows, and so many columns


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of an array in short.

    Attributes:
        size: how many elements there are.
        min, max, mean, std, norm: of the finite elements; `norm` is the root of the sum of their squares.
        zeros, nans, infinities: how many elements are so.
        histogram: how many of the finite elements lie in each of 16 equal parts of the range from `min` to `max`;
            all in one part where the range is a single number.
        heatmap: rows of numbers, at most 8 of at most 8, None for a NaN or infinity: the array as a matrix of its last
            axis by all others, each number the mean of a block of elements.  An array that is no larger than that is
            shown element by element.
    """

    size: int
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    norm: float | None
    zeros: int
    nans: int
    infinities: int
    histogram: tuple[int, ...]
    heatmap: tuple[tuple[float | None, ...], ...]

    @property
    def finite(self) -> bool:
        """Whether all elements are finite."""
        return not (self.nans or self.infinities)


def statistics_of_value(value: Any) -> Statistics | None:
    """The statistics of an array or Tensor, of all examples of a batch, or of all arrays of a list together.

    None if there are no real or complex numbers in it.
    """
    arrays = [*arrays_of(value)]
    if len(arrays) == 1:
        return statistics_of(arrays[0])
    return statistics_of(np.concatenate([np.ravel(array) for array in arrays])) if arrays else None


def statistics_of(array: Any) -> Statistics:
    """The statistics of an array of numbers."""
    values = np.asarray(array)
    values = np.abs(values) if values.dtype.kind == "c" else values
    values = values.astype(np.float64, copy=False)
    finite = values[np.isfinite(values)]
    all_finite = finite.size == values.size
    nans = 0 if all_finite else int(np.count_nonzero(np.isnan(values)))
    low = high = mean = std = norm = None
    histogram: tuple[int, ...] = (0,) * BINS
    if finite.size:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            low, high = float(np.minimum.reduce(finite)), float(np.maximum.reduce(finite))
            largest = max(abs(low), abs(high)) or 1.0
            mean = float(np.add.reduce(finite) / finite.size)
            if not np.isfinite(mean):
                mean = float(np.add.reduce(finite / finite.size))
            deviation = finite / largest - mean / largest  # the squares of huge numbers are no numbers any more
            std = float(np.sqrt(np.add.reduce(deviation * deviation) / finite.size) * largest)
            norm = norm_of([finite])
            histogram = _histogram(finite, low, high)
    return Statistics(
        size=values.size,
        min=low,
        max=high,
        mean=mean,
        std=std,
        norm=norm,
        zeros=values.size - int(np.count_nonzero(values)),
        nans=nans,
        infinities=values.size - finite.size - nans,
        histogram=histogram,
        heatmap=_heatmap(values),
    )


def norm_of(arrays: Iterable[Any]) -> float:
    """The root of the sum of the squares of all elements, also where the squares are larger than any number."""
    with np.errstate(all="ignore"):
        sizes = [np.abs(array).astype(np.float64, copy=False).ravel() for array in arrays]
        norm = math.sqrt(sum(float(np.add.reduce(np.square(size))) for size in sizes))
        largest = max((float(size.max()) for size in sizes if size.size), default=0.0)
        if not _SMALL < largest < _LARGE and 0 < largest < math.inf:
            norm = math.sqrt(sum(float(np.add.reduce(np.square(size / largest))) for size in sizes)) * largest
    return math.nan if math.isnan(norm) else norm  # the one NaN that is equal to itself in a tuple


def _histogram(finite: ndarray[Any, Any], low: float, high: float) -> tuple[int, ...]:
    width = high / BINS - low / BINS
    if width == 0:
        return (finite.size,) + (0,) * (BINS - 1)
    bins = np.minimum((finite - low) / width if np.isfinite(high - low) else finite / width - low / width, BINS - 1)
    return tuple(np.bincount(bins.astype(np.intp), minlength=BINS).tolist())


def _heatmap(values: ndarray[Any, Any]) -> tuple[tuple[float | None, ...], ...]:
    if not values.size:
        return ()
    matrix = values.reshape(-1, values.shape[-1] if values.ndim else 1)
    for axis in (0, 1):
        matrix = _in_blocks(matrix, axis)
    return tuple(tuple(x if np.isfinite(x) else None for x in row) for row in matrix.tolist())


def _in_blocks(matrix: ndarray[Any, Any], axis: int) -> ndarray[Any, Any]:
    """The means of blocks of almost equal length along an axis that is longer than a picture."""
    length = matrix.shape[axis]
    if length <= CELLS:
        return matrix
    starts = np.arange(CELLS) * length // CELLS
    lengths = np.diff(np.append(starts, length))
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(matrix, starts, axis=axis)
        return np.asarray(sums / (lengths if axis else lengths[:, None]))
