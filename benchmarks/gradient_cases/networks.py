"""Layers and small networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .case import Function
from .losses import sigmoid, softmax


class Activation(NamedTuple):
    """An activation, and its derivative."""

    name: str
    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]


def gelu(z: Any) -> Any:
    return 0.5 * z * (1 + np.tanh(0.7978845608 * (z + 0.044715 * z**3)))


def gelu_slope(z: Any) -> Any:
    t = np.tanh(0.7978845608 * (z + 0.044715 * z**3))
    return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * 0.7978845608 * (1 + 3 * 0.044715 * z * z)


SIGMOID = Activation("sigmoid", sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))
TANH = Activation("tanh", np.tanh, lambda z: 1 - np.tanh(z) ** 2)
RELU = Activation("relu", lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype))
GELU = Activation("gelu", gelu, gelu_slope)
SOFTPLUS = Activation("softplus", lambda z: np.logaddexp(0, z), sigmoid)
SWISH = Activation("swish", lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))))
SINE = Activation("sine", np.sin, np.cos)
SQUARE = Activation("square", lambda z: z * z, lambda z: 2 * z)
ARCTAN = Activation("arctan", np.arctan, lambda z: 1 / (1 + z * z))
ELU = Activation(
    "elu",
    lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0))),
)
ACTIVATIONS = [SIGMOID, TANH, RELU, GELU, SOFTPLUS, SWISH, SINE, SQUARE, ARCTAN, ELU]


def network_vjp(activation: Activation, slope: Callable[[Any, Any], Any] | None = None) -> Callable[..., Any]:
    """Of the mean square of activation(x w1 + b) w2, with the activation's derivative as a function of z and h."""

    def vjp(g: Any, x: Any, w1: Any, b: Any, w2: Any) -> Any:
        z = x @ w1 + b
        h = activation.value(z)
        out = h @ w2
        d_out = 2 * g * out / out.size
        d = d_out @ w2.T * (activation.slope(z) if slope is None else slope(z, h))
        return d @ w1.T, x.T @ d, d.sum(0), h.T @ d_out

    return vjp


def network(activation: Activation) -> Function:
    return Function(
        f"{activation.name} network", lambda x, w1, b, w2: np.mean((activation.value(x @ w1 + b) @ w2) ** 2),
        network_vjp(activation),
        lambda d: (d.normal(3, 2), d.normal(2, 4), 0.5 * d.normal(4), d.normal(4, 2)),
    )  # fmt: skip


def _deep(g: Any, x: Any, w1: Any, w2: Any) -> Any:
    h1 = np.tanh(x @ w1)
    h2 = np.tanh(h1 @ w2)
    d2 = 2 * g * h2 * (1 - h2 * h2)
    d1 = d2 @ w2.T * (1 - h1 * h1)
    return d1 @ w1.T, x.T @ d1, h1.T @ d2


def _rnn(g: Any, h: Any, x: Any, wh: Any, wx: Any, b: Any) -> Any:
    d = g * (1 - np.tanh(h @ wh + x @ wx + b) ** 2)
    return d @ wh.T, d @ wx.T, h.T @ d, x.T @ d, d.sum(0)


def _gated(g: Any, x: Any, wa: Any, wb: Any) -> Any:
    a, b = np.tanh(x @ wa), sigmoid(x @ wb)
    da, db = g * b * (1 - a * a), g * a * b * (1 - b)
    return da @ wa.T + db @ wb.T, x.T @ da, x.T @ db


def _attention_f(q: Any, k: Any, v: Any) -> Any:
    return softmax(q @ k.T / q.shape[-1] ** 0.5) @ v


def _attention(g: Any, q: Any, k: Any, v: Any) -> Any:
    p = softmax(q @ k.T / q.shape[-1] ** 0.5)
    dp = g @ v.T
    d = p * (dp - np.sum(dp * p, axis=-1, keepdims=True)) / q.shape[-1] ** 0.5
    return d @ k, d.T @ q, p.T @ g


