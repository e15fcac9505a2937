"""L-BFGS: BFGS that remembers the last few steps instead of a matrix.

    d = -H g, with H the BFGS matrix of the last `memory` pairs (s, y), applied by `two_loops`
    x ← x + α d  with α from a strong Wolfe line search

Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35, 1980; Nocedal and Wright, "Numerical
Optimization", 2nd ed. 2006, algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..two_loops import two_loops
from .line_search import search
from .method import Method, stalled
from .problem import Point, Problem
from .result import Stop
from .structure import Array


@dataclass(frozen=True)
class LimitedMemoryBFGS(Method):
    """The equations are at the top of this file.  Memory: 2 · memory vectors.

    Args:
        memory: how many pairs are kept, a whole number.
        flatter: σ of the line search, to what share of itself each slope must shrink; less than 1.
    """

    name: ClassVar[str] = "lbfgs"
    memory: int = 10
    flatter: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.memory, int):
            raise ValueError(f'memory={self.memory} of method "lbfgs" must be a whole number')
        if not self.flatter < 1:
            raise ValueError(f'flatter={self.flatter} of method "lbfgs" must be less than 1')

    def steps(self, problem: Problem, start: Point) -> Generator[Point, None, Stop]:
        """The points that the method goes through."""
        yield start
        point = start
        pairs: deque[tuple[Array, Array, float]] = deque(maxlen=self.memory)
        scale = 1.0
        while True:
            d = -two_loops(point.grad, pairs, scale) if pairs else -point.grad
            if not float(d @ point.grad) < 0:
                d = -point.grad
                pairs.clear()
            found = search(problem, point, d, 1.0 if pairs else min(1.0, 1.0 / point.norm), self.flatter)
            if found is None:
                if not pairs:
                    return stalled(problem, point)
                pairs.clear()  # once more along the gradient
                continue
            s, y = found.x - point.x, found.grad - point.grad
            ys = float(y @ s)
            point = found
            yield point
            if ys > 1e-12 * float(np.linalg.norm(y)) * float(np.linalg.norm(s)):
                pairs.append((s, y, 1.0 / ys))
                scale = ys / float(y @ y)
