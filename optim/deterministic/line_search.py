"""How far to go along a direction: to where the strong Wolfe conditions hold.

    φ(α) = f(x + αd),     φ(α) ≤ φ(0) + δ α φ'(0) + ε,     |φ'(α)| ≤ σ |φ'(0)|

Between `low`, which has the first and still goes down, and `high`, which has it not or goes up, there is such an α;
the bracket is closed by secant steps on the slope, or, while `high` is merely too high, by a parabola, and halved
when they are slow.  A trial whose value or gradient is NaN or infinite is too high.

ε = 10 eps |f| is what rounding does to f at best.  Near a minimum the decrease drowns in it, and the slopes, which
the engine gives to full precision, decide alone: so gradients become as small as they would with exact values, where
the textbook's conditions (ε = 0) stop at their square root (Hager and Zhang's "approximate Wolfe conditions").  Where
that finds nothing, f may be a small difference of large numbers, and it is tried once more with ε = √eps |f|.

Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, sections 3.1 and 3.5; Hager and Zhang, "A new conjugate
gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 16, 2005.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .problem import Point, Problem
from .structure import Array

DECREASE = 1e-4  # δ
_EXPAND = 4.0
_TRIALS = 60


class Trial(NamedTuple):
    """A step, where it leads, and value and slope there (infinite where they are not finite)."""

    step: float
    point: Point
    fun: float
    slope: float


def search(problem: Problem, start: Point, direction: Array, step: float, flatter: float) -> Point | None:
    """A point along `direction` that meets the conditions; else the lowest one seen; None if none is lower.

    Args:
        problem: what is minimised.
        start: where the search begins.
        direction: along which f goes down at the start.
        step: the α to try first.
        flatter: σ, to what share of itself the slope must shrink; more than δ, less than 1.
    """
    eps, size = problem.structure.eps, abs(start.fun)
    for noise in (10.0 * eps * size, math.sqrt(eps) * size):
        found = _search(problem, start, direction, step, flatter, noise)
        if found is not None:
            return found
    return None


def _search(
    problem: Problem, start: Point, direction: Array, step: float, flatter: float, noise: float
) -> Point | None:
    slope = float(start.grad @ direction)

    def at(step: float) -> Trial:
        point = problem.point(start.x + step * direction)
        if not point.usable():
            return Trial(step, point, math.inf, -math.inf)
        return Trial(step, point, point.fun, float(point.grad @ direction))

    low, high = Trial(0.0, start, start.fun, slope), None
    best = low
    widths = [math.inf, math.inf]
    for _ in range(_TRIALS):
        trial = at(step)
        enough = trial.fun <= start.fun + DECREASE * step * slope + noise
        if enough and abs(trial.slope) <= flatter * -slope:
            return trial.point
        if trial.fun < best.fun:
            best = trial
        if enough and trial.slope < 0:
            low = trial
        else:
            high = trial
        if high is None:
            step *= _EXPAND
            continue
        width = high.step - low.step
        if width <= 1e-15 * high.step:
            break
        step = low.step + width * (0.5 if width > 0.6 * widths[-2] else _share(low, high))
        widths.append(width)
    return best.point if best.fun < start.fun else None


def _share(low: Trial, high: Trial) -> float:
    """How much of the way from low to high to go, between 1% and 99%."""
    if high.slope >= 0:
        share = -low.slope / (high.slope - low.slope)
    elif high.fun < math.inf:
        bend = high.fun - low.fun - low.slope * (high.step - low.step)
        share = -0.5 * low.slope * (high.step - low.step) / bend if bend > 0 else 0.5
    else:
        share = 0.25
    return min(max(share, 0.01), 0.99)
