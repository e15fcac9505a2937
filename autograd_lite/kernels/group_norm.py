"""Group normalization:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each group of channels of a sample.

    group_norm(x, weight=None, bias=None, groups=1, eps=1e-5)        x (N, C, *S), weight and bias (C,)

Mean and (biased) variance are those over the channels of a group and *S.  Kept for backward are x, mean and
1 / sqrt(variance).

Y. Wu and K. He, Group Normalization, ECCV (2018).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .standardize import gradients, standardized, statistics, wide_enough


def reference(x: Any, weight: Any = None, bias: Any = None, *, groups: int = 1, eps: float = 1e-5) -> Any:
    parts, shape = x.reshape(_parts(x, groups)), (-1, *(1,) * (x.ndim - 2))
    centered = parts - np.mean(parts, axis=(2, 3), keepdims=True)
    y = centered / np.sqrt(np.mean(centered * centered, axis=(2, 3), keepdims=True) + eps)
    y = y.reshape(x.shape)
    y = y if weight is None else y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


def forward(x: Any, weight: Any = None, bias: Any = None, *, groups: int = 1, eps: float = 1e-5) -> tuple[Any, Any]:
    parts = _grouped(x, groups)
    mean, variance = statistics(parts.reshape(len(x) * groups, parts.shape[2] * parts.shape[3]))
    mean, rstd = mean.reshape(len(x), groups), (1 / np.sqrt(variance + eps)).reshape(len(x), groups)
    y = standardized(parts, mean, rstd, _affine(weight, parts), _affine(bias, parts))
    return y.reshape(x.shape).astype(x.dtype, copy=False), (mean, rstd)


def backward(
    g: Any,
    residual: Any,
    needs: Sequence[Any],
    x: Any,
    weight: Any = None,
    bias: Any = None,
    *,
    groups: int = 1,
    eps: float = 1e-5,
) -> tuple[Any, ...]:
    parts, (mean, rstd) = _grouped(x, groups), residual
    found = gradients(_grouped(g, groups), parts, mean, rstd, _affine(weight, parts), needs[0] is not None)
    return tuple(
        None if d is None or like is None else d.reshape(like.shape).astype(like.dtype, copy=False)
        for d, like in zip(found, (x, weight, bias), strict=True)
    )[: len(needs)]


def _parts(x: Any, groups: int) -> tuple[int, ...]:
    """The shape (N, G, C / G, S)."""
    return len(x), groups, x.shape[1] // groups, math.prod(x.shape[2:])


def _grouped(x: Any, groups: int) -> Any:
    return np.ascontiguousarray(wide_enough(x)).reshape(_parts(x, groups))


def _affine(weight: Any, parts: Any) -> Any:
    return None if weight is None else wide_enough(weight).reshape(parts.shape[1:3])


reference.__name__ = "group_norm"
group_norm = fused(
    reference,
    forward=forward,
    backward=backward,
    math="z = (x − μ) / s,  s = √(σ² + ε),  y = w z + b, with the mean μ and variance σ² of each group;  "
    "z̄ = w ȳ,  x̄ = (z̄ − mean(z̄) − z mean(z z̄)) / s,  w̄ = Σ z ȳ,  b̄ = Σ ȳ",
)
