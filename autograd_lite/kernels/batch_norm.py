"""Batch normalization while training:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each channel.

    batch_norm(x, weight=None, bias=None, eps=1e-5, statistics=None)        x (N, C, *S), weight and bias (C,)

Mean and (biased) variance are those of a channel over N and *S.  Kept for backward are x, mean and 1 / sqrt(variance).

S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift,
ICML (2015).
"""

from __future__ import annotations

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
    return standardize.statistics(_rows(x))


def forward(
    x: Any, weight: Any = None, bias: Any = None, *, eps: float = 1e-5, statistics: Any = None
) -> tuple[Any, Any]:
    rows = _rows(x)
    mean, variance = standardize.statistics(rows) if statistics is None else statistics
    rstd = 1 / np.sqrt(variance + eps)
    y = standardize.standardized(rows, mean, rstd, weight, bias, by_row=True)
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
    wanted = (needs[0] is not None, *(len(needs) > i and needs[i] is not None for i in (1, 2)))
    dx, dweight, dbias = standardize.gradients(_rows(g), _rows(x), *residual, weight, True, wanted)
    found = (None if dx is None else _images(dx, x), dweight, dbias)
    return tuple(None if d is None else d.astype(x.dtype, copy=False) for d in found)[: len(needs)]


def _rows(x: Any) -> Any:
    """A row for each channel; without a copy if the channels stand first in memory."""
    return standardize.wide_enough(channels_first(x)).reshape(x.shape[1], -1)


def _images(rows: Any, x: Any) -> Any:
    return rows.reshape(x.shape[1], len(x), *x.shape[2:]).swapaxes(0, 1).astype(x.dtype, copy=False)


reference.__name__ = "batch_norm"
batch_norm = fused(reference, forward=forward, backward=backward)
