"""The exponential of matrices, beside SciPy's."""

import numpy as np
import pytest
import scipy.linalg

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import plain, same

RNG = np.random.default_rng(0)


class TestExpm:
    @pytest.mark.parametrize("scale", [0.0, 1e-3, 0.1, 0.5, 1.5, 4.0, 30.0])
    @pytest.mark.parametrize("dtype", [np.float64, np.complex128])
    def test_values_are_scipys(self, scale: float, dtype: type) -> None:
        x = (RNG.normal(size=(5, 5)) * scale).astype(dtype)
        if dtype is np.complex128:
            x += 1j * RNG.normal(size=(5, 5)) * scale
        expected = scipy.linalg.expm(x)
        np.testing.assert_allclose(plain(ag.linalg.expm(x)), expected, rtol=1e-11, atol=1e-12 * np.abs(expected).max())

    def test_the_derivative_is_scipys(self) -> None:
        x, d = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
        _, got = ag.func.jvp(ag.linalg.expm, (x,), (d,))
        np.testing.assert_allclose(plain(got), scipy.linalg.expm_frechet(x, d)[1], rtol=1e-11)

    def test_of_integers_and_of_infinities(self) -> None:
        same(ag.linalg.expm(np.zeros((2, 2), int)), np.eye(2))
        assert np.isnan(plain(ag.linalg.expm(ag.Tensor(np.full((2, 2), np.inf))))).all()
        same(ag.linalg.expm(np.diag([-1e60, 0.0])), np.diag([0.0, 1.0]))

    @pytest.mark.parametrize("size", [1e2, 1e6, 1e10, 1e100])
    def test_a_matrix_that_is_far_from_normal(self, size: float) -> None:
        """By its norm alone it would be halved until all digits are lost."""
        x = np.array([[1.0, size], [0.0, -1.0]])
        same(ag.linalg.expm(x), np.array([[np.e, size * np.sinh(1)], [0, 1 / np.e]]), rtol=1e-14)

    def test_powers_that_cancel(self) -> None:
        """The square is 0, but that of the moduli is not: rounding asks for smaller steps than the powers do."""
        x = np.array([[1.0, -1.0], [1.0, -1.0]]) * 100
        same(ag.linalg.expm(x), np.eye(2) + x, rtol=1e-14)

    def test_each_of_a_stack_is_halved_as_it_needs(self) -> None:
        x = np.stack([RNG.normal(size=(3, 3)) * scale for scale in (1e-6, 1e2, 0, 3)])
        for one, got in zip(x, ag.linalg.expm(x), strict=True):
            expected = scipy.linalg.expm(one)
            np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max())
        x = np.stack([RNG.normal(size=(3, 3)) * scale for scale in (0.1, 6, 3)])
        assert_gradients_close(ag.linalg.expm, x)
