"""Huber's loss: squared where the error is small, linear where it is large.

    huber(x, y, delta, reduction="mean")        x and y of one shape

With d = x - y and c = d cut off at -delta and delta, it is  c (d - c / 2), and its gradient in x is c, which alone is
kept.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(x: Any, y: Any, *, delta: float, reduction: str = "mean") -> Any:
    d = x - y
    constant = stop_gradient(d)
    c = np.where(np.abs(constant) < delta, d, np.clip(constant, -delta, delta))  # at delta the slope of c is 0
    return reduced(c * (d - c * 0.5), reduction)


def forward(x: Any, y: Any, *, delta: float, reduction: str = "mean") -> tuple[Any, Any]:
    d = np.subtract(x, y)
    c = np.asarray(np.minimum(np.maximum(d, -delta), delta))
    losses = d - c * 0.5
    losses *= c
    return reduced_raw(losses, reduction), c


def backward(
    g: Any, c: Any, needs: Sequence[Any], _x: Any, _y: Any, *, delta: float, reduction: str = "mean"
) -> tuple[Any, Any]:
    dx = c * spread_cotangent(g, reduction, c.size)
    return dx if needs[0] is not None else None, -dx if needs[1] is not None else None


reference.__name__ = "huber"
huber = fused(
    reference,
    forward=forward,
    backward=backward,
    math="d = x − y,  c = clip(d, −δ, δ),  ℓ = c (d − c / 2),  L = ℓ reduced;  "
    "x̄ = c ℓ̄,  ȳ = −x̄,  ℓ̄ = L̄ / n for a mean, else L̄",
)
