"""Sigmoid and binary cross-entropy, in one.

    binary_cross_entropy_with_logits(x, y, reduction="mean")        x logits, y in [0, 1], of one shape

Per element, with s the sigmoid:  -y log s(x) - (1 - y) log(1 - s(x)) = max(x, 0) - x y + log(1 + exp(-|x|)),
the right side of which neither overflows nor loses digits.  Its gradient is s(x) - y, and -x in y.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import relu, sigmoid
from ..primitive import fused
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(x: Any, y: Any, *, reduction: str = "mean") -> Any:
    # log(1 + exp(x)) rather than the three terms above: smooth, so that its derivatives are right at 0 too
    return reduced(np.logaddexp(x, 0.0) - x * y, reduction)


def forward(x: Any, y: Any, *, reduction: str = "mean") -> tuple[Any, None]:
    losses = np.abs(x)
    np.negative(losses, out=losses)
    np.exp(losses, out=losses)
    np.log1p(losses, out=losses)
    losses += relu.raw(x)
    losses -= x * y
    return reduced_raw(losses, reduction), None


def backward(
    g: Any, _residual: None, needs: Sequence[Any], x: Any, y: Any, *, reduction: str = "mean"
) -> tuple[Any, Any]:
    each = spread_cotangent(g, reduction, x.size)
    return (sigmoid.raw(x) - y) * each if needs[0] is not None else None, -x * each if needs[1] is not None else None


reference.__name__ = "binary_cross_entropy_with_logits"
binary_cross_entropy_with_logits = fused(
    reference,
    forward=forward,
    backward=backward,
    math="ℓ = log(1 + exp x) − x y,  L = ℓ reduced;  x̄ = (σ(x) − y) ℓ̄,  ȳ = −x ℓ̄,  ℓ̄ = L̄ / n for a mean, else L̄",
)
