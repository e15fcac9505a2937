"""Checkpoints, copies, pickles, groups: an optimizer goes on as if it had never stopped."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from optim_helpers import assert_same

import autograd_lite as ag
from autograd_lite import optim

MAKERS: list[Any] = [
    lambda ps: optim.SGD(ps, lr=0.05),
    lambda ps: optim.SGD(ps, lr=0.05, momentum=0.9, nesterov=True),
    lambda ps: optim.Adam(ps, lr=0.05, amsgrad=True),
    lambda ps: optim.AdamW(ps, lr=0.05),
]


def make_params(dtype: Any = np.float32) -> list[ag.Tensor]:
    random = np.random.default_rng(0)
    return [ag.Tensor(random.standard_normal(s).astype(dtype), requires_grad=True) for s in [(3, 2), (4,), (1, 1)]]


def train(params: list[ag.Tensor], optimizer: optim.Optimizer, steps: int, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    for step in range(steps):
        optimizer.zero_grad()
        for i, p in enumerate(params):
            if (step + i) % 3:
                (np.sin(p) * random.standard_normal(p.shape).astype(p.dtype)).sum().backward()
        optimizer.step()


@pytest.mark.parametrize("make", MAKERS)
def test_a_run_resumed_is_bit_for_bit_the_run_that_went_on(make: Any) -> None:
    params = make_params()
    optimizer = make(params)
    train(params, optimizer, 5)
    saved = pickle.loads(pickle.dumps((optimizer.state_dict(), [p.data for p in params])))
    train(params, optimizer, 5, seed=1)

    again = make_params()
    for p, data in zip(again, saved[1], strict=True):
        p.data = data
    resumed = make(again)
    resumed.param_groups[0]["lr"] = 7.0
    train(again, make(again), 1)  # an optimizer that had other state before
    for p, data in zip(again, saved[1], strict=True):
        p.data = data
    resumed.load_state_dict(saved[0])
    assert resumed.param_groups[0]["lr"] == 0.05
    train(again, resumed, 5, seed=1)
    assert_same(params, again)
    assert resumed.state_dict()["state"].keys() == optimizer.state_dict()["state"].keys()


def test_a_state_dict_of_adam_makes_no_adam_of_adamw() -> None:
    theirs = [torch.nn.Parameter(torch.from_numpy(p.data.copy())) for p in make_params()]
    for kind, params in ((optim.Adam, make_params()), (torch.optim.Adam, theirs)):
        saved = kind(params, lr=0.05, weight_decay=0.1).state_dict()
        assert saved["param_groups"][0]["decoupled_weight_decay"] is False
        ours, wanted = make_params(), make_params()
        optimizer, reference = optim.AdamW(ours), optim.AdamW(wanted, lr=0.05, weight_decay=0.1)
        optimizer.load_state_dict(saved)
        assert optimizer.param_groups[0]["decoupled_weight_decay"] is True
        assert not saved["param_groups"][0]["decoupled_weight_decay"]
        train(ours, optimizer, 4)
        train(wanted, reference, 4)
        assert_same(ours, wanted)


def test_loading_replaces_state_that_was_there() -> None:
    params, fresh = make_params(), make_params()
    optimizer, other = optim.Adam(params), optim.Adam(fresh)
    empty = other.state_dict()
    train(params, optimizer, 4)
    optimizer.load_state_dict(empty)
    assert optimizer.state_dict()["state"] == {}
    for p, q in zip(params, fresh, strict=True):
        p.data = q.data
    train(params, optimizer, 4)
    train(fresh, other, 4)
    assert_same(params, fresh)


def test_a_state_dict_is_a_copy_in_pytorchs_layout() -> None:
    for name, options in [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"amsgrad": True}), ("AdamW", {})]:
        ours = make_params(np.float64)
        theirs = [torch.nn.Parameter(torch.from_numpy(p.data.copy())) for p in ours]
        mine, reference = getattr(optim, name)(ours, **options), getattr(torch.optim, name)(theirs, **options)
        assert mine.state_dict()["state"] == {}
        for step in range(3):
            for p, q in list(zip(ours, theirs, strict=True))[: 2 + step // 2]:
                p.grad = np.ones(p.shape)
                q.grad = torch.ones(q.shape, dtype=torch.float64)
            mine.step()
            reference.step()
        got, expected = mine.state_dict(), reference.state_dict()
        assert [group["params"] for group in got["param_groups"]] == [[0, 1, 2]]
        assert got["state"].keys() == expected["state"].keys()
        for i, entry in expected["state"].items():
            assert got["state"][i].keys() == entry.keys()
            for key, value in entry.items():
                np.testing.assert_allclose(got["state"][i][key], value.numpy(), rtol=1e-12)
        kept = copy.deepcopy(got)
        mine.step()
        for i, entry in kept["state"].items():
            for key, value in entry.items():
                np.testing.assert_array_equal(got["state"][i][key], value)

        # and the other way round: a run begun in PyTorch goes on here
        again = [ag.Tensor(q.detach().numpy(), requires_grad=True) for q in theirs]
        resumed = getattr(optim, name)(again, lr=9.0)
        resumed.load_state_dict(reference.state_dict())
        assert resumed.param_groups[0].keys() == mine.param_groups[0].keys()  # without PyTorch's own switches
        for p, q in zip(again, theirs, strict=True):
            p.grad = np.ones(p.shape)
            q.grad = torch.ones(q.shape, dtype=torch.float64)
        resumed.step()
        reference.step()
        for p, q in zip(again, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_copies_of_model_and_optimizer_train_apart(make: Any, duplicate: Any) -> None:
    params = make_params()
    optimizer = make(params)
    train(params, optimizer, 4)
    params[1].requires_grad_(False)
    others, other = duplicate((params, optimizer))
    params[1].requires_grad_(True)
    others[1].requires_grad_(True)
    assert all(p is q for p, q in zip(others, other.param_groups[0]["params"], strict=True))
    assert type(other) is type(optimizer)
    before = [p.data.copy() for p in params]
    train(others, other, 3, seed=2)
    for p, data in zip(params, before, strict=True):
        np.testing.assert_array_equal(p.data, data)
    assert not np.array_equal(others[0].data, before[0])
    train(params, optimizer, 3, seed=2)
    assert_same(params, others)
    assert others[0]._node.watch.grad is other._groups[0].flats[0].places[0].room.array


def test_a_deepcopy_keeps_gradients() -> None:
    params = make_params()
    optimizer = optim.SGD(params, lr=0.5)
    (params[0] * 2.0).sum().backward()
    others, other = copy.deepcopy((params, optimizer))
    optimizer.zero_grad()
    other.step()
    np.testing.assert_array_equal(others[0].data, params[0].data - 1)


def test_groups_have_options_of_their_own() -> None:
    a, b, c = (ag.Tensor([1.0, 1.0], requires_grad=True) for _ in range(3))
    optimizer = optim.SGD([{"params": [a], "lr": 0.5, "name": "head"}, {"params": b}], lr=0.25)
    given = {"params": [("c", c)], "lr": 1.0}
    optimizer.add_param_group(given)
    assert given == {"params": [("c", c)], "lr": 1.0}
    for p in (a, b, c):
        p.grad = np.ones(2, np.float32)
    optimizer.step()
    assert [p.data[0] for p in (a, b, c)] == [0.5, 0.75, 0.0]
    optimizer.param_groups[1]["lr"] = 0.0
    optimizer.param_groups[2]["weight_decay"] = 1.0
    optimizer.step()
    assert [p.data[0] for p in (a, b, c)] == [0.0, 0.75, -1.0]
    assert [group["params"] for group in optimizer.state_dict()["param_groups"]] == [[0], [1], [2]]
    assert "group 0 'head': 1 parameters, 2 numbers" in repr(optimizer)
    assert "lr=0.5, momentum=0.0" in repr(optimizer)


def test_names_and_generators() -> None:
    w, b = make_params()[:2]
    optimizer = optim.Adam((name, p) for name, p in {"w": w, "b": b}.items())
    assert optimizer.param_groups[0]["param_names"] == ["w", "b"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["w", "b"]
    w._node.watch.grad = np.ones(5, np.float32)
    with pytest.raises(ValueError, match=r"the gradient of params\[0\] of group 0 \('w'\) is float32\[5\]"):
        optimizer.step()
    assert optim.SGD(p for p in make_params()).param_groups[0]["lr"] == 1e-3


def test_state_shows_and_sets_what_is_kept() -> None:
    params = make_params()
    optimizer = optim.Adam(params)
    assert optimizer.state == {}
    params[0].grad = np.ones((3, 2), np.float32)
    optimizer.step()
    assert list(optimizer.state) == [params[0]]
    entry = optimizer.state[params[0]]
    assert entry["step"] == 1
    np.testing.assert_allclose(entry["exp_avg"], 0.1, rtol=1e-6)
    entry["exp_avg"][...] = 0.0
    assert optimizer.state_dict()["state"][0]["exp_avg"].max() == 0.0


def test_momentum_and_amsgrad_switched_on_later() -> None:
    p = ag.Tensor(np.ones(2), requires_grad=True)
    q = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    ours, theirs = optim.SGD([p], lr=0.1, dampening=0.5), torch.optim.SGD([q], lr=0.1, dampening=0.5)
    for momentum in (0.0, 0.9, 0.9, 0.0, 0.5):
        ours.param_groups[0]["momentum"] = theirs.param_groups[0]["momentum"] = momentum
        p.grad = np.array([1.0, 2.0])
        q.grad = torch.tensor([1.0, 2.0], dtype=torch.float64)
        ours.step()
        theirs.step()
    np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12)
    adam = optim.Adam([p])
    adam.step()
    adam.param_groups[0]["amsgrad"] = True
    adam.step()
    entry = adam.state[p]
    np.testing.assert_array_equal(entry["max_exp_avg_sq"], entry["exp_avg_sq"])


def test_state_that_is_none_is_state_before_the_first_step() -> None:
    params = make_params()
    optimizer = optim.SGD(params, momentum=0.9)
    saved = optimizer.state_dict()
    saved["state"] = {i: {"momentum_buffer": None} for i in range(3)}  # as older versions of PyTorch save it
    optimizer.load_state_dict(saved)
    assert optimizer.state == {}


def test_options_that_schedulers_add_are_kept() -> None:
    params = make_params()
    optimizer = optim.SGD(params, lr=0.1)
    optimizer.param_groups[0]["initial_lr"] = 0.1
    optimizer.param_groups[0]["max_lr"] = 1.0
    fresh = optim.SGD(make_params(), lr=0.3)
    fresh.load_state_dict(optimizer.state_dict())
    assert fresh.param_groups[0]["max_lr"] == 1.0
    assert fresh.param_groups[0]["lr"] == 0.1
