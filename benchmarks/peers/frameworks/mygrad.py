"""MyGrad, with what `mygrad.nnet` has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mygrad
import numpy as np
from mygrad.nnet import activations, layers, losses

from benchmarks.peers.problems import Problem
from benchmarks.peers.protocol import Run

from .functional import Functions, tanh_network
from .recorded import Result, Training, gradient, lacks

mygrad.turn_memory_guarding_off()  # as its manual advises where time matters


class MyGradFunctions(Functions):
    np = mygrad

    def relu(self, x: Any) -> Any:
        return activations.relu(x)

    def sigmoid(self, x: Any) -> Any:
        return activations.sigmoid(x)

    def softmax(self, x: Any) -> Any:
        return activations.softmax(x)

    def cross_entropy(self, logits: Any, labels: Any) -> Any:
        return losses.softmax_crossentropy(logits, labels)

    def convolution(self, x: Any, w: Any) -> Any:
        return layers.conv_nd(x, w, stride=1, padding=1)

    def max_pool(self, x: Any) -> Any:
        return layers.max_pool(x, (2, 2), 2)

    def batch_norm(self, x: Any, w: Any, b: Any) -> Any:
        return layers.batchnorm(x, gamma=w, beta=b, eps=1e-5)

    def split(self, x: Any, parts: int) -> Any:
        width = x.shape[-1] // parts
        return [x[..., i * width : (i + 1) * width] for i in range(parts)]


FUNCTIONS = MyGradFunctions()


def tensors_of(p: Any) -> Any:
    """Tensors on the arrays of a dictionary, or on an array."""
    if isinstance(p, dict):
        return {name: tensors_of(array) for name, array in p.items()}
    return mygrad.tensor(p, copy=False)


def value_and_gradients(function: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """By an array, or by the arrays of a dictionary."""

    def both(p: Any, *batch: Any) -> tuple[Any, Any]:
        tensors = tensors_of(p)
        value = function(tensors, *batch)
        value.backward()
        if isinstance(p, dict):
            return value.item(), {name: tensor.grad for name, tensor in tensors.items()}
        return value.item(), tensors.grad

    return both


def jacobian(problem: Problem) -> Run:
    """Row by row: backward takes the graph away, and each row its own."""
    function = tanh_network(FUNCTIONS)

    def rows(x: Any, *weights: Any) -> Any:
        found = []
        for row in np.eye(weights[-1].size, dtype=np.float32):
            tensor = mygrad.tensor(x, copy=False)
            function(tensor, *weights).backward(row)
            found.append(tensor.grad)
        return np.stack(found)

    return Result(rows, problem.parameters["x"], *problem.batches[0])


SPECIAL: dict[str, Any] = {
    "jacobian": jacobian,
    "hessian": lacks("no second derivatives"),
    "gpt": lacks("no erf, for GELU"),
    "optimizer_only": lacks("no optimizers"),
}


def make(problem: Problem) -> Run:
    if problem.name in SPECIAL:
        run: Run = SPECIAL[problem.name](problem)
        return run
    return (Training if problem.optimizer else gradient)(problem, FUNCTIONS, value_and_gradients)
