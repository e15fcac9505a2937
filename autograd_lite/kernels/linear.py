"""The affine map of a fully connected layer: y = x W^T + b.

    linear(x, weight, bias)        x (..., in), weight (out, in), bias (out,) or None  ->  (..., out)

The fastest layout of the weight in memory is (in, out), seen transposed: forward is then a plain product of
two arrays, which BLAS does in half the time of one with a transposed operand where they are small.

With g the cotangent of y, all leading axes of x laid in one:  dx = g W,  dW = g^T x,  db = sum of g.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .constants import ones
from .room import room


def reference(x: Any, weight: Any, bias: Any = None) -> Any:
    product = np.matmul(x, weight.mT)
    return product if bias is None else product + bias


def forward(x: Any, weight: Any, bias: Any = None) -> tuple[Any, None]:
    rows = x if x.ndim == 2 else x.reshape(-1, x.shape[-1])
    y = rows.dot(weight.T)
    if bias is not None:
        y += bias
    return (y if x.ndim == 2 else y.reshape(*x.shape[:-1], weight.shape[0])), None


def backward(
    g: Any, _residual: None, needs: Sequence[Any], x: Any, weight: Any, bias: Any = None
) -> tuple[Any, Any, Any]:
    if x.ndim != 2:
        dx, dweight, dbias = backward(
            g.reshape(-1, weight.shape[0]), None, needs, x.reshape(-1, x.shape[-1]), weight, bias
        )
        return dx if dx is None else dx.reshape(x.shape), dweight, dbias
    return (
        g.dot(weight) if needs[0] is not None else None,
        _product(g, x, needs[1]) if needs[1] is not None else None,
        None if bias is None or needs[2] is None else ones(len(x), g.dtype).dot(g, out=room(needs[2])),
    )


def _product(g: Any, x: Any, need: Any) -> Any:
    """g^T x, in the room for it if there is one; a product can only be written row by row."""
    out = room(need)
    if out is None or out.flags.c_contiguous:
        return g.T.dot(x, out=out)
    x.T.dot(g, out=out.T)
    return out


reference.__name__ = "linear"
linear = fused(reference, forward=forward, backward=backward, math="Y = X Wᵀ + b;  X̄ = Ȳ W,  W̄ = Ȳᵀ X,  b̄ = Σ Ȳ")
