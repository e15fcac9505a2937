"""What a derivative is, without any rule for it: finite differences, how far they can be trusted, and kinks.

The central difference along a direction d has an error in even powers of the step h only,

    D(h) = (f(x + h d) - f(x - h d)) / 2h  =  J d + a h^2 + b h^4 + ...,

so two steps, h and h/2, cancel the first term: (4 D(h/2) - D(h)) / 3 has an error of order h^4, two of
those one of order h^6, and so on (Richardson's extrapolation).  Large steps can then be taken, where
rounding, eps |f| / h, is small.  What two neighbours in this table differ by is an estimate of the
error, and for each element of f the entry with the smallest estimate is taken (Ridders' method).  With
smooth functions about twelve digits are right.

A kink shows in the second difference: (f(x + h d) - 2 f(x) + f(x - h d)) / h is the difference of the one-sided
slopes.  It goes to zero with h where f is smooth, and stays what it is at a kink, down to the smallest steps.

    >>> import numpy as np
    >>> x = np.array([0.5, 2.0])
    >>> slope = derivative_along(np.exp, x, unit(x, (1,)))
    >>> bool(abs(slope.value[1] - np.exp(2.0)) < 1e-10), bool(slope.error[1] < 1e-10), float(slope.value[0])
    (True, True, 0.0)
    >>> zero = np.array([0.0])
    >>> corner = derivative_along(lambda x: np.maximum(x, 3 * x), zero, unit(zero, (0,)))
    >>> round(float(corner.low[0]), 3), round(float(corner.high[0]), 3)
    (1.0, 3.0)

C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4 (1982).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .directions import Array, Direction, sizes, unit

__all__ = ["Slope", "derivative_along", "size_nearby", "unit"]

FIRST_STEP = 1 / 8  # relative to the size of what is moved; steps are powers of two, so that x + h is exact
HALVINGS = 6
GLANCE = 3
NEAR = 0.1
CANCELLED = 1e-12
ENOUGH = 1e-10  # relative; where the estimate is above it, other steps are tried
MODEST = 1e-7  # ... and where it is above this, small ones too, at which f is known less well
SMALLER = (2.0**-7, 2.0**-14, 2.0**-21, 2.0**-28)  # of the first step, where that does not settle
STAYS = 0.75  # what is left of a kink's second difference when the step is halved: all; of a smooth function's, half
FLAT = 1e-7  # a difference of one-sided slopes that is this small beside the largest slope is none
TINY = (2.0**-12, 2.0**-13, 2.0**-25)  # of the first step: a kink must be there still
BLUR = 1e-5  # of the difference of the slopes: a kink may be that far from where it seems to be, in units of the step


class Slope(NamedTuple):
    """The derivative along a direction, with an estimate of its error; each of f's shape.

    low, high  the one-sided slopes where f has a kink; the derivative itself where it has none
    """

    value: Array
    error: Array
    low: Array
    high: Array

    @property
    def kinked(self) -> Array:
        """Which elements of f have a kink along the direction."""
        return np.asarray(self.low < self.high)


def glance(f: Callable[[Array], Any], x: Array, direction: Direction, here: Array) -> Slope | None:
    """The same as `derivative_along` with half of the work and of the digits; None where more is to be done.

    Enough to confirm a derivative that is known by other means.
    """
    slope, error, bend = _extrapolated(f, x, direction, FIRST_STEP * direction.scale, here, GLANCE)
    return None if bend.any() else Slope(slope, error, slope, slope)


def derivative_along(f: Callable[[Array], Any], x: Array, direction: Direction, here: Array | None = None) -> Slope:
    """J d, the derivative of f at x along a direction; `here` is f(x), if it is known.

    The step is fitted to the size of x first; where that does not settle (a singularity or a kink close
    by, an f that varies on another scale than x) smaller and larger ones are tried.  Where nothing
    settles the estimate says so: it is about as large as the derivative, or infinite.
    """
    here = np.asarray(f(x)) if here is None else here
    slope, error, bend = _extrapolated(f, x, direction, FIRST_STEP * direction.scale, here)
    taken = np.ones(slope.shape)
    largest = float(sizes(x).max(initial=1.0))
    size = largest if direction.place is None else direction.scale
    flat = size_nearby(f, x, direction, here) / max(largest, 1.0)  # next to this a slope is none
    nothing = np.finfo(here.dtype).smallest_subnormal / (FIRST_STEP * direction.scale / 2**HALVINGS)  # where f is 0
    for factor, enough in (
        (SMALLER[0], ENOUGH), (1 / size, ENOUGH), (SMALLER[0] / size, ENOUGH), *((k, MODEST) for k in SMALLER[1:])
    ):  # fmt: skip
        steepest = float(np.abs(slope).max(initial=0.0))
        if np.all(error <= (enough * max(steepest, flat) if steepest or flat else nothing)):
            break
        new, new_error, new_bend = _extrapolated(f, x, direction, FIRST_STEP * direction.scale * factor, here)
        # Two that agree: the smaller error.  Two that do not: the larger steps have settled by accident, on
        # the other side of a kink or over many periods of a sine, and the smaller ones are the derivative.
        apart = np.abs(new - slope) > 10 * (new_error + error)
        better = np.where(apart, factor < taken, new_error < error)
        slope, error = np.where(better, new, slope), np.where(better, new_error, error)
        bend = np.where(better, new_bend, bend)
        taken = np.where(better, factor, taken)
    if bend.any():
        first = FIRST_STEP * direction.scale * float(taken[bend != 0].max())
        there = _confirmed(f, x, direction, first, here, bend)
        if np.any((there == 0) & (bend != 0)):  # a kink close by: only steps that do not reach it tell the slope
            new, new_error, _ = _extrapolated(f, x, direction, first * TINY[-1], here)
            beside = (there == 0) & (bend != 0) & (np.abs(new - slope) > 10 * (new_error + error))
            slope, error = np.where(beside, new, slope), np.where(beside, new_error, error)
        bend = there
    half = np.abs(bend) * (0.5 + BLUR)
    return Slope(slope, error, slope - half, slope + half)


def size_nearby(f: Callable[[Array], Any], x: Array, direction: Direction, here: Array | None = None) -> float:
    """The largest |f| at x; a step away from it where f is 0, or as good as: that says nothing of its terms' size."""
    size = float(np.abs(f(x) if here is None else here).max(initial=0.0))
    if size > CANCELLED:
        return size
    with np.errstate(all="ignore"):
        away = float(np.abs(f(np.asarray(x + FIRST_STEP * direction.scale * direction.array))).max(initial=0.0))
    return away if np.isfinite(away) and size < CANCELLED * away else size


