"""The directions that a point is moved in, to find out what a derivative is.

A small array has each of its elements moved by itself, which gives the whole of a Jacobian; a large one some
elements picked at random, and all together along random directions: an error in one element of the gradient shows
in all of these.

>>> import numpy as np
>>> x = np.array([0.5, -3.0])
>>> [direction.place for direction in directions(x, np.random.default_rng(0))]
[(0,), (1,), None]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

Array = ndarray[Any, Any]

COMPLETE = 64
"""Up to this many elements, each one is moved by itself; a larger array is moved along random directions."""

DENSE, SAMPLED = 8, 24
"""For larger arrays: how many random directions, and how many single elements picked at random."""


SMALLEST, LARGEST = 2.0**-1000, 1023
"""The size of the smallest numbers, as a small part of it is a step and must be there; the exponent of the largest."""


class Direction(NamedTuple):
    """A way to move an array: `array`, of its shape; `scale`, how far is far; `place`, if one element moves."""

    array: Array
    scale: float
    place: tuple[int, ...] | None


def unit(x: Array, place: tuple[int, ...]) -> Direction:
    """The direction in which the element at `place` moves, and no other."""
    return _along(sizes(x), place)


def _along(scales: Array, place: tuple[int, ...]) -> Direction:
    array = np.zeros(scales.shape)
    array[place] = 1.0
    return Direction(array, float(scales[place]), place)


def dense(x: Array, rng: np.random.Generator) -> Direction:
    """A direction in which every element moves by as much as it is large, times a random number.

    The numbers have few binary digits, so that they are the same in every floating-point dtype.
    """
    factors = rng.integers(5, 12, x.shape) / 8 * rng.choice([-1.0, 1.0], x.shape)
    return Direction(np.asarray(factors * sizes(x)), 1.0, None)


def directions(x: Array, rng: np.random.Generator) -> Iterator[Direction]:
    """All elements one by one and a random direction; for a large array some elements and some directions."""
    complete, scales = x.size <= COMPLETE, sizes(x)
    places = range(x.size) if complete else np.sort(rng.choice(x.size, SAMPLED, replace=False))
    for flat in places:
        yield _along(scales, tuple(int(i) for i in np.unravel_index(flat, x.shape)))
    for _ in range(1 if complete else DENSE):
        yield dense(x, rng)


def projections(answer: Array, rng: np.random.Generator) -> Iterator[Direction]:
    """The sums of an answer's elements to look at: each by itself, and random ones, whatever the elements' sizes.

    No weight is above 1, so that none makes a derivative overflow.
    """
    for row in directions(np.ones(answer.shape), rng):
        yield row if row.place is not None else row._replace(array=np.clip(row.array, -1.0, 1.0))


def sizes(x: Array) -> Array:
    """The size of each element as a power of two; that of its neighbours for a zero, 1 if all are."""
    magnitudes = np.asarray(np.abs(x, dtype=np.float64))
    there = magnitudes > 0
    if not there.all():
        nonzero = magnitudes[there]
        magnitudes = np.where(there, magnitudes, np.median(nonzero) if nonzero.size else 1.0)
    return np.asarray(np.maximum(np.exp2(np.minimum(np.round(np.log2(magnitudes)), LARGEST)), SMALLEST))
