"""minimize: the standard collection to 1e-10, every method against SciPy's, and parameters in any arrangement."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import math
import sys
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from autograd_lite.optim.deterministic.minimization import METHODS
from autograd_lite.optim.deterministic.newton_cg import truncated_cg
from autograd_lite.optim.deterministic.problem import Problem
from autograd_lite.optim.deterministic.scipy_methods import KINDS, _constraint
from autograd_lite.optim.deterministic.structure import Structure
from autograd_lite.optim.deterministic.subproblem import solve
from standard_functions import STANDARD, rosenbrock

import autograd_lite as ag
from autograd_lite import optim

OURS = list(METHODS)


def gradient_at(fun: Any, x: Any) -> Any:
    t = ag.Tensor(x, requires_grad=True)
    return ag.grad(fun(t), t)[0].data


@pytest.mark.parametrize("method", OURS)
@pytest.mark.parametrize("name", STANDARD)
def test_the_standard_collection_to_1e_10(name: str, method: str) -> None:
    fun, start, minima = STANDARD[name]
    result = optim.minimize(fun, np.array(start), method, tol=1e-10)
    assert result.converged, result
    assert np.linalg.norm(gradient_at(fun, result.x)) <= 1e-10
    assert result.grad_norm <= 1e-10
    assert min(abs(result.fun - f) for f in minima) <= 1e-8 * max(minima) + 1e-12
    assert result.fun == fun(ag.Tensor(result.x)).item()
    values = [step.fun for step in result.history]
    assert all(after <= before * (1 + 1e-7) for before, after in itertools.pairwise(values))  # never uphill


@pytest.mark.parametrize(("method", "limit"), [("cg", 400), ("bfgs", 60), ("lbfgs", 60)])
def test_rounding_errors_of_a_large_minimum_cost_no_searches(method: str, limit: int) -> None:
    """At 85822 the values drown long before the gradient is 1e-10: the slopes have to decide."""
    fun, start, _ = STANDARD["brown-dennis"]
    result = optim.minimize(fun, np.array(start), method, tol=1e-10)
    assert result.evaluations.fun <= limit


def test_newton_takes_few_steps_and_converges_quadratically() -> None:
    result = optim.minimize(rosenbrock, np.array([-1.2, 1.0]), tol=1e-10)
    assert result.iterations < 30
    assert result.evaluations.hessian == len(result.history) == result.iterations + 1
    assert result.history[0].fun == pytest.approx(24.2)
    near = [step.grad_norm for step in result.history[-3:]]
    assert near[-1] <= near[-2] ** 1.5
    np.testing.assert_allclose(result.hessian, [[802.0, -400.0], [-400.0, 200.0]], rtol=1e-9)


def test_derivatives_are_those_of_scipys_own_rosenbrock() -> None:
    x = np.random.default_rng(0).normal(size=6)

    def fun(p: Any) -> Any:
        v = np.concatenate([p["a"].reshape(4), np.expand_dims(p["b"], 0), p["c"]])
        return np.sum(100.0 * (v[1:] - v[:-1] ** 2) ** 2 + (1.0 - v[:-1]) ** 2)

    structure = Structure({"a": x[:4].reshape(2, 2), "b": float(x[4]), "c": x[5:]})
    problem = Problem(fun, structure)
    np.testing.assert_array_equal(structure.start, x)
    np.testing.assert_allclose(problem.point(x).grad, scipy.optimize.rosen_der(x), rtol=1e-12)
    curvature, v = problem.curvature(x), np.arange(6.0)
    np.testing.assert_allclose(curvature.dense(), scipy.optimize.rosen_hess(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(curvature.product(v), scipy.optimize.rosen_hess_prod(x, v), rtol=1e-12)


@pytest.mark.parametrize("method", OURS)
def test_a_local_minimum_of_high_dimension(method: str) -> None:
    n = 60
    target = np.linspace(-1.0, 1.0, n)
    result = optim.minimize(lambda x: np.sum(np.cosh(x - target)) + np.sum(x) ** 2, np.zeros(n), method)
    expected = scipy.optimize.minimize(
        lambda x: np.sum(np.cosh(x - target)) + np.sum(x) ** 2, np.zeros(n), method="BFGS", options={"gtol": 1e-10}
    )
    assert result.converged
    np.testing.assert_allclose(result.x, expected.x, atol=1e-6)


def test_newton_leaves_a_saddle_and_a_maximum() -> None:
    def fun(x: Any) -> Any:
        return x[0] ** 4 / 4 - x[0] ** 2 / 2 + x[1] ** 2

    result = optim.minimize(fun, np.zeros(2))  # a saddle: the gradient is exactly 0
    assert result.converged
    np.testing.assert_allclose(np.abs(result.x), [1.0, 0.0], atol=1e-8)
    result = optim.minimize(lambda x: np.cos(x).sum(), np.zeros(3))
    np.testing.assert_allclose(np.cos(result.x), -1.0)


@pytest.mark.parametrize("seed", range(40))
def test_the_trust_region_step_is_the_solution(seed: int) -> None:
    """Against the conditions that characterise it (Moré and Sorensen): for random, singular and hard cases."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 6))
    curvatures = random.normal(size=n) * 10.0 ** random.integers(-3, 4, n)
    slopes = random.normal(size=n)
    radius = float(10.0 ** random.uniform(-3, 3))
    if seed % 4 == 1:
        slopes[curvatures.argmin()] = 0.0
    if seed % 4 == 2:
        curvatures = np.abs(curvatures)
        slopes[0] = curvatures[0] = 0.0
    p, mu = solve(curvatures, slopes, radius)
    length = float(np.linalg.norm(p))
    assert length <= radius * (1 + 1e-8)
    assert mu >= 0
    assert (curvatures + mu).min() >= -1e-12 * np.abs(curvatures).max()
    np.testing.assert_allclose((curvatures + mu) * p, -slopes, rtol=1e-8, atol=1e-8 * np.abs(slopes).max())
    assert mu == 0 or length == pytest.approx(radius, rel=1e-8)


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_truncated_conjugate_gradients(scale: float) -> None:
    """Inside: as exact as the gradient is small; where the matrix curves downwards: to the boundary."""
    random = np.random.default_rng(3)
    root, g = random.normal(size=(6, 6)), scale * random.normal(size=6)
    hessian = root @ root.T + np.eye(6)
    p, sinks = truncated_cg(lambda v: hessian @ v, g, 100.0)
    size = np.linalg.norm(g)
    assert np.linalg.norm(hessian @ p + g) <= min(0.5, math.sqrt(size)) * size
    assert sinks == pytest.approx(-(g @ p + 0.5 * p @ hessian @ p))
    p, sinks = truncated_cg(lambda v: np.array([-1.0, 1.0]) * v, np.array([scale, 0.0]), 3.0)
    np.testing.assert_allclose(p, [-3.0, 0.0])
    assert sinks == pytest.approx(3.0 * scale + 4.5)


