"""Special functions beyond the samples: at the extremes, digits, arguments, empty arrays, and without SciPy."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import torch

import autograd_lite as ag
from autograd_lite import special
from autograd_lite.testing import assert_gradients_close

from .helpers import ours, plain, same

INF, NAN = np.inf, np.nan


class TestDerivativesOfGammaFunctions:
    """PyTorch's trigamma has nine digits, so that its own derivatives are no oracle for twelve."""

    @pytest.mark.parametrize(
        ("call", "oracle"),
        [
            (special.gammaln, torch.special.gammaln),
            (special.digamma, torch.special.digamma),
            (lambda x: special.polygamma(2, x), lambda x: torch.special.polygamma(2, x)),
            (lambda x: special.betaln(x, x + 1), lambda x: x.lgamma() + (x + 1).lgamma() - (2 * x + 1).lgamma()),
            (lambda x: special.beta(x, 2.0), lambda x: 1 / (x * (x + 1))),
            (special.gamma, lambda x: x.lgamma().exp()),
        ],
    )
    def test_pytorchs_digits(self, call: Any, oracle: Any) -> None:
        x = np.linspace(0.4, 6, 9)
        same(call(ag.Tensor(x)), oracle(torch.tensor(x)).numpy(), rtol=2e-9, atol=1e-8)
        assert_gradients_close(call, x, reference=oracle, order=2, rtol=2e-9, atol=1e-8)

    def test_digamma_by_its_recurrence(self) -> None:
        x = ag.Tensor(np.array([0.3, 2.0, 17.0]), requires_grad=True)
        (first,) = ag.grad(special.gammaln(x + 1) - special.gammaln(x), x, np.ones(3), create_graph=True)
        assert first is not None
        same(first, 1 / x.data, rtol=1e-12)
        (second,) = ag.grad(first, x, np.ones(3))
        same(second, -1 / x.data**2, rtol=1e-12)

    @pytest.mark.parametrize("n", [-1, [0, 1], 1.5])
    def test_orders_of_polygamma(self, n: Any) -> None:
        with pytest.raises((ValueError, TypeError), match="integer"):
            special.polygamma(n, ag.Tensor([1.0]))

    def test_polygamma_of_order_0_is_digamma(self) -> None:
        x = np.array([0.5, 3.0])
        same(special.polygamma(0, ag.Tensor(x)), sp.digamma(x))
        same(special.polygamma(1, x), sp.polygamma(1, x))


def flat(results: Any) -> list[Any]:
    return [results[0], *results[1], *results[2]]


EXTREMES: list[tuple[str, Any, list[float], list[float]]] = [
    ("log_ndtr", special.log_ndtr, [-1e5, -40.0, 50.0], [100000.00001, 40.02496884720727, 0.0]),
    ("ndtr", special.ndtr, [-60.0, 60.0], [0.0, 0.0]),
    ("erf", special.erf, [-40.0, 40.0], [0.0, 0.0]),
    ("erfcx", special.erfcx, [1e3], [-5.641887372643e-7]),
    ("expit", special.expit, [-800.0, -40.0, 800.0], [0.0, 4.248354255291589e-18, 0.0]),
    ("i0e", special.i0e, [-1e3, 1e3], [6.310198962e-6, -6.310198962e-6]),
    ("i1", special.i1, [0.0, 1.0], [0.5, 0.7009067737595233]),
    ("i1e", special.i1e, [0.0], [0.5]),
    ("gammaln", special.gammaln, [1e10], [23.02585092988]),
    ("logit", special.logit, [1e-100, 0.5 + 1e-12], [1e100, 4.0]),
    ("softmax", lambda x: special.softmax(x)[1], [-1e4, 0.0, 1e4], [0.0, 0.0, 0.0]),
    ("log_softmax", lambda x: special.log_softmax(x)[0], [-1e4, 0.0, 1e4], [1.0, 0.0, -1.0]),
    ("logsumexp", special.logsumexp, [-1e4, 1e4, 1e4], [0.0, 0.5, 0.5]),
    ("logsumexp of inf", special.logsumexp, [-INF, 3.0], [0.0, 1.0]),
]


