"""NumPy's calls on Tensors: how arguments are passed, what ufuncs can do beside being called, where answers go."""

import operator
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.testing import assert_gradients_close

X = np.array([[0.5, -1.5, 2.25], [3.5, 0.25, -0.75]])
POSITIVE = np.abs(X)
MASK = X > 0

SPELLINGS = {
    "keyword a": lambda x: np.sum(a=x),
    "keyword a, other order": lambda x: np.take(indices=[2, 0], a=x, axis=1),
    "past out": lambda x: np.sum(x, 0, None, None, True),
    "past out, with where": lambda x: np.sum(x, 1, None, None, False, 2.0, MASK),
    "out=None": lambda x: np.cumsum(x, axis=1, out=None),
    "clip by keywords": lambda x: np.clip(a=x, a_min=-1, a_max=x * 0 + 3),
    "clip min max": lambda x: np.clip(x, min=-1, max=2),
    "where": lambda x: np.where(MASK, x, 0),
    "list of Tensors": lambda x: np.concatenate([x, X, x]),
    "nested list": lambda x: np.block([[x, x], [X, x]]),
    "beside a list of Tensors": lambda x: np.multiply(x, [x[0, 0], 2.0, x[1, 1]]),
    "a list before it": lambda x: np.subtract([1.0, 2.0, 3.0], x),
    "ndarray before it": lambda x: np.multiply(X, x),
    "number before it": lambda x: np.divide(2.0, x),
    "dtype=": lambda x: np.multiply(x, 2, dtype=np.float64),
    "dtype= of a sum": lambda x: np.add.reduce(x, axis=1, dtype=np.float64),
    "casting=": lambda x: np.add(x, 1.0, casting="no"),
    "subok=": lambda x: np.add(x, 1.0, subok=True, order="K"),
    "matmul axes": lambda x: np.matmul(x, X, axes=[(1, 0), (0, 1), (0, 1)]),
    "matmul axes at the end": lambda x: np.matmul(x, x, axes=[(0, 1), (1, 0), (1, 0)]),
    "vecdot axis": lambda x: np.vecdot(x, X, axis=0),
    "vecdot keepdims": lambda x: np.vecdot(x, X, axis=0, keepdims=True),
    "vecdot axes": lambda x: np.vecdot(x, x, axes=[0, 0, ()]),
    "add.reduce": lambda x: np.add.reduce(x),
    "add.reduce, options": lambda x: np.add.reduce(x, axis=(0, 1), keepdims=True, initial=5.0, where=MASK),
    "add.reduce of all": lambda x: np.add.reduce(x, axis=None),
    "multiply.reduce": lambda x: np.multiply.reduce(x, axis=1),
    "maximum.reduce": lambda x: np.maximum.reduce(x),
    "minimum.reduce": lambda x: np.minimum.reduce(x, axis=-1, keepdims=True),
    "add.accumulate": lambda x: np.add.accumulate(x),
    "multiply.accumulate": lambda x: np.multiply.accumulate(x, axis=1),
    "maximum.accumulate": lambda x: np.maximum.accumulate(x, axis=1),
    "maximum.accumulate 0": lambda x: np.maximum.accumulate(x),
    "minimum.accumulate": lambda x: np.minimum.accumulate(x, axis=-1),
    "add.reduceat": lambda x: np.add.reduceat(x.ravel(), [0, 2, 1, 5]),
    "add.reduceat along an axis": lambda x: np.add.reduceat(x, np.array([1, 0, 2]), axis=1),
    "outer": lambda x: np.multiply.outer(x, X[0]),
    "outer of both": lambda x: np.subtract.outer(x[0], x),
    "outer of a list": lambda x: np.divide.outer([1.0, 2.0], x[0]),
    "absolute.outer is for two": lambda x: np.power.outer(np.abs(x[0]), 2.0),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_values_and_gradients_are_right(name):
    call = SPELLINGS[name]
    for requires_grad in (False, True):
        answer = call(Tensor(X, requires_grad=requires_grad))
        expected = call(X)
        assert isinstance(answer, Tensor)
        assert (answer.requires_grad, answer.dtype) == (requires_grad, expected.dtype)
        np.testing.assert_allclose(answer.data, expected, rtol=1e-14)
    assert_gradients_close(call, X, order=2)


def test_a_dtype_is_worked_in():
    t = Tensor(X, requires_grad=True)
    answer = np.multiply(t, 2, dtype=np.float32)
    assert answer.dtype == np.float32
    answer.sum().backward()
    assert t.grad.dtype == np.float64
    with pytest.raises(TypeError, match="Cannot cast ufunc 'multiply'"):
        np.multiply(t, 2, dtype=np.int64)
    with pytest.raises(TypeError, match="Cannot cast ufunc 'add'"):
        np.add(t, np.float32(1), casting="no")


def test_running_extremes_of_ties_and_nans():
    x = Tensor(np.array([1.0, 3.0, 2.0, 3.0, np.nan, 5.0]), requires_grad=True)
    y = np.maximum.accumulate(x)
    np.testing.assert_array_equal(y.data, [1, 3, 3, 3, np.nan, np.nan])
    (g,) = ag.grad(y, x, np.arange(1.0, 7.0))
    assert g.tolist() == [1, 2 + 3, 0, 4, 5 + 6, 0]  # as PyTorch's cummax: the last of those that are equal


REFUSED = {
    "where=": (lambda t: np.sin(t, where=MASK), r"np.sin on a Tensor takes no where=.*np.where\(mask, np.sin"),
    "order=": (lambda t: np.sin(t, order="F"), "takes no order="),
    "signature=": (lambda t: np.add(t, t, signature="dd->d"), "takes no signature="),
    "logaddexp.reduce": (lambda t: np.logaddexp.reduce(t), r"np.logaddexp.reduce .*ag.special.logsumexp"),
    "logaddexp.accumulate": (lambda t: np.logaddexp.accumulate(t), "use ag.logcumsumexp"),
    "hypot.reduce": (lambda t: np.hypot.reduce(t), "np.linalg.norm"),
    "subtract.reduce": (lambda t: np.subtract.reduce(t), "np.subtract.reduce has no derivative declared"),
    "divide.accumulate": (lambda t: np.divide.accumulate(t), "np.divide.accumulate has no derivative declared"),
    "multiply.reduceat": (lambda t: np.multiply.reduceat(t, [0, 1]), "np.multiply.reduceat has no derivative"),
    "multiply.at": (lambda t: np.multiply.at(t * 1, 0, 2.0), "np.multiply.at has no derivative declared; write `t"),
    "at of an ndarray": (lambda t: np.add.at(X, 0, t[0]), "np.add.at would write .* into an ndarray"),
    "matmul axis": (lambda t: np.matmul(t, t, axis=0), "matmul"),
    "out": (lambda t: np.sin(t, out=np.zeros((2, 3))), "gradient would be lost"),
    "out of a function": (lambda t: np.concatenate([t, t], out=np.zeros((4, 3))), "np.concatenate would write"),
    "augmented": (lambda t: operator.iadd(np.zeros((2, 3)), t), r"`array \+= tensor`"),
    "weights of bincount": (lambda t: np.bincount([0, 1, 1], weights=t[0]), "no gradient flows to weights="),
    "bincount by position": (lambda t: np.bincount([0, 1, 1], t[0]), "ag.scatter_add"),
    "weights of histogram": (lambda t: np.histogram(X[0], weights=t[0]), "np.histogram: no gradient"),
    "full_like": (lambda t: np.full_like(t, t[0, 0]), "np.full_like: no gradient flows to fill_value="),
    "a foreign ufunc": (lambda t: np.frompyfunc(abs, 1, 1)(t), r"abs \(vectorized\) has no derivative declared"),
    "asarray": (lambda t: np.asarray(t, like=t), "np.asarray on a Tensor that requires .*: a Tensor is an array"),
    "array of Tensors": (lambda t: np.array([t[0, 0], t[0, 1]]), "ag.stack / ag.concat"),
    "a matrix": (lambda t: t * np.matrix(X), "np.matrix has other meanings"),
    "before a matrix": (lambda t: np.matrix(X) + t, "np.matrix has other meanings"),
    "masked": (lambda t: t * np.ma.array(X), "a masked array carries no gradients"),
    "before masked": (lambda t: np.ma.array(X) * t, "a masked array carries no gradient"),
    "np.ma": (lambda t: np.ma.exp(t), "a masked array carries no gradient"),
    "a primitive": (lambda t: ag.reshape(np.ma.array(X) * 1.0, (-1,)) + t.ravel(), "masked"),
    "testing": (lambda t: np.testing.assert_allclose(t, X), "detach"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_remedy(name):
    call, words = REFUSED[name]
    with pytest.raises(TypeError, match=words):
        call(Tensor(X, requires_grad=True))


def test_where_nothing_is_lost_all_of_numpy_runs():
    t = Tensor(X)
    out = np.full((2, 3), 7.0)
    assert np.sin(t, where=MASK, out=out) is out
    np.testing.assert_array_equal(out, np.where(MASK, np.sin(X), 7.0))
    room = np.zeros((4, 3))
    assert np.concatenate([t, t], out=room) is room
    np.testing.assert_array_equal(room[2:], X)
    quotient, rest = np.divmod(t, 2.0, out=(out, None))
    assert quotient is out
    np.testing.assert_array_equal(rest.data, X % 2.0)
    np.testing.assert_array_equal(np.hypot.reduce(t).data, np.hypot.reduce(X))
    assert np.frompyfunc(lambda x: x > 0, 1, 1)(t).dtype == object
    np.testing.assert_allclose(t, X)
    with pytest.raises(TypeError, match="Cannot cast ufunc 'sin' output"):
        np.sin(t, out=np.zeros((2, 3), int))


def test_out_a_tensor_is_assigned_to():
    t = Tensor(X, requires_grad=True)
    out = shared = Tensor(np.ones((2, 3)))
    before = out.data
    assert np.sin(t, out=out) is shared
    out.sum().backward()
    np.testing.assert_allclose(t.grad.data, np.cos(X))
    assert before.tolist() == np.ones((2, 3)).tolist()
    total = Tensor(np.zeros(3))
    assert np.sum(t, 0, None, total) is total
    assert total.requires_grad
    assert np.cumsum(t.detach(), axis=0, out=out) is out
    np.testing.assert_array_equal(out.data, np.cumsum(X, axis=0))
    with pytest.raises(ValueError, match=r"np.sin: the answer is float64\[2, 3\], and out= is float64\[3\]"):
        np.sin(t, out=Tensor(np.ones(3)))
    with pytest.raises(ValueError, match="out= is int64"):
        np.sin(t, out=Tensor(np.ones((2, 3), int)))
    with pytest.raises(RuntimeError, match="leaf"):
        np.sin(t * 2, out=t)


def test_at_adds_up_what_repeats():
    def changed(t, v):
        t = t * 1.0
        np.add.at(t, ([0, 0, 1], [1, 1, 2]), v)
        np.subtract.at(t, 0, v)
        return t

    def expected(x, v):
        x = x.copy()
        np.add.at(x, ([0, 0, 1], [1, 1, 2]), v)
        np.subtract.at(x, 0, v)
        return x

    v = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(changed(Tensor(X), Tensor(v)).data, expected(X, v))
    assert_gradients_close(changed, X, v, order=2)
    t = Tensor(X)
    np.multiply.at(t, [0, 0], 2.0)
    np.testing.assert_array_equal(t.data[0], 4 * X[0])
    array = X.copy()
    np.add.at(array, Tensor([0, 0]), Tensor(v))
    np.testing.assert_array_equal(array[0], X[0] + 2 * v)


WITHOUT = {
    "argmax": lambda t: np.argmax(t, axis=1), "isnan": np.isnan, "floor": np.floor, "rint": np.rint, "round": np.round,
    "greater": lambda t: np.greater(t, 0.5), "logical": lambda t: np.logical_and.reduce(t > 0, axis=1),
    "bits": lambda t: np.bitwise_or.accumulate((t > 0).astype(int), axis=1), "unique": np.unique,
    "searchsorted": lambda t: np.searchsorted(t[0] * 0 + [1.0, 2.0, 3.0], 2.5), "histogram": np.histogram,
    "digitize": lambda t: np.digitize(t, [0.0, 1.0]), "isin": lambda t: np.isin(t, [0.5]), "signbit": np.signbit,
    "union1d": lambda t: np.union1d(t, [9.0]), "unique_all": np.unique_all,
    "lexsort": lambda t: np.lexsort((t[0], t[1])), "nextafter": lambda t: np.nextafter(t, 9.0),
    "zeros_like": np.zeros_like, "full_like": lambda t: np.full_like(t, 2.0),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHOUT)
def test_without_derivative_gives_tensors_without_gradient(name):
    call = WITHOUT[name]
    answer, expected = call(Tensor(X, requires_grad=True)), call(X)
    answers, right = (a if isinstance(a, tuple) else (a,) for a in (answer, expected))
    for got, value in zip(answers, right, strict=True):
        assert isinstance(got, Tensor)
        assert not got.requires_grad
        np.testing.assert_array_equal(got.data, value)
    assert type(answer) is (Tensor if len(right) == 1 else type(expected))


def test_descriptions_are_plain(tmp_path):
    t = Tensor(X, requires_grad=True)
    assert np.array_equal(t, X)
    assert np.allclose(t, X)
    assert np.shape(t) == (2, 3)
    assert np.result_type(t, np.float32) == np.float64
    assert np.array2string(t) == np.array2string(X)
    np.save(tmp_path / "t.npy", t)
    np.savez(tmp_path / "t.npz", t=t)
    np.testing.assert_array_equal(np.load(tmp_path / "t.npy"), X)
    np.testing.assert_array_equal(np.load(tmp_path / "t.npz")["t"], X)
    assert isinstance(np.asarray([1.0, 2.0], like=t), Tensor)


def test_a_foreign_ufunc_is_named():
    special = pytest.importorskip("scipy.special")
    with pytest.raises(TypeError, match=r"scipy\.special\.jv has no derivative declared; detach\(\)"):
        special.jv(1.0, Tensor(X, requires_grad=True))
    np.testing.assert_array_equal(special.jv(1.0, Tensor(X)).data, special.jv(1.0, X))


def test_arrays_of_pytorch_are_told_where_to_go():
    torch = pytest.importorskip("torch")
    t = Tensor(X[0], requires_grad=True)
    for call in (lambda x: t + x, lambda x: x * t, lambda x: np.add(t, x), lambda x: t > x):
        with pytest.raises(
            TypeError, match=r"arrays of torch do not mix with Tensors; convert it, x\.detach\(\)\.numpy\(\)"
        ):
            call(torch.ones(3))


class Other:
    """An array of another library, with protocols of its own."""

    __array_ufunc__ = None

    def __radd__(self, _other):
        return "added by the other"


class Wrapped:
    def __array_ufunc__(self, ufunc, _method, *_inputs, **_options):
        return f"{ufunc.__name__} by the other"

    def __array_function__(self, func, _types, _args, _kwargs):
        return f"{func.__name__} by the other"


def test_the_other_side_is_asked_where_it_knows_better():
    t = Tensor(X, requires_grad=True)
    assert t + Other() == "added by the other"
    assert np.add(t, Wrapped()) == "add by the other"
    assert np.concatenate([t, Wrapped()]) == "concatenate by the other"


def test_subclasses_of_ndarray_that_are_arrays_all_the_same():
    t = Tensor(X, requires_grad=True)
    np.testing.assert_array_equal((t * X.view(np.recarray)).data, X * X)


def test_a_number_taken_off_warns_of_the_gradient_it_loses():
    t = Tensor(2.0, requires_grad=True)
    array = np.zeros(2)
    for call in (lambda: float(t), lambda: operator.setitem(array, 0, t), lambda: complex(t)):
        with pytest.warns(UserWarning, match=r"requires a gradient became a number.*t\.item\(\)"):
            call()
    assert array[0] == 2.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (t.item(), f"{t:.1f}", float(t.detach()), int(t), bool(t)) == (2.0, "2.0", 2.0, 2, True)
        with ag.no_grad():
            assert float(t) == 2.0
    with pytest.raises(TypeError, match="detach"):
        array[:] = t


@pytest.mark.parametrize("call", [np.apply_along_axis, np.linspace, np.poly], ids=lambda call: call.__name__)
def test_functions_without_a_rule_run_in_no_grad(call):
    args = {np.apply_along_axis: (np.sum, 0), np.linspace: (0.0,), np.poly: ()}[call]
    t = Tensor(X[0], requires_grad=True)
    with pytest.raises(TypeError, match=f"np.{call.__name__} on a Tensor that requires a gradient"):
        call(*args, t)
    with ag.no_grad():
        np.testing.assert_array_equal(call(*args, t).data, call(*args, X[0]))
