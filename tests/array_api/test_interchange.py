"""How other libraries meet a Tensor: its namespace, its device, DLPack; and what Python's own protocols make of it."""

import copy
import pickle

import numpy as np
import pytest
import torch

import autograd_lite as ag


class OldReceiver:
    """What asks for DLPack as before version 1.0, without saying a version."""

    def __init__(self, tensor, **options):
        self.tensor = tensor
        self.options = options

    def __dlpack__(self, **_):
        return self.tensor.__dlpack__(**self.options)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


def test_namespace():
    x = ag.ones(2)
    for version in (None, "2021.12", "2024.12", ag.__array_api_version__):
        assert x.__array_namespace__(api_version=version) is ag
    with pytest.raises(ValueError, match=r"version '2000.01' of the array API is not known; known are 2021"):
        x.__array_namespace__(api_version="2000.01")


def test_device():
    x = ag.ones(2, requires_grad=True)
    assert x.device == "cpu"
    assert x.to_device("cpu") is x
    with pytest.raises(ValueError, match="no device 'gpu'"):
        x.to_device("gpu")
    with pytest.raises(ValueError, match="streams"):
        x.to_device("cpu", stream=1)
    assert x.__dlpack_device__() == (1, 0)


@pytest.mark.parametrize("take", [np.from_dlpack, torch.from_dlpack, ag.from_dlpack])
@pytest.mark.parametrize("dtype", [ag.int8, ag.float32, ag.complex64])
@pytest.mark.parametrize("shape", [(), (2, 3), (0,)])
def test_dlpack_out(take, dtype, shape):
    x = ag.ones(shape, dtype=dtype)
    taken = take(x)
    assert tuple(taken.shape) == shape
    assert taken.tolist() == x.tolist()


def test_what_is_taken_cannot_be_written_to():
    x = ag.ones(3)
    shared = np.from_dlpack(x)
    assert np.shares_memory(shared, x.data)
    assert not shared.flags.writeable
    copied = np.from_dlpack(x, copy=True)
    copied[:] = 5
    old = np.from_dlpack(OldReceiver(x))  # which could not know that it must not be written to
    assert not np.shares_memory(old, x.data)
    with pytest.raises(BufferError, match="read-only"):
        x.__dlpack__(copy=False)
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_a_gradient_is_not_lost():
    x = ag.ones(2, requires_grad=True)
    for take in (np.from_dlpack, torch.from_dlpack, ag.from_dlpack):
        with pytest.raises(TypeError, match="detach"):
            take(x)


def test_dlpack_in():
    given = torch.arange(3.0)
    taken, shared = ag.from_dlpack(given), ag.from_dlpack(given, copy=False, device="cpu")
    given[0] = 7
    assert taken.tolist() == [0.0, 1.0, 2.0]
    assert shared.tolist() == [7.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="no device"):
        ag.from_dlpack(given, device="cuda")


@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.float16, np.float32, np.complex64])
def test_python_makes_copies_of_every_kind(shape, dtype):
    x = ag.ones(shape, dtype=dtype)
    for again in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert (again.shape, again.dtype, again.requires_grad) == (shape, dtype, False)
        assert again.tolist() == x.tolist()
        assert not np.shares_memory(again.data, x.data)


def test_a_deep_copy_copies_once():
    x = ag.ones(2, requires_grad=True)
    x.sum().backward()
    first, second = copy.deepcopy([x, x])
    assert first is second
    assert first.grad.tolist() == [1.0, 1.0]
    assert first.grad is not x.grad


def test_scalars_of_python():
    assert complex(ag.asarray(1 + 2j)) == 1 + 2j
    assert (int(ag.asarray(True)), float(ag.asarray(3)), bool(ag.asarray(0.0))) == (1, 3.0, False)
    assert (round(float(ag.asarray(0.5)), 1), f"{ag.asarray(7):03d}", f"{ag.asarray(1j)}") == (0.5, "007", "1j")
    assert list(range(ag.asarray(2).__index__())) == [0, 1]
    with pytest.raises(TypeError):
        float(ag.asarray(1j))
    for value in (True, 1.0, [1]):
        with pytest.raises(TypeError, match="integer Tensor"):
            ag.asarray(value).__index__()
    with pytest.raises(ValueError, match="cannot convert float NaN"):
        int(ag.asarray(ag.nan))
    with pytest.raises(TypeError, match="len"):
        len(ag.asarray(1.0))
