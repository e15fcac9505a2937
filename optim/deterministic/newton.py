"""Newton's method, made safe by a trust region.

    minimise  m(p) = f + gᵀp + ½ pᵀHp   subject to  ‖p‖ ≤ Δ,      x ← x + p  if f sinks enough

with the exact Hessian H of the engine.  H = QΛQᵀ is taken apart once per point, and the step is exact wherever H
is indefinite or singular (trust_region.py); near a minimum it is Newton's own step, and convergence is quadratic.
A point where the gradient vanishes but H curves downwards is left along that curve: it is not a minimum.

Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, chapter 4; Moré and Sorensen, 1983.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .method import Method, stalled
from .problem import Point, Problem
from .result import Stop
from .trust_region import next_radius, ratio, solve


@dataclass(frozen=True)
class Newton(Method):
    """The equations are at the top of this file.  It costs n products with the Hessian and n³ for each step.

    Args:
        radius: Δ at the start, the longest first step.
        max_radius: the longest step ever.
    """

    name: ClassVar[str] = "newton"
    radius: float = 1.0
    max_radius: float = 1e10

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through."""
        point, radius, eps = start, self.radius, problem.structure.eps
        while True:
            hessian = problem.curvature(point.x).dense()
            if not np.isfinite(hessian).all():
                return Stop(False, "stopped where the Hessian of fun is NaN or infinite; a method without it may go on")
            curvatures, axes = np.linalg.eigh(hessian)
            point.hessian = hessian
            point.saddle = bool(curvatures[0] < -np.sqrt(eps) * np.abs(curvatures).max())
            yield point

            slopes = axes.T @ point.grad
            while True:
                q, _ = solve(curvatures, slopes, radius)
                length = float(np.linalg.norm(q))
                predicted = -float(slopes @ q + 0.5 * q @ (curvatures * q))
                trial = problem.point(point.x + axes @ q)
                achieved = ratio(point.fun, trial.fun, predicted, eps)
                better = achieved > 1e-4 and trial.usable()
                if better and predicted <= 10.0 * eps * abs(point.fun):
                    better = trial.norm < point.norm  # values no longer tell
                    if not better:
                        break
                if better and not np.array_equal(trial.x, point.x):
                    radius = next_radius(radius, achieved, length, self.max_radius)
                    break
                better = False
                radius = next_radius(radius, -np.inf, length, self.max_radius)
                if radius <= eps * float(np.linalg.norm(point.x)) or radius < 1e-300:
                    break
            if not better:
                positive = curvatures[0] > 0
                left = 0.5 * float(slopes @ (slopes / curvatures)) if positive else np.inf
                return stalled(problem, point, left)
            point = trial
