"""New Tensors: their values are NumPy's, of Python's floats they are float32, and they may ask for a gradient."""

import array

import numpy as np
import pytest

import autograd_lite as ag

PYTHON = [(True, np.bool_), (3, np.int64), (2.5, np.float32), (1j, np.complex64)]


@pytest.mark.parametrize(("value", "dtype"), PYTHON)
def test_what_is_made_of_pythons_numbers(value, dtype):
    for made in (ag.asarray(value), ag.asarray([[value]]), ag.full(2, value), ag.Tensor([value])):
        assert made.dtype == dtype
        assert made.tolist() in (value, [[value]], [value, value], [value])


def test_arrays_and_whatever_has_a_buffer_keep_their_dtype():
    for value in (np.float64(1), np.ones(2), [np.float64(1), 2.0], array.array("d", [1.0]), memoryview(np.ones(2))):
        assert ag.asarray(value).dtype == np.float64
    assert ag.asarray(np.ones(2, np.complex128)).dtype == np.complex128
    assert ag.full(2, np.float64(1)).dtype == np.float64


@pytest.mark.parametrize("make", [ag.zeros, ag.ones, ag.empty])
@pytest.mark.parametrize("shape", [(), 3, (0, 2), (2, 1), [2, 3], (ag.asarray(2), 1)])
def test_by_shape(make, shape):
    expected = np.zeros(tuple(map(int, shape)) if isinstance(shape, (tuple, list)) else shape)
    made = make(shape)
    assert (made.shape, made.dtype) == (expected.shape, np.float32)
    assert make(shape, dtype=ag.int16).dtype == np.int16
    if make is not ag.empty:
        np.testing.assert_array_equal(made.data, expected + (make is ag.ones))


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like"])
def test_like(name):
    make = getattr(ag, name)
    for like in (ag.zeros((2, 3), dtype=ag.int8, requires_grad=False), np.zeros((2, 3), np.int8)):
        assert (make(like).shape, make(like).dtype) == ((2, 3), np.int8)
        assert make(like, dtype=ag.float32).dtype == np.float32
    x = ag.ones(3, requires_grad=True)
    assert not make(x).requires_grad
    assert make(x, requires_grad=True).is_leaf


def test_full():
    assert ag.full((2, 1), 7, dtype=ag.uint8).tolist() == [[7], [7]]
    assert ag.full((), 1e-300, dtype=ag.float64).item() == 1e-300
    assert ag.full_like(ag.zeros(2, dtype=ag.float64), 1e-300).tolist() == [1e-300, 1e-300]
    assert ag.full((), 2**63, dtype=ag.uint64).item() == 2**63


@pytest.mark.parametrize("make", [lambda v: ag.full((2, 3), v), lambda v: ag.full_like(ag.zeros((2, 3)), v)])
def test_a_gradient_flows_to_the_value_of_full(make):
    value = ag.Tensor(2.0, requires_grad=True)
    (make(value) ** 2).sum().backward()
    assert value.grad.item() == 24.0
    assert value.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("args", "dtype"),
    [
        ((3,), np.int64),
        ((1, 7, 2), np.int64),
        ((5, 1, -2), np.int64),
        ((3, 1), np.int64),
        ((1.5,), np.float32),
        ((0, 1, 0.25), np.float32),
        ((np.float64(2),), np.float64),
        ((0, np.float32(2)), np.float32),
        ((np.int64(0), 1.5), np.float32),
    ],
)
def test_arange(args, dtype):
    np.testing.assert_array_equal(ag.arange(*args).data, np.arange(*args))
    assert ag.arange(*args).dtype == dtype
    assert ag.arange(*args, dtype=ag.float64).dtype == np.float64


def test_arange_of_tensors():
    assert ag.arange(ag.asarray(1), ag.asarray(4)).tolist() == [1, 2, 3]


@pytest.mark.parametrize("options", [{}, {"endpoint": False}])
@pytest.mark.parametrize("num", [0, 1, 4])
def test_linspace(num, options):
    made = ag.linspace(-1, 2, num, **options)
    np.testing.assert_array_equal(made.data, np.linspace(-1, 2, num, **options).astype(np.float32))
    assert made.dtype == np.float32
    assert ag.linspace(0, 1j, 3).dtype == np.complex64
    assert ag.linspace(np.int64(0), 2, num).dtype == ag.linspace(np.float32(0), 2.0, num).dtype == np.float32
    assert ag.linspace(np.float64(0), 2, num).dtype == np.float64
    assert ag.linspace(0, 1, num, dtype=ag.float64, **options).dtype == np.float64


def test_eye():
    assert ag.eye(2, 3, k=1, dtype=ag.int64).tolist() == [[0, 1, 0], [0, 0, 1]]
    assert ag.eye(2).dtype == np.float32


@pytest.mark.parametrize(
    "make",
    [
        lambda **k: ag.zeros(2, **k),
        lambda **k: ag.ones(2, **k),
        lambda **k: ag.empty(2, **k),
        lambda **k: ag.full(2, 1.0, **k),
        lambda **k: ag.full_like(ag.zeros(2), 1.0, **k),
        lambda **k: ag.arange(2.0, **k),
        lambda **k: ag.linspace(0, 1, 2, **k),
        lambda **k: ag.eye(2, **k),
        lambda **k: ag.asarray([1.0, 2.0], **k),
    ],
)
def test_a_leaf_on_the_cpu(make):
    x = make(requires_grad=True, device="cpu")
    assert x.is_leaf
    x.sum().backward()
    np.testing.assert_array_equal(x.grad.data, np.ones(x.shape))
    with pytest.raises(ValueError, match=r"no device 'cuda'.*\"cpu\""):
        make(device="cuda")


def test_asarray():
    t, w = ag.Tensor([1.0]), ag.Tensor([1.0], requires_grad=True)
    assert ag.asarray(t, copy=False) is t
    assert ag.asarray(w, requires_grad=True) is w
    leaf = ag.asarray(t, requires_grad=True)
    assert leaf.requires_grad
    assert not t.requires_grad
    ag.asarray(w, dtype=ag.float64).sum().backward()
    assert w.grad.tolist() == [1.0]
    for value, options in [(t, {"dtype": ag.float64}), ([1.0], {}), (np.ones(1), {"dtype": ag.float32}), (1.0, {})]:
        with pytest.raises(ValueError, match=r"asarray: .*copy"):
            ag.asarray(value, copy=False, **options)
    with pytest.raises(TypeError, match="cannot make an array of numbers"):
        ag.asarray("text")
