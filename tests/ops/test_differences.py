"""Differences, derivatives and integrals of tabulated functions where samples do not reach."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same
from .samples.sample import apart

X = apart(3, 5)
POINTS = np.array([0.0, 0.5, 1.5, 2.0, 3.25])


@pytest.mark.parametrize("n", range(7))
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_any_number_of_differences(n: int, axis: int) -> None:
    same(np.diff(ag.Tensor(X, requires_grad=True), n, axis), np.diff(X, n, axis))
    value, (gradient,), _ = ours(lambda x: np.diff(x, n, axis), [X])
    assert gradient.shape == X.shape
    if value.size:
        assert_gradients_close(lambda x: np.diff(x, n, axis), X)


def test_ends() -> None:
    x = ag.Tensor(X.astype(np.float32), requires_grad=True)
    assert np.diff(x, prepend=0.5, append=[[1.0]] * 3).dtype == np.float64
    assert np.diff(x, prepend=0.5, append=1).dtype == np.float32  # a number widens nothing
    y = ag.Tensor(2.0, requires_grad=True)
    np.sum(np.diff(x, prepend=y) ** 2).backward()
    assert y.grad is not None
    np.testing.assert_allclose(y.grad.data, -2 * (X[:, 0] - 2).sum(), rtol=1e-6)
    same(np.diff(ag.Tensor(X > 0)), np.diff(X > 0))
    same(np.ediff1d(ag.Tensor(X), to_begin=1, to_end=[2, 3]), np.ediff1d(X, to_begin=1, to_end=[2, 3]))
    same(ag.diff([y, y * y]), np.array([2.0], np.float32))


@pytest.mark.parametrize("shape", [(0,), (1,), (0, 3), (3, 0), (1, 4)])
def test_nothing_to_take_differences_of(shape: tuple[int, ...]) -> None:
    for call in (np.diff, np.ediff1d, np.trapezoid, lambda x: np.diff(x, 2, 0)):
        value, (gradient,), (second,) = ours(call, [np.ones(shape)])
        same(value, call(np.ones(shape)))
        assert gradient.shape == second.shape == shape


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("spacing", [(), (0.5,), (0.5, 2), (np.arange(3.0) ** 2, POINTS), (POINTS[:3], 0.25)], ids=str)
def test_gradient(edge_order: int, spacing: tuple[object, ...]) -> None:
    call = lambda x: np.gradient(x, *spacing, edge_order=edge_order)
    for got, expected in zip(call(ag.Tensor(X, requires_grad=True)), call(X), strict=True):
        same(got, expected)
    for i in range(2):
        assert_gradients_close(lambda x, i=i: call(x)[i], X, order=2)


def test_gradient_along_some_axes() -> None:
    t = ag.Tensor(X, requires_grad=True)
    for axis in (0, -1, (1,), (1, 0)):
        got, expected = np.gradient(t, axis=axis), np.gradient(X, axis=axis)
        for a, b in zip(*((got, expected) if isinstance(expected, tuple) else ([got], [expected])), strict=True):
            same(a, b)
    same(np.gradient(t, POINTS, axis=1), np.gradient(X, POINTS, axis=1))
    same(np.gradient(t[:, :2], axis=1), np.gradient(X[:, :2], axis=1))
    same(np.gradient(ag.Tensor(np.arange(4) ** 2)), np.gradient(np.arange(4) ** 2))
    x = ag.Tensor(X.astype(np.float32), requires_grad=True)
    assert np.gradient(x, POINTS, axis=1).dtype == np.float32


@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradient_by_its_spacing(edge_order: int) -> None:
    for call in (
        lambda x, h: np.gradient(x, h, axis=1, edge_order=edge_order),
        lambda x, h: np.gradient(x, h * POINTS, axis=1, edge_order=edge_order),
    ):
        h = ag.Tensor(np.array(0.7), requires_grad=True)
        same(call(X, h), call(X, np.array(0.7)))
        assert_gradients_close(call, X, np.array(0.7), order=2)


def test_trapezoid() -> None:
    for axis in (0, 1, -1):
        points = POINTS if axis else POINTS[:3]
        call = lambda y, x, axis=axis: np.trapezoid(y, x, axis=axis)
        same(call(ag.Tensor(X), points), call(X, points))
        same(call(X, ag.Tensor(points)), call(X, points))
        assert_gradients_close(call, X, points, order=2)
    assert_gradients_close(np.trapezoid, X[0], POINTS, order=2)
    steps = np.diff(POINTS)
    same(np.trapezoid(ag.Tensor(X), dx=steps), np.trapezoid(X, dx=steps))
    assert_gradients_close(lambda y, dx: ag.trapezoid(y, dx=dx), X, np.array(0.5))
    y = ag.Tensor(3.0, requires_grad=True)
    ag.trapezoid([y, y * y], [0.0, 2.0]).backward()
    assert y.grad is not None
    np.testing.assert_allclose(y.grad.data, 7)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.diff(x, -1), ValueError, "must not be negative"),
        (lambda x: np.diff(x[0, 0]), ValueError, "at least one axis"),
        (lambda x: np.diff(x, axis=2), np.exceptions.AxisError, "2"),
        (lambda x: np.ediff1d(x, to_end=1j), TypeError, "to_end of complex128"),
        (lambda x: np.trapezoid(x, np.ones(3)), ValueError, r"x of shape \(3,\) for y of shape \(3, 5\)"),
        (lambda x: np.gradient(x, 1, 2, 3), TypeError, "3 spacings for 2 axes"),
        (lambda x: np.gradient(x, edge_order=3), ValueError, "edge_order must be 1 or 2"),
        (lambda x: np.gradient(x, np.ones(4), axis=1), ValueError, r"shape \(5,\), not \(4,\)"),
        (lambda x: np.gradient(x[:2], edge_order=2), ValueError, "needs 3"),
    ],
)
def test_errors(call, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(ag.Tensor(X, requires_grad=True))
