"""The Gauss-Newton method for least squares, with a line search.

    J p = -r  in the sense of least squares (the shortest such p),     x ← x + α p
    α = 1, ½, ...:  the first that has  ½‖r(x + αp)‖² ≤ ½‖r‖² + 10⁻⁴ α gᵀp

It is Newton's method with JᵀJ for the Hessian: fast where the residuals are small or nearly linear.  Far from a
minimum, and where J is nearly short of rank, Levenberg and Marquardt's method goes on where this one crawls.

Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, section 10.3; Björck, "Numerical methods for least
squares problems", 1996, section 9.2.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from .linearized import Linearized, Tolerances
from .residuals import ResidualPoint, Residuals
from .result import Stop
from .structure import Array


def gauss_newton(
    problem: Residuals, start: ResidualPoint, tolerances: Tolerances, scale: Array | None
) -> Generator[ResidualPoint, None, Stop]:
    """The points that the method goes through, `start` first.

    Args:
        problem: the residuals.
        start: where to begin.
        tolerances: when to end.
        scale: the sizes of the parameters, in which a step is shortest; None for those from the columns of J.
    """
    point = start
    while True:
        yield point
        linear = Linearized(point, np.linalg.norm(point.jacobian, axis=0) if scale is None else 1.0 / scale)
        stop = linear.arrived(tolerances)
        if stop is not None:
            return stop
        p, length = linear.step(linear.newton), float(np.linalg.norm(linear.newton))
        slope, step = float(point.grad @ p), 1.0
        while True:
            trial = problem.point(point.x + step * p)
            if trial.fun <= point.fun + 1e-4 * step * slope and trial.usable():
                break
            step *= 0.5
            if step * length <= max(problem.structure.eps * linear.size, 1e-300):
                return linear.stalled(problem)
        point = trial
