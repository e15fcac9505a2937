"""autograd_lite, as a user writes it."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import func, nn, optim
from benchmarks.networks import NETWORKS, dense
from benchmarks.peers.problems import CHAIN, L2_STRENGTH, MOMENTUM, Problem
from benchmarks.peers.protocol import Run


def optimizer_of(problem: Problem, parameters: Any) -> Any:
    if problem.optimizer == "Adam":
        return optim.Adam(parameters, lr=problem.rate)
    return optim.SGD(parameters, lr=problem.rate, momentum=MOMENTUM if problem.optimizer == "momentum" else 0.0)


class Training:
    """Steps of a network."""

    def __init__(self, problem: Problem) -> None:
        self.model = dense(nn, problem.widths) if problem.widths else NETWORKS[problem.name](nn)
        self.model.load_state_dict(problem.parameters, strict=False)  # without running means, which begin as they are
        self.optimizer = optimizer_of(problem, self.model.parameters())
        self.batches = [(ag.Tensor(x), ag.Tensor(y)) for x, y in problem.batches]
        self.criterion: nn.Module = nn.CrossEntropyLoss()

    def loss(self, x: Any, y: Any) -> Any:
        return self.criterion(self.model(x), y)

    def step(self, i: int) -> float:
        x, y = self.batches[i % len(self.batches)]
        self.optimizer.zero_grad()
        loss = self.loss(x, y)
        loss.backward()
        self.optimizer.step()
        return float(loss.item())

    def arrays(self) -> list[Any]:
        self.optimizer.zero_grad()
        self.loss(*self.batches[0]).backward()
        return [p.grad.copy() for p in self.model.parameters()]


class Binary(Training):
    """With binary cross-entropy, and half the sum of squares of all parameters in the loss."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.criterion = nn.BCEWithLogitsLoss()
        self.penalty = optim.regularization.L2(L2_STRENGTH)
        self.parameters = list(self.model.parameters())

    def loss(self, x: Any, y: Any) -> Any:
        return super().loss(x, y) + self.penalty(self.parameters)


class Gradient:
    """Backward of a scalar function by its array."""

    def __init__(self, problem: Problem) -> None:
        self.x = ag.Tensor(problem.parameters["x"], requires_grad=True)
        self.function = {"scalar_chain": chain, "elementwise_1m": elementwise, "softmax_ln": softmax_ln}[problem.name]

    def step(self, i: int) -> float:
        self.x.grad = None
        self.function(self.x).backward()
        return float(self.x.grad.ravel()[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [np.asarray(self.x.grad)]


def chain(y: Any) -> Any:
    for _ in range(CHAIN // 2):
        y = y * 1.001
        y = y + 0.001
    return y


def elementwise(x: Any) -> Any:
    return (np.tanh(x) * np.sin(x) + np.exp(-x * x)).sum()


def softmax_ln(x: Any) -> Any:
    y = nn.functional.softmax(nn.functional.layer_norm(x, (x.shape[-1],)), dim=-1)
    return (y * y).sum()


class Transformed:
    """What a function of `autograd_lite.func` gives."""

    def __init__(self, derivative: Any, point: Any) -> None:
        self.derivative, self.point = derivative, point

    def step(self, i: int) -> float:
        return float(self.derivative(self.point)[0, 0])

    def arrays(self) -> list[Any]:
        return [np.asarray(self.derivative(self.point))]


def jacobian(problem: Problem) -> Run:
    (w1, b1, w2, b2), x = problem.batches[0], problem.parameters["x"]
    return Transformed(func.jacobian(lambda x: np.tanh(x @ w1 + b1) @ w2 + b2), x)


def hessian(problem: Problem) -> Run:
    x, y = problem.batches[0]

    def loss(w: Any) -> Any:
        z = x @ w
        return np.mean(np.logaddexp(0, z) - y * z)

    return Transformed(func.hessian(loss), problem.parameters["w"])


class Updates:
    """Steps of Adam; the gradients of one backward lie ready."""

    def __init__(self, problem: Problem) -> None:
        self.parameters = [ag.Tensor(p, requires_grad=True) for p in problem.parameters.values()]
        self.optimizer = optimizer_of(problem, self.parameters)
        for p, g in zip(self.parameters, problem.batches[0], strict=True):
            (p * g).sum().backward()  # as in training: each framework puts the gradients where it wants them

    def step(self, i: int) -> float:
        self.optimizer.step()
        return float(self.parameters[0].data[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [p.data.copy() for p in self.parameters]


SPECIAL: dict[str, Any] = {
    "mlp_tiny": Binary, "scalar_chain": Gradient, "elementwise_1m": Gradient, "softmax_ln": Gradient,
    "jacobian": jacobian, "hessian": hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    made: Run = SPECIAL.get(problem.name, Training)(problem)
    return made
