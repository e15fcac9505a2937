"""What samples of shapes and joining cannot show: all arguments of NumPy's functions, odd shapes, errors, views."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.testing import assert_gradients_close

from .helpers import plain, same

windows = np.lib.stride_tricks.sliding_window_view
M = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.6]])

CALLS: list[Callable[..., Any]] = [
    lambda x: np.reshape(x, -1), lambda x: np.reshape(x, (3, -1), order="F"), lambda x: np.reshape(x, 6, copy=None),
    lambda x: np.reshape(x, (6,), copy=False), lambda x: np.reshape(x, shape=[3, 2], copy=True),
    lambda x: np.ravel(a=x, order="F"), lambda x: np.squeeze(x[None], axis=(0,)), lambda x: np.expand_dims(x, [0, -1]),
    lambda x: np.transpose(x, axes=[1, 0]), lambda x: np.moveaxis(x[None], [0, 1], [-1, 0]),
    lambda x: np.rollaxis(x[None], -1, 0), lambda x: np.rollaxis(x[None], 0, 3), lambda x: np.rollaxis(x[None], 1, -2),
    lambda x: np.rot90(x, k=5), lambda x: np.rot90(x, 0), lambda x: np.rot90(x[None], 1, axes=(1, 2)),
    lambda x: np.flip(m=x, axis=(0, 1)), lambda x: np.moveaxis(a=x, source=0, destination=1),
    lambda x: np.swapaxes(axis1=0, axis2=1, a=x), lambda x: np.triu(m=x, k=1), lambda x: np.resize(a=x, new_shape=3),
    lambda x: np.flip(x, ()), lambda x: np.roll(x, shift=7, axis=-1),
    lambda x: np.roll(x, (1, 1), axis=(0, 0)), lambda x: np.roll(x, 1, (0, 1)),
    lambda x: np.roll(x, np.array([1, 2]), (0, 1)),
    lambda x: np.roll(x, np.int64(2)), lambda x: np.tile(A=x, reps=()), lambda x: np.tile(x, [2, 1]),
    lambda x: np.tile(x, 0),
    lambda x: np.repeat(a=x, repeats=[2], axis=0), lambda x: np.repeat(x, [1, 0, 2, 0, 1, 3]),
    lambda x: np.repeat(x, 0, 1),
    lambda x: np.repeat(x[0, 0], 3), lambda x: np.repeat(x, Tensor([1, 2]) if isinstance(x, Tensor) else [1, 2], 0),
    lambda x: np.resize(x, ()), lambda x: np.resize(x, (0, 2)), lambda x: np.resize(x[:0], (2, 2)),
    lambda x: np.resize(x, 13),
    lambda x: np.broadcast_to(x, shape=(2, 2, 3)), lambda x: np.broadcast_arrays(x, x[:1])[1],
    lambda x: np.meshgrid(x[0])[0], lambda x: np.meshgrid(x[0], x[1], 2.0, indexing="xy", sparse=True)[1],
    lambda x: np.meshgrid(x[0], [1, 2])[0], lambda x: np.atleast_1d(x[0, 0], x)[0], lambda x: np.atleast_2d(x[0, 0]),
    lambda x: np.atleast_3d(x[0]), lambda x: np.atleast_3d(x[0, 0], x)[1], lambda x: np.tril(x[0], 1),
    lambda x: np.triu(m=x, k=-1),
    lambda x: np.diag(x, k=5), lambda x: np.diag(v=x[0], k=-1), lambda x: np.diagflat(x, k=1),
    lambda x: np.diag(x[:0, 0]),
    lambda x: np.diagonal(x, offset=-1, axis1=1, axis2=0), lambda x: np.diagonal(x, 7),
    lambda x: np.trace(x, offset=1), lambda x: np.trace(x, 9), lambda x: np.trace(x, dtype=np.float64),
    lambda x: windows(x, 2, axis=-1), lambda x: windows(x, (1, 3)), lambda x: windows(x, window_shape=[2], axis=[0]),
    lambda x: windows(x, (), ()), lambda x: windows(x, 0, 1), lambda x: windows(x, (2, 2), axis=(1, 1)),
    lambda x: np.concatenate((x, x[:, :1]), axis=1), lambda x: np.concatenate([x, [[1, 2, 3]]]),
    lambda x: np.concatenate(x),
    lambda x: np.concatenate([x, x], axis=None, dtype=np.float64), lambda x: np.concatenate([x, x[:0]], casting="safe"),
    lambda x: np.stack(arrays=[x, x], axis=-1), lambda x: np.stack(x), lambda x: np.vstack([x, x[0], [1, 2, 3]]),
    lambda x: np.vstack(tup=(x,), dtype=np.float64), lambda x: np.hstack([x[0, 0], 1.0]), lambda x: np.hstack(x),
    lambda x: np.dstack([x, x]), lambda x: np.dstack([x[0, 0], x[0, 1]]),
    lambda x: np.column_stack([x[:, 0], x, [1, 2]]),
    lambda x: np.block(x), lambda x: np.block([x[0, 0], 2.0]), lambda x: np.block([[[x]], [[x]]]),
    lambda x: np.block([[x, x], [x[:, :0], np.ones((2, 6))]]),
    lambda x: np.append(x, 1.0), lambda x: np.append(arr=x, values=[[1, 2, 3]], axis=0),
    lambda x: np.append(x[0], [x[0, 0], 2.0]),
    lambda x: np.insert(x, 0, 9.0), lambda x: np.insert(x, [1], [[1], [2]], axis=1),
    lambda x: np.insert(x, 1, [1, 2], axis=1),
    lambda x: np.insert(x, slice(0, 2), 5.0, 1), lambda x: np.insert(x, [], 1.0),
    lambda x: np.insert(x, [3, -1, 0], x[:, :1], -1),
    lambda x: np.insert(arr=x, obj=np.array([True, False]), values=7, axis=0),
    lambda x: np.delete(x, -1), lambda x: np.delete(x, [0, 0, 2], 1),
    lambda x: np.delete(x, slice(None, None, -2), axis=1),
    lambda x: np.delete(x, []), lambda x: np.delete(arr=x, obj=np.array([True, False]), axis=0),
    lambda x: np.delete(x, np.array(1), 1),
    lambda x: np.trim_zeros(x * [0, 1, 0]), lambda x: np.trim_zeros(x[0] * [0, 0, 1], "F"),
    lambda x: np.trim_zeros(x * 0, "b"),
    lambda x: np.trim_zeros(x * [0, 1, 0], axis=1), lambda x: np.trim_zeros(x * [0, 1, 0], trim="b", axis=(0, -1)),
    lambda x: np.split(x, 1)[0], lambda x: np.split(x, [1, 9], 1)[1], lambda x: np.split(x, [1, 9], 1)[2],
    lambda x: np.split(x, [-1], axis=1)[0],
    lambda x: np.split(x, (2, 1), 1)[1], lambda x: np.split(ary=x, indices_or_sections=np.array([1]), axis=-1)[1],
    lambda x: np.array_split(x, 4)[1], lambda x: np.array_split(x, 4)[3], lambda x: np.array_split(x, [2], 1)[0],
    lambda x: np.hsplit(x, 3)[2], lambda x: np.vsplit(x, [1])[0], lambda x: np.dsplit(x[None], 3)[1],
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_all_arguments_are_numpys(call: Callable[..., Any]) -> None:
    expected = call(M)
    for requires_grad in (False, True):
        answer = call(Tensor(M, requires_grad=requires_grad))
        assert isinstance(answer, Tensor)
        same(answer, expected)
    x = Tensor(M, requires_grad=True)
    (gradient,) = ag.grad(call(x), x, np.ones(expected.shape), materialize_grads=True)
    assert (gradient.shape, gradient.dtype) == (M.shape, M.dtype)
    if expected.size:
        assert_gradients_close(call, M)


SHAPES = [(), (1,), (0,), (0, 3), (1, 1), (2, 0, 1)]
ON_ANY: list[Callable[..., Any]] = [
    np.ravel, np.squeeze, np.flip, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.diagflat, np.transpose,
    lambda x: np.expand_dims(x, 0), lambda x: np.roll(x, 1), lambda x: np.tile(x, (2, 2)), lambda x: np.repeat(x, 2),
    lambda x: np.resize(x, (2, 3)), lambda x: np.reshape(x, (x.size,), order="F"),
    lambda x: np.broadcast_to(x, (2, *x.shape)),
    lambda x: np.concatenate([x, x], axis=None), lambda x: np.stack([x, x], -1), lambda x: np.append(x, x),
    lambda x: np.hstack([x, x]), lambda x: np.vstack([x, x]), lambda x: np.dstack([x, x]), lambda x: np.block([x, x]),
    lambda x: np.insert(x, 0, 1.0), lambda x: np.delete(x, []), lambda x: np.trim_zeros(x), lambda x: x[...],
    lambda x: x[None],
    lambda x: np.pad(x, 1), lambda x: np.pad(x, 0, "edge"), lambda x: np.pad(x, ((2, 1),), constant_values=(1, 2)),
    lambda x: np.take(x, []), lambda x: np.extract(x > 5, x), lambda x: np.array_split(x.reshape(-1), 2)[0],
]  # fmt: skip


@pytest.mark.parametrize("call", ON_ANY, ids=range(len(ON_ANY)))
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_arrays_without_axes_or_elements(call: Callable[..., Any], shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.75, np.float32)
    t = Tensor(x, requires_grad=True)
    answer = call(t)
    same(answer, call(x))
    (gradient,) = ag.grad(answer, t, np.ones(answer.shape, np.float32), materialize_grads=True)
    assert (gradient.shape, gradient.dtype) == (shape, np.float32)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize(
    "mode", ["edge", "linear_ramp", "reflect", "symmetric", "wrap", "reflect odd", "symmetric odd"]
)
def test_margins_of_every_width(mode: str, n: int) -> None:
    """The matrix of the map, which NumPy's answer to the unit vectors shows, is applied transposed."""
    mode, _, odd = mode.partition(" ")
    options = {"reflect_type": "odd"} if odd else {}
    c = np.random.default_rng(0).normal(size=40)
    for left in range(8):
        for right in range(8):
            x = Tensor(np.zeros(n), requires_grad=True)
            answer = np.pad(x, (left, right), mode, **options)  # type: ignore[call-overload]
            columns = [np.pad(unit, (left, right), mode, **options) for unit in np.eye(n)]  # type: ignore[call-overload]
            expected = np.array([column @ c[: answer.size] for column in columns])
            same(ag.grad(answer, x, c[: answer.size])[0], expected)


