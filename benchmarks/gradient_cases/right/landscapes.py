"""Functions that are hard to take differences of: steep, flat, oscillating, near a pole, long, ill-conditioned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Draw, right

draw = Draw("landscapes")


def scalar(name: str, f: Callable[[Any], Any], slope: Callable[[Any], Any], x: Any, dtype: Any = None) -> Case:
    """The sum of an elementwise function, by its derivative."""
    return right(name, lambda x: np.sum(f(x)), lambda g, x: g * slope(x), np.asarray(x), dtype=dtype)


def iterated(step: Callable[[Any], Any], slope: Callable[[Any], Any], times: int) -> tuple[Any, Any]:
    """A function applied again and again, and its derivative by the chain rule."""

    def f(x: Any) -> Any:
        for _ in range(times):
            x = step(x)
        return x

    def derivative(x: Any) -> Any:
        product = np.ones_like(x)
        for _ in range(times):
            product = product * slope(x)
            x = step(x)
        return product

    return f, derivative


def hilbert(size: int) -> Any:
    i = np.arange(size)
    return 1.0 / (i[:, None] + i + 1)


def _newton(x: Any) -> Any:
    y = np.ones_like(x) if isinstance(x, np.ndarray) else x * 0 + 1
    for _ in range(8):
        y = (y + x / y) / 2
    return y


def _eigenvalues(g: Any, a: Any) -> Any:
    values, vectors = np.linalg.eigh((a + a.T) / 2)
    return vectors * (g * np.exp(values)) @ vectors.T


def _nuclear(g: Any, a: Any) -> Any:
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return g * u @ vt


def _cholesky(g: Any, a: Any) -> Any:
    return g * np.linalg.inv((a + a.T) / 2) / 2


def _deep_tanh(g: Any, x: Any, w: Any) -> Any:
    hidden = [x]
    for _ in range(12):
        hidden.append(np.tanh(hidden[-1] @ w))
    d, dw = g * np.ones_like(x), np.zeros_like(w)
    for before, after in zip(hidden[-2::-1], hidden[:0:-1], strict=True):
        d = d * (1 - after * after)
        dw += before.T @ d
        d = d @ w.T
    return d, dw


def _deep_tanh_f(x: Any, w: Any) -> Any:
    for _ in range(12):
        x = np.tanh(x @ w)
    return np.sum(x)


def _recurrent_f(w: Any, x: Any) -> Any:
    h = x * 0
    for _ in range(20):
        h = np.tanh(w * h + x)
    return np.sum(h)


def _recurrent(g: Any, w: Any, x: Any) -> Any:
    h, dw, dx = x * 0, x * 0, x * 0
    for _ in range(20):
        new = np.tanh(w * h + x)
        slope = 1 - new * new
        dw, dx, h = slope * (h + w * dw), slope * (1 + w * dx), new
    return g * dw, g * dx


sines = iterated(np.sin, np.cos, 60)
logistic = iterated(lambda x: 3.6 * x * (1 - x), lambda x: 3.6 * (1 - 2 * x), 8)
roots = iterated(lambda x: np.sqrt(1 + x), lambda x: 0.5 / np.sqrt(1 + x), 30)
ONES = np.ones(3)

CASES: list[Case] = [
    # oscillating
    scalar("sin 100 x", lambda x: np.sin(100 * x), lambda x: 100 * np.cos(100 * x), [0.3, 1.0, 2.0]),
    scalar("sin 1000 x", lambda x: np.sin(1000 * x), lambda x: 1000 * np.cos(1000 * x), [0.3, 1.0]),
    scalar("sin 100 x", lambda x: np.sin(100 * x), lambda x: 100 * np.cos(100 * x), [0.3, 0.1], np.float32),
    scalar("sin of 1/x", lambda x: np.sin(1 / x), lambda x: -np.cos(1 / x) / x**2, [0.01, 0.05]),
    scalar("x + 1e-3 sin 1000 x", lambda x: x + 1e-3 * np.sin(1000 * x), lambda x: 1 + np.cos(1000 * x), [0.3, 1.0]),
    scalar("sine of large numbers", np.sin, np.cos, [1000.5, -12345.0]),
    # steep and flat
    scalar("tanh 1e4 x at 0", lambda x: np.tanh(1e4 * x), lambda x: 1e4 * (1 - np.tanh(1e4 * x) ** 2), [0.0, 1e-5]),
    scalar("sigmoid of 1000 x", lambda x: l.sigmoid(1000 * x),
           lambda x: 1000 * l.sigmoid(1000 * x) * l.sigmoid(-1000 * x),
           [0.001, -0.002]),
    scalar("narrow bump", lambda x: np.exp(-((1000 * x) ** 2)), lambda x: -2e6 * x * np.exp(-((1000 * x) ** 2)),
           [5e-4, 1e-3]),
    scalar("bump far away", lambda x: np.exp(-((x - 5) ** 2)), lambda x: -2 * (x - 5) * np.exp(-((x - 5) ** 2)),
           [0.0, 1.0]),
    scalar("saturated tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, [20.0, -400.0]),
    scalar("saturated sigmoid", l.sigmoid, lambda x: l.sigmoid(x) * l.sigmoid(-x), [40.0, -30.0]),
    scalar("dead relu", lambda x: np.maximum(x, 0), lambda x: 0 * x, [-1.0, -2.0]),
    scalar("steps between the steps", np.floor, lambda x: 0 * x, [0.4, 1.6, -0.7]),
    scalar("sign away from 0", np.sign, lambda x: 0 * x, [0.4, -1.6]),
    scalar("rounded", lambda x: np.round(x) * x, np.round, [0.3, 1.7, -2.2]),
    scalar("fourth power at 0", lambda x: x**4, lambda x: 4 * x**3, [0.0, 0.1]),
    scalar("cube at 0", lambda x: x**3, lambda x: 3 * x**2, np.zeros(3)),
    scalar("sixth power at 0", lambda x: x**6, lambda x: 6 * x**5, [0.0, 0.0]),
    scalar("1e6 cos at its maximum", lambda x: 1e6 * np.cos(x), lambda x: -1e6 * np.sin(x), [0.0, 1e-3]),
    scalar("minimum of a square", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), ONES),
    scalar("minimum of a square", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), ONES, np.float32),
    # near a pole or the end of the domain
    scalar("1/(x - 1) close to 1", lambda x: 1 / (x - 1), lambda x: -1 / (x - 1) ** 2, [1 + 1e-6, 1 - 1e-5]),
    scalar("tan close to pi/2", np.tan, lambda x: 1 + np.tan(x) ** 2, [1.57, -1.5]),
    scalar("log close to 0", np.log, lambda x: 1 / x, [1e-9, 1e-4]),
    scalar("root close to 0", np.sqrt, lambda x: 0.5 / np.sqrt(x), [1e-10, 1e-20]),
    scalar("arcsine close to 1", np.arcsin, lambda x: 1 / np.sqrt((1 - x) * (1 + x)), [1 - 1e-6, -0.999]),
    scalar("arctanh close to 1", np.arctanh, lambda x: 1 / ((1 - x) * (1 + x)), [0.999999, -0.99]),
    scalar("log of (1 - x) close to 1", lambda x: np.log(1 - x), lambda x: -1 / (1 - x), [1 - 1e-8, 0.5]),
    scalar("x^x", lambda x: x**x, lambda x: x**x * (np.log(x) + 1), [0.01, 1.0, 3.0]),
    # long
    scalar("sine of sine, 60 times", *sines, [1.0, 0.5]),
    scalar("logistic map, 8 times", *logistic, [0.2, 0.7]),
    scalar("nested roots", *roots, [2.0, 5.0]),
    scalar("Newton's iteration for a root", _newton, lambda x: 0.5 / np.sqrt(x), [2.0, 0.5]),
    scalar("exp of -exp of -exp", lambda x: np.exp(-np.exp(-np.exp(x))),
           lambda x: np.exp(-np.exp(-np.exp(x))) * np.exp(-np.exp(x)) * np.exp(x), [0.1, -2.0]),
    right("twelve layers", _deep_tanh_f, _deep_tanh, draw.normal(2, 3), draw.normal(3, 3)),
    right("twelve layers", _deep_tanh_f, _deep_tanh, draw.normal(2, 3), 0.5 * draw.normal(3, 3), dtype=np.float32),
    right("twenty steps of a recurrence", _recurrent_f, _recurrent, np.array([0.9, -1.5]), np.array([0.3, 0.2])),
    # matrices
    right("inverse of a Hilbert matrix", m.inverse.f, m.inverse.vjp, hilbert(3)),
    right("log-determinant of a Hilbert matrix", m.log_determinant.f, m.log_determinant.vjp, hilbert(4)),
    right("equations with a Hilbert matrix", m.solve.f, m.solve.vjp, hilbert(3), draw.normal(3)),
    right("determinant of an almost singular matrix", m.determinant.f, m.determinant.vjp,
          np.array([[1.0, 2.0], [2.0, 4.0 + 1e-6]])),
    right("inverse of almost a rotation", m.inverse.f, m.inverse.vjp, np.array([[0.0, -1.0], [1.0, 1e-9]])),
    right("exp of eigenvalues", lambda a: np.sum(np.exp(np.linalg.eigvalsh((a + a.T) / 2))), _eigenvalues,
          draw.normal(3, 3)),
    right("exp of equal eigenvalues", lambda a: np.sum(np.exp(np.linalg.eigvalsh((a + a.T) / 2))), _eigenvalues,
          np.eye(3)),
    right("nuclear norm", lambda a: np.sum(np.linalg.svd(a, compute_uv=False)), _nuclear, draw.normal(4, 3)),
    right("log of a Cholesky factor", lambda a: np.sum(np.log(np.diagonal(np.linalg.cholesky((a + a.T) / 2)))),
          _cholesky,
          draw.matrix(3) + 3 * np.eye(3)),
    right("spectral energy", lambda x: np.sum(abs(np.fft.fft(x)) ** 2), lambda g, x: 2 * g * x.size * x,
          draw.normal(8)),
    # nothing to see
    right("perfect fit", l.linear_regression.f, l.linear_regression.vjp, np.eye(3), np.array([1.0, 2.0, 3.0]), 0.5,
          np.array([1.5, 2.5, 3.5])),
    right("two equal distributions", l.kl.f, l.kl.vjp, np.array([[1.0, 2.0, 0.0]]), np.array([[2.0, 3.0, 1.0]])),
    right("dead network", n.NETWORKS["relu"].f, n.NETWORKS["relu"].vjp, draw.positive(3, 2), -draw.positive(2, 4),
          -draw.positive(4), draw.normal(4, 2)),
    right("sum of a softmax", lambda x: np.sum(l.softmax(x)), lambda g, x: np.zeros_like(x), draw.normal(2, 4)),
    right("zero times x", lambda x: np.sum(0 * x), lambda g, x: np.zeros_like(x), draw.normal(4)),
    right("an input that is not read", lambda x, y: np.sum(np.exp(x)), lambda g, x,
          y: (g * np.exp(x), np.zeros_like(y)),
          draw.normal(3), draw.normal(2)),
]  # fmt: skip
