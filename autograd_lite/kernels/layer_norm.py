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
from .constants import ones
from .scratch import scratch
from .standardize import blocks, near_zero, wide_enough


def reference(x: Any, weight: Any = None, bias: Any = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    last = tuple(range(-axes, 0))
    centered = x - np.mean(x, axis=last, keepdims=True)
    y = centered / np.sqrt(np.mean(centered * centered, axis=last, keepdims=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def forward(x: Any, weight: Any = None, bias: Any = None, *, axes: int = 1, eps: float = 1e-5) -> tuple[Any, Any]:
    rows = rows_of(x, axes)
    count, width = rows.shape
    one, weight, bias = ones(width, rows.dtype), flat(weight), flat(bias)
    y, mean, rstd = np.empty_like(rows), np.empty(count, rows.dtype), np.empty(count, rows.dtype)
    for at in blocks(rows):
        np.divide(rows[at].dot(one), width, out=mean[at])
        part = np.subtract(rows[at], mean[at, None], out=y[at])
        rstd[at] = 1 / np.sqrt(np.vecdot(part, part) / width + eps)
        part *= rstd[at, None]
        if weight is not None:
            part *= weight
        if bias is not None:
            part += bias
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
    return gradients(g, residual, needs, x, (weight, bias), axes)


def gradients(g: Any, residual: Any, needs: Sequence[Any], x: Any, affine: Sequence[Any], axes: int) -> tuple[Any, ...]:
    """The cotangents of x, weight and bias; the mean is None where none was taken out."""
    mean, rstd = residual
    rows, g, weight = rows_of(x, axes), rows_of(g, axes), flat(affine[0])
    if mean is not None:
        rows, mean = near_zero(rows, mean, rstd)
    dx = np.empty_like(rows) if needs[0] is not None else None
    want_weight, want_bias = (each is not None for each in (*affine, None)[:2])
    dweight = dbias = None
    for at in blocks(rows):
        given = [g, rows, rstd, mean, dx]
        if len(rows) > at.stop - at.start:
            given = [None if each is None else each[at] for each in given]
        of_weight, of_bias = _add_gradients(given, weight, want_weight, want_bias)
        dweight = of_weight if dweight is None else dweight + of_weight
        dbias = of_bias if dbias is None else dbias + of_bias
    if not len(rows):
        zeros = np.zeros(rows.shape[1], rows.dtype)
        dweight, dbias = zeros if want_weight else None, zeros if want_bias else None
    return tuple(
        None if d is None or like is None else d.reshape(like.shape).astype(like.dtype, copy=False)
        for d, like in zip((dx, dweight, dbias), (x, *affine), strict=False)
    )[: len(needs)]


def _add_gradients(given: Sequence[Any], weight: Any, want_weight: bool, want_bias: bool) -> tuple[Any, Any]:
    """The cotangents of weight and bias from some of the rows; that of x is written into dx, if it is not None."""
    g, rows, rstd, mean, dx = given
    width = rows.shape[1]
    product = np.multiply(g, rows, out=scratch("centered", g.shape, rows.dtype))
    dweight = dbias = None
    if want_weight:
        dweight = rstd.dot(product)
        if mean is not None:
            dweight -= (mean * rstd).dot(g)
    if want_bias:
        dbias = ones(len(g), rows.dtype).dot(g)
    if dx is None:
        return dweight, dbias
    scale = ones(width, rows.dtype) if weight is None else weight
    along = product.dot(scale)
    np.multiply(g, rstd[:, None], out=dx)
    if weight is not None:
        dx *= weight
    share = rstd / -width
    if mean is None:
        dx += np.multiply(rows, (along * (share * rstd * rstd))[:, None], out=product)
        return dweight, dbias
    total = g.dot(scale)
    b = (along - mean * total) * (share * rstd * rstd)
    np.multiply(rows, b[:, None], out=product)
    product += (total * share - b * mean)[:, None]
    dx += product
    return dweight, dbias


def rows_of(x: Any, axes: int) -> Any:
    """The last axes laid in one, all others in one."""
    width = math.prod(x.shape[x.ndim - axes :])
    return wide_enough(x).reshape(math.prod(x.shape[: x.ndim - axes]), width)


def flat(weight: Any) -> Any:
    """In one axis, as are the columns."""
    return None if weight is None else wide_enough(weight).reshape(-1)


reference.__name__ = "layer_norm"
layer_norm = fused(
    reference,
    forward=forward,
    backward=backward,
    math="z = (x − μ) / s,  s = √(σ² + ε),  y = w z + b, with the mean μ and variance σ² of each sample;  "
    "z̄ = w ȳ,  x̄ = (z̄ − mean(z̄) − z mean(z z̄)) / s,  w̄ = Σ z ȳ,  b̄ = Σ ȳ",
)
