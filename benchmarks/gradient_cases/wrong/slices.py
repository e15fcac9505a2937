"""One row, column or end is wrong: a loop that ends too early, a slice off by one, an edge forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function, only

KIND = "one row or column"


def without(function: Function, which: int, place: Any, what: str, **options: Any) -> Case:
    """A part of the gradient by one input that a loop did not come to."""

    def skip(v: Any) -> Any:
        v[place] = 0
        return v

    return spoiled(function, which, skip, what, **options)


def spoiled(function: Function, which: int, spoil: Callable[[Any], Any], what: str, **options: Any) -> Case:
    return function.spoiled(what, only(which, spoil), kind=KIND, **options)


def first_row_only(v: Any) -> Any:
    v[1:] = 0
    return v


def last_column_doubled(v: Any) -> Any:
    v[..., -1] *= 2
    return v


def smooth_tv(g: Any, x: Any) -> Any:
    d = np.diff(x)
    s = g * d / np.sqrt(d * d + 0.01)
    out = np.zeros_like(x)
    out[1:-1] = s[:-1] - s[1:]
    out[-1] = s[-1]
    return out


def diff(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[1:] += g
    out[1:-1] -= g[1:]
    return out


def convolve(g: Any, x: Any, w: Any) -> Any:
    dx, dw = m.convolve.vjp(g, x, w)
    dx[-1] -= g[-1] * w[-1]
    return dx, dw


def conv1d(g: Any, x: Any, w: Any) -> Any:
    dx, _ = n.conv1d.vjp(g, x, w)
    return dx, np.stack([g @ x[:-2], g @ x[1:-1], g[:-1] @ x[2:-1]])


def batch_norm(g: Any, x: Any) -> Any:
    out = n.batch_norm.vjp(g, x)
    out[:, 0] = g[:, 0] * n.normalized(x, 0)[1][:, 0]
    return out


def polynomial(g: Any, c: Any, x: Any) -> Any:
    dc, dx = e.polynomial.vjp(g, c, x)
    return np.array([0.0, *dc[1:]]), dx


CASES = [
    without(l.mse, 0, -1, "the last row forgotten"),
    without(l.mse, 1, (slice(None), 0), "the first column forgotten", dtype=np.float32),
    without(l.linear_regression, 0, -1, "the last example forgotten"),
    without(l.ridge, 1, 0, "the first weight taken for a bias"),
    without(l.cross_entropy, 0, -1, "the last example forgotten", dtype=np.float32),
    without(l.cross_entropy, 0, (slice(None), 0), "class 0 ignored"),
    without(l.gaussian, 1, 0, "the first one forgotten"),
    without(l.kl, 0, 0, "the first row forgotten"),
    without(l.contrast, 1, -1, "the last key forgotten"),
    l.smooth_tv.wrong("the first edge forgotten", smooth_tv, kind=KIND),
    m.diff.wrong("the first edge forgotten", diff, kind=KIND),
    m.convolve.wrong("the last edge forgotten", convolve, kind=KIND),
    n.conv1d.wrong("a slice of the kernel's end off by one", conv1d, kind=KIND),
    without(n.linear, 1, (slice(None), -1), "the last output forgotten"),
    without(n.NETWORKS["gelu"], 1, 0, "the first input forgotten"),
    without(n.NETWORKS["relu"], 3, -1, "the last hidden unit forgotten", dtype=np.float32),
    without(n.embedding, 0, 0, "row 0 taken for padding"),
    without(n.attention, 2, -1, "the last value forgotten"),
    without(n.rnn, 2, -1, "the last unit forgotten"),
    without(n.layer_norm, 1, 0, "the first gain forgotten"),
    n.batch_norm.wrong("statistics as constants in the first column", batch_norm, kind=KIND),
    spoiled(m.matmul, 0, first_row_only, "the first row only"),
    spoiled(m.square_matmul, 1, last_column_doubled, "the last column counted twice"),
    spoiled(e.row_scale, 0, first_row_only, "the first row only", dtype=np.float32),
    spoiled(n.conv2d, 0, last_column_doubled, "the last column counted twice"),
    without(m.outer, 0, -1, "the last one forgotten"),
    without(m.cumsum, 0, 0, "the first one forgotten"),
    e.polynomial.wrong("the constant term forgotten", polynomial, kind=KIND),
    without(e.variance, 0, -1, "the last one forgotten", inputs=lambda d: (d.normal(5, 3),)),
    without(e.norm, 0, (slice(None), 1), "the middle column forgotten"),
    without(e.exp, 0, (slice(None), slice(None), -1), "the last plane forgotten",
            inputs=lambda d: (d.normal(2, 3, 3),)),
    without(m.batched, 1, 0, "the first matrix of the batch forgotten"),
]  # fmt: skip
