"""Root-mean-square normalization:  y = x / sqrt(mean of x^2 + eps) weight, for each sample.

    rms_norm(x, weight=None, axes=1, eps=1e-5)

The mean is that over the last `axes` axes; the weight has their shape.

B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, NeurIPS (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .layer_norm import flat, gradients, rows_of


def reference(x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    y = x / np.sqrt(np.mean(x * x, axis=tuple(range(-axes, 0)), keepdims=True) + eps)
    return y if weight is None else y * weight


def forward(x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5) -> tuple[Any, Any]:
    rows, weight = rows_of(x, axes), flat(weight)
    rstd = 1 / np.sqrt(np.vecdot(rows, rows) / rows.shape[1] + eps)
    y = rows * rstd[:, None]
    if weight is not None:
        y *= weight
    return y.reshape(x.shape).astype(x.dtype, copy=False), (None, rstd)


def backward(
    g: Any, residual: Any, needs: Sequence[Any], x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5
) -> tuple[Any, ...]:
    return gradients(g, residual, needs, x, (weight,), axes)


reference.__name__ = "rms_norm"
rms_norm = fused(
    reference,
    forward=forward,
    backward=backward,
    math="s = √(mean(x²) + ε),  z = x / s,  y = w z;  z̄ = w ȳ,  x̄ = (z̄ − z mean(z z̄)) / s,  w̄ = Σ z ȳ",
)
