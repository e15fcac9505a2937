"""least_squares: NIST's certified values, SciPy's numbers, and what standard errors mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.optimize
from autograd_lite.optim.deterministic.residuals import Residuals
from autograd_lite.optim.deterministic.structure import Structure
from standard_functions import rosenbrock

import autograd_lite as ag
from autograd_lite import optim

METHODS = ["levenberg-marquardt", "gauss-newton"]


def growth(b: Any, x: Any) -> Any:
    return b[0] * (1.0 - np.exp(-b[1] * x))


def peaks(b: Any, x: Any) -> Any:
    return (
        b[0] * np.exp(-b[1] * x)
        + b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
        + b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    )


def decays(b: Any, x: Any) -> Any:
    return b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x)


def cubic_over_cubic(b: Any, x: Any) -> Any:
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1.0 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def cycles(b: Any, x: Any) -> Any:
    wave = 2.0 * np.pi * x
    return (
        b[0] + b[1] * np.cos(wave / 12.0) + b[2] * np.sin(wave / 12.0)
        + b[4] * np.cos(wave / b[3]) + b[5] * np.sin(wave / b[3])
        + b[7] * np.cos(wave / b[6]) + b[8] * np.sin(wave / b[6])
    )  # fmt: skip


MODELS: dict[str, Callable[[Any, Any], Any]] = {
    # lower level of difficulty
    "Misra1a": growth,
    "Chwirut2": lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x),
    "Gauss1": peaks,
    "Lanczos3": decays,
    # average
    "Hahn1": cubic_over_cubic,
    "Kirby2": lambda b, x: (b[0] + b[1] * x + b[2] * x**2) / (1.0 + b[3] * x + b[4] * x**2),
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "ENSO": cycles,
    "Roszman1": lambda b, x: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    # higher
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "Thurber": cubic_over_cubic,
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Rat42": lambda b, x: b[0] / (1.0 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1.0 + np.exp(b[1] - b[2] * x)) ** (1.0 / b[3]),
    "BoxBOD": growth,
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1.0 / b[2]),
}


class Certified(NamedTuple):
    """A file of NIST's Statistical Reference Datasets."""

    starts: Any
    parameters: Any
    standard_errors: Any
    sum_of_squares: float
    residual_std: float
    y: Any
    x: Any


def certified(name: str) -> Certified:
    text = (Path(__file__).parent / "data" / "nist" / f"{name}.txt").read_text()
    parts: list[list[list[float]]] = []
    for line in text.splitlines()[1:]:
        if line.startswith("#"):
            parts.append([])
        else:
            parts[-1].append([float(word) for word in line.split()])
    table, ((sum_of_squares, residual_std),), data = parts
    first, second, values, errors = np.array(table).T
    y, x = np.array(data).T
    return Certified((first, second), values, errors, sum_of_squares, residual_std, y, x)


FAR = {"MGH09", "MGH10", "MGH17", "Eckerle4", "Rat43"}
"""Where Gauss and Newton's method does not come from the first start to the certified solution."""
FITS = [("levenberg-marquardt", name, start) for name in MODELS for start in (0, 1)]
FITS += [("gauss-newton", name, start) for name in MODELS for start in (0, 1) if start or name not in FAR]


@pytest.mark.parametrize(("method", "name", "start"), FITS)
def test_certified_fits(method: str, name: str, start: int) -> None:
    data = certified(name)
    fit = optim.least_squares(lambda b: MODELS[name](b, data.x) - data.y, data.starts[start], method)
    assert fit.converged, fit
    np.testing.assert_allclose(fit.x, data.parameters, rtol=5e-7)
    np.testing.assert_allclose(fit.standard_errors, data.standard_errors, rtol=5e-7)
    np.testing.assert_allclose(2.0 * fit.fun, data.sum_of_squares, rtol=1e-9)
    np.testing.assert_allclose(fit.residual_std, data.residual_std, rtol=1e-9)


@pytest.mark.parametrize("name", sorted(FAR))
def test_gauss_newton_never_calls_a_far_point_a_fit_of_full_rank(name: str) -> None:
    data = certified(name)
    fit = optim.least_squares(
        lambda b: MODELS[name](b, data.x) - data.y, data.starts[0], "gauss-newton", maxiter=50
    )  # fmt: skip
    assert not fit.converged or np.isinf(fit.covariance).all()
    assert fit.fun <= fit.history[0].fun


def test_minimize_finds_the_same_fit() -> None:
    data = certified("Misra1a")
    result = optim.minimize(
        lambda b: np.sum((growth(b, data.x) - data.y) ** 2), data.starts[1], "bfgs", tol=1e-3, maxiter=500
    )
    np.testing.assert_allclose(result.fun, data.sum_of_squares, rtol=1e-6)


