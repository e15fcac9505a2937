"""What samples of indexing cannot show: large arrays, all arguments of NumPy's functions, errors, odd cases."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.testing import assert_gradients_close

from .helpers import modes_agree, ours, same

X = np.random.default_rng(0).normal(size=(5, 40, 3))
ROWS = np.random.default_rng(1).integers(-40, 40, 60)


@pytest.mark.parametrize(
    "index",
    [
        (slice(None), ROWS), (Ellipsis, ROWS, slice(None)), (slice(None), np.arange(40)[::-1]), ROWS % 5,
        ([0, 1, 1], [3, 3, 3]), ([0, 1, 1], [3, 3, 3], [0, 2, 2]), (ROWS[:4] % 5, slice(None), ROWS[:4] % 3),
        (slice(0, 2), ROWS.reshape(3, 20), 1), np.random.default_rng(2).integers(0, 5, (30, 2)),
    ],
    ids=["axis", "ellipsis", "permutation", "first", "few of many", "elements", "apart", "middle", "many of few"],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float64, np.complex64, np.float16])
def test_what_is_picked_often_adds_up_by_every_way(index: Any, dtype: Any) -> None:
    x = Tensor(X.astype(dtype), requires_grad=True)
    answer = x[index]
    c = np.random.default_rng(3).integers(-4, 5, answer.shape).astype(dtype)
    expected = np.zeros(X.shape, dtype)
    np.add.at(expected, index, np.conj(c))
    (gradient,) = ag.grad(answer, x, c)
    same(gradient, np.conj(expected))


def test_scatter_add_broadcasts_and_takes_any_index() -> None:
    one = Tensor(np.array(2.0), requires_grad=True)
    answer = ag.scatter_add(one, ([0, 0, 1], Tensor([1, 1, 0])), (2, 2))
    same(answer, np.array([[0.0, 4.0], [2.0, 0.0]]))
    answer.sum().backward()
    same(one.grad, np.array(3.0))
    for shape, index in (((4,), [1, 1]), ((4, 2), [1, 1]), ((2, 4), (slice(None), [1, 1]))):
        assert_gradients_close(lambda x: ag.scatter_add(x, index, shape), np.array([0.5]), order=2)  # noqa: B023


SEARCHED = np.array([0.0, 1.0, 2.5, 4.0])


def test_a_gather_guided_by_a_search() -> None:
    """A step function of learned heights: a search finds places, and gradients flow to what is there."""
    points = Tensor(np.array([0.5, 3.0, 1.5, 0.1]), requires_grad=True)
    heights = Tensor(np.array([10.0, 20.0, 30.0, 40.0, 50.0]), requires_grad=True)
    for found in (np.searchsorted(SEARCHED, points), np.digitize(points, SEARCHED)):
        assert not found.requires_grad
        answer = heights[found]
        same(answer, np.array([20.0, 40.0, 30.0, 20.0]))
        same(ag.grad(answer, heights, np.ones(4))[0], np.array([0.0, 2.0, 1.0, 1.0, 0.0]))


def test_places_are_plain() -> None:
    x = Tensor(np.array([[0.0, 2.0], [3.0, 0.0]]), requires_grad=True)
    for find in (np.argwhere, np.flatnonzero):
        same(find(x), find(np.asarray(x.data)))
        assert not find(x).requires_grad
    for find in (np.nonzero, np.where):
        for got, expected in zip(find(x), find(np.asarray(x.data)), strict=True):
            same(got, expected)


CALLS: list[Callable[..., Any]] = [
    lambda x: np.take(x, [0, 1], 1), lambda x: np.take(a=x, indices=np.array([[0, 1]]), axis=-1, mode="raise"),
    lambda x: np.take(x, 1), lambda x: np.take(x, []), lambda x: np.take(x, [[7, -9]], mode="wrap"),
    lambda x: np.take(x, [[7, -9]], axis=0, mode="clip"), lambda x: x.ravel()[0] * np.take(x.ravel()[0], 0),
    lambda x: np.take_along_axis(x, np.argsort(x, axis=0), axis=0), lambda x: np.take_along_axis(x, np.argsort(x)),
    lambda x: np.take_along_axis(x, np.expand_dims(np.argmax(x, axis=1), 1), 1),
    lambda x: np.compress([False, True], x), lambda x: np.compress(condition=[1, 0], a=x, axis=1),
    lambda x: np.compress([], x, 0), lambda x: np.extract(x > 0, x), lambda x: np.extract([0, 1], x),
    lambda x: np.choose([0, 1, 0], x), lambda x: np.choose(np.array([[1], [0]]), [x[0], 0.5]),
    lambda x: np.choose(a=[4, -3], choices=(x[:, :1], 2.0), mode="wrap"),
    lambda x: np.select([x > 0.5, x > 0], [x * x, 2], -1.0), lambda x: np.select([x > 0], [x]),
    lambda x: np.select(condlist=[np.array([True, False, True])], choicelist=[3.0], default=x[0] * 0 + 1)
    if isinstance(x, np.ndarray) else ag.select([np.array([True, False, True])], [3.0], x[0] * 0 + 1),
    lambda x: np.piecewise(x, [x > 0], [lambda u: u, -2.0]), lambda x: np.piecewise(x[0], x[0] > 0, [np.exp]),
    lambda x: np.piecewise(x[0, 0], x[0, 0] > 0, [np.exp, np.sin]), lambda x: np.piecewise(x, [x > 9], [np.exp]),
    lambda x: np.piecewise(x, [x > -9, x > 0], [lambda u, a, b: u * a * b] * 2, 2.0, b=0.5),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_all_arguments_are_numpys(call: Callable[..., Any]) -> None:
    x = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])
    same(call(Tensor(x)), call(x))
    same(call(Tensor(x, requires_grad=True)), call(x))
    if call(x).size:
        assert_gradients_close(call, x, order=2)


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_numbers_among_choices_are_weak(dtype: Any) -> None:
    x = np.array([1.0, 2.0], dtype)
    for call in (
        lambda x: np.choose([0, 1], [x, 0.5]),
        lambda x: np.select([np.array([True, False])], [x], 0.5),
        lambda x: np.select([np.array([True, False])], [2], x) if isinstance(x, np.ndarray) else
        ag.select([np.array([True, False])], [2], x),
    ):  # fmt: skip
        value, (first,), (second,) = ours(call, [x])
        same(value, call(x).astype(dtype))
        assert first.dtype == second.dtype == dtype


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: x[7], IndexError, r"getitem\(float64\[2, 3\], 7\).*between -n and n-1"),
        (lambda x: np.take(x, [0, 7], 1), IndexError, r"take\(.*between -n and n-1"),
        (lambda x: np.take(x, [0], 2), ValueError, r"take\(float64\[2, 3\].*axis"),
        (lambda x: np.take(x, [0.5]), TypeError, r"take\("),
        (lambda x: np.take_along_axis(x, np.array([0]), 1), ValueError, "must have 2 axes too.*expand_dims"),
        (lambda x: np.take_along_axis(x, np.array([[0.5]]), 1), IndexError, "must be integers"),
        (lambda x: np.take_along_axis(x, np.array([[9]]), 1), IndexError, "out of bounds"),
        (lambda x: np.take_along_axis(x, np.array([[0]]), 2), np.exceptions.AxisError, "out of bounds"),
        (lambda x: np.compress([[True]], x), ValueError, "one axis.*extract"),
        (lambda x: np.compress([True] * 4, x, 0), IndexError, "out of bounds"),
        (lambda x: np.choose([0, 2], [x[:, :2], x[:, :2]]), ValueError, r"choose\("),
        (lambda x: np.select([x > 0], [x, x]), ValueError, "1 conditions and 2 choices"),
        (lambda x: np.select([], []) if isinstance(x, np.ndarray) else ag.select([], []), ValueError, "condition"),
        (lambda x: np.select([x], [x]), TypeError, "condition 0 must be boolean.*comparison"),
        (lambda x: np.piecewise(x, [x > 0], [1.0, 2.0, 3.0]), ValueError, "1 conditions take 1 functions"),
        (lambda x: np.interp(x, [0.0, 1.0], [0.0]), ValueError, r"interp\(.*same length"),
        (lambda x: np.interp(x, [0.0, 1.0], [0.0, 1.0], period=0), ValueError, "period must not be 0"),
        (lambda x: np.vander(x), ValueError, r"vander\(float64\[2, 3\]"),
    ],
)
def test_errors_say_what_was_called_on_what(call: Callable[..., Any], kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(Tensor(np.ones((2, 3)), requires_grad=True))


NODES, HEIGHTS = np.array([0.0, 1.0, 3.0]), np.array([1.0, 3.0, -1.0])


def test_interpolation_at_and_beyond_the_nodes() -> None:
    """At a node the slope is that to the right, at the last that to the left; beyond, 0."""
    x = Tensor(np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]), requires_grad=True)
    fp = Tensor(HEIGHTS, requires_grad=True)
    answer = np.interp(x, NODES, fp)
    same(answer, np.interp(x.data, NODES, HEIGHTS))
    gx, gf = ag.grad(answer, [x, fp], np.ones(6))
    same(gx, np.array([0.0, 2.0, -2.0, -2.0, -2.0, 0.0]))
    same(gf, np.array([2.0, 1.5, 2.5]))
    left = Tensor(np.array(5.0), requires_grad=True)
    answer = ag.interp(x, NODES, fp, left, -5.0)
    same(answer, np.interp(x.data, NODES, HEIGHTS, 5.0, -5.0))
    gf, gl = ag.grad(answer, [fp, left], np.ones(6))
    same(gf, np.array([1.0, 1.5, 1.5]))
    same(gl, np.array(1.0))
    modes_agree(lambda *args: ag.interp(x.data, NODES, *args), HEIGHTS, np.array(5.0), np.array(-5.0))
    modes_agree(lambda fp: np.interp(x.data, NODES, fp), HEIGHTS)
    modes_agree(np.interp, np.array([1.0, 2.0]), NODES[1:2], HEIGHTS[:1])


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_interpolation_keeps_the_dtype(dtype: Any) -> None:
    x, fp = np.array([0.5, 2.0], dtype), HEIGHTS.astype(dtype)
    for call, arrays in (
        (lambda x: np.interp(x, [0.0, 1.0, 3.0], [1, 3, -1]), [x]),
        (lambda x, fp: np.interp(x, [0, 1, 3], fp), [x, fp]),
        (lambda fp: np.interp([0.5, 2.0], [0, 1, 3], fp), [fp]),
        (lambda fp: np.interp(0.5, NODES.astype(dtype), fp, period=4.0), [fp]),
    ):
        value, first, second = ours(call, arrays)
        same(value, call(*arrays).astype(dtype))
        assert {g.dtype for g in [*first, *second]} == {np.dtype(dtype)}


def test_interpolation_of_complex_values_and_of_shapes() -> None:
    fp = HEIGHTS + 1j * HEIGHTS[::-1]
    for x in (0.5, np.array(0.5), np.array([[0.5], [2.0]]), np.zeros((0, 2))):
        value, (gx, gf), _ = ours(lambda x, fp: np.interp(x, NODES, fp), [np.asarray(x), fp])
        same(value, np.asarray(np.interp(x, NODES, fp)))
        assert (gx.shape, gx.dtype) == (np.shape(x), np.float64)
        assert (gf.shape, gf.dtype) == ((3,), np.complex128)
    assert_gradients_close(lambda x: np.real(np.interp(x, NODES, fp) * (1 - 2j)), np.array([0.4, 2.2]), order=2)


def test_vander_of_every_width() -> None:
    x = np.array([0.5, -2.0, 0.0])
    for columns in (None, 0, 1, 2, 5):
        for increasing in (False, True):
            call = lambda x: np.vander(x, columns, increasing)  # noqa: B023
            value, (gradient,), _ = ours(call, [x])
            same(value, call(x))
            assert gradient.shape == (3,)
            if value.size:
                assert_gradients_close(call, x, order=2)
    same(np.vander(Tensor([1, 2, 3])), np.vander([1, 2, 3]))
