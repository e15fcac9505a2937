"""BFGS: an estimate of the inverse Hessian, from how the gradient changes.

    d = -B g,     s = α d  with α from a strong Wolfe line search,     y = g_after - g
    B ← (I - ρ s yᵀ) B (I - ρ y sᵀ) + ρ s sᵀ,     ρ = 1 / yᵀs          (B = yᵀs / yᵀy · I before the first update)

Broyden; Fletcher; Goldfarb; Shanno, all 1970; Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006,
algorithm 6.1.
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


@dataclass(frozen=True)
class BFGS(Method):
    """The equations are at the top of this file.  Memory and time grow with n² for each step.

    Args:
        flatter: σ of the line search, to what share of itself each slope must shrink; less than 1.
    """

    name: ClassVar[str] = "bfgs"
    flatter: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.flatter < 1:
            raise ValueError(f'flatter={self.flatter} of method "bfgs" must be less than 1')

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through."""
        yield start
        point = start
        inverse = None
        while True:
            d = -point.grad if inverse is None else -(inverse @ point.grad)
            if not float(d @ point.grad) < 0:
                d, inverse = -point.grad, None
            found = search(problem, point, d, min(1.0, 1.0 / point.norm) if inverse is None else 1.0, self.flatter)
            if found is None:
                if inverse is None:
                    return stalled(problem, point)
                inverse = None  # once more along the gradient
                continue
            s, y = found.x - point.x, found.grad - point.grad
            ys = float(y @ s)
            point = found
            yield point
            if ys <= 1e-12 * float(np.linalg.norm(y)) * float(np.linalg.norm(s)):
                continue  # rounding has eaten the curvature, which the line search makes positive
            if inverse is None:
                inverse = ys / float(y @ y) * np.eye(len(s))
            by = inverse @ y
            cross = np.outer(by, s) / ys
            inverse += (1.0 + float(y @ by) / ys) / ys * np.outer(s, s) - cross - cross.T
