"""What is under test: a function at a point, and its derivatives as the engine or a user works them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import func
from ..errors import describe
from ..gradients import grad as gradients_of
from ..tensor import Tensor
from .oracles import Array, Direction, dense

Gradients = list[dict[int, Array]]
"""For each cotangent, the gradient by each of the floating inputs."""


def as_value(x: Any) -> Any:
    """What may be differentiated as an ndarray of its own; Python floats and lists of them are float64 here."""
    if isinstance(x, Tensor):
        return np.array(x.data)
    if isinstance(x, (float, list, np.ndarray, np.generic)):
        return np.array(x)
    return x


class Subject:
    """A function at a point, called in the dtypes given or with everything in float64."""

    def __init__(self, f: Callable[..., Any], values: Sequence[Any], floating: Sequence[int], *, plain: bool) -> None:
        self.f, self.values, self.floating, self.plain = f, list(values), floating, plain
        self.answer = self._checked(self._run(self.values))
        if not np.array_equal(self.answer, self._run(self.values)):
            raise AssertionError("f gives different answers for the same inputs: seed what is random in it, inside it")

    def _run(self, values: Sequence[Any]) -> Array:
        answer = self.f(*(self.argument(i, value) for i, value in enumerate(values)))
        return np.asarray(answer.data if isinstance(answer, Tensor) else answer)

    def argument(self, i: int, value: Any) -> Any:
        """An input as f takes it: a copy, as a Tensor unless f is plain NumPy."""
        if not isinstance(value, np.ndarray):
            return value
        return value.copy() if self.plain or i not in self.floating else Tensor(value)

    def _checked(self, answer: Array) -> Array:
        if answer.dtype.kind != "f":
            raise TypeError(f"f must give floating-point numbers to be differentiated, not {describe(answer)}")
        if not np.isfinite(answer).all():
            raise AssertionError(f"f is not finite at these inputs: it gives {answer!r}")
        return answer

    def moved(self, i: int) -> Callable[[Array], Array]:
        """The answer in float64, as a function of the input i alone."""
        wide = [x.astype(np.float64) if j in self.floating else x for j, x in enumerate(self.values)]
        return lambda x: self._run([*wide[:i], x, *wide[i + 1 :]])

    def with_floating(self, moving: Sequence[int]) -> Callable[..., Any]:
        """f as a function of the inputs `moving` alone, for the engine to differentiate; the others are constants."""

        def alone(*tensors: Tensor) -> Any:
            given = dict(zip(moving, tensors, strict=True))
            return self.f(*(given.get(i, self.argument(i, x)) for i, x in enumerate(self.values)))

        return alone


def reverse(subject: Subject, cotangents: Sequence[Direction]) -> Gradients:
    """By the engine's backward sweep, c^T J for each cotangent c."""
    points = [Tensor(subject.values[j]) for j in subject.floating]
    _, pull = func.vjp(subject.with_floating(subject.floating), *points)
    dtype = subject.answer.dtype
    found = [pull(c.array.astype(dtype)) for c in cotangents]
    return [{j: g.data for j, g in zip(subject.floating, gs, strict=True)} for gs in found]


def forward(subject: Subject, i: int, direction: Array) -> Array:
    """By the engine's forward sweep, J v for a tangent v of input i."""
    x = subject.values[i]
    _, tangent = func.jvp(subject.with_floating([i]), [Tensor(x)], [Tensor(direction.astype(x.dtype))])
    return np.asarray(tangent.data.astype(np.float64))


def by_hand(subject: Subject, grad: Callable[..., Any]) -> Gradients:
    """What the hand-written gradient gives, for the cotangent 1."""
    if subject.answer.size != 1:
        raise TypeError(f"grad= is the gradient of a single number, but f gives {describe(subject.answer)}")
    given = grad(*(subject.argument(i, value) for i, value in enumerate(subject.values)))
    gradients = list(given) if isinstance(given, (tuple, list)) else [given]
    if len(gradients) == len(subject.values):
        gradients = [gradients[i] for i in subject.floating]
    if len(gradients) != len(subject.floating):
        raise AssertionError(f"grad gives {len(gradients)} gradients for {len(subject.floating)} floating inputs")
    return [{i: np.asarray(g) for i, g in zip(subject.floating, gradients, strict=True)}]


def projected_gradient(
    f: Callable[..., Any], values: Sequence[Any], floating: Sequence[int], seed: int
) -> Callable[..., Tensor]:
    """The function x -> sum_i <c_i, gradient by x_i of <w, f(x)>> with random w and c_i: one order up, and a scalar."""
    weights = {i: dense(np.ones(values[i].shape), np.random.default_rng([seed, i])).array for i in floating}

    def projected(*args: Any) -> Tensor:
        points = {i: args[i] if args[i].requires_grad else args[i].detach().requires_grad_() for i in floating}
        answer = f(*(points.get(i, x) for i, x in enumerate(args)))
        total = Tensor(np.zeros((), answer.dtype))
        if not answer.requires_grad:
            return total
        w = dense(np.ones(answer.shape), np.random.default_rng(seed)).array.astype(answer.dtype)
        found = gradients_of(answer, [points[i] for i in floating], w, create_graph=True, materialize_grads=True)
        for i, g in zip(floating, found, strict=True):
            assert g is not None
            total = total + np.sum(g * weights[i].astype(g.dtype))
        return total

    return projected
