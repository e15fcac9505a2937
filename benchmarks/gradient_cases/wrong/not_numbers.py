"""NaN or infinity in the gradient, where the function is finite: 0/0 at a kink, 0 log 0, an overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import networks as n
from ..case import Function

KIND = "NaN"

xlogx = Function(
    "x log x", lambda x: np.sum(np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0)),
    lambda g, x: g * (np.log(x) + 1), lambda d: (d.positive(4),),
)  # fmt: skip
sinc = Function(
    "sin(x)/x", lambda x: np.sum(np.where(x == 0, 1, np.sin(x) / np.where(x == 0, 1, x))),
    lambda g, x: g * (np.cos(x) / x - np.sin(x) / x**2), lambda d: (d.normal(3),),
)  # fmt: skip


def naive_softmax(x: Any) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def naive_sigmoid(x: Any) -> Any:
    return np.exp(x) / (1 + np.exp(x))


def with_zero(*shape: int) -> Any:
    """Inputs with a zero first."""

    def inputs(d: Any) -> Any:
        x = d.normal(*shape)
        x.flat[0] = 0.0
        return (x,)

    return inputs


def large(*shape: int) -> Any:
    return lambda d: (d.normal(*shape) + 1000.0,)


def deviation_of_equals(d: Any) -> Any:
    return (np.array([[1.0, 2.0, 4.0], [2.0, 2.0, 2.0]]),)


rows_deviation = Function(
    "standard deviation of rows", lambda x: np.sum(np.sqrt(np.mean((x - np.mean(x, 1, keepdims=True)) ** 2, 1))),
    lambda g, x: g * (x - x.mean(1, keepdims=True)) / (x.shape[1] * x.std(1, keepdims=True)),
    deviation_of_equals,
)  # fmt: skip
rows_norm = Function(
    "norms of rows", lambda x: np.sum(np.sqrt(np.sum(x * x, axis=1))),
    lambda g, x: g * x / np.sqrt(np.sum(x * x, axis=1, keepdims=True)),
    lambda d: (np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 0.5]]),),
)  # fmt: skip
masked_log = Function(
    "log where a mask is", lambda x, mask: np.sum(np.where(mask, np.log(np.where(mask, x, 1)), 0)),
    lambda g, x, mask: g * mask / x, lambda d: (np.array([1.5, 0.0, 2.0]), np.array([True, False, True])),
)  # fmt: skip
guarded_root = Function(
    "root where it is positive", lambda x: np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), x)),
    lambda g, x: g * ((x > 0) / (2 * np.sqrt(x)) + (x <= 0)), lambda d: (np.array([1.0, -0.5, 2.0]),),
)  # fmt: skip
cross_entropy_of_p = Function(
    "cross-entropy of probabilities", lambda p, t: -np.sum(np.where(t > 0, t * np.log(np.where(t > 0, p, 1)), 0)),
    lambda g, p, t: -g * t / p, lambda d: (np.array([0.3, 0.0, 0.7]), np.array([0, 0, 1], np.int16)),
)  # fmt: skip


def batch_norm(g: Any, x: Any) -> Any:
    normalized, inverse = n.normalized(x, 0, eps=0.0)
    return inverse * (g - g.mean(0) - normalized * (g * normalized).mean(0))


def case(function: Function, what: str, vjp: Any, inputs: Any, **options: Any) -> Any:
    return function.wrong(what, vjp, kind=KIND, inputs=inputs, **options)


CASES = [
    case(e.absolute, "x/|x| at 0", lambda g, x: g * x / np.abs(x), with_zero(4)),
    case(e.absolute, "x/|x| at 0, in a table", lambda g, x: g * x / np.abs(x), with_zero(2, 3), dtype=np.float32),
    case(l.elastic, "w/|w| at 0", lambda g, w: g * (w / np.abs(w) + w), with_zero(3, 3)),
    case(e.norm, "x/|x| at 0", lambda g, x: g * x / np.sqrt(np.sum(x * x)), lambda d: (np.zeros((2, 3)),)),
    case(rows_norm, "a row of zeros", rows_norm.vjp, rows_norm.inputs),
    case(rows_norm, "a row of zeros, in float32", rows_norm.vjp, rows_norm.inputs, dtype=np.float32),
    case(rows_deviation, "a row of equals", rows_deviation.vjp, deviation_of_equals),
    case(e.modulus, "z/|z| at 0", lambda g, z: g * z / np.abs(z), lambda d: (np.array([1 + 1j, 0, 2 - 1j]),)),
    case(sinc, "at 0", sinc.vjp, with_zero(3)),
    case(sinc, "at 0, in float32", sinc.vjp, with_zero(4), dtype=np.float32),
    case(cross_entropy_of_p, "0/0", cross_entropy_of_p.vjp, cross_entropy_of_p.inputs),
    case(masked_log, "0/0 under the mask", masked_log.vjp, masked_log.inputs),
    case(guarded_root, "the root that was not taken", guarded_root.vjp, guarded_root.inputs),
    case(guarded_root, "the root that was not taken, in float32", guarded_root.vjp, guarded_root.inputs,
         dtype=np.float32),
    case(e.logsumexp, "overflow", lambda g, x: g * naive_softmax(x), large(4)),
    case(e.logsumexp, "overflow in float32", lambda g, x: g * naive_softmax(x), lambda d: (d.normal(4) + 100.0,),
         dtype=np.float32),
    case(e.softmaxes, "overflow", lambda g, x: naive_softmax(x) * (g - np.sum(g * naive_softmax(x), -1, keepdims=True)),
         large(2, 3)),
    case(e.log_softmaxes, "overflow", lambda g, x: g - naive_softmax(x) * g.sum(-1, keepdims=True), large(2, 3)),
    case(l.entropy, "p log p at p = 0", lambda g, x: -g * l.softmax(x) * (
        np.log(l.softmax(x)) - np.sum(l.softmax(x) * np.log(l.softmax(x)), axis=-1, keepdims=True)),
        lambda d: (np.array([[0.0, 0.5, -1000.0]]),)),
    case(l.kl, "log of p = 0", lambda g, a, b: (
        g * l.softmax(a) * (np.log(l.softmax(a)) - l.log_softmax(b)), l.kl.vjp(g, a, b)[1]),
        lambda d: (np.array([[0.0, 1.0, -800.0]]), np.array([[0.5, 0.2, 0.1]]))),
    l.binary_cross_entropy.wrong("overflow", lambda g, x, t: g * (naive_sigmoid(x) - t) / t.size, kind=KIND,
                                 inputs=lambda d: (np.array([1.0, 800.0, -2.0]), np.array([0, 1, 1], np.int16))),
    l.log_cosh.wrong("overflow of sinh / cosh", lambda g, x, y: (
        g * np.sinh(x - y) / np.cosh(x - y) / x.size, -g * np.tanh(x - y) / x.size), kind=KIND,
        f=lambda x, y: np.mean(np.logaddexp(x - y, y - x) - np.log(2)),
        inputs=lambda d: (np.array([0.5, 900.0]), np.array([1.0, 0.0]))),
    e.power.wrong("log of a base 0", lambda g, x, y: (g * y * x ** (y - 1), g * x**y * np.log(x)), kind=KIND,
                  inputs=lambda d: (np.array([0.0, 1.5]), np.array([2.0, 0.5]))),
    e.prod.wrong("divided by a factor 0", lambda g, x: g * np.prod(x) / x, kind=KIND,
                 inputs=lambda d: (np.array([2.0, 0.0, 3.0]),)),
    e.hypot.wrong("0/0", lambda g, x, y: (g * x / np.hypot(x, y), g * y / np.hypot(x, y)), kind=KIND,
                  inputs=lambda d: (np.array([0.0, 1.0]), np.array([0.0, 2.0]))),
    n.NETWORKS["sigmoid"].wrong("overflow", n.network_vjp(n.SIGMOID, lambda z, h: np.exp(z) / (1 + np.exp(z)) ** 2),
                                kind=KIND, inputs=lambda d: (900 * d.normal(3, 2), d.normal(2, 4), d.normal(4),
                                                             d.normal(4, 2))),
    case(xlogx, "log of a negative number", xlogx.vjp, lambda d: (np.array([1.0, -1.0, 0.5]),)),
    case(n.batch_norm, "a column of equals, without epsilon", batch_norm,
         lambda d: (np.array([[1.0, 3.0], [2.0, 3.0], [4.0, 3.0]]),)),
    case(n.batch_norm, "a column of equals, without epsilon, in float32", batch_norm,
         lambda d: (np.array([[1.0, 3.0], [2.0, 3.0], [4.0, 3.0]]),), dtype=np.float32),
]  # fmt: skip
