"""Assignment: NumPy's values, gradients to both sides, and nothing else that changes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor

from .helpers import same

X = np.arange(24.0).reshape(2, 3, 4)
FLAGS = np.array([True, False, True])


INDICES: list[Any] = [
    0, -1, slice(1, None), slice(None, None, -1), Ellipsis, None, (), (1, 2, 3), (0, slice(None), 1),
    (Ellipsis, 1), (None, 0), [0, 1], [1, 1], ([0, 1, 0], [2, 2, 2]), (slice(None), [2, 0, 2]),
    (0, slice(None), [3, 3, 0]), ([0, 1], slice(None), [3, 0]), (slice(None), FLAGS), (0, FLAGS, [1, 1]),
    X > 11, (X > 11)[..., 0], True, False, np.array(1), np.array([[1, 0], [0, 0]]), np.array([1, 0, 1])[::-1],
    np.ix_([1, 0, 1], [2, 2], [0, 3]), [], np.zeros((2, 3, 4), bool), slice(5, 9), Tensor([1, 0]),
    (slice(None), Tensor(FLAGS)), Tensor(X) > 5, np.asfortranarray([[0, 0, 1], [1, 0, 0]]), np.int64(1),
    (slice(None), np.newaxis, [0, 2]), (slice(Tensor(1), Tensor(2)),), np.array([1, 0], np.uint8),
]  # fmt: skip


def plain_index(index: Any) -> Any:
    """The index for NumPy."""
    if isinstance(index, Tensor):
        return index.data
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    return slice(1, 2) if isinstance(index, slice) and isinstance(index.start, Tensor) else index


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("broadcast", [False, True], ids=["whole", "number"])
def test_every_index_of_numpy_is_assigned_to(index: Any, broadcast: bool) -> None:
    expected, numbers = X.copy(), np.arange(24.0).reshape(2, 3, 4)
    picked = numbers[plain_index(index)]
    v = np.array(0.5) if broadcast else 100 + np.arange(float(picked.size)).reshape(picked.shape)
    expected[plain_index(index)] = v
    x, value = Tensor(X, requires_grad=True), Tensor(v, requires_grad=True)
    t = x * 1.0
    t[index] = value
    same(t, expected)
    c = np.random.default_rng(0).normal(size=X.shape)
    gx, gv = ag.grad(t, [x, value], c)
    # who is there in the end, by the values: those of v are not those of x
    same(gx, np.where(expected == X, c, 0.0))
    by_hand = np.zeros(v.size)
    for place, number in zip(c.ravel(), expected.ravel(), strict=True):
        if broadcast and number == 0.5:
            by_hand[0] += place
        elif number >= 100:
            by_hand[int(number) - 100] += place
    same(gv, by_hand.reshape(v.shape))


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_every_index_of_numpy_picks(index: Any) -> None:
    x = Tensor(X, requires_grad=True)
    answer = x[index]
    same(answer, X[plain_index(index)])
    c = np.random.default_rng(0).normal(size=answer.shape)
    (gradient,) = ag.grad(answer, x, c)
    expected = np.zeros(X.shape)
    np.add.at(expected, plain_index(index), c)
    same(gradient, expected)


@pytest.mark.smoke
def test_the_gradient_is_right_for_both_sides() -> None:
    x, v = Tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True), Tensor(np.array(5.0), requires_grad=True)
    t = x * x
    t[1] = v * v
    np.sum(t * t).backward()
    same(t, np.array([1.0, 25.0, 9.0]))
    same(x.grad, np.array([4.0, 0.0, 108.0]))
    same(v.grad, np.array(500.0))


def test_what_shared_the_memory_keeps_its_values() -> None:
    array = np.arange(6.0)
    shared = ag.asarray(array, copy=False)
    alias, view, detached = shared, shared[1:4], shared.detach()
    data = shared.data
    shared[2] = 10.0
    assert alias is shared
    assert shared.tolist() == [0, 1, 10, 3, 4, 5]
    for other in (view, detached[1:4], data[1:4], array[1:4]):
        assert np.asarray(other).tolist() == [1, 2, 3]


def test_what_is_recorded_keeps_the_old_values() -> None:
    x = Tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
    t = x * 1.0
    square = t * t  # its rule reads t
    t[0] = 7.0
    square.sum().backward()
    same(x.grad, np.array([2.0, 4.0, 6.0]))


def test_a_value_brings_its_gradient_into_a_constant() -> None:
    v = Tensor(np.array([2.0, 3.0]), requires_grad=True)
    t = ag.Tensor(np.zeros((2, 2)))
    for i in range(2):
        t[i] = v * (i + 1.0)
    t[0, 0] += v[1]
    t[1, 1] *= v[0]
    same(t, np.array([[5.0, 3.0], [4.0, 12.0]]))
    t.sum().backward()
    same(v.grad, np.array([1 + 2 + 6.0, 1 + 1 + 4.0]))


def test_a_recurrence_is_written_as_in_numpy() -> None:
    def fibonacci_like(a: Any, out: Any) -> Any:
        out[0], out[1] = a, 1.0
        for i in range(2, 8):
            out[i] = np.sin(out[i - 1]) + a * out[i - 2]
        return out

    same(fibonacci_like(0.3, Tensor(np.zeros(8))), fibonacci_like(0.3, np.zeros(8)))
    ag.testing.assert_gradients_close(lambda a: fibonacci_like(a, Tensor(np.zeros(8))), np.array(0.3), order=2)


def test_a_leaf_refuses_while_recording_and_changes_in_no_grad() -> None:
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    y = x * x
    with pytest.raises(RuntimeError, match=r"t\[index\] = v.* on a leaf .*no_grad"):
        x[0] = 3.0
    with pytest.raises(RuntimeError, match=r"np\.put on a leaf .*no_grad"):
        np.put(x, 0, 3.0)
    with ag.no_grad():
        x[0] = 3.0
    assert x.tolist() == [3.0, 2.0]
    assert x.is_leaf
    assert x.requires_grad
    y.sum().backward()
    same(x.grad, np.array([2.0, 4.0]))  # y was recorded before


def test_a_computed_value_refuses_where_nothing_is_recorded() -> None:
    y = Tensor(np.array([1.0, 2.0]), requires_grad=True) * 2.0
    with ag.no_grad(), pytest.raises(RuntimeError, match=r"computed by multiply.*detach"):
        y[0] = 3.0


def test_a_retained_gradient_is_that_of_the_last_value() -> None:
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    t = x * 2.0
    t.retain_grad()
    t[0] = 5.0
    (t * t).sum().backward()
    same(t.grad, np.array([10.0, 8.0]))
    same(x.grad, np.array([0.0, 8 * 2.0]))


def test_the_dtype_stays() -> None:
    t = Tensor(np.zeros(3, np.float32))
    v = Tensor(np.array([1.5, 2.5]), requires_grad=True)
    t[1:] = v
    assert t.dtype == np.float32
    t.sum().backward()
    assert v.grad is not None
    assert v.grad.dtype == np.float64
    whole = Tensor(np.arange(3))
    whole[1] = 7.9
    assert whole.tolist() == [0, 7, 2]


@pytest.mark.parametrize(
    ("target", "index", "value", "kind", "message"),
    [
        (np.zeros((2, 3)), 0, np.zeros(4), ValueError, r"setitem\(float64\[2, 3\], float64\[4\], 0.*broadcast"),
        (np.zeros((2, 3)), 5, 0.0, IndexError, r"setitem\(.*5.*between -n and n-1"),
        (np.zeros((2, 3)), "a", 0.0, IndexError, "index with integers"),
        (np.zeros((2, 3)), [0.5], 0.0, IndexError, "integer"),
        (np.zeros((2, 3)), np.ones(3, bool), 0.0, IndexError, "boolean index did not match"),
        (np.zeros((2, 3)), (0, 0, 0), 0.0, IndexError, "too many indices"),
        (np.zeros((2, 3)), np.ones((2, 3), bool), np.zeros(4), ValueError, "mask"),
        (np.zeros(2), 0, 1j, TypeError, r"complex and t stays float64.*astype"),
        (np.zeros(2), 0, np.array(1j), TypeError, "complex"),
        (np.zeros(2, int), 0, Tensor(1.0, requires_grad=True), TypeError, r"requires a gradient.*int64.*astype"),
    ],
)
def test_errors_leave_the_tensor_as_it_is(target: Any, index: Any, value: Any, kind: type, message: str) -> None:
    t = Tensor(target)
    with pytest.raises(kind, match=message):
        t[index] = value
    same(t, target)
    assert not t.requires_grad


def test_a_value_may_have_more_axes_of_length_1() -> None:
    x, v = Tensor(X[0], requires_grad=True), Tensor(np.ones((1, 1, 4)), requires_grad=True)
    for index in (0, slice(0, 2)):
        t = x * 1.0
        t[index] = v
        gradient = ag.grad(t, v, np.ones((3, 4)))[0]
        same(gradient, np.full((1, 1, 4), 1.0 if index == 0 else 2.0))


def test_lists_of_tensors_are_values() -> None:
    a, b = (Tensor(np.array(x), requires_grad=True) for x in (2.0, 3.0))
    t = Tensor(np.zeros((2, 2)))
    t[0] = [a * b, 1.0]
    t[1] = (b, a)
    same(t, np.array([[6.0, 1.0], [3.0, 2.0]]))
    t.sum().backward()
    same(a.grad, np.array(4.0))


def test_an_index_that_changes_later_does_no_harm() -> None:
    x = Tensor(np.arange(3.0), requires_grad=True)
    rows, step = np.array([0, 2]), Tensor(1)
    for index in (rows, (rows,), (Ellipsis, rows)):
        answer = x[index]
        t = x * 1.0
        t[index] = 0.0
        rows[:] = 1
        same(ag.grad(answer, x, np.ones(2))[0], np.array([1.0, 0.0, 1.0]))
        same(ag.grad(t, x, np.ones(3))[0], np.array([0.0, 1.0, 0.0]))
        rows[:] = 0, 2
    answer = x[:step]
    step += 1
    same(ag.grad(answer, x, np.ones(1))[0], np.array([1.0, 0.0, 0.0]))


WRITERS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "put": (np.put, ([0, -2], [7.0, 8.0])),
    "put repeats": (np.put, ([0, 2, 1], [7.0, 8.0])),
    "put many": (np.put, ([0], [7.0, 8.0])),
    "put twice": (np.put, ([0, 0], [7.0, 8.0])),
    "put nothing": (np.put, ([], 7.0)),
    "put no values": (np.put, ([0], [])),
    "put wrap": (np.put, ([13, -14], [7.0, 8.0], "wrap")),
    "put clip": (np.put, ([13, -14], [7.0, 8.0], "clip")),
    "place": (np.place, (X[0] > 3, [7.0, 8.0, 9.0])),
    "place nothing": (np.place, (X[0] > 30, [])),
    "putmask": (np.putmask, (X[0] > 3, [7.0, 8.0, 9.0, 10.0, 11.0])),
    "putmask whole": (np.putmask, (X[0] > 3, X[1])),
    "putmask too many": (np.putmask, (X[0] > 3, X)),
    "copyto": (np.copyto, (X[1],)),
    "copyto a number": (np.copyto, (3,)),
    "copyto where": (np.copyto, (X[1], "same_kind", X[0] > 3)),
    "copyto where broadcast": (np.copyto, (9.5, "safe", [True, False, False, True])),
    "put_along_axis": (np.put_along_axis, (np.array([[1, 0], [3, 3], [0, 2]]), np.array([7.0, 8.0]), 1)),
    "put_along_axis 0": (np.put_along_axis, (np.array([[1, 0, 2, 2]]), 7.0, 0)),
    "fill_diagonal": (np.fill_diagonal, (7.0,)),
    "fill_diagonal values": (np.fill_diagonal, ([7.0, 8.0],)),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("requires_grad", [False, True])
def test_functions_that_write_do_as_numpy(name: str, requires_grad: bool) -> None:
    function, args = WRITERS[name]
    before = X[0] + 0.25  # no number that is written
    expected = before.copy()
    function(expected, *args)
    x = Tensor(before, requires_grad=requires_grad)
    t = x * 1.0
    assert function(t, *args) is None
    same(t, expected)
    same(x, before)
    if requires_grad:
        (gradient,) = ag.grad(t, x, np.ones(before.shape))
        same(gradient, (expected == before).astype(float))


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (7, 2), (3, 3, 3), (1, 5), (0, 2)])
@pytest.mark.parametrize("wrap", [False, True])
def test_fill_diagonal_of_every_shape(shape: tuple[int, ...], wrap: bool) -> None:
    for value in (5.0, [1.0, 2.0]):
        expected, t = np.zeros(shape), Tensor(np.zeros(shape))
        if expected.size:
            np.fill_diagonal(expected, value, wrap)
        np.fill_diagonal(t, value, wrap=wrap)
        same(t, expected)


@pytest.mark.parametrize(
    ("write", "kind", "message"),
    [
        (lambda t: np.fill_diagonal(t[0], 1.0), ValueError, "at least two axes"),
        (lambda t: np.fill_diagonal(t.reshape(2, 1, 2), 1.0), ValueError, "equally long"),
        (lambda t: np.put(t, 9, 1.0), IndexError, "out of bounds"),
        (lambda t: np.place(t, [True], 1.0), ValueError, "mask has shape"),
        (lambda t: np.place(t, np.ones((2, 2)), []), ValueError, "no values"),
        (lambda t: np.putmask(t, [True], 1.0), ValueError, "mask has shape"),
        (lambda t: np.copyto(t, np.ones(3)), ValueError, "broadcast"),
        (lambda t: np.copyto(t.astype(int), 0.5), TypeError, r"cannot cast .* 'same_kind'.*astype"),
        (lambda t: np.put_along_axis(t, np.array([0]), 1.0, 0), ValueError, "expand_dims"),
        (lambda t: np.put_along_axis(t, np.array([[0.5]]), 1.0, 0), IndexError, "must be integers"),
        (lambda t: np.put_along_axis(t, np.array([[0]]), 1.0, 2), np.exceptions.AxisError, "out of bounds"),
    ],
)
def test_functions_that_write_say_what_is_wrong(write: Callable[..., Any], kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        write(Tensor(np.ones((2, 2))))


def test_an_ndarray_is_written_to_by_numpy_but_takes_no_gradient() -> None:
    array, v = np.zeros(3), Tensor(np.array([1.0, 2.0]))
    np.put(array, [0, 2], v)
    np.copyto(array[1:2], v[:1])
    assert array.tolist() == [1, 1, 2]
    v.requires_grad_()
    for write in (lambda: np.put(array, [0, 2], v), lambda: np.copyto(array[:2], v), lambda: np.place(array, [1], v)):
        with pytest.raises(TypeError, match=r"gradient would be lost.*Tensor"):
            write()
    with ag.no_grad():
        np.put(a=array, ind=[0, 2], v=v * 3)
    assert array.tolist() == [3, 1, 6]
