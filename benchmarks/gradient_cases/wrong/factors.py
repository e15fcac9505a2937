"""Wrong by a constant factor: a mean taken for a sum, a 2 left out, a scale forgotten."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function

KIND = "constant factor"


def scaled(function: Function, factor: float, what: str, **options: Any) -> Case:
    """All of the gradient off by a factor."""
    return function.spoiled(what, lambda found: [v * factor for v in found], kind=KIND, **options)


def attention(g: Any, q: Any, k: Any, v: Any) -> Any:
    p = l.softmax(q @ k.T / q.shape[-1] ** 0.5)
    dp = g @ v.T
    d = p * (dp - np.sum(dp * p, axis=-1, keepdims=True))
    return d @ k, d.T @ q, p.T @ g


def contrast(g: Any, q: Any, k: Any) -> Any:
    d = g * (l.softmax(q @ k.T / 0.5) - np.eye(len(q))) / len(q)
    return d @ k, d.T @ q


CASES = [
    l.mse.wrong("the sum for the mean", lambda g, x, y: (2 * g * (x - y), -2 * g * (x - y)), kind=KIND),
    l.mse.wrong("without the 2", lambda g, x, y: (g * (x - y) / x.size, -g * (x - y) / x.size), kind=KIND,
                dtype=np.float32),
    l.mse.wrong("divided by the rows only", lambda g, x, y: (2 * g * (x - y) / len(x), -2 * g * (x - y) / len(x)),
                kind=KIND),
    scaled(l.linear_regression, 0.5, "without the 2 of the square"),
    scaled(l.linear_regression, 5, "not divided by the batch", dtype=np.float32),
    l.cross_entropy.wrong("not divided by the batch",
                          lambda g, x, labels: g * (l.softmax(x) - l.one_hot(labels, x.shape[1])), kind=KIND),
    l.cross_entropy.wrong("divided by all elements",
                          lambda g, x, labels: g * (l.softmax(x) - l.one_hot(labels, x.shape[1])) / x.size, kind=KIND),
    l.binary_cross_entropy.wrong("divided by n - 1", lambda g, x, t: g * (l.sigmoid(x) - t) / (t.size - 1), kind=KIND),
    l.huber.wrong("the sum for the mean", lambda g, x, y: (g * np.clip(x - y, -1, 1), -g * np.clip(x - y, -1, 1)),
                  kind=KIND),
    l.poisson.wrong("the sum for the mean", lambda g, eta, counts: g * (np.exp(eta) - counts), kind=KIND,
                    dtype=np.float32),
    l.log_cosh.wrong("divided twice",
                     lambda g, x, y: (g * np.tanh(x - y) / x.size**2, -g * np.tanh(x - y) / x.size**2), kind=KIND),
    l.contrast.wrong("without the temperature", contrast, kind=KIND),
    l.triplet.wrong("without the 2", lambda g, a, p, n: (g * (n - p), g * (p - a), g * (a - n)), kind=KIND),
    n.attention.wrong("scores not scaled", attention, kind=KIND),
    n.mean_pool.wrong("not divided by the window", lambda g, x: np.repeat(g, 2, -1), kind=KIND),
    n.dropout.wrong("not divided by what is kept", lambda g, x, mask: g * mask, kind=KIND),
    e.variance.wrong("without the 2", lambda g, x: g * (x - x.mean()) / x.size, kind=KIND),
    e.variance.wrong("divided by n - 1", lambda g, x: 2 * g * (x - x.mean()) / (x.size - 1), kind=KIND),
    e.unbiased.wrong("divided by n", lambda g, x: 2 * g * (x - x.mean(0)) / len(x), kind=KIND),
    e.mean.wrong("divided by the other axis", lambda g, x: np.broadcast_to(g[:, None], x.shape) / len(x), kind=KIND),
    e.norm.wrong("twice", lambda g, x: 2 * g * x / np.sqrt(np.sum(x * x)), kind=KIND),
    e.sqrt.wrong("without the 2", lambda g, x: g / np.sqrt(x), kind=KIND),
    e.cube.wrong("without the 3", lambda g, x: g * x**2, kind=KIND, dtype=np.float32),
    e.log10.wrong("of the natural logarithm", lambda g, x: g / x, kind=KIND),
    e.degrees.wrong("radians forgotten", lambda g, x: g * np.cos(x * np.pi / 180), kind=KIND),
    e.abs2.wrong("without the 2, as in Wirtinger's convention", lambda g, z: g * z, kind=KIND),
    m.covariance.wrong("counted twice", lambda g, x: 2 * x @ (g + g.T), kind=KIND),
    m.tiled.wrong("the mean of the copies", lambda g, x: g.reshape(3, -1).mean(0), kind=KIND),
    scaled(m.square_matmul, 0.5, "without the 2"),
    scaled(n.layer_norm, 15, "the sum for the mean"),
    scaled(n.NETWORKS["tanh"], 6, "the sum for the mean"),
    scaled(m.log_determinant, 0.5, "a half of it, as for a Cholesky factor"),
]  # fmt: skip