class Pair(collections.namedtuple("Pair", "u v")):  # the untyped kind is under test
    pass


@dataclasses.dataclass(frozen=True)
class Model:
    weight: Any
    rest: Any


def bowl(p: Any) -> Any:
    """Of Model(weight (2, 2), rest [pair of scalars, {"z": vector}])."""
    pair, named = p.rest
    return (
        np.sum((p.weight - np.array([[1.0, 2.0], [3.0, 4.0]])) ** 2)
        + (pair.u - 5.0) ** 2 + (pair.v + pair.u) ** 4 + np.sum(np.cosh(named["z"] - 1.0))
    )  # fmt: skip


@pytest.mark.parametrize("method", OURS)
def test_parameters_in_any_arrangement_come_back_as_they_went_in(method: str) -> None:
    x0 = Model(ag.Tensor(np.zeros((2, 2))), [Pair(0.0, np.float64(0.5)), {"z": np.zeros(3, np.float32)}])
    result = optim.minimize(bowl, x0, method, tol=1e-6)
    x = result.x
    assert result.converged
    assert isinstance(x, Model)
    assert type(x.weight) is ag.Tensor
    assert not x.weight.requires_grad
    assert x.weight.dtype == np.float64
    assert type(x.rest) is list
    assert isinstance(x.rest[0], Pair)
    assert type(x.rest[0].u) is float
    assert type(x.rest[0].v) is np.float64
    assert x.rest[1]["z"].dtype == np.float32
    np.testing.assert_allclose(x.weight.data, [[1.0, 2.0], [3.0, 4.0]], atol=1e-5)
    np.testing.assert_allclose([x.rest[0].u, *x.rest[1]["z"]], [5.0, 1.0, 1.0, 1.0], atol=1e-3)
    assert isinstance(result.grad, Model)
    assert result.grad.rest[1]["z"].shape == (3,)
    assert (x0.weight.data == 0).all()  # untouched
    assert "weight" in repr(result)
    assert f"method: {method}" in repr(result)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("method", OURS)
