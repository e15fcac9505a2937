"""HIPS autograd: NumPy and SciPy as it wraps them, with nothing differentiated by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import autograd
import numpy
from autograd import numpy as np
from autograd.scipy import special
from autograd.tracer import getval

from benchmarks.peers.problems import Problem
from benchmarks.peers.protocol import Run

from .functional import Functions, logistic_loss, tanh_network
from .recorded import Result, Training, gradient, lacks


class AutogradFunctions(Functions):
    """What PyTorch and JAX have ready is composed."""

    np = np

    def gelu(self, x: Any) -> Any:
        return 0.5 * x * (1.0 + special.erf(x * 0.5**0.5))

    def sigmoid(self, x: Any) -> Any:
        return special.expit(x)

    def softmax(self, x: Any) -> Any:
        powers = np.exp(x - _largest(x))
        return powers / np.sum(powers, axis=-1, keepdims=True)

    def cross_entropy(self, logits: Any, labels: Any) -> Any:
        shifted = logits - _largest(logits)
        wanted = shifted[numpy.arange(len(labels)), labels]
        return (np.sum(np.log(np.sum(np.exp(shifted), axis=-1))) - np.sum(wanted)) / len(labels)

    def mean(self, x: Any, axes: Any = None, keepdims: bool = False) -> Any:
        """Of a sum; the gradient of `np.mean` is float64, and with it all that comes after."""
        total = np.sum(x, axis=axes, keepdims=keepdims)
        return total / (x.size // total.size)

    def convolution(self, x: Any, w: Any) -> Any:
        """A product with nine copies of the images, each rolled and without what came round: the gradient of a roll
        costs less here than that of a slice, and `autograd.scipy.signal.convolve` goes by einsum, without BLAS."""
        n, c, height, width = x.shape
        rows = x.reshape(n, c, -1)
        rolled = [np.roll(rows, -(i * width + j), axis=2) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        columns = np.concatenate(rolled, axis=1) * numpy.repeat(_inside(height, width), c, axis=0)
        return np.matmul(np.transpose(w, (0, 2, 3, 1)).reshape(len(w), -1), columns).reshape(n, -1, height, width)

    def max_pool(self, x: Any) -> Any:
        """Of halves; the gradient of `np.max` looks for ties."""
        n, c, height, width = x.shape
        rows = self._larger(np.split(x.reshape(n, c, height // 2, 2, width), 2, axis=3))
        return self._larger(np.split(rows.reshape(n, c, height // 2, width // 2, 2), 2, axis=4)).reshape(
            n, c, height // 2, width // 2
        )

    def _larger(self, halves: Any) -> Any:
        """By products: the gradients of `np.where` and `np.maximum` are float64."""
        a, b = halves
        first = a > b
        return a * first + b * ~first


def _largest(x: Any) -> Any:
    """Of each row, as a constant: what is taken off all logits alike has no gradient."""
    return numpy.max(getval(x), axis=-1, keepdims=True)


def value_and_gradients(function: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """By the arrays of a dictionary; each is taken out once, as each time is an operation."""
    differentiated: Callable[..., tuple[Any, Any]] = autograd.value_and_grad(
        lambda p, *batch: function({name: p[name] for name in p}, *batch)
    )
    return differentiated


@functools.cache
def _inside(height: int, width: int) -> Any:
    """(9, height * width): one where a neighbour of a pixel is within the image, row by row of neighbours."""
    padded = numpy.pad(numpy.ones((height, width), numpy.float32), 1)
    shifted = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return numpy.stack(shifted).reshape(9, -1)


FUNCTIONS = AutogradFunctions()


def jacobian(problem: Problem) -> Run:
    return Result(autograd.jacobian(tanh_network(FUNCTIONS)), problem.parameters["x"], *problem.batches[0])


def hessian(problem: Problem) -> Run:
    return Result(autograd.hessian(logistic_loss(FUNCTIONS)), problem.parameters["w"], *problem.batches[0])


SPECIAL: dict[str, Any] = {
    "jacobian": jacobian, "hessian": hessian, "optimizer_only": lacks("its optimizers have no single steps"),
}  # fmt: skip


def make(problem: Problem) -> Run:
    if problem.name in SPECIAL:
        run: Run = SPECIAL[problem.name](problem)
        return run
    if problem.optimizer:
        return Training(problem, FUNCTIONS, value_and_gradients)
    return gradient(problem, FUNCTIONS, autograd.value_and_grad)