@pytest.mark.parametrize(
    ("m", "mode"), [(7, "forward"), (3, "reverse")], ids=["more residuals", "more parameters"]
)  # fmt: skip
def test_the_jacobian_is_exact_in_the_cheaper_mode(m: int, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = {"forward": "_by_rows", "reverse": "_by_columns"}[mode]
    monkeypatch.setattr(f"autograd_lite.optim.deterministic.residuals.{other}", None)  # not to be called
    random = np.random.default_rng(0)
    a = random.normal(size=(m, 4))
    structure = Structure({"u": random.normal(size=(2, 2)), "v": 0.5})
    calls = []

    def fun(p: Any) -> Any:
        calls.append(mode)
        return np.expand_dims(np.sin(a @ p["u"].reshape(4)) * p["v"], 0)

    point = Residuals(fun, structure).point(structure.start)
    inner = a @ structure.start[:4]
    expected = np.concatenate([np.cos(inner)[:, None] * a * 0.5, np.sin(inner)[:, None]], axis=1)
    np.testing.assert_allclose(point.jacobian, expected, rtol=1e-13)
    assert point.shape == (1, m)
    assert len(calls) == 1  # what was recorded for the values serves for all of J


@pytest.mark.parametrize("method", METHODS)
def test_a_straight_line_as_in_a_textbook(method: str) -> None:
    random = np.random.default_rng(1)
    t = np.linspace(0.0, 4.0, 12)
    y = 2.0 - 0.7 * t + 0.1 * random.normal(size=12)
    fit = optim.least_squares(lambda p: p["a"] + p["b"] * t - y, {"a": 0.0, "b": 0.0}, method)
    (slope, intercept), covariance = np.polyfit(t, y, 1, cov=True)
    assert fit.converged
    assert fit.iterations <= 2
    np.testing.assert_allclose([fit.x["b"], fit.x["a"]], [slope, intercept], rtol=1e-9)
    np.testing.assert_allclose(fit.covariance[::-1, ::-1], covariance, rtol=1e-9)
    np.testing.assert_allclose(fit.standard_errors["b"], math.sqrt(covariance[0, 0]), rtol=1e-9)
    assert "standard_errors" in repr(fit)
    np.testing.assert_allclose(fit.residuals, fit.x["a"] + fit.x["b"] * t - y)


@pytest.mark.parametrize("absolute", [False, True])
def test_covariance_is_that_of_curve_fit(absolute: bool) -> None:
    random = np.random.default_rng(2)
    x, sigma = np.linspace(0.0, 3.0, 30), random.uniform(0.1, 0.3, 30)
    y = growth([2.0, 1.3], x) + sigma * random.normal(size=30)
    best, covariance = scipy.optimize.curve_fit(
        lambda x, a, b: growth([a, b], x), x, y, [1.0, 1.0], sigma, absolute_sigma=absolute, ftol=1e-14, xtol=1e-14
    )
    fit = optim.least_squares(lambda b: (growth(b, x) - y) / sigma, np.ones(2), absolute_sigma=absolute)
    np.testing.assert_allclose(fit.x, best, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_units_do_not_matter(method: str) -> None:
    data = certified("Misra1a")
    plain = optim.least_squares(lambda b: growth(b, data.x) - data.y, data.starts[1], method)
    units = np.array([2.0**40, 2.0**-30])  # powers of two: the same digits
    scaled = optim.least_squares(lambda b: growth(b * units, data.x) - data.y, data.starts[1] / units, method)
    assert scaled.iterations == plain.iterations
    np.testing.assert_allclose(scaled.x * units, plain.x, rtol=1e-12)
    np.testing.assert_allclose(scaled.standard_errors * units, plain.standard_errors, rtol=1e-9)
    given = optim.least_squares(
        lambda b: growth(b, data.x) - data.y, data.starts[1], method, x_scale=data.starts[1]
    )  # fmt: skip
    assert given.converged
    np.testing.assert_allclose(given.x, plain.x, rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_residuals_that_vanish(method: str, dtype: Any) -> None:
    def residuals(x: Any) -> Any:
        return ag.stack([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])

    fit = optim.least_squares(residuals, np.array([-1.2, 1.0], dtype), method)
    assert fit.converged
    assert fit.x.dtype == fit.residuals.dtype.type(1).astype(dtype).dtype
    np.testing.assert_allclose(fit.x, 1.0, rtol=1e-5)
    assert 2.0 * fit.fun == pytest.approx(rosenbrock(ag.Tensor(fit.x)).item(), abs=1e-12)
    assert np.isinf(fit.covariance).all()  # as many parameters as residuals: no variance can be told
    assert math.isnan(fit.residual_std)
    known = optim.least_squares(residuals, np.array([-1.2, 1.0]), method, absolute_sigma=True)
    np.testing.assert_allclose(known.covariance, [[1.0, 2.0], [2.0, 4.01]], rtol=1e-9)  # (JᵀJ)⁻¹ by hand


def test_residuals_that_vanish_into_rounding_where_the_jacobian_is_singular() -> None:
    """Powell's singular function: the parameters go to 0, and no share of them is ever small."""

    def residuals(x: Any) -> Any:
        return ag.stack([
            x[0] + 10.0 * x[1], 5.0**0.5 * (x[2] - x[3]), (x[1] - 2.0 * x[2]) ** 2, 10.0**0.5 * (x[0] - x[3]) ** 2,
        ])  # fmt: skip

    fit = optim.least_squares(residuals, np.array([3.0, -1.0, 0.0, 1.0], np.float32))
    assert fit.converged
    assert "beyond the precision of float32" in fit.message
    np.testing.assert_allclose(fit.x, 0.0, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_a_jacobian_short_of_rank(method: str) -> None:
    y = np.array([1.0, 2.0, 4.0])
    fit = optim.least_squares(lambda x: x[0] + x[1] + 0.0 * x[2] - y, np.array([5.0, 1.0, 3.0]), method)
    assert fit.converged
    assert fit.x[0] + fit.x[1] == pytest.approx(7.0 / 3.0)
    assert fit.x[2] == 3.0
    assert np.isinf(fit.covariance).all()
    assert np.isinf(fit.standard_errors).all()
    few = optim.least_squares(lambda x: np.expand_dims(x @ np.array([1.0, 2.0, 2.0]) - 9.0, 0), np.zeros(3), method)
    np.testing.assert_allclose(few.x @ [1.0, 2.0, 2.0], 9.0, rtol=1e-9)


def test_levenberg_marquardt_finds_the_minimum_where_the_jacobian_is_singular() -> None:
    """Freudenstein and Roth's function, started in the valley of its local minimum."""

    def residuals(x: Any) -> Any:
        return ag.stack([
            -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1],
            -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1],
        ])  # fmt: skip

    fit = optim.least_squares(residuals, np.array([0.5, -2.0]))
    assert fit.converged
    assert 2.0 * fit.fun == pytest.approx(48.98425367924)
    crawling = optim.least_squares(residuals, np.array([0.5, -2.0]), "gauss-newton")
    assert not crawling.converged
    assert "no lower sum of squares" in crawling.message


@pytest.mark.parametrize("method", METHODS)
def test_a_step_into_nan_is_taken_back(method: str) -> None:
    seen = []

    def residuals(x: Any) -> Any:
        value = np.expand_dims(np.log(x), 0)
        seen.append(value.data[0])
        return value

    fit = optim.least_squares(residuals, 9.0, method)  # the full step goes to 9 - 9 log 9 < 0
    assert np.isnan(seen).any()
    assert fit.converged
    assert fit.x == pytest.approx(1.0)
    assert type(fit.x) is float


@pytest.mark.parametrize("method", METHODS)
def test_limits_and_callbacks_are_no_exceptions(method: str) -> None:
    data = certified("Rat42")
    seen: list[Any] = []

    def run(**arguments: Any) -> Any:
        return optim.least_squares(lambda b: MODELS["Rat42"](b, data.x) - data.y, data.starts[0], method, **arguments)

    short = run(maxiter=2, callback=seen.append)
    assert not short.converged
    assert short.iterations == 2
    assert "maxiter=2" in short.message
    assert [progress.fun for progress in seen] == [step.fun for step in short.history[1:]]

    def stop(progress: Any) -> None:
        raise StopIteration

    assert run(callback=stop).iterations == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("fun", "error", "message"),
    [
        (lambda x: 3.0, TypeError, "residuals must return a floating-point Tensor, not 3.0"),
        (lambda x: x.data, TypeError, "must return a floating-point Tensor, not float64"),
        (lambda x: x > 0, TypeError, "must return a floating-point Tensor, not bool"),
        (lambda x: x[:0], ValueError, r"gives no numbers: an array of shape \(0,\)"),
        (lambda x: x.detach(), ValueError, "does not depend on x0"),
        (lambda x: x[:1].detach(), ValueError, "does not depend on x0"),
        (lambda x: np.log(x - np.array([0.0, 5.0])), ValueError, "gives 1 NaN or infinite numbers at x0, of 2"),
        (lambda x: x * 1e200, ValueError, "sum of squares of inf"),
        (lambda x: np.sqrt(x - 1.0), ValueError, "Jacobian of residuals at x0 is NaN or infinite in x0"),
    ],
)
def test_residuals_that_cannot_be_fitted(fun: Any, error: Any, message: str, method: str) -> None:
    with pytest.raises(error, match=message):
        optim.least_squares(fun, np.ones(2), method)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "lm"}, "method='lm' is unknown; choose one of .*levenberg-marquardt"),
        ({"gtol": -1.0}, "gtol=-1.0"),
        ({"xtol": math.nan}, "xtol=nan"),
        ({"radius": 0.0}, "radius=0.0"),
        ({"maxiter": -1}, "maxiter=-1"),
        ({"x_scale": "auto"}, "x_scale='auto' must be \"jac\""),
        ({"x_scale": 0.0}, "x_scale must be positive"),
        ({"x_scale": np.ones(3)}, r"x_scale=float64\[3\] does not broadcast"),
        ({"x_scale": [1.0, 1.0]}, None),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, Any], message: str | None) -> None:
    if message is None:  # a list broadcasts as an array does
        assert optim.least_squares(lambda x: x - 1.0, np.zeros(2), **arguments).converged
        return
    with pytest.raises(ValueError, match=message):
        optim.least_squares(lambda x: x - 1.0, np.zeros(2), **arguments)
