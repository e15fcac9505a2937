"""Fourier transforms where samples do not reach."""

import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import same

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
def test_an_axis_named_twice_is_transformed_twice(name: str) -> None:
    call = getattr(np.fft, name)
    x = RNG.normal(size=(3, 4))
    got = call(ag.Tensor(x, requires_grad=True), axes=(0, 1, 0))
    np.testing.assert_array_equal(got.data, call(x, axes=(0, 1, 0)))
    assert_gradients_close(lambda x: np.real(call(x, axes=(0, 0))), x)
    assert_gradients_close(lambda x: np.real(call(x, axes=(-1, 1))), x)  # the same axis by two names


def test_no_axis_gives_the_input() -> None:
    x = ag.Tensor(RNG.normal(size=3), requires_grad=True)
    same(np.fft.fftn(x, axes=()), x)


def test_nested_lists() -> None:
    x = RNG.normal(size=(2, 3))
    for name in ("fft", "rfft", "irfft", "hfft", "ihfft", "fftn", "irfft2", "fftshift", "ifftshift"):
        call = getattr(ag.fft, name)
        same(call(x.tolist()), call(x))
        same(call([ag.Tensor(row, requires_grad=True) for row in x]), call(x))


@pytest.mark.parametrize("name", ["fftn", "rfftn", "irfftn"])
def test_lengths_may_be_left_to_the_input(name: str) -> None:
    call = getattr(np.fft, name)
    x = RNG.normal(size=(3, 4))
    same(call(ag.Tensor(x), s=(-1, -1), axes=(0, 1)), call(x, s=(-1, -1), axes=(0, 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # NumPy means to change which axes are meant
        expected = call(x, s=(5,))
    same(call(ag.Tensor(x), s=(5,)), expected)


def test_single_precision_stays() -> None:
    x = ag.Tensor(RNG.normal(size=6).astype(np.float32), requires_grad=True)
    y = np.fft.rfft(x)
    assert y.dtype == np.complex64
    np.sum(np.abs(y)).backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    assert np.fft.irfft(y).dtype == np.float32


def test_parseval() -> None:
    """The transform keeps the sum of squares, so its gradient is twice the input."""
    x = ag.Tensor(RNG.normal(size=8), requires_grad=True)
    np.sum(np.abs(np.fft.fft(x, norm="ortho")) ** 2).backward()
    assert x.grad is not None
    same(x.grad, 2 * x.data)


def test_convolution_theorem() -> None:
    def filtered(x, h):
        return np.fft.irfft(np.fft.rfft(x, 16) * np.fft.rfft(h, 16), 16)[: len(x) + len(h) - 1]

    x, h = RNG.normal(size=9), RNG.normal(size=4)
    same(filtered(ag.Tensor(x), ag.Tensor(h)), np.convolve(x, h))
    assert_gradients_close(filtered, x, h, order=2)


def test_frequencies() -> None:
    same(ag.fft.fftfreq(5, d=0.5), np.fft.fftfreq(5, 0.5).astype(np.float32))
    same(ag.fft.rfftfreq(6, dtype=np.float64), np.fft.rfftfreq(6))
    with pytest.raises(ValueError, match="cpu"):
        ag.fft.fftfreq(4, device="gpu")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: np.fft.fft(x, 0), "Invalid number of FFT data points"),
        (lambda x: np.fft.fft(x, norm="half"), "norm"),
        (lambda x: np.fft.hfft(x, norm="half"), "norm"),
        (lambda x: np.fft.ihfft(x, norm="half"), "norm"),
        (lambda x: np.fft.fftn(x, s=(2, 3), axes=(0,)), "2 lengths for 1 axes"),
        (lambda x: np.fft.rfftn(x, axes=(2,)), "axis 2 is out of bounds"),
    ],
)
def test_errors(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(ag.Tensor(np.ones((2, 3)), requires_grad=True))


def test_complex_numbers_have_no_real_transform() -> None:
    with pytest.raises(TypeError, match="rfft"):
        np.fft.rfft(ag.Tensor(np.ones(4) * 1j))
