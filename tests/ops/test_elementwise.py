"""Elementwise functions at the ends of the numbers, and where samples do not reach."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.ops.bits import WORTH_IT, choose
from autograd_lite.primitive import registry
from autograd_lite.testing import assert_gradients_close

from .helpers import gradient, plain, same


def slope(call: Callable[..., Any], x: float, dtype: Any = np.float64) -> float:
    t = ag.Tensor(np.array(x, dtype), requires_grad=True)
    call(t).backward()
    assert t.grad is not None
    return float(t.grad.item())


@pytest.mark.parametrize(
    ("call", "x", "expected"),
    [
        (np.tanh, 800.0, 0.0),
        (np.tanh, -800.0, 0.0),
        (np.arcsinh, 1e200, 1e-200),
        (np.arctan, 1e200, 0.0),
        (ag.sigmoid, -800.0, 0.0),
        (ag.sigmoid, 800.0, 0.0),
        (lambda x: np.logaddexp(x, 0.0), 800.0, 1.0),
        (lambda x: np.logaddexp(x, 0.0), -800.0, 0.0),
        (lambda x: np.logaddexp2(x, 0.0), 2000.0, 1.0),
        (lambda x: np.hypot(x, 1e200), 1e200, 2**-0.5),
        (np.sinc, 0.0, 0.0),
        (lambda x: np.expm1(x), -800.0, 0.0),
        (lambda x: np.log1p(x), 1e300, 1e-300),
    ],
)
def test_derivatives_stay_finite_where_they_are(call: Callable[..., Any], x: float, expected: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        assert slope(call, x) == pytest.approx(expected, rel=1e-12)


def test_second_derivative_of_sinc_at_zero() -> None:
    x = ag.Tensor(np.zeros(()), requires_grad=True)
    (first,) = ag.grad(np.sinc(x), x, create_graph=True)
    (second,) = ag.grad(first, x, create_graph=True)
    (third,) = ag.grad(second, x)
    assert second.item() == pytest.approx(-(np.pi**2) / 3)
    assert third.item() == 0


@pytest.mark.parametrize("exponent", [3, 4, -2, -3, 3.0, 2, 0.5, -1, 0, 2.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128, np.int64])
def test_powers_are_numpys(exponent: float, dtype: type) -> None:
    x = np.array([0.5, 1.5, 2.0, 3.0]).astype(dtype) + dtype(1)
    if dtype is np.int64 and exponent < 0 and isinstance(exponent, int):
        with pytest.raises(ValueError, match="negative"):
            ag.Tensor(x) ** exponent
        return
    got, expected = plain(ag.Tensor(x) ** exponent), x**exponent
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(
        got, expected, rtol=4 * float(np.finfo(expected.dtype).eps) if expected.dtype.kind != "i" else 0
    )


def test_powers_at_the_ends() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan])
    with np.errstate(divide="ignore"):
        for exponent in (3, 4, -2, -3):
            np.testing.assert_array_equal(plain(ag.Tensor(x) ** exponent), x**exponent)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128, np.int32])
def test_choosing_by_bits_is_where(dtype: type) -> None:
    n = WORTH_IT
    rng = np.random.default_rng(0)
    condition = rng.random(n) < 0.5
    x, y = (rng.normal(size=n) * 9).astype(dtype), (rng.normal(size=n) * 9).astype(dtype)
    if np.dtype(dtype).kind == "f":
        x[:4], y[:4] = [np.nan, np.inf, -0.0, 1], [1, -np.inf, 0.0, np.nan]
    pairs = [
        (x, y), (x, 0.0), (0.0, x), (x, -0.0), (x, 2.5), (x[::-1], y), (x[:1], y), (x, y[:1]), (x, 1),
        (x.astype(np.float64) if np.dtype(dtype).kind == "f" else x, y),
    ]  # fmt: skip
    for a, b in pairs:
        got, expected = choose(condition, a, b), np.where(condition, a, b)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(np.signbit(got.real), np.signbit(expected.real))
    square = condition[: n // 2 * 2].reshape(2, -1)
    np.testing.assert_array_equal(
        choose(np.vstack([square, square]), x[: n // 2], 0.0), np.where(np.vstack([square, square]), x[: n // 2], 0.0)
    )


def test_where_keeps_what_is_not_chosen_out_of_the_gradient() -> None:
    n = WORTH_IT
    condition = np.arange(n) % 2 == 0
    x = ag.Tensor(np.zeros(n), requires_grad=True)
    y = np.where(condition, x, 1.0)
    (g,) = ag.grad(y, x, np.where(condition, 1.0, np.inf))
    same(g, condition.astype(float))


def test_functions_with_several_answers() -> None:
    x = ag.Tensor(np.array([2.75, -1.5]), requires_grad=True)
    for call in (np.modf, np.frexp, lambda x: np.divmod(x, 2.0)):
        got, expected = call(x), call(x.data)
        for mine, right in zip(got, expected, strict=True):
            same(mine, right)
    fraction, _ = np.modf(x)
    assert fraction.requires_grad
    (g,) = ag.grad(fraction.sum(), x)
    same(g, np.ones(2))
    assert not np.divmod(x, 2.0)[0].requires_grad
    assert not np.frexp(x)[1].requires_grad


def test_signs_and_steps() -> None:
    x = ag.Tensor(np.array([-2.0, 0.0, 3.0]), requires_grad=True)
    assert not np.sign(x).requires_grad
    same(np.sign(x), np.array([-1.0, 0.0, 1.0]))
    y = np.copysign(x, np.array([1.0, 1.0, -1.0]))
    (g,) = ag.grad(y.sum(), x)
    same(g, np.array([-1.0, 0.0, -1.0]))
    z = ag.Tensor(np.array([3 + 4j, 0j]), requires_grad=True)
    same(np.sign(z), np.array([0.6 + 0.8j, 0]))
    np.sum(np.real(np.sign(z))).backward()
    assert z.grad is not None
    t = torch.tensor([3 + 4j, 0j], dtype=torch.complex128, requires_grad=True)
    torch.sgn(t).real.sum().backward()
    same(z.grad, t.grad.numpy(), atol=1e-15)


def test_not_numbers() -> None:
    x = ag.Tensor(np.array([1.0, np.nan, np.inf, 2.0]), requires_grad=True)
    y = np.nan_to_num(x, nan=5.0, posinf=7.0)
    same(y, np.array([1.0, 5.0, 7.0, 2.0]))
    y.sum().backward()
    assert x.grad is not None
    same(x.grad, np.array([1.0, 0.0, 0.0, 1.0]))
    z = ag.Tensor(np.array([complex(1, np.nan), complex(np.inf, 2)]), requires_grad=True)
    np.sum(np.real(np.nan_to_num(z, posinf=3.0) * (1 - 2j))).backward()
    assert z.grad is not None
    same(z.grad, np.array([1.0, 2j]))
    left = ag.Tensor(np.array([np.nan, 1.0]), requires_grad=True)
    right = ag.Tensor(np.array([2.0, np.nan]), requires_grad=True)
    for call in (np.fmax, np.fmin):
        a, b = ag.grad(call(left, right).sum(), [left, right])
        same(a, np.array([0.0, 1.0]))
        same(b, np.array([1.0, 0.0]))


def test_float_power_is_double() -> None:
    x = ag.Tensor(np.array([2.0, 3.0], np.float32), requires_grad=True)
    y = np.float_power(x, 2)
    same(y, np.array([4.0, 9.0]))
    y.sum().backward()
    assert x.grad is not None
    same(x.grad, np.array([4.0, 6.0], np.float32))


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
@pytest.mark.parametrize("number", [1.5 - 1j, 0.5j, -1j])
def test_complex_numbers_as_exponent_and_base(number: complex, dtype: type) -> None:
    """Of negative numbers too, whose logarithm is complex; in single precision, which no Python number widens."""
    x = np.array([-1.5, 0.5, 2.0]).astype(dtype)
    for call in (lambda x: x**number, lambda x: number**x):
        t = torch.from_numpy(x.copy()).requires_grad_()
        call(t).real.sum().backward()
        mine = ag.Tensor(x, requires_grad=True)
        value = call(mine)
        assert value.dtype == np.complex64
        (g,) = ag.grad(np.sum(np.real(value)), mine, create_graph=True)
        assert t.grad is not None
        same(g, t.grad.numpy(), rtol=1e-4, atol=1e-6)
        (second,) = ag.grad(np.sum(np.real(g)), mine)
        assert second.dtype == dtype


def test_a_complex_number_widens_no_rule() -> None:
    x = np.array([0.5, 2.0], np.float32)
    by_base, by_exponent = registry[np.power].vjps
    for rule, args in [(by_base, (x, 1.5 - 1j)), (by_exponent, (1.5 - 1j, x)), (by_exponent, (0, x))]:
        assert rule is not None
        ans = np.power(*args)
        assert rule(np.ones_like(ans), ans, *args).dtype == ans.dtype in (np.float32, np.complex64)


def test_a_complex_exponent_of_a_negative_base() -> None:
    x, y = np.array([-1.5, 2.0]), np.array([1 + 1j, 0.5j])
    # with a complex base, since PyTorch takes the real logarithm of a real one
    assert_gradients_close(np.power, x, y, reference=lambda x, y: torch.pow(x + 0j, y), rtol=1e-12)


@pytest.mark.parametrize("call", [np.maximum, np.minimum, np.clip, np.fmax, np.fmin, np.power, np.remainder, np.fmod])
def test_ties_and_zeros_keep_float32(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the rules, before the tape would cast: where there are ties, and bases and exponents of 0."""
    primitive = registry[call]
    x = np.array([1.0, 0.0, 2.0, 0.0], np.float32)
    y = np.array([1.0, 0.0, 0.0, 2.0], np.float32)
    if call in (np.remainder, np.fmod):
        y = y + 1
    args = [x, y, y] if call is np.clip else [x, y]
    ans = call(*args)
    for rule in primitive.vjps:
        assert rule is not None
        assert rule(np.ones(4, np.float32), ans, *args).dtype == np.float32


