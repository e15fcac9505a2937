"""At kinks, bounds, ties and poles the derivative is what the table says, and what PyTorch does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag

from .kinks import KINKS, Kink
from .kinks_page import page

ids = [f"{kink.function} at {kink.at}" for kink in KINKS]
each = pytest.mark.parametrize("kink", KINKS, ids=ids)


def points(kink: Kink) -> list[Any]:
    return [np.array(x) for x in kink.inputs]


@pytest.mark.smoke
@each
def test_the_table_holds(kink: Kink) -> None:
    xs = [ag.Tensor(x, requires_grad=True) for x in points(kink)]
    with np.errstate(divide="ignore", invalid="ignore"):  # poles are part of the table
        answer = kink.call(*xs)
        answer.sum().backward()
    for x, expected in zip(xs, kink.gradients, strict=True):
        assert x.grad is not None
        np.testing.assert_array_equal(x.grad.data, np.array(expected))


@each
def test_what_flows_back_is_multiplied(kink: Kink) -> None:
    """The table is about a cotangent of 1; another one goes through the same slopes."""
    xs = [ag.Tensor(x, requires_grad=True) for x in points(kink)]
    with np.errstate(divide="ignore", invalid="ignore"):
        answer = kink.call(*xs)
        found = ag.grad(answer, xs, np.full(answer.shape, -3.0), materialize_grads=True)
    for g, expected in zip(found, kink.gradients, strict=True):
        assert g is not None
        np.testing.assert_allclose(g.data, -3.0 * np.array(expected), rtol=1e-12)


@each
def test_the_table_is_pytorchs(kink: Kink) -> None:
    xs = [torch.from_numpy(x).requires_grad_() for x in points(kink)]
    answer = kink.torch(*xs)
    answer.sum().backward()
    for x, expected in zip(xs, kink.gradients, strict=True):
        np.testing.assert_array_equal(x.grad.numpy(), np.array(expected))


@each
def test_values_are_pytorchs(kink: Kink) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        got = kink.call(*(ag.Tensor(x) for x in points(kink)))
    np.testing.assert_array_equal(got.data, kink.torch(*(torch.from_numpy(x) for x in points(kink))).numpy())


@each
def test_forward_mode_says_the_same(kink: Kink) -> None:
    """J v and g^T J agree at kinks too, for each input by itself, whose elements move at speeds of their own."""
    inputs = points(kink)
    for i, x in enumerate(inputs):
        with np.errstate(divide="ignore", invalid="ignore"):

            def alone(moving: Any, i: int = i) -> Any:
                return kink.call(*(moving if j == i else ag.Tensor(other) for j, other in enumerate(inputs)))

            speeds = np.arange(2.0, 2.0 + x.size).reshape(x.shape)
            _, tangent = ag.func.jvp(alone, [x], [speeds])
        expected = np.sum(speeds * np.array(kink.gradients[i]))
        np.testing.assert_allclose(np.sum(tangent.data), expected, rtol=1e-14, atol=1e-14)


SECOND = {
    "power 2 at 0": (lambda x: x**2, 2.0),
    "power 3 at 0": (lambda x: x**3, 0.0),
    "power 1 at 0": (lambda x: x**1, 0.0),
    "power 0 at 0": (lambda x: x**0, 0.0),
    "power of itself": (lambda x: (x + 1) ** (x + 1), 2.0),
    "abs at 0": (lambda x: abs(x) * x, 0.0),
    "relu at 0": (lambda x: ag.relu(x) * x, 0.0),
    "square of clip at a bound": (lambda x: np.clip(x, 0.0, 1.0) ** 2, 2.0),
    "where, guarded": (lambda x: np.where(x.data > 0, np.sqrt(np.where(x.data > 0, x, 1.0)), 0.0), 0.0),
}
"""Second derivatives at 0."""


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_at_zero(name: str) -> None:
    call, expected = SECOND[name]
    x = ag.Tensor(np.array([0.0]), requires_grad=True)
    (first,) = ag.grad(call(x), x, np.ones(1), create_graph=True)
    second = ag.grad(first, x, np.ones(1), materialize_grads=True)[0] if first.requires_grad else ag.Tensor([0.0])
    np.testing.assert_array_equal(second.data, [expected])


def test_stable_at_large_arguments() -> None:
    """Rules reuse the answer where the textbook formula overflows; warnings are errors here."""
    for call, at, slope in [
        (np.tanh, [-800.0, 800.0], [0.0, 0.0]),
        (ag.sigmoid, [-800.0, 800.0], [0.0, 0.0]),
        (lambda x: np.logaddexp(x, 0.0), [-800.0, 800.0], [0.0, 1.0]),
        (np.arctan, [-1e100, 1e100], [1e-200, 1e-200]),
        (lambda x: np.logaddexp(x, x), [-1e300, 1e300], [1.0, 1.0]),
    ]:
        x = ag.Tensor(np.array(at), requires_grad=True)
        (first,) = ag.grad(call(x), x, np.ones(2), create_graph=True)
        np.testing.assert_allclose(first.data, slope, rtol=1e-12)
        (second,) = ag.grad(first, x, np.ones(2), materialize_grads=True)
        assert np.isfinite(second.data).all()


def test_where_gives_an_exact_zero_to_the_branch_not_taken() -> None:
    """Even if what arrives is infinite: zero times infinity would be NaN.  So do other choices."""
    at = np.array([4.0, -1.0])
    for choose in (
        lambda x: np.where(x.data > 0, x, 0.0),
        lambda x: np.where(x.data <= 0, 0.0, x),
        ag.relu,
        lambda x: np.clip(x, 0.0, None),
        lambda x: np.clip(x, 0.0, 9.0),
        lambda x: np.maximum(x, 0.0),
        lambda x: np.maximum(0.0, x),
        lambda x: np.fmax(x, 0.0),
        lambda x: -np.minimum(-x, 0.0),
    ):
        x = ag.Tensor(at, requires_grad=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            np.sqrt(choose(x)).sum().backward()
        assert x.grad is not None
        np.testing.assert_array_equal(x.grad.data, [0.25, 0.0])
    t = torch.from_numpy(at).requires_grad_()
    torch.sqrt(torch.where(t > 0, t, 0.0)).sum().backward()
    np.testing.assert_array_equal(t.grad.numpy(), [0.25, 0.0])


def test_the_page_is_the_table() -> None:
    written = (Path(__file__).parents[2] / "docs" / "kinks.md").read_text()
    assert written == page(), "write it anew: python -m tests.ops.kinks_page > docs/kinks.md"
