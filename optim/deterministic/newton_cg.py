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
from functools import partial
from typing import ClassVar

import numpy as np

from .method import Method, stalled
from .problem import Point, Problem
from .result import Stop
from .structure import Array
from .trust_region import move


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
        point, radius = start, self.radius
        while True:
            yield point
            model = partial(truncated_cg, problem.curvature(point.x).product, point.grad)
            trial, radius, predicted = move(problem, point, model, radius, self.max_radius)
            if trial is None and not math.isfinite(predicted):
                return Stop(False, "stopped where the Hessian of fun is not finite; a method without it may go on")
            if trial is None:
                return stalled(problem, point, predicted)
            point = trial


def truncated_cg(product: Callable[[Array], Array], g: Array, radius: float) -> tuple[Array, float]:
    """The step p, and by how much the model sinks: -gᵀp - ½ pᵀHp.

    >>> import numpy as np
    >>> truncated_cg(lambda v: 2.0 * v, np.array([2.0, 4.0]), 9.0)
    (array([-1., -2.]), 5.0)
    >>> truncated_cg(lambda v: 0.0 * v, np.array([3.0, 4.0]), 1.0)         # no curvature: to the boundary
    (array([-0.6, -0.8]), 5.0)
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
