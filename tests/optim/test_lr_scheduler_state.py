"""Schedules resume: here bit for bit, from PyTorch's state dicts and in PyTorch."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import lr_scheduler
from schedules import CASES, METRICS, numbers, ours, theirs

import autograd_lite as ag
from autograd_lite import optim

ALL = {**CASES, "plateau": lambda S, o: S.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1, min_lr=[0.001, 0])}


def advance(optimizer: Any, scheduler: Any, first: int, last: int) -> None:
    for t in range(first, last):
        optimizer.step()
        if type(scheduler).__name__ == "ReduceLROnPlateau":
            scheduler.step(METRICS[t])
        else:
            scheduler.step()


def train(params: list[ag.Tensor], optimizer: Any, scheduler: Any, steps: range) -> None:
    for t in steps:
        for i, p in enumerate(params):
            p.grad = np.cos(np.arange(p.size, dtype=p.dtype) * (t + 1) + i)
        advance(optimizer, scheduler, t, t + 1)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", ALL)
def test_a_run_resumed_is_bit_for_bit_the_run_that_went_on(name: str, kind: str) -> None:
    def make() -> Any:
        params = [ag.Tensor(np.linspace(-1, 1, n).astype(np.float32), requires_grad=True) for n in (3, 4)]
        groups = [{"params": [p], "lr": lr} for p, lr in zip(params, (0.1, 0.02), strict=True)]
        optimizer = getattr(optim, kind)(groups, **({"momentum": 0.9} if kind == "SGD" else {}))
        return params, optimizer, ALL[name](lr_scheduler, optimizer)

    params, optimizer, scheduler = make()
    train(params, optimizer, scheduler, range(23))
    saved = pickle.loads(pickle.dumps((optimizer.state_dict(), [p.data for p in params])))
    text = json.dumps(scheduler.state_dict())  # nothing but plain data is in it
    train(params, optimizer, scheduler, range(23, 46))

    again, resumed, schedule = make()
    train(again, resumed, schedule, range(2))  # a run that has been elsewhere
    resumed.load_state_dict(saved[0])
    schedule.load_state_dict(json.loads(text))
    for p, data in zip(again, saved[1], strict=True):
        p.data = data
    train(again, resumed, schedule, range(23, 46))
    for p, q in zip(params, again, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert numbers(optimizer) == numbers(resumed)
    assert schedule.get_last_lr() == scheduler.get_last_lr()
    assert schedule.state_dict() == scheduler.state_dict()


@pytest.mark.parametrize("name", ALL)
def test_state_dicts_go_from_pytorch_and_to_it(name: str) -> None:
    o, r = ours(momentum=0.9), theirs(momentum=0.9)
    mine, reference = ALL[name](lr_scheduler, o), ALL[name](torch.optim.lr_scheduler, r)
    advance(o, mine, 0, 13)
    advance(r, reference, 0, 13)
    to_pytorch, to_us = theirs(momentum=0.9), ours(momentum=0.9)
    there, here = ALL[name](torch.optim.lr_scheduler, to_pytorch), ALL[name](lr_scheduler, to_us)
    # the optimizers' own are tested elsewhere: here only what schedules have put in the groups goes over
    for source, target in ((o, to_pytorch), (r, to_us)):
        for old, new in zip(source.param_groups, target.param_groups, strict=True):
            new.update({key: value for key, value in old.items() if key in new and key != "params"})
    there.load_state_dict(mine.state_dict())
    here.load_state_dict(reference.state_dict())
    for t in range(13, 50):
        assert numbers(o) == numbers(r) == numbers(to_pytorch) == numbers(to_us)
        for pair in ((o, mine), (r, reference), (to_pytorch, there), (to_us, here)):
            advance(*pair, t, t + 1)
    assert here.state_dict() == mine.state_dict()


@pytest.mark.parametrize("name", ALL)
def test_a_state_dict_is_a_copy(name: str) -> None:
    o = ours(momentum=0.9)
    scheduler = ALL[name](lr_scheduler, o)
    advance(o, scheduler, 0, 5)
    state = scheduler.state_dict()
    kept = copy.deepcopy(state)
    other = ours(momentum=0.9)
    loaded = ALL[name](lr_scheduler, other)
    loaded.load_state_dict(state)
    advance(o, scheduler, 5, 15)
    advance(other, loaded, 5, 15)
    assert state == kept
    scheduler.get_last_lr()[0] = 7.0
    assert scheduler.get_last_lr()[0] != 7.0


class Fading:
    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.calls = [0]

    def __call__(self, t: float) -> float:
        self.calls[0] += 1
        return float(self.rate**t)


@pytest.mark.parametrize(
    "make",
    [
        lambda S, o, f: S.LambdaLR(o, [f, lambda t: 0.5]),
        lambda S, o, f: S.MultiplicativeLR(o, [f, lambda t: 0.5]),
        lambda S, o, f: S.CyclicLR(o, 0.1, 0.2, 5, scale_fn=f, cycle_momentum=False),
    ],
)
def test_callable_objects_keep_their_attributes_and_functions_are_given_again(make: Any) -> None:
    o, r, again = ours(), theirs(), ours()
    scheduler, reference = make(lr_scheduler, o, Fading(0.9)), make(torch.optim.lr_scheduler, r, Fading(0.9))
    resumed = make(lr_scheduler, again, Fading(0.1))
    for source in (scheduler, reference):
        for thing in (source.optimizer, source):
            thing.step()
        state = source.state_dict()
        assert {"rate": 0.9, "calls": [0]}.keys() in [
            part.keys() for part in [state.get("_scale_fn_custom"), *state.get("lr_lambdas", [])] if part is not None
        ]
        kept = copy.deepcopy(state)
        resumed.load_state_dict(state)
        again.step()
        resumed.step()
        assert state == kept
    scheduler.step()
    assert resumed.last_epoch == scheduler.last_epoch
    if not isinstance(scheduler, lr_scheduler.MultiplicativeLR):  # which would go on from the value in the group
        assert resumed.get_last_lr() == scheduler.get_last_lr()


def test_copies_and_pickles() -> None:
    o = ours(momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(o, 0.5, 50)
    advance(o, scheduler, 0, 5)
    for copied in (copy.deepcopy(scheduler), pickle.loads(pickle.dumps(scheduler))):
        assert copied.optimizer is not o
        advance(copied.optimizer, copied, 5, 9)
        assert copied.last_epoch == 9
    assert scheduler.last_epoch == 5
    advance(o, scheduler, 5, 9)
    assert numbers(copied.optimizer) == numbers(o)


def broken(change: Any) -> Any:
    state = lr_scheduler.CyclicLR(ours(momentum=0.9), 0.1, 0.2).state_dict()
    return change(state) or state


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: [1], TypeError, r"CyclicLR.load_state_dict\(\) needs a dict"),
        (lambda s: s.pop("total_size") and None, ValueError, r"lacks \['total_size'\]"),
        (lambda s: s.update(step_size=3), ValueError, r"unexpected \['step_size'\]; is it of another schedule"),
        (lambda s: s.update(key="momentum"), ValueError, "of key='momentum', but this schedule moves 'lr'"),
        (lambda s: s.update(gamma="0.1"), TypeError, "gamma='0.1' is not a number"),
        (lambda s: s.update(base_lrs=0.1), TypeError, "base_lrs=0.1 is not a list"),
        (lambda s: s.update(max_lrs=[0.1]), ValueError, "max_lrs has 1 values, but there are 2 here"),
        (lambda s: s.update(_last_lr=[0.1] * 3), ValueError, "_last_lr has 3 values"),
        (lambda s: lr_scheduler.StepLR(ours(), 3).state_dict(), ValueError, "is it of another schedule"),
    ],
)
def test_a_state_dict_that_does_not_fit(change: Any, error: Any, message: str) -> None:
    scheduler = lr_scheduler.CyclicLR(ours(momentum=0.9), 0.3, 0.4)
    before = scheduler.state_dict()
    with pytest.raises(error, match=message):
        scheduler.load_state_dict(broken(change))
    assert scheduler.state_dict() == before


def test_a_state_dict_of_parts_that_do_not_fit_changes_none_of_them() -> None:
    def make(number: int, gamma: float) -> Any:
        o = ours()
        return lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 3, gamma) for _ in range(number)])

    scheduler = make(2, 0.5)
    before = scheduler.state_dict()
    with pytest.raises(ValueError, match="of 3 schedules, not of 2"):
        scheduler.load_state_dict(make(3, 0.1).state_dict())
    state = make(2, 0.1).state_dict()
    del state["_schedulers"][1]["gamma"]
    with pytest.raises(ValueError, match=r"StepLR.*lacks \['gamma'\]"):
        scheduler.load_state_dict(state)
    assert scheduler.state_dict() == before


def test_older_state_dicts_of_pytorch_load() -> None:
    scheduler = lr_scheduler.StepLR(ours(), 3)
    scheduler.load_state_dict({**scheduler.state_dict(), "verbose": False, "gamma": 0.7})
    assert scheduler.gamma == 0.7
