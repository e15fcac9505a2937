"""A move within a trust region: the longest step that the model is right about.

The model m(p) = f + gᵀp + ½ pᵀHp foretells by how much f sinks; a step that achieves enough of that is made, and
the radius Δ grows where the model was right at the boundary, and shrinks where it was wrong:

    ρ = (f(x) - f(x + p) + ε) / (m(0) - m(p) + ε),     ε = 10 eps |f|

ε keeps ρ near 1 where both differences are nothing but rounding errors; there the gradient must become smaller
instead of the value.  The value may be a small difference of large numbers, and its errors much larger than ε: so
where no more than √eps |f| is at stake, a step that halves the gradient is made whatever ρ is.

Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, algorithm 4.1; Conn, Gould and Toint, "Trust-region
methods", 2000, section 17.4.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .problem import Point, Problem
from .structure import Array

ENOUGH = 1e-4


def move(
    problem: Problem, point: Point, model: Callable[[float], tuple[Array, float]], radius: float, largest: float
) -> tuple[Point | None, float, float]:
    """A better point, or None if there is none.

    Args:
        problem: what is minimised.
        point: where to start from.
        model: gives, for a radius, the step and by how much the model sinks.
        radius: Δ, to begin with.
        largest: what Δ may grow to.

    Returns:
        The point, the next radius, and by how much the model sank at last.
    """
    eps, size = problem.structure.eps, abs(point.fun)
    smallest = max(eps * float(np.linalg.norm(point.x)), 1e-300)
    noise, much = 10.0 * eps * size, math.sqrt(eps) * size
    while True:
        p, predicted = model(radius)
        if not math.isfinite(predicted):
            return None, radius, math.inf
        trial = problem.point(point.x + p)
        length, achieved = float(np.linalg.norm(p)), point.fun - trial.fun
        if math.isfinite(trial.fun) and not np.array_equal(trial.x, point.x):
            ratio = (achieved + noise) / (predicted + noise) if predicted + noise > 0.0 else -math.inf
            if max(predicted, abs(achieved)) <= much and trial.usable() and trial.norm <= 0.5 * point.norm:
                return trial, radius, predicted
            if ratio > ENOUGH and trial.usable() and (predicted > noise or trial.norm < point.norm):
                return trial, next_radius(radius, ratio, length, largest), predicted
        radius = next_radius(radius, -math.inf, length, largest)
        if predicted <= noise or not radius > smallest:
            return None, radius, predicted


def next_radius(radius: float, ratio: float, length: float, largest: float) -> float:
    """Δ after a step of `length` that achieved `ratio` of the decrease foretold."""
    if ratio < 0.25:
        return 0.25 * min(length, radius)
    if ratio > 0.75 and length >= 0.8 * radius:
        return min(2.0 * radius, largest)
    return radius
