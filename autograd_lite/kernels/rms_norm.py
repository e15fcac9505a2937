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
from . import standardize
from .layer_norm import flat, rows_of, shaped_gradients


def reference(x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    y = x / np.sqrt(np.mean(x * x, axis=tuple(range(-axes, 0)), keepdims=True) + eps)
    return y if weight is None else y * weight


def forward(x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5) -> tuple[Any, Any]:
    rows = rows_of(x, axes)
    _, square = standardize.statistics(rows, center=False)
    rstd = 1 / np.sqrt(square + eps)
    y = standardize.standardized(rows, None, rstd, flat(weight), None, by_row=False)
    return y.reshape(x.shape).astype(x.dtype, copy=False), (None, rstd)


def backward(
    g: Any, residual: Any, needs: Sequence[Any], x: Any, weight: Any = None, *, axes: int = 1, eps: float = 1e-5
) -> tuple[Any, ...]:
    return shaped_gradients(g, residual, needs, x, (weight, None), axes)


reference.__name__ = "rms_norm"
rms_norm = fused(reference, forward=forward, backward=backward)
