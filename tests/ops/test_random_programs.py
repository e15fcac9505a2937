"""Random programs: 20 to 40 operations with values used again, broadcast, reshaped and indexed, beside PyTorch.

A program is a list of steps.  Each takes values that are there already, and is written twice: in NumPy's
syntax for the engine, and for PyTorch.  All steps are smooth and keep values of moderate size, so that
derivatives of any order exist and both sides agree almost to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import plain


class Step(NamedTuple):
    """One operation: on which values (by number), in our words and in PyTorch's, and the shape it gives."""

    takes: tuple[int, ...]
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    shape: tuple[int, ...]


class Program(NamedTuple):
    inputs: list[Any]
    steps: list[Step]

    def run(self, values: list[Any], ours: bool) -> Any:
        """The sum of what nobody used: everything that was computed counts."""
        values = list(values)
        for step in self.steps:
            values.append((step.ours if ours else step.theirs)(*(values[i] for i in step.takes)))
        used = {i for step in self.steps for i in step.takes}
        return sum(values[i].sum() for i in range(len(values)) if i not in used)

    def of(self, *values: Any, ours: bool) -> Any:
        """As a function of its inputs, one by one."""
        return self.run(list(values), ours)


UNARY: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (np.tanh, torch.tanh),
    (np.sin, torch.sin),
    (np.cos, torch.cos),
    (np.arctan, torch.arctan),
    (ag.sigmoid, torch.sigmoid),
    (lambda x: np.exp(np.sin(x)), lambda x: torch.exp(torch.sin(x))),
    (lambda x: np.log(1.5 + np.cos(x)), lambda x: torch.log(1.5 + torch.cos(x))),
    (lambda x: np.sqrt(x * x + 1), lambda x: torch.sqrt(x * x + 1)),
    (lambda x: (1 + np.sin(x) ** 2) ** -0.5, lambda x: (1 + torch.sin(x) ** 2) ** -0.5),
    (lambda x: np.expm1(np.cos(x)), lambda x: torch.expm1(torch.cos(x))),
    (lambda x: np.log1p(np.sin(x) ** 2), lambda x: torch.log1p(torch.sin(x) ** 2)),
    (lambda x: np.exp2(np.tanh(x)), lambda x: torch.exp2(torch.tanh(x))),
    (lambda x: np.arcsinh(x) ** 3 * 0.2, lambda x: torch.arcsinh(x) ** 3 * 0.2),
    (lambda x: np.arcsin(0.7 * np.sin(x)), lambda x: torch.arcsin(0.7 * torch.sin(x))),
    (lambda x: np.arctanh(0.7 * np.tanh(x)), lambda x: torch.arctanh(0.7 * torch.tanh(x))),
    (lambda x: np.arccosh(1.5 + np.cosh(np.sin(x))), lambda x: torch.arccosh(1.5 + torch.cosh(torch.sin(x)))),
    (lambda x: np.sinc(1.5 + 0.3 * np.sin(x)), lambda x: torch.sinc(1.5 + 0.3 * torch.sin(x))),
    (lambda x: -np.square(np.sin(x)), lambda x: -torch.square(torch.sin(x))),
    (lambda x: np.cumsum(x, axis=-1) / x.shape[-1], lambda x: x.cumsum(-1) / x.shape[-1]),
    (lambda x: np.flip(x, -1), lambda x: x.flip(-1)),
    (lambda x: x / np.sqrt(1 + np.sum(x * x, axis=-1, keepdims=True)),
     lambda x: x / torch.sqrt(1 + torch.sum(x * x, -1, keepdim=True))),
    (lambda x: x - np.mean(x, axis=-1, keepdims=True), lambda x: x - x.mean(-1, keepdim=True)),
]  # fmt: skip
"""These keep the shape."""

BINARY: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (lambda x, y: x + y, lambda x, y: x + y),
    (lambda x, y: x - 0.5 * y, lambda x, y: x - 0.5 * y),
    (lambda x, y: np.tanh(x) * y, lambda x, y: torch.tanh(x) * y),
    (lambda x, y: x / (1.5 + np.sin(y)), lambda x, y: x / (1.5 + torch.sin(y))),
    (np.logaddexp, torch.logaddexp),
    (lambda x, y: np.logaddexp2(x, y * 0.5), lambda x, y: torch.logaddexp2(x, y * 0.5)),
    (lambda x, y: np.hypot(x, np.sin(y) + 1.5), lambda x, y: torch.hypot(x, torch.sin(y) + 1.5)),
    (lambda x, y: np.arctan2(x, np.cos(y) + 1.5), lambda x, y: torch.arctan2(x, torch.cos(y) + 1.5)),
    (lambda x, y: (1 + ag.sigmoid(x)) ** np.tanh(y), lambda x, y: (1 + torch.sigmoid(x)) ** torch.tanh(y)),
    (lambda x, y: np.where(np.arange(x.shape[-1]) % 2 == 0, x, y),
     lambda x, y: torch.where(torch.arange(x.shape[-1]) % 2 == 0, x, y)),
]  # fmt: skip
"""These broadcast two arguments."""


