"""The search for a lower point of a `Problem` along a direction; its conditions are those of `approximate_wolfe`."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..approximate_wolfe import approximate_wolfe
from .problem import Point, Problem
from .structure import Array


class Trial(NamedTuple):
    """A step, where it leads, and value and slope there (infinite where they are not finite)."""

    t: float
    point: Point
    loss: float
    slope: float


def search(problem: Problem, start: Point, direction: Array, step: float, flatter: float) -> Point | None:
    """A point along `direction` that meets the conditions; else the lowest one seen; None if none is lower.

    Args:
        problem: what is minimised.
        start: where the search begins.
        direction: along which f goes down at the start.
        step: the t to try first.
        flatter: σ, to what share of itself the slope must shrink; more than δ, less than 1.
    """

    def at(t: float) -> Trial:
        point = problem.point(start.x + t * direction)
        if not point.usable():
            return Trial(t, point, math.inf, -math.inf)
        return Trial(t, point, point.fun, float(point.grad @ direction))

    first = Trial(0.0, start, start.fun, float(start.grad @ direction))
    found, _ = approximate_wolfe(at, first, step, problem.structure.eps, flat=flatter)
    return None if found is None else found.point