def test_padding_takes_numpys_arguments() -> None:
    for width in (1, (1, 2), ((1, 2), (0, 1)), [[1, 2]], np.array([1, 2]), {-1: 2, 0: (1, 0)}, 0):
        for mode in ("constant", "edge", "mean", "linear_ramp"):
            same(np.pad(Tensor(M), width, mode), np.pad(M, width, mode))  # type: ignore[call-overload]
    for values in (2, (1, 2), ((1, 2), (3, 4)), [[1], [2]], np.array(0.1)):
        for mode, name in (("constant", "constant_values"), ("linear_ramp", "end_values")):
            same(np.pad(Tensor(M), 2, mode, **{name: values}), np.pad(M, 2, mode, **{name: values}))
    for length in (None, 1, (1, 2), ((1, 9), (2, 1))):
        same(np.pad(Tensor(M), 2, "minimum", stat_length=length), np.pad(M, 2, "minimum", stat_length=length))
    for mode in ("mean", "median", "constant", "wrap", "linear_ramp"):
        same(np.pad(Tensor([1, 4, 2]), 2, mode), np.pad(np.array([1, 4, 2]), 2, mode))  # type: ignore[call-overload]
    value = Tensor(np.array(0.5), requires_grad=True)
    answer = ag.pad(Tensor(M), ((1, 0), (0, 2)), constant_values=((value, 1.0), (0.0, value * 2)))
    same(answer, np.pad(M, ((1, 0), (0, 2)), constant_values=((0.5, 1.0), (0.0, 1.0))))
    same(ag.grad(answer, value, np.ones(answer.shape))[0], np.array(3 + 2 * 6.0))