def last_places(plus: Array, minus: Array) -> Array:
    """What rounding may do to two answers of f: a unit in the last place, also of numbers that have few of them."""
    info = np.finfo(plus.dtype)
    return np.asarray(np.maximum(info.eps * np.maximum(np.abs(plus), np.abs(minus)), info.smallest_subnormal))


def _extrapolated(
    f: Callable[[Array], Any], x: Array, direction: Direction, step: float, here: Array, halvings: int = HALVINGS
) -> tuple[Array, Array, Array]:
    """For each element of f the best entry of one table of Richardson's, its error, and what may be a kink."""
    best, error, bend = np.array(np.nan), np.array(np.inf), np.zeros(here.shape)
    above: list[Array] = []
    middle = here.astype(np.float64)
    with np.errstate(all="ignore"):  # a step may leave the domain of f: its answer there is NaN, and not taken
        for k in range(halvings):
            h = step / 2**k
            away = h * direction.array
            plus, minus = np.asarray(f(np.asarray(x + away))), np.asarray(f(np.asarray(x - away)))
            rounding = last_places(plus, minus) / h
            plus, minus = plus.astype(np.float64, copy=False), minus.astype(np.float64, copy=False)
            row = [(plus - minus) / (2 * h)]
            for j, older in enumerate(above, start=1):
                new = row[-1] + (row[-1] - older) / (4**j - 1)
                apart = np.maximum(np.abs(new - row[-1]), np.abs(new - older)) + rounding
                better = apart < error
                best, error = np.where(better, new, best), np.where(better, apart, error)
                row.append(new)
            above = row
            if k >= halvings - 2:
                wider, bend = bend, (plus - middle - (middle - minus)) / h
        # Jumps can make larger steps agree by accident; the smallest one, on its own, must be near them.
        off = np.abs(above[0] - best)
        error = np.where(off > NEAR * np.abs(best), np.maximum(error, off), error)
        least = FLAT * float(np.abs(np.where(np.isfinite(best), best, 0.0)).max(initial=0.0))
        stays = np.abs(bend) > np.maximum(np.maximum(STAYS * np.abs(wider), 32 * rounding), least)
    return best, error, np.where(stays, bend, 0.0)


def _confirmed(
    f: Callable[[Array], Any], x: Array, direction: Direction, first: float, here: Array, bend: Array
) -> Array:
    """The difference of the one-sided slopes where it is there with small steps too, and the same; 0 elsewhere.

    f's curvature is in it, times the step: two small steps tell the two apart.
    """
    found, near = bend, bend
    for factor in TINY:
        before, step = near, first * factor
        near, rounding = _bend(f, x, direction, step, here)
        with np.errstate(all="ignore"):
            drowned = np.abs(bend) <= 32 * rounding  # it says nothing
            stays = drowned | (np.abs(near - bend) <= NEAR * np.abs(bend) + 8 * rounding)
            if factor == TINY[1]:
                found = np.where(drowned, found, 2 * near - before)
        bend, found = np.where(stays, bend, 0.0), np.where(stays, found, 0.0)
    return found


def _bend(f: Callable[[Array], Any], x: Array, direction: Direction, step: float, here: Array) -> tuple[Array, Array]:
    """The second difference over the step, and what rounding does to it."""
    away = step * direction.array
    with np.errstate(all="ignore"):
        plus, minus = np.asarray(f(np.asarray(x + away))), np.asarray(f(np.asarray(x - away)))
        rounding = last_places(plus, minus) / step
        return (plus.astype(np.float64) - here - (here.astype(np.float64) - minus)) / step, rounding
