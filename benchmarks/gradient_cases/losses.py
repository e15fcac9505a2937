"""Losses and log-likelihoods: each gives a single number."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Function


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def log_softmax(x: Any) -> Any:
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def one_hot(labels: Any, classes: int) -> Any:
    return labels[:, None] == np.arange(classes)


def _linear_regression(g: Any, x: Any, w: Any, b: Any, y: Any) -> Any:
    d = 2 * g * (x @ w + b - y) / y.size
    return d[:, None] * w, x.T @ d, d.sum(), -d


def _ridge(g: Any, x: Any, w: Any, y: Any) -> Any:
    d = g * (x @ w - y)
    return d[:, None] * w, x.T @ d + 0.1 * g * w, -d


def _hinge(g: Any, w: Any, x: Any, labels: Any) -> Any:
    d = -g * labels * (labels * (x @ w) < 1) / labels.size
    return x.T @ d, d[:, None] * w


def _gaussian(g: Any, x: Any, mu: Any, log_sigma: Any) -> Any:
    z = (x - mu) / np.exp(log_sigma)
    d = g * z / np.exp(log_sigma)
    return d, -d, g * (1 - z * z)


def _kl(g: Any, a: Any, b: Any) -> Any:
    ratio = log_softmax(a) - log_softmax(b)
    p = softmax(a)
    return g * p * (ratio - np.sum(p * ratio, axis=-1, keepdims=True)), g * (softmax(b) - p)


def _logistic(g: Any, x: Any, w: Any, b: Any, t: Any) -> Any:
    d = g * (sigmoid(x @ w + b) - t) / t.size
    return d[:, None] * w, x.T @ d, d.sum()


def _cosine(g: Any, a: Any, b: Any) -> Any:
    na, nb = np.sqrt(a @ a), np.sqrt(b @ b)
    c = a @ b / (na * nb)
    return g * (b / (na * nb) - c * a / na**2), g * (a / (na * nb) - c * b / nb**2)


def _triplet_f(a: Any, p: Any, n: Any) -> Any:
    return np.maximum(0, np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 20)


def _entropy(g: Any, x: Any) -> Any:
    p, log_p = softmax(x), log_softmax(x)
    return -g * p * (log_p - np.sum(p * log_p, axis=-1, keepdims=True))


def _smooth_tv(g: Any, x: Any) -> Any:
    d = np.diff(x)
    s = g * d / np.sqrt(d * d + 0.01)
    out = np.zeros_like(x)
    out[1:] += s
    out[:-1] -= s
    return out


def _cauchy(g: Any, x: Any, loc: Any, log_scale: Any) -> Any:
    z = (x - loc) / np.exp(log_scale)
    d = 2 * g * z / (1 + z * z)
    return d / np.exp(log_scale), -d / np.exp(log_scale), g * (1 - 2 * z * z / (1 + z * z))


def _contrast_f(q: Any, k: Any) -> Any:
    return -np.mean(np.diagonal(log_softmax(q @ k.T / 0.5)))


def _contrast(g: Any, q: Any, k: Any) -> Any:
    d = g * (softmax(q @ k.T / 0.5) - np.eye(len(q))) / len(q) / 0.5
    return d @ k, d.T @ q


mse = Function(
    "mean squared error", lambda x, y: np.mean((x - y) ** 2),
    lambda g, x, y: (2 * g * (x - y) / x.size, -2 * g * (x - y) / x.size),
    lambda d: (d.normal(3, 4), d.normal(3, 4)),
)  # fmt: skip
linear_regression = Function(
    "linear regression", lambda x, w, b, y: np.mean((x @ w + b - y) ** 2), _linear_regression,
    lambda d: (d.normal(5, 3), d.normal(3), d.normal(), d.normal(5)),
)  # fmt: skip
ridge = Function(
    "ridge regression", lambda x, w, y: np.sum((x @ w - y) ** 2) / 2 + 0.05 * np.sum(w * w), _ridge,
    lambda d: (d.normal(5, 3), 3 * d.normal(3), d.normal(5)),
)  # fmt: skip
cross_entropy = Function(
    "cross-entropy", lambda x, labels: -np.mean(log_softmax(x)[np.arange(len(labels)), labels]),
    lambda g, x, labels: g * (softmax(x) - one_hot(labels, x.shape[1])) / len(labels),
    lambda d: (d.normal(5, 4), d.integers(4, 5)),
)  # fmt: skip
binary_cross_entropy = Function(
    "binary cross-entropy", lambda x, t: np.mean(np.logaddexp(0, x) - t * x),
    lambda g, x, t: g * (sigmoid(x) - t) / t.size,
    lambda d: (d.normal(2, 3), d.integers(2, 2, 3)),
)  # fmt: skip
huber = Function(
    "Huber loss", lambda x, y: np.mean(np.where(abs(x - y) <= 1, (x - y) ** 2 / 2, abs(x - y) - 0.5)),
    lambda g, x, y: (g * np.clip(x - y, -1, 1) / x.size, -g * np.clip(x - y, -1, 1) / x.size),
    lambda d: (2 * d.normal(7), 2 * d.normal(7)),
)  # fmt: skip
hinge = Function(
    "hinge loss", lambda w, x, labels: np.mean(np.maximum(0, 1 - labels * (x @ w))), _hinge,
    lambda d: (d.normal(3), d.normal(6, 3), d.signs(6)),
)  # fmt: skip
poisson = Function(
    "Poisson likelihood", lambda eta, counts: np.mean(np.exp(eta) - counts * eta),
    lambda g, eta, counts: g * (np.exp(eta) - counts) / eta.size,
    lambda d: (d.normal(2, 4), d.integers(5, 2, 4)),
)  # fmt: skip
gaussian = Function(
    "Gaussian likelihood", lambda x, mu, s: np.sum(s + ((x - mu) / np.exp(s)) ** 2 / 2), _gaussian,
    lambda d: (d.normal(6), d.normal(6), 0.5 * d.normal(6)),
)  # fmt: skip
kl = Function(
    "KL divergence", lambda a, b: np.sum(softmax(a) * (log_softmax(a) - log_softmax(b))), _kl,
    lambda d: (d.normal(2, 4), d.normal(2, 4)),
)  # fmt: skip
exponential = Function(
    "exponential likelihood", lambda rate, x: np.sum(rate * x - np.log(rate)),
    lambda g, rate, x: (g * (x - 1 / rate), g * rate),
    lambda d: (d.positive(5), d.positive(5)),
)  # fmt: skip
logistic_regression = Function(
    "logistic regression", lambda x, w, b, t: np.mean(np.logaddexp(0, x @ w + b) - t * (x @ w + b)), _logistic,
    lambda d: (d.normal(6, 3), d.normal(3), d.normal(), d.integers(2, 6)),
)  # fmt: skip
cosine = Function(
    "cosine similarity", lambda a, b: a @ b / (np.sqrt(a @ a) * np.sqrt(b @ b)), _cosine,
    lambda d: (d.normal(5), d.normal(5)),
)  # fmt: skip
triplet = Function(
    "triplet loss", _triplet_f,
    lambda g, a, p, n: (2 * g * (n - p), 2 * g * (p - a), 2 * g * (a - n)),
    lambda d: (d.normal(4), d.normal(4), d.normal(4)),
)  # fmt: skip
log_cosh = Function(
    "log-cosh loss", lambda x, y: np.mean(np.log(np.cosh(x - y))),
    lambda g, x, y: (g * np.tanh(x - y) / x.size, -g * np.tanh(x - y) / x.size),
    lambda d: (d.normal(2, 3), d.normal(2, 3)),
)  # fmt: skip
entropy = Function(
    "entropy of a softmax", lambda x: -np.sum(softmax(x) * log_softmax(x)), _entropy, lambda d: (d.normal(2, 5),)
)
pinball = Function(
    "pinball loss", lambda x, y: np.mean(np.maximum(0.9 * (y - x), -0.1 * (y - x))),
    lambda g, x, y: (g * np.where(y > x, -0.9, 0.1).astype(x.dtype) / x.size,
                     g * np.where(y > x, 0.9, -0.1).astype(x.dtype) / x.size),
    lambda d: (d.normal(6), d.normal(6)),
)  # fmt: skip
smooth_tv = Function(
    "smooth total variation", lambda x: np.sum(np.sqrt(np.diff(x) ** 2 + 0.01)), _smooth_tv, lambda d: (d.normal(8),)
)
cauchy = Function(
    "Cauchy likelihood", lambda x, m, s: np.sum(s + np.log(1 + ((x - m) / np.exp(s)) ** 2)), _cauchy,
    lambda d: (d.normal(5), d.normal(5), 0.5 * d.normal(5)),
)  # fmt: skip
von_mises = Function(
    "von Mises likelihood", lambda x, mu, kappa: -np.sum(kappa * np.cos(x - mu)),
    lambda g, x, mu, kappa: (g * kappa * np.sin(x - mu), -g * kappa * np.sin(x - mu), -g * np.cos(x - mu)),
    lambda d: (d.normal(5), d.normal(5), d.positive(5)),
)  # fmt: skip
contrast = Function("contrastive loss", _contrast_f, _contrast, lambda d: (d.normal(4, 3), d.normal(4, 3)))
elastic = Function(
    "elastic net penalty", lambda w: np.sum(abs(w)) + 0.5 * np.sum(w * w),
    lambda g, w: g * (np.sign(w) + w),
    lambda d: (d.normal(3, 3),),
)  # fmt: skip

FUNCTIONS = [
    mse, linear_regression, ridge, cross_entropy, binary_cross_entropy, huber, hinge, poisson, gaussian, kl,
    exponential,
    logistic_regression, cosine, triplet, log_cosh, entropy, pinball, smooth_tv, cauchy, von_mises, contrast, elastic,
]  # fmt: skip
