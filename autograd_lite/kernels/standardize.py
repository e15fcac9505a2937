"""Rows brought to mean 0 and variance 1, and scaled: what batch, layer and RMS normalization have in common.

    y = (x - mean) rstd weight + bias        for each row of x (R, D), with rstd = 1 / sqrt(variance + eps)

weight and bias are of a row (`by_row`, as in batch normalization, where a row is a channel) or of a column (as in
layer normalization).  All is done in blocks of rows that stay in the cache from one pass to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .constants import ones
from .scratch import scratch

BLOCK = 1 << 15
"""So many elements at a time, or one row."""


def statistics(x: Any, center: bool = True) -> tuple[Any, Any]:
    """Mean and variance of each row, (R,); with `center` False, None and the mean square."""
    rows, width = x.shape
    mean = x.dot(ones(width, x.dtype)) if center else None
    if mean is not None:
        mean /= width
    square = np.empty(rows, x.dtype)
    for at in _blocks(x):
        part = x[at]
        if mean is not None:  # in two passes: the difference of two large numbers would lose digits
            part = np.subtract(part, mean[at, None], out=scratch("centered", part.shape, x.dtype))
        np.einsum("rd,rd->r", part, part, out=square[at])
    square /= width
    return mean, square


def standardized(x: Any, mean: Any, rstd: Any, weight: Any, bias: Any, by_row: bool) -> Any:
    """y."""
    y = np.empty_like(x)
    scale = rstd * weight if by_row and weight is not None else rstd
    for at in _blocks(x):
        part = y[at]
        if mean is None:
            np.multiply(x[at], scale[at, None], out=part)
        else:
            np.subtract(x[at], mean[at, None], out=part)
            part *= scale[at, None]
        if weight is not None and not by_row:
            part *= weight
        if bias is not None:
            part += bias[at, None] if by_row else bias
    return y


def gradients(
    g: Any, x: Any, mean: Any, rstd: Any, weight: Any, by_row: bool, wanted: tuple[bool, bool, bool]
) -> tuple[Any, Any, Any]:
    """The cotangents of x, weight and bias, those that are wanted.

    With h = g weight and z = (x - mean) rstd:  dx = rstd (h - mean(h) - z mean(h z)),  dweight = sum of g z,
    dbias = sum of g, where the second term of dx is there only if a mean was taken out.
    """
    rows, width = x.shape
    one = ones(width, x.dtype)
    dx = np.empty_like(x) if wanted[0] else None
    dweight = dbias = None
    if wanted[1] and weight is not None:
        dweight = np.zeros(len(weight), x.dtype)
    if wanted[2]:
        dbias = g.dot(one) if by_row else ones(rows, x.dtype).dot(g)
    for at in _blocks(x):
        part, here = g[at], rstd[at, None]
        z = scratch("centered", part.shape, x.dtype)
        if mean is None:
            np.multiply(x[at], here, out=z)
        else:
            np.subtract(x[at], mean[at, None], out=z)
            z *= here
        if by_row:
            along = np.einsum("rd,rd->r", part, z)
            if dweight is not None:
                dweight[at] = along
            h, factor = part, here if weight is None else here * weight[at, None]
        else:
            if dweight is not None:
                dweight += np.einsum("rd,rd->d", part, z)
            if dx is None:
                continue
            h = part if weight is None else np.multiply(part, weight, out=dx[at])
            along, factor = np.einsum("rd,rd->r", h, z), here
        if dx is None:
            continue
        z *= (along / width)[:, None]
        out = dx[at]
        if mean is not None:
            z += (h.dot(one) / width)[:, None]
        np.subtract(h, z, out=out)
        out *= factor
    return dx, dweight, dbias


def wide_enough(x: Any) -> Any:
    """In at least single precision: half holds neither sums nor squares."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _blocks(x: Any) -> Iterator[slice]:
    step = max(1, BLOCK // max(x.shape[1], 1))
    for start in range(0, len(x), step):
        yield slice(start, start + step)
