"""The numbers of an array in short, beside NumPy's."""

import numpy as np
import pytest

from autograd_lite.graph.statistics import BINS, norm_of, statistics_of, statistics_of_value


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (20, 30), (2, 3, 17), (1, 100)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_numbers(shape, dtype):
    array = np.random.default_rng(0).normal(size=shape).astype(dtype)
    wide = array.astype(np.float64)
    about = statistics_of(array)
    assert about.size == array.size
    assert (about.min, about.max) == (wide.min(), wide.max())
    assert about.mean == pytest.approx(wide.mean(), rel=1e-12)
    assert about.std == pytest.approx(wide.std(), rel=1e-12)
    assert about.norm == pytest.approx(np.linalg.norm(wide.ravel()), rel=1e-12)
    assert sum(about.histogram) == array.size
    assert about.finite


def test_histogram_is_that_of_numpy():
    array = np.random.default_rng(1).normal(size=1000)
    assert list(statistics_of(array).histogram) == np.histogram(array, BINS)[0].tolist()


def test_what_is_not_finite_is_counted_and_left_out():
    about = statistics_of(np.array([0.0, 3.0, -4.0, np.nan, np.inf, -np.inf, np.nan]))
    assert (about.zeros, about.nans, about.infinities) == (1, 2, 2)
    assert (about.min, about.max, about.norm) == (-4.0, 3.0, 5.0)
    assert sum(about.histogram) == 3
    assert about.heatmap == ((0.0, 3.0, -4.0, None, None, None, None),)
    assert not about.finite


@pytest.mark.parametrize("array", [np.array([]), np.full(3, np.nan), np.ones((0, 4))])
def test_nothing_finite(array):
    about = statistics_of(array)
    assert (about.min, about.max, about.mean, about.std, about.norm) == (None,) * 5
    assert sum(about.histogram) == 0


def test_huge_and_tiny_numbers():
    about = statistics_of(np.array([1e300, -1e300, 1e308]))
    assert about.norm == pytest.approx(1e308, rel=1e-9)
    assert np.isfinite(about.std)
    assert sum(statistics_of(np.array([-1.7e308, 1.7e308, 0.0])).histogram) == 3
    assert statistics_of(np.array([3e-200, 4e-200])).norm == pytest.approx(5e-200)
    assert statistics_of(np.full(4, 2.5)).histogram[0] == 4


def test_norm_of_several_arrays():
    assert norm_of([np.array([3.0]), np.array([[4j]]), np.zeros((0, 2))]) == 5.0
    assert norm_of([np.array([3e200]), np.array(4e200)]) == pytest.approx(5e200)
    assert norm_of([np.array([3e-200, 4e-200])]) == pytest.approx(5e-200)
    assert norm_of([np.array([1.0, np.inf])]) == np.inf
    assert np.isnan(norm_of([np.array([1e300, np.nan])]))
    assert norm_of([]) == norm_of([np.zeros(3)]) == 0.0


def test_heatmap_of_a_large_array_is_of_means_of_blocks():
    array = np.arange(16.0 * 24).reshape(16, 24)
    heatmap = np.array(statistics_of(array).heatmap)
    np.testing.assert_allclose(heatmap, array.reshape(8, 2, 8, 3).mean(axis=(1, 3)))
    odd = np.random.default_rng(0).normal(size=(19, 5))
    assert np.shape(statistics_of(odd).heatmap) == (8, 5)
    # leading axes are rows
    stack = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_array_equal(statistics_of(stack).heatmap, stack.reshape(6, 4))


def test_complex_numbers_by_their_absolute_values():
    about = statistics_of(np.array([3 + 4j, 0j]))
    assert (about.max, about.zeros, about.norm) == (5.0, 1, 5.0)


def test_lists_and_what_has_no_numbers():
    assert statistics_of_value([np.ones(2), np.zeros((1, 3))]).size == 5
    assert statistics_of_value(np.arange(3)) is None
    assert statistics_of_value("text") is None