@pytest.mark.parametrize(("call", "at", "slope"), [case[1:] for case in EXTREMES], ids=[case[0] for case in EXTREMES])
def test_slopes_at_the_extremes(call: Any, at: list[float], slope: list[float]) -> None:
    """Without a warning, which would be an error here, and with second derivatives that are numbers."""
    x = ag.Tensor(np.array(at), requires_grad=True)
    y = call(x)
    (first,) = ag.grad(y, x, np.ones(y.shape), create_graph=True)
    assert first is not None
    np.testing.assert_allclose(first.data, slope, rtol=1e-9)
    (second,) = ag.grad(first, x, np.ones(x.shape), materialize_grads=True)
    assert second is not None
    assert np.isfinite(second.data).all()


class TestValuesToTheLastDigits:
    def test_logsumexp_keeps_what_little_is_added(self) -> None:
        same(special.logsumexp(np.array([0.0, -50.0])), np.exp(-50.0), rtol=1e-15, atol=0)
        same(special.logsumexp(np.array([-60.0, 0.0, 0.0])), np.log(2) + np.exp(-60.0) / 2)

    def test_logit_near_one_half(self) -> None:
        x = np.concatenate([0.5 + np.array([1e-12, -1e-9, 0.2499, 0.2501]), [1e-300, 1e-5, 1 - 1e-9]])
        np.testing.assert_allclose(special.logit(x), sp.logit(x), rtol=4e-15)

    @pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
    @pytest.mark.parametrize(
        "x", [[INF, 0.0], [-INF, 0.0], [-INF, -INF], [INF, -INF], [NAN, 1.0], [1e308, -1e308], [3.0]], ids=str
    )
    def test_infinities_as_pytorch(self, name: str, x: list[float]) -> None:
        expected = getattr(torch, name)(torch.tensor(x, dtype=torch.float64), 0).numpy()
        with np.errstate(invalid="raise", divide="raise"):
            np.testing.assert_array_equal(plain(getattr(special, name)(ag.Tensor(np.array(x)))), expected)

    def test_zero_times_a_logarithm(self) -> None:
        x, y = np.array([0.0, 0.0, 0.0, 1.0]), np.array([0.0, -3.0, NAN, 2.0])
        np.testing.assert_array_equal(special.xlogy(x, y), sp.xlogy(x, y))
        np.testing.assert_array_equal(special.xlog1py(x, y - 1), sp.xlog1py(x, y - 1))


class TestLogsumexp:
    x = np.array([[0.5, -1.0, 2.0], [0.1, 0.7, -0.3]])

    @pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (1,)])
    @pytest.mark.parametrize("keepdims", [False, True])
    def test_axes_as_scipy(self, axis: Any, keepdims: bool) -> None:
        b = np.array([[1.0], [-0.2]])
        for factors in (None, b):
            got = special.logsumexp(ag.Tensor(self.x), axis, factors, keepdims, return_sign=True)
            expected = sp.logsumexp(self.x, axis, factors, keepdims, return_sign=True)
            for mine, right in zip(got, expected, strict=True):
                same(mine, np.asarray(right))

    def test_a_negative_sum_is_nan_without_its_sign(self) -> None:
        assert np.isnan(special.logsumexp(ag.Tensor(self.x), b=-1.0).data)
        with pytest.raises(TypeError, match="real numbers"):
            special.logsumexp(self.x + 1j, return_sign=True)

    def test_what_has_the_factor_0_may_be_huge(self) -> None:
        x = ag.Tensor(np.array([1e4, 1.0, 2.0]), requires_grad=True)
        b = np.array([0.0, 1.0, 1.0])
        y = special.logsumexp(x, b=b)
        same(y, sp.logsumexp(x.data, b=b))
        y.backward()
        assert x.grad is not None
        same(x.grad, [0.0, *sp.softmax([1.0, 2.0])])

    def test_factors_broadcast_the_argument_too(self) -> None:
        b = np.array([[1.0, 2.0, 0.5], [2.0, 1.0, 1.0]])
        (value, (gradient,), _) = ours(lambda x: special.logsumexp(x, axis=0, b=b), [self.x[0]])
        same(value, sp.logsumexp(self.x[0], axis=0, b=b))
        assert gradient.shape == (3,)

    def test_of_nothing(self) -> None:
        x = np.zeros((2, 0))
        value, (gradient,), _ = ours(lambda x: special.logsumexp(x, axis=1), [x])
        same(value, np.full(2, -INF))
        assert gradient.shape == (2, 0)
        for call in (special.softmax, special.log_softmax):
            assert ours(lambda x, call=call: call(x, axis=1), [x])[0].shape == (2, 0)
            assert ours(lambda x, call=call: call(x, axis=0), [x])[0].shape == (2, 0)

    def test_integers_and_lists(self) -> None:
        same(special.logsumexp(np.array([1, 2])), sp.logsumexp([1, 2]))
        same(special.softmax([1, 2]), sp.softmax([1, 2]))
        assert special.softmax([1.0, 2.0]).dtype == np.float32


