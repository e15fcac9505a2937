"""Transforms inside of transforms, on every operation: `vjp`, `jvp` and `vmap`, in nestings of two and of three.

What is expected is put together out of reverse mode alone, which other tests hold against finite differences and
PyTorch: a tangent is the transpose of a transpose, a batch is a loop.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from autograd_lite import nn
from autograd_lite.func import jvp, vjp, vmap

from .helpers import weights
from .samples import SAMPLES, WITHOUT_DERIVATIVE, Sample
from .test_batching import NOT_INSIDE, quiet_loops

Function = Callable[..., Sequence[Any]]
"""A function of arrays that gives several."""

SKIPPED = NOT_INSIDE | {s.id for s in SAMPLES if s.primitive in WITHOUT_DERIVATIVE}


def backward(f: Function) -> Function:
    """The gradients of f, along fixed cotangents."""

    def transposed(*xs: Any) -> Any:
        value, pull = vjp(lambda *xs: tuple(f(*xs)), *xs)
        return pull(tuple(weights(y.shape, y.dtype, 1) for y in value))

    return transposed


def directions(xs: Sequence[Any]) -> list[Any]:
    return [weights(x.shape, x.dtype, 2) - 0.9 for x in xs]


def forward(f: Function) -> Function:
    """The tangents of f, along fixed directions."""
    return lambda *xs: jvp(lambda *xs: tuple(f(*xs)), xs, directions(xs))[1]


def forward_by_transposes(f: Function) -> Function:
    """The same: J^T u is linear in u, and its transpose is J."""

    def pushed(*xs: Any) -> Any:
        value, _ = vjp(lambda *xs: tuple(f(*xs)), *xs)

        def pulled(*us: Any) -> Any:
            return vjp(lambda *xs: tuple(f(*xs)), *xs)[1](us)

        _, pull = vjp(pulled, *[np.zeros(y.shape, y.dtype) for y in value])
        return pull(tuple(map(np.conjugate, directions(xs))))  # a tangent is carried as it is, a gradient conjugated

    return lambda *xs: tuple(map(np.conjugate, pushed(*xs)))


def variants(xs: Sequence[Any]) -> list[list[Any]]:
    """Two examples near the arguments."""
    return [[x, x * np.asarray(0.98, np.empty(0, x.dtype).real.dtype)] for x in xs]


def batched(f: Function) -> Function:
    """f of two examples, added up, so that it is a function like f."""
    return lambda *xs: [np.sum(y, axis=0) for y in vmap(lambda *xs: tuple(f(*xs)))(*map(np.stack, variants(xs)))]


def batched_by_a_loop(f: Function) -> Function:
    return lambda *xs: [a + b for a, b in zip(*(f(*x) for x in zip(*variants(xs), strict=True)), strict=True)]


TRANSFORMS = {
    "vjp": (backward, backward),
    "jvp": (forward, forward_by_transposes),
    "vmap": (batched, batched_by_a_loop),
}
OF_TWO = list(product(TRANSFORMS, repeat=2))
OF_THREE = list(product(TRANSFORMS, repeat=3))


def agrees(sample: Sample, names: Sequence[str]) -> None:
    """A nesting, the outermost first, of transforms of a sample is what it is by the other way."""
    found, expected = [], []
    for way, answers in ((0, found), (1, expected)):
        f: Function = lambda *xs: (sample.call(*xs),)
        for name in reversed(names):
            f = TRANSFORMS[name][way](f)
        with quiet_loops():
            answers.extend(f(*sample.arrays()))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-8, atol=1e-8, err_msg=" of ".join(names))


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.id not in SKIPPED], ids=lambda sample: sample.id)
def test_nestings(sample: Sample) -> None:
    draw = random.Random(sample.id)
    for names in (draw.choice(OF_TWO), draw.choice(OF_THREE)):
        agrees(sample, names)


NN: dict[str, tuple[Function, Sequence[tuple[int, ...]]]] = {
    "linear": (nn.functional.linear, [(2, 3), (4, 3), (4,)]),
    "tanh": (nn.functional.tanh, [(2, 3)]),
    "sigmoid": (nn.functional.sigmoid, [(2, 3)]),
    "relu": (nn.functional.relu, [(2, 3)]),
    "flatten": (nn.functional.flatten, [(2, 3, 2)]),
    "dropout": (lambda x: nn.functional.dropout(x, 0.5, generator=np.random.default_rng(0)), [(2, 3)]),
    "cross_entropy": (lambda x: nn.functional.cross_entropy(x, [1, 0]), [(2, 3)]),
    "binary_cross_entropy_with_logits": (
        lambda x: nn.functional.binary_cross_entropy_with_logits(x, np.full((2, 3), 0.3)), [(2, 3)],
    ),
    "mse_loss": (nn.functional.mse_loss, [(2, 3), (2, 3)]),
}  # fmt: skip


@pytest.mark.parametrize("names", [*OF_TWO, *OF_THREE], ids="-".join)
@pytest.mark.parametrize("name", NN)
def test_functions_of_nn(name: str, names: Sequence[str]) -> None:
    call, shapes = NN[name]
    agrees(Sample(name, call, tuple(shapes), None), names)


@pytest.mark.smoke
@pytest.mark.parametrize("names", [*OF_TWO, *OF_THREE], ids="-".join)
def test_every_nesting(names: Sequence[str]) -> None:
    quick = [s for s in SAMPLES if s.id in ("elementwise: exp", "products: matmul", "elementwise: hypot")]
    assert quick
    for sample in quick:
        agrees(sample, names)
