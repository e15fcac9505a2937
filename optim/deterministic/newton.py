"""Newton's method, made safe by a trust region.

    minimise  m(p) = f + gᵀp + ½ pᵀHp   subject to  ‖p‖ ≤ Δ,      x ← x + p  if f sinks enough

with the exact Hessian H of the engine.  H = QΛQᵀ is taken apart once per point, and the step is exact wherever H
is indefinite or singular (subproblem.py); near a minimum it is Newton's own step, and convergence is quadratic.
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
from .structure import Array
from .subproblem import solve
from .trust_region import move


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
                yield point
                return Stop(False, "stopped where the Hessian of fun is not finite; a method without it may go on")
            curvatures, axes = np.linalg.eigh(hessian)
            point.hessian = hessian
            point.saddle = bool(curvatures[0] < -np.sqrt(eps) * np.abs(curvatures).max())
            yield point

            slopes = axes.T @ point.grad
            model = _Model(curvatures, axes, slopes)
            trial, radius, _ = move(problem, point, model, radius, self.max_radius)
            if trial is None:
                left = 0.5 * float(slopes @ (slopes / curvatures)) if curvatures[0] > 0 else np.inf
                return stalled(problem, point, left)
            point = trial


@dataclass(frozen=True)
class _Model:
    """m, in the coordinates in which H is diagonal."""

    curvatures: Array
    axes: Array
    slopes: Array

    def __call__(self, radius: float) -> tuple[Array, float]:
        q, _ = solve(self.curvatures, self.slopes, radius)
        return self.axes @ q, -float(self.slopes @ q + 0.5 * q @ (self.curvatures * q))
