"""A line search that ends where the strong Wolfe conditions hold: low enough, and flat enough.

Along a direction d from θ, with φ(t) = f(θ + t d), it looks for a t > 0 with

    φ(t) ≤ φ(0) + c₁ t φ'(0)    and    |φ'(t)| ≤ c₂ |φ'(0)|

first by longer and longer steps, until a minimum must lie between two of them, then by narrowing that bracket
with the minimum of the cubic through its ends.

Nocedal and Wright, "Numerical optimization", 2nd edition, Springer 2006, algorithms 3.5 and 3.6, equation 3.59;
the safeguards are those of Schmidt's minFunc, which PyTorch has taken over.

It is here so that `LBFGS` goes where PyTorch's goes, trial by trial.  Where the differences between losses drown in
rounding it finds nothing any more; `approximate_wolfe` then goes by the slopes alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from .flat import Array


class Trial(NamedTuple):
    """A point on the line: how far out, the loss there, its gradient, and the slope along the line."""

    t: float
    loss: float
    grad: Array
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Trial],
    start: Trial,
    t: float,
    longest: float,
    *,
    sufficient: float = 1e-4,
    flat: float = 0.9,
    tolerance: float = 1e-9,
    most: int = 25,
) -> tuple[Trial, int]:
    """A point at which the strong Wolfe conditions hold, or the best one found.

    Args:
        evaluate: gives the trial at some t; a loss that is not finite counts as infinitely high.
        start: the trial at t = 0; its slope is negative.
        t: the step to try first.
        longest: the largest number in the direction, by absolute value: t times it is how far a parameter moves.
        sufficient: c₁, how much of the decrease that the slope promises is enough.
        flat: c₂, how much of the slope may be left.
        tolerance: stop when the bracket is shorter than this.
        most: how often to evaluate, after the first time.

    Returns:
        The trial, and how often `evaluate` was called.

    >>> import numpy as np
    >>> def parabola(t):
    ...     return Trial(t, (t - 3.0) ** 2, np.array([2.0 * (t - 3.0)]), 2.0 * (t - 3.0))
    >>> found, evaluations = strong_wolfe(parabola, parabola(0.0), 10.0, 1.0, flat=0.1)
    >>> found.t, evaluations
    (3.0, 2)
    """
    previous, new = start, evaluate(t)
    rounds = 0
    bracket: list[Trial] = []
    while rounds < most:
        if _too_high(new, start, sufficient) or (rounds > 1 and new.loss >= previous.loss):
            bracket = [previous, new]
            break
        if abs(new.slope) <= -flat * start.slope:
            return new, rounds + 1
        if new.slope >= 0.0:
            bracket = [previous, new]
            break
        further = cubic_minimum(previous, new, new.t + 0.01 * (new.t - previous.t), 10.0 * new.t)
        previous, new = new, evaluate(further)
        rounds += 1
    if not bracket:
        bracket = [start, new]

    low, high = _order(bracket)
    stalled = False
    while rounds < most:
        near, far = sorted(trial.t for trial in bracket)
        if (far - near) * longest < tolerance:
            break
        t = cubic_minimum(bracket[0], bracket[1], near, far)
        margin = 0.1 * (far - near)
        if min(far - t, t - near) < margin:
            # so close to an end that little is learnt: tolerated once, then moved inwards
            if stalled or t >= far or t <= near:
                t = far - margin if far - t < t - near else near + margin
                stalled = False
            else:
                stalled = True
        else:
            stalled = False

        new = evaluate(t)
        rounds += 1
        if _too_high(new, start, sufficient) or new.loss >= bracket[low].loss:
            bracket[high] = new
            low, high = _order(bracket)
            continue
        if abs(new.slope) <= -flat * start.slope:
            return new, rounds + 1
        if new.slope * (bracket[high].t - bracket[low].t) >= 0.0:
            bracket[high] = bracket[low]
        bracket[low] = new
    return bracket[low], rounds + 1


def _too_high(new: Trial, start: Trial, sufficient: float) -> bool:
    return new.loss > start.loss + sufficient * new.t * start.slope


def _order(bracket: list[Trial]) -> tuple[int, int]:
    """Which end of the bracket is the lower one, and which the other."""
    return (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)


def cubic_minimum(a: Trial, b: Trial, lowest: float, highest: float) -> float:
    """Where the cubic with the losses and slopes of two trials has its minimum, kept between two bounds.

    The middle of the bounds, if it has none.

    >>> import numpy as np
    >>> g = np.zeros(1)
    >>> cubic_minimum(Trial(0.0, 0.0, g, -3.0), Trial(2.0, 2.0, g, 9.0), 0.0, 2.0)     # t³ - 3 t
    1.0
    """
    middle = 0.5 * (lowest + highest)
    if a.t > b.t:
        a, b = b, a
    if not (a.t < b.t and math.isfinite(a.loss) and math.isfinite(b.loss)):
        return middle
    d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not 0.0 <= square < math.inf:
        return middle
    d2 = math.sqrt(square)
    bottom = b.slope - a.slope + 2.0 * d2
    if bottom == 0.0:
        return middle
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / bottom)
    return min(max(t, lowest), highest)
