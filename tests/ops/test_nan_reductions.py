"""Reductions that pass over NaN where samples do not reach."""

import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, same
from .samples.sample import apart

X = apart(3, 4)
HOLED = X.copy()
HOLED[0, 1] = HOLED[2, 0] = HOLED[2, 3] = np.nan
NAMES = ["nansum", "nanprod", "nancumsum", "nancumprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanmedian"]
named = pytest.mark.parametrize("name", NAMES)


@named
def test_without_nan_it_is_the_plain_function(name: str) -> None:
    plain_one = getattr(np, name[3:])
    for axis in (None, 0, 1):
        got = ours(lambda x, axis=axis: getattr(np, name)(x, axis=axis), [X])
        expected = ours(lambda x, axis=axis: plain_one(x, axis=axis), [X])
        for a, b in zip([got[0], *got[1], *got[2]], [expected[0], *expected[1], *expected[2]], strict=True):
            same(a, b)


@named
def test_no_gradient_flows_to_nan(name: str) -> None:
    value, (gradient,), (second,) = ours(lambda x: getattr(np, name)(x, axis=1), [HOLED])
    same(value, getattr(np, name)(HOLED, axis=1), rtol=1e-14)
    assert not gradient.data[np.isnan(HOLED)].any()
    assert np.isfinite(gradient.data).all()
    assert np.isfinite(second.data).all()
    ag.func.jvp(lambda x: getattr(np, name)(x, axis=1), [HOLED], [X])


@pytest.mark.parametrize("name", ["nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"])
def test_where(name: str) -> None:
    mask = np.array([[True, True, True, False], [True, False, True, True], [False, True, True, True]])
    start = {"initial": -1.5} if name == "nanmax" else {"initial": 1.5} if name == "nanmin" else {}
    call = lambda x: getattr(np, name)(x, axis=0, where=mask, keepdims=True, **start)
    value, (gradient,), _ = ours(call, [HOLED])
    same(value, call(HOLED), rtol=1e-14)
    assert not gradient.data[np.isnan(HOLED) | ~mask].any()
    assert_gradients_close(call, X)


@pytest.mark.parametrize("name", ["nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nansum", "nanprod"])
def test_slices_of_nothing_but_nan(name: str) -> None:
    """NumPy's answer and NumPy's warning; the gradient of the others is not spoiled."""
    x = HOLED.copy()
    x[1] = np.nan
    call = lambda x: getattr(np, name)(x, axis=1)
    with warnings.catch_warnings(record=True) as expected:
        warnings.simplefilter("always")
        value = call(x)
    t = ag.Tensor(x, requires_grad=True)
    with warnings.catch_warnings(record=True) as got:
        warnings.simplefilter("always")
        answer = call(t)
    same(answer, value, rtol=1e-14)
    assert {str(w.message) for w in got} == {str(w.message) for w in expected}
    answer[0].backward()
    assert t.grad is not None
    assert np.isfinite(t.grad.data[0]).all()


def test_a_mean_that_is_known() -> None:
    call = lambda x, m: np.nanvar(x, axis=1, mean=m, ddof=0.5)
    m = np.nanmean(HOLED, axis=1, keepdims=True) + 0.1
    same(call(ag.Tensor(HOLED), ag.Tensor(m)), call(HOLED, m), rtol=1e-14)
    same(np.nanstd(ag.Tensor(HOLED), 1, mean=m), np.nanstd(HOLED, 1, mean=m), rtol=1e-14)
    assert_gradients_close(call, X, m)


def test_whole_numbers_have_no_nan() -> None:
    x = np.arange(6).reshape(2, 3)
    for name in NAMES:
        same(getattr(np, name)(ag.Tensor(x)), getattr(np, name)(x))
        same(getattr(ag, name)(ag.Tensor(x)), getattr(np, name)(x))


def test_errors() -> None:
    t = ag.Tensor(HOLED, requires_grad=True)
    with pytest.raises(np.exceptions.AxisError, match=r"nanmean\(float64\[3, 4\], axis=2"):
        np.nanmean(t, axis=2)
    with pytest.raises(ValueError, match="one of them"):
        np.nanvar(t, ddof=1, correction=1)
