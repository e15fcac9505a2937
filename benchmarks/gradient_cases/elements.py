"""Elementwise functions, broadcasting, statistics, complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Function
from .losses import log_softmax, softmax


def summed(g: Any, x: Any) -> Any:
    """The sum of a gradient over the axes along which x was repeated."""
    g = g.sum(axis=tuple(range(g.ndim - x.ndim)))
    return g.sum(axis=tuple(i for i, n in enumerate(x.shape) if n == 1), keepdims=True)


def _softmax(g: Any, x: Any) -> Any:
    p = softmax(x)
    return p * (g - np.sum(g * p, axis=-1, keepdims=True))


def _normalize(g: Any, x: Any) -> Any:
    n = np.linalg.norm(x)
    return (g - x * (x @ g) / n**2) / n


def _standard_deviation(g: Any, x: Any) -> Any:
    return g * (x - x.mean()) / (x.size * x.std())


def horner(coefficients: Any, x: Any) -> Any:
    """c[0] + c[1] x + c[2] x^2 + c[3] x^3."""
    c = coefficients
    return c[0] + x * (c[1] + x * (c[2] + x * c[3]))


def _polynomial(g: Any, c: Any, x: Any) -> Any:
    return np.stack([np.sum(g * x**k) for k in range(4)]), g * (c[1] + x * (2 * c[2] + x * 3 * c[3]))


def _cells(x: Any, values: Any) -> tuple[Any, Any]:
    """On a grid of whole numbers, the cell of each x and its place in it."""
    i = np.clip(np.floor(x).astype(int), 0, len(values) - 2)
    return i, x - i


def _interpolation_f(x: Any, values: Any) -> Any:
    i, t = _cells(x, values)
    return values[i] * (1 - t) + values[i + 1] * t


def _interpolation(g: Any, x: Any, values: Any) -> Any:
    i, t = _cells(x, values)
    out = np.zeros_like(values)
    np.add.at(out, i, g * (1 - t))
    np.add.at(out, i + 1, g * t)
    return g * (values[i + 1] - values[i]), out


def _angle(g: Any, y: Any, x: Any) -> Any:
    r = x * x + y * y
    return g * x / r, -g * y / r


def _temperature(g: Any, x: Any, t: Any) -> Any:
    e = np.exp(x / t)
    return g * e / t, -np.sum(g * e * x / t**2)


def _row_scale(g: Any, x: Any, s: Any) -> Any:
    d = g * (1 - np.tanh(x * s) ** 2)
    return d * s, (d * x).sum(1, keepdims=True)


def _biased(g: Any, x: Any, b: Any) -> Any:
    return 2 * g * (x + b), summed(2 * g * (x + b), b)


def _centred(g: Any, x: Any, c: Any) -> Any:
    d = 4 * g * (x - c) ** 3 / x.size
    return d, -np.sum(d)


def _table(g: Any, x: Any, y: Any) -> Any:
    d = g * np.cos(x[:, None] + y)
    return d.sum(1), d.sum(0)


def _lerp(g: Any, a: Any, b: Any, t: Any) -> Any:
    return g * (1 - t), g * t, g * (b - a)


exp = Function("exp", np.exp, lambda g, x: g * np.exp(x), lambda d: (d.normal(2, 3),))
log = Function("log", np.log, lambda g, x: g / x, lambda d: (d.positive(2, 3),))
log10 = Function("log10", np.log10, lambda g, x: g / (x * np.log(10)), lambda d: (d.positive(5),))
cosines = Function("cos", np.cos, lambda g, x: -g * np.sin(x), lambda d: (d.normal(2, 2, 2),))
degrees = Function(
    "sine of degrees", lambda x: np.sin(x * np.pi / 180), lambda g, x: g * np.cos(x * np.pi / 180) * np.pi / 180,
    lambda d: (90 * d.normal(4),),
)  # fmt: skip
sqrt = Function("sqrt", np.sqrt, lambda g, x: g / (2 * np.sqrt(x)), lambda d: (d.positive(4),))
cube = Function("cube", lambda x: x**3, lambda g, x: 3 * g * x**2, lambda d: (d.normal(2, 3),))
reciprocal = Function("reciprocal", lambda x: 1 / x, lambda g, x: -g / x**2, lambda d: (d.positive(3, 2),))
decay = Function("exp(-x)", lambda x: np.exp(-x), lambda g, x: -g * np.exp(-x), lambda d: (d.normal(4),))
product = Function(
    "product", lambda x, y: np.sum(x * y), lambda g, x, y: (g * y, g * x), lambda d: (d.normal(5), d.normal(5))
)
divide = Function(
    "quotient", lambda x, y: x / y, lambda g, x, y: (g / y, -g * x / y**2), lambda d: (d.normal(2, 3), d.positive(2, 3))
)
power = Function(
    "power", lambda x, y: np.sum(x**y), lambda g, x, y: (g * y * x ** (y - 1), g * x**y * np.log(x)),
    lambda d: (d.positive(5), d.normal(5)),
)  # fmt: skip
angle = Function("arctan2", lambda y, x: np.sum(np.arctan2(y, x)), _angle, lambda d: (d.normal(5), d.normal(5)))
hypot = Function(
    "hypot", np.hypot, lambda g, x, y: (g * x / np.hypot(x, y), g * y / np.hypot(x, y)),
    lambda d: (d.normal(4), d.normal(4)),
)  # fmt: skip
log_add = Function(
    "logaddexp", lambda x, y: np.sum(np.logaddexp(x, y)),
    lambda g, x, y: (g / (1 + np.exp(y - x)), g / (1 + np.exp(x - y))), lambda d: (d.normal(5), d.normal(5)),
)  # fmt: skip
absolute = Function("abs", np.abs, lambda g, x: g * np.sign(x), lambda d: (d.normal(3, 2),))
clip = Function(
    "clip", lambda x: np.clip(x, -1, 1), lambda g, x: g * ((x >= -1) & (x <= 1)), lambda d: (2 * d.normal(8),)
)
lerp = Function(
    "blend",
    lambda a, b, t: np.sum(a * (1 - t) + b * t),
    _lerp,
    lambda d: (d.normal(4), d.normal(4), d.within(0.1, 0.9, 4)),
)
polynomial = Function("polynomial", horner, _polynomial, lambda d: (d.normal(4), d.normal(5)))
interpolation = Function(
    "interpolation", _interpolation_f, _interpolation,
    lambda d: (np.array([0.3, 1.6, 2.2, 3.7, 3.1]), d.normal(5)),
)  # fmt: skip
softmaxes = Function("softmax", softmax, _softmax, lambda d: (d.normal(2, 4),))
log_softmaxes = Function(
    "log-softmax", log_softmax, lambda g, x: g - softmax(x) * g.sum(-1, keepdims=True), lambda d: (d.normal(2, 4),)
)
logsumexp = Function(
    "logsumexp",
    lambda x: np.max(x) + np.log(np.sum(np.exp(x - np.max(x)))),
    lambda g, x: g * softmax(x),
    lambda d: (d.normal(6),),
)
norm = Function(
    "norm", lambda x: np.sqrt(np.sum(x * x)), lambda g, x: g * x / np.sqrt(np.sum(x * x)), lambda d: (d.normal(2, 3),)
)
normalize = Function("unit vector", lambda x: x / np.sqrt(np.sum(x * x)), _normalize, lambda d: (d.normal(4),))
variance = Function(
    "variance",
    lambda x: np.mean((x - np.mean(x)) ** 2),
    lambda g, x: 2 * g * (x - x.mean()) / x.size,
    lambda d: (d.normal(6),),
)
unbiased = Function(
    "unbiased variance", lambda x: np.sum((x - np.mean(x, axis=0)) ** 2, axis=0) / (len(x) - 1),
    lambda g, x: 2 * g * (x - x.mean(0)) / (len(x) - 1), lambda d: (d.normal(5, 2),),
)  # fmt: skip
deviation = Function(
    "standard deviation",
    lambda x: np.sqrt(np.mean((x - np.mean(x)) ** 2)),
    _standard_deviation,
    lambda d: (d.normal(6),),
)
mean = Function(
    "mean of rows", lambda x: np.mean(x, axis=1), lambda g, x: np.broadcast_to(g[:, None], x.shape) / x.shape[1],
    lambda d: (d.normal(3, 4),),
)  # fmt: skip
prod = Function("prod", np.prod, lambda g, x: g * np.prod(x) / x, lambda d: (d.positive(5),))
biased = Function("bias added", lambda x, b: np.sum((x + b) ** 2), _biased, lambda d: (d.normal(4, 3), d.normal(3)))
channels = Function(
    "bias of channels", lambda x, b: np.sum((x + b) ** 2), _biased, lambda d: (d.normal(2, 3, 4), d.normal(3, 1))
)
centred = Function(
    "fourth moment", lambda x, c: np.mean((x - c) ** 4), _centred, lambda d: (d.normal(6), 0.3 * d.normal())
)
temperature = Function(
    "temperature", lambda x, t: np.sum(np.exp(x / t)), _temperature, lambda d: (d.normal(5), 1.5 + 0.1 * d.normal())
)
row_scale = Function(
    "rows scaled", lambda x, s: np.sum(np.tanh(x * s)), _row_scale, lambda d: (d.normal(3, 4), d.normal(3, 1))
)
table = Function(
    "table of sums", lambda x, y: np.sum(np.sin(x[:, None] + y)), _table, lambda d: (d.normal(3), d.normal(4))
)
abs2 = Function("|z|^2", lambda z: np.sum(np.real(z * np.conj(z))), lambda g, z: 2 * g * z, lambda d: (d.complex(4),))
complex_product = Function(
    "complex product", lambda a, b: a * b, lambda g, a, b: (g * np.conj(b), g * np.conj(a)),
    lambda d: (d.complex(3), d.complex(3)),
)  # fmt: skip
complex_exp = Function("complex exp", np.exp, lambda g, z: g * np.conj(np.exp(z)), lambda d: (d.complex(2, 2),))
real_square = Function(
    "Re z^2", lambda z: np.sum(np.real(z * z)), lambda g, z: 2 * g * np.conj(z), lambda d: (d.complex(4),)
)
modulus = Function("|z|", lambda z: np.sum(np.abs(z)), lambda g, z: g * z / np.abs(z), lambda d: (d.complex(5),))

FUNCTIONS = [
    exp, log, log10, cosines, degrees, sqrt, cube, reciprocal, decay, product, divide, power, angle, hypot, log_add,
    absolute,
    clip, lerp, polynomial, interpolation, softmaxes, log_softmaxes, logsumexp, norm, normalize, variance, unbiased,
    deviation, mean, prod, biased, channels, centred, temperature, row_scale, table, abs2, complex_product, complex_exp,
    real_square, modulus,
]  # fmt: skip