def normalized(x: Any, axis: int, eps: float = 1e-3) -> tuple[Any, Any]:
    """(x - mean) / std along an axis, and 1 / std."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    inverse = 1 / np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + eps)
    return centred * inverse, inverse


def _layer_norm_f(x: Any, gamma: Any, beta: Any) -> Any:
    return np.mean((normalized(x, -1)[0] * gamma + beta) ** 3)


def layer_norm_outer(g: Any, x: Any, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
    """The gradient by what the layer gives; the normalised input and 1 / std."""
    n, inverse = normalized(x, -1)
    return 3 * g * (n * gamma + beta) ** 2 / x.size, n, inverse


def _layer_norm(g: Any, x: Any, gamma: Any, beta: Any) -> Any:
    d, n, inverse = layer_norm_outer(g, x, gamma, beta)
    dn = d * gamma
    dx = inverse * (dn - dn.mean(-1, keepdims=True) - n * (dn * n).mean(-1, keepdims=True))
    return dx, (d * n).sum(0), d.sum(0)


def _batch_norm(g: Any, x: Any) -> Any:
    n, inverse = normalized(x, 0)
    return inverse * (g - g.mean(0) - n * (g * n).mean(0))


def conv1d_f(x: Any, w: Any) -> Any:
    """Correlation of a signal with a kernel of three."""
    return w[0] * x[:-2] + w[1] * x[1:-1] + w[2] * x[2:]


def _conv1d(g: Any, x: Any, w: Any) -> Any:
    dx = np.zeros_like(x)
    dx[:-2] += w[0] * g
    dx[1:-1] += w[1] * g
    dx[2:] += w[2] * g
    return dx, np.stack([g @ x[:-2], g @ x[1:-1], g @ x[2:]])


def _patches(x: Any) -> Any:
    """The four shifts of an image that a kernel of 2 by 2 sees: images, channels, 4, height, width."""
    return np.stack([x[:, :, :-1, :-1], x[:, :, :-1, 1:], x[:, :, 1:, :-1], x[:, :, 1:, 1:]], axis=2)


def conv2d_f(x: Any, w: Any) -> Any:
    return np.einsum("nckhw,ock->nohw", _patches(x), np.reshape(w, (*w.shape[:2], 4)))


def conv2d_vjp(g: Any, x: Any, w: Any) -> Any:
    d = np.einsum("nohw,ock->nckhw", g, w.reshape(*w.shape[:2], 4))
    dx = np.zeros_like(x)
    for k, (i, j) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        dx[:, :, i : x.shape[2] - 1 + i, j : x.shape[3] - 1 + j] += d[:, :, k]
    return dx, np.einsum("nohw,nckhw->ock", g, _patches(x)).reshape(w.shape)


def pairs(x: Any) -> Any:
    """A signal as windows of two."""
    return np.reshape(x, (*x.shape[:-1], -1, 2))


def _max_pool(g: Any, x: Any) -> Any:
    windows = pairs(x)
    return (g[..., None] * (windows == windows.max(-1, keepdims=True))).reshape(x.shape)


def _embedding(g: Any, table: Any, rows: Any) -> Any:
    out = np.zeros_like(table)
    np.add.at(out, rows, g)
    return out


def _residual(g: Any, x: Any, w: Any) -> Any:
    d = g * (1 - np.tanh(x @ w) ** 2)
    return g + d @ w.T, x.T @ d


linear = Function(
    "linear layer", lambda x, w, b: x @ w + b, lambda g, x, w, b: (g @ w.T, x.T @ g, g.sum(0)),
    lambda d: (d.normal(4, 3), d.normal(3, 2), d.normal(2)),
)  # fmt: skip
deep = Function(
    "deep network", lambda x, w1, w2: np.sum(np.tanh(np.tanh(x @ w1) @ w2) ** 2), _deep,
    lambda d: (d.normal(3, 3), d.normal(3, 3), d.normal(3, 3)),
)  # fmt: skip
rnn = Function(
    "recurrent step", lambda h, x, wh, wx, b: np.tanh(h @ wh + x @ wx + b), _rnn,
    lambda d: (d.normal(2, 3), d.normal(2, 3), d.normal(3, 3), d.normal(3, 3), d.normal(3)),
)  # fmt: skip
gated = Function(
    "gated layer", lambda x, wa, wb: np.tanh(x @ wa) * sigmoid(x @ wb), _gated,
    lambda d: (d.normal(3, 2), d.normal(2, 3), d.normal(2, 3)),
)  # fmt: skip
attention = Function("attention", _attention_f, _attention, lambda d: (d.normal(3, 4), d.normal(3, 4), d.normal(3, 4)))
layer_norm = Function(
    "layer normalization", _layer_norm_f, _layer_norm, lambda d: (d.normal(3, 5), d.positive(5), d.normal(5))
)
batch_norm = Function("batch normalization", lambda x: normalized(x, 0)[0], _batch_norm, lambda d: (d.normal(5, 2),))
conv1d = Function("convolution", conv1d_f, _conv1d, lambda d: (d.normal(8), d.normal(3)))
conv2d = Function("convolution of images", conv2d_f, conv2d_vjp, lambda d: (d.normal(2, 2, 3, 3), d.normal(2, 2, 2, 2)))
max_pool = Function("max-pooling", lambda x: np.max(pairs(x), axis=-1), _max_pool, lambda d: (d.apart(2, 6),))
mean_pool = Function(
    "mean pooling",
    lambda x: np.mean(pairs(x), axis=-1),
    lambda g, x: np.repeat(g, 2, -1) / 2,
    lambda d: (d.normal(2, 6),),
)
embedding = Function(
    "embedding", lambda table, rows: table[rows], _embedding, lambda d: (d.normal(4, 3), np.array([0, 2, 2, 3, 1]))
)
dropout = Function(
    "dropout", lambda x, mask: x * mask / 0.75, lambda g, x, mask: g * mask / 0.75,
    lambda d: (d.normal(3, 4), np.minimum(d.integers(4, 3, 4), 1)),
)  # fmt: skip
residual = Function(
    "residual block", lambda x, w: x + np.tanh(x @ w), _residual, lambda d: (d.normal(2, 3), d.normal(3, 3))
)
NETWORKS = {activation.name: network(activation) for activation in ACTIVATIONS}

FUNCTIONS = [
    *NETWORKS.values(), linear, deep, rnn, gated, attention, layer_norm, batch_norm, conv1d, conv2d, max_pool,
    mean_pool,
    embedding, dropout, residual,
]  # fmt: skip
