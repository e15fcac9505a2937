"""What a derivative is, without any rule for it: finite differences, and how far they can be trusted.

The central difference along a direction d has an error in even powers of the step h only,

    D(h) = (f(x + h d) - f(x - h d)) / 2h  =  J d + a h^2 + b h^4 + ...,

so two steps, h and h/2, cancel the first term: (4 D(h/2) - D(h)) / 3 has an error of order h^4, two of
those one of order h^6, and so on (Richardson's extrapolation).  Large steps can then be taken, where
rounding, eps |f| / h, is small.  What two neighbours in this table differ by is an estimate of the
error, and for each element of f the entry with the smallest estimate is taken (Ridders' method).  With
smooth functions about twelve digits are right.

    >>> import numpy as np
    >>> x = np.array([0.5, 2.0])
    >>> slope, error = derivative_along(np.exp, x, unit(x, (1,)))
    >>> bool(abs(slope[1] - np.exp(2.0)) < 1e-10), bool(error[1] < 1e-10), float(slope[0])
    (True, True, 0.0)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

Array = ndarray[Any, Any]

COMPLETE = 64
"""Up to this many elements, each one is moved by itself; a larger array is moved along random directions."""

DENSE, SAMPLED = 8, 24
"""For larger arrays: how many random directions, and how many single elements picked at random."""

FIRST_STEP = 1 / 8  # relative to the size of what is moved; steps are powers of two, so that x + h is exact
HALVINGS = 6
NEAR = 0.1
ENOUGH = 1e-10  # relative; where the estimate is above it, other steps are tried


class Direction(NamedTuple):
    """A way to move an array: `array`, of its shape; `scale`, how far is far; `place`, if one element moves."""

    array: Array
    scale: float
    place: tuple[int, ...] | None


def unit(x: Array, place: tuple[int, ...]) -> Direction:
    """The direction in which the element at `place` moves, and no other."""
    array = np.zeros(x.shape)
    array[place] = 1.0
    return Direction(array, float(_sizes(x)[place]), place)


def dense(x: Array, rng: np.random.Generator) -> Direction:
    """A direction in which every element moves by as much as it is large, times a random number.

    The numbers have few binary digits, so that they are the same in every floating-point dtype.
    """
    factors = rng.integers(5, 12, x.shape) / 8 * rng.choice([-1.0, 1.0], x.shape)
    return Direction(np.asarray(factors * _sizes(x)), 1.0, None)


def directions(x: Array, rng: np.random.Generator) -> Iterator[Direction]:
    """All elements one by one and a random direction; for a large array some elements and some directions."""
    complete = x.size <= COMPLETE
    places = range(x.size) if complete else np.sort(rng.choice(x.size, SAMPLED, replace=False))
    for flat in places:
        yield unit(x, tuple(int(i) for i in np.unravel_index(flat, x.shape)))
    for _ in range(1 if complete else DENSE):
        yield dense(x, rng)


def _sizes(x: Array) -> Array:
    """The size of each element as a power of two; that of its neighbours for a zero, 1 if all are."""
    sizes = np.asarray(np.abs(x, dtype=np.float64))
    nonzero = sizes[sizes > 0]
    typical = np.median(nonzero) if nonzero.size else 1.0
    return np.asarray(np.exp2(np.round(np.log2(np.where(sizes > 0, sizes, typical)))))


def derivative_along(f: Callable[[Array], Any], x: Array, direction: Direction) -> tuple[Array, Array]:
    """J d, the derivative of f at x along a direction, and an estimate of its error, each of f's shape.

    The step is fitted to the size of x first; where that does not settle (a singularity or a kink close
    by, an f that varies on another scale than x) smaller and larger ones are tried.  Where nothing
    settles the estimate says so: it is about as large as the derivative, or infinite.
    """
    slope, error = _extrapolated(f, x, direction, FIRST_STEP * direction.scale)
    taken = np.ones(slope.shape)
    largest = float(_sizes(x).max(initial=1.0))
    size = largest if direction.place is None else direction.scale
    flat = size_nearby(f, x, direction) / max(largest, 1.0)  # next to this a slope is none
    for factor in (2.0**-7, 1 / size, 2.0**-7 / size, 2.0**-14):
        if np.all(error <= ENOUGH * max(float(np.abs(slope).max(initial=0.0)), flat)):
            break
        new, new_error = _extrapolated(f, x, direction, FIRST_STEP * direction.scale * factor)
        # Two that agree: the smaller error.  Two that do not: the larger steps have settled by accident, on
        # the other side of a kink or over many periods of a sine, and the smaller ones are the derivative.
        apart = np.abs(new - slope) > 10 * (new_error + error)
        better = np.where(apart, factor < taken, new_error < error)
        slope, error = np.where(better, new, slope), np.where(better, new_error, error)
        taken = np.where(better, factor, taken)
    return slope, error


def size_nearby(f: Callable[[Array], Any], x: Array, direction: Direction) -> float:
    """The largest |f| at x; a step away from it where f is 0, which says nothing of its size."""
    here = float(np.abs(f(x)).max(initial=0.0))
    if here > 0:
        return here
    with np.errstate(all="ignore"):
        away = float(np.abs(f(np.asarray(x + FIRST_STEP * direction.scale * direction.array))).max(initial=0.0))
    return away if np.isfinite(away) else here


def _extrapolated(f: Callable[[Array], Any], x: Array, direction: Direction, step: float) -> tuple[Array, Array]:
    """The best entry of one table of Richardson's, for each element of f, and the estimate of its error."""
    best, error = np.array(np.nan), np.array(np.inf)
    above: list[Array] = []
    with np.errstate(all="ignore"):  # a step may leave the domain of f: its answer there is NaN, and not taken
        for k in range(HALVINGS):
            h = step / 2**k
            away = h * direction.array
            plus, minus = np.asarray(f(np.asarray(x + away))), np.asarray(f(np.asarray(x - away)))
            rounding = np.finfo(plus.dtype).eps * np.maximum(np.abs(plus), np.abs(minus)) / h
            row = [(plus.astype(np.float64) - minus.astype(np.float64)) / (2 * h)]
            for j, older in enumerate(above, start=1):
                new = row[-1] + (row[-1] - older) / (4**j - 1)
                apart = np.maximum(np.abs(new - row[-1]), np.abs(new - older)) + rounding
                better = apart < error
                best, error = np.where(better, new, best), np.where(better, apart, error)
                row.append(new)
            above = row
        # Jumps can make larger steps agree by accident; the smallest one, on its own, must be near them.
        off = np.abs(above[0] - best)
        error = np.where(off > NEAR * np.abs(best), np.maximum(error, off), error)
    return best, error
