"""Dropout: which elements are put out and how often, what becomes of mean and variance, errors."""

import math
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn

F = nn.functional
KINDS = {  # shape, how many leading axes are decided on apart
    "dropout": ((50, 40, 10), 3),
    "dropout1d": ((50, 40, 10), 2),
    "dropout2d": ((50, 40, 5, 2), 2),
    "dropout3d": ((50, 40, 5, 2, 2), 2),
    "alpha_dropout": ((50, 40, 10), 3),
    "feature_alpha_dropout": ((50, 40, 10), 2),
}
kinds = pytest.mark.parametrize(("name", "shape", "apart"), [(n, *k) for n, k in KINDS.items()], ids=KINDS)


def generator():
    return np.random.default_rng(3)


@pytest.mark.smoke
@kinds
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_a_share_of_p_is_put_out(name, shape, apart, p):
    x = np.random.default_rng(0).normal(size=shape)
    y = getattr(F, name)(x, p, True, generator=generator()).numpy()
    axes = tuple(range(apart, len(shape)))
    if "alpha" in name:
        scale = 1 / math.sqrt((1 - p) * (1 + p * 1.7580993408473766**2))
        move = scale * p * 1.7580993408473766
        kept = np.isclose(y, scale * x + move)
        out = np.isclose(y, -1.7580993408473766 * scale + move)
    else:
        kept, out = np.isclose(y, x / (1 - p)), y == 0
    assert (kept ^ out).all()
    assert (kept.any(axes) == kept.all(axes)).all()  # all of a channel, or nothing
    decided = kept.all(axes)
    error = math.sqrt(p * (1 - p) / decided.size)
    assert abs((1 - decided.mean()) - p) < 4 * error
    first = decided.mean(0) if decided.ndim > 1 else decided  # independent along the batch
    assert first.std() < 4 * math.sqrt(p * (1 - p) / len(decided))


@pytest.mark.parametrize("name", ["alpha_dropout", "feature_alpha_dropout"])
def test_mean_and_variance_stay(name):
    x = np.random.default_rng(0).normal(size=(1000, 1000))
    y = getattr(F, name)(x, 0.3, True, generator=generator()).numpy()
    assert abs(y.mean()) < 0.01
    assert abs(y.var() - 1) < 0.01


@kinds
def test_the_same_elements_are_out_of_the_gradient(name, shape, apart):
    x = ag.Tensor(np.random.default_rng(0).normal(size=shape).astype(np.float32), requires_grad=True)
    y = getattr(F, name)(x, 0.3, True, generator=generator())
    (dx,) = ag.grad(y.sum(), x)
    slope = 1 / 0.7 if "alpha" not in name else 1 / math.sqrt(0.7 * (1 + 0.3 * 1.7580993408473766**2))
    np.testing.assert_allclose(np.unique(dx.data), [0.0, slope], rtol=1e-6)
    assert y.dtype == dx.dtype == np.float32
    assert (y.data[dx.data == 0] == y.data[dx.data == 0][0]).all()


@pytest.mark.parametrize(
    "layer", [nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout]
)
def test_layers_draw_from_their_generator_or_the_default(layer):
    x = np.ones({"Dropout2d": (3, 4, 2, 2), "Dropout3d": (3, 4, 2, 2)}.get(layer.__name__, (3, 40)))
    first, again = (layer(0.5, generator=generator())(x).numpy() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    ag.manual_seed(1)
    first = layer()(x).numpy()
    ag.manual_seed(1)
    np.testing.assert_array_equal(layer()(x).numpy(), first)
    assert (first != x).any()


def test_three_axes_for_dropout2d_are_a_batch_with_a_warning():
    with pytest.warns(UserWarning, match=r"taken for \(N, C, L\), as in PyTorch; use dropout1d, or x\[None\]"):
        y = F.dropout2d(np.ones((20, 20, 3)), generator=generator()).numpy()
    assert y[:, :, 0].mean(1).std() > 0
    assert (y == y[:, :, :1]).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.dropout2d(np.ones((2, 2, 3, 3)))


ERRORS = [
    (lambda: F.dropout1d(np.ones(3)), ValueError, r"dropout1d: x is \(N, C, L\) or \(C, L\).*use dropout"),
    (lambda: F.dropout2d(np.ones((3, 3))), ValueError, r"dropout2d: x is \(N, C, H, W\), and this one is"),
    (lambda: F.dropout3d(np.ones((3, 3))), ValueError, r"dropout3d: x is \(N, C, D, H, W\) or"),
    (lambda: F.feature_alpha_dropout(np.ones(3)), ValueError, r"feature_alpha_dropout: x is \(N, C, ...\)"),
    (lambda: F.alpha_dropout(np.ones(3), 1.5), ValueError, "alpha_dropout: p is a probability and must lie in"),
    (lambda: F.dropout1d(np.ones((3, 3)), -0.1), ValueError, "dropout1d: p is a probability"),
    (lambda: nn.AlphaDropout(2), ValueError, "AlphaDropout: p is a probability"),
    (lambda: F.dropout2d(np.ones((3, 3, 3, 3), int)), TypeError, "dropout2d: input must be of a floating-point dtype"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text[:30] for _, _, text in ERRORS])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()
