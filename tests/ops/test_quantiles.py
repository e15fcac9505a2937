"""Medians and quantiles where samples do not reach: every method at every place, weights, NaN, ties, errors."""

import warnings

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import modes_agree, same
from .samples.quantiles import METHODS
from .samples.sample import apart

X = apart(2, 3, 5)
QS = np.linspace(0, 1, 13)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
def test_every_method_at_every_place(method: str, n: int) -> None:
    x = apart(3, n)
    for q in (QS, 0.3, 0, 1, np.float32(0.6), QS.reshape(1, 13)):
        same(np.quantile(ag.Tensor(x), q, axis=1, method=method), np.quantile(x, q, axis=1, method=method), rtol=1e-13)
    same(np.percentile(ag.Tensor(x), 100 * QS, method=method), np.percentile(x, 100 * QS, method=method), rtol=1e-13)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (2, 0, 1), (-2,)], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("q", [0.35, [0.1, 0.5, 0.5], [[0.25], [1.0]]], ids=str)
def test_any_axes_and_shapes(axis: object, keepdims: bool, q: object) -> None:
    for name in ("quantile", "nanquantile"):
        call = lambda x, name=name: getattr(np, name)(x, np.asarray(q), axis=axis, keepdims=keepdims)
        x = X.copy()
        if name == "nanquantile":
            if np.ndim(q) == 2:
                continue  # NumPy puts the axes of q elsewhere
            x[0, 1, 2] = x[1, :2, 0] = np.nan
        same(call(ag.Tensor(x, requires_grad=True)), call(x), rtol=1e-13)
    assert_gradients_close(lambda x: np.quantile(x, np.asarray(q), axis=axis, keepdims=keepdims), X)


@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_weights(name: str) -> None:
    call = getattr(np, name)
    rng = np.random.default_rng(0)
    x = X.copy()
    if name == "nanquantile":
        x[0, 1, 2] = x[1, 0, 0] = np.nan
    for axis, weights in (
        (2, np.array([1.0, 0.0, 2.0, 0.5, 1.0]) * np.ones((2, 3, 1))),  # NumPy's nanquantile fails for one axis
        (1, rng.integers(0, 3, X.shape) + 0.5),
        (None, rng.uniform(0, 1, X.shape)),
    ):
        run = lambda x, a=axis, w=weights: call(x, QS, axis=a, weights=w, method="inverted_cdf")
        same(run(ag.Tensor(x, requires_grad=True)), run(x))
    x = ag.Tensor(np.array([3.0, 1.0, 2.0]), requires_grad=True)
    np.quantile(x, 0.5, weights=np.array([1.0, 1.0, 5.0]), method="inverted_cdf").backward()
    same(x.grad, np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_are_numpys(dtype: type) -> None:
    x = X.astype(dtype)
    for q in (0.3, np.float64(0.3), [0.3, 0.7], np.float32([0.3]), 1):
        for call in (np.quantile, np.nanquantile):
            for method in ("linear", "lower", "midpoint"):
                expected = call(x, q, axis=1, method=method)
                same(call(ag.Tensor(x), q, axis=1, method=method), expected, rtol=1e-3, atol=1e-3)
    same(np.median(ag.Tensor(np.arange(6))), np.median(np.arange(6)))
    same(np.quantile(ag.Tensor(np.arange(6)), [0, 0.3]), np.quantile(np.arange(6), [0, 0.3]))


def test_nan_in_a_slice_is_its_quantile() -> None:
    x = X[0].copy()
    x[1, 2] = np.nan
    for call in (lambda x: np.median(x, 1), lambda x: np.quantile(x, [0.2, 0.9], 1), lambda x: np.median(x)):
        same(call(ag.Tensor(x)), call(x), rtol=1e-14)
    t = ag.Tensor(x, requires_grad=True)
    np.sum(np.median(t, 1)[[0, 2]]).backward()
    assert t.grad is not None
    same(t.grad.data.sum(1), np.array([1.0, 0.0, 1.0]))


@pytest.mark.parametrize("name", ["nanmedian", "nanquantile", "nanpercentile"])
def test_slices_of_nothing_but_nan(name: str) -> None:
    x = X[0].copy()
    x[1] = np.nan
    call = lambda x: getattr(np, name)(x, *([] if name == "nanmedian" else [0.25]), axis=1)
    with pytest.warns(RuntimeWarning):
        expected = call(x)
    t = ag.Tensor(x, requires_grad=True)
    with pytest.warns(RuntimeWarning, match="nothing but NaN"):
        answer = call(t)
    same(answer, expected, rtol=1e-14)
    answer[0].backward()
    assert t.grad is not None
    assert t.grad.data[0].sum() == pytest.approx(1)
    assert not t.grad.data[1:].any()


def test_ties_in_many_ranks_and_in_few_go_where_pytorchs_go() -> None:
    x = np.random.default_rng(0).integers(0, 4, (6, 11)).astype(float)
    for q in ([0.5], [0.1, 0.7], QS):
        t, other = ag.Tensor(x, requires_grad=True), torch.from_numpy(x).requires_grad_()
        w = np.arange(1.0, 1 + len(q))[:, None]
        np.sum(np.quantile(t, q, axis=1) * w).backward()
        (other.quantile(torch.tensor(q, dtype=torch.float64), 1) * torch.from_numpy(w)).sum().backward()
        same(t.grad, other.grad.numpy())
        modes_agree(lambda x, q=q: np.quantile(x, q, axis=1), x)
    x[0, 3] = x[2, 1] = np.nan  # then each row has ranks of its own
    for q in ([0.7], [0.1, 0.4, 0.7]):
        modes_agree(lambda x, q=q: np.nanquantile(x, q, axis=2), x.reshape(2, 3, 11))


def test_by_q() -> None:
    assert_gradients_close(lambda q: np.quantile(X, q), np.array([0.23, 0.61]))
    assert_gradients_close(lambda x, q: np.percentile(x, q, method="hazen"), X, np.array([33.0, 58.0]))
    q = ag.Tensor(np.array([0.3]), requires_grad=True)
    assert not np.quantile(ag.Tensor(X), q, method="nearest").requires_grad


def test_the_median_of_nothing_warns_as_numpys() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        same(np.median(ag.Tensor(np.ones((3, 0))), 1), np.median(np.ones((3, 0)), 1))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.quantile(x, 1.5), ValueError, "between 0 and 1"),
        (lambda x: np.percentile(x, -1), ValueError, "between 0 and 100"),
        (lambda x: np.quantile(x, 0.5, method="best"), ValueError, "no method 'best', but linear"),
        (lambda x: np.quantile(x, 0.5, weights=np.ones(X.shape)), ValueError, "inverted_cdf"),
        (lambda x: np.quantile(x, 0.5, axis=2, weights=np.ones(3), method="inverted_cdf"), ValueError, r"\(3,\)"),
        (lambda x: np.quantile(x, 0.5, weights=-np.ones(X.shape), method="inverted_cdf"), ValueError, "negative"),
        (lambda x: np.quantile(x, np.ones((1, 1, 1))), ValueError, "one axis or two"),
        (lambda x: np.quantile(x * 1j, 0.5), TypeError, "no order"),
        (lambda x: np.quantile(x[:0], 0.5), IndexError, "no elements"),
        (lambda x: np.quantile(x, 0.5, axis=3), np.exceptions.AxisError, "3"),
    ],
)
def test_errors(call, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(ag.Tensor(X, requires_grad=True))
