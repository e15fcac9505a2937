"""Mistakes without a name: a term is missing, one element is wrong, the error is small.  Any diagnosis will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function, only

KIND = ""


def changed(function: Function, change: Callable[[Any], Any], what: str, which: int = 0, **options: Any) -> Case:
    """The gradient by one input changed."""
    return function.spoiled(what, only(which, change), kind=KIND, **options)


def one_element(factor: float) -> Callable[[Any], Any]:
    def change(v: Any) -> Any:
        v.flat[v.size // 2] *= factor
        return v

    return change


def off_by(relative: float) -> Callable[[Any], Any]:
    """By as much up as down, so that no factor explains it."""
    return lambda v: v * (1 + relative * np.where(np.arange(v.size).reshape(v.shape) % 2, 1, -1)).astype(v.dtype)


def layer_norm(g: Any, x: Any, gamma: Any, beta: Any) -> Any:
    d, normalized, inverse = n.layer_norm_outer(g, x, gamma, beta)
    dn = d * gamma
    return inverse * (dn - dn.mean(-1, keepdims=True)), (d * normalized).sum(0), d.sum(0)


def gated(g: Any, x: Any, wa: Any, wb: Any) -> Any:
    a, b = np.tanh(x @ wa), l.sigmoid(x @ wb)
    da, db = g * b * (1 - a * a), g * a * b * (1 - b)
    return da @ wa.T, x.T @ da, x.T @ db


def attention(g: Any, q: Any, k: Any, v: Any) -> Any:
    p = l.softmax(q @ k.T / q.shape[-1] ** 0.5)
    d = p * (g @ v.T) / q.shape[-1] ** 0.5
    return d @ k, d.T @ q, p.T @ g


def take(g: Any, x: Any, places: Any) -> Any:
    out = np.zeros_like(x)
    out[places] = g
    return out


tiny = Function(
    "a loss of small size",
    lambda x: 1e-7 * np.sum(np.sin(x)),
    lambda g, x: 1e-7 * g * np.cos(x),
    lambda d: (d.normal(4),),
)
small_inputs = Function(
    "small inputs", lambda x: np.sum(x**3), lambda g, x: 3 * g * x**2, lambda d: (1e-4 * d.positive(4),)
)
large_sum = Function("squares of many", lambda x: np.sum(x * x), lambda g, x: 2 * g * x, lambda d: (d.normal(2000),))
tail = Function(
    "soft threshold", lambda x: np.sum(np.where(abs(x) > 3, abs(x) - 3, 0)),
    lambda g, x: g * np.where(abs(x) > 3, np.sign(x), 0), lambda d: (np.array([0.5, -1.0, 2.0, 4.5]),),
)  # fmt: skip

CASES = [
    # a term is missing
    m.quadratic.wrong("A x for (A + A^T) x", lambda g, x, a: (g * a @ x, g * np.outer(x, x)), kind=KIND),
    e.softmaxes.wrong("only the diagonal", lambda g, x: g * l.softmax(x) * (1 - l.softmax(x)), kind=KIND),
    e.softmaxes.wrong("without the mean", lambda g, x: g * l.softmax(x), kind=KIND, dtype=np.float32),
    e.log_softmaxes.wrong("without the normalization", lambda g, x: g - l.softmax(x), kind=KIND),
    e.normalize.wrong("without the projection", lambda g, x: g / np.linalg.norm(x), kind=KIND),
    l.ridge.wrong("without the penalty", kind=KIND, vjp=lambda g, x, w, y: (
        l.ridge.vjp(g, x, w, y)[0], x.T @ (g * (x @ w - y)), l.ridge.vjp(g, x, w, y)[2])),
    l.gaussian.wrong("without the normalization", kind=KIND, vjp=lambda g, x, mu, s: (
        *l.gaussian.vjp(g, x, mu, s)[:2], -g * ((x - mu) / np.exp(s)) ** 2)),
    l.kl.wrong("without the entropy", kind=KIND, vjp=lambda g, a, b: (
        g * l.softmax(a) * (l.log_softmax(a) - l.log_softmax(b)), l.kl.vjp(g, a, b)[1])),
    l.cosine.wrong("norms as constants", kind=KIND, vjp=lambda g, a, b: (
        g * b / np.sqrt(a @ a * (b @ b)), l.cosine.vjp(g, a, b)[1])),
    l.entropy.wrong("1 + log p", lambda g, x: -g * l.softmax(x) * (1 + l.log_softmax(x)), kind=KIND),
    l.elastic.wrong("without the square", lambda g, w: g * np.sign(w), kind=KIND),
    n.layer_norm.wrong("variance as a constant", layer_norm, kind=KIND),
    n.batch_norm.wrong("statistics as constants", lambda g, x: g * n.normalized(x, 0)[1], kind=KIND),
    n.residual.wrong("without the skip", lambda g, x, w: (n.residual.vjp(g, x, w)[0] - g, n.residual.vjp(g, x, w)[1]),
                     kind=KIND),
    n.gated.wrong("through one branch", gated, kind=KIND),
    n.attention.wrong("softmax by its diagonal", attention, kind=KIND),
    n.NETWORKS["swish"].wrong("one term of the product rule", n.network_vjp(n.SWISH, lambda z, h: l.sigmoid(z)),
                              kind=KIND),
    n.NETWORKS["gelu"].wrong("that of relu", n.network_vjp(n.GELU, lambda z, h: (z > 0) * 1.0), kind=KIND),
    m.covariance.wrong("one of two terms", lambda g, x: x @ g, kind=KIND),
    m.cumsum.wrong("not reversed", lambda g, x: np.cumsum(g), kind=KIND),
    m.cumprod.wrong("not divided", lambda g, x: m.reversed_cumsum(g * np.cumprod(x)), kind=KIND),
    e.deviation.wrong("of the variance", lambda g, x: 2 * g * (x - x.mean()) / x.size, kind=KIND,
                      inputs=lambda d: (d.normal(2, 3),)),
    e.polynomial.wrong("powers off by one", kind=KIND, vjp=lambda g, c, x: (
        np.stack([np.sum(g * x ** (k + 1)) for k in range(4)]), e.polynomial.vjp(g, c, x)[1])),
    # complex numbers
    e.complex_product.wrong("not conjugated", lambda g, a, b: (g * b, g * a), kind=KIND),
    e.complex_exp.wrong("not conjugated", lambda g, z: g * np.exp(z), kind=KIND),
    e.real_square.wrong("not conjugated", lambda g, z: 2 * g * z, kind=KIND),
    m.complex_matmul.wrong("transposed, not conjugated", lambda g, a, b: (g @ b.T, a.T @ g), kind=KIND),
    # duplicates and choices
    m.take.wrong("written instead of added", take, kind=KIND),
    e.clip.wrong("straight through", lambda g, x: g.copy(), kind=KIND),
    m.row_max.wrong("to all of the row", lambda g, x: np.broadcast_to(g[:, None], x.shape) / x.shape[1], kind=KIND),
    l.pinball.wrong("of the median", kind=KIND, vjp=lambda g, x, y: (
        0.5 * g * np.sign(x - y) / x.size, 0.5 * g * np.sign(y - x) / x.size)),
    # only in part of the domain
    l.huber.wrong("not clipped", lambda g, x, y: (g * (x - y) / x.size, -g * (x - y) / x.size), kind=KIND),
    tail.wrong("wrong for large inputs", lambda g, x: np.zeros_like(x), kind=KIND),
    e.exp.wrong("a Taylor polynomial", lambda g, x: g * (1 + x + x**2 / 2 + x**3 / 6), kind=KIND),
    # one input or one element
    changed(m.bilinear_form, lambda v: v * 1.3 + 0.1, "only by the third input", 2),
    changed(l.linear_regression, lambda v: v + 0.01, "only by the target", 3),
    changed(n.rnn, one_element(1.5), "one element of the input weights", 3),
    changed(n.conv2d, one_element(0.0), "one element of the kernels", 1),
    changed(l.contrast, one_element(-1.0), "one element of the keys", 1, dtype=np.float32),
    changed(large_sum, one_element(-1.0), "one element of 2,000"),
    changed(large_sum, off_by(1e-4), "of 2,000, each by 1e-4"),
    changed(large_sum, lambda v: v * (np.arange(2000) < 1990), "the last ten of 2,000"),
    # small errors
    changed(e.exp, off_by(1e-3), "each by 1e-3"),
    changed(n.NETWORKS["tanh"], off_by(1e-3), "each by 1e-3", 1),
    changed(l.kl, off_by(1e-4), "each by 1e-4", 0),
    changed(m.inverse, off_by(1e-5), "each by 1e-5"),
    changed(e.logsumexp, off_by(1e-6), "each by 1e-6"),
    changed(l.cross_entropy, off_by(1e-2), "each by 1e-2 in float32", dtype=np.float32),
    changed(l.mse, off_by(3e-3), "each by 3e-3 in float32", dtype=np.float32),
    # of another scale than checkers expect
    tiny.wrong("the sine for the cosine, of size 1e-7", lambda g, x: 1e-7 * g * np.sin(x), kind=KIND),
    changed(tiny, lambda v: v * 1.5 - 1e-9, "more than half again, of size 1e-7"),
    small_inputs.wrong("x for x^2", lambda g, x: 3 * g * x**2 * (1 + x * 1e3), kind=KIND),
    changed(large_sum, lambda v: v + 1e-3, "all shifted", inputs=lambda d: (1e3 * d.normal(100),)),
    # rounded
    changed(m.log_determinant, lambda v: v.astype(np.float16).astype(v.dtype), "in float16"),
]  # fmt: skip
