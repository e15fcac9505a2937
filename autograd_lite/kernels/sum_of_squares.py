"""The sum of squares of all elements of several arrays, times a number: a penalty on the weights of a network.

    sum_of_squares(*arrays, scale=1.0)

One operation however many arrays there are.  The cotangent of each is twice itself, times the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from ..primitive import fused
from .room import room


def reference(*arrays: Any, scale: float = 1.0) -> Any:
    return reduce(add, [np.sum(x * x) for x in arrays]) * scale


def forward(*arrays: Any, scale: float = 1.0) -> tuple[Any, None]:
    flat = [x.ravel("K") for x in arrays]  # "K": without a copy, also if it lies transposed
    return reduce(add, [x.dot(x) for x in flat]) * scale, None


def backward(g: Any, _residual: None, needs: Sequence[Any], *arrays: Any, scale: float = 1.0) -> list[Any]:
    factor = g * (2 * scale)
    return [
        None if need is None else np.multiply(x, factor, out=room(need)) for x, need in zip(arrays, needs, strict=True)
    ]


reference.__name__ = "sum_of_squares"
sum_of_squares = fused(reference, forward=forward, backward=backward, math="y = c Σᵢ Σ xᵢ²;  x̄ᵢ = 2 c xᵢ ȳ")
