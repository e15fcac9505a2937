"""Reductions where samples do not reach: all of NumPy's arguments, arrays without elements or axes, errors."""

import itertools
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, plain, same
from .samples.sample import apart

X = apart(2, 3, 4)
MASK = np.random.default_rng(0).random((2, 3, 4)) < 0.6
MASK[0, 0, 0] = True
AXES = [None, 0, -1, 1, (0, 2), (2, 0), (-1, 0, 1), (), (1,)]


def agree(call, *arrays, rtol=1e-13):
    """The call gives for Tensors what it gives for arrays, recorded or not."""
    expected = call(*arrays)
    for requires_grad in {False, arrays[0].dtype.kind in "fc"}:
        same(call(*(ag.Tensor(x, requires_grad=requires_grad) for x in arrays)), expected, rtol=rtol)


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "ptp", "var", "std", "nansum", "nanmean",
                                  "nanprod",
                                  "nanmax", "nanmin", "nanvar", "nanstd", "median", "nanmedian"])  # fmt: skip
def test_any_axes(name: str, axis: object, keepdims: bool) -> None:
    call = getattr(np, name)
    if axis == () and name in ("median", "nanmedian"):
        pytest.skip("NumPy's median takes no empty tuple")
    x = X.copy()
    if name.startswith("nan"):
        x[0, 1] = x[1, 2, 3] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # slices of nothing but NaN
        agree(lambda x: call(x, axis=axis, keepdims=keepdims), x)
        _, (gradient,), _ = ours(lambda x: call(x, axis=axis, keepdims=keepdims), [x])
    assert gradient.shape == x.shape
    if not name.startswith("nan") and not (axis == () and name in ("std",)):
        assert_gradients_close(lambda x: call(x, axis=axis, keepdims=keepdims), x)


@pytest.mark.parametrize("axis", [None, 1, (0, 2)], ids=str)
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "max", "min"])
def test_where(name: str, axis: object) -> None:
    call = getattr(np, name)
    start = {"max": {"initial": -1.75}, "min": {"initial": 1.75}}.get(name, {})
    mask = np.ones((2, 3, 4), bool)
    mask[0, 1, 2] = mask[1, 0] = mask[0, 2, 3] = False
    some = mask | (np.arange(4) < 2)
    for where in (some, some[0], np.array([True, False, True, True])[: 1 if axis == 1 else 4]):
        for call_where in (
            lambda x, w=where: call(x, axis, where=w, **start),
            lambda x, w=where: call(x, axis, where=ag.Tensor(w) if isinstance(x, ag.Tensor) else w, **start),
        ):
            agree(call_where, X)
        assert_gradients_close(lambda x, w=where: call(x, axis, where=w, **start), X)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "nansum", "nanmax"])
def test_initial(name: str) -> None:
    call = getattr(np, name)
    agree(lambda x: call(x, axis=1, initial=0.25), X)
    assert_gradients_close(lambda x: call(x, axis=1, initial=0.25), X)
    if name != "nanmax":
        agree(lambda x: call(x[:, :0], axis=1, initial=0.25), X)


def test_initial_shares_a_tie_and_keeps_its_part() -> None:
    x = ag.Tensor(np.array([1.0, 3.0, 3.0]), requires_grad=True)
    np.max(x, initial=3.0).backward()
    same(x.grad, np.array([0.0, 1 / 3, 1 / 3]))


def test_initial_and_mean_carry_gradients() -> None:
    assert_gradients_close(lambda x, y: ag.sum(x, axis=0, initial=y), X[0], X[1, 0])
    assert_gradients_close(lambda x, m: np.std(x, axis=1, mean=m), X[0], X[1, :, :1], order=2)
    assert_gradients_close(
        lambda x, m: np.var(x, 1, where=MASK[0] | (np.arange(4) < 2), mean=m, ddof=0.5), X[0], X[1, :, :1]
    )
    with pytest.raises(TypeError, match="no gradient flows to its argument initial="):
        ag.max(ag.Tensor(X, requires_grad=True), initial=ag.Tensor(0.5, requires_grad=True))


def test_the_mean_of_nothing_has_a_gradient_without_elements() -> None:
    x = ag.Tensor(np.zeros((0, 3)), requires_grad=True)
    with pytest.warns(RuntimeWarning, match="invalid value"):
        answer = np.mean(x, axis=0)
    (gradient,) = ag.grad(answer, x, np.ones(3))
    assert gradient is not None
    assert gradient.shape == (0, 3)


def test_a_mask_may_change_before_backward() -> None:
    for call in (np.sum, np.mean, np.var):
        mask = np.array([True, False, True])
        x = ag.Tensor(np.array([1.0, 2.0, 4.0]), requires_grad=True)
        answer = call(x, where=mask)
        mask[:] = False
        answer.backward()
        assert x.grad is not None
        assert np.count_nonzero(x.grad.data) == 2


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "cumsum", "cumprod", "nansum", "nanmean"])
def test_dtype(name: str) -> None:
    call = getattr(np, name)
    x = X.astype(np.float32)
    agree(lambda x: call(x, axis=1, dtype=np.float64), x, rtol=1e-6)
    answer = call(ag.Tensor(x, requires_grad=True), axis=1, dtype=np.float64)
    assert answer.dtype == np.float64
    _, (gradient,), (second,) = ours(lambda x: call(x, axis=1, dtype=np.float64), [x])
    assert gradient.dtype == second.dtype == np.float32
    assert not call(ag.Tensor(x, requires_grad=True), dtype=np.int64).requires_grad if name[0] == "s" else True


@pytest.mark.parametrize(
    "name", ["sum", "mean", "max", "min", "var", "std", "prod", "cumsum", "cumprod", "ptp", "median"]
)
def test_whole_numbers_and_truths(name: str) -> None:
    call = getattr(np, name)
    agree(call, np.arange(6).reshape(2, 3))
    if name not in ("ptp", "median"):
        agree(call, np.array([True, False, True]))


