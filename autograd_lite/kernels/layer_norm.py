"""Layer normalization:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each sample.

    layer_norm(x, weight=None, bias=None, axes=1, eps=1e-5)

Mean and (biased) variance are those over the last `axes` axes; weight and bias have their shape.  Kept for backward are
x, mean and 1 / sqrt(variance).

J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization (2016).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from . import standardize


def reference(x: Any, weight: Any = None, bias: Any = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    last = tuple(range(-axes, 0))
    centered = x - np.mean(x, axis=last, keepdims=True)
    y = centered / np.sqrt(np.mean(centered * centered, axis=last, keepdims=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def forward(x: Any, weight: Any = None, bias: Any = None, *, axes: int = 1, eps: float = 1e-5) -> tuple[Any, Any]:
    rows = rows_of(x, axes)
    mean, variance = standardize.statistics(rows)
    rstd = 1 / np.sqrt(variance + eps)
    y = standardize.standardized(rows, mean, rstd, flat(weight), flat(bias), by_row=False)
    return y.reshape(x.shape).astype(x.dtype, copy=False), (mean, rstd)


def backward(
    g: Any,
    residual: Any,
    needs: Sequence[Any],
    x: Any,
    weight: Any = None,
    bias: Any = None,
    *,
    axes: int = 1,
    eps: float = 1e-5,
) -> tuple[Any, ...]:
    return shaped_gradients(g, residual, needs, x, (weight, bias), axes)


def shaped_gradients(
    g: Any, residual: Any, needs: Sequence[Any], x: Any, affine: Sequence[Any], axes: int
) -> tuple[Any, ...]:
    """The cotangents in the shapes of x and of what it is scaled and moved by."""
    wanted = (needs[0] is not None, *(len(needs) > i and needs[i] is not None for i in (1, 2)))
    found = standardize.gradients(rows_of(g, axes), rows_of(x, axes), *residual, flat(affine[0]), False, wanted)
    return tuple(
        None if d is None or like is None else d.reshape(like.shape).astype(like.dtype, copy=False)
        for d, like in zip(found, (x, *affine), strict=False)
    )[: len(needs)]


def rows_of(x: Any, axes: int) -> Any:
    """The last axes laid in one, all others in one."""
    width = math.prod(x.shape[x.ndim - axes :])
    return standardize.wide_enough(x).reshape(math.prod(x.shape[: x.ndim - axes]), width)


def flat(weight: Any) -> Any:
    """In one axis, as are the columns."""
    return None if weight is None else standardize.wide_enough(weight).reshape(-1)


reference.__name__ = "layer_norm"
layer_norm = fused(reference, forward=forward, backward=backward)
