"""JAX, with the whole step of training as one compiled function, and its state given away to it.

It runs on two threads, as the others do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers.problems import MOMENTUM, Problem
from benchmarks.peers.protocol import Run

from .functional import Functions, logistic_loss, loss_of, scalar_function, tanh_network

os.environ["NPROC"] = "2"  # XLA's threads; read when it is imported
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
from jax import lax
from jax import numpy as jnp


class JaxFunctions(Functions):
    """With the functions of `jax.nn` and `jax.lax`."""

    np = jnp

    def relu(self, x: Any) -> Any:
        return jax.nn.relu(x)

    def gelu(self, x: Any) -> Any:
        return jax.nn.gelu(x, approximate=False)

    def sigmoid(self, x: Any) -> Any:
        return jax.nn.sigmoid(x)

    def softmax(self, x: Any) -> Any:
        return jax.nn.softmax(x)

    def cross_entropy(self, logits: Any, labels: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).mean()

    # XLA's convolutions for processors have the channels last: the transposes between one function and the next cancel
    # out when the step is compiled, and cnn_bn takes a third less time than with the channels first.

    def convolution(self, x: Any, w: Any) -> Any:
        last, w = x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)
        y = lax.conv_general_dilated(last, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return y.transpose(0, 3, 1, 2)

    def max_pool(self, x: Any) -> Any:
        """Of slices; the gradient of `reduce_window` is slow on processors."""
        last = x.transpose(0, 2, 3, 1)
        rows = jnp.maximum(last[:, ::2], last[:, 1::2])
        return jnp.maximum(rows[:, :, ::2], rows[:, :, 1::2]).transpose(0, 3, 1, 2)

    def batch_norm(self, x: Any, w: Any, b: Any) -> Any:
        return (self.standardized(x.transpose(0, 2, 3, 1), (0, 1, 2)) * w + b).transpose(0, 3, 1, 2)

    def scan(self, cell: Callable[[Any, Any], Any], start: Any, inputs: Any) -> Any:
        def step(state: Any, x: Any) -> Any:
            state = cell(state, x)
            return state, state[0]

        return lax.scan(step, start, inputs)[1]


FUNCTIONS = JaxFunctions()


class Optimizer:
    """Its state by name, and a step from a state and parameters to the next."""

    def __init__(self, problem: Problem) -> None:
        self.rate = problem.rate
        moments = {"momentum": 1, "Adam": 2}.get(problem.optimizer or "SGD", 0)
        zeros = [{name: jnp.zeros(p.shape) for name, p in problem.parameters.items()} for _ in range(moments)]
        self.start = (jnp.float32(0), *zeros)
        self.update = {"SGD": self._sgd, "momentum": self._momentum, "Adam": self._adam}[problem.optimizer or "SGD"]

    def _sgd(self, p: Any, g: Any, state: Any) -> Any:
        return jax.tree.map(lambda p, g: p - self.rate * g, p, g), state

    def _momentum(self, p: Any, g: Any, state: Any) -> Any:
        t, m = state
        m = jax.tree.map(lambda m, g: MOMENTUM * m + g, m, g)
        return jax.tree.map(lambda p, m: p - self.rate * m, p, m), (t, m)

    def _adam(self, p: Any, g: Any, state: Any) -> Any:
        t, m, v = state
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        root = jnp.sqrt(1 - 0.999**t)
        rate = self.rate * root / (1 - 0.9**t)
        return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8 * root), p, m, v), (t, m, v)


class Training:
    """Steps of a network."""

    def __init__(self, problem: Problem) -> None:
        optimizer = Optimizer(problem)
        self.differentiated = jax.value_and_grad(loss_of(problem, FUNCTIONS))

        def step(p: Any, state: Any, x: Any, y: Any) -> Any:
            loss, gradients = self.differentiated(p, x, y)
            return loss, *optimizer.update(p, gradients, state)

        self.compiled = jax.jit(step, donate_argnums=(0, 1))
        self.parameters: Any = jax.tree.map(jnp.array, problem.parameters)
        self.state: Any = optimizer.start
        self.batches = [tuple(map(jnp.asarray, batch)) for batch in problem.batches]
        self.names = list(problem.parameters)

    def step(self, i: int) -> float:
        x, y = self.batches[i % len(self.batches)]
        loss, self.parameters, self.state = self.compiled(self.parameters, self.state, x, y)
        return float(loss)

    def arrays(self) -> list[Any]:
        _, gradients = self.differentiated(self.parameters, *self.batches[0])
        return [np.asarray(gradients[name]) for name in self.names]


class Compiled:
    """A compiled function of arrays that stay as they are, whose result is what is compared."""

    def __init__(self, function: Callable[..., Any], *arrays: Any) -> None:
        self.function, self.given = jax.jit(function), tuple(map(jnp.asarray, arrays))

    def result(self) -> Any:
        return self.function(*self.given)

    def step(self, i: int) -> float:
        return float(np.asarray(self.result()).flat[0])

    def arrays(self) -> list[Any]:
        return [np.asarray(self.result())]


class Gradient(Compiled):
    """With the value, which the others compute, too; the gradient of a chain of constants is folded into one."""

    def __init__(self, problem: Problem) -> None:
        function = scalar_function(problem.name, FUNCTIONS)
        super().__init__(jax.value_and_grad(function), problem.parameters["x"])

    def result(self) -> Any:
        _, gradient = self.function(*self.given)
        return gradient


def jacobian(problem: Problem) -> Run:
    return Compiled(jax.jacrev(tanh_network(FUNCTIONS)), problem.parameters["x"], *problem.batches[0])


def hessian(problem: Problem) -> Run:
    return Compiled(jax.hessian(logistic_loss(FUNCTIONS)), problem.parameters["w"], *problem.batches[0])


class Updates:
    """Steps of Adam; the gradients lie ready."""

    def __init__(self, problem: Problem) -> None:
        optimizer = Optimizer(problem)
        self.parameters: Any = jax.tree.map(jnp.array, problem.parameters)
        self.state: Any = optimizer.start
        self.gradients = dict(zip(problem.parameters, map(jnp.asarray, problem.batches[0]), strict=True))
        self.first, *_ = self.names = list(problem.parameters)
        self.compiled = jax.jit(optimizer.update, donate_argnums=(0, 2))

    def step(self, i: int) -> float:
        self.parameters, self.state = self.compiled(self.parameters, self.gradients, self.state)
        return float(np.asarray(self.parameters[self.first])[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [np.asarray(self.parameters[name]) for name in self.names]


SPECIAL: dict[str, Any] = {
    "scalar_chain": Gradient, "elementwise_1m": Gradient, "softmax_ln": Gradient,
    "jacobian": jacobian, "hessian": hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    made: Run = SPECIAL.get(problem.name, Training)(problem)
    return made
