"""Workloads of frameworks that differentiate what runs on NumPy, given `value_and_gradients` of a function.

Such a framework has no optimizer with steps: the update is the one in NumPy by hand, of all parameters at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.peers.problems import Problem
from benchmarks.peers.protocol import Lacking

from .by_hand.flat import Flat
from .functional import Functions, loss_of, scalar_function

# of a function: one of the same arguments that gives the value, and the gradients by the first of them
ValueAndGradients = Callable[[Callable[..., Any]], Callable[..., tuple[Any, Any]]]


class Training:
    """Steps of a network."""

    def __init__(self, problem: Problem, functions: Functions, value_and_gradients: ValueAndGradients) -> None:
        self.flat = Flat(problem)
        self.batches = problem.batches
        self.differentiated = value_and_gradients(loss_of(problem, functions))

    def step(self, i: int) -> float:
        loss = self.gradients(*self.batches[i % len(self.batches)])
        self.flat.update()
        return loss

    def arrays(self) -> list[Any]:
        self.gradients(*self.batches[0])
        return [g.copy() for g in self.flat.g.values()]

    def gradients(self, x: Any, y: Any) -> float:
        loss, gradients = self.differentiated(self.flat.p, x, y)
        for name, g in self.flat.g.items():
            g[...] = gradients[name]
        return float(loss)


class Result:
    """A function of arrays that stay as they are, whose result is what is compared."""

    def __init__(self, function: Callable[..., Any], *arrays: Any) -> None:
        self.function, self.given = function, arrays

    def step(self, i: int) -> float:
        return float(self.function(*self.given).flat[0])

    def arrays(self) -> list[Any]:
        return [self.function(*self.given)]


def gradient(problem: Problem, functions: Functions, value_and_gradients: ValueAndGradients) -> Result:
    differentiated = value_and_gradients(scalar_function(problem.name, functions))
    return Result(lambda x: differentiated(x)[1], problem.parameters["x"])


def lacks(reason: str) -> Callable[..., Any]:
    """Raises Lacking for that reason, whatever it is given."""

    def make(*given: Any) -> Any:
        raise Lacking(reason)

    return make
