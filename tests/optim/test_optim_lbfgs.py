"""L-BFGS: PyTorch's iterates, the standard problems solved, and nothing lost when it is stopped or fails."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import constraints, lbfgs, regularization
from autograd_lite.optim.approximate_wolfe import approximate_wolfe
from autograd_lite.optim.strong_wolfe import Trial, cubic_minimum, strong_wolfe
from standard_functions import STANDARD
from torch.optim.lbfgs import _strong_wolfe

import autograd_lite as ag
from autograd_lite import optim


@pytest.fixture(autouse=True)
def _scalars_in_double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def rosenbrock(x: Any) -> Any:
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def beale(x: Any) -> Any:
    a, b = x[0], x[1]
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


def himmelblau(x: Any) -> Any:
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def powell_singular(x: Any) -> Any:
    first = (x[0] + 10 * x[1]) ** 2 + 5 * (x[2] - x[3]) ** 2
    return first + (x[1] - 2 * x[2]) ** 4 + 10 * (x[0] - x[3]) ** 4


def rosenbrock_of_ten(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


PROBLEMS: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "beale": (beale, [1.0, 1.0]),
    "himmelblau": (himmelblau, [0.0, 0.0]),
    "powell_singular": (powell_singular, [3.0, -1.0, 0.0, 1.0]),
    "rosenbrock_of_ten": (rosenbrock_of_ten, [-1.2, 1.0] * 5),
}

A = np.random.default_rng(0).standard_normal((20, 6)) * [1.0, 1.5, 0.7, 1.0, 1.0, 1.0]
B = np.random.default_rng(1).standard_normal(20)


def leaves(*values: Any, dtype: Any = np.float64) -> list[ag.Tensor]:
    return [ag.Tensor(np.array(value, dtype), requires_grad=True) for value in values]


def twins(*values: Any) -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.tensor(np.array(value, np.float64))) for value in values]


def fit(w: Any, b: Any, unused: Any, sqrt: Any = np.sqrt) -> Any:
    """A convex loss of a matrix, a number and a parameter without gradient."""
    lib = torch if isinstance(w, torch.Tensor) else np
    a, target = (torch.from_numpy(v) if lib is torch else v for v in (A, B))
    residual = a @ w.reshape(6) + b - target
    return lib.sqrt(1.0 + residual * residual).sum()


FIT = (np.full((3, 2), 0.5), 0.0, [1.0, 2.0])


def closing(optimizer: Any, loss_of: Callable[..., Any], params: list[Any], seen: Any = None) -> Callable[[], Any]:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_of(*params)
        loss.backward()
        if seen is not None:
            seen.append(loss.item())
        return loss.detach()

    return closure


def gradient_norm(loss_of: Callable[..., Any], params: list[ag.Tensor]) -> float:
    grads = ag.grad(loss_of(*params), params)
    return float(np.sqrt(sum(float((g.data**2).sum()) for g in grads)))


SHORT: dict[str, Any] = {"line_search_fn": "strong_wolfe", "lr": 1e-2}
OPTIONS: list[dict[str, Any]] = [
    {},
    {"line_search_fn": "strong_wolfe"},
    {"lr": 0.3},
    {"lr": 0.3, "line_search_fn": "strong_wolfe", "history_size": 3},
    {"lr": 0.5, "history_size": 2, "max_iter": 7},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "max_eval": 5},
    {"line_search_fn": "strong_wolfe", "max_iter": 1},
    {"line_search_fn": "strong_wolfe", "max_eval": 1},
    {"lr": 0.5, "max_iter": 30, "max_eval": 9},
    {"line_search_fn": "strong_wolfe", "tolerance_grad": 1e-2},
    {"line_search_fn": "strong_wolfe", "tolerance_change": 1e-2},
    {"lr": 0.5, "tolerance_change": 1e-2},
    {"line_search_fn": "strong_wolfe", "lr": 10.0},
    SHORT,
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_steps_equal_pytorch_on_a_convex_loss(options: dict[str, Any]) -> None:
    ours, theirs = leaves(*FIT), twins(*FIT)
    mine, reference = optim.LBFGS(ours, **options), torch.optim.LBFGS(theirs, **options)
    seen: list[float] = []
    expected: list[float] = []
    for step in range(1 if options == SHORT else 5):  # later, rounding decides which of the last pairs are kept
        first = mine.step(closing(mine, fit, ours, seen))
        assert first.item() == reference.step(closing(reference, fit, theirs, expected)).item() or step
        if step == 0:
            state, wanted = mine.state[ours[0]], reference.state[theirs[0]]
            assert [state[key] for key in ("func_evals", "n_iter")] == [wanted["func_evals"], wanted["n_iter"]]
            assert len(state["ro"]) == len(wanted["ro"])
    np.testing.assert_allclose(seen[:15], expected[:15], rtol=1e-9)
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-6, atol=1e-9)
    assert ours[2].data.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("options", [{}, {"history_size": 2}, {"lr": 3.0}], ids=str)
def test_searches_equal_pytorch_on_the_standard_problems(name: str, options: dict[str, Any]) -> None:
    loss_of, start = PROBLEMS[name]
    ours, theirs = leaves(start), twins(start)
    options = {**options, "max_iter": 6, "line_search_fn": "strong_wolfe"}
    mine, reference = optim.LBFGS(ours, **options), torch.optim.LBFGS(theirs, **options)
    for _ in range(3):
        mine.step(closing(mine, loss_of, ours))
        reference.step(closing(reference, loss_of, theirs))
        np.testing.assert_allclose(ours[0].data, theirs[0].detach().numpy(), rtol=1e-6, atol=1e-9)
        assert mine.state[ours[0]]["func_evals"] == reference.state[theirs[0]]["func_evals"]


def test_it_stops_where_parameters_hardly_move_though_the_loss_does() -> None:
    ours, theirs = leaves([1.0]), twins([1.0])
    options: dict[str, Any] = {"lr": 1e-5, "tolerance_change": 1e-3}
    mine, reference = optim.LBFGS(ours, **options), torch.optim.LBFGS(theirs, **options)
    steep: Any = lambda x: (1e8 * x).sum()
    mine.step(closing(mine, steep, ours))
    reference.step(closing(reference, steep, theirs))
    assert mine.state[ours[0]]["n_iter"] == reference.state[theirs[0]]["n_iter"] == 1
    assert ours[0].item() == theirs[0].item() == 1.0 - 1e-5


@pytest.mark.parametrize("name", STANDARD)
def test_the_standard_collection_to_1e_10(name: str) -> None:
    fun, start, minima = STANDARD[name]
    params = leaves(start)
    optimizer = optim.LBFGS(
        params,
        max_iter=1000,
        tolerance_grad=1e-10 / len(start) ** 0.5,  # it looks at the largest number in the gradient
        tolerance_change=0.0,
        line_search_fn="approximate_wolfe",
        tolerance_curvature=0.0,
    )
    optimizer.step(closing(optimizer, fun, params))
    assert gradient_norm(fun, params) <= 1e-10
    assert min(abs(fun(params[0]).item() - f) for f in minima) <= 1e-8 * max(minima) + 1e-12
    assert optimizer.state[params[0]]["func_evals"] < 400


def test_a_search_that_finds_nothing_lower_leaves_the_parameters() -> None:
    params = leaves([0.0])
    optimizer = optim.LBFGS(params, line_search_fn="approximate_wolfe")
    calls = []

    def closure() -> Any:  # a gradient that is not the loss's: whichever way it points, the loss goes up
        calls.append(0)
        params[0].grad = np.ones(1)
        return abs(params[0].item()) + 1.0

    optimizer.step(closure)
    assert params[0].data.tolist() == [0.0]
    assert len(calls) == optimizer.state[params[0]]["func_evals"] <= 25
    np.testing.assert_array_equal(optimizer.state[params[0]]["t"], 0.0)


def test_a_search_that_finds_nothing_tries_once_more_along_the_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    params = leaves([-1.2, 1.0])
    optimizer = optim.LBFGS(params, line_search_fn="approximate_wolfe", max_iter=4)
    optimizer.step(closing(optimizer, rosenbrock, params))
    before, evaluations = rosenbrock(params[0]).item(), optimizer.state[params[0]]["func_evals"]
    along = []

    def none_at_first(evaluate: Any, start: Trial, *args: Any, **options: Any) -> Any:
        along.append(start.slope / -float(start.grad @ start.grad))
        return (None, 1) if len(along) == 1 else approximate_wolfe(evaluate, start, *args, **options)

    monkeypatch.setattr(lbfgs, "approximate_wolfe", none_at_first)
    optimizer.step(closing(optimizer, rosenbrock, params))
    assert along[0] != 1.0
    assert along[1] == 1.0
    assert rosenbrock(params[0]).item() < before
    assert optimizer.state[params[0]]["func_evals"] > evaluations + 3


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_standard_problems_are_solved(name: str) -> None:
    loss_of, start = PROBLEMS[name]
    params = leaves(start)
    optimizer = optim.LBFGS(
        params,
        max_iter=300,
        tolerance_grad=1e-12,
        tolerance_change=0.0,
        line_search_fn="strong_wolfe",
        tolerance_curvature=0.0,
    )
    for _ in range(3):
        optimizer.step(closing(optimizer, loss_of, params))
    assert gradient_norm(loss_of, params) < 1e-10
    assert loss_of(params[0]).item() < 1e-12


def test_arguments_their_order_and_defaults_are_pytorchs() -> None:
    ours = optim.LBFGS(leaves([1.0])).param_groups[0]
    theirs = torch.optim.LBFGS(twins([1.0])).param_groups[0]
    assert {key: ours[key] for key in theirs if key != "params"} == {
        key: value for key, value in theirs.items() if key != "params"
    }
    args = (0.5, 8, 9, 1e-3, 1e-4, 5, "strong_wolfe")
    group = optim.LBFGS(leaves([1.0]), *args).param_groups[0]
    assert [group[key] for key in theirs if key != "params"] == list(args)


@pytest.mark.parametrize("options", [*OPTIONS[:6], {"line_search_fn": "approximate_wolfe"}], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_run_resumed_is_bit_for_bit_the_run_that_went_on(options: dict[str, Any], dtype: Any) -> None:
    params = leaves(*FIT, dtype=dtype)
    optimizer = optim.LBFGS(params, **{"max_iter": 3, **options})
    loss_of: Any = lambda w, b, u: (np.sqrt(1 + (A.astype(dtype) @ w.reshape(6) + b - B.astype(dtype)) ** 2)).sum()
    for _ in range(2):
        optimizer.step(closing(optimizer, loss_of, params))
    saved = pickle.loads(pickle.dumps((optimizer.state_dict(), [p.data for p in params])))
    kept = optimizer.state_dict()
    copied, copy_of = copy.deepcopy((params, optimizer))
    for _ in range(2):
        optimizer.step(closing(optimizer, loss_of, params))
    np.testing.assert_equal(kept["state"], saved[0]["state"])  # a copy, which further steps do not touch

    again = leaves(*saved[1], dtype=dtype)
    resumed = optim.LBFGS(again, lr=7.0)
    resumed.load_state_dict(saved[0])
    for others, other in ((again, resumed), (copied, copy_of)):
        for _ in range(2):
            other.step(closing(other, loss_of, others))
        for p, q in zip(params, others, strict=True):
            assert q.dtype == dtype
            np.testing.assert_array_equal(p.data, q.data)
        np.testing.assert_equal(other.state_dict(), optimizer.state_dict())


def test_a_run_begun_in_pytorch_goes_on_here_and_back() -> None:
    theirs = twins(*FIT)
    options: dict[str, Any] = {"max_iter": 3, "line_search_fn": "strong_wolfe"}
    reference = torch.optim.LBFGS(theirs, **options)
    reference.step(closing(reference, fit, theirs))
    ours = leaves(*(q.detach().numpy() for q in theirs))
    mine = optim.LBFGS(ours)
    mine.load_state_dict(reference.state_dict())
    entry, wanted = mine.state_dict()["state"][0], reference.state_dict()["state"][0]
    assert entry.keys() == wanted.keys() - {"al"}
    np.testing.assert_array_equal(entry["d"], wanted["d"].numpy())

    back = twins(*(p.data for p in ours))
    returned = torch.optim.LBFGS(back)
    tensors: Any = lambda v: (
        torch.from_numpy(v) if isinstance(v, np.ndarray) else [*map(tensors, v)] if isinstance(v, list) else v
    )
    returned.load_state_dict(
        {
            "state": {0: {key: tensors(value) for key, value in entry.items()}},
            "param_groups": mine.state_dict()["param_groups"],
        }
    )
    for params, optimizer in ((theirs, reference), (ours, mine), (back, returned)):
        for _ in range(2):
            optimizer.step(closing(optimizer, fit, params))
    for p, q, r in zip(ours, theirs, back, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9)
        np.testing.assert_allclose(p.data, r.detach().numpy(), rtol=1e-9)


def test_at_a_minimum_it_stays_and_remembers_only_that_it_looked() -> None:
    params, theirs = leaves([1.0, 1.0]), twins([1.0, 1.0])
    optimizer, reference = optim.LBFGS(params), torch.optim.LBFGS(theirs)
    assert optimizer.state == {}
    assert optimizer.state_dict()["state"] == {}
    optimizer.step(closing(optimizer, rosenbrock, params))
    reference.step(closing(reference, rosenbrock, theirs))
    assert optimizer.state_dict()["state"] == reference.state_dict()["state"] == {0: {"func_evals": 1, "n_iter": 0}}
    other = optim.LBFGS(leaves([-1.2, 1.0]))
    other.load_state_dict(reference.state_dict())
    assert other.state_dict()["state"] == {0: {"func_evals": 1, "n_iter": 0}}


def test_frozen_parameters_do_not_move_and_held_gradients_stay() -> None:
    params = leaves([-1.2], [1.0])
    split: Any = lambda x, y: rosenbrock([x[0], y[0]])
    optimizer = optim.LBFGS(params, max_iter=4, line_search_fn="strong_wolfe")
    optimizer.step(closing(optimizer, split, params))
    params[1].requires_grad_(False)
    frozen = params[1].data.copy()
    held = params[0].grad
    assert held is not None
    seen = held.data.copy()
    before = split(*params).item()
    for _ in range(5):
        optimizer.step(closing(optimizer, split, params))
    assert params[1].data == frozen
    assert split(*params).item() < before
    np.testing.assert_array_equal(held.data, seen)
    params[1].requires_grad_(True)
    for _ in range(15):
        optimizer.step(closing(optimizer, split, params))
    np.testing.assert_allclose([p.data[0] for p in params], 1.0, atol=1e-4)


def test_assigned_values_are_what_is_trained() -> None:
    params = leaves([-1.2, 1.0])
    optimizer = optim.LBFGS(params, max_iter=30, line_search_fn="strong_wolfe")
    params[0].data = np.array([0.9, 0.9])
    loss = optimizer.step(closing(optimizer, rosenbrock, params))
    assert loss.item() == pytest.approx(rosenbrock([0.9, 0.9]))
    np.testing.assert_allclose(params[0].data, 1.0, atol=1e-4)
    assert np.shares_memory(params[0]._data, optimizer._groups[0].flats[0].data)
    params[0].data = np.array([1.1, 1.2])
    assert optimizer.step(closing(optimizer, rosenbrock, params)).item() == pytest.approx(rosenbrock([1.1, 1.2]))


def test_half_precision_is_kept() -> None:
    params = leaves([3.0, -1.0], dtype=np.float16)
    optimizer = optim.LBFGS(params, line_search_fn="strong_wolfe")
    optimizer.step(closing(optimizer, lambda x: ((x - 0.5) ** 2).sum(), params))
    assert params[0].dtype == np.float16
    np.testing.assert_allclose(params[0].data, 0.5, atol=2e-3)
    assert optimizer.state[params[0]]["d"].dtype == np.float32


def test_a_pending_backward_through_what_a_step_changed_raises() -> None:
    params = leaves([-1.2, 1.0])
    optimizer = optim.LBFGS(params)
    old = (params[0] * params[0]).sum()
    optimizer.step(closing(optimizer, rosenbrock, params))
    with pytest.raises(RuntimeError, match="changed after it was recorded"):
        old.backward()


@pytest.mark.parametrize("search", [None, "strong_wolfe", "approximate_wolfe"])
def test_a_closure_that_raises_midway_changes_nothing(search: str | None) -> None:
    params = leaves([-1.2, 1.0])
    optimizer = optim.LBFGS(params, line_search_fn=search, lr=1e-3)
    optimizer.step(closing(optimizer, rosenbrock, params))
    before, state = params[0].data.copy(), optimizer.state_dict()["state"]
    calls = []

    def closure() -> Any:
        calls.append(0)
        if len(calls) == 4:
            raise KeyError("the data")
        return closing(optimizer, rosenbrock, params)()

    with pytest.raises(KeyError, match="the data"):
        optimizer.step(closure)
    assert len(calls) == 4
    np.testing.assert_array_equal(params[0].data, before)
    np.testing.assert_equal(optimizer.state_dict()["state"], state)


def test_losses_that_are_not_finite() -> None:
    params = leaves([0.5])
    optimizer = optim.LBFGS(params, lr=100.0)
    steep: Any = lambda x: (x - np.log(x)).sum()  # not there for x <= 0
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=r"loss is nan.*lr smaller.*strong_wolfe"):
        optimizer.step(closing(optimizer, steep, params))
    assert params[0].data.tolist() == [0.5]
    assert optimizer.state == {}

    for line_search_fn in ("strong_wolfe", "approximate_wolfe"):
        params = leaves([0.5])
        search = optim.LBFGS(params, lr=100.0, line_search_fn=line_search_fn)
        with np.errstate(invalid="ignore"):
            for _ in range(3):
                search.step(closing(search, steep, params))
        np.testing.assert_allclose(params[0].data, 1.0, atol=1e-4)

    at_infinity = leaves([np.inf])
    optimizer = optim.LBFGS(at_infinity)
    with pytest.raises(ValueError, match="its gradient is not finite"):
        optimizer.step(closing(optimizer, lambda x: (x * x).sum(), at_infinity))


def test_a_cubic_without_a_minimum_is_halved() -> None:
    g = np.zeros(1)
    assert cubic_minimum(Trial(0.0, 1.0, g, -1.0), Trial(1.0, np.inf, g, np.nan), 0.0, 1.0) == 0.5
    assert cubic_minimum(Trial(1.0, 1.0, g, -1.0), Trial(1.0, 1.0, g, -1.0), 0.0, 1.0) == 0.5
    assert cubic_minimum(Trial(2.0, 2.0, g, 9.0), Trial(0.0, 0.0, g, -3.0), 0.0, 2.0) == 1.0  # either order
    assert cubic_minimum(Trial(0.0, 0.0, g, 1.0), Trial(1.0, 1.0, g, 1.0), 0.0, 4.0) == 2.0  # a straight line


@pytest.mark.parametrize(("slope", "first"), [(0.9, 1e-3), (0.1, 1e-3), (0.1, 1.0), (0.01, 50.0)])
def test_a_search_ends_where_the_conditions_hold(slope: float, first: float) -> None:
    def evaluate(t: float) -> Trial:  # the first test function of Moré and Thuente
        derivative = (t * t - 2.0) / (t * t + 2.0) ** 2
        return Trial(t, -t / (t * t + 2.0), np.array([derivative]), derivative)

    start = evaluate(0.0)
    for found, evaluations in (
        strong_wolfe(evaluate, start, first, 1.0, flat=slope),
        approximate_wolfe(evaluate, start, first, 2e-16, flat=slope),
    ):
        assert found is not None
        assert found.loss <= start.loss + 1e-4 * found.t * start.slope + 1e-15
        assert abs(found.slope) <= slope * abs(start.slope)
        assert evaluations < 20


LINES: dict[str, Callable[[Any], Any]] = {
    "rational": lambda t: -t / (t * t + 2.0),
    "steep then flat": lambda t: (t + 0.004) ** 5 - 2.0 * (t + 0.004) ** 4,  # Moré and Thuente's second
    "waves": lambda t: 0.1 * t * t - np.sin(3.0 * t) - 0.5 * t,
    "kink": lambda t: ((t - 1.0) ** 2 + 1e-4) ** 0.5 + ((t - 2.0) ** 2 + 1e-6) ** 0.5,
    "hole": lambda t: -np.exp(-(((t - 5.0) * 4.0) ** 2)) - 0.01 * t,
    "ripples": lambda t: -0.05 * np.sin(40.0 * t) - t,
    "quartic": lambda t: t**4 - 3.0 * t**3 + t * t - t,
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("first", [1e-3, 0.035, 0.05, 0.3, 1.0, 6.0, 40.0])
@pytest.mark.parametrize("most", [25, 3, 1])
def test_a_search_goes_where_pytorchs_goes(name: str, first: float, most: int) -> None:
    def values(t: float) -> tuple[float, float]:
        at = ag.Tensor(np.array(t), requires_grad=True)
        loss = LINES[name](at)
        (slope,) = ag.grad(loss, [at])
        return loss.item(), slope.item()

    seen: list[float] = []

    def evaluate(t: float) -> Trial:
        seen.append(t)
        loss, slope = values(t)
        return Trial(t, loss, np.array([slope]), slope)

    expected: list[float] = []

    def objective(x: Any, t: float, d: Any) -> tuple[float, torch.Tensor]:
        expected.append(float(t))
        loss, slope = values(float(t))
        return loss, torch.tensor([slope])

    for flat in (0.9, 0.1):
        loss, slope = values(0.0)
        start = Trial(0.0, loss, np.array([slope]), slope)
        found, evaluations = strong_wolfe(evaluate, start, first, 1.0, flat=flat, most=most)
        g = torch.tensor([slope])
        theirs = _strong_wolfe(
            objective, None, first, torch.ones(1), loss, g, torch.tensor(slope), c2=flat, max_ls=most
        )
        assert evaluations == theirs[3]
        assert found.t == pytest.approx(float(theirs[2]), rel=1e-9)
        np.testing.assert_allclose(seen, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lr": -1.0}, ValueError, "LBFGS: lr=-1.0"),
        ({"max_iter": 2.5}, TypeError, "max_iter=2.5 is not a whole number"),
        ({"max_iter": -1}, ValueError, "max_iter=-1"),
        ({"max_eval": "a"}, TypeError, "max_eval='a' is not a whole number"),
        ({"tolerance_grad": -1.0}, ValueError, "tolerance_grad=-1.0"),
        ({"tolerance_change": -1.0}, ValueError, "tolerance_change=-1.0"),
        ({"history_size": 0}, ValueError, "history_size=0 is out of range; pass a whole number >= 1"),
        ({"line_search_fn": "wolfe"}, ValueError, "'wolfe' is unknown; pass None or 'strong_wolfe' or"),
    ],
)
def test_options_out_of_range(options: dict[str, Any], error: Any, message: str) -> None:
    params = leaves([1.0])
    array = params[0]._data
    with pytest.raises(error, match=message):
        optim.LBFGS(params, **options)
    assert params[0]._data is array
    optimizer = optim.LBFGS(params)
    optimizer.param_groups[0].update(options)
    with pytest.raises(error, match=message):
        optimizer.step(closing(optimizer, lambda x: (x * x).sum(), params))
    assert params[0].data.tolist() == [1.0]


def test_what_it_cannot_train() -> None:
    a, b = leaves([1.0]), leaves([1.0], dtype=np.float32)
    with pytest.raises(ValueError, match="LBFGS takes one group"):
        optim.LBFGS([{"params": a}, {"params": leaves([2.0])}])
    for parts in ({"regularization": regularization.L2(1e-3)}, {"constraints": constraints.NonNegative()}):
        with pytest.raises(ValueError, match=rf"LBFGS: {next(iter(parts))}=.*its step\(\) has no place"):
            optim.LBFGS(a, **parts)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dtypes float32, float64; cast them"):
        optim.LBFGS([*a, *b])
    optimizer = optim.LBFGS(a)
    with pytest.raises(ValueError, match="LBFGS takes one group"):
        optimizer.add_param_group({"params": leaves([2.0])})
    with pytest.raises(TypeError, match="needs a closure"):
        optimizer.step()
    with pytest.raises(TypeError, match=r"the closure gave None; it must return the loss"):
        optimizer.step(lambda: None)
    a[0]._node.watch.grad = np.ones(3)
    with pytest.raises(ValueError, match=r"gradient of params\[0\] of group 0 is float64\[3\]"):
        optimizer.step(lambda: 1.0)
    a[0]._data = np.ones(3)
    with pytest.raises(ValueError, match=r"params\[0\] of group 0 is now float64\[3\]"):
        optimizer.step(lambda: 1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["state"][0].pop("d"), r"lacks \['d'\]"),
        (lambda s: s["state"][0].update(step=1), r"unexpected \['step'\]"),
        (lambda s: s["state"][0].update(d=np.ones(3)), r"d is float64\[3\], but the parameters have 2 numbers"),
        (lambda s: s["state"][0]["old_dirs"].append(np.ones(5)), r"old_dirs is float64\[5\]"),
        (lambda s: s["state"][0]["ro"].pop(), "not equally long"),
        (lambda s: s["param_groups"][0].update(lr=-1.0), "lr=-1.0"),
        (lambda s: s["param_groups"][0].pop("max_eval"), r"lacks \['max_eval'\]"),
        (lambda s: s["state"].update({4: {}}), r"state for parameters \[4\]"),
    ],
)
def test_a_state_dict_that_does_not_fit(change: Any, message: str) -> None:
    params = leaves([-1.2, 1.0])
    optimizer = optim.LBFGS(params, lr=0.5, line_search_fn="strong_wolfe")
    optimizer.step(closing(optimizer, rosenbrock, params))
    saved = copy.deepcopy(optimizer.state_dict())
    change(saved)
    fresh = optim.LBFGS(leaves([-1.2, 1.0]))
    with pytest.raises(ValueError, match=message):
        fresh.load_state_dict(saved)
    assert fresh.state == {}
    assert fresh.param_groups[0]["lr"] == 1.0


def test_state_with_another_parameter_than_the_first() -> None:
    adam = optim.Adam(leaves([1.0], [2.0]))
    fresh = optim.LBFGS(leaves([1.0], [2.0]))
    saved = {"state": {1: {"func_evals": 1, "n_iter": 0}}, "param_groups": fresh.state_dict()["param_groups"]}
    with pytest.raises(ValueError, match="keeps all its state with the first parameter"):
        fresh.load_state_dict(saved)
    with pytest.raises(ValueError, match="lacks"):
        fresh.load_state_dict(adam.state_dict())
