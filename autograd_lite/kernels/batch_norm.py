"""Batch normalization while training:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each channel.

    batch_norm(x, weight=None, bias=None, eps=1e-5, statistics=None)        x (N, C, *S), weight and bias (C,)

Mean and (biased) variance are those of a channel over N and *S.  Kept for backward are x, mean and 1 / sqrt(variance).

S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift,
ICML (2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from . import standardize
from .patches import channels_first


def reference(x: Any, weight: Any = None, bias: Any = None, *, eps: float = 1e-5, statistics: Any = None) -> Any:
    axes, shape = (0, *range(2, x.ndim)), (-1, *(1,) * (x.ndim - 2))
    centered = x - np.mean(x, axis=axes, keepdims=True)
    y = centered / np.sqrt(np.mean(centered * centered, axis=axes, keepdims=True) + eps)
    y = y if weight is None else y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


def statistics_of(x: Any) -> tuple[Any, Any]:
    """Mean and biased variance of each channel, in at least single precision."""
    return standardize.statistics(_channels(x)[0, :, 0])


def forward(
    x: Any, weight: Any = None, bias: Any = None, *, eps: float = 1e-5, statistics: Any = None
) -> tuple[Any, Any]:
    mean, variance = statistics_of(x) if statistics is None else statistics
    rstd = 1 / np.sqrt(variance + eps)
    y = standardize.standardized(_channels(x), mean[None], rstd[None], _column(weight), _column(bias))
    return _images(y, x), (mean, rstd)


def backward(
    g: Any,
    residual: Any,
    needs: Sequence[Any],
    x: Any,
    weight: Any = None,
    bias: Any = None,
    *,
    eps: float = 1e-5,
    statistics: Any = None,
) -> tuple[Any, ...]:
    mean, rstd = residual
    dx, *rest = standardize.gradients(
        _channels(g), _channels(x), mean[None], rstd[None], _column(weight), needs[0] is not None
    )
    affine = (None if like is None else d.reshape(-1).astype(like.dtype, copy=False)
              for d, like in zip(rest, (weight, bias), strict=True))  # fmt: skip
    return (None if dx is None else _images(dx, x), *affine)[: len(needs)]


def _channels(x: Any) -> Any:
    """(1, C, 1, N S), as of one sample; without a copy if the channels stand first in memory."""
    length = len(x) * math.prod(x.shape[2:])
    return standardize.wide_enough(channels_first(x)).reshape(1, x.shape[1], 1, length)


def _images(rows: Any, x: Any) -> Any:
    return rows.reshape(x.shape[1], len(x), *x.shape[2:]).swapaxes(0, 1).astype(x.dtype, copy=False)


def _column(weight: Any) -> Any:
    return None if weight is None else standardize.wide_enough(weight)[:, None]


reference.__name__ = "batch_norm"
batch_norm = fused(
    reference,
    forward=forward,
    backward=backward,
    math="z = (x − μ) / s,  s = √(σ² + ε),  y = w z + b, with the mean μ and variance σ² of each channel;  "
    "x̄ = w (ȳ − mean(ȳ) − z mean(z ȳ)) / s,  w̄ = Σ z ȳ,  b̄ = Σ ȳ",
)
