"""Newton's method with products only: a truncated conjugate-gradient solution in a trust region.

The step p minimises m(p) = gᵀp + ½ pᵀHp over ‖p‖ ≤ Δ approximately: conjugate gradients on Hp = -g start at p = 0
and end where ‖Hp + g‖ ≤ min(½, √‖g‖) ‖g‖, at the boundary, or along a direction in which H curves downwards.
No matrix is formed: each product Hv is one backward sweep.

Steihaug, "The conjugate gradient method and trust regions in large scale optimization", SIAM J. Numer. Anal. 20,
1983; Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, algorithm 7.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .method import Method, stalled
from .problem import Point, Problem
from .result import Stop
from .structure import Array
from .trust_region import next_radius, ratio


@dataclass(frozen=True)
class NewtonCG(Method):
    """The equations are at the top of this file.  For many parameters: memory grows with n, not with n².

    Args:
        radius: Δ at the start, the longest first step.
        max_radius: the longest step ever.
    """

    name: ClassVar[str] = "newton-cg"
    radius: float = 1.0
    max_radius: float = 1e10

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through."""
        point, radius, eps = start, self.radius, problem.structure.eps
        while True:
            yield point
            curvature = problem.curvature(point.x)
            while True:
                p, predicted = truncated_cg(curvature.product, point.grad, radius)
                length = float(np.linalg.norm(p))
                if not math.isfinite(predicted):
                    return Stop(False, "stopped where the Hessian of fun is NaN or infinite; a method without it may go on")
                trial = problem.point(point.x + p)
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
                return stalled(problem, point, predicted)
            point = trial


def truncated_cg(product: Callable[[Array], Array], g: Array, radius: float) -> tuple[Array, float]:
    """The step p, and by how much the model sinks: -gᵀp - ½ pᵀHp.

    >>> import numpy as np
    >>> p, sinks = truncated_cg(lambda v: np.array([1.0, 4.0]) * v, np.array([1.0, 4.0]), 9.0)
    >>> p.round(12), round(sinks, 12)
    (array([-1., -1.]), 2.5)
    """
    size = float(np.linalg.norm(g))
    enough = min(0.5, math.sqrt(size)) * size
    p, hp = np.zeros_like(g), np.zeros_like(g)
    r, d = g, -g
    for _ in range(2 * len(g) + 10):  # n in exact arithmetic
        if float(np.linalg.norm(r)) <= enough:
            break
        hd = product(d)
        bend = float(d @ hd)
        if not math.isfinite(bend):
            return p, math.nan
        rr = float(r @ r)
        step = rr / bend if bend > 0 else math.inf
        if bend <= 0 or float(np.linalg.norm(p + step * d)) >= radius:
            step = _to_boundary(p, d, radius)
            p, hp = p + step * d, hp + step * hd
            break
        p, hp = p + step * d, hp + step * hd
        r = r + step * hd
        d = -r + (float(r @ r) / rr) * d
    return p, -float(g @ p + 0.5 * p @ hp)


def _to_boundary(p: Array, d: Array, radius: float) -> float:
    """The t > 0 for which ‖p + t d‖ = radius."""
    dd, pd, rest = float(d @ d), float(p @ d), radius * radius - float(p @ p)
    root = math.sqrt(max(pd * pd + dd * rest, 0.0))
    return rest / (pd + root) if pd > 0 else (root - pd) / dd