def test_empty_margins_may_hold_anything_but_carry_no_gradient() -> None:
    x = Tensor(M, requires_grad=True)
    answer = np.pad(x, 2, "empty")
    same(answer[2:-2, 2:-2], M)
    same(ag.grad(answer, x, np.ones(answer.shape))[0], np.ones(M.shape))
    _, tangent = ag.func.jvp(lambda x: np.pad(x, 2, "empty"), [M], [M])
    same(tangent, np.pad(M, 2))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.reshape(x, (4, 2)), ValueError, r"reshape\(float64\[2, 3\], \(4, 2\)\).*number of elements"),
        (lambda x: np.reshape(x, 6, order="A"), ValueError, "layout of memory"),
        (lambda x: np.reshape(x.T, 6, copy=False), ValueError, r"reshape\(float64\[3, 2\], 6, False\)"),
        (lambda x: np.squeeze(x, 0), ValueError, r"squeeze\(float64\[2, 3\], 0\)"),
        (lambda x: np.transpose(x, (0, 0)), ValueError, r"transpose\(float64\[2, 3\], \(0, 0\)\).*repeated axis"),
        (lambda x: np.moveaxis(x, 0, 5), np.exceptions.AxisError, r"moveaxis\(.*between -ndim"),
        (lambda x: np.rollaxis(x, 2), np.exceptions.AxisError, "out of bounds"),
        (lambda x: np.rollaxis(x, 0, 3), np.exceptions.AxisError, "start 3"),
        (lambda x: np.fliplr(x[0]), ValueError, r"fliplr: .*at least 2 axes.*\(3,\).*atleast_2d"),
        (lambda x: np.flipud(x[0, 0]), ValueError, "at least 1 axes"),
        (lambda x: np.broadcast_to(x, (2, 4)), ValueError, r"broadcast_to\(float64\[2, 3\], \(2, 4\)\)"),
        (lambda x: np.broadcast_arrays(x, x.T), ValueError, "broadcast"),
        (lambda x: np.broadcast_to(x, (2, 3), subok=True), TypeError, "unexpected keyword"),
        (lambda x: np.repeat(x, [1, 2, 3], 0), ValueError, r"repeat\(float64\[2, 3\]"),
        (lambda x: np.meshgrid(x, x, indexing="yx"), ValueError, "indexing is"),
        (lambda x: np.diag(x[None]), ValueError, r"vector or a matrix.*\(1, 2, 3\).*np\.diagonal"),
        (lambda x: windows(x, 4, 1), ValueError, r"sliding_window_view\(float64\[2, 3\], \(4,\)"),
        (lambda x: windows(x, 2), ValueError, "a length for each of the axes"),
        (lambda x: windows(x, 2, 2), np.exceptions.AxisError, "out of bounds"),
        (lambda x: np.concatenate([x, x[0]]), ValueError, r"concat\(float64\[2, 3\], float64\[3\]"),
        (lambda x: np.concatenate([x, x.T]), ValueError, "all axes but the one joined along must be equal"),
        (lambda x: np.stack([x, x[0]]), ValueError, r"stack\(float64\[2, 3\], float64\[3\]"),
        (lambda x: np.block([[x], x]), ValueError, r"block\("),
        (lambda x: np.block([[x], []]), ValueError, r"block\("),
        (lambda x: np.block([x, (x,)]), TypeError, "is a tuple. Only lists"),
        (lambda x: np.insert(x, 5, 1.0, axis=1), IndexError, r"insert\(float64\[2, 3\].*out of bounds"),
        (lambda x: np.insert(x, 0, [1.0, 2.0], axis=0), ValueError, r"insert\(float64\[2, 3\].*broadcast"),
        (lambda x: np.delete(x, 5, 1), IndexError, r"delete\(float64\[2, 3\], 5"),
        (lambda x: np.delete(x, 0, 2), np.exceptions.AxisError, "out of bounds"),
        (lambda x: np.trim_zeros(x, "x"), ValueError, "trim is"),
        (lambda x: np.split(x, 2, 1), ValueError, r"split\(float64\[2, 3\], 2.*equal division.*array_split"),
        (lambda x: np.array_split(x, 0), ValueError, "at least 1"),
        (lambda x: np.vsplit(x[0], 1), ValueError, "vsplit: .*at least 2 axes"),
        (lambda x: np.dsplit(x, 1), ValueError, "dsplit: .*at least 3 axes"),
        (lambda x: np.pad(x, 1, lambda *_: None), TypeError, "function as mode.*concat"),
        (lambda x: np.pad(x, 1, "mirror"), ValueError, "no mode 'mirror'; there are constant, edge"),
        (lambda x: np.pad(x, 1, "edge", constant_values=1), ValueError, "takes no arguments, not constant_values"),
        (lambda x: np.pad(x, 1, "reflect", reflect_type="strange"), ValueError, "even"),
        (lambda x: np.pad(x, -1), ValueError, "cannot be negative.*slices"),
        (lambda x: np.pad(x, 0.5), TypeError, "integers"),
        (lambda x: np.pad(x, ((1, 2), (3, 4), (5, 6))), ValueError, "pair for each of the 2 axes"),
        (lambda x: np.pad(x[:0], 1, "wrap"), ValueError, "axis 0 has no elements"),
        (lambda x: np.pad(x, 1, "mean", stat_length=0), ValueError, "at least 1"),
        (lambda x: np.lib.stride_tricks.as_strided(x, (2, 2)), TypeError, "would lose"),
    ],
)  # fmt: skip
def test_errors_say_what_was_called_on_what(call: Callable[..., Any], kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(Tensor(M, requires_grad=True))


def test_what_only_looks_does_not_copy() -> None:
    x = Tensor(M)
    for call in (
        lambda x: np.rot90(x), lambda x: np.flip(x), lambda x: np.diagonal(x), lambda x: np.broadcast_to(x, (2, 2, 3)),
        lambda x: windows(x, 2, 1), lambda x: np.split(x, 3, 1)[1], lambda x: x[1:], lambda x: np.atleast_3d(x),
        lambda x: np.meshgrid(x[0], x[1])[0], lambda x: ag.unstack(x)[0], lambda x: np.rollaxis(x, 1),
    ):  # fmt: skip
        assert np.shares_memory(plain(call(x)), plain(x))


def test_windows_on_what_an_optimizer_changes_are_noticed() -> None:
    """A view by a stride trick hides whose memory it is; a change must be seen all the same."""
    w = ag.nn.Parameter(np.arange(4.0))
    optimizer = ag.optim.SGD([w], lr=0.1)
    for _ in range(2):  # the first step takes w into memory of the optimizer's
        loss = (windows(w, 2) ** 2).sum()
        w.grad = np.ones(4)
        optimizer.step()
    with pytest.raises(RuntimeError, match="changed after it was recorded"):
        loss.backward()


def test_pieces_that_are_not_used_get_zeros() -> None:
    x = Tensor(M, requires_grad=True)
    first, _, last = np.split(x, 3, axis=1)
    (first * 2.0 + last).sum().backward()
    same(x.grad, np.array([[2.0, 0.0, 1.0]] * 2))
    rows = ag.unstack(x)
    assert isinstance(rows, tuple)
    same(ag.grad(rows[1], x, np.ones(3))[0], np.array([[0.0] * 3, [1.0] * 3]))
