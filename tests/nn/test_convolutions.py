"""Convolutions: the batch in parts, dtypes, threads, memory that is theirs alone, and what is refused."""

import threading

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.kernels import patches

F, TF = nn.functional, torch.nn.functional
RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(5, 4, 6, 5)), RNG.normal(size=(6, 2, 3, 2))
OPTIONS = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}


def gradients(convolve, x, w, tensor, **options):
    """The answer, and the gradients of a projection of it."""
    x, w = tensor(x), tensor(w)
    y = convolve(x, w, **options)
    (y * y).sum().backward()
    return [np.asarray(y.detach()), np.asarray(x.grad), np.asarray(w.grad)]


def ours(x):
    return ag.Tensor(x, requires_grad=True)


def theirs(x):
    return torch.tensor(x, requires_grad=True)


@pytest.mark.smoke
@pytest.mark.parametrize("most", [1, 4000, patches.MOST])
def test_a_large_batch_is_worked_on_in_parts(monkeypatch, most):
    monkeypatch.setattr(patches, "MOST", most)
    for options in (OPTIONS, {**OPTIONS, "stride": 1}):  # with single steps the images lie on a line
        for got, expected in zip(
            gradients(F.conv2d, X, W, ours, **options), gradients(TF.conv2d, X, W, theirs, **options), strict=True
        ):
            np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-11)
    y = RNG.normal(size=(5, 6, 3, 4))
    options = {"stride": 2, "groups": 2}
    pairs = (
        gradients(F.conv_transpose2d, y, W, ours, **options),
        gradients(TF.conv_transpose2d, y, W, theirs, **options),
    )
    for got, expected in zip(*pairs, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float16, 2e-2), (np.float32, 1e-4), (np.complex128, 1e-11)])
def test_dtypes(dtype, rtol):
    x, w = X.astype(dtype), W.astype(dtype)
    if dtype is np.complex128:
        x, w = x + 1j * X[::-1], w - 0.5j * W
    wide = np.complex128 if dtype is np.complex128 else np.float64
    y = F.conv2d(ours(x), ours(w), **OPTIONS)
    assert y.dtype == dtype
    expected = TF.conv2d(theirs(x.astype(wide)), theirs(w.astype(wide)), **OPTIONS).detach()
    np.testing.assert_allclose(y.detach(), expected, rtol=rtol, atol=rtol * 5)


def test_threads_have_scratch_memory_of_their_own():
    expected = gradients(F.conv2d, X, W, ours, **OPTIONS)
    wrong = []

    def work():
        for _ in range(30):
            for got, right in zip(gradients(F.conv2d, X, W, ours, **OPTIONS), expected, strict=True):
                if not np.array_equal(got, right):
                    wrong.append(np.abs(got - right).max())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("kernel", [1, 3])
def test_answers_are_not_in_scratch_memory(kernel):
    w = RNG.normal(size=(6, 4, kernel, kernel))
    first = F.conv2d(X, w, padding=1).data
    kept = first.copy()
    F.conv2d(X * 2, w, padding=1)
    np.testing.assert_array_equal(first, kept)
    assert not np.shares_memory(first, X)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.conv2d(X[0, 0], W), ValueError, "4 or 3 axes"),
        (lambda: F.conv2d(X, W[0]), ValueError, "weight has 4"),
        (lambda: F.conv2d(X, W), ValueError, r"x has 4 channels and weight is for 2, in 1 group"),
        (lambda: F.conv2d(X, W, groups=0), ValueError, "groups must be a whole number"),
        (lambda: F.conv2d(X, W, np.ones(5), groups=2), ValueError, r"\(6,\), not \(5,\)"),
        (lambda: F.conv2d(X, W.astype(np.float32), groups=2), TypeError, "x is float64 but weight is float32"),
        (lambda: F.conv2d(X.astype(int), W, groups=2), TypeError, "floating-point dtype, not int64"),
        (lambda: F.conv2d(X, W, groups=2, stride=0), ValueError, "stride must be a whole number of at least 1"),
        (lambda: F.conv2d(X, W, groups=2, stride=True), ValueError, "stride must be a whole number"),
        (lambda: F.conv2d(X, W, groups=2, padding=(1, 2, 3)), ValueError, "padding must be .* or 2 of them"),
        (lambda: F.conv2d(X, W, groups=2, padding="full"), ValueError, '"valid" or "same"'),
        (lambda: F.conv2d(X, W, groups=2, padding="same", stride=2), ValueError, "needs a stride of 1"),
        (lambda: F.conv2d(X, W, groups=2, dilation=5), ValueError, "larger than the image"),
        (lambda: F.conv2d(X, W[:, :, :0], groups=2), ValueError, "no elements"),
        (lambda: F.conv_transpose1d(X[0], W[:, :, 0], stride=2, output_padding=2), ValueError, "output_padding"),
        (lambda: F.conv_transpose1d(np.ones((1, 6, 2)), np.ones((6, 2, 2)), padding=3), ValueError, "nothing is left"),
        (lambda: nn.Conv2d(4, 6, 3, groups=4), ValueError, "divisible by groups"),
        (lambda: nn.Conv2d(0, 6, 3), ValueError, "in_channels"),
        (lambda: nn.Conv2d(4, 6, 3, padding_mode="mirror"), ValueError, "padding_mode must be one of"),
        (lambda: nn.ConvTranspose2d(4, 6, 3, padding_mode="reflect"), ValueError, "the only padding_mode"),
        (
            lambda: nn.ConvTranspose1d(2, 2, 3, stride=2)(np.ones((1, 2, 4), np.float32), [20]),
            ValueError, r"gives sizes \(9,\) to \(10,\), not \(20,\)",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