def test_second_derivatives_of_arcs_keep_their_digits() -> None:
    """Near 0, where x / (1 - x^2)^(3/2) by way of 1 - x and 1 + x would be a difference of 1s; infinite at the ends."""
    for call, slope in [(np.arcsin, 1), (np.arccos, -1), (np.arctanh, 2)]:
        x = ag.Tensor(np.array([1e-9, 1.0, -1.0], np.float32), requires_grad=True)
        with np.errstate(divide="ignore"):
            (first,) = ag.grad(call(x), x, np.ones_like(x.data), create_graph=True)
            (second,) = ag.grad(first, x, np.ones_like(x.data))
        same(second, np.array([slope * 1e-9, slope * np.inf, -slope * np.inf], np.float32), rtol=1e-6)
    x = ag.Tensor(np.array([1.0]), requires_grad=True)
    with np.errstate(divide="ignore"):
        (first,) = ag.grad(np.arccosh(x).sum(), x, create_graph=True)
        (second,) = ag.grad(first.sum(), x)
    same(second, np.array([-np.inf]))


def test_quotients_of_remainders_are_whole() -> None:
    """0.6 / 0.2 rounds to 3, and yet 0.2 goes into 0.6 but twice."""
    for call in (np.remainder, np.fmod):
        for at, by in [(0.6, 0.2), (7.0, 2.0), (-7.0, 2.0), (1e15 + 0.5, 3.0)]:
            y = ag.Tensor(np.array(by), requires_grad=True)
            (g,) = ag.grad(call(at, y), y)
            whole = (Fraction(at) - Fraction(float(call(at, by)))) / Fraction(by)
            assert g.item() == -round(whole)


