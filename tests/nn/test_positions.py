"""Positions, by the formulas of the papers."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.testing import assert_gradients_close

F = nn.functional
X = np.random.default_rng(0).normal(size=(2, 5, 6))


def test_sines_and_cosines_are_added() -> None:
    layer = nn.SinusoidalPositions(6, max_len=8, dtype=np.float64)
    expected = X.copy()
    for t in range(5):
        for i in range(3):
            expected[:, t, 2 * i] += np.sin(t / 10000 ** (2 * i / 6))
            expected[:, t, 2 * i + 1] += np.cos(t / 10000 ** (2 * i / 6))
    np.testing.assert_allclose(layer(ag.Tensor(X)), expected, rtol=1e-14)
    assert layer.state_dict() == {}
    with pytest.raises(ValueError, match="T up to 8"):
        layer(np.ones((9, 6)))


@pytest.mark.parametrize("interleaved", [False, True])
def test_pairs_are_turned(interleaved: bool) -> None:
    got = nn.RotaryPositions(interleaved=interleaved)(X).data
    for t in range(5):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            a, b = (2 * i, 2 * i + 1) if interleaved else (i, i + 3)
            z = (X[:, t, a] + 1j * X[:, t, b]) * np.exp(1j * angle)
            np.testing.assert_allclose(got[:, t, a] + 1j * got[:, t, b], z, rtol=1e-13)
    assert_gradients_close(lambda x: F.rotary(x, interleaved=interleaved), X, order=2)


def test_products_depend_on_the_distance_alone() -> None:
    q, k = X[:1, :1], X[1:, :1]
    here = np.sum(F.rotary(q, [3]).data * F.rotary(k, [1]).data)
    there = np.sum(F.rotary(q, [9]).data * F.rotary(k, [7]).data)
    assert here == pytest.approx(there, rel=1e-12)
    assert F.rotary(X.astype(np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match="even E"):
        F.rotary(np.ones((2, 3)))
