"""The right numbers in the wrong places: reversed, rolled, permuted."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Function

KIND = "permutation"

weighted_sort = Function(
    "weighted order statistics", lambda x, w: np.sum(np.sort(x) * w),
    lambda g, x, w: (m.sort.vjp(g * w, x), g * np.sort(x)), lambda d: (d.apart(6), d.normal(6)),
)  # fmt: skip
reversed_dot = Function(
    "dot product with a reversed vector", lambda x, y: np.sum(x * y[::-1]), lambda g, x, y: (g * y[::-1], g * x[::-1]),
    lambda d: (d.normal(6), d.normal(6)),
)  # fmt: skip
two_channels = Function(
    "interleaved channels", lambda x, w: np.sum(np.tanh(np.reshape(x, (-1, 2)) * w)),
    lambda g, x, w: (
        (g * (1 - np.tanh(x.reshape(-1, 2) * w) ** 2) * w).ravel(),
        np.sum(g * (1 - np.tanh(x.reshape(-1, 2) * w) ** 2) * x.reshape(-1, 2), axis=0),
    ),
    lambda d: (d.normal(8), d.normal(2)),
)  # fmt: skip


def conv1d(g: Any, x: Any, w: Any) -> Any:
    dx, dw = n.conv1d.vjp(g, x, w)
    return dx, dw[::-1]


def conv2d(g: Any, x: Any, w: Any) -> Any:
    dx, dw = n.conv2d_vjp(g, x, w)
    return dx, dw[:, :, ::-1, ::-1]


def sort(g: Any, x: Any) -> Any:
    return g[np.argsort(x)]


def embedding(g: Any, table: Any, rows: Any) -> Any:
    return n.embedding.vjp(g, table, (rows + 1) % len(table))


def polynomial(g: Any, c: Any, x: Any) -> Any:
    dc, dx = e.polynomial.vjp(g, c, x)
    return dc[::-1], dx


def interpolation(g: Any, x: Any, values: Any) -> Any:
    dx, dv = e.interpolation.vjp(g, x, values)
    return dx, np.roll(dv, 1)


def max_pool(g: Any, x: Any) -> Any:
    windows = n.pairs(x)
    return (g[..., None] * (windows != windows.max(-1, keepdims=True))).reshape(x.shape)


CASES = [
    weighted_sort.wrong("left in sorted order", lambda g, x, w: (g * w, g * np.sort(x)), kind=KIND),
    weighted_sort.wrong("the places for the ranks", lambda g, x, w: (g * w[np.argsort(x)], g * np.sort(x)), kind=KIND),
    weighted_sort.wrong("of the weights in the order of x", lambda g, x, w: (m.sort.vjp(g * w, x), g * x), kind=KIND,
                        dtype=np.float32),
    reversed_dot.wrong("of x not reversed", lambda g, x, y: (g * y, g * x[::-1]), kind=KIND),
    reversed_dot.wrong("of neither reversed", lambda g, x, y: (g * y, g * x), kind=KIND, dtype=np.float32),
    two_channels.wrong("channels after each other", kind=KIND, vjp=lambda g, x, w: (
        two_channels.vjp(g, x, w)[0].reshape(-1, 2).T.ravel(), two_channels.vjp(g, x, w)[1])),
    two_channels.wrong("channels exchanged", kind=KIND, vjp=lambda g, x, w: (
        two_channels.vjp(g, x, w)[0], two_channels.vjp(g, x, w)[1][::-1])),
    n.conv1d.wrong("kernel reversed", conv1d, kind=KIND),
    n.conv2d.wrong("kernels turned", conv2d, kind=KIND),
    m.convolve.wrong("kernel reversed", lambda g, x, w: (m.convolve.vjp(g, x, w)[0], m.convolve.vjp(g, x, w)[1][::-1]),
                     kind=KIND),
    m.sort.wrong("the places for the ranks", sort, kind=KIND),
    m.sort.wrong("left in sorted order", lambda g, x: g.copy(), kind=KIND),
    m.roll.wrong("in the wrong direction", lambda g, x: np.roll(g, 2), kind=KIND),
    m.roll.wrong("not rolled back", lambda g, x: g.copy(), kind=KIND, dtype=np.float32),
    m.flip.wrong("not flipped back", lambda g, x: g.copy(), kind=KIND),
    m.flip.wrong("along the other axis", lambda g, x: g[::-1], kind=KIND),
    m.transposed.wrong("reshaped instead of permuted back", lambda g, x: g.reshape(x.shape), kind=KIND),
    m.transposed.wrong("permuted once more, not back", kind=KIND, vjp=lambda g, x: np.transpose(g, (1, 2, 0)),
                       inputs=lambda d: (d.normal(2, 2, 2),)),
    m.concatenated.wrong("parts exchanged by halves", kind=KIND, vjp=lambda g, x, y: (g[: len(x)][::-1], g[len(x) :])),
    n.embedding.wrong("rows off by one", embedding, kind=KIND),
    n.max_pool.wrong("to the other one of the window", max_pool, kind=KIND),
    e.polynomial.wrong("highest power first", polynomial, kind=KIND),
    e.interpolation.wrong("knots off by one", interpolation, kind=KIND),
    l.mse.wrong("in Fortran's order", kind=KIND, inputs=lambda d: (d.normal(2, 3, 2), d.normal(2, 3, 2)), vjp=lambda g,
                x, y: (
        np.reshape((2 * g * (x - y) / x.size).ravel(), x.shape, order="F"), -2 * g * (x - y) / x.size)),
    l.smooth_tv.wrong("rolled by one", lambda g, x: np.roll(l.smooth_tv.vjp(g, x), 1), kind=KIND),
    l.gaussian.wrong("of the location reversed", kind=KIND, vjp=lambda g, x, mu, s: (
        l.gaussian.vjp(g, x, mu, s)[0], l.gaussian.vjp(g, x, mu, s)[1][::-1], l.gaussian.vjp(g, x, mu, s)[2])),
    l.cross_entropy.wrong("classes shifted by one", kind=KIND,
                          vjp=lambda g, x, labels: np.roll(l.cross_entropy.vjp(g, x, labels), 1, axis=1)),
    l.poisson.wrong("columns reversed", lambda g, eta, counts: l.poisson.vjp(g, eta, counts)[:, ::-1], kind=KIND),
    n.NETWORKS["softplus"].wrong("hidden units reversed", kind=KIND, vjp=lambda g, x, w1, b, w2: (
        *n.NETWORKS["softplus"].vjp(g, x, w1, b, w2)[:3], n.NETWORKS["softplus"].vjp(g, x, w1, b, w2)[3][::-1])),
    n.batch_norm.wrong("examples reversed", lambda g, x: n.batch_norm.vjp(g, x)[::-1], kind=KIND),
]  # fmt: skip
