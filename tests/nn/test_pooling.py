"""Pooling where no comparison with PyTorch by cases reaches: NaNs and infinities, random windows, errors, layouts."""

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import vmap

F = nn.functional
rng = np.random.default_rng(0)
fusion = pytest.mark.parametrize("fused", [True, False], ids=["fused", "reference"])


def with_gradient(function, x, g=None):
    """Values and the gradient of a projection of them."""
    x = ag.Tensor(x, requires_grad=True)
    y = function(x)
    y.backward(np.ones(y.shape) if g is None else g)
    return y.detach().numpy(), x.grad.numpy()


@pytest.mark.smoke
@fusion
@pytest.mark.parametrize("seed", range(12))
def test_max_pooling_of_nans_infinities_and_ties_is_pytorchs(seed, fused):
    rng = np.random.default_rng(seed)
    x = rng.choice([0.0, 1.0, 2.0, np.nan, -np.inf, np.inf], p=[0.3, 0.3, 0.1, 0.1, 0.15, 0.05], size=(2, 3, 6, 7))
    size = tuple(map(int, rng.integers(1, 4, 2)))
    options = {
        "stride": tuple(map(int, rng.integers(1, 4, 2))),
        "padding": tuple(int(rng.integers(0, k // 2 + 1)) for k in size),
        "dilation": tuple(map(int, rng.integers(1, 3, 2))),
        "ceil_mode": bool(seed % 2),
        "return_indices": True,
    }
    theirs = torch.tensor(x, requires_grad=True)
    expected, places = torch.nn.functional.max_pool2d(theirs, size, **options)
    g = rng.normal(size=tuple(expected.shape))
    expected.backward(torch.tensor(g))
    ours = ag.Tensor(x, requires_grad=True)
    with ag.fusion(fused):
        y, where = F.max_pool2d(ours, size, **options)
        y.backward(g)
    np.testing.assert_array_equal(y.detach().numpy(), expected.numpy(force=True))
    np.testing.assert_array_equal(where.numpy(), places.numpy())
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("size", [3, 2])
def test_adaptive_and_fractional_maxima_take_the_last_nan(size):
    x = np.array([[[np.nan, 1.0, np.nan, 3.0], [2.0, np.nan, 0.0, 1.0]]] * 2).reshape(1, 4, 4)
    y, where = F.adaptive_max_pool2d(x, size, return_indices=True)
    expected, places = torch.nn.functional.adaptive_max_pool2d(torch.tensor(x), size, return_indices=True)
    np.testing.assert_array_equal(y.numpy(), expected.numpy())
    np.testing.assert_array_equal(where.numpy(), places.numpy())
    samples = rng.uniform(size=(1, 1, 2))
    y, where = F.fractional_max_pool2d(x, 2, size, return_indices=True, _random_samples=samples)
    expected, places = torch.nn.functional.fractional_max_pool2d(
        torch.tensor(x), 2, size, return_indices=True, _random_samples=torch.tensor(samples)
    )
    np.testing.assert_array_equal(y.numpy(), expected.numpy())
    np.testing.assert_array_equal(where.numpy(), places.numpy())


@pytest.mark.parametrize("function", [
    lambda x: F.max_pool2d(x, 2),
    lambda x: F.max_pool2d(x, 3, 2, 1),
    lambda x: F.avg_pool2d(x, 2),
    lambda x: F.avg_pool2d(x, 3, 2, 1),
])  # fmt: skip
def test_channels_stay_first_in_memory(function):
    """What convolutions give lies as (C, N, H, W), and so do answers and gradients: nothing is turned round."""
    kept = rng.normal(size=(3, 4, 6, 6)).astype(np.float32)
    x = ag.asarray(kept, copy=False).swapaxes(0, 1).detach().requires_grad_()
    with ag.fusion(True):  # of kernels, not of their references
        y = function(x)
        assert y.detach().numpy().swapaxes(0, 1).flags.c_contiguous
        (dx,) = ag.grad(y, [x], [ag.asarray(np.ones_like(y.detach().numpy()))])
    assert dx.numpy().swapaxes(0, 1).flags.c_contiguous
    assert dx.dtype == np.float32


@pytest.mark.parametrize("function", [
    lambda x: F.max_pool2d(x, 2),
    lambda x: F.avg_pool2d(x, 3, 2, 1),
    lambda x: F.adaptive_avg_pool2d(x, (4, 3)),
    lambda x: F.lp_pool2d(x, 2, 2),
    lambda x: F.adaptive_max_pool2d(x, (4, 3)),
])  # fmt: skip
def test_float16_stays_float16(function):
    x = rng.normal(size=(2, 3, 6, 6)).astype(np.float16)
    y, dx = with_gradient(function, x)
    exact, exact_dx = with_gradient(function, x.astype(np.float64))
    assert y.dtype == dx.dtype == np.float16
    np.testing.assert_allclose(y, exact, atol=0.01)
    np.testing.assert_allclose(dx, exact_dx, atol=0.02)


@fusion
def test_a_mean_of_large_float16_numbers_is_finite(fused):
    with ag.fusion(fused):
        y, dx = with_gradient(lambda x: F.avg_pool1d(x, 2), np.full((1, 4), 4e4, np.float16))
    assert y.tolist() == [[4e4, 4e4]]
    assert y.dtype == dx.dtype == np.float16


@pytest.mark.parametrize("function", [
    lambda x: F.max_pool2d(x, 2),
    lambda x: F.max_pool2d(x, 3, 2, 1, return_indices=True)[1],
    lambda x: F.avg_pool2d(x, 3, 2, 1),
    lambda x: F.adaptive_avg_pool2d(x, (4, 3)),
    lambda x: F.adaptive_avg_pool2d(x, (3, 2)),
    lambda x: F.adaptive_avg_pool2d(x, 1),
    lambda x: F.adaptive_max_pool2d(x, (4, 3)),
    lambda x: F.adaptive_max_pool2d(x, (3, 2)),
    lambda x: F.lp_pool2d(x, 2, 2),
    lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore::autograd_lite.batching.rules.LoopWarning")
def test_examples_one_by_one_in_vmap(function):
    x = rng.normal(size=(3, 2, 6, 6))
    np.testing.assert_allclose(vmap(function)(x), function(x).detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("function", [
    lambda x: F.max_pool2d(x, 1),
    lambda x: F.avg_pool2d(x, 1, 2),
    lambda x: F.adaptive_avg_pool2d(x, None),
    lambda x: F.pad(x, (-1, 0)),
    lambda x: F.pad(x, (0, 0, 0, 0), "reflect"),
    lambda x: F.interpolate(x, (4, 4)),
])  # fmt: skip
def test_an_answer_shares_no_memory_with_the_users_array(function):
    x = np.ones((1, 2, 4, 4))
    y = function(x)
    x[...] = 7
    assert (y.numpy() == 1).all()


def test_random_windows_are_drawn_anew_and_repeat_with_the_generator():
    x = rng.normal(size=(2, 3, 20, 21))
    pool = nn.FractionalMaxPool2d(2, output_ratio=0.6, generator=np.random.default_rng(3))
    first, second = pool(x), pool(x)
    assert first.shape == (2, 3, 12, 12)
    assert (first.numpy() != second.numpy()).any()
    again = nn.FractionalMaxPool2d(2, output_ratio=0.6, generator=np.random.default_rng(3))
    np.testing.assert_array_equal(again(x).numpy(), first.numpy())
    ag.manual_seed(5)
    first = F.fractional_max_pool3d(x, 2, (2, 12, 12))
    ag.manual_seed(5)
    np.testing.assert_array_equal(F.fractional_max_pool3d(x, 2, (2, 12, 12)).numpy(), first.numpy())


def test_random_windows_step_by_one_or_two_from_end_to_end():
    x = np.arange(20.0).reshape(1, 1, 20) * np.ones((5, 20, 1))
    y = F.fractional_max_pool2d(x, 1, (20, 13)).numpy()[:, 0]
    assert set(np.unique(np.diff(y))) == {1.0, 2.0}
    assert (y[:, 0] == 0).all()
    assert (y[:, -1] == 19).all()
    assert len({tuple(row) for row in y}) > 1  # each channel has its own


def test_unpooling_writes_the_last_of_several_and_gives_it_the_gradient():
    y, dx = with_gradient(lambda x: F.max_unpool1d(x, [[1, 1, 3]], 2), np.array([[5.0, 6.0, 7.0]]))
    assert y.tolist() == [[0, 6, 0, 7, 0, 0]]
    assert dx.tolist() == [[0, 1, 1]]


def test_adaptive_averages_of_no_windows():
    y, dx = with_gradient(lambda x: F.adaptive_avg_pool2d(x, (0, 2)), np.ones((1, 2, 4, 4)))
    assert y.shape == (1, 2, 0, 2)
    assert not dx.any()


@pytest.mark.filterwarnings("error")
def test_the_norm_of_zeros_has_no_gradient():
    for q in (1.5, 2, 3):
        y, dx = with_gradient(lambda x, q=q: F.lp_pool1d(x, q, 2), np.zeros((1, 4), np.float32))
        assert not y.any()
        assert not dx.any()


X1, X2 = np.ones((2, 3, 5)), np.ones((2, 3, 5, 6))


@pytest.mark.parametrize(("call", "error", "words"), [
    (lambda: F.max_pool2d(X1[0], 2), ValueError, r"max_pool2d: input must be \(N, C, H, W\) or \(C, H, W\), not float"),
    (lambda: F.avg_pool1d(X2, 2), ValueError, r"avg_pool1d: input must be .* not float64\[2, 3, 5, 6\]"),
    (lambda: F.max_pool1d(X1, 6), ValueError, r"max_pool1d: the window \(6,\).* larger than the image \(5,\)"),
    (lambda: F.avg_pool2d(X2, (2, 9)), ValueError, r"avg_pool2d: the window \(2, 9\)"),
    (lambda: F.max_pool1d(X1, 2, padding=2), ValueError, r"padding may be at most half of kernel_size; padding=\(2,\)"),
    (lambda: F.max_pool1d(X1[..., :1], 2, 1, 1, 3), ValueError, "larger than the image"),
    (lambda: F.max_pool1d(X1, 0), ValueError, "kernel_size must be a whole number of at least 1"),
    (lambda: F.max_pool2d(X2, (2, 2, 2)), ValueError, "kernel_size must be .* 2 of them"),
    (lambda: F.max_pool1d(X1, 2, 0), ValueError, "stride must be a whole number of at least 1"),
    (lambda: F.max_pool1d(X1.astype(int), 2), TypeError, r"max_pool1d: input must be of a floating-point dtype"),
    (lambda: F.avg_pool2d(X2, 2, divisor_override=0), ValueError, "divisor_override must not be 0"),
    (lambda: F.lp_pool1d(X1, 0, 2), ValueError, "norm_type must not be 0"),
    (lambda: F.adaptive_avg_pool2d(X2, (1, 2, 3)), ValueError, "output_size must be .* 2 of these"),
    (lambda: F.adaptive_max_pool1d(X1, -1), ValueError, "adaptive_max_pool1d: output_size must be"),
    (lambda: F.adaptive_max_pool1d(X1[..., :0], 1), ValueError, "must not be empty"),
    (lambda: F.fractional_max_pool2d(X2, 2), ValueError, "either output_size or output_ratio"),
    (lambda: F.fractional_max_pool2d(X2, 2, 3, 0.5), ValueError, "either output_size or output_ratio"),
    (lambda: F.fractional_max_pool2d(X2, 2, output_ratio=1.5), ValueError, "between 0 and 1"),
    (lambda: F.fractional_max_pool2d(X2, 3, 4), ValueError, r"\(4, 4\) windows of \(3, 3\) do not fit"),
    (lambda: F.fractional_max_pool2d(X2, 2, 3, _random_samples=X1), ValueError, r"_random_samples must be \(2, 3, 2\)"),
    (lambda: F.max_unpool1d(X1, X1, 2), IndexError, "indices must be integers, not float64"),
    (lambda: F.max_unpool1d(X1, [0], 2), ValueError, "indices must have the shape of the input"),
    (lambda: F.max_unpool1d(X1, np.full(X1.shape, 10), 2), IndexError, "from 0 to 9"),
    (lambda: F.max_unpool1d(X1, np.full(X1.shape, -1), 2), IndexError, "from 0 to 9"),
    (lambda: F.max_unpool1d(X1, np.zeros(X1.shape, int), 2, output_size=[12]), ValueError, "less than a stride away"),
    (lambda: F.max_unpool1d(X1, np.zeros(X1.shape, int), 2, output_size=[1] * 5), ValueError, "must have 1 sizes"),
    (lambda: nn.MaxPool2d(2, padding=2), ValueError, "MaxPool2d: padding may be at most half"),
    (lambda: nn.AvgPool3d((1, 2)), ValueError, "AvgPool3d: kernel_size"),
    (lambda: nn.AvgPool1d(2.5), ValueError, "AvgPool1d: kernel_size"),
    (lambda: nn.LPPool2d(0, 2), ValueError, "LPPool2d: norm_type"),
    (lambda: nn.AdaptiveAvgPool1d((1, 2)), ValueError, "AdaptiveAvgPool1d: output_size"),
    (lambda: nn.FractionalMaxPool2d(2), ValueError, "FractionalMaxPool2d: give either"),
    (lambda: nn.MaxUnpool1d(0), ValueError, "MaxUnpool1d: kernel_size"),
])  # fmt: skip
def test_errors_say_what_does_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()
