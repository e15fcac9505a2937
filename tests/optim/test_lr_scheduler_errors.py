"""Bad input raises, names the argument and the remedy, and leaves optimizer and schedule as they were."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from autograd_lite.optim import lr_scheduler as S
from schedules import numbers, ours

import autograd_lite as ag
from autograd_lite import optim


class Endless(S.LRScheduler):
    def get_lr(self) -> list[float]:
        return [float("inf")] * 2


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: S.LambdaLR(o, 0.9), TypeError, "LambdaLR: lr_lambda must be a function, not 0.9"),
        (lambda o: S.LambdaLR(o, [abs]), ValueError, "lr_lambda has 1 values, but the optimizer has 2 groups"),
        (lambda o: S.MultiplicativeLR(o, [abs, 3]), TypeError, r"MultiplicativeLR: lr_lambda\[1\] must be a function"),
        (lambda o: S.StepLR(o, 0), ValueError, "StepLR: step_size=0 is out of range; pass a whole number >= 1"),
        (lambda o: S.StepLR(o, 2.5), TypeError, "step_size=2.5 is not a whole number"),
        (lambda o: S.StepLR(o, True), TypeError, "step_size=True is a bool; pass a whole number >= 1"),
        (lambda o: S.StepLR(o, 3, gamma=-0.1), ValueError, "gamma=-0.1 is out of range; pass a finite number >= 0"),
        (lambda o: S.StepLR(o, 3, last_epoch=-2), ValueError, "last_epoch=-2 is out of range"),
        (lambda o: S.StepLR(o, 3, last_epoch=3), ValueError, r"param_groups\[0\] has no 'initial_lr' to go on"),
        (lambda o: S.MultiStepLR(o, 3), TypeError, "milestones must be a list of whole numbers, not 3"),
        (lambda o: S.MultiStepLR(o, [3, "a"]), TypeError, r"milestones\[1\]='a' is not a whole number"),
        (lambda o: S.MultiStepLR(o, [3], gamma=float("nan")), ValueError, "gamma=nan"),
        (lambda o: S.ConstantLR(o, 0.0), ValueError, "factor=0.0 is out of range; pass a number > 0 and <= 1"),
        (lambda o: S.ConstantLR(o, 1.5), ValueError, "factor=1.5"),
        (lambda o: S.ConstantLR(o, total_iters=0), ValueError, "total_iters=0"),
        (lambda o: S.LinearLR(o, start_factor=0), ValueError, "start_factor=0 is out of range; pass a number > 0"),
        (lambda o: S.LinearLR(o, start_factor=1.5), ValueError, "start_factor=1.5 is out of range; .* <= 1"),
        (lambda o: S.LinearLR(o, end_factor=1.5), ValueError, "end_factor=1.5 is out .* a number from 0 to 1"),
        (lambda o: S.LinearLR(o, end_factor=-0.5), ValueError, "end_factor=-0.5 is out of range"),
        (lambda o: S.LinearLR(o, total_iters=-1), ValueError, "total_iters=-1"),
        (lambda o: S.ExponentialLR(o, -1), ValueError, "ExponentialLR: gamma=-1"),
        (lambda o: S.ExponentialLR(o, "fast"), TypeError, "gamma='fast' is a str"),
        (lambda o: S.PolynomialLR(o, 5, power=-1), ValueError, "power=-1"),
        (lambda o: S.CosineAnnealingLR(o, 0), ValueError, "T_max=0"),
        (lambda o: S.CosineAnnealingLR(o, 5, eta_min=None), TypeError, "eta_min=None is not a number"),
        (lambda o: S.CosineAnnealingWarmRestarts(o, 0), ValueError, "T_0=0"),
        (lambda o: S.CosineAnnealingWarmRestarts(o, 5, T_mult=0), ValueError, "T_mult=0"),
        (lambda o: S.CosineAnnealingWarmRestarts(o, 5, T_mult=1.5), TypeError, "T_mult=1.5"),
        (lambda o: S.OneCycleLR(o, 0.5), ValueError, "pass total_steps, or both epochs and steps_per_epoch"),
        (lambda o: S.OneCycleLR(o, 0.5, epochs=3), ValueError, "both epochs and steps_per_epoch"),
        (lambda o: S.OneCycleLR(o, 0.5, epochs=0, steps_per_epoch=3), ValueError, "epochs=0"),
        (lambda o: S.OneCycleLR(o, 0.5, 0), ValueError, "total_steps=0"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, pct_start=1.5), ValueError, "pct_start=1.5 .* from 0 to 1"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, anneal_strategy="cosine"), ValueError, "'cosine' is unknown; pass 'cos'"),
        (lambda o: S.OneCycleLR(o, [0.5], 9), ValueError, "max_lr has 1 values"),
        (lambda o: S.OneCycleLR(o, -0.5, 9), ValueError, "max_lr=-0.5"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, div_factor=0), ValueError, "div_factor=0 is out .* > 0$"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, final_div_factor=-1), ValueError, "final_div_factor=-1"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, cycle_momentum="no"), TypeError, "cycle_momentum='no'"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, three_phase=1), TypeError, "three_phase=1"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, max_momentum=1.0), ValueError, "max_momentum=1.0 .* < 1"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, base_momentum=[0.5, -1]), ValueError, r"base_momentum\[1\]=-1"),
        (lambda o: S.OneCycleLR(o, 0.5, 9, last_epoch=3), ValueError, "has no 'max_lr' to go on from"),
        (lambda o: S.CyclicLR(o, 0.1, [0.2]), ValueError, "max_lr has 1 values"),
        (lambda o: S.CyclicLR(o, "a", 0.2), TypeError, "base_lr='a'"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, step_size_up=0), ValueError, "step_size_up=0"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, step_size_down=-1), ValueError, "step_size_down=-1"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, mode="square"), ValueError, "mode='square' is unknown; pass 'tri"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, scale_fn=3), TypeError, "scale_fn must be a function, not 3"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, scale_fn=abs, scale_mode="step"), ValueError, "scale_mode='step'"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, gamma=-1), ValueError, "gamma=-1"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, base_momentum=2), ValueError, "base_momentum=2"),
        (lambda o: S.ReduceLROnPlateau(o, "least"), ValueError, "mode='least' is unknown; pass 'min' or 'max'"),
        (lambda o: S.ReduceLROnPlateau(o, factor=1.0), ValueError, "factor=1.0 is out of range; .* >= 0 and < 1"),
        (lambda o: S.ReduceLROnPlateau(o, patience=-1), ValueError, "patience=-1"),
        (lambda o: S.ReduceLROnPlateau(o, threshold=-1), ValueError, "threshold=-1"),
        (lambda o: S.ReduceLROnPlateau(o, threshold_mode="log"), ValueError, "threshold_mode='log'"),
        (lambda o: S.ReduceLROnPlateau(o, cooldown=0.5), TypeError, "cooldown=0.5"),
        (lambda o: S.ReduceLROnPlateau(o, min_lr=[0.1]), ValueError, "min_lr has 1 values"),
        (lambda o: S.ReduceLROnPlateau(o, eps=-1), ValueError, "eps=-1"),
        (lambda o: S.SequentialLR(o, [], []), ValueError, "SequentialLR: schedulers is empty"),
        (lambda o: S.SequentialLR(o, 3, []), TypeError, "schedulers must be a list of schedules, not 3"),
        (lambda o: S.SequentialLR(o, [o], []), TypeError, r"schedulers\[0\] must be a schedule"),
        (lambda o: S.ChainedScheduler([]), ValueError, "ChainedScheduler: schedulers is empty"),
        (lambda o: S.ChainedScheduler([S.ReduceLROnPlateau(o)]), ValueError, r"schedulers\[0\] is a ReduceLROnPlateau"),
        (lambda o: S.LRScheduler(o), NotImplementedError, "LRScheduler defines no get_lr"),
        (lambda o: S.LambdaLR(o, lambda t: "much"), TypeError, r"what lr_lambda\[0\] gives at 0='much' is a str"),
        (lambda o: S.LambdaLR(o, lambda t: float("nan")), ValueError, r"what lr_lambda\[0\] gives at 0=nan is"),
        (lambda o: S.CyclicLR(o, 0.1, 0.2, scale_fn=str), TypeError, "what scale_fn gives='1' is a str"),
        (lambda o: Endless(o), ValueError, "Endless: lr for group 0=inf is out of range"),
    ],
)  # fmt: skip
def test_arguments(make: Any, error: Any, message: str) -> None:
    o = ours(momentum=0.9)
    before = copy.deepcopy(o.state_dict())
    with pytest.raises(error, match=message):
        make(o)
    assert o.state_dict() == before


def test_parts_that_do_not_go_together() -> None:
    o, other = ours(), ours()
    part, foreign = S.StepLR(o, 3), S.StepLR(other, 3)
    for message, make in [
        (r"schedulers\[1\] is of another optimizer", lambda: S.ChainedScheduler([part, foreign])),
        (r"schedulers\[0\] is of another optimizer", lambda: S.SequentialLR(other, [part], [])),
        ("has a schedule twice", lambda: S.ChainedScheduler([part, S.ChainedScheduler([part])])),
        ("2 times for 2 schedules; pass one fewer", lambda: S.SequentialLR(o, [part, S.StepLR(o, 3)], [1, 2])),
        (r"milestones=\[5, 2\] must increase", lambda: S.SequentialLR(o, [S.StepLR(o, 3) for _ in "abc"], [5, 2])),
        (r"milestones\[0\]=-1", lambda: S.SequentialLR(o, [part, S.StepLR(o, 3)], [-1])),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=message):
            make()
        assert part.last_epoch == 0


def test_an_optimizer_must_be_one() -> None:
    class Like:
        param_groups = ({"lr": 0.1},)

    for make in (S.LRScheduler, lambda o: S.StepLR(o, 3), S.ReduceLROnPlateau, lambda o: S.OneCycleLR(o, 1, 9)):
        with pytest.raises(TypeError, match="optimizer must be an Optimizer of autograd_lite, not"):
            make(Like())


def test_momentum_to_cycle_must_be_there() -> None:
    o = optim.Adagrad([ag.Tensor([1.0], requires_grad=True)])
    for make in (lambda: S.OneCycleLR(o, 0.5, 9), lambda: S.CyclicLR(o, 0.1, 0.2)):
        with pytest.raises(ValueError, match="with momentum or betas, which Adagrad has not; pass cycle_m"):
            make()
    S.OneCycleLR(o, 0.5, 9, cycle_momentum=False)


def test_one_cycle_ends() -> None:
    o = ours(momentum=0.9)
    scheduler = S.OneCycleLR(o, 0.5, total_steps=4)
    o.step()
    for _ in range(4):
        scheduler.step()
    before = numbers(o), scheduler.state_dict()
    with pytest.raises(ValueError, match="all 4 steps of the cycle have been made; give total_steps as many"):
        scheduler.step()
    assert (numbers(o), scheduler.state_dict()) == before


def test_groups_that_join_later() -> None:
    """Recursions take them along, as in PyTorch; what goes by the initial values says that it cannot."""
    o = ours(momentum=0.9)
    recursion, closed, each, cycle = (
        S.ExponentialLR(o, 0.5),
        S.CosineAnnealingWarmRestarts(o, 5),
        S.MultiplicativeLR(o, lambda t: 0.5),
        S.CyclicLR(o, 0.1, 0.2, cycle_momentum=False),
    )
    plateau = S.ReduceLROnPlateau(o, min_lr=[0.0, 0.0])
    parts = [S.ExponentialLR(o, 0.5)]
    o.add_param_group({"params": [ag.Tensor([1.0], requires_grad=True)], "lr": 0.5})
    o.step()
    recursion.step()
    assert recursion.get_last_lr()[2] == 0.25
    before = numbers(o)
    for scheduler in (closed, each, cycle, plateau):
        state = scheduler.state_dict()
        with pytest.raises(ValueError, match="was made for 2 groups, but now 3 have 'lr'; make a new schedule"):
            scheduler.step(*([1.0] if scheduler is plateau else []))  # type: ignore[arg-type]
        assert scheduler.state_dict() == state
    with pytest.raises(ValueError, match="ExponentialLR was made for 2 groups, but now 3 have 'lr'"):
        S.SequentialLR(o, parts, [])
    assert numbers(o) == before


def test_a_step_that_fails_changes_nothing() -> None:
    o = ours()
    answers = iter([1.0, 1.0, 0.5, float("inf"), 0.5, 0.5, 0.5, None])
    scheduler = S.LambdaLR(o, lambda t: next(answers))  # type: ignore[return-value,arg-type]
    o.step()
    before = numbers(o), scheduler.last_epoch
    with pytest.raises(ValueError, match=r"lr_lambda\[1\] gives at 1=inf"):
        scheduler.step()
    assert (numbers(o), scheduler.last_epoch) == before
    scheduler.step()
    assert scheduler.last_epoch == 1
    with pytest.raises(TypeError):
        scheduler.step()
    assert scheduler.last_epoch == 1

    key = "regularization[0].strength"
    groups = [
        {"params": [ag.Tensor([1.0], requires_grad=True)], "regularization": [optim.regularization.L2(1.0)]}
        for _ in range(2)
    ]
    o = optim.SGD(groups)
    for make in (S.LambdaLR, S.MultiplicativeLR):
        scheduler = make(o, [lambda t: 0.5**t, lambda t: 1.0 - 2 * t], key=key)
        o.step()
        with pytest.raises(ValueError, match="strength"):  # the second is negative, which the regularizer refuses
            scheduler.step()
        assert [group["regularization"][0].strength for group in o.param_groups] == [1.0, 1.0]
        assert scheduler.last_epoch == 0


def test_a_loss_is_no_epoch_and_a_word_no_metric() -> None:
    o = ours()
    o.step()
    step, plateau, restarts = S.StepLR(o, 3), S.ReduceLROnPlateau(o), S.CosineAnnealingWarmRestarts(o, 3)
    with pytest.warns(UserWarning, match="epoch"), pytest.raises(TypeError, match=r"epoch=0.53 is not a whole number"):
        step.step(0.53)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="metrics must be a number, such as a loss, not 'low'"):
        plateau.step("low")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="metrics"):
        plateau.step(ag.Tensor([1.0, 2.0]))
    with pytest.raises(ValueError, match="epoch=-1"):
        restarts.step(-1)
    assert (step.last_epoch, plateau.last_epoch, restarts.last_epoch) == (0, 0, 0)


def test_a_schedule_shows_itself() -> None:
    scheduler = S.StepLR(ours(), 3, key="momentum")
    assert repr(scheduler) == ("StepLR(step_size=3, gamma=0.1, key='momentum', base_lrs=[0.0, 0.0], last_epoch=0)")
    chain = S.ChainedScheduler([scheduler, S.ExponentialLR(scheduler.optimizer, 0.5)])
    assert repr(chain) == f"ChainedScheduler([{scheduler!r}, {chain._schedulers[1]!r}])"
