"""PyTorch eager, two threads, as a user writes it."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from benchmarks.networks import NETWORKS, dense
from benchmarks.peers.problems import CHAIN, L2_STRENGTH, MOMENTUM, Problem
from benchmarks.peers.protocol import Run

torch.set_num_threads(2)
warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)  # of its own use of it in torch.func


def optimizer_of(problem: Problem, parameters: Any) -> Any:
    if problem.optimizer == "Adam":
        return torch.optim.Adam(parameters, lr=problem.rate)
    return torch.optim.SGD(parameters, lr=problem.rate, momentum=MOMENTUM if problem.optimizer == "momentum" else 0.0)


class Training:
    """Steps of a network."""

    def __init__(self, problem: Problem) -> None:
        self.model = dense(torch.nn, problem.widths) if problem.widths else NETWORKS[problem.name](torch.nn)
        state = {name: torch.from_numpy(value.copy()) for name, value in problem.parameters.items()}
        self.model.load_state_dict(state, strict=False)  # without running means, which begin as they are
        self.optimizer = optimizer_of(problem, self.model.parameters())
        self.batches: list[Any] = [tuple(map(torch.from_numpy, batch)) for batch in problem.batches]
        self.criterion: Any = torch.nn.CrossEntropyLoss()

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
        return [p.grad.numpy().copy() for p in self.model.parameters()]


class Binary(Training):
    """With binary cross-entropy, and half the sum of squares of all parameters in the loss."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.criterion = torch.nn.BCEWithLogitsLoss()
        self.parameters = list(self.model.parameters())

    def loss(self, x: Any, y: Any) -> Any:
        return super().loss(x, y) + 0.5 * L2_STRENGTH * sum(p.square().sum() for p in self.parameters)


class Gradient:
    """Backward of a scalar function by its array."""

    def __init__(self, problem: Problem) -> None:
        self.x = torch.from_numpy(problem.parameters["x"]).requires_grad_()
        self.function: Any = {
            "scalar_chain": chain, "elementwise_1m": elementwise, "softmax_ln": softmax_ln,
        }[problem.name]  # fmt: skip

    def step(self, i: int) -> float:
        self.x.grad = None
        self.function(self.x).backward()
        gradient: Any = self.x.grad
        return float(gradient.view(-1)[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        gradient: Any = self.x.grad
        return [gradient.numpy()]


def chain(y: Any) -> Any:
    for _ in range(CHAIN // 2):
        y = y * 1.001
        y = y + 0.001
    return y


def elementwise(x: Any) -> Any:
    return (torch.tanh(x) * torch.sin(x) + torch.exp(-x * x)).sum()


def softmax_ln(x: Any) -> Any:
    y = torch.softmax(torch.nn.functional.layer_norm(x, x.shape[-1:]), dim=-1)
    return (y * y).sum()


class Transformed:
    """What a function of `torch.func` gives."""

    def __init__(self, derivative: Any, point: Any) -> None:
        self.derivative, self.point = derivative, torch.from_numpy(point)

    def step(self, i: int) -> float:
        return float(self.derivative(self.point)[0, 0])

    def arrays(self) -> list[Any]:
        return [self.derivative(self.point).numpy()]


def jacobian(problem: Problem) -> Transformed:
    w1, b1, w2, b2 = map(torch.from_numpy, problem.batches[0])
    return Transformed(torch.func.jacrev(lambda x: torch.tanh(x @ w1 + b1) @ w2 + b2), problem.parameters["x"])


def hessian(problem: Problem) -> Transformed:
    x, y = map(torch.from_numpy, problem.batches[0])

    def loss(w: Any) -> Any:
        z = x @ w
        return (torch.nn.functional.softplus(z) - y * z).mean()

    return Transformed(torch.func.hessian(loss), problem.parameters["w"])


class Updates:
    """Steps of Adam; the gradients of one backward lie ready."""

    def __init__(self, problem: Problem) -> None:
        self.parameters = [torch.from_numpy(p.copy()).requires_grad_() for p in problem.parameters.values()]
        self.optimizer = optimizer_of(problem, self.parameters)
        for p, g in zip(self.parameters, problem.batches[0], strict=True):
            (p * torch.from_numpy(g)).sum().backward()  # type: ignore[no-untyped-call]

    def step(self, i: int) -> float:
        self.optimizer.step()
        return float(self.parameters[0].detach()[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [p.detach().numpy().copy() for p in self.parameters]


SPECIAL: dict[str, Any] = {
    "mlp_tiny": Binary, "scalar_chain": Gradient, "elementwise_1m": Gradient, "softmax_ln": Gradient,
    "jacobian": jacobian, "hessian": hessian, "optimizer_only": Updates,
}  # fmt: skip


def make(problem: Problem) -> Run:
    made: Run = SPECIAL.get(problem.name, Training)(problem)
    return made