PAIRS = [special.beta, special.betaln, special.xlogy, special.xlog1py, special.rel_entr, special.kl_div]


@pytest.mark.parametrize("function", PAIRS, ids=lambda function: function.name)
def test_two_arguments_broadcast_and_keep_their_dtypes(function: Any) -> None:
    x, y = np.array([[0.5], [2.0]], np.float32), np.array([0.7, 1.5, 3.0])
    value, gradients, second = ours(function, [x, y])
    assert (value.dtype, value.shape) == (np.float64, (2, 3))
    assert [g.dtype for g in (*gradients, *second)] == [np.float32, np.float64] * 2
    for call in (lambda x: function(x, 2.0), lambda x: function(2.0, x)):
        value, (gradient,), (curvature,) = ours(call, [x])
        assert value.dtype == gradient.dtype == curvature.dtype == np.float32


def test_scipys_functions_are_found_whoever_is_imported_first() -> None:
    for first in ("", "import autograd_lite.special", "ag.special.expit"):
        program = (
            "import autograd_lite as ag, sys, numpy as np\n"
            f"{first}\n"
            "assert 'scipy' not in sys.modules\n"
            "import scipy.special as sp\n"
            "x = ag.Tensor([0.5], requires_grad=True)\n"
            "for f in (sp.erf, sp.expit, sp.logit, sp.log_ndtr): assert f(x).requires_grad\n"
            "assert np.allclose(sp.xlogy(x, 2.0).data, 0.5 * np.log(2))\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True)


def test_without_scipy() -> None:
    program = (
        "import sys; sys.modules['scipy'] = None\n"
        "import autograd_lite as ag, numpy as np\n"
        "x = ag.Tensor([0.25, 0.5], requires_grad=True)\n"
        "s = ag.special\n"
        "for f in (s.softmax, s.log_softmax, s.logsumexp, s.expit, s.logit):\n"
        "    y = f(x)\n"
        "    ag.grad(y, x, np.ones(y.shape))\n"
        "for y in (s.xlogy(x, x), s.xlog1py(x, x)):\n"
        "    ag.grad(y, x, np.ones(y.shape))\n"
        "try: s.erf\n"
        "except ImportError as error: assert 'autograd_lite[scipy]' in str(error), error\n"
        "else: raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        special.nonsense  # noqa: B018
    assert {"erf", "softmax"} <= set(dir(special))


def test_the_slope_of_erfcx_where_its_series_begins() -> None:
    """Beside the sum of the asymptotic series in whole numbers, whose terms fall for long before they grow."""
    for at in (12.0625, 13.0, 20.0):
        z, term, total = 1 / (2 * Fraction(at) ** 2), Fraction(1), Fraction(0)
        for k in range(30):
            total += term
            term *= -(2 * k + 3) * z
        x = ag.Tensor(np.array(at), requires_grad=True)
        (slope,) = ag.grad(special.erfcx(x), x)
        same(slope, np.asarray(float(-2 * z * total) / np.sqrt(np.pi)), rtol=2e-15, atol=0)


def test_erfcx_far_out_keeps_its_digits() -> None:
    """There its derivative is -1 / sqrt(pi) x^2 (1 - 3 / 2x^2 + ...), where 2x y - 2/sqrt(pi) has no digit left."""
    for dtype in (np.float32, np.float64):
        x = ag.Tensor(np.array([20.0, 1e3, 1e6], dtype), requires_grad=True)
        ag.special.erfcx(x).sum().backward()
        assert x.grad is not None
        z = 1 / (2 * np.array([20.0, 1e3, 1e6]) ** 2)
        expected = -2 * z / np.sqrt(np.pi) * (1 - 3 * z + 15 * z**2 - 105 * z**3 + 945 * z**4 - 10395 * z**5)
        np.testing.assert_allclose(x.grad.data, expected, rtol=4e-7 if dtype is np.float32 else 1e-9)
