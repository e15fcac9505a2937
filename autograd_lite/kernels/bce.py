"""Binary cross-entropy of probabilities:  -y log x - (1 - y) log(1 - x)  with logarithms of at least -100.

    bce(x, y, reduction="mean")        x and y in [0, 1], of one shape

The gradient in x is (x - y) / (x (1 - x)), of which the denominator is at least 1e-12: both as in PyTorch.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused
from .reduction import reduced, reduced_raw, spread_cotangent

LEAST_LOG, LEAST = -100.0, 1e-12


def reference(x: Any, y: Any, *, reduction: str = "mean") -> Any:
    at_end = stop_gradient(x * (1 - x)) < LEAST
    inside = np.where(at_end, 0.5, x)
    # At the ends: the value there, with the slope (x - y) / 1e-12 in x as the derivative of a square.
    log_x, log_rest = _logarithms(stop_gradient(x))
    square = (x - stop_gradient(y)) * (x - stop_gradient(y)) * (0.5 / LEAST)
    ends = (y - 1) * log_rest - y * log_x + (square - stop_gradient(square))
    return reduced(np.where(at_end, ends, (y - 1) * np.log1p(-inside) - y * np.log(inside)), reduction)


def _logarithms(x: Any) -> tuple[Any, Any]:
    """log x and log(1 - x), cut off."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), LEAST_LOG), np.maximum(np.log1p(-x), LEAST_LOG)


def forward(x: Any, y: Any, *, reduction: str = "mean") -> tuple[Any, None]:
    log_x, log_rest = _logarithms(x)
    losses = (y - 1) * log_rest
    losses -= y * log_x
    return reduced_raw(losses, reduction), None


def backward(
    g: Any, _residual: None, needs: Sequence[Any], x: Any, y: Any, *, reduction: str = "mean"
) -> tuple[Any, Any]:
    each = spread_cotangent(g, reduction, x.size)
    dx = dy = None
    if needs[0] is not None:
        dx = x - y
        dx /= np.maximum((1 - x) * x, LEAST)
        dx *= each
    if needs[1] is not None:
        log_x, log_rest = _logarithms(x)
        dy = np.subtract(log_rest, log_x)
        dy *= each
    return dx, dy


reference.__name__ = "binary_cross_entropy"
bce = fused(
    reference,
    forward=forward,
    backward=backward,
    math="ℓ = −y log x − (1 − y) log(1 − x),  L = ℓ reduced;  "
    "x̄ = ℓ̄ (x − y) / (x (1 − x)),  ȳ = ℓ̄ log((1 − x) / x),  ℓ̄ = L̄ / n for a mean, else L̄",
)
