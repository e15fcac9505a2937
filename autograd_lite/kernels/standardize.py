"""Numbers brought to mean 0 and variance 1, and scaled: what batch, group, layer and RMS normalization have in common.

    y = (x - mean) rstd weight + bias        with rstd = 1 / sqrt(variance + eps)

With h = g weight and z = (x - mean) rstd, and means over what is standardized together, the cotangent of x is

    dx = rstd (h - mean(h) - z mean(h z)) = g (rstd weight) + x b + c

with numbers b and c that are the same for all that is standardized together: two sums, and then few passes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from .constants import ones
from .scratch import scratch

BLOCK = 1 << 17
"""So many elements at a time, or one row: what is in the cache from one pass to the next."""
FAR = 2.0
"""A mean of more standard deviations than that is taken out before anything else is done."""


def statistics(rows: Any) -> tuple[Any, Any]:
    """Mean and variance of each row, (R,)."""
    width = rows.shape[1]
    mean = rows.dot(ones(width, rows.dtype)) / width
    variance = row_products(rows, rows) / width - mean * mean
    near = np.abs(mean) <= FAR * np.sqrt(np.abs(variance))
    if not near.all():  # a difference of two large numbers has lost digits
        for at in blocks(rows):
            if not near[at].all():
                part = np.subtract(rows[at], mean[at, None], out=scratch("centered", rows[at].shape, rows.dtype))
                np.divide(row_products(part, part), width, out=variance[at])
    return mean, variance


def near_zero(rows: Any, mean: Any, rstd: Any) -> tuple[Any, Any]:
    """Rows and their means; if some are far from 0 beside their spread, without these, and with what is left of them.

    The rows are then in scratch memory, and must not leave the kernel.
    """
    if np.abs(mean * rstd).max(initial=0) <= FAR:
        return rows, mean
    rows = np.subtract(rows, mean[:, None], out=scratch("near", rows.shape, rows.dtype))
    return rows, rows.dot(ones(rows.shape[1], rows.dtype)) / rows.shape[1]


def standardized(x: Any, mean: Any, rstd: Any, weight: Any, bias: Any) -> Any:
    """y of groups of channels: x (N, G, C, L), mean and rstd (N, G), weight and bias (G, C)."""
    rows, mean = near_zero(x.reshape(-1, x.shape[2] * x.shape[3]), mean.reshape(-1), rstd.reshape(-1))
    mean = mean.reshape(rstd.shape)[:, :, None]
    scale = rstd[:, :, None] if weight is None else rstd[:, :, None] * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    y = np.empty(x.shape, x.dtype)
    rows, out = rows.reshape(-1, x.shape[3]), y.reshape(-1, x.shape[3])
    scale, shift = _per_channel(scale, x), _per_channel(shift, x)
    for at in blocks(rows):
        part = np.multiply(rows[at], scale[at], out=out[at])
        part += shift[at]
    return y


def gradients(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, need_x: bool) -> tuple[Any, Any, Any]:
    """The cotangents of x (N, G, C, L), if it is needed, of the weight and of the bias, (G, C)."""
    groups, (channels, length) = x.shape[:3], x.shape[2:]
    near, mean = near_zero(x.reshape(-1, channels * length), mean.reshape(-1), rstd.reshape(-1))
    rows, g, mean = near.reshape(-1, length), g.reshape(-1, length), mean.reshape(rstd.shape)[:, :, None]
    rstd = rstd[:, :, None]
    total = g.dot(ones(length, g.dtype)).reshape(groups)
    along = (row_products(g, rows).reshape(groups) - mean * total) * rstd  # the sum of g z
    dweight, dbias = np.add.reduce(along, 0), np.add.reduce(total, 0)
    if not need_x:
        return None, dweight, dbias
    if weight is not None:
        along, total = along * weight, total * weight
    count = channels * length
    b = np.add.reduce(along, 2, keepdims=True) * rstd * rstd / -count
    c = np.add.reduce(total, 2, keepdims=True) * rstd / -count - b * mean
    a, b, c = (_per_channel(each, x) for each in (rstd if weight is None else rstd * weight, b, c))
    dx = np.empty(x.shape, x.dtype)
    out = dx.reshape(-1, length)
    for at in blocks(rows):
        part = np.multiply(rows[at], b[at], out=scratch("centered", rows[at].shape, x.dtype))
        part += c[at]
        np.add(np.multiply(g[at], a[at], out=out[at]), part, out=out[at])
    return dx, dweight, dbias


def row_products(a: Any, b: Any) -> Any:
    """sum over d of a[r, d] b[r, d], in pieces: exact to more digits, and too short for BLAS to take several threads.

    These would wait for one another at every row.
    """
    rows, width = a.shape
    pieces = _pieces(width)
    if pieces == 1:
        return np.vecdot(a, b)
    shape = rows, pieces, width // pieces
    return np.add.reduce(np.vecdot(a.reshape(shape), b.reshape(shape)), 1)


@lru_cache(maxsize=256)
def _pieces(width: int) -> int:
    """Into how many pieces of equal size, of 4096 numbers at most, a row is cut, if it can be."""
    least = -(-width // 4096)
    return next((n for n in range(max(least, 1), 4 * least) if width % n == 0), 1)


def wide_enough(x: Any) -> Any:
    """In at least single precision: half holds neither sums nor squares."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def blocks(rows: Any) -> Iterator[slice]:
    """Parts of some rows, so that one is of about `BLOCK` elements."""
    step = max(1, BLOCK // max(rows.shape[1], 1))
    for start in range(0, len(rows), step):
        yield slice(start, start + step)


def _per_channel(values: Any, x: Any) -> Any:
    """Numbers of shape (N, G, C) or (N, G, 1) as a column with one per channel."""
    return np.broadcast_to(values, x.shape[:3]).reshape(-1, 1)
