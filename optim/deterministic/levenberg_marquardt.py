"""Levenberg and Marquardt's method for least squares, as a trust-region method after Moré.

    minimise ½‖r + Jp‖²  subject to  ‖Dp‖ ≤ Δ,   that is   (JᵀJ + μ DᵀD) p = -Jᵀr,      x ← x + p

D, diagonal, holds the norms of J's columns (the largest seen so far), so that the units of the parameters do not
matter.  J D⁻¹ = U S Vᵀ is taken apart once per point: μ for each Δ then costs next to nothing, JᵀJ, whose condition
is the square of J's, is never formed, and J may be short of rank.

Levenberg, Quart. Appl. Math. 2, 1944; Marquardt, "An algorithm for least-squares estimation of nonlinear
parameters", J. SIAM 11, 1963; Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978.
"""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np

from .linearized import Linearized, Tolerances
from .residuals import ResidualPoint, Residuals
from .result import Stop
from .structure import Array
from .subproblem import solve


def levenberg_marquardt(
    problem: Residuals, start: ResidualPoint, tolerances: Tolerances, scale: Array | None, radius: float
) -> Generator[ResidualPoint, None, Stop]:
    """The points that the method goes through, `start` first.

    Args:
        problem: the residuals.
        start: where to begin.
        tolerances: when to end.
        scale: the sizes of the parameters, 1 / D; None for D from the columns of J.
        radius: Δ at the start, in units of ‖Dx‖ (or of 1, where x = 0).
    """
    point, longest = start, 0.0
    d = np.zeros(len(point.x)) if scale is None else 1.0 / scale
    while True:
        yield point
        if scale is None:
            d = np.maximum(d, np.linalg.norm(point.jacobian, axis=0))
        linear = Linearized(point, d)
        stop = linear.arrived(tolerances)
        if stop is not None:
            return stop
        longest = longest or radius * (linear.size or 1.0)
        curvatures, slopes = linear.s**2, linear.s * linear.along
        while True:
            q, mu = solve(curvatures, slopes, longest)
            length = float(np.linalg.norm(q))
            predicted = -float(slopes @ q + 0.5 * q @ (curvatures * q))
            trial = problem.point(point.x + linear.step(q))
            actual = point.fun - trial.fun if math.isfinite(trial.fun) else -math.inf
            gain = actual / predicted if predicted > 0 else -math.inf
            accepted = gain > 1e-4 and trial.usable()
            if not accepted or gain < 0.25:
                longest = _shrunk(float(slopes @ q), actual) * min(longest, 10.0 * length)
            elif gain >= 0.75 or mu == 0.0:
                longest = 2.0 * length
            if accepted:
                break
            if not longest > max(problem.structure.eps * linear.size, 1e-300):
                return linear.stalled(problem)
        point = trial


def _shrunk(slope: float, actual: float) -> float:
    """By how much to shorten the step: to the minimum of the parabola through both values, within 10% and 50%.

    Args:
        slope: of ½‖r‖² along the step, at its beginning; negative.
        actual: by how much ½‖r‖² has sunk at its end.
    """
    if actual >= 0:
        return 0.5
    return min(max(0.5 * slope / (slope + actual), 0.1), 0.5)
