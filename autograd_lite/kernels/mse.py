"""The mean squared error, (x - y)^2 averaged over all elements.

    mse_loss(x, y, reduction="mean")        x and y of one shape

Its gradient is 2 (x - y) / n in x, and the negative of that in y.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(x: Any, y: Any, *, reduction: str = "mean") -> Any:
    difference = x - y
    return reduced(difference * difference, reduction)


def forward(x: Any, y: Any, *, reduction: str = "mean") -> tuple[Any, Any]:
    difference = np.subtract(x, y)
    if reduction == "none" or difference.dtype.itemsize < 4:
        return reduced_raw(difference * difference, reduction), difference
    flat = difference.reshape(-1)
    total = np.dot(flat, flat)  # the sum of squares in one pass
    return (total / flat.size if reduction == "mean" else total), difference


def backward(
    g: Any, difference: Any, needs: Sequence[Any], _x: Any, _y: Any, *, reduction: str = "mean"
) -> tuple[Any, Any]:
    dx = difference * spread_cotangent(g * 2, reduction, difference.size)
    return dx if needs[0] is not None else None, -dx if needs[1] is not None else None


reference.__name__ = "mse_loss"
mse_loss = fused(
    reference,
    forward=forward,
    backward=backward,
    math="ℓ = (x − y)²,  L = ℓ reduced;  x̄ = 2 (x − y) ℓ̄,  ȳ = −x̄,  ℓ̄ = L̄ / n for a mean, else L̄",
)
