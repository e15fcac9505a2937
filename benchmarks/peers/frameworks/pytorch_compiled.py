"""PyTorch with `torch.compile`, two threads: the whole step of training as one function, gradients by `torch.func`.

One graph for the loss, its gradients and the update takes half the time, at small networks, of a compiled loss whose
`backward` is called, and a fused or compiled optimizer.  Batch normalization keeps no running statistics, as
`torch.func` asks for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch

from benchmarks.peers.problems import L2_STRENGTH, MOMENTUM, Problem
from benchmarks.peers.protocol import Lacking, Run

from . import pytorch

warnings.filterwarnings("ignore", "`torch._prims_common", FutureWarning)  # of its own use of it


class Optimizer:
    """Its state, and an update of parameters in place, to be compiled."""

    def __init__(self, problem: Problem, parameters: list[Any]) -> None:
        self.rate, self.name = problem.rate, problem.optimizer
        self.first, self.second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
        self.t = torch.zeros(())

    def update(self, parameters: Any, gradients: Any) -> None:
        if self.name == "SGD":
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(g, alpha=self.rate)
        elif self.name == "momentum":
            for p, g, m in zip(parameters, gradients, self.first, strict=True):
                p.sub_(m.mul_(MOMENTUM).add_(g), alpha=self.rate)
        else:
            self.t += 1
            root = torch.sqrt(1 - 0.999**self.t)
            rate = self.rate * root / (1 - 0.9**self.t)
            for p, g, m, v in zip(parameters, gradients, self.first, self.second, strict=True):
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p.sub_(rate * m / (v.sqrt() + 1e-8 * root))


class Training:
    """Steps of a network."""

    def __init__(self, problem: Problem) -> None:
        self.penalized = problem.name == "mlp_tiny"
        eager = pytorch.Binary(problem) if self.penalized else pytorch.Training(problem)
        self.model, self.criterion, self.batches = eager.model, eager.criterion, eager.batches
        torch.func.replace_all_batch_norm_modules_(self.model)
        self.names = [name for name, _ in self.model.named_parameters()]
        self.parameters = [p.detach() for p in self.model.parameters()]
        self.optimizer = Optimizer(problem, self.parameters)
        self.differentiated = torch.func.grad_and_value(self.loss)
        self.compiled = torch.compile(self.update)

    def loss(self, parameters: Any, x: Any, y: Any) -> Any:
        named = dict(zip(self.names, parameters, strict=True))
        loss = self.criterion(torch.func.functional_call(self.model, named, (x,)), y)
        if self.penalized:
            loss = loss + 0.5 * L2_STRENGTH * sum(p.square().sum() for p in parameters)
        return loss

    def update(self, parameters: Any, x: Any, y: Any) -> Any:
        gradients, loss = self.differentiated(parameters, x, y)
        self.optimizer.update(parameters, gradients)
        return loss

    def step(self, i: int) -> float:
        x, y = self.batches[i % len(self.batches)]
        return float(self.compiled(self.parameters, x, y))

    def arrays(self) -> list[Any]:
        gradients, _ = torch.compile(self.differentiated)(self.parameters, *self.batches[0])
        return [g.numpy() for g in gradients]


class Compiled:
    """A compiled function of arrays that stay as they are, whose result is what is compared."""

    def __init__(self, function: Callable[..., Any], point: Any) -> None:
        self.function, self.point = torch.compile(function), torch.from_numpy(point)

    def result(self) -> Any:
        return self.function(self.point)

    def step(self, i: int) -> float:
        return float(self.result().numpy().flat[0])

    def arrays(self) -> list[Any]:
        return [self.result().numpy()]


class Gradient(Compiled):
    """With the value, which the others compute, too; the gradient of a chain of constants is folded into one."""

    def __init__(self, problem: Problem) -> None:
        function = pytorch.Gradient(problem).function
        super().__init__(torch.func.grad_and_value(function), problem.parameters["x"])

    def result(self) -> Any:
        gradient, _ = self.function(self.point)
        return gradient


def jacobian(problem: Problem) -> Run:
    return Compiled(pytorch.jacobian(problem).derivative, problem.parameters["x"])


def hessian(problem: Problem) -> Run:
    return Compiled(pytorch.hessian(problem).derivative, problem.parameters["w"])


def lstm(problem: Problem) -> Run:
    raise Lacking("in parts or unrolled, its LSTM takes longer compiled than eager")


class Updates:
    """Steps of Adam; the gradients lie ready."""

    def __init__(self, problem: Problem) -> None:
        self.parameters = [torch.from_numpy(p.copy()) for p in problem.parameters.values()]
        self.gradients = [torch.from_numpy(g) for g in problem.batches[0]]
        self.update = torch.compile(Optimizer(problem, self.parameters).update)

    def step(self, i: int) -> float:
        self.update(self.parameters, self.gradients)
        return float(self.parameters[0][0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [p.numpy().copy() for p in self.parameters]


SPECIAL: dict[str, Any] = {
    "scalar_chain": Gradient, "elementwise_1m": Gradient, "softmax_ln": Gradient,
    "lstm": lstm, "jacobian": jacobian, "hessian": hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    made: Run = SPECIAL.get(problem.name, Training)(problem)
    return made
