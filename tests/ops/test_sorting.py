"""Sorting where samples do not reach: ties, NaN, all of NumPy's arguments, what has no derivative."""

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import modes_agree, ours, same
from .samples.sample import apart

X = apart(3, 4)
WEIGHTS = np.arange(1.0, 8.0)


@pytest.mark.parametrize("levels", [2, 20, 3000])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_equal_elements_count_as_kept_in_their_order(levels: int, axis: int) -> None:
    """With many ties, and with few, which are put in order in another way."""
    x = np.random.default_rng(levels).integers(0, levels, (40, 20, 3)).astype(float)
    w = np.random.default_rng(1).normal(size=x.shape)
    t, other = ag.Tensor(x, requires_grad=True), torch.from_numpy(x).requires_grad_()
    np.sum(np.sort(t, axis) * w).backward()
    (other.sort(dim=axis, stable=True).values * torch.from_numpy(w)).sum().backward()
    same(t.grad, other.grad.numpy())
    modes_agree(lambda x: np.sort(x, axis), x)


@pytest.mark.parametrize("axis", [0, 1, None])
@pytest.mark.parametrize("kth", [0, 2, -1, [0, 2]], ids=str)
def test_a_partition_goes_back_where_each_element_came_from(axis: int | None, kth: object) -> None:
    for x in (X, np.round(X)):
        value, (gradient,), _ = ours(lambda x: np.partition(x, kth, axis), [x])
        same(value, np.partition(x, kth, axis))
        t = ag.Tensor(x, requires_grad=True)
        answer = np.partition(t, kth, axis)
        np.sum(answer * answer).backward()
        same(t.grad, 2 * x)
        assert gradient.shape == x.shape
        modes_agree(lambda x: np.partition(x, kth, axis), x)


def test_arguments() -> None:
    for requires_grad in (False, True):
        t = ag.Tensor(X, requires_grad=requires_grad)
        for options in ({"kind": "heapsort"}, {"stable": True}, {"axis": None}, {"axis": 0, "kind": "stable"}):
            same(np.sort(t, **options), np.sort(X, **options))
        same(np.sort(a=t), np.sort(X))
        same(np.partition(t, kth=1, axis=0, kind="introselect"), np.partition(X, 1, 0))
        same(np.partition(a=t, kth=ag.Tensor(np.array([1, 2]))), np.partition(X, [1, 2]))
        for call in (
            np.argsort, lambda x: np.argpartition(x, 2), np.unique, lambda x: np.lexsort((x[0], x[1])),
            lambda x: np.argsort(x, axis=0, stable=True),
        ):  # fmt: skip
            found = call(t)
            same(found, call(X))
            assert not found.requires_grad


def test_complex_numbers_are_ordered_by_their_real_parts() -> None:
    for dtype in (np.float32, np.float64):
        x = X.astype(dtype)
        same(np.sort_complex(ag.Tensor(x)), np.sort_complex(x).astype(np.result_type(dtype, np.complex64)))
    z = X + 1j * X[::-1]
    same(np.sort_complex(ag.Tensor(z, requires_grad=True)), np.sort_complex(z))
    assert_gradients_close(lambda x: np.real(np.sort_complex(x) * (1 + 2j)), X)


def test_not_a_number_is_last() -> None:
    x = np.array([2.0, np.nan, 1.0, np.nan, 0.0])
    t = ag.Tensor(x, requires_grad=True)
    answer = np.sort(t)
    same(answer, np.sort(x))
    np.sum(answer[:3] * WEIGHTS[:3]).backward()
    same(t.grad, np.array([3.0, 0.0, 2.0, 0.0, 1.0]))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (1,), (1, 1)])
def test_nothing_to_sort(shape: tuple[int, ...]) -> None:
    value, (gradient,), (second,) = ours(np.sort, [np.ones(shape)])
    assert value.shape == gradient.shape == second.shape == shape


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.sort(x, order="f"), TypeError, "leave it out"),
        (lambda x: np.sort(x, axis=2), np.exceptions.AxisError, "2"),
        (lambda x: np.sort(x, kind="best"), ValueError, r"sort\(float64\[3, 4\]"),
        (lambda x: np.partition(x, 9), ValueError, r"partition\(float64\[3, 4\].*kth"),
        (lambda x: np.sort(x[0, 0]), np.exceptions.AxisError, "-1"),
    ],
)
def test_errors(call, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(ag.Tensor(X, requires_grad=True))