def test_a_low_precision_stays_and_converges_to_what_it_can(method: str, dtype: Any) -> None:
    seen = set()

    def fun(p: Any) -> Any:
        seen.add(p.dtype)
        return np.sum((p - np.array([0.5, -1.5], dtype)) ** 2) * 0.5 + 1.0

    result = optim.minimize(fun, np.array([2.0, 2.0], dtype), method)
    assert seen == {np.dtype(dtype)}
    assert result.x.dtype == dtype
    assert result.converged
    np.testing.assert_allclose(result.x, [0.5, -1.5], atol=2 * math.sqrt(np.finfo(dtype).eps))
    rosen = optim.minimize(rosenbrock, np.array([-1.2, 1.0], np.float32), method)
    assert rosen.converged
    np.testing.assert_allclose(rosen.x, 1.0, atol=1e-3)


def test_points_are_what_the_parameters_can_hold() -> None:
    structure = Structure([0.0, np.zeros(1, np.float32)])
    assert structure.eps == np.finfo(np.float32).eps  # that of the coarsest
    point = Problem(lambda p: p[0] + p[1].sum(), structure).point(np.array([0.1, 0.1]))
    assert point.x.tolist() == [0.1, float(np.float32(0.1))]


@pytest.mark.parametrize("method", ["newton", "newton-cg"])
def test_what_cannot_be_told_from_the_minimum_has_converged(method: str) -> None:
    weights = np.array([1.0, 1e3, 1.7])
    result = optim.minimize(
        lambda x: np.sum(np.cosh(x - 0.3) * weights) + 0.37 * np.sum(x), np.array([1.0, 2.0, 0.1]), method, tol=0.0
    )
    assert result.grad_norm > 0.0  # which rounding does not let it reach
    assert result.converged
    assert "beyond the precision of float64" in result.message
    np.testing.assert_allclose(result.x, 0.3 - np.arcsinh(0.37 / weights), rtol=1e-12)


@pytest.mark.parametrize("method", OURS)
def test_a_step_into_nan_is_taken_back(method: str) -> None:
    tried = []

    def fun(x: Any) -> Any:
        value = np.sum(x - np.log(x))
        tried.append(value.item())
        return value

    result = optim.minimize(fun, np.array([30.0, 0.5]), method, options={"radius": 100.0} if "newton" in method else {})
    assert result.converged
    assert not np.isfinite(tried).all()
    np.testing.assert_allclose(result.x, 1.0, rtol=1e-7)


@pytest.mark.parametrize("method", ["newton", "newton-cg"])
def test_a_hessian_that_is_not_finite_ends_the_run_where_it_is(method: str) -> None:
    def fun(x: Any) -> Any:
        return np.sum(x**1.5) + (x[1] - 2.0) ** 2  # x^1.5: at 0 a slope of 0 but no curvature

    result = optim.minimize(fun, np.array([0.0, 1.0]), method)
    assert not result.converged
    assert "Hessian" in result.message
    assert result.iterations == 0
    assert result.hessian is None
    there = optim.minimize(lambda x: np.sum(x**1.5), np.zeros(2), method)
    assert there.converged == (there.grad_norm == 0.0)


@pytest.mark.parametrize("method", OURS)
def test_the_limit_on_iterations_is_no_exception(method: str) -> None:
    result = optim.minimize(rosenbrock, np.array([-1.2, 1.0]), method, maxiter=3)
    assert not result.converged
    assert result.iterations == 3
    assert len(result.history) == 4
    assert "maxiter=3" in result.message
    assert result.history[-1] == (result.fun, result.grad_norm)


@pytest.mark.parametrize("method", OURS)
def test_what_is_not_smooth_or_drowns_in_rounding_is_said(method: str) -> None:
    result = optim.minimize(lambda x: np.abs(x - 1.0 / 3.0) + np.abs(x), np.array(2.0), method)
    assert not result.converged or abs(result.x) <= 1.0 / 3.0
    noisy = optim.minimize(lambda x: (x**2).sum() * 1e-12 + x[0] * 1e-10 + 1.0, np.full(2, 0.1), method, tol=1e-16)
    assert noisy.x[0] == pytest.approx(-50.0, rel=1e-4) or "rounding" in noisy.message or "precision" in noisy.message


