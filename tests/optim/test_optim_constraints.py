"""Projections are nearest points, also in training; problems with known multipliers are solved."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from autograd_lite.optim import constraints as con

import autograd_lite as ag
from autograd_lite import optim

RANDOM = np.random.default_rng


class Case(NamedTuple):
    """A set: its constraint, random points of it, whether a point is in it, and the shape of points."""

    make: Callable[[], Any]
    draw: Callable[[Any, tuple[int, ...]], Any]
    inside: Callable[[Any], Any]
    shape: tuple[int, ...] = (4, 5)
    convex: bool = True


def _simplex_points(random: Any, shape: tuple[int, ...], total: float) -> Any:
    points = random.exponential(size=shape) * (random.random(shape) < 0.5) + 1e-9
    return total * points / points.sum(axis=-1, keepdims=True)


def _ball_points(random: Any, shape: tuple[int, ...], radius: float, order: int, axis: Any) -> Any:
    points = random.standard_normal(shape) * (random.random(shape) < 0.6)
    norms = (np.abs(points) ** order).sum(axis=axis, keepdims=True) ** (1 / order)
    return points * np.minimum(1.0, radius * random.random() ** 0.1 / np.maximum(norms, 1e-9))


def _definite_points(random: Any, shape: tuple[int, ...]) -> Any:
    factors = random.standard_normal(shape) * random.random()
    return factors @ factors.mT + 0.1 * np.eye(shape[-1])


LOW, HIGH = np.linspace(-1.0, 0.2, 5), np.linspace(0.2, 1.0, 20).reshape(4, 5)
CASES = {
    "box": Case(
        lambda: con.Box(-0.5, 0.25), lambda r, s: r.uniform(-0.5, 0.25, s), lambda x: (x >= -0.5) & (x <= 0.25)
    ),
    "box of arrays": Case(
        lambda: con.Box(LOW, HIGH), lambda r, s: LOW + r.random(s) * (HIGH - LOW), lambda x: (x >= LOW) & (x <= HIGH)
    ),
    "half a box": Case(lambda: con.Box(upper=0.5), lambda r, s: 0.5 - r.exponential(size=s), lambda x: x <= 0.5),
    "non-negative": Case(con.NonNegative, lambda r, s: r.exponential(size=s), lambda x: x >= 0),
    "simplex": Case(
        lambda: con.Simplex(2.0),
        lambda r, s: _simplex_points(r, s, 2.0),
        lambda x: (x >= 0) & np.isclose(x.sum(-1, keepdims=True), 2.0, rtol=1e-12),
    ),
    "simplex along 0": Case(
        lambda: con.Simplex(axis=0),
        lambda r, s: _simplex_points(r, s[::-1], 1.0).T,
        lambda x: (x >= 0) & np.isclose(x.sum(0, keepdims=True), 1.0, rtol=1e-12),
    ),
    "simplex of all": Case(
        lambda: con.Simplex(axis=None),
        lambda r, s: _simplex_points(r, (math.prod(s),), 1.0).reshape(s),
        lambda x: (x >= 0) & np.isclose(x.sum(), 1.0, rtol=1e-12),
    ),
    "l1 ball": Case(
        lambda: con.L1Ball(1.5),
        lambda r, s: _ball_points(r, s, 1.5, 1, None),
        lambda x: np.abs(x).sum() <= 1.5 * (1 + 1e-12),
    ),
    "l1 balls": Case(
        lambda: con.L1Ball(1.5, axis=1),
        lambda r, s: _ball_points(r, s, 1.5, 1, 1),
        lambda x: np.abs(x).sum(1) <= 1.5 * (1 + 1e-12),
    ),
    "l2 ball": Case(
        lambda: con.L2Ball(1.5),
        lambda r, s: _ball_points(r, s, 1.5, 2, None),
        lambda x: np.linalg.norm(x) <= 1.5 * (1 + 1e-12),
    ),
    "l2 balls": Case(
        lambda: con.L2Ball(1.5, axis=(0, 2)),
        lambda r, s: _ball_points(r, s, 1.5, 2, (0, 2)),
        lambda x: np.sqrt((x * x).sum((0, 2))) <= 1.5 * (1 + 1e-12),
        (3, 2, 4),
    ),
    "positive definite": Case(
        lambda: con.PositiveDefinite(0.1),
        _definite_points,
        lambda x: (np.linalg.eigvalsh(x) >= 0.1 - 1e-12).all() and np.array_equal(x, x.mT),
        (2, 4, 4),
    ),
    "orthogonal, high": Case(
        con.Orthogonal,
        lambda r, s: np.linalg.qr(r.standard_normal(s))[0],
        lambda x: np.allclose(x.mT @ x, np.eye(3), atol=1e-12),
        (2, 5, 3),
        convex=False,
    ),
    "orthogonal, wide": Case(
        con.Orthogonal,
        lambda r, s: np.linalg.qr(r.standard_normal(s[::-1]))[0].T,
        lambda x: np.allclose(x @ x.T, np.eye(3), atol=1e-12),
        (3, 5),
        convex=False,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_projection_is_the_nearest_point(name: str) -> None:
    """For a convex set: (x - P x) · (y - P x) <= 0 for every y in it; for the others: no y is nearer."""
    case, random = CASES[name], RANDOM(0)
    constraint = case.make()
    for scale in (0.1, 1.0, 10.0):
        x = scale * random.standard_normal(case.shape)
        given = x.copy()
        nearest = constraint(x)
        np.testing.assert_array_equal(x, given)
        assert nearest.shape == x.shape
        assert np.all(case.inside(nearest))
        np.testing.assert_allclose(constraint(nearest), nearest, rtol=1e-12, atol=1e-14)
        for _ in range(200):
            y = case.draw(random, case.shape)
            assert np.all(case.inside(y))
            if case.convex:
                assert ((x - nearest) * (y - nearest)).sum() <= 1e-11 * scale * scale
                y = nearest + random.random() ** 4 * (y - nearest)  # also near by
            assert np.linalg.norm(x - nearest) <= np.linalg.norm(x - y) + 1e-12


@pytest.mark.parametrize("name", CASES)
def test_points_of_the_set_stay_where_they_are_and_dtypes_what_they_are(name: str) -> None:
    case, random = CASES[name], RANDOM(1)
    point = case.draw(random, case.shape)
    np.testing.assert_allclose(case.make()(point), point, rtol=1e-12, atol=1e-12)
    for dtype, tolerance in ((np.float32, 1e-5), (np.float16, 1e-2)):
        x = random.standard_normal(case.shape).astype(dtype)
        got = case.make()(ag.Tensor(x))
        assert got.dtype == dtype
        np.testing.assert_allclose(got, case.make()(x.astype(np.float64)), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("cls", [optim.SGD, optim.Adam])
def test_parameters_are_in_the_set_after_every_step(name: str, cls: Any) -> None:
    case, random = CASES[name], RANDOM(2)
    w, free, still = (ag.Tensor(random.standard_normal(case.shape), requires_grad=True) for _ in range(3))
    outside = still.data.copy()
    optimizer = cls([{"params": [w, still], "constraints": [case.make()]}, {"params": [free]}], lr=0.5)
    for _ in range(3):
        before = w.data.copy()
        w.grad = free.grad = random.standard_normal(case.shape)
        optimizer.step()
        assert np.all(case.inside(w.data))
        if cls is optim.SGD:
            expected = case.make()(before - 0.5 * w.grad.data)  # type: ignore[union-attr]
            np.testing.assert_allclose(w.data, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(still.data, outside)  # it has no gradient
    assert np.shares_memory(w._data, optimizer._groups[0].flats[0].data)
    assert f"constraints: {case.make()!r}" in repr(optimizer)


def test_the_functions_are_the_objects() -> None:
    x = RANDOM(0).standard_normal((4, 4))
    for got, expected in [
        (con.project_box(x, -0.1, 0.2), con.Box(-0.1, 0.2)(x)),
        (con.project_non_negative(x), con.NonNegative()(x)),
        (con.project_simplex(x, 2.0, 0), con.Simplex(2.0, 0)(x)),
        (con.project_l1_ball(x, 0.5, 1), con.L1Ball(0.5, 1)(x)),
        (con.project_l2_ball(x, 0.5, (0, 1)), con.L2Ball(0.5, (0, 1))(x)),
        (con.project_orthogonal(x), con.Orthogonal()(x)),
        (con.project_positive_definite(x, 0.5), con.PositiveDefinite(0.5)(x)),
    ]:
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(con.Box()(x), x)
    assert con.project_l1_ball(np.zeros(3), 0.0).tolist() == con.project_l2_ball(np.zeros(3), 0.0).tolist() == [0.0] * 3
    assert con.project_l1_ball(np.zeros((0, 2))).shape == con.project_l2_ball(np.zeros((0, 2))).shape == (0, 2)
    np.testing.assert_allclose(con.project_simplex(np.array([1e6, 1e6 - 0.5], np.float32)), [0.75, 0.25])


def test_regularizers_act_before_constraints() -> None:
    w = ag.Tensor([1.0, 1.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, regularization=optim.regularization.ProximalL1(3.0), constraints=[con.Simplex()])
    w.grad = np.zeros(2, np.float32)
    optimizer.step()
    np.testing.assert_array_equal(w.data, [0.5, 0.5])


def test_numbers_of_constraints_are_saved_and_each_group_has_its_own() -> None:
    a, b = (ag.Tensor([3.0, 4.0], requires_grad=True) for _ in range(2))
    optimizer = optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.0, constraints=con.L2Ball(5.0))
    optimizer.param_groups[1]["constraints"][0].radius = 2.5
    saved = copy.deepcopy(optimizer.state_dict())
    assert saved["param_groups"][1]["constraints"] == [{"kind": "L2Ball", "radius": 2.5}]
    optimizer.param_groups[1]["constraints"][0].radius = 7.0
    optimizer.load_state_dict(saved)
    a.grad = b.grad = np.zeros(2, np.float32)
    optimizer.step()
    np.testing.assert_allclose([a.data, b.data], [[3.0, 4.0], [1.5, 2.0]])


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: con.Box(1.0, 0.0), ValueError, r"Box: lower=1.0 is above upper=0.0"),
        (lambda: con.Box(float("nan")), ValueError, "Box: lower=nan is NaN; pass None"),
        (lambda: con.Box("a"), TypeError, "Box: lower='a' is not numbers"),
        (lambda: con.Box(np.zeros(2), np.ones(3)), ValueError, r"lower has shape \(2,\) and upper \(3,\)"),
        (
            lambda: con.Box(np.zeros(2))(np.ones(3)),
            ValueError,
            r"lower has shape \(2,\), which does not broadcast to x",
        ),
        (lambda: con.Box(np.zeros((1, 2)))(np.ones(2)), ValueError, r"lower has shape \(1, 2\), which does not broad"),
        (lambda: con.Simplex(0.0), ValueError, "Simplex: total=0.0 is out of range; pass a finite number > 0"),
        (lambda: con.Simplex(-1.0), ValueError, "Simplex: total=-1.0"),
        (lambda: con.Simplex(axis=(0, 1)), TypeError, r"Simplex: axis=\(0, 1\) must be an int"),  # type: ignore[arg-type]
        (lambda: con.Simplex(axis=1)(np.ones(3)), ValueError, r"Simplex: x has shape \(3,\), and no axis 1"),
        (lambda: con.Simplex()(np.ones((2, 0))), ValueError, "no numbers to sum to 1.0"),
        (lambda: con.L1Ball(-1.0), ValueError, "L1Ball: radius=-1.0"),
        (lambda: con.L2Ball(float("inf")), ValueError, "L2Ball: radius=inf"),
        (lambda: con.L2Ball(axis="a"), TypeError, "L2Ball: axis='a'"),  # type: ignore[arg-type]
        (lambda: con.Orthogonal()(np.ones(3)), ValueError, r"Orthogonal: x has shape \(3,\), which is no matrix"),
        (lambda: con.Orthogonal()(np.full((2, 2), np.nan)), ValueError, "Orthogonal: x has NaN or infinite elements"),
        (lambda: con.PositiveDefinite(-0.1), ValueError, "PositiveDefinite: minimum=-0.1"),
        (lambda: con.PositiveDefinite()(np.ones((2, 3))), ValueError, "which is no square matrix"),
        (lambda: con.PositiveDefinite()(np.full((2, 2), np.inf)), ValueError, "NaN or infinite"),
        (lambda: con.NonNegative()(np.arange(3)), TypeError, "NonNegative: x is int64, and must be floating-point"),
        (lambda: setattr(con.L1Ball(), "radius", -1.0), ValueError, "L1Ball: radius=-1.0"),
    ],
)
def test_wrong_arguments(wrong: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        wrong()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (con.Orthogonal(), ValueError, r"Orthogonal: params\[0\] of group 0 has shape \(3,\)"),
        (con.Box(np.zeros(2)), ValueError, r"does not broadcast to params\[0\] of group 0 of shape \(3,\)"),
        ([con.NonNegative], TypeError, r"constraints\[0\]=NonNegative is the class NonNegative; pass a Constraint"),
        (con.project_non_negative, TypeError, "constraints=<function"),
    ],
)
def test_what_cannot_constrain_a_group_changes_nothing(given: Any, error: Any, message: str) -> None:
    w = ag.Tensor([-1.0, 2.0, 3.0], requires_grad=True)
    array = w._data
    with pytest.raises(error, match=message):
        optim.SGD([w], constraints=given)
    assert w._data is array
    optimizer = optim.SGD([w])
    optimizer.param_groups[0]["constraints"] = given
    w.grad = np.ones(3, np.float32)
    with pytest.raises(error, match=message):
        optimizer.step()
    assert w.tolist() == [-1.0, 2.0, 3.0]


# -- problems with known multipliers: Hock and Schittkowski, "Test examples for nonlinear programming codes", 1981


class Problem(NamedTuple):
    """A problem with its start and its solution; the multipliers are those of ∇f = λ·∇c + μ·∇d.

    Constraints are divided by what makes them about 1, and their multipliers are as many times as large.
    """

    start: list[float]
    objective: Callable[[Any], Any]
    equality: Callable[[Any], Any] | None
    inequality: Callable[[Any], Any] | None
    solution: list[float]
    value: float
    equality_multipliers: list[float]
    inequality_multipliers: list[float]


def between(x: Any, lower: list[float], upper: list[float]) -> Any:
    return np.concatenate([x - np.array(lower), np.array(upper) - x])


R10 = math.sqrt(10.0)
PROBLEMS = {
    "HS6": Problem(
        [-1.2, 1.0], lambda x: (1 - x[0]) ** 2, lambda x: 10 * (x[1] - x[0] ** 2), None, [1.0, 1.0], 0.0, [0.0], []
    ),
    "HS7": Problem(
        [2.0, 2.0],
        lambda x: np.log(1 + x[0] ** 2) - x[1],
        lambda x: (1 + x[0] ** 2) ** 2 + x[1] ** 2 - 4,
        None,
        [0.0, math.sqrt(3.0)],
        -math.sqrt(3.0),
        [-1 / (2 * math.sqrt(3.0))],
        [],
    ),
    "HS21": Problem(
        [2.0, -1.0],
        lambda x: 0.01 * x[0] ** 2 + x[1] ** 2 - 100,
        None,
        lambda x: np.concatenate([(10 * x[0] - x[1] - 10).reshape(1), between(x, [2.0, -50.0], [50.0, 50.0])]),
        [2.0, 0.0],
        -99.96,
        [],
        [0.0, 0.04, 0.0, 0.0, 0.0],
    ),
    "HS35": Problem(
        [0.5, 0.5, 0.5],
        lambda x: 9 - 8 * x[0] - 6 * x[1] - 4 * x[2] + 2 * x[0] ** 2 + 2 * x[1] ** 2 + x[2] ** 2
        + 2 * x[0] * x[1] + 2 * x[0] * x[2],
        None,
        lambda x: np.concatenate([(3 - x[0] - x[1] - 2 * x[2]).reshape(1), x]),
        [4 / 3, 7 / 9, 4 / 9],
        1 / 9,
        [],
        [2 / 9, 0.0, 0.0, 0.0],
    ),
    "HS43": Problem(  # Rosen and Suzuki
        [0.0, 0.0, 0.0, 0.0],
        lambda x: (x * x * np.array([1.0, 1, 2, 1])).sum() - (x * np.array([5.0, 5, 21, -7])).sum(),
        None,
        lambda x: 0.1 * np.stack([
            8 - (x * x).sum() - (x * np.array([1.0, -1, 1, -1])).sum(),
            10 - (x * x * np.array([1.0, 2, 1, 2])).sum() + x[0] + x[3],
            5 - (x * x * np.array([2.0, 1, 1, 0])).sum() - 2 * x[0] + x[1] + x[3],
        ]),
        [0.0, 1.0, 2.0, -1.0],
        -44.0,
        [],
        [10.0, 0.0, 20.0],
    ),
    "HS71": Problem(
        [1.0, 5.0, 5.0, 1.0],
        lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
        lambda x: (x * x).sum() / 40 - 1,
        lambda x: np.concatenate([(x[0] * x[1] * x[2] * x[3] / 25 - 1).reshape(1), between(x, [1.0] * 4, [5.0] * 4)]),
        [1.0, 4.7429996, 3.8211499, 1.3794083],
        17.0140173,
        [-0.1614686 * 40],
        [0.5522937 * 25, 1.0878712] + [0.0] * 7,
    ),
}  # fmt: skip


def solve(problem: Problem, optimizer: Any, **options: Any) -> tuple[Any, Any]:
    x = ag.Tensor(np.array(problem.start), requires_grad=True)
    lagrangian = optim.AugmentedLagrangian(
        [x],
        lambda: problem.objective(x),
        equality=problem.equality and (lambda: problem.equality(x)),  # type: ignore[misc]
        inequality=problem.inequality and (lambda: problem.inequality(x)),  # type: ignore[misc]
    )
    return x, lagrangian.minimize(optimizer, **options)


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_with_known_multipliers(name: str) -> None:
    problem = PROBLEMS[name]
    x, result = solve(
        problem,
        lambda ps: optim.LBFGS(ps, line_search_fn="strong_wolfe", tolerance_grad=0.0, tolerance_change=0.0),
        inner_steps=30,
        tolerance=1e-7,
        gradient_tolerance=1e-6,
    )
    assert result.converged, result
    assert result.message == "converged"
    assert result.violation <= 1e-7
    assert result.stationarity <= 1e-6
    np.testing.assert_allclose(x.data, problem.solution, atol=2e-6)
    np.testing.assert_allclose(result.objective, problem.value, atol=1e-6)
    np.testing.assert_allclose(result.equality_multipliers, problem.equality_multipliers[:1] or (), atol=5e-6)
    np.testing.assert_allclose(result.inequality_multipliers, problem.inequality_multipliers, atol=5e-6)
    assert x.grad is None  # no gradient is left behind


@pytest.mark.parametrize(
    "inner",
    [
        lambda ps: optim.SGD(ps, lr=0.02, momentum=0.8),
        lambda ps: optim.RMSprop(ps, lr=0.001),
        lambda ps: optim.Adam(ps, lr=0.03),
    ],
    ids=["SGD", "RMSprop", "Adam"],
)
def test_any_optimizer_serves_inside(inner: Any) -> None:
    problem = PROBLEMS["HS35"]
    x, result = solve(problem, inner, tolerance=2e-3, inner_steps=400, rounds=8)
    assert result.converged, result
    np.testing.assert_allclose(x.data, problem.solution, atol=5e-3)
    np.testing.assert_allclose(result.inequality_multipliers, problem.inequality_multipliers, atol=5e-3)


def test_several_tensors_several_constraints_and_a_projection_inside() -> None:
    """The nearest point of {u >= 0, sum of u = 1} to (1, 0.5, -1) by a projection, tied to v = 2 u by equations."""
    u, v = (ag.Tensor(np.zeros(3), requires_grad=True) for _ in range(2))
    target = np.array([1.0, 0.5, -1.0])
    problem = optim.AugmentedLagrangian(
        [u, v],
        lambda: 0.5 * ((u - target) ** 2).sum(),
        equality=lambda: [v[:2] - 2.0 * u[:2], v[2] - 2.0 * u[2]],
        inequality=lambda: (),
    )
    result = problem.minimize(
        lambda ps: optim.SGD([{"params": ps[:1], "constraints": con.Simplex()}, {"params": ps[1:]}], lr=0.02),
        tolerance=1e-7,
    )
    assert result.converged, result
    np.testing.assert_allclose(u.data, [0.75, 0.25, 0.0], atol=1e-6)
    np.testing.assert_allclose(v.data, [1.5, 0.5, 0.0], atol=1e-6)
    assert [m.shape for m in result.equality_multipliers] == [(2,), ()]
    assert result.inequality_multipliers == ()


def test_what_has_not_converged_says_so() -> None:
    _, result = solve(PROBLEMS["HS71"], lambda ps: optim.SGD(ps, lr=1e-6), rounds=2, inner_steps=3)
    assert not result.converged
    assert result.message == "no convergence within rounds=2"
    assert (result.rounds, result.steps) == (2, 6)
    x = ag.Tensor(np.array([1.0]), requires_grad=True)
    infeasible = optim.AugmentedLagrangian([x], lambda: (x * x).sum(), equality=lambda: x * x + 1.0)
    result = infeasible.minimize(lambda ps: optim.LBFGS(ps, line_search_fn="strong_wolfe"), rounds=6)
    assert not result.converged
    assert result.violation >= 1.0


def test_a_search_that_blows_up_keeps_the_last_finite_point() -> None:
    x, result = solve(PROBLEMS["HS7"], lambda ps: optim.SGD(ps, lr=1e3))
    assert not result.converged
    assert "became NaN or infinite" in result.message
    assert x.tolist() == [2.0, 2.0]
    assert np.isfinite(result.objective)


def test_float32_stays_float32() -> None:
    x = ag.Tensor([2.0, 0.5], requires_grad=True)
    problem = optim.AugmentedLagrangian([x], lambda: -x.sum(), inequality=lambda: 2.0 - (x * x).sum())
    result = problem.minimize(lambda ps: optim.SGD(ps, lr=0.02, momentum=0.5), tolerance=1e-4)
    assert result.converged
    assert x.dtype == result.inequality_multipliers.dtype == np.float32


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"params": []}, TypeError, r"params must be a list of leaf Tensors that require a gradient, not \[\]"),
        ({"params": ag.Tensor([1.0])}, TypeError, "params must be a list"),
        ({"params": [ag.Tensor([1.0])]}, TypeError, "params must be a list of leaf Tensors"),
        ({"objective": None}, TypeError, "objective=None cannot be called"),
        ({"equality": 3}, TypeError, "equality=3 cannot be called"),
        ({"equality": None}, ValueError, "there is no constraint; pass equality=, inequality=, or both"),
        ({"equality": lambda: 3.0}, TypeError, "object is not iterable|equality gave 3.0, and must give Tensors"),
        ({"equality": lambda: [3.0]}, TypeError, "equality gave 3.0, and must give Tensors"),
        ({"objective": lambda: ag.Tensor([1.0, 2.0])}, TypeError, r"objective gave float32\[2\], and must give one"),
        ({"objective": lambda: ag.Tensor(np.inf)}, ValueError, "objective=inf and violation=1.0 where the search"),
        ({"equality": lambda: ag.Tensor([np.nan])}, ValueError, "violation=nan where the search begins"),
        ({"objective": lambda: ag.Tensor(1.0), "equality": lambda: ag.Tensor([0.0])}, ValueError, "do not depend on"),
        ({"rounds": -1}, ValueError, "rounds=-1"),
        ({"inner_steps": 1.5}, TypeError, "inner_steps=1.5"),
        ({"tolerance": -1.0}, ValueError, "tolerance=-1.0"),
        ({"penalty": 0.0}, ValueError, "penalty=0.0 must be above 0"),
        ({"growth": 1.0}, ValueError, "growth=1.0 above 1"),
        ({"optimizer": 3}, TypeError, "optimizer=3 cannot be called; pass a function that makes one"),
    ],
)
def test_problems_that_are_none(change: dict[str, Any], error: Any, message: str) -> None:
    x = ag.Tensor([1.0], requires_grad=True)
    given: dict[str, Any] = {
        "params": [x],
        "objective": lambda: (x * x).sum(),
        "equality": lambda: x - 2.0,
        "optimizer": lambda ps: optim.SGD(ps),
        **change,
    }
    with pytest.raises(error, match=message):
        optim.AugmentedLagrangian(given.pop("params"), given.pop("objective"), equality=given.pop("equality")).minimize(
            given.pop("optimizer"), **given
        )
    assert x.tolist() == [1.0]
