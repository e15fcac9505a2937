"""Arguments of all shapes that fit together, and numbers on either side."""

import itertools
import operator
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same
from .samples import ELEMENTWISE, Sample
from .samples.elementwise import CHOICE
from .samples.sample import apart

SHAPES: list[tuple[int, ...]] = [(), (1,), (4,), (3, 1), (1, 4), (3, 4), (2, 1, 1)]
EMPTY = [((0,), ()), ((1,), (0,)), ((0, 4), (4,)), ((3, 1), (0,)), ((0, 1), (1, 4))]
TOGETHER = [*itertools.product(SHAPES, SHAPES), *EMPTY]
SEVERAL = [s for s in ELEMENTWISE if len(s.inputs) == 2]


def arguments(sample: Sample, left: tuple[int, ...], right: tuple[int, ...]) -> list[Any]:
    """Two inputs of these shapes, from the sample's domain and of values that nowhere meet."""
    low, high = sample.between
    x, y = apart(3, 4, 2), apart(4, 3, 2) * 0.5 + 0.017
    if sample.primitive == "remainder":
        x, y = x * 3, y + 2.2
    elif low > 0:
        x, y = (low + (high - low) * (a - a.min()) / (a.max() - a.min()) for a in (x, y))
    return [a.ravel()[: int(np.prod(shape))].reshape(shape) for a, shape in ((x, left), (y, right))]


@pytest.mark.parametrize("sample", SEVERAL, ids=lambda sample: sample.id)
def test_all_pairs_of_shapes(sample: Sample) -> None:
    for left, right in TOGETHER:
        arrays = arguments(sample, left, right)
        same(sample.call(*map(ag.Tensor, arrays)), sample.reference(*arrays), rtol=1e-15, atol=1e-15)
        order = 2 if left in SHAPES[3:5] else 1  # both are broadcast, or one, or none
        assert_gradients_close(sample.call, *arrays, reference=sample.torch, order=order, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sample", SEVERAL, ids=lambda sample: sample.id)
@pytest.mark.parametrize(("left", "right"), [((3, 1), (1, 4)), ((), (2, 3)), ((2, 3), ()), ((1,), (2, 1, 3))])
def test_broadcast_derivatives_are_finite_differences(
    sample: Sample, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    assert_gradients_close(sample.call, *arguments(sample, left, right), order=2)


OPERATORS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "remainder": operator.mod, "power": operator.pow,
}  # fmt: skip


@pytest.mark.parametrize("sample", SEVERAL, ids=lambda sample: sample.id)
@pytest.mark.parametrize("number", [1.75, 2, -1])
def test_a_number_on_either_side(sample: Sample, number: float) -> None:
    if number < 0 and sample.primitive in ("power", "remainder"):
        pytest.skip("outside of the domain, or another convention for the sign")
    x = np.abs(sample.arrays()[0]) + 0.3
    calls = [lambda x: sample.call(x, number), lambda x: sample.call(number, x)]
    if sample.primitive in OPERATORS:
        spelled = OPERATORS[sample.primitive]
        calls += [lambda x: spelled(x, number), lambda x: spelled(number, x)]
    for call in calls:
        same(ours(call, [x])[0], call(x), rtol=1e-15)
        assert_gradients_close(call, x, order=2)


def test_three_arguments_broadcast_together() -> None:
    x, low, high = apart(3, 4), np.array([[-1.23], [-0.57], [-1.5]]), np.array([0.81, 1.33, 0.47, 1.11])
    assert_gradients_close(np.clip, x, low, high, order=2)
    mask = np.array([[True], [False], [True]])
    assert_gradients_close(lambda x, y: np.where(mask, x, y), apart(4), np.array(0.3), order=2)
    assert_gradients_close(lambda x: np.where(mask, x, 2.0), apart(3, 1))
    assert_gradients_close(lambda x: np.where(mask, 2.0, x), apart(1, 4))


@pytest.mark.parametrize("sample", CHOICE[:1], ids=lambda sample: sample.id)
def test_where_takes_a_tensor_as_condition(sample: Sample) -> None:
    x, y = (ag.Tensor(a, requires_grad=True) for a in sample.arrays())
    answer = np.where(x > 0, x, y)
    answer.sum().backward()
    same(x.grad, (x.data > 0).astype(float))
    same(y.grad, (x.data <= 0).astype(float))