@pytest.mark.parametrize("method", [*OURS, "BFGS", "scipy:BFGS", "scipy:SLSQP", "Nelder-Mead"])
def test_the_callback_sees_each_iteration_and_may_end_it(method: str) -> None:
    seen: list[optim.deterministic.Progress] = []
    result = optim.minimize(rosenbrock, np.array([-1.2, 1.0]), method, callback=seen.append)
    assert [progress.iteration for progress in seen] == list(range(1, len(result.history)))
    assert [progress.fun for progress in seen] == [step.fun for step in result.history[1:]]
    assert all(rosenbrock(ag.Tensor(progress.x)).item() == progress.fun for progress in seen)

    def stop(progress: Any) -> None:
        if progress.iteration == 2:
            raise StopIteration

    stopped = optim.minimize(rosenbrock, np.array([-1.2, 1.0]), method, callback=stop)
    assert not stopped.converged
    assert stopped.iterations == 2
    assert "callback" in stopped.message
    np.testing.assert_array_equal(stopped.x, seen[1].x)


def test_options_change_what_a_method_does() -> None:
    x0 = np.array([-1.2, 1.0])
    assert (
        optim.minimize(rosenbrock, x0, "cg", options={"beta": "polak-ribiere"}).history
        != optim.minimize(rosenbrock, x0, "cg").history
    )
    short = optim.minimize(rosenbrock, x0, options={"radius": 0.01, "max_radius": 0.01}, maxiter=5)
    assert np.linalg.norm(short.x - x0) <= 0.05
    one, ten = (optim.minimize(STANDARD["wood"].fun, np.array(STANDARD["wood"].start), "lbfgs", options={"memory": m})
                for m in (1, 10))  # fmt: skip
    assert one.converged
    assert ten.iterations < one.iterations


def test_recording_is_on_inside_no_grad_and_nothing_outside_is_touched() -> None:
    scale = ag.Tensor(2.0, requires_grad=True)
    with ag.no_grad():
        result = optim.minimize(lambda x: scale * (x - 3.0) ** 2, 0.0)
    assert result.x == pytest.approx(3.0)
    assert scale.grad is None


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning:scipy")  # of trust-krylov's own
def test_scipys_methods_do_what_they_do_with_derivatives_given_by_hand(kind: Any) -> None:
    start = np.array([1.1, 1.2])  # dogleg needs a convex region
    given: dict[str, Any] = {"jac": scipy.optimize.rosen_der} if kind.gradient else {}
    if kind.hessian is not None:
        given[kind.hessian] = getattr(scipy.optimize, {"hess": "rosen_hess", "hessp": "rosen_hess_prod"}[kind.hessian])
    limit = {"maxfun" if kind.name == "TNC" else "maxiter": 200}
    expected = scipy.optimize.minimize(
        scipy.optimize.rosen, start, method=kind.name, tol=1e-6, options=limit, **given
    )  # fmt: skip
    result = optim.minimize(
        lambda p: 100.0 * (p["y"] - p["x"] ** 2) ** 2 + (1.0 - p["x"]) ** 2,
        {"x": 1.1, "y": 1.2},
        f"scipy:{kind.name}",
        tol=1e-6,
        maxiter=200,
    )
    assert result.method == kind.name
    assert result.converged == expected.success
    crawls = kind.name == "COBYLA"  # the last bits decide where it ends
    np.testing.assert_allclose([result.x["x"], result.x["y"]], expected.x, rtol=0.05 if crawls else 1e-4)
    assert crawls or abs(result.iterations - expected.nit) <= 2
    assert (result.grad is None) == (not kind.gradient)
    assert result.evaluations.grad <= result.evaluations.fun
    assert (result.evaluations.hessian > 0) == (kind.hessian == "hess")
    assert (result.evaluations.hessian_product > 0) == (kind.hessian is not None)


def norm_with_sum(p: Any) -> Any:
    return np.sum(p["x"] ** 2) + p["y"] ** 2


