"""Schedules give PyTorch's numbers, step for step, with every option that it has."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import lr_scheduler
from schedules import CASES, METRICS, STEPS, numbers, ours, theirs

import autograd_lite as ag


def assert_same(mine: Any, reference: Any) -> None:
    """Equal to the last digit: the arithmetic is the same, in the same order."""
    assert mine == reference


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", CASES)
def test_every_step_is_pytorchs(name: str, kind: str) -> None:
    options = {"momentum": 0.9} if kind == "SGD" else {}
    o, r = ours(kind, **options), theirs(kind, **options)
    mine, reference = CASES[name](lr_scheduler, o), CASES[name](torch.optim.lr_scheduler, r)
    for _ in range(STEPS):
        assert_same(numbers(o), numbers(r))
        assert mine.get_last_lr() == reference.get_last_lr()
        for thing in (o, r, mine, reference):
            thing.step()
    assert_same(numbers(o), numbers(r))
    assert o.param_groups[0].get("initial_lr") == r.param_groups[0].get("initial_lr")


@pytest.mark.parametrize("first", ["step", "exponential", "linear", "cosine up again", "multiplicative", "polynomial"])
@pytest.mark.parametrize("second", ["step", "constant", "linear options", "cosine", "lambda", "one cycle", "cyclic"])
def test_two_schedules_on_one_optimizer(first: str, second: str) -> None:
    o, r = ours(momentum=0.9), theirs(momentum=0.9)
    mine = [CASES[name](lr_scheduler, o) for name in (first, second)]
    reference = [CASES[name](torch.optim.lr_scheduler, r) for name in (first, second)]
    o.step()
    r.step()
    for _ in range(STEPS):
        assert_same(numbers(o), numbers(r))
        for scheduler in (*mine, *reference):
            scheduler.step()


SHARES = 0.4 * np.abs(np.sin(np.arange(STEPS)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"patience": 2},
        {"patience": 0, "factor": 0.5, "min_lr": 0.004},
        {"patience": 1, "mode": "max", "factor": 0.7},
        {"patience": 1, "cooldown": 3, "factor": 0.9},
        {"patience": 1, "threshold": 0.2},
        {"patience": 1, "threshold": 0.2, "mode": "max"},
        {"patience": 1, "threshold": 0.05, "threshold_mode": "abs"},
        {"patience": 1, "threshold": 0.05, "threshold_mode": "abs", "mode": "max"},
        {"patience": 0, "factor": 0.5, "min_lr": [0.01, 0.003]},
        {"patience": 0, "factor": 0.5, "eps": 0.004},
        {"patience": 0, "factor": 0.5, "eps": 0.025},  # just what the second step would be: not more
    ],
)
@pytest.mark.parametrize(
    "metrics",
    [
        METRICS,
        -METRICS,
        np.where(METRICS > 0.5, np.nan, METRICS),
        np.cumprod(1 - SHARES),  # better by all kinds of shares
        np.cumprod(1 + SHARES),
        np.cumsum(SHARES) / 4,
        9 - np.cumsum(SHARES) / 4,
    ],
)
def test_plateaus(options: dict[str, Any], metrics: Any) -> None:
    o, r = ours(), theirs()
    mine = lr_scheduler.ReduceLROnPlateau(o, **options)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(r, **options)
    for metric in metrics:
        mine.step(metric)
        reference.step(metric)
        assert_same(numbers(o), numbers(r))
        assert mine.get_last_lr() == reference.get_last_lr()
        assert (mine.best, mine.num_bad_epochs, mine.in_cooldown) == (
            reference.best,
            reference.num_bad_epochs,
            reference.in_cooldown,
        )


def test_a_metric_may_be_a_tensor_and_a_group_may_join() -> None:
    o = ours()
    scheduler = lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=0)
    scheduler.step(ag.Tensor(1.0))
    o.add_param_group({"params": [ag.Tensor([1.0], requires_grad=True)], "lr": 0.4})
    scheduler.step(ag.Tensor([[2.0]]))
    assert scheduler.get_last_lr() == [0.05, 0.01, 0.2]


CLOSED = ["lambda", "step", "multistep unordered, twice", "constant options", "linear options", "exponential",
          "polynomial power", "cosine up again", "one cycle", "cyclic halved"]  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_jumps_to_an_epoch(name: str) -> None:
    o, r = ours(momentum=0.9), theirs(momentum=0.9)
    mine, reference = CASES[name](lr_scheduler, o), CASES[name](torch.optim.lr_scheduler, r)
    for thing in (o, r):
        thing.step()
    for epoch in (3, 20, 0, 41, 17):
        for thing in (mine, reference):
            with pytest.warns(UserWarning, match="epoch"):
                thing.step(epoch)
            assert thing.last_epoch == epoch
        assert_same(numbers(o), numbers(r))


@pytest.mark.parametrize("options", [{"T_0": 5}, {"T_0": 3, "T_mult": 2}, {"T_0": 4, "T_mult": 3, "eta_min": 0.01}])
def test_restarts_within_epochs(options: dict[str, Any]) -> None:
    o, r = ours(), theirs()
    mine = lr_scheduler.CosineAnnealingWarmRestarts(o, **options)
    reference = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(r, **options)
    for i in range(3 * STEPS):
        epoch: Any = 0.37 * i if i % 4 else None
        mine.step(epoch)
        reference.step(epoch)
        np.testing.assert_allclose(mine.get_last_lr(), reference.get_last_lr(), rtol=1e-12)
        assert mine.last_epoch == reference.last_epoch


@pytest.mark.smoke
def test_a_jump_to_a_restart_is_exact_where_a_logarithm_would_not_be() -> None:
    """In PyTorch the number of the restart is the logarithm of the time, rounded down."""
    walked, jumped = (lr_scheduler.CosineAnnealingWarmRestarts(ours(), T_0=1, T_mult=3) for _ in range(2))
    for epoch in range(1, 130):
        walked.step()
        jumped.step(epoch)
        assert walked.get_last_lr() == jumped.get_last_lr()
    assert math.log(121 * 2 + 1, 3) < 5  # as at this restart


LATER: dict[str, tuple[str, list[Any]]] = {
    "step": ("StepLR", [4]),
    "multistep": ("MultiStepLR", [[3, 9, 15]]),
    "constant": ("ConstantLR", [0.5, 9]),
    "linear": ("LinearLR", [0.5, 0.9, 15]),
    "lambda": ("LambdaLR", [lambda t: 0.9**t]),
    "multiplicative": ("MultiplicativeLR", [lambda t: 0.9]),
    "exponential": ("ExponentialLR", [0.9]),
    "polynomial": ("PolynomialLR", [15, 2.0]),
    "cosine": ("CosineAnnealingLR", [20]),
    "restarts": ("CosineAnnealingWarmRestarts", [20]),
    "one cycle": ("OneCycleLR", [0.5, 40]),
    "cyclic": ("CyclicLR", [0.01, 0.1, 6]),
}


@pytest.mark.parametrize("name", LATER)
def test_a_schedule_made_at_a_later_time(name: str) -> None:
    """`last_epoch` goes on around groups that know their initial values."""
    made = []
    for library, o in ((lr_scheduler, ours(momentum=0.9)), (torch.optim.lr_scheduler, theirs(momentum=0.9))):
        for group in o.param_groups:
            group |= {"initial_lr": 0.3, "max_lr": 0.5, "min_lr": 1e-4, "max_momentum": 0.95, "base_momentum": 0.85}
        kind, arguments = LATER[name]
        made.append((o, getattr(library, kind)(o, *arguments, last_epoch=6)))
    (o, mine), (r, reference) = made
    for _ in range(20):
        assert_same(numbers(o), numbers(r))
        assert mine.last_epoch == reference.last_epoch
        for thing in (o, r, mine, reference):
            thing.step()


def test_warm_restarts_made_at_a_later_time_go_on_where_they_were() -> None:
    """PyTorch takes the time for that since the last restart, which it is only before the first one."""
    o = ours()
    went_on = lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2)
    for thing in (o, went_on) * 5:
        thing.step()
    again = ours()
    for group in again.param_groups:
        group["initial_lr"] = group["lr"]
    resumed = lr_scheduler.CosineAnnealingWarmRestarts(again, T_0=3, T_mult=2, last_epoch=4)
    again.step()
    for _ in range(20):
        assert (numbers(again), resumed.T_cur, resumed.T_i) == (numbers(o), went_on.T_cur, went_on.T_i)
        for thing in (went_on, resumed):
            thing.step()


def test_a_schedule_of_ones_own_in_closed_form_and_as_a_recursion() -> None:
    def classes(base: Any) -> Any:
        class Root(base):  # type: ignore[misc]
            def __init__(self, optimizer: Any, power: float, last_epoch: int = -1) -> None:
                self.power = power
                super().__init__(optimizer, last_epoch)

            def get_lr(self) -> Any:
                return [lr / (self.last_epoch + 1) ** self.power for lr in self.base_lrs]

        class Decay(base):  # type: ignore[misc]
            def get_lr(self) -> Any:
                if self.last_epoch == 0:
                    return [group["lr"] for group in self.optimizer.param_groups]
                return [group["lr"] * 0.9 for group in self.optimizer.param_groups]

            def _get_closed_form_lr(self) -> Any:
                return [lr * 0.9**self.last_epoch for lr in self.base_lrs]

        return Root, Decay

    for index in (0, 1):
        o, r = ours(), theirs()
        arguments = [0.3] if index == 0 else []
        mine = classes(lr_scheduler.LRScheduler)[index](o, *arguments)
        reference = classes(torch.optim.lr_scheduler.LRScheduler)[index](r, *arguments)
        for _ in range(10):
            assert_same(numbers(o), numbers(r))
            for thing in (o, r, mine, reference):
                thing.step()
        for thing in (mine, reference):
            with pytest.warns(UserWarning, match="epoch"):
                thing.step(4)
        assert_same(numbers(o), numbers(r))


def test_sequences_within_sequences_begin_anew() -> None:
    """PyTorch cannot restart what is combined; here it means the same as one flat sequence."""
    S = lr_scheduler
    flat, nested = ours(), ours()
    one = S.SequentialLR(
        flat,
        [S.StepLR(flat, 2), S.ExponentialLR(flat, 0.9), S.LinearLR(flat, 0.5), S.ExponentialLR(flat, 0.8)],
        [4, 10, 16],
    )
    inner = [
        S.SequentialLR(nested, [S.StepLR(nested, 2), S.ExponentialLR(nested, 0.9)], [4]),
        S.SequentialLR(nested, [S.LinearLR(nested, 0.5), S.ExponentialLR(nested, 0.8)], [6]),
    ]
    two = S.SequentialLR(nested, inner, [10])
    for _ in range(25):
        assert numbers(flat) == numbers(nested)
        assert one.get_last_lr() == two.get_last_lr()
        for thing in (flat, nested, one, two):
            thing.step()


def test_a_chain_within_a_sequence_begins_anew() -> None:
    S = lr_scheduler
    o, alone = ours(), ours()
    chain = S.ChainedScheduler([S.LinearLR(o, 0.5, total_iters=3), S.ExponentialLR(o, 0.9)])
    both = S.SequentialLR(o, [S.ConstantLR(o, 0.1), chain], [5])
    expected = S.ChainedScheduler([S.LinearLR(alone, 0.5, total_iters=3), S.ExponentialLR(alone, 0.9)])
    for step in range(15):
        if step < 5:
            assert both.get_last_lr() == [0.1 * 0.1, 0.02 * 0.1]
        else:
            assert both.get_last_lr() == expected.get_last_lr()
            alone.step()
            expected.step()
        o.step()
        both.step()

    first = S.ChainedScheduler([S.LinearLR(o, 0.5, total_iters=3), S.ExponentialLR(o, 0.9)])
    S.SequentialLR(o, [first, S.ConstantLR(o, 0.1)], [5])
    assert first.get_last_lr() == [0.05, 0.01]


@pytest.mark.parametrize("name", ["step", "lambda", "one cycle", "sequential", "chained"])
def test_stepping_before_the_optimizer_warns_once_as_in_pytorch(name: str) -> None:
    for library, o in ((lr_scheduler, ours(momentum=0.9)), (torch.optim.lr_scheduler, theirs(momentum=0.9))):
        scheduler = CASES[name](library, o)
        with pytest.warns(UserWarning, match=r"optimizer\.step\(\)"):
            scheduler.step()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            scheduler.step()
        scheduler = CASES[name](library, o)
        o.step()
        scheduler.step()


def test_one_cycle_whose_first_phase_has_no_length() -> None:
    """PyTorch divides zero by zero here."""
    o = ours()
    scheduler = lr_scheduler.OneCycleLR(o, 0.5, total_steps=10, pct_start=0.1, cycle_momentum=False)
    assert scheduler.get_last_lr() == [0.5, 0.5]
    for _ in range(9):
        o.step()
        scheduler.step()
    np.testing.assert_allclose(scheduler.get_last_lr(), [0.5 / 25 / 1e4] * 2)