def test_arguments_by_keyword_and_by_position() -> None:
    x = ag.Tensor(X, requires_grad=True)
    same(np.sum(a=x, axis=1), X.sum(1))
    same(np.sum(x, 1, None, None, True), X.sum(1, keepdims=True))
    same(np.var(x, 1, None, None, 1), X.var(1, ddof=1))
    same(np.quantile(a=x, q=0.3), np.quantile(X, 0.3))
    same(np.max(x, 0, None, True), X.max(0, keepdims=True))
    same(np.cumsum(a=x, axis=1), X.cumsum(1))


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "max", "nansum", "nanmean", "nanvar"])
def test_no_elements_in_slices_that_are_left(name: str) -> None:
    call = getattr(np, name)
    x = np.ones((0, 3))
    value, (gradient,), (second,) = ours(lambda x: call(x, axis=1), [x])
    assert value.shape == (0,)
    assert gradient.shape == second.shape == (0, 3)


def test_sums_and_products_of_nothing() -> None:
    for call, expected in ((np.sum, 0.0), (np.prod, 1.0)):
        value, (gradient,), _ = ours(lambda x, call=call: call(x, axis=0), [np.ones((0, 3))])
        same(value, np.full(3, expected))
        assert gradient.shape == (0, 3)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "ptp", "median", "cumsum", "cumprod", "nansum"])
@pytest.mark.parametrize("options", [{}, {"axis": None}, {"axis": 0}, {"keepdims": True}], ids=str)
def test_a_number_without_axes(name: str, options: dict[str, object]) -> None:
    call = getattr(np, name)
    if ("keepdims" in options and name.startswith("cum")) or (
        options.get("axis") == 0 and name in ("mean", "ptp", "median")
    ):
        pytest.skip("NumPy has no such argument, or no such axis")
    x = np.array(0.75)
    value, (gradient,), _ = ours(lambda x: call(x, **options), [x])
    same(value, call(x, **options))
    assert gradient.shape == ()
    slope = np.sum(plain(gradient)) / np.sum(np.asarray(ours(np.sum, [x])[1][0]))
    assert slope == (0.0 if name == "ptp" else pytest.approx(slope))


@pytest.mark.parametrize("zeros", list(itertools.combinations(range(4), 1)) + list(itertools.combinations(range(4), 2)))
def test_products_with_zeros_to_the_third_order(zeros: tuple[int, ...]) -> None:
    x = np.array([1.5, -0.5, 2.0, 0.75])
    x[list(zeros)] = 0.0
    for call in (np.prod, np.cumprod):
        assert_gradients_close(call, x, order=2)

        def slope(x, call=call):
            y = call(x)
            (g,) = ag.grad(y, x, np.ones(y.shape), create_graph=True)
            return np.sum(g * g)

        t = ag.Tensor(x, requires_grad=True)
        (first,) = ag.grad(slope(t), t)
        same(first, ag.grad(sum_of_others(t, call is np.prod), t)[0])


def sum_of_others(x, whole: bool):
    """The squared gradient of a (running) product of four numbers, written out."""
    a, b, c, d = (x[i] for i in range(4))
    if whole:
        return (b * c * d) ** 2 + (a * c * d) ** 2 + (a * b * d) ** 2 + (a * b * c) ** 2
    return (1 + b + b * c + b * c * d) ** 2 + (a + a * c + a * c * d) ** 2 + (a * b + a * b * d) ** 2 + (a * b * c) ** 2


def test_products_that_underflow_or_overflow() -> None:
    for x in ([1e-200, 1e-200, 2.0], [1e200, 1e200, 1e-300]):
        t = ag.Tensor(np.array(x), requires_grad=True)
        with np.errstate(over="ignore"):
            expected = [np.prod([x[j] for j in (2, 1, 0) if j != i]) for i in range(3)]
            for answer in (np.cumprod(t)[-1], np.prod(t)):
                (gradient,) = ag.grad(answer, t)
                np.testing.assert_allclose(gradient.data, expected, rtol=1e-12)


def test_float16_means_and_ties_of_many() -> None:
    x = np.ones(70_000, np.float16)
    for call in (np.mean, np.max):
        t = ag.Tensor(x, requires_grad=True)
        (gradient,) = ag.grad(call(t), t, np.float16(1))
        assert gradient.dtype == np.float16
    t = ag.Tensor(np.ones(3000, np.float16), requires_grad=True)
    (gradient,) = ag.grad(np.max(t), t, np.float16(1))
    np.testing.assert_allclose(gradient.data, 1 / 3000, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: np.sum(x, axis=3), np.exceptions.AxisError, r"sum\(float64\[2, 3, 4\], axis=3.*between -ndim"),
        (lambda x: np.prod(x, axis=3), np.exceptions.AxisError, r"prod\(float64\[2, 3, 4\], axis=3.*between -ndim"),
        (lambda x: np.cumsum(x, axis=3), np.exceptions.AxisError, r"cumsum\(float64\[2, 3, 4\], axis=3"),
        (lambda x: np.max(x[:0]), ValueError, r"max\(float64\[0, 3, 4\].*zero-size"),
        (lambda x: np.max(x, where=MASK), ValueError, r"max\(.*'initial'"),
        (lambda x: np.var(x, ddof=1, correction=2), ValueError, "one of them"),
        (lambda x: ag.cumulative_sum(x), ValueError, r"shape \(2, 3, 4\) needs axis="),
        (lambda x: np.median(x, axis=5), np.exceptions.AxisError, "5"),
    ],
)
def test_errors(call, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        call(ag.Tensor(X, requires_grad=True))
