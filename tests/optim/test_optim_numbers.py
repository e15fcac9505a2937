"""The numbers of a step: those of PyTorch, and bit for bit those of the plain formula per parameter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from optim_helpers import combinations, leaves

import autograd_lite as ag
from autograd_lite import optim

SHAPES: list[tuple[int, ...]] = [(4, 3), (3,), (), (0, 2), (2, 1, 5)]
OURS = {"params", "l1", "regularization", "constraints"}


def values(seed: int, shapes: list[tuple[int, ...]], dtype: Any) -> list[Any]:
    random = np.random.default_rng(seed)
    return [np.asarray(random.standard_normal(shape)).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_defaults_and_their_order_are_pytorchs(name: str) -> None:
    ours = getattr(optim, name)(leaves([np.ones(2)])).param_groups[0]
    theirs = getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2))]).param_groups[0]
    assert {key: value for key, value in ours.items() if key not in OURS} == {
        key: theirs[key] for key in ours if key not in OURS
    }
    positional = {"SGD": (0.1, 0.2, 0.0, 0.3, True), "Adam": (0.1, (0.2, 0.3), 0.4, 0.5, True)}
    args = positional[name if name == "SGD" else "Adam"]
    ours = getattr(optim, name)(leaves([np.ones(2)]), *args).param_groups[0]
    theirs = getattr(torch.optim, name)([torch.nn.Parameter(torch.ones(2))], *args).param_groups[0]
    assert all(ours[key] == theirs[key] for key in ours if key not in OURS)


def plain_adam(p: Any, g: Any, kept: dict[str, Any], o: dict[str, Any], *, decoupled: bool) -> Any:
    """Adam on one parameter, written down without a thought of buffers; gives the new parameter."""
    b1, b2 = o["betas"]
    kept["t"] = kept.get("t", 0) + 1
    g = -g if o["maximize"] else g
    if decoupled:
        p = p * (1.0 - o["lr"] * o["weight_decay"])
        p = p - np.sign(p) * (o["lr"] * o["l1"])
    else:
        g = g + p * o["weight_decay"]
        g = g + np.sign(p) * o["l1"]
    m = kept["m"] = kept.get("m", 0 * p) * b1 + g * (1.0 - b1)
    v = kept["v"] = kept.get("v", 0 * p) * b2 + g * g * (1.0 - b2)
    if o["amsgrad"]:
        v = kept["max"] = np.maximum(kept.get("max", 0 * p), v)
    c = math.sqrt(1.0 - b2 ** kept["t"])
    return p - m / (np.sqrt(v) + c * o["eps"]) * (c * o["lr"] / (1.0 - b1 ** kept["t"]))


def plain_sgd(p: Any, g: Any, kept: dict[str, Any], o: dict[str, Any]) -> Any:
    g = -g if o["maximize"] else g
    g = g + p * o["weight_decay"]
    g = g + np.sign(p) * o["l1"]
    b = kept["b"] = kept["b"] * o["momentum"] + g * (1.0 - o["dampening"]) if "b" in kept else g
    return p - (g + b * o["momentum"] if o["nesterov"] else b) * o["lr"]


PLAIN = {
    "SGD": plain_sgd,
    "Adam": lambda *args: plain_adam(*args, decoupled=False),
    "AdamW": lambda *args: plain_adam(*args, decoupled=True),
}


@pytest.mark.parametrize("options", combinations(weight_decay=[0.0, 0.1], l1=[0.0, 0.2], maximize=[False, True]))
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "dampening": 0.25}),
        ("SGD", {"momentum": 0.9, "nesterov": True}), ("Adam", {}), ("Adam", {"amsgrad": True}),
        ("AdamW", {}), ("AdamW", {"amsgrad": True}),
    ],
)  # fmt: skip
def test_bit_for_bit_the_plain_formula_in_float32(name: str, more: dict[str, Any], options: dict[str, Any]) -> None:
    shapes: list[tuple[int, ...]] = [(40_000,), (7, 3), (), (33_000, 2)]  # more than a block, and odd ends
    now = values(1, shapes, np.float32)
    params = leaves(now)
    optimizer = getattr(optim, name)(params, lr=0.01, **options, **more)
    kept: list[dict[str, Any]] = [{} for _ in shapes]
    for step in range(4):
        for i, (p, g) in enumerate(zip(params, values(step + 2, shapes, np.float32), strict=True)):
            if (step, i) == (1, 1):  # from here on this parameter is a step behind the others
                p.grad = None
                continue
            p.grad = g
            now[i] = PLAIN[name](now[i], g, kept[i], optimizer.param_groups[0])
        optimizer.step()
    for p, expected in zip(params, now, strict=True):
        assert p.dtype == np.float32
        np.testing.assert_array_equal(p.data, expected)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_l1_drives_weights_that_do_not_matter_to_zero(name: str) -> None:
    x = ag.Tensor(np.array([1.0, 0.3, -0.3, 0.0]), requires_grad=True)
    optimizer = getattr(optim, name)([x], lr=0.01, l1=0.5, weight_decay=0.0)
    for _ in range(400):
        optimizer.zero_grad()
        ((x - np.array([2.0, 0.0, 0.0, 0.0])) ** 2).sum().backward()
        optimizer.step()
    # AdamW's penalty is not divided by the root mean square, so only the others reach 2 - l1 / 2
    np.testing.assert_allclose(x.data[1:], 0.0, atol=0.02)
    assert x.data[3] == 0.0
    assert name == "AdamW" or abs(x.data[0] - 1.75) < 0.02


def test_dtypes_may_be_mixed_in_a_group_and_are_kept() -> None:
    dtypes = [np.float64, np.float32, np.float16, np.float32]
    params = [ag.Tensor(np.full((3, 2), 1.0, dtype), requires_grad=True) for dtype in dtypes]
    optimizer = optim.Adam(params, lr=np.float64(0.1))  # type: ignore[arg-type]
    optimizer.param_groups[0]["lr"] = np.float64(0.125)
    for p in params:
        (p * 3.0).sum().backward()
    optimizer.step()
    for p, dtype in zip(params, dtypes, strict=True):
        assert p.dtype == dtype
        np.testing.assert_allclose(p.data, 0.875, rtol=1e-3)
    assert type(optimizer.param_groups[0]["lr"]) is float


def test_half_precision_does_not_divide_by_a_square_that_is_lost() -> None:
    p = ag.Tensor(np.ones(3, np.float16), requires_grad=True)
    optimizer = optim.Adam([p], lr=0.125)
    p.grad = np.array([1e-3, 0.0, -1e-3], np.float16)
    optimizer.step()
    np.testing.assert_allclose(p.data, [0.875, 1.0, 1.125], rtol=1e-3)


def test_views_that_are_not_contiguous_are_trained() -> None:
    base = ag.Tensor(np.arange(6.0).reshape(2, 3))
    p = base.T.detach().requires_grad_()
    assert not p._data.flags.c_contiguous
    optimizer = optim.SGD([p], lr=1.0)
    (p * np.arange(6.0).reshape(3, 2)).sum().backward()
    optimizer.step()
    np.testing.assert_array_equal(p.data, np.arange(6.0).reshape(2, 3).T - np.arange(6.0).reshape(3, 2))


def test_a_gradient_in_another_memory_order_is_read_right() -> None:
    p = ag.Tensor(np.zeros((2, 3)), requires_grad=True)
    optimizer = optim.SGD([p], lr=1.0)
    kept = p.grad = np.arange(6.0).reshape(2, 3)
    p._node.watch.grad = np.asfortranarray(kept)
    optimizer.step()
    np.testing.assert_array_equal(p.data, -kept)


def test_an_overflow_ends_no_step_midway() -> None:
    p, q = leaves([np.ones(2, np.float32), np.ones(2, np.float32)])
    optimizer = optim.Adam([p, q], lr=0.5)
    p.grad = np.array([3e38, -3e38], np.float32)
    q.grad = np.ones(2, np.float32)
    with np.errstate(all="raise"):
        optimizer.step()
    np.testing.assert_allclose(q.data, 0.5)


def test_a_parameter_that_lies_transposed_in_memory_is_trained_like_any_other() -> None:
    start, factor = np.arange(6.0).reshape(2, 3), np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]])
    p, turned = leaves([start, np.ascontiguousarray(start.T).T])
    assert not turned._data.flags.c_contiguous
    a, b = (optim.SGD([t], lr=0.1, momentum=0.9) for t in (p, turned))
    for step in range(4):
        for t, optimizer in ((p, a), (turned, b)):
            optimizer.zero_grad()
            if step == 2:  # a gradient that does not lie where backward would put it
                t.grad = factor
            else:
                (t * t * factor).sum().backward()
            optimizer.step()
        np.testing.assert_array_equal(turned.data, p.data)
    np.testing.assert_array_equal(b.state[turned]["momentum_buffer"], a.state[p]["momentum_buffer"])
    b.load_state_dict(a.state_dict())
    np.testing.assert_array_equal(b.state[turned]["momentum_buffer"], a.state[p]["momentum_buffer"])


@pytest.mark.parametrize("maximize", [False, True])
def test_a_penalty_leaves_the_gradient_as_it_was(maximize: bool) -> None:
    for cls in (optim.SGD, optim.Adam, optim.AdamW):
        (p,) = leaves([np.array([1.0, -2.0])])
        optimizer = cls([p], lr=0.1, weight_decay=0.5, l1=0.1, maximize=maximize)
        (p * 3.0).sum().backward()
        optimizer.step()
        assert p.grad is not None
        np.testing.assert_array_equal(p.grad.data, 3.0)


def test_closure_is_run_with_recording_on_and_its_loss_returned() -> None:
    (p,) = leaves([np.ones(2)])
    optimizer = optim.SGD([p], lr=0.5)

    def closure() -> ag.Tensor:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with ag.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 2.0
    np.testing.assert_array_equal(p.data, 0.0)


def test_a_new_optimizer_is_its_equations() -> None:
    class SignSGD(optim.Optimizer):
        _checks = {"lr": lambda _name, value: float(value)}  # noqa: RUF012

        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def _update(self, p: Any, g: Any, state: Any, scratch: Any, step: int, o: Any) -> None:  # noqa: ARG002
            np.subtract(p, np.multiply(np.sign(g, scratch[0]), o["lr"], scratch[0]), p)

    (p,) = leaves([np.array([1.0, 2.0])])
    optimizer = SignSGD([p], lr=0.5)
    p.grad = np.array([-7.0, 0.1])
    optimizer.step()
    np.testing.assert_array_equal(p.data, [1.5, 1.5])
    assert "1 parameters, 2 numbers" in repr(optimizer)
