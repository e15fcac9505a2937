"""Every sample of every operation inside `vmap`: value and derivatives, against the same example by example."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from autograd_lite.batching.rules import LoopWarning
from autograd_lite.func import jvp, vjp, vmap

from .helpers import plain, weights
from .samples import SAMPLES, Sample

N = 3
NOT_INSIDE = {"joining: trim_zeros"}  # how much is left depends on the values of an example
every = pytest.mark.parametrize("sample", [s for s in SAMPLES if s.id not in NOT_INSIDE], ids=lambda sample: sample.id)

LOOPED = {
    "interp", "_nodes_beside", "polyval", "insert", "lstsq", "pad", "fold_values", "vander", "gradient",
    "_weighted_rank", "argwhere", "searchsorted",
}  # fmt: skip
"""Operations that run for one example after the other, with some arguments batched."""


@contextmanager
def quiet_loops() -> Iterator[None]:
    """Let only those operations loop that are known to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Arrays of 2-dimensional vectors are deprecated", DeprecationWarning)
        for name in LOOPED:
            warnings.filterwarnings("ignore", f"vmap: {name},", LoopWarning)
        yield


@pytest.fixture(autouse=True)
def _loops_are_known() -> Iterator[None]:
    with quiet_loops():
        yield


def examples(sample: Sample) -> list[list[Any]]:
    """Of each argument three variants, near enough to the sample to stay within the domain."""
    return [[x, (x * 0.97).astype(x.dtype), (x * 1.02).astype(x.dtype)] for x in sample.arrays()]


def patterns(count: int) -> Iterator[tuple[int | None, ...]]:
    """All arguments batched, and each of them alone."""
    yield (0,) * count
    if count > 1:
        for i in range(count):
            yield tuple(0 if i == j else None for j in range(count))


def agrees(call: Callable[..., Any], variants: list[list[Any]], axes: tuple[int | None, ...]) -> None:
    """A call that gives several arrays is the same inside vmap as on each example."""
    one_by_one = [
        call(*[x[i] if axis == 0 else x[0] for x, axis in zip(variants, axes, strict=True)]) for i in range(N)
    ]
    batched = [np.stack(x) if axis == 0 else x[0] for x, axis in zip(variants, axes, strict=True)]
    for got, *expected in zip(vmap(call, in_axes=axes)(*batched), *one_by_one, strict=True):
        stacked = np.stack([plain(x) for x in expected])
        assert (got.shape, got.dtype) == (stacked.shape, stacked.dtype)
        np.testing.assert_allclose(plain(got), stacked, rtol=1e-9, atol=1e-9)


@every
def test_value_gradient_and_tangent(sample: Sample) -> None:
    variants = examples(sample)
    g = weights(*_like(sample))
    tangents = [weights(x[0].shape, x[0].dtype, 2) - 0.9 for x in variants]

    def derivatives(*xs: Any) -> tuple[Any, ...]:
        value, pull = vjp(sample.call, *xs)
        return (value, *pull(g), jvp(sample.call, xs, tangents)[1])

    for axes in patterns(len(variants)):
        agrees(derivatives, variants, axes)


@every
def test_second_derivative_and_gradient_through_vmap(sample: Sample) -> None:
    variants = examples(sample)
    value, pull = vjp(sample.call, *sample.arrays())
    g = weights(value.shape, value.dtype)
    agrees(pull, [[g, (g * 0.5).astype(g.dtype), (g * 2 - 1).astype(g.dtype)]], (0,))  # several cotangents at once

    def second(*xs: Any) -> Any:
        first, pull = vjp(lambda *xs: vjp(sample.call, *xs)[1](g), *xs)
        return pull(tuple(weights(x.shape, x.dtype, 1) for x in first))

    agrees(second, variants, (0,) * len(variants))

    one_by_one = [vjp(sample.call, *[x[i] for x in variants])[1](g) for i in range(N)]
    _, pull = vjp(vmap(sample.call), *[np.stack(x) for x in variants])
    for got, *expected in zip(pull(np.stack([g] * N)), *one_by_one, strict=True):
        np.testing.assert_allclose(plain(got), np.stack([plain(x) for x in expected]), rtol=1e-9, atol=1e-9)


def _like(sample: Sample) -> tuple[Any, Any]:
    value = sample.call(*sample.arrays())
    return np.shape(value), value.dtype


def test_what_depends_on_the_values_of_an_example_is_refused() -> None:
    (sample,) = (s for s in SAMPLES if s.id in NOT_INSIDE)
    with pytest.raises(TypeError, match=r"inside vmap, .* needs the numbers of one example"):
        vmap(sample.call)(*[np.stack(x) for x in examples(sample)])
