"""Kinks and ties: points at which a function has several slopes, and any between them is right.

A kink of relu(x) at 0 is there whatever the other elements do, and each such element is judged by itself.  A kink of
max(x, y) at x = y is a tie: it is there as long as x and y are equal.  Moved together, they show that the two
derivatives have the right sum: a rule that gives both of them the whole of it is caught, and one that gives neither
anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .oracles.differences import Slope, derivative_along
from .oracles.directions import Array, Direction, dense, sizes, unit

AWAY = 2.0**-6
"""How far a point is moved to get away from kinks, relative to its size."""

POINTS, BESIDE = 12, 2.0**-16
"""At how many points beside a tie its branches are looked for, and how far away, relative to the size of x."""

PROBE = 2.0**-16
"""The step that elements of a larger array are looked at with, relative to their size."""

BRANCHES = 1e-4
"""Relative to the largest slope: what differs by less is the same branch, a little further on."""


def beside_kinks(
    f: Callable[[Array], Array], x: Array, move: Direction, moves: Sequence[Direction], slopes: Sequence[Slope]
) -> Direction:
    """A random direction along which elements on kinks of their own stay, and those of ties move together."""
    on_kinks = [m for m, slope in zip(moves, slopes, strict=True) if m.place is not None and slope.kinked.any()]
    array = move.array.copy()
    away = x.copy()  # each of them elsewhere, no two by the same way
    for k, m in enumerate(on_kinks):
        away[m.place] += m.scale * AWAY * (1 + k / 7) * (-1) ** k
    for m in on_kinks:
        there = away.copy()
        there[m.place] = x[m.place]
        tied = not derivative_along(f, there, m).kinked.any()
        array[m.place] = float(sizes(x).max()) if tied else 0.0
    return Direction(array, move.scale, None)


def tied(x: Array, moves: Sequence[Direction], slopes: Sequence[Slope]) -> bool:
    """Whether f has several branches at x: it has kinks, or moved together elements do more than one by one.

    The median of three equal numbers stays when one of them moves, and not when all do.
    """
    single = [(m, slope) for m, slope in zip(moves, slopes, strict=True) if m.place is not None]
    if len(single) != x.size or x.size < 2:
        return False
    if any(slope.kinked.any() for slope in slopes):
        return True
    with np.errstate(over="ignore", invalid="ignore"):  # of derivatives that are as large as numbers are
        together = np.sum([moves[-1].array[m.place] * slope.value for m, slope in single], axis=0)
        terms = np.sum([np.abs(moves[-1].array[m.place] * slope.value) for m, slope in single], axis=0)
        unsure = np.sum([np.abs(moves[-1].array[m.place]) * slope.error for m, slope in single], axis=0)
        apart = np.abs(together - slopes[-1].value)
        return bool(np.any(apart > BRANCHES * (terms + np.abs(slopes[-1].value)) + 10 * (unsure + slopes[-1].error)))


def between_branches(
    f: Callable[[Array], Array], x: Array, moves: Sequence[Direction], slopes: Sequence[Slope], rng: np.random.Generator
) -> list[Slope]:
    """The slopes with all between those of the branches that meet at x, as points close by show them.

    What one of several equal elements may have, each of them may.
    """
    low, high = [slope.low for slope in slopes], [slope.high for slope in slopes]
    largest = max(float(np.abs(slope.value).max(initial=0.0)) for slope in slopes)
    with np.errstate(all="ignore"):
        for _ in range(POINTS):
            there = x + BESIDE * sizes(x) * rng.uniform(0.25, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape)
            for k, move in enumerate(moves):
                away = BESIDE / 256 * move.scale * move.array
                slope = (f(np.asarray(there + away)) - f(np.asarray(there - away))) / (2 * BESIDE / 256 * move.scale)
                other = np.abs(slope - slopes[k].value) > BRANCHES * largest
                low[k] = np.where(other, np.fmin(low[k], slope - BRANCHES * largest), low[k])
                high[k] = np.where(other, np.fmax(high[k], slope + BRANCHES * largest), high[k])
    for value in np.unique(x):
        equals = [k for k, m in enumerate(moves) if m.place is not None and x[m.place] == value]
        if any(np.any(low[k] < high[k]) for k in equals):
            least, most = np.min([low[k] for k in equals], axis=0), np.max([high[k] for k in equals], axis=0)
            for k in equals:
                low[k], high[k] = least, most
    return [s._replace(low=a, high=b) for s, a, b in zip(slopes, low, high, strict=True)]


def nearby(x: Array, rng: np.random.Generator, away: float = AWAY) -> Array:
    """A point close to x, in general position: where a function has kinks, it is on none of them."""
    if x.dtype.kind == "c":
        return np.asarray(nearby(x.real, rng, away) + 1j * nearby(x.imag, rng, away), x.dtype)
    moved = x + away * sizes(x) * rng.uniform(0.25, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape)
    return np.asarray(moved, x.dtype)


def kinked_places(f: Callable[[Array], Array], x: Array, here: Array) -> list[tuple[int, ...]]:
    """The elements of a larger array that may sit on kinks: the second difference along them does not vanish."""
    bends, slopes, floor = [], [], 0.0
    size = float(np.abs(here).max(initial=0.0))
    with np.errstate(all="ignore"):
        for place in np.ndindex(x.shape):
            move = unit(x, place)
            h = PROBE * move.scale
            plus, minus = f(np.asarray(x + h * move.array)), f(np.asarray(x - h * move.array))
            bends.append(float(np.abs(plus - here - (here - minus)).max(initial=0.0)) / h)
            slopes.append(float(np.abs(plus - minus).max(initial=0.0)) / (2 * h))
            floor = max(floor, 64 * np.finfo(np.float64).eps * size / h)
    least = max(BRANCHES * max((s for s in slopes if np.isfinite(s)), default=0.0), floor)
    return [place for place, bend in zip(np.ndindex(x.shape), bends, strict=True) if bend > least]


def along_ties(
    f: Callable[[Array], Array], x: Array, kinked: Sequence[int], rng: np.random.Generator
) -> tuple[Direction, Slope]:
    """A direction in which all elements move, the tied ones together, and the slope along it."""
    moves = [unit(x, (k,)) for k in kinked]
    slopes = [derivative_along(f, x, move) for move in moves]
    direction = beside_kinks(f, x, dense(x, rng), moves, slopes)
    (slope,) = between_branches(f, x, [direction], [derivative_along(f, x, direction)], rng)
    return direction, slope
