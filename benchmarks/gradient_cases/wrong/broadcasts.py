"""What was broadcast is not summed in its gradient: it has the wrong shape, or one part of it is taken, or the mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import networks as n
from ..case import Function

KIND = "missing un-broadcast sum"
MEAN = "constant factor"  # the mean for the sum is just that

attention_bias = Function(
    "scores with a bias", lambda s, b: np.sum(l.softmax(s + b) ** 2), lambda g, s,
    b: (_scores(g, s, b), e.summed(_scores(g, s, b), b)),
    lambda d: (d.normal(2, 3, 4), d.normal(3, 4)),
)  # fmt: skip
rescaled = Function(
    "scale of all", lambda x, s: np.mean((x * s) ** 2),
    lambda g, x, s: (2 * g * x * s * s / x.size, np.sum(2 * g * x * x * s / x.size)),
    lambda d: (d.normal(3, 4), d.positive()),
)  # fmt: skip


def _scores(g: Any, s: Any, b: Any) -> Any:
    p = l.softmax(s + b)
    return 2 * g * p * (p - np.sum(p * p, axis=-1, keepdims=True))


def network(pick: Any) -> Any:
    def vjp(g: Any, x: Any, w1: Any, b: Any, w2: Any) -> Any:
        h = np.tanh(x @ w1 + b)
        d_out = 2 * g * (h @ w2) / (len(x) * w2.shape[1])
        d = d_out @ w2.T * (1 - h * h)
        return d @ w1.T, x.T @ d, pick(d), h.T @ d_out

    return vjp


def regression(pick: Any) -> Any:
    def vjp(g: Any, x: Any, w: Any, b: Any, y: Any) -> Any:
        d = 2 * g * (x @ w + b - y) / y.size
        return d[:, None] * w, x.T @ d, pick(d), -d

    return vjp


def layer_norm(gain: Any, bias: Any) -> Any:
    def vjp(g: Any, x: Any, gamma: Any, beta: Any) -> Any:
        d, normalized, _ = n.layer_norm_outer(g, x, gamma, beta)
        return n.layer_norm.vjp(g, x, gamma, beta)[0], gain(d * normalized), bias(d)

    return vjp


def total(d: Any) -> Any:
    return d.sum(0)


def bias(pick: Any) -> Any:
    return lambda g, x, b: (2 * g * (x + b), pick(2 * g * (x + b)))


def row_scale(pick: Any) -> Any:
    def vjp(g: Any, x: Any, s: Any) -> Any:
        d = g * (1 - np.tanh(x * s) ** 2)
        return d * s, pick(d * x)

    return vjp


def table(left: Any, right: Any) -> Any:
    def vjp(g: Any, x: Any, y: Any) -> Any:
        d = g * np.cos(x[:, None] + y)
        return left(d), right(d)

    return vjp


def temperature(pick: Any) -> Any:
    return lambda g, x, t: (g * np.exp(x / t) / t, pick(-g * np.exp(x / t) * x / t**2))


def moment(pick: Any) -> Any:
    return lambda g, x, c: (4 * g * (x - c) ** 3 / x.size, pick(-4 * g * (x - c) ** 3 / x.size))


def scores(pick: Any) -> Any:
    return lambda g, s, b: (_scores(g, s, b), pick(_scores(g, s, b)))


def scale(pick: Any) -> Any:
    return lambda g, x, s: (2 * g * x * s * s / x.size, pick(2 * g * x * x * s / x.size))


CASES = [
    e.biased.wrong("not summed", bias(lambda d: d), kind=KIND),
    e.biased.wrong("the first row", bias(lambda d: d[0]), kind=KIND),
    e.biased.wrong("the mean", bias(lambda d: d.mean(0)), kind=MEAN, dtype=np.float32),
    e.biased.wrong("the last row", bias(lambda d: d[-1]), kind=KIND),
    e.channels.wrong("not summed", bias(lambda d: d), kind=KIND),
    e.channels.wrong("summed over images only", bias(lambda d: d.sum(0)), kind=KIND),
    e.channels.wrong("the first image and place", bias(lambda d: d[0, :, :1]), kind=KIND),
    e.channels.wrong("the mean", bias(lambda d: d.mean((0, 2))[:, None]), kind=MEAN, dtype=np.float32),
    n.NETWORKS["tanh"].wrong("bias not summed", network(lambda d: d), kind=KIND),
    n.NETWORKS["tanh"].wrong("bias of the first example", network(lambda d: d[0]), kind=KIND),
    n.NETWORKS["tanh"].wrong("bias of the last example", network(lambda d: d[-1]), kind=KIND, dtype=np.float32),
    n.NETWORKS["tanh"].wrong("bias averaged", network(lambda d: d.mean(0)), kind=MEAN),
    l.linear_regression.wrong("bias not summed", regression(lambda d: d), kind=KIND),
    l.linear_regression.wrong("bias of the first example", regression(lambda d: d[0]), kind=KIND),
    l.linear_regression.wrong("bias averaged", regression(lambda d: d.mean()), kind=MEAN),
    n.layer_norm.wrong("gain not summed", layer_norm(lambda d: d, total), kind=KIND),
    n.layer_norm.wrong("bias not summed", layer_norm(total, lambda d: d), kind=KIND, dtype=np.float32),
    n.layer_norm.wrong("gain of the first example", layer_norm(lambda d: d[0], total), kind=KIND),
    n.layer_norm.wrong("bias averaged", layer_norm(total, lambda d: d.mean(0)), kind=MEAN),
    e.row_scale.wrong("not summed", row_scale(lambda d: d), kind=KIND),
    e.row_scale.wrong("the first column", row_scale(lambda d: d[:, :1]), kind=KIND),
    e.row_scale.wrong("the mean", row_scale(lambda d: d.mean(1, keepdims=True)), kind=MEAN, dtype=np.float32),
    e.table.wrong("not summed", table(lambda d: d, lambda d: d), kind=KIND),
    e.table.wrong("the first row", table(lambda d: d.sum(1), lambda d: d[0]), kind=KIND),
    e.temperature.wrong("not summed", temperature(lambda d: d), kind=KIND),
    e.temperature.wrong("the last element", temperature(lambda d: d[-1]), kind=KIND),
    e.centred.wrong("the mean", moment(lambda d: d.mean()), kind=MEAN),
    e.centred.wrong("not summed", moment(lambda d: d), kind=KIND, dtype=np.float32),
    attention_bias.wrong("not summed over the batch", scores(lambda d: d), kind=KIND),
    attention_bias.wrong("the first of the batch", scores(lambda d: d[0]), kind=KIND),
    rescaled.wrong("not summed", scale(lambda d: d), kind=KIND),
    rescaled.wrong("summed over rows only", scale(lambda d: d.sum(0)), kind=KIND),
    rescaled.wrong("the mean", scale(lambda d: d.mean()), kind=MEAN),
]  # fmt: skip
