"""The sigmoid linear unit:  y = x s(x), with s the sigmoid.

    silu(x)

Kept for backward is x alone.  S. Elfwing, E. Uchibe and K. Doya, Sigmoid-Weighted Linear Units (2017).
"""

from collections.abc import Sequence
from typing import Any

from ..ops import sigmoid
from ..primitive import fused


def reference(x: Any) -> Any:
    return x * sigmoid(x)


def forward(x: Any) -> tuple[Any, None]:
    return x * sigmoid.raw(x), None


def backward(g: Any, _residual: None, _needs: Sequence[Any], x: Any) -> tuple[Any]:
    s = sigmoid.raw(x)
    slope = 1 - s
    slope *= x
    slope += 1
    slope *= s
    slope *= g
    return (slope,)


reference.__name__ = "silu"
silu = fused(reference, forward=forward, backward=backward, math="y = x σ(x);  x̄ = σ(x) (1 + x (1 − σ(x))) ȳ")
