"""The derivative of an activation is left out, or taken at the wrong place, or that of another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import networks as n

KIND = "activation derivative"


def network(activation: n.Activation, slope: Callable[[Any, Any], Any], what: str, **options: Any) -> Any:
    """A network whose hidden layer has another derivative, of its input z and its output h."""
    return n.NETWORKS[activation.name].wrong(what, n.network_vjp(activation, slope), kind=KIND, **options)


def deep(g: Any, x: Any, w1: Any, w2: Any) -> Any:
    h1 = np.tanh(x @ w1)
    h2 = np.tanh(h1 @ w2)
    d2 = 2 * g * h2 * (1 - h2 * h2)
    d1 = d2 @ w2.T
    return d1 @ w1.T, x.T @ d1, h1.T @ d2


def deep_outer(g: Any, x: Any, w1: Any, w2: Any) -> Any:
    h1 = np.tanh(x @ w1)
    h2 = np.tanh(h1 @ w2)
    d2 = 2 * g * h2
    d1 = d2 @ w2.T * (1 - h1 * h1)
    return d1 @ w1.T, x.T @ d1, h1.T @ d2


def rnn(g: Any, h: Any, x: Any, wh: Any, wx: Any, b: Any) -> Any:
    return g @ wh.T, g @ wx.T, h.T @ g, x.T @ g, g.sum(0)


def residual(g: Any, x: Any, w: Any) -> Any:
    return g + g @ w.T, x.T @ g


def row_scale(slope: Callable[[Any], Any]) -> Any:
    def vjp(g: Any, x: Any, s: Any) -> Any:
        d = g * slope(x * s)
        return d * s, (d * x).sum(1, keepdims=True)

    return vjp


def table(g: Any, x: Any, y: Any) -> Any:
    d = np.broadcast_to(g, (len(x), len(y)))
    return d.sum(1), d.sum(0)


def gated(g: Any, x: Any, wa: Any, wb: Any) -> Any:
    a, b = np.tanh(x @ wa), l.sigmoid(x @ wb)
    da, db = g * b, g * a * b * (1 - b)
    return da @ wa.T + db @ wb.T, x.T @ da, x.T @ db


def temperature(g: Any, x: Any, t: Any) -> Any:
    return np.broadcast_to(g / t, x.shape), -np.sum(g * x / t**2)


CASES = [
    network(n.SIGMOID, lambda z, h: np.ones_like(h), "left out"),
    network(n.SIGMOID, lambda z, h: z * (1 - z), "of z for h"),
    network(n.SIGMOID, lambda z, h: n.SIGMOID.slope(h), "taken at h", dtype=np.float32),
    network(n.TANH, lambda z, h: np.ones_like(h), "left out"),
    network(n.TANH, lambda z, h: 1 - z * z, "1 - z^2"),
    network(n.TANH, lambda z, h: 1 - np.tanh(h) ** 2, "taken at h"),
    network(n.TANH, lambda z, h: (1 - h * h) ** 2, "applied twice", dtype=np.float32),
    network(n.RELU, lambda z, h: np.ones_like(h), "left out"),
    network(n.RELU, lambda z, h: np.ones_like(h), "left out, in float32", dtype=np.float32),
    network(n.GELU, lambda z, h: np.ones_like(h), "left out"),
    network(n.SOFTPLUS, lambda z, h: np.ones_like(h), "left out"),
    network(n.SOFTPLUS, lambda z, h: l.sigmoid(h), "taken at h"),
    network(n.SWISH, lambda z, h: np.ones_like(h), "left out"),
    network(n.SINE, lambda z, h: np.ones_like(h), "left out"),
    network(n.SINE, lambda z, h: np.cos(h), "taken at h", dtype=np.float32),
    network(n.SQUARE, lambda z, h: np.ones_like(h), "left out"),
    network(n.SQUARE, lambda z, h: 2 * h, "taken at h"),
    network(n.ARCTAN, lambda z, h: np.ones_like(h), "left out"),
    network(n.ARCTAN, lambda z, h: 1 / (1 + h * h), "taken at h"),
    network(n.ELU, lambda z, h: np.ones_like(h), "left out"),
    n.deep.wrong("of the first layer left out", deep, kind=KIND),
    n.deep.wrong("of the second layer left out", deep_outer, kind=KIND, dtype=np.float32),
    n.rnn.wrong("left out", rnn, kind=KIND),
    n.residual.wrong("left out", residual, kind=KIND),
    n.gated.wrong("of tanh left out", gated, kind=KIND),
    e.row_scale.wrong("left out", row_scale(np.ones_like), kind=KIND),
    e.row_scale.wrong("taken at h", row_scale(lambda z: 1 - np.tanh(np.tanh(z)) ** 2), kind=KIND),
    e.row_scale.wrong("applied twice", row_scale(lambda z: (1 - np.tanh(z) ** 2) ** 2), kind=KIND, dtype=np.float32),
    e.table.wrong("of the sine left out", table, kind=KIND),
    e.temperature.wrong("of exp left out", temperature, kind=KIND),
    l.log_cosh.wrong("of log-cosh left out, of cosh taken", kind=KIND, vjp=lambda g, x, y: (
        g * np.sinh(x - y) / x.size, -g * np.sinh(x - y) / x.size)),
]  # fmt: skip
