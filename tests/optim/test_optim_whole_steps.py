"""A step is taken whole or not at all, whatever the numbers and whatever the user has made of warnings."""

from __future__ import annotations

import threading
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
from autograd_lite.optim import constraints as con
from autograd_lite.optim import regularization as reg

import autograd_lite as ag
from autograd_lite import optim


def filled(value: float, shape: Any = (3,), dtype: Any = np.float32) -> ag.Tensor:
    return ag.Tensor(np.full(shape, value, dtype), requires_grad=True)


EXTREME: dict[str, tuple[type[optim.Optimizer], dict[str, Any], float, float]] = {
    # options, value of the second parameter, its gradient
    "decay squared": (optim.Adam, {"weight_decay": 0.1}, 1e21, 1.0),
    "regularizer squared": (optim.Adam, {"regularization": reg.L2(0.1)}, 1e21, 1.0),
    "nadam": (optim.NAdam, {"weight_decay": 0.1}, 1e21, 1.0),
    "a long step": (optim.SGD, {"lr": 1e30}, 1.0, 1e10),
    "decoupled decay": (optim.AdamW, {"lr": 1e30}, 1e30, 1e15),
    "asgd": (optim.ASGD, {"lr": 1e30}, 1e30, 1e15),
    "radam": (optim.RAdam, {"lr": 1e39}, 1.0, 1.0),
    "underflow": (optim.Adam, {}, 1e-42, 1e-30),
    "large squares": (optim.Adam, {}, 1.0, 1e25),
}


@pytest.mark.parametrize("case", EXTREME)
def test_no_number_ends_a_step_midway(case: str) -> None:
    cls, options, value, gradient = EXTREME[case]
    first, second = filled(1.0), filled(value)
    optimizer = cls([{"params": [first]}, {"params": [second]}], **options)
    first.grad, second.grad = np.ones(3, np.float32), np.full(3, gradient, np.float32)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        optimizer.step()
    for p in (first, second):
        assert optimizer.state.get(p, {"step": 1}).get("step", 1) == 1
        assert p._data.dtype == np.float32
    assert first.data[0] != 1.0


def test_half_precision_gradients_beyond_the_root_of_the_largest_number_are_ordinary() -> None:
    p = filled(1.0, (40,), np.float16)
    optimizer = optim.Adam([p], lr=0.5)
    p.grad = np.full(40, 200.0, np.float16)
    optimizer.step()
    np.testing.assert_array_equal(p.data, np.float16(0.5))


@pytest.mark.parametrize("constraint", [con.Orthogonal(), con.PositiveDefinite(), con.Simplex(), con.L1Ball(1.0)])
def test_a_step_too_long_leaves_what_is_not_finite_to_be_seen(constraint: con.Constraint) -> None:
    q, p = filled(1.0, (2,), np.float64), filled(1.0, (3, 3), np.float64)
    optimizer = optim.SGD([{"params": [q]}, {"params": [p], "constraints": [constraint]}], lr=1e200)
    q.grad, p.grad = np.ones(2), np.full((3, 3), 1e150)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
    np.testing.assert_array_equal(q.data, -1e200)
    assert not np.isfinite(p.data).all()


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(set(optim.__all__) & {"SGD", "Adam", "Adafactor", "Muon", "Rprop", "Lion"}))
def test_a_gradient_that_is_not_finite_changes_nothing(name: str, dtype: Any, wrong: float) -> None:
    p, q = filled(1.0, (2, 2), dtype), filled(1.0, (2, 3), dtype)
    optimizer = getattr(optim, name)([{"params": [p]}, {"params": [q]}], lr=0.1)
    (p * p).sum().backward()
    (q * np.array([[1, 1, 1], [1, wrong, 1]], dtype)).sum().backward()
    with pytest.raises(ValueError, match=r"params\[0\] of group 1.* 1 elements that are not finite.* at \[1, 1\]"):
        optimizer.step()
    np.testing.assert_array_equal(p.data, 1)
    np.testing.assert_array_equal(q.data, 1)
    assert optimizer.state == {}
    optimizer.zero_grad()
    (p * p).sum().backward()
    optimizer.step()
    assert (p.data != 1).any()


@pytest.mark.parametrize(
    ("dtype", "gradient"), [(np.float16, 1.0), (np.float32, 1.0), (np.float32, 1e25), (np.float64, 1.0)]
)
@pytest.mark.parametrize("options", [{}, {"regularization": [reg.L2(0.1), reg.ProximalL1(0.1)]}], ids=["", "penalties"])
def test_a_step_of_adam_takes_little_memory_whatever_the_numbers(dtype: Any, gradient: float, options: Any) -> None:
    p = filled(1.0, (1500, 1000), dtype)
    optimizer = optim.Adam([p], **options)
    (p * 1).backward(np.full(p.shape, gradient, dtype))
    optimizer.step()  # makes the state
    tracemalloc.start()
    optimizer.step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.05 * p._data.nbytes


def test_optimizers_step_in_threads_of_their_own() -> None:
    params = [filled(1.0) for _ in range(4)]
    optimizers = [optim.SGD([p], lr=0.5) for p in params]
    for p in params:
        p.sum().backward()
    threads = [threading.Thread(target=lambda o=o: [o.step() for _ in range(20)]) for o in optimizers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for p in params:
        np.testing.assert_array_equal(p.data, -9.0)
