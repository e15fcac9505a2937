"""Nonlinear conjugate gradients: a first-order method that remembers one direction.

    d ← -g + β d,     x ← x + α d  with α from a strong Wolfe line search,     y = g - g_before

    polak-ribiere   β = max(gᵀy / ‖g_before‖², 0)
    hager-zhang     β = max((y - 2d ‖y‖²/dᵀy)ᵀg / dᵀy,  -1 / (‖d‖ min(0.01, ‖g_before‖)))

It starts afresh, with d = -g, where d is no direction of descent.

Polak and Ribière, 1969, with Powell's restriction to β ≥ 0; Hager and Zhang, "A new conjugate gradient method with
guaranteed descent and an efficient line search", SIAM J. Optim. 16, 2005; Nocedal and Wright, "Numerical
Optimization", 2nd ed. 2006, section 5.2.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .line_search import search
from .method import Method, stalled
from .problem import Point, Problem
from .result import Stop
from .structure import Array


def polak_ribiere(g: Array, before: Array, _d: Array) -> float:
    """β of Polak and Ribière, not below 0."""
    return max(float(g @ (g - before)) / float(before @ before), 0.0)


def hager_zhang(g: Array, before: Array, d: Array) -> float:
    """β of Hager and Zhang, cut off below."""
    y = g - before
    dy = float(d @ y)
    if dy <= 0.0:
        return 0.0
    beta = float((y - (2.0 * float(y @ y) / dy) * d) @ g) / dy
    return max(beta, -1.0 / (float(np.linalg.norm(d)) * min(0.01, float(np.linalg.norm(before)))))


BETAS = {"hager-zhang": hager_zhang, "polak-ribiere": polak_ribiere}


@dataclass(frozen=True)
class ConjugateGradient(Method):
    """The equations are at the top of this file.  Memory: a few vectors.

    Args:
        beta: "hager-zhang" or "polak-ribiere".
        flatter: σ of the line search, to what share of itself each slope must shrink; less than ½.
    """

    name: ClassVar[str] = "cg"
    beta: str = "hager-zhang"
    flatter: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta not in BETAS:
            raise ValueError(f'beta={self.beta!r} of method "cg" is unknown; choose one of {sorted(BETAS)}')
        if not self.flatter < 0.5:
            raise ValueError(f'flatter={self.flatter} of method "cg" must be less than 0.5')

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through."""
        yield start
        point, beta = start, BETAS[self.beta]
        d = -point.grad
        step = min(1.0, 1.0 / point.norm)
        while True:
            slope = float(d @ point.grad)
            if not slope < 0:
                d, slope = -point.grad, -(point.norm**2)
            found = search(problem, point, d, step, self.flatter)
            if found is None and not np.array_equal(d, -point.grad):
                d, slope = -point.grad, -(point.norm**2)
                found = search(problem, point, d, min(1.0, 1.0 / point.norm), self.flatter)
            if found is None:
                return stalled(problem, point)
            before, gone = point.grad, float(np.linalg.norm(found.x - point.x)) / float(np.linalg.norm(d))
            point = found
            yield point
            d = -point.grad + beta(point.grad, before, d) * d
            # as far as would change f, to first order, by as much as the last step (Nocedal and Wright, 3.60)
            step = gone * slope / min(float(d @ point.grad), -1e-300)
