"""The methods of an ndarray, on Tensors: the same values, gradients where there are any, and no writing in place."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

A = np.array([[3.0, 1.0, 2.0], [0.5, 5.0, 4.0]])

DIFFERENTIABLE = {
    "sum": lambda t: t.sum(1, keepdims=True, where=A > 1, initial=2.0),
    "prod": lambda t: t.prod(axis=0),
    "mean": lambda t: t.mean((0, 1)),
    "var": lambda t: t.var(1, ddof=1),
    "std": lambda t: t.std(0),
    "max": lambda t: t.max(1),
    "min": lambda t: t.min(axis=0, initial=2.5),
    "cumsum": lambda t: t.cumsum(1),
    "cumsum of all": lambda t: t.cumsum(),
    "cumprod": lambda t: t.cumprod(axis=0),
    "trace": lambda t: t.trace(1),
    "diagonal": lambda t: t.diagonal(offset=1),
    "repeat": lambda t: t.repeat(2, axis=1),
    "repeat each": lambda t: t.repeat([1, 2], 0),
    "take": lambda t: t.take([0, 5, 0]),
    "take along": lambda t: t.take([2, 0], axis=1),
    "compress": lambda t: t.compress([True, False, True], axis=1),
    "dot": lambda t: t.dot(A.T),
    "clip": lambda t: t.clip(1.5, 4.5),
    "ravel": lambda t: t.ravel("F"),
    "flatten": lambda t: t.flatten(),
    "reshape": lambda t: t.reshape(3, 2),
    "reshape order": lambda t: t.reshape((3, 2), order="F"),
    "swapaxes": lambda t: t.swapaxes(0, 1),
    "squeeze": lambda t: t[:1].squeeze(0),
    "transpose": lambda t: t.transpose(1, 0),
    "conj": lambda t: t.conj(),
    "conjugate": lambda t: t.conjugate(),
    "real": lambda t: t.real,
    "copy": lambda t: t.copy(),
}

WITHOUT_GRADIENT = {
    "any": lambda t: (t > 4).any(axis=1),
    "all": lambda t: (t > 0.7).all(0, keepdims=True),
    "argmax": lambda t: t.argmax(1, keepdims=True),
    "argmin": lambda t: t.argmin(),
    "argsort": lambda t: t.argsort(axis=0, stable=True),
    "argpartition": lambda t: t.argpartition(1, axis=1)[:, 1],
    "nonzero": lambda t: (t > 2).nonzero()[1],
    "searchsorted": lambda t: (
        t[0, ::2].searchsorted(2.5, side="right") if t.shape == () else t[0, 1:].searchsorted(1.5)
    ),
    "round": lambda t: t.round(),
    "itemsize": lambda t: np.asarray(t.itemsize),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_with_gradient(name):
    call = DIFFERENTIABLE[name]
    t = ag.Tensor(A, requires_grad=True)
    found = call(t)
    np.testing.assert_allclose(found.detach().numpy(), call(A), rtol=1e-14)
    assert found.requires_grad
    assert_gradients_close(call, A)


@pytest.mark.parametrize("name", WITHOUT_GRADIENT)
def test_without_gradient(name):
    call = WITHOUT_GRADIENT[name]
    found = call(ag.Tensor(A, requires_grad=True))
    if name != "itemsize":
        assert isinstance(found, ag.Tensor)
        assert not found.requires_grad
    np.testing.assert_array_equal(np.asarray(found), call(A))


def test_the_choices_of_choose_have_gradients():
    x = ag.Tensor([10.0, 20.0], requires_grad=True)
    (ag.asarray([1, 0]).choose([x, x * x])).sum().backward()
    assert x.grad.tolist() == [20.0, 1.0]


def test_complex_parts():
    z = ag.Tensor([1 + 2j, -3j], requires_grad=True)
    assert z.real.tolist() == [1.0, 0.0]
    assert z.imag.tolist() == [2.0, -3.0]
    assert z.conj().tolist() == [1 - 2j, 3j]
    (z.real * z.imag).sum().backward()
    assert z.grad.tolist() == [2 + 1j, -3 + 0j]
    assert ag.Tensor([1.0]).imag.tolist() == [0.0]


CHANGING = {
    "fill": (lambda t: t.fill(7.0), np.full((2, 3), 7.0)),
    "sort": (lambda t: t.sort(), np.sort(A)),
    "sort axis": (lambda t: t.sort(axis=0), np.sort(A, axis=0)),
    "partition": (lambda t: t.partition(1, axis=0), np.partition(A, 1, axis=0)),
    "put": (lambda t: t.put([0, -1], [10.0, 20.0]), np.array([[10.0, 1.0, 2.0], [0.5, 5.0, 20.0]])),
}


@pytest.mark.parametrize("name", CHANGING)
def test_changes_the_tensor_and_nothing_else(name):
    change, expected = CHANGING[name]
    leaf = ag.Tensor(A, requires_grad=True)
    t = leaf * 1.0
    view, same = t[:], t
    squares = t * t
    assert change(t) is None
    assert same.detach().numpy().tolist() == expected.tolist()
    np.testing.assert_array_equal(view.detach().numpy(), A)
    squares.sum().backward()
    np.testing.assert_array_equal(leaf.grad.numpy(), 2 * A)  # what was computed before is as it was
    with pytest.raises(RuntimeError, match="leaf"):
        change(leaf)
    with ag.no_grad():
        change(leaf)
    np.testing.assert_array_equal(leaf.detach().numpy(), expected)


def test_gradients_through_what_changes_a_tensor():
    x, value = ag.Tensor([3.0, 1.0, 2.0], requires_grad=True), ag.Tensor(5.0, requires_grad=True)
    t = x * 1.0
    t.sort()
    (t * ag.asarray([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [100.0, 1.0, 10.0]
    t = x * 1.0
    t.fill(value * value)
    t.sum().backward()
    assert value.grad.item() == 30.0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
@pytest.mark.parametrize("name", ["prod", "cumprod", "cumsum", "trace", "conj", "real", "fill"])
def test_dtypes_are_kept(name, dtype):
    t = ag.Tensor(A, dtype, requires_grad=True) * 1
    found = t if name == "fill" else getattr(t, name)
    if name == "fill":
        t.fill(2.0)
    elif callable(found):
        found = found()
    assert found.dtype == np.empty(0, dtype).real.dtype if name == "real" else found.dtype == dtype


def test_what_an_ndarray_has_and_a_tensor_has_not():
    t = ag.ones(2)
    for name, instead in [
        ("resize", r"np\.resize"),
        ("flat", r"t\.ravel"),
        ("tobytes", r"t\.data\.tobytes"),
        ("ptp", r"np\.ptp"),
    ]:
        with pytest.raises(AttributeError, match=instead):
            getattr(t, name)
    with pytest.raises(TypeError, match="out"):
        t.sum(out=np.zeros(()))
