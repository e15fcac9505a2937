"""What users met in regularizers and constraints, held so that nobody meets it again."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import constraints as con
from autograd_lite.optim import lr_scheduler as sched
from autograd_lite.optim import regularization as reg

import autograd_lite as ag
from autograd_lite import optim


@pytest.mark.parametrize("axis", [None, 0])
@pytest.mark.parametrize(
    ("dtype", "size"), [(np.float16, 1e4), (np.float32, 1e20), (np.float32, 1e-24), (np.float64, 1e200)]
)
def test_lengths_whose_squares_no_number_holds(dtype: Any, size: float, axis: int | None) -> None:
    x = (np.array([3.0, 4.0]) * size).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        projected = con.project_l2_ball(x, 5 * size / 4, axis=axis)
    assert projected.dtype == dtype
    np.testing.assert_allclose(projected / dtype(size), [0.75, 1.0], rtol=2e-3 if dtype == np.float16 else 1e-6)


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e20), (np.float64, 1e200)])
def test_max_norm_of_long_rows(dtype: Any, size: float) -> None:
    w = ag.Tensor((np.array([[3.0, 4.0], [0.3 / size, 0.4 / size]]) * size).astype(dtype), requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0, regularization=reg.MaxNorm(1.0, axis=1))
    w.grad = np.zeros((2, 2), dtype)
    optimizer.step()
    np.testing.assert_allclose(w.data, [[0.6, 0.8], [0.3, 0.4]], rtol=1e-6)


def test_group_lasso_makes_the_shortest_rows_exactly_zero_and_shrinks_the_longest() -> None:
    rows = np.array([[3e-24, 4e-24], [3e-3, 4e-3], [0.0, 0.0], [3.0, 4.0], [3e20, 4e20]], np.float32)
    w = ag.Tensor(rows, requires_grad=True)
    optimizer = optim.SGD([w], lr=1e-2, regularization=reg.GroupLasso(100.0, axis=1))
    w.grad = np.zeros((5, 2), np.float32)
    optimizer.step()
    np.testing.assert_array_equal(w.data[:3], 0.0)
    np.testing.assert_allclose(w.data[3], rows[3] * 0.8, rtol=1e-6)
    np.testing.assert_allclose(w.data[4], rows[4], rtol=1e-6)
    assert optim.sparsity([w]).total.zeros == 6


def schedulable(lr: float = 1.0) -> optim.Optimizer:
    return optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=lr, momentum=0.5, regularization=reg.L2(0.25))


def test_chained_schedules_move_together_or_not_at_all() -> None:
    optimizer = schedulable()
    chained = sched.ChainedScheduler([
        sched.ExponentialLR(optimizer, 0.5),
        sched.ExponentialLR(optimizer, 0.5, key="regularization[0].strength"),
        sched.SequentialLR(optimizer, [sched.ConstantLR(optimizer), sched.ExponentialLR(optimizer, 0.5)], [1]),
        sched.OneCycleLR(optimizer, max_lr=1.0, total_steps=1),
    ])  # fmt: skip
    optimizer.step()
    chained.step()

    def seen() -> Any:
        group = optimizer.param_groups[0]
        return chained.state_dict(), group["lr"], group["momentum"], group["regularization"][0].strength

    before = seen()
    with pytest.raises(ValueError, match="all 1 steps of the cycle"):
        chained.step()
    assert seen() == before


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: optim.Muon([ag.Tensor(np.ones((2, 2)), requires_grad=True)]), "ns_steps"),
        (lambda: optim.LBFGS([ag.Tensor([1.0], requires_grad=True)]), "max_iter"),
    ],
)
@pytest.mark.parametrize("schedule", [sched.StepLR, sched.ReduceLROnPlateau])
def test_whole_numbers_are_not_scheduled(make: Any, key: str, schedule: Any) -> None:
    optimizer = make()
    arguments = (2,) if schedule is sched.StepLR else ()
    with pytest.raises(TypeError, match=rf"{schedule.__name__}: key='{key}' is \d+ in .* a whole number"):
        schedule(optimizer, *arguments, key=key)
    assert f"initial_{key}" not in optimizer.param_groups[0]


@pytest.mark.parametrize(
    ("key", "first", "said"),
    [("lr", -1.0, "lr=-"), ("momentum", -1.0, "momentum=-"), ("betas[0]", 4.0, "betas=")],
)
def test_a_schedule_that_begins_out_of_range_is_refused_by_name(key: str, first: float, said: str) -> None:
    optimizer = optim.Adam([ag.Tensor([1.0], requires_grad=True)]) if key == "betas[0]" else schedulable()
    before = {**optimizer.param_groups[0]}
    with pytest.raises(ValueError, match=f"LambdaLR: {said}"):
        sched.LambdaLR(optimizer, lambda _: first, key=key)
    assert optimizer.param_groups[0] == before


def test_no_decay_wins_over_what_the_group_says() -> None:
    named = [("w", ag.Tensor([1.0], requires_grad=True)), ("bias", ag.Tensor([1.0], requires_grad=True))]
    groups = optim.split_groups(
        named, no_decay="bias", head={"match": "*", "weight_decay": 0.5, "l1": 0.1, "regularization": reg.L2(1.0)}
    )
    heavy, light = optim.SGD(groups, lr=0.1).param_groups
    assert (heavy["weight_decay"], heavy["l1"], len(heavy["regularization"])) == (0.5, 0.1, 1)
    assert (light["weight_decay"], light["l1"], light["regularization"]) == (0.0, 0.0, ())
    assert light["name"] == "head without decay"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(2,), (2, 3)])
def test_adafactor_divides_by_no_less_than_the_epsilon_of_the_parameters_dtype(dtype: str, shape: Any) -> None:
    small = 1e-4 if dtype == "float16" else 1e-9
    p, q = ag.Tensor(np.ones(shape, dtype), requires_grad=True), torch.ones(shape, dtype=getattr(torch, dtype))
    p.grad, q.grad = np.full(shape, small, dtype), torch.full_like(q, small)
    optim.Adafactor([p]).step()
    torch.optim.Adafactor([q]).step()
    np.testing.assert_allclose(p.data, q.numpy(), rtol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", ["foreach", "fused", "capturable", "differentiable"])
def test_arguments_that_choose_an_implementation(name: str) -> None:
    with pytest.raises(TypeError, match=rf"Adam\(\) has no argument {name}: there is one implementation"):
        optim.Adam([ag.Tensor([1.0], requires_grad=True)], **{name: True})


@pytest.mark.parametrize(
    ("optimizer", "name"), [(optim.Adam, "learning_rate"), (optim.Rprop, "weight_decay"), (optim.LBFGS, "foo")]
)
def test_unknown_arguments_are_answered_with_those_there_are(optimizer: Any, name: str) -> None:
    with pytest.raises(TypeError, match=rf"{optimizer.__name__}\(\) has no argument {name}; .* params, lr, .*constr"):
        optimizer([ag.Tensor([1.0], requires_grad=True)], **{name: 0.1})


def test_a_closure_that_forgets_backward() -> None:
    w = ag.Tensor([1.0], requires_grad=True)
    for optimizer in (optim.LBFGS([w]), optim.LBFGS([w], line_search_fn="strong_wolfe")):
        with pytest.raises(ValueError, match=r"no parameter has a gradient .* must call loss.backward\(\)"):
            optimizer.step(lambda: (w * w).sum())


def on_a_circle(p: ag.Tensor) -> optim.AugmentedLagrangian:
    return optim.AugmentedLagrangian([p], lambda: -p.sum(), inequality=lambda: 2.0 - (p * p).sum())


def test_the_example_of_the_augmented_lagrangian_by_lbfgs() -> None:
    p = ag.Tensor(np.array([2.0, 0.5]), requires_grad=True)
    result = on_a_circle(p).minimize(lambda ps: optim.LBFGS(ps, line_search_fn="strong_wolfe", tolerance_change=0))
    assert result.converged, result
    np.testing.assert_allclose(p.data, 1.0, atol=1e-6)


def test_an_inner_optimizer_that_stands_still_is_named_as_the_cause() -> None:
    p = ag.Tensor(np.array([2.0, 0.5]), requires_grad=True)
    result = on_a_circle(p).minimize(lambda ps: optim.LBFGS(ps, line_search_fn="strong_wolfe"))
    assert not result.converged
    assert result.rounds < 50
    assert result.message.startswith(f"the inner optimizer stands still at a stationarity of {result.stationarity:.3g}")
    assert "tolerance_change=0" in result.message


def test_a_parameter_that_the_inner_optimizer_leaves_out_counts() -> None:
    p, q = (ag.Tensor(np.array([2.0, 0.5]), requires_grad=True) for _ in range(2))
    problem = optim.AugmentedLagrangian([p, q], lambda: ((p - 1.0) ** 2 + q * q).sum(), equality=lambda: p[0] - p[1])
    result = problem.minimize(lambda ps: optim.SGD(ps[:1], lr=0.02), rounds=3, inner_steps=50)
    assert not result.converged
    assert result.stationarity == 4.0
    assert q.grad is None


@pytest.mark.parametrize(
    ("optimizer", "error", "message"),
    [
        (lambda _: 3, TypeError, "optimizer gave 3, a int, and must give an Optimizer"),
        (lambda ps: optim.AdamW(ps), ValueError, "inner AdamW has weight_decay=0.01, which moves the minimum"),
        (lambda ps: optim.SGD(ps, l1=0.5), ValueError, "l1=0.5, which moves"),
        (lambda ps: optim.SGD(ps, regularization=reg.L2(1.0)), ValueError, "regularization=.*which moves"),
    ],
)
def test_inner_optimizers_that_are_none(optimizer: Any, error: Any, message: str) -> None:
    p = ag.Tensor(np.array([2.0, 0.5]), requires_grad=True)
    with pytest.raises(error, match=message):
        on_a_circle(p).minimize(optimizer)
    assert p.tolist() == [2.0, 0.5]


def test_numbers_at_both_ends_of_what_a_dtype_holds() -> None:
    largest = np.array([3e38, 3e38], np.float32)
    np.testing.assert_allclose(con.project_l2_ball(largest), np.sqrt(0.5), rtol=1e-5)
    for smallest in ([1e-45, 0.0], [3e-44, 4e-44], [3e-24, 4e-24], [1e-10, 0.0]):
        for strength in (1e-3, 1e30):
            row = np.array([smallest], np.float32)
            reg.GroupLasso(strength, axis=1).shrink(row, 1.0)
            np.testing.assert_array_equal(row, 0.0)
    row = np.array([[3e20, 4e20]], np.float32)
    reg.GroupLasso(1e20, axis=1).shrink(row, 1.0)
    np.testing.assert_allclose(row, [[2.4e20, 3.2e20]], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"amsgrad": True}), ("AdamW", {}), ("Rprop", {}), ("NAdam", {})],
)
def test_state_goes_to_pytorch_as_the_page_says(name: str, options: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "optim.md").read_text(encoding="utf-8")
    (conversion,) = re.findall(r"^```py\n(packed = .*?)^```", page, re.DOTALL | re.MULTILINE)
    p = ag.Tensor(np.array([3.0, -1.0]), requires_grad=True)
    optimizer = getattr(optim, name)([p], **options)

    def train(optimizer: Any, p: Any, steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            (p * p).sum().backward()
            optimizer.step()

    train(optimizer, p, 3)
    q = torch.tensor(p.data.copy(), requires_grad=True)
    torch_optimizer = getattr(torch.optim, name)([q], **options)
    before = optimizer.state_dict()
    exec(conversion, {"np": np, "torch": torch, "optimizer": optimizer, "torch_optimizer": torch_optimizer})
    assert len(torch_optimizer.state) == len(before["state"]) == 1
    train(optimizer, p, 3)
    train(torch_optimizer, q, 3)
    np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-6)
