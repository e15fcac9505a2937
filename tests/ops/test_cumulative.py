"""Running sums, products and sums of exponentials where samples do not reach."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.ops.cumulative import _recurrence
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same
from .samples.sample import apart

X = apart(3, 4)
CALLS = [np.cumsum, np.cumprod, np.nancumsum, np.nancumprod, ag.logcumsumexp]
named = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)


@named
@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (3, 0), (1, 1)])
def test_little_or_nothing_to_run_over(call, shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.5)
    for axis in (None, *range(len(shape))):
        value, (gradient,), (second,) = ours(lambda x, axis=axis: call(x, axis=axis), [x])
        same(
            value,
            (
                np.logaddexp.accumulate(x.reshape(-1) if axis is None else x, axis or 0)
                if call is ag.logcumsumexp
                else call(x, axis=axis)
            ),
        )
        assert gradient.shape == second.shape == shape
        ag.func.jvp(lambda x, axis=axis: call(x, axis=axis), [x], [x])


@named
@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_axes(call, axis: int | None) -> None:
    assert_gradients_close(lambda x: call(x, axis=axis), X, order=2)


@pytest.mark.parametrize("n", range(1, 14))
def test_recurrences_of_every_length(n: int) -> None:
    a, b = np.random.default_rng(n).normal(size=(2, 3, n))
    h = np.zeros((3, n))
    for k in range(n):
        h[:, k] = b[:, k] + (a[:, k] * h[:, k - 1] if k else 0)
    same(_recurrence(a, b), h)


def test_products_with_zeros_everywhere() -> None:
    x = X.copy()
    x[0] = 0
    x[1, ::2] = 0
    for axis in (0, 1, None):
        assert_gradients_close(lambda x, axis=axis: np.cumprod(x, axis), x, order=2)
        assert_gradients_close(lambda x, axis=axis: np.prod(x, axis), x, order=2)


def test_standard_names() -> None:
    x = ag.Tensor(X, requires_grad=True)
    same(ag.cumulative_sum(x, axis=1), X.cumsum(1))
    same(ag.cumulative_prod(x, axis=-1, include_initial=True), np.concatenate([np.ones((3, 1)), X.cumprod(1)], 1))
    same(ag.cumulative_sum(x, axis=0, dtype=np.float32), X.cumsum(0, np.float32))
    if hasattr(np, "cumulative_sum"):
        same(np.cumulative_sum(x, axis=1, include_initial=True), np.cumulative_sum(X, axis=1, include_initial=True))
        same(np.cumulative_prod(x, axis=0), np.cumulative_prod(X, axis=0))
    same(ag.cumulative_sum(ag.Tensor(np.arange(3))), np.arange(3).cumsum())
    for call in (ag.cumulative_sum, ag.cumulative_prod):
        with pytest.raises(ValueError, match=r"\(3, 4\) needs axis="):
            call(x)
        same(call(x[0, 0]), X[0, :1])


def test_exponentials_neither_overflow_nor_vanish() -> None:
    """Warnings are errors here."""
    x = np.array([-np.inf, -np.inf, 1000.0, -1000.0, 1001.0, -np.inf])
    value, (gradient,), (second,) = ours(ag.logcumsumexp, [x])
    expected = np.array([-np.inf, -np.inf, 1000.0, 1000.0, 1001 + np.log1p(np.exp(-1)), 1001 + np.log1p(np.exp(-1))])
    np.testing.assert_allclose(value.data, expected, rtol=1e-15)
    assert np.isfinite(gradient.data).all()
    assert np.isfinite(second.data).all()
    np.testing.assert_array_equal(gradient.data[[0, 1, 3, 5]], 0)
    _, tangent = ag.func.jvp(ag.logcumsumexp, [x], [np.ones(6)])
    np.testing.assert_allclose(tangent.data, [0, 0, 1, 1, 1, 1])


def test_exponentials_with_cotangents_of_either_sign() -> None:
    x = np.linspace(-30, 30, 9)
    t = ag.Tensor(x, requires_grad=True)
    g = np.array([1.0, -1.0] * 4 + [1.0])
    (gradient,) = ag.grad(ag.logcumsumexp(t), t, g)
    y = np.logaddexp.accumulate(x)
    expected = [sum(g[k] * np.exp(x[i] - y[k]) for k in range(i, 9)) for i in range(9)]
    np.testing.assert_allclose(gradient.data, expected, rtol=1e-12)
