"""Hooks around steps, saving and loading: when they are called, with what, and what they may change."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import optim


def pair(cls: str = "SGD", **options: Any) -> tuple[Any, Any, ag.Tensor, Any]:
    """The same optimizer here and in PyTorch, with a gradient, and their parameters."""
    p, q = ag.Tensor(np.array([1.0, 2.0]), requires_grad=True), torch.nn.Parameter(torch.tensor([1.0, 2.0]).double())
    p.grad, q.grad = np.array([1.0, 1.0]), torch.ones(2, dtype=torch.float64)
    return getattr(optim, cls)([p], **options), getattr(torch.optim, cls)([q], **options), p, q


def test_step_hooks_are_called_as_pytorchs() -> None:
    ours, theirs, p, q = pair(lr=0.5)
    logs: list[list[Any]] = []
    for optimizer, param in ((ours, p), (theirs, q)):
        log: list[Any] = []

        def record(when: str, optimizer: Any = optimizer, param: Any = param, log: Any = log) -> Any:
            def hook(*args: Any) -> None:
                seen, (first, *rest), kwargs = args
                assert seen is first is optimizer
                log.append((when, rest, sorted(kwargs), param.detach().tolist()))

            return hook

        optimizer.register_step_pre_hook(record("before 1"))
        optimizer.register_step_post_hook(record("after 1"))
        second = optimizer.register_step_pre_hook(record("before 2"))
        optimizer.register_step_post_hook(record("after 2"))
        optimizer.step()
        second.remove()
        second.remove()
        optimizer.step(None)
        optimizer.step(closure=None)
        logs.append(log)
    assert logs[0] == logs[1]
    assert [entry[0] for entry in logs[0][:5]] == ["before 1", "before 2", "after 1", "after 2", "before 1"]
    assert logs[0][0][3] == [1.0, 2.0]
    assert logs[0][3][3] == [0.5, 1.5]


def test_a_pre_hook_may_replace_the_arguments() -> None:
    optimizer, _, p, _ = pair(lr=0.5)
    optimizer.register_step_pre_hook(lambda opt, args, kwargs: ((opt, lambda: 42.0), {}))
    assert optimizer.step() == 42.0
    np.testing.assert_array_equal(p.data, [0.5, 1.5])


@pytest.mark.parametrize("given", [3, (1,), [(), {}]])
def test_a_pre_hook_that_gives_something_else_stops_the_step(given: Any) -> None:
    optimizer, _, p, _ = pair(lr=0.5)
    optimizer.register_step_pre_hook(lambda *_: given)
    with pytest.raises(RuntimeError, match="a step pre-hook must return None, or a tuple"):
        optimizer.step()
    np.testing.assert_array_equal(p.data, [1.0, 2.0])


def test_hooks_that_raise_remove_themselves_or_step_again() -> None:
    optimizer, _, p, _ = pair(lr=0.25)
    calls: list[str] = []

    def once(*_: Any) -> None:
        handle.remove()
        calls.append("once")
        raise KeyError("stop")

    handle = optimizer.register_step_pre_hook(once)
    with pytest.raises(KeyError):
        optimizer.step()
    np.testing.assert_array_equal(p.data, [1.0, 2.0])
    with optimizer.register_step_post_hook(lambda opt, *_: (calls.append("after"), opt.step())):
        optimizer.step()  # a step inside a hook is one without hooks
    optimizer.step()
    assert calls == ["once", "after"]
    np.testing.assert_array_equal(p.data, [0.25, 1.25])


def test_a_step_that_calls_another_class_s_calls_the_hooks_once() -> None:
    class Twice(optim.SGD):
        def step(self, closure: Any = None) -> Any:
            super().step(closure)
            return super().step()

    p = ag.Tensor([1.0], requires_grad=True)
    p.grad = np.ones(1, np.float32)
    optimizer, calls = Twice([p], lr=0.25), []
    optimizer.register_step_post_hook(lambda *_: calls.append(p.item()))
    optimizer.step()
    assert calls == [0.5]


def test_hooks_around_saving_and_loading_are_called_as_pytorchs() -> None:
    ours, theirs, *_ = pair("Adam")
    logs = []
    for optimizer in (ours, theirs):
        log: list[Any] = []

        def lower(_: Any, state_dict: Any) -> Any:
            groups = [{**group, "lr": group["lr"] / 2} for group in state_dict["param_groups"]]
            return {**state_dict, "param_groups": groups}

        optimizer.register_state_dict_pre_hook(lambda opt, log=log: log.append(("saving 1", opt.param_groups[0]["lr"])))
        optimizer.register_state_dict_pre_hook(lambda opt, log=log: log.append("saving 0"), prepend=True)
        optimizer.register_state_dict_post_hook(lambda opt, saved, log=log: log.append(("saved", sorted(saved))))
        optimizer.register_state_dict_post_hook(lower)
        optimizer.register_load_state_dict_pre_hook(lower)
        optimizer.register_load_state_dict_pre_hook(
            lambda opt, given, log=log: log.append(("loading", given["param_groups"][0]["lr"])), prepend=True
        )
        optimizer.register_load_state_dict_post_hook(
            lambda opt, log=log: log.append(("loaded", opt.param_groups[0]["lr"]))
        )
        optimizer.load_state_dict(optimizer.state_dict())
        logs.append(log)
    assert logs[0] == logs[1]
    assert logs[0] == [
        "saving 0",
        ("saving 1", 0.001),
        ("saved", ["param_groups", "state"]),
        ("loading", 0.0005),
        ("loaded", 0.00025),
    ]


def test_hooks_are_not_copied_or_pickled() -> None:
    optimizer, _, _, _ = pair("Adam")
    calls: list[int] = []
    optimizer.register_step_pre_hook(lambda *_: calls.append(1))
    optimizer.register_state_dict_post_hook(lambda *_: {})
    optimizer.step()
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        other.step()
        assert other.state_dict().keys() == {"state", "param_groups"}
        assert len(other.state) == 1
    assert calls == [1]


def test_a_hook_must_be_a_function() -> None:
    optimizer, *_ = pair()
    with pytest.raises(TypeError, match="hook=3 cannot be called; pass a function"):
        optimizer.register_step_pre_hook(3)
    optimizer.step()
