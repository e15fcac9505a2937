"""Tiny and huge numbers, numbers of very different sizes beside each other, and what is lost in rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Draw, Function, right

draw = Draw("sizes")
F32 = np.float32
SPREAD = np.array([1e-12, 1.0, 1e12])


def shifted(function: Function, offset: float, *shapes: tuple[int, ...], dtype: Any = None, scale: float = 1.0) -> Case:
    """A function at normal numbers far from 0."""
    inputs = [offset + scale * draw.normal(*shape) for shape in shapes]
    return right(f"{function.name} of numbers about {offset:g}", function.f, function.vjp, *inputs, dtype=dtype)


def _sigmoid(g: Any, x: Any) -> Any:
    s = l.sigmoid(x)
    return g * s * l.sigmoid(-x)


CASES: list[Case] = [
    # tiny
    right("square of 1e-150", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, np.array([1e-150, 3e-150])),
    right("linear at 1e-300", lambda x: np.sum(3 * x), lambda g, x: 3 * g * np.ones_like(x),
          np.array([1e-300, -2e-300])),
    right("linear at the smallest numbers", lambda x: np.sum(3 * x), lambda g, x: 3 * g * np.ones_like(x),
          np.array([5e-324, 1.0])),
    right("product with 1e-300", lambda x, y: np.sum(x * y), lambda g, x, y: (g * y, g * x), np.array([1e-300, 2.0]),
          np.array([3.0, 1e-300])),
    right("log of 1e-300", e.log.f, e.log.vjp, np.array([1e-300, 1e-200])),
    right("root of 1e-300", e.sqrt.f, e.sqrt.vjp, np.array([1e-300, 4e-290])),
    right("reciprocal of 1e-100", e.reciprocal.f, e.reciprocal.vjp, np.array([1e-100, 3e-101])),
    right("exp of -700", e.exp.f, e.exp.vjp, np.array([-700.0, -690.0])),
    right("sigmoid of -700", l.sigmoid, _sigmoid, np.array([-700.0, -690.0])),
    right("sine of 1e-200", np.sin, lambda g, x: g * np.cos(x), np.array([1e-200, -1e-200])),
    right("mean squared error of 1e-100", l.mse.f, l.mse.vjp, 1e-100 * draw.normal(4), 1e-100 * draw.normal(4)),
    right("loss of size 1e-20", lambda x: 1e-20 * np.sum(np.exp(x)), lambda g, x: 1e-20 * g * np.exp(x),
          draw.normal(3)),
    right("linear at 1e-30", lambda x: np.sum(3 * x), lambda g, x: 3 * g * np.ones_like(x), np.array([1e-30, -2e-30]),
          dtype=F32),
    right("square of 1e-15", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, np.array([1e-15, 3e-15]), dtype=F32),
    # huge
    right("square of 1e150", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, np.array([1e150, 3e149])),
    right("linear at 1e200", lambda x: np.sum(3 * x), lambda g, x: 3 * g * np.ones_like(x), np.array([1e200, -2e200])),
    right("product of 1e200 and 1e-200", lambda x, y: np.sum(x * y), lambda g, x, y: (g * y, g * x),
          np.array([1e200, 2e200]), np.array([3e-200, 1e-200])),
    right("log of 1e200", e.log.f, e.log.vjp, np.array([1e200, 1e250])),
    right("root of 1e200", e.sqrt.f, e.sqrt.vjp, np.array([1e200, 4e250])),
    right("reciprocal of 1e100", e.reciprocal.f, e.reciprocal.vjp, np.array([1e100, 3e101])),
    right("hypot of 1e200", e.hypot.f, e.hypot.vjp, np.array([3e200, 1e200]), np.array([4e200, -1e200])),
    right("exp of 700", e.exp.f, e.exp.vjp, np.array([700.0, 690.0])),
    right("norm of 1e150", e.norm.f, e.norm.vjp, np.array([3e150, -4e150])),
    right("cosine of 1e100", l.cosine.f, l.cosine.vjp, np.array([3e70, -4e70]), np.array([1e70, 1e70])),
    right("softmax of 1e4", e.softmaxes.f, e.softmaxes.vjp, np.array([[1e4, 1e4 - 1, 9e3]])),
    right("softmax of 50", e.softmaxes.f, e.softmaxes.vjp, np.array([[50.0, 49.0, -50.0]]), dtype=F32),
    right("logsumexp of 1e5", e.logsumexp.f, e.logsumexp.vjp, np.array([1e5, 1e5 + 1, 1e5 - 2])),
    right("log-softmax of 1e3", e.log_softmaxes.f, e.log_softmaxes.vjp, np.array([[1e3, 1e3 - 1, -1e3]]), dtype=F32),
    right("cross-entropy of large logits", l.cross_entropy.f, l.cross_entropy.vjp, 200 * draw.normal(4, 3),
          draw.integers(3, 4)),
    right("cross-entropy of large logits", l.cross_entropy.f, l.cross_entropy.vjp, 30 * draw.normal(4, 3),
          draw.integers(3, 4), dtype=F32),
    right("loss of size 1e20", lambda x: 1e20 * np.sum(np.exp(x)), lambda g, x: 1e20 * g * np.exp(x), draw.normal(3)),
    right("square of 1e15", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, np.array([1e15, 3e15]), dtype=F32),
    # of different sizes
    right("squares of sizes 1e-12 to 1e12", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, SPREAD),
    right("weights of sizes 1e-12 to 1e12", lambda x: np.sum(SPREAD * x), lambda g, x: g * SPREAD, draw.normal(3)),
    right("products of 1e-12 and 1e12", lambda x, y: np.sum(x * y), lambda g, x, y: (g * y, g * x), SPREAD,
          SPREAD[::-1]),
    right("quotients of sizes 1e-12 to 1e12", e.divide.f, e.divide.vjp, SPREAD, SPREAD[::-1].copy()),
    right("logs of sizes 1e-12 to 1e12", lambda x: np.sum(np.log(x)), lambda g, x: g / x, SPREAD),
    right("tanh of sizes 1e-12 to 1e12", np.tanh, lambda g, x: g * (1 - np.tanh(x) ** 2), SPREAD),
    right("linear regression with columns of different sizes", l.linear_regression.f, l.linear_regression.vjp,
          draw.normal(5, 3) * np.array([1e-6, 1.0, 1e6]), draw.normal(3) * np.array([1e6, 1.0, 1e-6]), 0.3,
          draw.normal(5)),
    right("quadratic form of different sizes", m.quadratic.f, m.quadratic.vjp, np.array([1e-5, 1.0, 1e5]),
          draw.normal(3, 3) * np.outer([1e5, 1.0, 1e-5], [1e5, 1.0, 1e-5])),
    right("Gaussian of a small scale", l.gaussian.f, l.gaussian.vjp, np.array([1.0, 2.0]),
          np.array([1 + 1e-6, 2 - 2e-6]), np.log(np.array([1e-6, 1e-6]))),
    right("Rosenbrock's valley", lambda x: 1e4 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, lambda g, x: g * np.stack([
        -4e4 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 2e4 * (x[1] - x[0] ** 2)]), np.array([-1.2, 1.44])),
    right("sum of 1e10 and a square", lambda x: 1e10 + np.sum(x * x), lambda g, x: 2 * g * x, draw.normal(3)),
    # rounding
    shifted(e.variance, 1000.0, (8,)),
    shifted(e.variance, 100.0, (8,), dtype=F32),
    shifted(e.deviation, 30.0, (6,), dtype=F32),
    shifted(n.batch_norm, 20.0, (5, 2), dtype=F32),
    shifted(n.layer_norm, 10.0, (3, 4), (4,), (4,), dtype=F32),
    shifted(e.logsumexp, 50.0, (5,), dtype=F32),
    shifted(e.softmaxes, 1000.0, (2, 3)),
    shifted(l.mse, 1e4, (6,), (6,)),
    right("mean squared error of an almost exact fit", l.mse.f, l.mse.vjp, np.ones(4), 1 + 1e-8 * draw.normal(4)),
    right("mean squared error of an almost exact fit", l.mse.f, l.mse.vjp, np.ones(4), 1 + 1e-4 * draw.normal(4),
          dtype=F32),
    right("difference of squares", lambda x, y: np.sum(x * x - y * y), lambda g, x, y: (2 * g * x, -2 * g * y),
          100 + draw.normal(3), 100 + draw.normal(3), dtype=F32),
    right("sum of 1,500 in float32", lambda x: np.sum(np.sin(x)), lambda g, x: g * np.cos(x), draw.normal(1500),
          dtype=F32),
    right("mean of squares of 2,000 in float32", lambda x: np.mean(x * x), lambda g, x: 2 * g * x / x.size,
          draw.normal(2000), dtype=F32),
    right("product of matrices in float32", m.square_matmul.f, m.square_matmul.vjp, draw.normal(7, 7),
          draw.normal(7, 7),
          dtype=F32),
    right("product of 30 factors in float32", e.prod.f, e.prod.vjp, draw.positive(30), dtype=F32),
    right("cumsum of 40 in float32", lambda x: np.sum(np.cumsum(x) ** 2),
          lambda g, x: m.reversed_cumsum(2 * g * np.cumsum(x)), draw.normal(40), dtype=F32),
    right("cosine of almost parallel vectors", l.cosine.f, l.cosine.vjp, np.array([1.0, 2.0, 3.0]),
          np.array([1.0, 2.0, 3.0 + 1e-5])),
    right("1 - cos x of a small x", lambda x: np.sum(1 - np.cos(x)), lambda g, x: g * np.sin(x),
          np.array([1e-3, -2e-4])),
    right("log1p of small x, written with log", lambda x: np.sum(np.log(1 + x)), lambda g, x: g / (1 + x),
          np.array([1e-7, -3e-8])),
    right("square in half precision", lambda x: np.sum(x * x), lambda g, x: 2 * g * x,
          np.array([1.0, -2.5, 0.3], np.float16)),
    right("sine in half precision", np.sin, lambda g, x: g * np.cos(x),
          np.array([[1.0, -2.5], [0.3, 0.1]], np.float16)),
]  # fmt: skip