def test_sigmoid_refuses_complex_numbers() -> None:
    with pytest.raises(TypeError, match="real numbers"):
        ag.sigmoid(ag.Tensor([1j]))


def test_real_if_close() -> None:
    z = ag.Tensor(np.array([1 + 1e-17j, 2.0]), requires_grad=True)
    assert np.real_if_close(z).dtype == np.float64
    assert np.real_if_close(z * 1j).dtype == np.complex128


def test_a_negative_number_to_the_power_of_something() -> None:
    """By the exponent there is no real derivative."""
    y, other = ag.Tensor(np.array([2.0, 3.0]), requires_grad=True), torch.tensor([2.0, 3.0], requires_grad=True)
    with np.errstate(invalid="ignore"):
        np.sum((-2.0) ** y).backward()
    ((-2.0) ** other).sum().backward()
    assert y.grad is not None
    assert np.isnan(y.grad.data).all()
    assert torch.isnan(other.grad).all()


def test_clip_between_bounds_that_are_equal_moves_with_them() -> None:
    """clip(x, b, b) is b.  Below it PyTorch loses the gradient of both bounds, so that this is no line of the table."""
    b = ag.Tensor(np.array([1.0, 1.0]), requires_grad=True)
    np.clip(np.array([-2.0, 2.0]), b, b).sum().backward()
    same(b.grad, np.ones(2))


def test_the_slope_of_sinc_keeps_its_digits() -> None:
    """On both sides of where its series takes over."""
    x = np.array([-0.2499, 0.02, 0.125, 0.2499, 0.2501, 0.6])
    wide = x.astype(np.longdouble)
    turn = wide * (4 * np.arctan(np.longdouble(1)))
    exact = (np.cos(turn) - np.sin(turn) / turn) / wide
    same(gradient(np.sinc, x), exact.astype(np.float64), rtol=1e-14 if exact.dtype.itemsize > 8 else 1e-11, atol=0)


@pytest.mark.parametrize("call", [np.remainder, lambda x, y: np.divmod(x, y)[1]])
def test_remainders_of_an_infinite_divisor(call: Callable[..., Any]) -> None:
    x, y, weights = np.array([-1.5, 2.0, 3.0]), np.array([np.inf, 0.7, np.inf]), np.array([-3.0, 2.0, 0.5])
    ours = [ag.Tensor(x, requires_grad=True), ag.Tensor(y, requires_grad=True)]
    theirs = [torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True)]
    found = ag.grad(call(*ours), ours, weights)
    right = torch.autograd.grad(torch.remainder(*theirs), theirs, torch.tensor(weights))
    for mine, other in zip(found, right, strict=True):
        assert mine is not None
        same(mine, other.numpy())
    _, tangent = ag.func.jvp(lambda y: call(x, y), (y,), (weights,))
    assert found[1] is not None
    assert float(np.sum(tangent.data)) == pytest.approx(float(np.sum(found[1].data)))
