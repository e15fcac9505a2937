"""The mean of each window of an image, over any number of axes.

    avg_pool(x, windows=..., divisor=...)        x (N, C, *S) -> (N, C, *P)

The transpose goes one axis after the other, as the sums do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .windows import Windows, along, reduced


def reference(x: Any, *, windows: Windows, divisor: Any) -> Any:
    dtype, x = x.dtype, _wide(x)
    for axis, parts in enumerate(windows.axes, 2):
        terms = []
        for places, positions in parts:
            term = x[along(axis, positions)]
            before, after = places.start, windows.places[axis - 2] - places.stop
            if before or after:
                term = np.pad(term, [(before, after) if i == axis else (0, 0) for i in range(x.ndim)])
            terms.append(term)
        x = sum(terms[1:], start=terms[0])
    y = x / _as(divisor, x.dtype)
    return y if y.dtype == dtype else y.astype(dtype)


def forward(x: Any, *, windows: Windows, divisor: Any) -> tuple[Any, None]:
    y = reduced(_wide(x), windows, np.add, 0) / _as(divisor, x.dtype)
    return y if y.dtype == x.dtype else y.astype(x.dtype), None


def backward(g: Any, _residual: None, _needs: Sequence[Any], x: Any, *, windows: Windows, divisor: Any) -> tuple[Any]:
    dx = g / _as(divisor, g.dtype)
    for axis, parts in reversed(list(enumerate(windows.axes, 2))):
        dx = _spread(dx, axis, parts, x.shape[axis], windows)
    return (dx,)


def _wide(x: Any) -> Any:
    """Sums of float16 numbers are made in float32: they may be larger than there are float16 numbers."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _as(divisor: Any, dtype: Any) -> Any:
    return divisor.astype(dtype) if isinstance(divisor, np.ndarray) else divisor


def _spread(g: Any, axis: int, parts: Sequence[tuple[slice, slice]], length: int, windows: Windows) -> Any:
    """The transpose of the sums along an axis."""
    size, stride = windows.size[axis - 2], windows.stride[axis - 2]
    if size == stride == 1 and g.shape[axis] == length:
        return g
    shape = (*g.shape[:axis], length, *g.shape[axis + 1 :])
    apart = stride >= size
    covered = apart and stride == size and size * g.shape[axis] == length and not windows.padding[axis - 2]
    dx = np.empty_like(g, shape=shape) if covered else np.zeros_like(g, shape=shape)
    for places, positions in parts:
        if apart:
            dx[along(axis, positions)] = g[along(axis, places)]
        else:
            dx[along(axis, positions)] += g[along(axis, places)]
    return dx


reference.__name__ = "avg_pool"
avg_pool = fused(
    reference,
    forward=forward,
    backward=backward,
    math="yₚ = Σ xᵢ / nₚ over the window of p;  x̄ᵢ = Σ ȳₚ / nₚ over the windows that i is in",
)
