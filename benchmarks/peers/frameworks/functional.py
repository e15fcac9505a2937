"""The workloads as functions of arrays, for frameworks that differentiate functions and have no modules or few.

A framework says in a subclass of `Functions` what it has; the rest is written here in its own NumPy.

    loss = loss_of(problem, AutogradFunctions())
    loss(parameters, *batch)

Constants are of float32: MyGrad takes Python's numbers as float64, and all that comes after is float64, too.
Batch normalization keeps no running statistics here: nobody reads them in training, and these frameworks have no
place for them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy

from benchmarks.networks import LETTERS
from benchmarks.peers.problems import CHAIN, L2_STRENGTH, Problem

EPSILON = numpy.float32(1e-5)
ZERO = numpy.float32(0)
HEADS = 4


class Functions:
    """What the networks are written in; `np` is the framework's NumPy."""

    np: Any

    def relu(self, x: Any) -> Any:
        return x * (x > 0)

    def gelu(self, x: Any) -> Any:
        raise NotImplementedError

    def sigmoid(self, x: Any) -> Any:
        raise NotImplementedError

    def softmax(self, x: Any) -> Any:
        """Along the last axis."""
        raise NotImplementedError

    def cross_entropy(self, logits: Any, labels: Any) -> Any:
        """The mean over rows."""
        raise NotImplementedError

    def convolution(self, x: Any, w: Any) -> Any:
        """3 x 3, of (N, C, H, W) with zeros around."""
        raise NotImplementedError

    def max_pool(self, x: Any) -> Any:
        """Of 2 x 2."""
        n, c, h, w = x.shape
        return self.np.max(x.reshape(n, c, h // 2, 2, w // 2, 2), axis=(3, 5))

    def split(self, x: Any, parts: int) -> Any:
        """Equal parts of the last axis."""
        return self.np.split(x, parts, axis=-1)

    def scan(self, cell: Callable[[Any, Any], Any], start: Any, inputs: Any) -> Any:
        """The first of the states after each of the inputs, stacked."""
        state, outputs = start, []
        for each in inputs:
            state = cell(state, each)
            outputs.append(state[0])
        return self.np.stack(outputs)

    def mean(self, x: Any, axes: Any = None, keepdims: bool = False) -> Any:
        return self.np.mean(x, axis=axes, keepdims=keepdims)

    def standardized(self, x: Any, axes: Any) -> Any:
        """Of mean zero and variance one along the axes."""
        centered = x - self.mean(x, axes, keepdims=True)
        return centered / self.np.sqrt(self.mean(centered * centered, axes, keepdims=True) + EPSILON)

    def layer_norm(self, x: Any, w: Any, b: Any) -> Any:
        return self.standardized(x, -1) * w + b

    def batch_norm(self, x: Any, w: Any, b: Any) -> Any:
        return self.standardized(x, (0, 2, 3)) * w.reshape(-1, 1, 1) + b.reshape(-1, 1, 1)


def loss_of(problem: Problem, f: Functions) -> Callable[..., Any]:
    """The loss as a function of the parameters by name, and a batch."""
    forward = dense if problem.widths else {"cnn": cnn, "cnn_bn": cnn_bn, "lstm": lstm, "gpt": gpt}[problem.name]

    def loss(p: dict[str, Any], x: Any, labels: Any) -> Any:
        return f.cross_entropy(forward(f, p, x), labels)

    def penalized(p: dict[str, Any], x: Any, y: Any) -> Any:
        z = forward(f, p, x)
        squares = reduce(operator.add, [(each * each).sum() for each in p.values()])
        return f.mean(f.np.logaddexp(z, ZERO) - y * z) + squares * numpy.float32(0.5 * L2_STRENGTH)

    return penalized if problem.name == "mlp_tiny" else loss


def linear(p: dict[str, Any], name: str, x: Any) -> Any:
    return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]


def dense(f: Functions, p: dict[str, Any], x: Any) -> Any:
    *hidden, last = range(0, len(p), 2)
    for layer in hidden:
        x = f.relu(linear(p, str(layer), x))
    return linear(p, str(last), x)


def _convolved(f: Functions, p: dict[str, Any], name: str, x: Any) -> Any:
    return f.convolution(x, p[f"{name}.weight"]) + p[f"{name}.bias"].reshape(-1, 1, 1)


def cnn(f: Functions, p: dict[str, Any], x: Any) -> Any:
    for layer in ("0", "3"):
        x = f.max_pool(f.relu(_convolved(f, p, layer, x)))
    return linear(p, "7", x.reshape(len(x), -1))


def cnn_bn(f: Functions, p: dict[str, Any], x: Any) -> Any:
    for layer, norm in (("0", "1"), ("4", "5")):
        x = f.batch_norm(_convolved(f, p, layer, x), p[f"{norm}.weight"], p[f"{norm}.bias"])
        x = f.max_pool(f.relu(x))
    return linear(p, "9", x.reshape(len(x), -1))


def lstm(f: Functions, p: dict[str, Any], letters: Any) -> Any:
    w_input, w_state = p["lstm.weight_ih_l0"].T, p["lstm.weight_hh_l0"].T
    bias = p["lstm.bias_ih_l0"] + p["lstm.bias_hh_l0"]

    def cell(state: Any, x: Any) -> Any:
        h, c = state
        i, f_, g, o = f.split(x + h @ w_state, 4)
        c = f.sigmoid(f_) * c + f.sigmoid(i) * f.np.tanh(g)
        return f.sigmoid(o) * f.np.tanh(c), c

    zeros = numpy.zeros((len(letters), w_state.shape[0]), numpy.float32)
    states = f.scan(cell, (zeros, zeros), p["embedding.weight"][letters.T] @ w_input + bias)
    return linear(p, "head", f.np.swapaxes(states, 0, 1)).reshape(-1, LETTERS)


def gpt(f: Functions, p: dict[str, Any], letters: Any) -> Any:
    def norm(name: str, x: Any) -> Any:
        return f.layer_norm(x, p[f"{name}.weight"], p[f"{name}.bias"])

    x = p["letters.weight"][letters] + p["positions.weight"]
    for block in ("blocks.0", "blocks.1"):
        qkv = f.split(linear(p, f"{block}.qkv", norm(f"{block}.norm1", x)), 3)
        x = x + linear(p, f"{block}.out", attention(f, *qkv))
        hidden = f.gelu(linear(p, f"{block}.mlp.0", norm(f"{block}.norm2", x)))
        x = x + linear(p, f"{block}.mlp.2", hidden)
    return linear(p, "head", norm("norm", x)).reshape(-1, LETTERS)


def attention(f: Functions, q: Any, k: Any, v: Any) -> Any:
    """Causal, of (batch, length, width) in four heads."""
    n, length, width = q.shape
    q, k, v = (f.np.swapaxes(each.reshape(n, length, HEADS, -1), 1, 2) for each in (q, k, v))
    later = numpy.triu(numpy.full((length, length), -numpy.inf, numpy.float32), 1)
    scores = f.np.matmul(q * numpy.float32(math.sqrt(HEADS / width)), f.np.swapaxes(k, 2, 3))
    return f.np.swapaxes(f.np.matmul(f.softmax(scores + later), v), 1, 2).reshape(n, length, width)


def scalar_function(name: str, f: Functions) -> Callable[[Any], Any]:
    """The function of one array whose gradient is taken."""

    def chain(y: Any) -> Any:
        factor, term = numpy.float32(1.001), numpy.float32(0.001)
        for _ in range(CHAIN // 2):
            y = y * factor
            y = y + term
        return y

    def elementwise(x: Any) -> Any:
        return (f.np.tanh(x) * f.np.sin(x) + f.np.exp(-x * x)).sum()

    def softmax_ln(x: Any) -> Any:
        y = f.softmax(f.standardized(x, -1))
        return (y * y).sum()

    return {"scalar_chain": chain, "elementwise_1m": elementwise, "softmax_ln": softmax_ln}[name]


def tanh_network(f: Functions) -> Callable[..., Any]:
    """What the Jacobian is of."""
    return lambda x, w1, b1, w2, b2: f.np.tanh(x @ w1 + b1) @ w2 + b2


def logistic_loss(f: Functions) -> Callable[..., Any]:
    """What the Hessian is of."""

    def loss(w: Any, x: Any, y: Any) -> Any:
        z = f.np.matmul(x, w)
        return f.mean(f.np.logaddexp(z, ZERO) - y * z)

    return loss
