"""Averages of weights: PyTorch's numbers over many updates, saved and loaded both ways, and the schedule for them."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from autograd_lite.optim import lr_scheduler as S
from autograd_lite.optim import swa_utils
from schedules import numbers, ours, theirs

import autograd_lite as ag
from autograd_lite import nn, optim

U = torch.optim.swa_utils


def networks(dtype: Any = np.float64) -> tuple[Any, Any]:
    """The same network here and in PyTorch; one of the parameters is frozen."""
    mine = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Dropout(0.5), nn.Linear(4, 2))
    reference = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2)
    ).to(torch.float64 if dtype == np.float64 else torch.float32)
    for param in mine.parameters():
        param._data = param._data.astype(dtype)
    for p, q in zip(mine.parameters(), reference.parameters(), strict=True):
        fresh = nn.Parameter(q.detach().numpy())
        p._data, p._node = fresh._data, fresh._node
    mine[3].bias.requires_grad_(False)
    return mine, reference


def move(mine: Any, reference: Any, random: np.random.Generator) -> None:
    for p, q in zip(mine.parameters(), reference.parameters(), strict=True):
        new = random.normal(size=p.shape)
        p.data = new
        q.data = torch.tensor(new).to(q.dtype)


def assert_same(mine: Any, reference: Any, rtol: float = 1e-12) -> None:
    own, other = mine.state_dict(), reference.state_dict()
    assert own.keys() == other.keys()
    for name, value in own.items():
        np.testing.assert_allclose(value, other[name].numpy(), rtol=rtol, atol=rtol, err_msg=name)


def fade(averaged: Any, current: Any, n: Any) -> Any:
    return averaged * 0.5 + current * (0.5 + 0.01 * int(n))


def half(averaged: Any, current: Any, _: Any) -> None:
    for a, p in zip(averaged, current, strict=True):
        a += (p - a) / 2


KINDS: dict[str, Any] = {
    "default": lambda u: {},
    "swa": lambda u: {"avg_fn": u.get_swa_avg_fn()},
    "swa in place": lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()},
    "ema default": lambda u: {"avg_fn": u.get_ema_avg_fn()},
    "ema": lambda u: {"avg_fn": u.get_ema_avg_fn(0.9)},
    "ema in place": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.9)},
    "ema in place, quick": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.2)},
    "ema in place, default": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn()},
    "of the user's": lambda u: {"avg_fn": fade},
    "of the user's, in place": lambda u: {"multi_avg_fn": half},
}


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_updates_are_pytorchs(kind: str) -> None:
    mine, reference = networks()
    average, expected = (
        swa_utils.AveragedModel(mine, **KINDS[kind](swa_utils)),
        U.AveragedModel(reference, **KINDS[kind](U)),
    )
    random = np.random.default_rng(0)
    assert_same(average, expected)
    for _ in range(50):
        move(mine, reference, random)
        average.update_parameters(mine)
        expected.update_parameters(reference)
        # PyTorch divides by the number of models in float32 there; the default, which must be the same, does not
        assert_same(average, expected, 1e-7 if kind == "swa in place" else 1e-12)
    assert average.n_averaged == 50


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_float32(kind: str) -> None:
    mine, reference = networks(np.float32)
    average, expected = (
        swa_utils.AveragedModel(mine, **KINDS[kind](swa_utils)),
        U.AveragedModel(reference, **KINDS[kind](U)),
    )
    random = np.random.default_rng(0)
    for _ in range(5):
        move(mine, reference, random)
        average.update_parameters(mine)
        expected.update_parameters(reference)
    assert {p.dtype for p in average.parameters()} == {np.dtype(np.float32)}
    assert_same(average, expected, 1e-5)


def test_decay_0_is_the_model_itself_and_1_the_first_one() -> None:
    mine, _ = networks()
    latest = swa_utils.AveragedModel(mine, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.0))
    first = swa_utils.AveragedModel(mine, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(1.0))
    start = mine.state_dict()
    for scale in (1.0, 1e20, 3.0):  # so far apart that differences are rounded
        for name, param in mine.named_parameters():
            param.data = start[name] * scale
        latest.update_parameters(mine)
        first.update_parameters(mine)
    for name, value in mine.state_dict().items():
        np.testing.assert_array_equal(latest.state_dict()[f"module.{name}"], value)
        np.testing.assert_array_equal(first.state_dict()[f"module.{name}"], start[name])


def test_it_acts_as_a_model() -> None:
    mine, reference = networks()
    mine[0].weight.grad = np.ones((4, 3))
    average = swa_utils.AveragedModel(mine)
    expected = U.AveragedModel(reference)
    assert [name for name, _ in average.named_parameters()] == [name for name, _ in expected.named_parameters()]
    for p, q in zip(average.parameters(), mine.parameters(), strict=True):
        assert p is not q
        assert p.grad is None
        assert p.requires_grad is q.requires_grad
        assert not np.shares_memory(p._data, q._data)
    assert average.eval() is average
    assert not average.module[2].training
    assert mine[2].training
    x = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(average(x).data, expected.eval()(torch.tensor(x)).detach().numpy(), rtol=1e-12)
    assert average.train().module[2].training
    assert repr(average).startswith("AveragedModel(n_averaged=0\n  (module): Sequential(\n    (0): Linear(")


def test_training_goes_on_beside_it() -> None:
    mine, _ = networks(np.float32)
    optimizer = optim.SGD(mine.parameters(), lr=0.1)
    average = swa_utils.AveragedModel(mine)
    x, seen = np.ones((4, 3), np.float32), []
    for _ in range(4):
        optimizer.zero_grad()
        (mine(x) ** 2).sum().backward()
        assert optimizer._groups[0].flats[0].whole() is None  # one is frozen
        optimizer.step()
        average.update_parameters(mine)
        seen.append(mine.state_dict())
    for name, value in average.module.state_dict().items():
        np.testing.assert_allclose(value, np.mean([one[name] for one in seen], axis=0), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("way", ["here", "from pytorch", "to pytorch"])
def test_going_on_from_a_state_dict(way: str) -> None:
    mine, reference = networks()
    average, expected = swa_utils.AveragedModel(mine), U.AveragedModel(reference)
    random = np.random.default_rng(0)
    for step in range(8):
        move(mine, reference, random)
        average.update_parameters(mine)
        expected.update_parameters(reference)
        if step == 3:
            if way == "to pytorch":
                saved = {name: torch.tensor(value) for name, value in average.state_dict().items()}
                expected = U.AveragedModel(networks()[1])
                expected.load_state_dict(saved)
            else:
                saved = average.state_dict() if way == "here" else expected.state_dict()
                average = swa_utils.AveragedModel(networks()[0])
                average.load_state_dict(saved)
    assert_same(average, expected)


def test_it_can_be_copied_and_pickled() -> None:
    mine, _ = networks()
    average = swa_utils.AveragedModel(mine)
    average.update_parameters(mine)
    for other in (copy.deepcopy(average), pickle.loads(pickle.dumps(average))):
        other.update_parameters(mine)
        assert (average.n_averaged, other.n_averaged) == (1, 2)


def test_a_pending_backward_is_told() -> None:
    mine, reference = networks()
    for options in ({}, {"avg_fn": fade}):
        average = swa_utils.AveragedModel(mine, **options)
        for _ in range(2):
            loss = average(np.ones((2, 3))).sum()
            move(mine, reference, np.random.default_rng(0))
            average.update_parameters(mine)
            with pytest.raises(RuntimeError, match="was changed after it was recorded"):
                loss.backward()


class Other:
    """Not a Module of ours, but enough of one."""

    def __init__(self) -> None:
        self.w = ag.Tensor([1.0, 2.0], requires_grad=True)
        self.mode = True

    def __call__(self, x: Any) -> Any:
        return (self.w * x).sum()

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        yield "w", self.w

    def state_dict(self) -> dict[str, Any]:
        return {"w": self.w.numpy() if not self.w.requires_grad else self.w.detach().numpy()}

    def load_state_dict(self, state_dict: Any) -> None:
        self.w.data = state_dict["w"]

    def train(self, mode: bool = True) -> None:
        self.mode = mode


def test_any_model_will_do() -> None:
    model = Other()
    average = swa_utils.AveragedModel(model)
    average.update_parameters(model)
    model.w.data = [3.0, 6.0]
    average.update_parameters(model)
    assert average.eval()(1.0).item() == 6.0
    assert not average.module.mode
    other = swa_utils.AveragedModel(Other())
    other.load_state_dict(average.state_dict())
    assert other(1.0).item() == 6.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, a: swa_utils.AveragedModel(3), TypeError, r"model is 3, which is no Module: it has no \['__call__'"),
        (lambda m, a: swa_utils.AveragedModel(nn.Linear), TypeError, "model is Linear"),
        (lambda m, a: swa_utils.AveragedModel(m, 0.9), TypeError, "avg_fn must be a function, not 0.9"),
        (lambda m, a: swa_utils.AveragedModel(m, multi_avg_fn=0.9), TypeError, "multi_avg_fn must be a function"),
        (lambda m, a: swa_utils.AveragedModel(m, fade, half), ValueError, "both avg_fn and multi_avg_fn are given"),
        (lambda m, a: swa_utils.get_ema_avg_fn(1.5), ValueError, "decay=1.5 is out of range; pass a number from 0 to"),
        (lambda m, a: swa_utils.get_ema_multi_avg_fn("a"), TypeError, "get_ema_multi_avg_fn: decay='a' is a str"),
        (lambda m, a: a.update_parameters(m[:1]), ValueError, r"the model lacks \['3.weight', '3.bias'\]"),
        (
            lambda m, a: a.update_parameters(nn.Sequential(nn.Linear(3, 4), m[1], m[2], nn.Linear(4, 3))),
            ValueError,
            r"'3.weight' is float32\[3, 4\], but its average float64\[2, 4\]",
        ),
        (
            lambda m, a: a.update_parameters(nn.Sequential({"3": m[3], "0": m[0]})),
            ValueError,
            "in another order than the averaged one",
        ),
        (lambda m, a: a.load_state_dict(3), TypeError, "needs a dict as state_dict"),
        (lambda m, a: a.load_state_dict(m.state_dict()), ValueError, 'must have "n_averaged"'),
        (lambda m, a: a.load_state_dict({**a.state_dict(), "x": 1}), ValueError, "is it of a model that is not averag"),
        (lambda m, a: a.load_state_dict({**a.state_dict(), "n_averaged": -1}), ValueError, "n_averaged=-1 is out of"),
        (lambda m, a: a.load_state_dict({**a.state_dict(), "n_averaged": [1, 2]}), TypeError, "is not a whole number"),
        (lambda m, a: a.load_state_dict({"n_averaged": 7}), ValueError, "0.weight: missing from the state"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changed(call: Any, error: type[Exception], message: str) -> None:
    mine, _ = networks()
    average = swa_utils.AveragedModel(mine)
    average.update_parameters(mine)
    before = average.state_dict()
    with pytest.raises(error, match=message):
        call(mine, average)
    after = average.state_dict()
    assert all(np.array_equal(after[name], value) for name, value in before.items())


@pytest.mark.parametrize("given", [lambda a: a[:1], lambda a: a * 1j, lambda a: None])
def test_an_average_of_another_shape_or_kind(given: Any) -> None:
    mine, _ = networks()
    average = swa_utils.AveragedModel(mine, avg_fn=lambda a, p, n: given(a) if a.ndim == 1 else a + 1.0)
    average.update_parameters(mine)
    before = average.state_dict()
    with pytest.raises(ValueError, match=r"avg_fn gives .* for '0.bias', which is float64\[4\]"):
        average.update_parameters(mine)
    for name, value in average.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


# -- the schedule

SCHEDULES: dict[str, Any] = {
    "default": lambda s, u, o: u.SWALR(o, 0.05),
    "linear": lambda s, u, o: u.SWALR(o, swa_lr=0.5, anneal_epochs=7, anneal_strategy="linear"),
    "per group": lambda s, u, o: u.SWALR(o, [0.5, 0.001], 5),
    "at once": lambda s, u, o: u.SWALR(o, 0.05, anneal_epochs=0),
    "one": lambda s, u, o: u.SWALR(o, 0.05, 1),
    "last of a sequence": lambda s, u, o: s.SequentialLR(o, [s.ConstantLR(o, 0.5, 3), u.SWALR(o, 0.05, 6)], [5]),
    "first of a sequence": lambda s, u, o: s.SequentialLR(o, [u.SWALR(o, 0.05, 6), s.ExponentialLR(o, 0.9)], [9]),
    "chained": lambda s, u, o: s.ChainedScheduler([s.ExponentialLR(o, 0.99), u.SWALR(o, 0.05, 6)]),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_step_of_the_schedule_is_pytorchs(name: str) -> None:
    o, r = ours(), theirs()
    mine, reference = SCHEDULES[name](S, swa_utils, o), SCHEDULES[name](torch.optim.lr_scheduler, U, r)
    for _ in range(20):
        assert numbers(o) == numbers(r)
        assert mine.get_last_lr() == reference.get_last_lr()
        for thing in (o, r, mine, reference):
            thing.step()


def test_it_takes_over_from_another_schedule() -> None:
    o, r = ours(), theirs()
    both = []
    for optimizer, s, u in ((o, S, swa_utils), (r, torch.optim.lr_scheduler, U)):
        both.append((optimizer, s.CosineAnnealingLR(optimizer, 30), u.SWALR(optimizer, 0.05, 5)))
    for step in range(25):
        for optimizer, before, after in both:
            optimizer.step()
            (before if step < 12 else after).step()
        np.testing.assert_allclose([row[0] for row in numbers(o)], [row[0] for row in numbers(r)], rtol=1e-13)
    np.testing.assert_allclose([row[0] for row in numbers(o)], 0.05)


@pytest.mark.parametrize("way", ["here", "from pytorch", "to pytorch"])
def test_the_schedule_goes_on_from_a_state_dict(way: str) -> None:
    o, r = ours(), theirs()
    mine, reference = swa_utils.SWALR(o, 0.05, 9), U.SWALR(r, 0.05, 9)
    for step in range(15):
        for thing in (o, r, mine, reference):
            thing.step()
        if step == 4:
            if way == "to pytorch":
                saved = o.state_dict(), mine.state_dict()
                r = theirs()
                reference = U.SWALR(r, 0.7, 3, "linear")
                r.load_state_dict(saved[0])
                reference.load_state_dict(saved[1])
            else:
                saved = (
                    (o.state_dict(), mine.state_dict()) if way == "here" else (r.state_dict(), reference.state_dict())
                )
                o = ours()
                mine = swa_utils.SWALR(o, 0.7, 3, "linear")
                o.load_state_dict(saved[0])
                mine.load_state_dict(saved[1])
        assert numbers(o) == numbers(r)


def test_it_goes_on_in_groups_that_are_given() -> None:
    o = ours()
    swa_utils.SWALR(o, 0.05, 4)
    again = optim.SGD(o.param_groups)
    assert again.param_groups[0]["swa_lr"] == 0.05
    assert swa_utils.SWALR(again, 0.05, 4, last_epoch=0).last_epoch == 1


def test_it_moves_any_hyper_parameter() -> None:
    o = ours("Adam")
    schedule = swa_utils.SWALR(o, 0.5, 4, "linear", key="betas[0]")
    seen = []
    for _ in range(6):
        seen.append(o.param_groups[1]["betas"][0])
        o.step()
        schedule.step()
    np.testing.assert_allclose(seen, [0.9, 0.8, 0.7, 0.6, 0.5, 0.5])
    assert o.param_groups[1]["lr"] == 0.02


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: swa_utils.SWALR(o, "a"), TypeError, "SWALR: swa_lr='a' is a str"),
        (lambda o: swa_utils.SWALR(o, [0.1]), ValueError, "SWALR: swa_lr has 1 values, but the optimizer has 2 groups"),
        (lambda o: swa_utils.SWALR(o, 0.1, -1), ValueError, "SWALR: anneal_epochs=-1 is out of range"),
        (lambda o: swa_utils.SWALR(o, 0.1, 2.5), TypeError, "anneal_epochs=2.5 is not a whole number"),
        (lambda o: swa_utils.SWALR(o, 0.1, 2, "cosine"), ValueError, "anneal_strategy='cosine' is unknown; pass 'cos'"),
        (lambda o: swa_utils.SWALR(o, 0.1, last_epoch=3), ValueError, r"param_groups\[0\] has no 'initial_lr'"),
        (lambda o: swa_utils.SWALR(o, 0.1, key="speed"), ValueError, "has no 'speed'"),
        (lambda o: swa_utils.SWALR([], 0.1), TypeError, "SWALR: optimizer must be an Optimizer"),
    ],
)
def test_what_is_wrong_with_the_schedule(make: Any, error: type[Exception], message: str) -> None:
    o = ours()
    before = copy.deepcopy([{**group, "params": None} for group in o.param_groups])
    with pytest.raises(error, match=message):
        make(o)
    assert [{**group, "params": None} for group in o.param_groups] == before


def test_a_state_dict_of_an_unknown_strategy() -> None:
    schedule = swa_utils.SWALR(ours(), 0.05)
    with pytest.raises(ValueError, match="_anneal_strategy='sine' is unknown"):
        schedule.load_state_dict({**schedule.state_dict(), "_anneal_strategy": "sine"})


def with_batch_norm() -> tuple[Any, Any]:
    reference = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2)).double()
    mine = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()
    mine.load_state_dict(reference.state_dict())
    return mine, reference


@pytest.mark.parametrize("options", [{}, {"use_buffers": True}], ids=["copied", "averaged"])
def test_buffers_are_copied_or_averaged(options: Any) -> None:
    mine, reference = with_batch_norm()
    average, expected = swa_utils.AveragedModel(mine, **options), U.AveragedModel(reference, **options)
    for step in range(4):
        x = np.random.default_rng(step).normal(size=(5, 3)) + step
        mine(x)
        reference(torch.tensor(x))
        average.update_parameters(mine)
        expected.update_parameters(reference)
        own, other = average.state_dict(), expected.state_dict()
        for name in other:
            if not (options and name.endswith("num_batches_tracked")):  # an average of counts, cut off
                np.testing.assert_allclose(own[name], other[name].numpy(), rtol=1e-12, err_msg=name)
    assert average.state_dict()["module.1.num_batches_tracked"] == 4


@pytest.mark.parametrize("wrapped", [True, False], ids=["averaged", "module"])
def test_update_bn_is_pytorchs(wrapped: bool) -> None:
    mine, reference = with_batch_norm()
    average, expected = swa_utils.AveragedModel(mine), U.AveragedModel(reference)
    arrays = [np.random.default_rng(step).normal(size=(5, 3)) + step for step in range(3)]
    average.module(arrays[0])  # statistics that are forgotten
    average.module[2].eval()
    swa_utils.update_bn([(x, 0) for x in arrays], average if wrapped else average.module)
    U.update_bn([(torch.tensor(x), 0) for x in arrays], expected)
    assert_same(average.module, expected.module)
    assert [m.training for m in average.module.modules()] == [True, True, True, False]
    assert average.module[1].momentum == 0.1


def test_update_bn_leaves_all_as_it_was_when_a_batch_does_not_fit() -> None:
    mine, _ = with_batch_norm()
    mine.eval()
    with pytest.raises(ValueError, match="linear"):
        swa_utils.update_bn([np.ones((5, 3)), np.ones((5, 2))], mine)
    assert not any(m.training for m in mine.modules())
    assert mine[1].momentum == 0.1
    swa_utils.update_bn([np.ones((5, 2))], mine[0])  # no batch normalization in it: nothing is called
