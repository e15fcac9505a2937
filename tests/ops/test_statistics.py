"""Weighted means and covariances where samples do not reach."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import gradient, ours, plain, same
from .samples.sample import apart

X = apart(3, 5)
W = np.array([1.0, 0.5, 2.0, 0.25, 1.5])


@pytest.mark.parametrize("options", [
    {}, {"axis": 0}, {"axis": 1, "weights": W}, {"axis": (1, 0)}, {"weights": np.abs(X)},
    {"axis": -1, "weights": np.abs(X)},
    {"axis": 1, "weights": W, "keepdims": True}, {"axis": (1, 0), "weights": np.abs(X.T)},
    {"axis": (0,), "weights": W[:3]},
], ids=str)  # fmt: skip
def test_average(options: dict[str, object]) -> None:
    for x in (X, np.arange(15).reshape(3, 5)):
        expected = np.average(x, returned=True, **options)
        got = np.average(ag.Tensor(x), returned=True, **options)
        for a, b in zip(got, expected, strict=True):
            same(a, b)
        same(np.average(ag.Tensor(x), **options), expected[0])
    assert_gradients_close(lambda x: np.average(x, **options), X)


def test_average_of_lists() -> None:
    w = ag.Tensor([1.0, 3.0], requires_grad=True)
    same(np.average([2.0, 4.0], weights=w), np.array(3.5))
    same(ag.average([w[0], w[1]], weights=[1, 1]), np.array(2.0))


@pytest.mark.parametrize("options", [
    {}, {"rowvar": False}, {"bias": True}, {"ddof": 0}, {"ddof": 2}, {"y": X[:2] * 0.5 + 0.1},
    {"fweights": [1, 2, 1, 0, 3]},
    {"aweights": W}, {"aweights": W, "fweights": [1, 2, 1, 0, 3], "bias": True}, {"aweights": W, "ddof": 0},
    {"rowvar": False, "y": X[:, :1]},
], ids=str)  # fmt: skip
def test_cov(options: dict[str, object]) -> None:
    same(np.cov(ag.Tensor(X, requires_grad=True), **options), np.cov(X, **options))
    z = X + 1j * X[::-1]
    same(np.cov(ag.Tensor(z), **options), np.cov(z, **options))
    assert_gradients_close(lambda x: np.cov(x, **options), X)


def test_corrcoef() -> None:
    for options in ({}, {"rowvar": False}, {"y": X[:2] ** 2}):
        same(np.corrcoef(ag.Tensor(X), **options), np.corrcoef(X, **options))
        assert_gradients_close(lambda x, o=options: np.corrcoef(x, **o), X)
    z = X + 1j * X[::-1]
    same(np.corrcoef(ag.Tensor(z)), np.corrcoef(z))
    same(np.corrcoef(ag.Tensor(X[0])), np.corrcoef(X[0]))


def test_single_precision_stays() -> None:
    x = X.astype(np.float32)
    for call in (np.cov, np.corrcoef):
        value, (gradient,), _ = ours(call, [x])
        assert value.dtype == gradient.dtype == np.float32
        np.testing.assert_allclose(plain(value), call(x), rtol=1e-5)
        assert call(ag.Tensor(x), dtype=np.float64).dtype == np.float64


def test_no_degrees_of_freedom() -> None:
    with pytest.warns(RuntimeWarning, match="degrees of freedom"):
        assert np.isnan(np.cov(ag.Tensor(X[:, :1])).data).all()
    x = ag.Tensor(X[:, :1], requires_grad=True)
    with pytest.warns(RuntimeWarning, match=r"[Dd]egrees of freedom|invalid value"):
        np.sum(np.var(x, axis=1, ddof=1)).backward()
    assert x.grad is not None
    assert np.isnan(x.grad.data).all()
    with pytest.warns(RuntimeWarning, match=r"[Dd]egrees of freedom|invalid value"):
        _, tangent = ag.func.jvp(lambda x: np.var(x, axis=1, ddof=1), [X[:, :1]], [X[:, :1]])
    assert np.isnan(plain(tangent)).all()


def test_one_element_that_counts_does_not_vary() -> None:
    x, one = X[:, :3], np.eye(3, dtype=bool)
    for call in (lambda x: np.var(x, axis=1, where=one), lambda x: np.nanvar(np.where(one, x, np.nan), axis=1)):
        same(gradient(call, x), np.zeros((3, 3)))
        _, tangent = ag.func.jvp(call, [x], [x])
        same(tangent, np.zeros(3))


def test_deviations_of_equal_numbers_have_slope_0() -> None:
    x = np.ones((2, 3))
    x[1, 0] = 2
    for call in (lambda x: np.std(x, 1), lambda x: np.nanstd(x, 1), lambda x: np.std(x, 1, where=np.ones(3, bool))):
        _, (gradient,), (second,) = ours(call, [x])
        assert not gradient.data[0].any()
        assert gradient.data[1].all()
        assert not second.data[0].any()
        assert np.isfinite(second.data).all()


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.average(x, weights=W), TypeError, r"\(5,\) for an array of shape \(3, 5\) need axis="),
        (lambda x: np.average(x, axis=0, weights=W), ValueError, r"the shape of the array, or \(3,\)"),
        (lambda x: np.average(x, axis=1, weights=W * 0), ZeroDivisionError, "add up to 0"),
        (lambda x: np.cov(x[None]), ValueError, r"shape \(1, 3, 5\) has more than two axes"),
        (lambda x: np.cov(x, ddof=0.5), ValueError, "integer"),
        (lambda x: np.cov(x, fweights=[1.5] * 5), ValueError, "whole numbers"),
        (lambda x: np.cov(x, aweights=W[:4]), ValueError, r"\(4,\) for 5 observations"),
        (lambda x: np.cov(x, aweights=-W), ValueError, "negative"),
    ],
)
def test_errors(call, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(ag.Tensor(X, requires_grad=True))


def test_a_constant_row_beside_others() -> None:
    """The slope of a standard deviation of 0 is taken to be 0, and that of the other rows is what it is."""
    x = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]])
    for call in (lambda x: np.std(x, axis=1), lambda x: np.nanstd(x, axis=1, ddof=1)):
        assert_gradients_close(call, x)
        assert_gradients_close(call, x[1:], order=2)