@pytest.mark.parametrize("method", [kind.name for kind in KINDS.values() if kind.constraints])
def test_bounds_and_constraints_of_scipys_methods(method: str) -> None:
    """min x₁² + x₂² + y² with x₁ + x₂ + y = 3, x₁ x₂ >= 0.25, x₁ <= 0.3: by hand, (0.3, 1.35, 1.35)."""
    result = optim.minimize(
        norm_with_sum, {"x": np.array([0.2, 2.0]), "y": 0.5}, method,
        bounds=(None, {"x": np.array([0.3, np.inf]), "y": 10.0}),
        constraints=[
            {"type": "eq", "fun": lambda p: p["x"].sum() + p["y"] - 3.0},
            {"type": "ineq", "fun": lambda p: p["x"][0] * p["x"][1] - 0.25},
        ],
        options={"rhobeg": 0.1} if method == "COBYLA" else {"maxiter": 500},
    )  # fmt: skip
    np.testing.assert_allclose([*result.x["x"], result.x["y"]], [0.3, 1.35, 1.35], atol=2e-3)
    if method == "SLSQP":
        np.testing.assert_allclose(result.multipliers, [2.7, 0.0], atol=1e-5)
        assert "multipliers" in repr(result)


def test_scipys_own_constraints_get_exact_derivatives() -> None:
    seen: list[Any] = []

    def c(p: Any) -> Any:
        seen.append(p)
        return p["x"] * p["y"]

    result = optim.minimize(
        norm_with_sum, {"x": np.array([2.0, 0.5]), "y": 2.0}, "trust-constr", tol=1e-10,
        bounds=scipy.optimize.Bounds([-5.0, -5.0, 0.0], [5.0, 5.0, 5.0]),
        constraints=[
            scipy.optimize.NonlinearConstraint(c, 1.0, np.inf),
            scipy.optimize.LinearConstraint([[0.0, 0.0, 1.0]], 0.0, 3.0),
        ],
    )  # fmt: skip
    np.testing.assert_allclose([*result.x["x"], result.x["y"]], [2**-0.25, 2**-0.25, 2**0.25], rtol=1e-4)
    assert all(isinstance(p["x"], ag.Tensor) for p in seen)


def test_trust_constr_gets_exact_second_derivatives_of_constraints() -> None:
    structure = Structure({"x": 2.0, "y": 3.0})
    product = [lambda p: p["x"] ** 2 * p["y"], lambda p: ag.stack([p["x"] * p["y"], p["y"] ** 3])]
    dicts = [{"type": "ineq", "fun": fun} for fun in product]
    own = [scipy.optimize.NonlinearConstraint(fun, 0.0, np.inf) for fun in product]
    for scalar, vector in (dicts, own):
        given = _constraint(scipy.optimize, scalar, structure, 0, "trust-constr")
        np.testing.assert_allclose(given.hess(structure.start, np.array([2.0])), [[12.0, 8.0], [8.0, 0.0]])
        np.testing.assert_allclose(given.jac(structure.start), [[12.0, 4.0]])
        given = _constraint(scipy.optimize, vector, structure, 0, "trust-constr")
        np.testing.assert_allclose(given.hess(structure.start, np.array([2.0, 1.0])), [[0.0, 2.0], [2.0, 18.0]])


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ImportError, match=r'method "trust-exact" is SciPy\'s.*autograd_lite\[scipy\]'):
        optim.minimize(rosenbrock, np.zeros(2), "trust-exact")
    assert optim.minimize(rosenbrock, np.zeros(2)).converged


def test_names_that_are_both_ours_and_scipys() -> None:
    x0 = np.array([-1.2, 1.0])
    for name in ("cg", "BFGS", "Newton-CG"):
        assert optim.minimize(rosenbrock, x0, name).method == name.lower()
        assert optim.minimize(rosenbrock, x0, f"scipy:{name}").method == KINDS[name.lower()].name
    assert optim.minimize(rosenbrock, x0, "l-bfgs-b").method == "L-BFGS-B"


BAD_STARTS = [
    (np.array([1, 2]), TypeError, r"x0, int64\[2\], is not of a floating-point dtype"),
    ({"w": np.zeros(2), "b": 0}, TypeError, r"x0\['b'\]=0 is a int, not floating-point; write 0.0"),
    ([1.0, None], TypeError, r"x0\[1\] is a NoneType"),
    ("abc", TypeError, "x0 is a str"),
    (np.zeros(2, complex), TypeError, r"x0, complex128\[2\], is complex.*re \+ 1j \* im"),
    (np.zeros(2, np.longdouble), TypeError, "not of a floating-point dtype"),
    ({}, ValueError, "no numbers"),
    (np.zeros((0, 3)), ValueError, "no numbers"),
    ([np.zeros(2), np.array([1.0, np.nan])], ValueError, r"x0\[1\] holds a NaN"),
    (Model(np.zeros(1), math.inf), ValueError, r"x0\.rest holds"),
]