def random_program(seed: int) -> Program:
    """Inputs of a few shapes, and between 20 and 40 random steps."""
    rng = np.random.default_rng(seed)
    shapes: list[tuple[int, ...]] = [(3, 4), (1, 4), (3, 1), (4, 3), (4,), ()]
    inputs = [rng.normal(size=shape) for shape in shapes]
    steps: list[Step] = []
    for _ in range(rng.integers(20, 41)):
        step = None
        while step is None:
            step = random_step(rng, shapes)
        steps.append(step)
        shapes.append(step.shape)
    return Program(inputs, steps)


def random_step(rng: np.random.Generator, shapes: list[tuple[int, ...]]) -> Step | None:
    """A step on values of these shapes, or None if the kind that was drawn does not fit the values drawn."""
    i, j = (int(k) for k in rng.integers(len(shapes), size=2))
    shape, other = shapes[i], shapes[j]
    kind = rng.choice(["unary", "binary", "matmul", "reduce", "reshape", "transpose", "index", "join"], p=KINDS)
    if kind == "unary" and shape:
        return Step((i,), *UNARY[rng.integers(len(UNARY))], shape)
    if kind == "binary" and (shape or other):
        try:
            together = np.broadcast_shapes(shape, other)
        except ValueError:
            return None
        ours, theirs = BINARY[rng.integers(len(BINARY))]
        return Step((i, j), ours, theirs, together) if shape or ours is not BINARY[-1][0] else None
    if kind == "matmul" and shape and other and shape[-1] == (other[-2] if len(other) > 1 else other[0]):
        made = np.matmul(np.ones(shape), np.ones(other)).shape
        return Step((i, j), lambda x, y: np.tanh(x @ y), lambda x, y: torch.tanh(x @ y), made)
    if kind == "reduce" and len(shape) == 2:
        axis, mean = int(rng.integers(2)), bool(rng.integers(2))
        return Step(
            (i,),
            lambda x: x.mean(axis=axis, keepdims=True) if mean else np.sin(x.sum(axis=axis, keepdims=True)),
            lambda x: x.mean(axis, keepdim=True) if mean else torch.sin(x.sum(axis, keepdim=True)),
            tuple(1 if k == axis else n for k, n in enumerate(shape)),
        )
    if kind == "reshape" and len(shape) == 2 and shape[0] * shape[1] == 12:
        new = [(3, 4), (4, 3), (2, 6), (12,)][rng.integers(4)]
        return Step((i,), lambda x: x.reshape(new), lambda x: x.reshape(new), new)
    if kind == "transpose" and len(shape) == 2:
        return Step((i,), lambda x: x.T, lambda x: x.T, shape[::-1])
    if kind == "index" and shape and shape[0] > 1:
        rows = rng.integers(shape[0], size=int(rng.integers(1, 5)))
        part: Any = [rows, slice(None, None, 2), int(rows[0])][rng.integers(3)]
        picked = np.ones(shape)[part].shape
        return Step((i,), lambda x: x[part], lambda x: x[torch.from_numpy(part) if part is rows else part], picked)
    if kind == "join" and shape and shape == other:
        if shape[0] > 4:
            return None
        joined = (2 * shape[0], *shape[1:])
        return Step((i, j), lambda x, y: np.concatenate([x, y]), lambda x, y: torch.cat([x, y]), joined)
    return None


KINDS = [0.25, 0.35, 0.1, 0.08, 0.05, 0.05, 0.07, 0.05]


@pytest.mark.parametrize("seed", [pytest.param(s, marks=pytest.mark.smoke) if s < 5 else s for s in range(40)])
def test_both_derivatives_in_both_modes_are_pytorchs(seed: int) -> None:
    program = random_program(seed)
    run, reference = (partial(program.of, ours=ours) for ours in (True, False))
    close(run(*map(ag.Tensor, program.inputs)), reference(*(torch.from_numpy(np.array(x)) for x in program.inputs)))
    assert_gradients_close(run, *program.inputs, reference=reference, order=2, rtol=1e-9)


@pytest.mark.parametrize("seed", range(1, 40, 13))
def test_random_programs_against_finite_differences(seed: int) -> None:
    program = random_program(seed)
    assert_gradients_close(partial(program.of, ours=True), *program.inputs, rtol=1e-6)


def close(got: Any, expected: torch.Tensor) -> None:
    """To 1e-9 of each element, or 1e-12 of the largest where terms have cancelled."""
    right = expected.detach().numpy(force=True)
    largest = float(np.abs(right).max(initial=0.0))
    np.testing.assert_allclose(plain(got), right, rtol=1e-9, atol=1e-12 * max(largest, 1.0))
