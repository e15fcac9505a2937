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
from dataclasses import dataclass

import numpy as np

from .residuals import ResidualPoint, Residuals
from .result import Stop
from .structure import Array
from .trust_region import solve


@dataclass(frozen=True)
class Tolerances:
    """When a fit has converged: see `least_squares`."""

    ftol: float
    xtol: float
    gtol: float


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
    point = start
    d = np.zeros(len(point.x)) if scale is None else 1.0 / scale
    longest = 0.0
    while True:
        yield point
        if scale is None:
            norms = np.linalg.norm(point.jacobian, axis=0)
            d = np.maximum(d, norms)
        safe = np.where(d > 0, d, 1.0)
        u, s, vt = np.linalg.svd(point.jacobian / safe, full_matrices=False)
        slopes = s * (u.T @ point.residuals)
        size = float(np.linalg.norm(safe * point.x))
        if not longest:
            longest = radius * (size or 1.0)
        accepted = False
        while not accepted:
            q, mu = solve(s * s, slopes, longest)
            length = float(np.linalg.norm(q))
            predicted = -float(slopes @ q + 0.5 * (s * q) @ (s * q))
            trial = problem.point(point.x + (vt.T @ q) / safe)
            gain = (point.fun - trial.fun) / predicted if predicted > 0 and math.isfinite(trial.fun) else -math.inf
            accepted = gain > 1e-4 and trial.usable()
            if not accepted or gain < 0.25:
                longest = _shrunk(gain, longest, length)
            elif gain >= 0.75 or mu == 0.0:
                longest = 2.0 * length
            small = predicted <= tolerances.ftol * point.fun and abs(point.fun - trial.fun) <= tolerances.ftol * point.fun
            if small and gain <= 2.0:
                if accepted and trial.fun <= point.fun:
                    yield trial
                return Stop(True, f"converged: the sum of squares changes by less than ftol={tolerances.ftol:.3g} of it")
            if accepted and length <= tolerances.xtol * size:
                yield trial
                return Stop(True, f"converged: the parameters change by less than xtol={tolerances.xtol:.3g} of them")
            if not accepted and (longest <= problem.structure.eps * size or longest < 1e-300):
                return no_better(problem, point)
        point = trial


def _shrunk(gain: float, longest: float, length: float) -> float:
    """The next Δ after a step that gained less than a quarter of what was predicted."""
    return (0.1 if gain == -math.inf else 0.25 if gain < 0 else 0.5) * min(longest, 10.0 * length)


def no_better(problem: Residuals, point: ResidualPoint) -> Stop:
    """The end where no lower point is found."""
    return Stop(
        False,
        f"stopped where no lower sum of squares was found, with residuals and columns of J {point.cosine():.3g} from "
        f"orthogonal: beyond it they are not finite, not smooth, or lost in the rounding of "
        f"{problem.structure.dtype.name}",
    )