@pytest.mark.parametrize("solver", [optim.minimize, optim.least_squares])
@pytest.mark.parametrize(("x0", "error", "message"), BAD_STARTS)
def test_a_start_that_is_none(x0: Any, error: Any, message: str, solver: Any) -> None:
    with pytest.raises(error, match=message):
        solver(lambda p: p, x0)


CONSTANT = ag.Tensor(1.0, requires_grad=True)


@pytest.mark.parametrize("method", [*OURS, "L-BFGS-B"])
@pytest.mark.parametrize(
    ("fun", "error", "message"),
    [
        (lambda x: 3.0, TypeError, "fun must return a Tensor, not 3.0, a float"),
        (lambda x: x.data.sum(), TypeError, "fun must return a Tensor"),
        (lambda x: x, ValueError, r"single floating-point number, not float64\[2\].*least_squares"),
        (lambda x: (x > 0).any(), ValueError, "single floating-point number, not bool"),
        (lambda x: x.detach().sum(), ValueError, "does not depend on x0"),
        (lambda x: CONSTANT * 2.0, ValueError, "does not depend on x0"),
        (lambda x: np.log(x - 5.0).sum(), ValueError, "fun is nan at x0"),
        (lambda x: 1.0 / (x - 1.0).sum(), ValueError, "fun is inf at x0"),
        (lambda x: np.sqrt(x - 1.0).sum(), ValueError, "gradient of fun at x0 is NaN or infinite in x0"),
    ],
)
def test_functions_that_cannot_be_minimised(fun: Any, error: Any, message: str, method: str) -> None:
    with pytest.raises(error, match=message):
        optim.minimize(fun, np.ones(2), method)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"method": "adam"}, ValueError, "method='adam' is unknown; ours are.*newton.*SciPy's.*trust-exact"),
        ({"method": "scipy:newton"}, ValueError, "unknown"),
        ({"method": 3}, ValueError, "method=3"),
        ({"tol": -1.0}, ValueError, "tol=-1.0"),
        ({"tol": "small"}, TypeError, "tol='small'"),
        ({"maxiter": -1}, ValueError, "maxiter=-1"),
        ({"options": {"delta": 1.0}}, ValueError, r"no options \['delta'\]; it has \['radius', 'max_radius'\]"),
        ({"options": {"radius": -1.0}}, ValueError, "radius=-1.0"),
        ({"method": "cg", "options": {"beta": "x"}}, ValueError, "beta='x'"),
        ({"method": "cg", "options": {"flatter": 0.7}}, ValueError, "flatter=0.7"),
        ({"method": "bfgs", "options": {"flatter": 1.0}}, ValueError, "flatter=1.0"),
        ({"method": "lbfgs", "options": {"memory": 2.5}}, ValueError, "memory=2.5"),
        ({"bounds": (0.0, 1.0)}, ValueError, r'"newton" takes no bounds.*L-BFGS-B'),
        ({"method": "cg", "constraints": [{}]}, ValueError, r'"cg" takes no constraints.*SLSQP'),
        ({"method": "dogleg", "bounds": (0.0, 1.0)}, ValueError, '"dogleg" takes no bounds'),
        ({"method": "TNC", "bounds": [(0, 1), (0, 1), (0, 1)]}, ValueError, r"must be a tuple \(lower, upper\)"),
        ({"method": "TNC", "bounds": (1.0, 0.0)}, ValueError, "lower 1.0 is not at most upper 0.0"),
        ({"method": "TNC", "bounds": (np.zeros(3), None)}, ValueError, r"bounds\[0\]=float64\[3\] does not broadcast"),
        ({"method": "SLSQP", "constraints": {"type": "le", "fun": abs}}, ValueError, r"constraints\[0\] must be"),
        ({"method": "SLSQP", "constraints": [3]}, TypeError, r"constraints\[0\] is a int"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        optim.minimize(rosenbrock, np.zeros(2), **arguments)


def test_bounds_arranged_otherwise_than_x0() -> None:
    with pytest.raises(ValueError, match=r"bounds\[1\] is not arranged as x0 is"):
        optim.minimize(norm_with_sum, {"x": np.ones(2), "y": 1.0}, "TNC", bounds=(None, {"x": 1.0}))
