"""What users met in regularizers and constraints, held so that nobody meets it again."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from autograd_lite.optim import constraints as con
from autograd_lite.optim import regularization as reg

import autograd_lite as ag
from autograd_lite import optim


@pytest.mark.parametrize("axis", [None, 0])
@pytest.mark.parametrize(
    ("dtype", "size"), [(np.float16, 1e4), (np.float32, 1e20), (np.float32, 1e-24), (np.float64, 1e200)]
)
def test_lengths_whose_squares_no_number_holds(dtype: Any, size: float, axis: int | None) -> None:
    x = (np.array([3.0, 4.0]) * size).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        projected = con.project_l2_ball(x, 5 * size / 4, axis=axis)
    assert projected.dtype == dtype
    np.testing.assert_allclose(projected / dtype(size), [0.75, 1.0], rtol=2e-3 if dtype == np.float16 else 1e-6)


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e20), (np.float64, 1e200)])
def test_max_norm_of_long_rows(dtype: Any, size: float) -> None:
    w = ag.Tensor((np.array([[3.0, 4.0], [0.3 / size, 0.4 / size]]) * size).astype(dtype), requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, regularization=reg.MaxNorm(1.0, axis=1))
    w.grad = np.zeros((2, 2), dtype)
    optimizer.step()
    np.testing.assert_allclose(w.data, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)


def test_group_lasso_makes_the_shortest_rows_exactly_zero_and_shrinks_the_longest() -> None:
    rows = np.array([[3e-24, 4e-24], [3e-3, 4e-3], [0.0, 0.0], [3.0, 4.0], [3e20, 4e20]], np.float32)
    w = ag.Tensor(rows, requires_grad=True)
    optimizer = optim.SGD([w], lr=1e-2, regularization=reg.GroupLasso(100.0, axis=1))
    w.grad = np.zeros((5, 2), np.float32)
    optimizer.step()
    np.testing.assert_array_equal(w.data[:3], 0.0)
    np.testing.assert_allclose(w.data[3], rows[3] * 0.8, rtol=1e-6)
    np.testing.assert_allclose(w.data[4], rows[4], rtol=1e-6)
    assert optim.sparsity([w]).total.zeros == 6
