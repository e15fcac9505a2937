"""Every schedule moves any hyper-parameter, as it moves the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from autograd_lite.optim import lr_scheduler as S
from autograd_lite.optim.lr_scheduler.keys import path_of, read, write

import autograd_lite as ag
from autograd_lite import optim

KINDS: dict[str, Callable[[Any, str], Any]] = {
    "LambdaLR": lambda o, key: S.LambdaLR(o, lambda t: 0.95**t, key=key),
    "MultiplicativeLR": lambda o, key: S.MultiplicativeLR(o, lambda t: 0.95, key=key),
    "StepLR": lambda o, key: S.StepLR(o, 3, key=key),
    "MultiStepLR": lambda o, key: S.MultiStepLR(o, [3, 5], key=key),
    "ConstantLR": lambda o, key: S.ConstantLR(o, key=key),
    "LinearLR": lambda o, key: S.LinearLR(o, key=key),
    "ExponentialLR": lambda o, key: S.ExponentialLR(o, 0.9, key=key),
    "PolynomialLR": lambda o, key: S.PolynomialLR(o, 9, 2.0, key=key),
    "CosineAnnealingLR": lambda o, key: S.CosineAnnealingLR(o, 4, eta_min=0.01, key=key),
    "CosineAnnealingWarmRestarts": lambda o, key: S.CosineAnnealingWarmRestarts(o, 4, key=key),
    "OneCycleLR": lambda o, key: S.OneCycleLR(o, 0.5, 20, cycle_momentum=False, key=key),
    "CyclicLR": lambda o, key: S.CyclicLR(o, 0.01, 0.1, 3, cycle_momentum=False, key=key),
    "ReduceLROnPlateau": lambda o, key: S.ReduceLROnPlateau(o, patience=1, key=key),
    "SequentialLR": lambda o, key: S.SequentialLR(
        o, [S.LinearLR(o, key=key), S.ExponentialLR(o, 0.9, key=key)], [4]
    ),
    "ChainedScheduler": lambda o, key: S.ChainedScheduler(
        [S.LinearLR(o, key=key), S.ExponentialLR(o, 0.9, key=key)]
    ),
}  # fmt: skip


class Penalty:
    """An object with a number, as a group may hold some."""

    def __init__(self, strength: float) -> None:
        self.strength = strength


def leaf() -> ag.Tensor:
    return ag.Tensor([1.0], requires_grad=True)


def holding(kind: str, key: str, value: float) -> Any:
    """An optimizer with that value under that key, in the first of two groups; half of it in the second."""
    o = getattr(optim, kind)([{"params": [leaf()]}, {"params": [leaf()]}])
    for group, number in zip(o.param_groups, (value, value / 2), strict=True):
        if key.startswith("regularization"):
            group["regularization"] = (Penalty(7.0), Penalty(number))
        elif key.startswith("betas"):
            group["betas"] = (number, 0.5) if key.endswith("[0]") else (0.5, number)
        else:
            group[key] = number
    return o


def trace(o: Any, key: str, make: Any) -> list[list[float]]:
    scheduler = make(o, key)
    seen = []
    for step in range(12):
        seen.append([read(group, key, i) for i, group in enumerate(o.param_groups)])
        assert scheduler.get_last_lr() == seen[-1]
        assert scheduler.key == key
        o._stepped = True  # what the values mean to the optimizer is not the question here
        scheduler.step(*([[3, 1, 2][step % 3]] if isinstance(scheduler, S.ReduceLROnPlateau) else []))
    return seen


def test_every_schedule_is_here() -> None:
    assert {*KINDS, "LRScheduler"} == set(S.__all__)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("SGD", "weight_decay"),
        ("SGD", "momentum"),
        ("Adam", "eps"),
        ("Adam", "betas[0]"),
        ("Adam", "betas[1]"),
        ("SGD", "regularization[1].strength"),
    ],
)
def test_any_number_goes_as_the_learning_rate_would(name: str, kind: str, key: str) -> None:
    o = holding(kind, key, 0.4)
    expected = trace(holding("SGD", "lr", 0.4), "lr", KINDS[name])
    before = {name: value for name, value in o.param_groups[0].items() if name != key.partition("[")[0]}
    assert trace(o, key, KINDS[name]) == expected
    assert len({tuple(values) for values in expected}) > 1
    after = o.param_groups[0]
    assert before.items() <= after.items()  # and nothing else has changed
    added = after.keys() - before.keys() - {key.partition("[")[0]}
    assert added <= {f"{prefix}_{key}" for prefix in ("initial", "max", "min")}
    if key.startswith("betas"):
        assert isinstance(after["betas"], tuple)
        assert after["betas"]["[0]" in key] == 0.5
    if key.startswith("regularization"):
        assert after["regularization"][0].strength == 7.0


def test_numbers_of_numpy_set_by_hand() -> None:
    o = optim.SGD([leaf()])
    scheduler = S.ExponentialLR(o, np.float32(0.5))
    o.step()
    o.param_groups[0]["lr"] = np.float32(0.25)
    scheduler.step()
    assert type(o.param_groups[0]["lr"]) is float
    assert scheduler.get_last_lr() == [0.125]


def test_the_numbers_reach_the_steps() -> None:
    """Weight decay under a schedule is what setting it by hand gives, bit for bit."""
    p, q = (ag.Tensor(np.linspace(-1, 1, 5), requires_grad=True) for _ in range(2))
    one = optim.SGD([p], lr=0.1, weight_decay=0.5, momentum=0.5)
    other = optim.SGD([q], lr=0.1, weight_decay=0.5, momentum=0.5)
    schedules = [S.ExponentialLR(one, 0.5, key="weight_decay"), S.LambdaLR(one, lambda t: 1 / (1 + t), key="momentum")]
    for t in range(5):
        other.param_groups[0]["weight_decay"] = 0.5 * 0.5**t
        other.param_groups[0]["momentum"] = 0.5 * (1 / (1 + t))
        for tensor, optimizer in ((p, one), (q, other)):
            tensor.grad = np.ones(5)
            optimizer.step()
        for schedule in schedules:
            schedule.step()
    np.testing.assert_array_equal(p.data, q.data)


@pytest.mark.parametrize("kind", [optim.regularization.ProximalL1, optim.regularization.L2])
def test_the_strength_of_a_regularizer_is_scheduled_saved_and_resumed(kind: Any) -> None:
    """A run that is interrupted in the middle is, bit for bit, the one where the strength was set by hand."""
    key = "regularization[0].strength"

    def make() -> Any:
        p = ag.Tensor(np.linspace(-1, 1, 5), requires_grad=True)
        optimizer = optim.Adam([{"params": [p], "regularization": [kind(0.5)]}], lr=0.1)
        return p, optimizer

    p, one = make()
    q, by_hand = make()
    schedule = S.CosineAnnealingLR(one, 8, eta_min=0.1, key=key)
    for t in range(8):
        if t == 3:
            saved = one.state_dict(), schedule.state_dict(), p.data.copy()
            p, one = make()
            schedule = S.CosineAnnealingLR(one, 8, eta_min=0.1, key=key)
            one.load_state_dict(saved[0])
            schedule.load_state_dict(saved[1])
            p.data = saved[2]
        by_hand.param_groups[0]["regularization"][0].strength = schedule.get_last_lr()[0]
        for tensor, optimizer in ((p, one), (q, by_hand)):
            tensor.grad = np.cos(np.arange(5) + t)
            optimizer.step()
        schedule.step()
    np.testing.assert_array_equal(p.data, q.data)
    np.testing.assert_allclose(schedule.get_last_lr(), [0.1])


def test_schedules_of_different_numbers_go_together() -> None:
    o = optim.Adam([leaf()], lr=0.4, weight_decay=0.2)
    chain = S.ChainedScheduler(
        [S.ExponentialLR(o, 0.5), S.ExponentialLR(o, 0.1, key="betas[1]"), S.LinearLR(o, 0.5, key="weight_decay")]
    )
    o.step()
    chain.step()
    group = o.param_groups[0]
    assert (group["lr"], group["betas"]) == (0.2, (0.9, 0.999 * 0.1))
    assert chain.get_last_lr() == [group["weight_decay"]] == [pytest.approx(0.2 * 0.6)]
    after = S.SequentialLR(o, [S.StepLR(o, 1), S.StepLR(o, 1, gamma=0.5, key="weight_decay")], [1])
    assert (group["lr"], group["weight_decay"]) == (0.4, 0.2)  # each begins with its initial value
    for _ in range(2):
        after.step()
    assert (group["lr"], group["weight_decay"], after.get_last_lr()) == (0.4, 0.1, [0.1])


def test_one_object_in_two_groups_moves_once() -> None:
    o = optim.SGD([{"params": [leaf()]}, {"params": [leaf()]}])
    shared = Penalty(8.0)
    for group in o.param_groups:
        group["regularization"] = [shared]
    schedules = [
        S.ExponentialLR(o, 0.5, key="regularization[0].strength"),
        S.ReduceLROnPlateau(o, factor=0.5, patience=0, key="regularization[0].strength"),
    ]
    o._stepped = True
    schedules[0].step()
    assert shared.strength == 4.0
    for _ in range(2):
        schedules[1].step(1.0)  # type: ignore[arg-type]
    assert shared.strength == 2.0


def test_groups_resume_in_the_constructor() -> None:
    """What schedules have left in the groups may be given to a new optimizer, in each form."""
    for kind, key, make in [
        ("SGD", "lr", lambda o: S.OneCycleLR(o, 0.5, 20)),
        ("Adam", "lr", lambda o: S.OneCycleLR(o, 0.5, 20)),
        ("Adam", "betas[0]", lambda o: S.StepLR(o, 5, key="betas[0]")),
        ("SGD", "weight_decay", lambda o: S.OneCycleLR(o, 0.5, 20, cycle_momentum=False, key="weight_decay")),
    ]:
        o = getattr(optim, kind)([leaf()])
        make(o)
        again = getattr(optim, kind)([{**o.param_groups[0], "params": [leaf()]}])
        assert again.param_groups[0][f"initial_{key}"] == o.param_groups[0][f"initial_{key}"]
        S.StepLR(again, 5, last_epoch=3, key=key)
    for unknown in ("initial_foo", "maximum_lr", "min_", "initial_lr2"):
        with pytest.raises(ValueError, match=f"unknown options '{unknown}'"):
            optim.SGD([{"params": [leaf()], unknown: 1.0}])


@pytest.mark.parametrize("name", KINDS)
def test_groups_without_what_is_scheduled_are_left_alone(name: str) -> None:
    """As when weights are regularized and biases are not."""
    key = "regularization[0].strength"
    o = optim.SGD(
        [{"params": [leaf()]}, {"params": [leaf()], "regularization": [optim.regularization.L2(0.4)]}], lr=0.1
    )
    expected = [values[0] for values in trace(holding("SGD", "lr", 0.4), "lr", KINDS[name])]
    before = dict(o.param_groups[0])
    scheduler = KINDS[name](o, key)
    o.step()
    for t, value in enumerate(expected):
        assert [o.param_groups[1]["regularization"][0].strength] == scheduler.get_last_lr() == [value]
        scheduler.step(*([[3, 1, 2][t % 3]] if isinstance(scheduler, S.ReduceLROnPlateau) else []))
    assert o.param_groups[0] == before
    resumed = KINDS[name](o, key)
    resumed.load_state_dict(scheduler.state_dict())


def test_something_must_be_there_to_schedule() -> None:
    o = optim.SGD([leaf()])
    with pytest.raises(ValueError, match="'regularization' is empty in every group"):
        S.StepLR(o, 3, key="regularization[0].strength")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("lr", ("lr", ())),
        ("betas[10]", ("betas", (10,))),
        ("a.b[0][1].c_d2", ("a", ("b", 0, 1, "c_d2"))),
    ],
)
def test_keys_are_paths(key: str, path: Any) -> None:
    assert path_of(key) == path


def test_writing_makes_tuples_and_lists_anew_and_keeps_objects() -> None:
    class Holder:
        numbers = (1.0, (2.0, 3.0))

    holder = Holder()
    several = [1.0, [holder, 2.0]]
    group: dict[str, Any] = {"x": several}
    write(group, "x[1][1]", 5.0)
    assert (group["x"], several) == ([1.0, [holder, 5.0]], [1.0, [holder, 2.0]])
    group["x"] = several
    write(group, "x[1][0].numbers[1][0]", 7.0)
    assert group["x"] is several
    assert holder.numbers == (1.0, (7.0, 3.0))
    assert Holder.numbers == (1.0, (2.0, 3.0))
    assert read(group, "x[1][0].numbers[1][0]", 0) == 7.0


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        (
            "wieght_decay",
            ValueError,
            r"StepLR: key='wieght_decay': param_groups\[0\] has no 'wieght_decay'; .*'weight_decay'",
        ),
        ("betas", TypeError, r"key='betas' is \(0.9, 0.999\) in param_groups\[0\], not a number; .*key='betas\[0\]'"),
        ("betas[2]", ValueError, r"key='betas\[2\]': betas=\(0.9, 0.999\) of param_groups\[0\] has no \[2\]"),
        ("lr[0]", ValueError, r"lr=0.001 of param_groups\[0\] has no \[0\]"),
        ("betas[0].strength", ValueError, r"betas\[0\]=0.9 of param_groups\[0\] has no .strength"),
        ("amsgrad", TypeError, "key='amsgrad' is False in .*, not a number; name a hyper-parameter that is one"),
        ("params", TypeError, "not a number"),
        ("betas[x]", ValueError, r"key='betas\[x\]' cannot be read; .*'betas\[0\]'"),
        ("", ValueError, "key='' cannot be read"),
        (0, TypeError, "key=0 is a int; pass the name"),
        (["lr"], TypeError, r"key=\['lr'\] is a list; pass the name"),
    ],
)
def test_keys_that_name_no_number(key: Any, error: Any, message: str) -> None:
    o = optim.Adam([leaf()])
    before = dict(o.param_groups[0])
    with pytest.raises(error, match=message):
        S.StepLR(o, 3, key=key)
    assert o.param_groups[0] == before


def test_cycling_the_momentum_is_for_the_learning_rate() -> None:
    o = optim.SGD([leaf()], weight_decay=0.1, momentum=0.5)
    before = dict(o.param_groups[0])
    for make in (lambda: S.OneCycleLR(o, 0.5, 9, key="weight_decay"), lambda: S.CyclicLR(o, 0, 1, key="weight_decay")):
        with pytest.raises(ValueError, match=r"cycle_momentum=True .* key='weight_decay'; pass cycle_momentum=False"):
            make()
    assert o.param_groups[0] == before
