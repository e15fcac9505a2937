"""Parameters and gradients in buffers: nobody outside may notice, but for the speed."""

from __future__ import annotations

import gc
import itertools
import tracemalloc
import weakref
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn, optim

ALL = [optim.SGD, optim.Adam, optim.AdamW]


def leaf(*values: float) -> ag.Tensor:
    return ag.Tensor(np.array(values, np.float64), requires_grad=True)


def values_of(tensor: ag.Tensor | None) -> Any:
    assert tensor is not None
    return tensor.data.tolist()


def backward(*params: ag.Tensor, scale: float = 1.0) -> None:
    sum(((p * p).sum() for p in params), ag.Tensor(0.0)).__mul__(scale).backward()


def test_values_and_gradients_lie_side_by_side_and_a_step_is_one_update(monkeypatch: pytest.MonkeyPatch) -> None:
    params = [leaf(*range(1, 1 + n)) for n in (3, 1, 4)]
    before = [values_of(p) for p in params]
    optimizer = optim.Adam(params)
    assert [values_of(p) for p in params] == before
    calls = []
    original = optim.Adam._update
    monkeypatch.setattr(optim.Adam, "_update", lambda self, *args: (calls.append(args[:2]), original(self, *args)))
    for _ in range(3):
        optimizer.zero_grad()
        backward(*params)
        optimizer.step()
    assert len(calls) == 3
    p, g = calls[-1]
    assert p.shape == (8,)
    for param in params:
        assert np.shares_memory(param.data, p)
        assert np.shares_memory(param.grad.data, g)  # type: ignore[union-attr]  # written there by backward


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: nn.Linear(4, 3), (5, 4)),
        (lambda: nn.Bilinear(4, 4, 3), (5, 4)),
        (lambda: nn.LayerNorm(4), (5, 4)),
        (lambda: nn.RMSNorm(4), (5, 4)),
        (lambda: nn.BatchNorm1d(4), (5, 4)),
        (lambda: nn.GroupNorm(2, 4), (5, 4, 3)),
        (lambda: nn.InstanceNorm1d(4, affine=True), (5, 4, 3)),
        (lambda: nn.Conv2d(4, 3, 3), (2, 4, 5, 5)),
        (lambda: nn.ConvTranspose2d(4, 3, 3), (2, 4, 5, 5)),
        (lambda: nn.LSTM(4, 3), (6, 2, 4)),
        (lambda: nn.GRU(4, 3, bidirectional=True), (6, 2, 4)),
        (lambda: nn.RNN(4, 3), (6, 2, 4)),
        (lambda: nn.PReLU(), (5, 4)),
        (lambda: nn.MultiheadAttention(4, 2), (6, 2, 4)),
        (lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), (6, 2, 4)),
    ],
)
def test_gradients_of_every_kind_of_layer_come_in_their_places(layer: Any, shape: tuple[int, ...]) -> None:
    module = layer()
    optimizer = optim.Adam(module.parameters())
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    for _ in range(3):
        optimizer.zero_grad()
        given = (
            (x, x, x)
            if isinstance(module, nn.MultiheadAttention)
            else (x, x)
            if isinstance(module, nn.Bilinear)
            else (x,)
        )
        answer = module(*[ag.Tensor(part) for part in given])
        answer = answer[0] if isinstance(answer, tuple) else answer
        (answer * answer).sum().backward()
        assert optimizer._groups[0].flats[0].whole() is not None  # one update of all, and no copies
        optimizer.step()


def test_a_held_gradient_is_never_written_over() -> None:
    for hold in (lambda p: p.grad, lambda p: p.grad.data, lambda p: p.grad.T, lambda p: np.asarray(p.grad.data)[1:]):
        p, q = leaf(1.0, 2.0), leaf(3.0)
        optimizer = optim.SGD([p, q], lr=0.1)
        backward(p, q)
        held = hold(p)
        seen = np.array(held.data if isinstance(held, ag.Tensor) else held)
        other = q._node.watch.grad
        optimizer.step()
        optimizer.zero_grad()
        del other
        backward(p, q)
        np.testing.assert_array_equal(held.data if isinstance(held, ag.Tensor) else held, seen)
        np.testing.assert_allclose(values_of(p.grad), [1.6, 3.2])
        optimizer.step()
        np.testing.assert_array_equal(held.data if isinstance(held, ag.Tensor) else held, seen)
        np.testing.assert_allclose(values_of(p), [0.64, 1.28])
        np.testing.assert_allclose(values_of(q), [1.92])
        held = None
        optimizer.zero_grad()
        backward(p, q)
        assert p._node.watch.grad is optimizer._groups[0].flats[0].places[0].room.array  # back in the buffer


def test_held_and_assigned_gradients_together() -> None:
    p = leaf(1.0, 2.0)
    optimizer = optim.SGD([p], lr=1.0)
    backward(p)
    held = p.grad
    p.grad = np.array([10.0, 20.0])  # a gradient of the user's own while the buffer is held
    optimizer.step()
    assert values_of(held) == [2.0, 4.0]
    assert values_of(p) == [-9.0, -18.0]


def test_an_assigned_gradient_in_another_memory_order_while_the_buffer_is_held() -> None:
    p = ag.Tensor(np.zeros((2, 3)), requires_grad=True)
    optimizer = optim.SGD([p], lr=1.0)
    p.sum().backward()
    held = p.grad
    p._node.watch.grad = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    optimizer.step()
    assert values_of(p) == [[-0.0, -1.0, -2.0], [-3.0, -4.0, -5.0]]
    assert values_of(held) == [[1.0] * 3] * 2


def test_without_reference_counts_backward_never_writes_into_the_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    always_new = itertools.count()
    monkeypatch.setattr(optim.places, "_references", lambda _: next(always_new))
    p = leaf(1.0, 2.0)
    optimizer = optim.SGD([p], lr=0.25)
    held = []
    for _ in range(3):
        optimizer.zero_grad()
        backward(p)
        held.append(p.grad)
        optimizer.step()
    assert [values_of(g) for g in held] == [[2.0, 4.0], [1.0, 2.0], [0.5, 1.0]]
    assert values_of(p) == [0.125, 0.25]


def test_zero_grad_to_zeros_keeps_held_gradients_and_momentum_going() -> None:
    p, q = leaf(1.0, 2.0), leaf(1.0)
    optimizer = optim.SGD([p, q], lr=1.0, momentum=0.5)
    backward(p)
    held = p.grad
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    assert values_of(p.grad) == [0.0, 0.0]
    assert values_of(held) == [2.0, 4.0]
    assert q.grad is None
    optimizer.step()
    assert values_of(p) == [-2.0, -4.0]
    optimizer.zero_grad()
    assert p.grad is None


def test_gradients_add_up_over_backward_calls() -> None:
    p = leaf(1.0, 2.0)
    optimizer = optim.SGD([p], lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        backward(p)
        backward(p)
        assert values_of(p.grad) == (4 * p.data).tolist()
        optimizer.step()


@pytest.mark.parametrize("cls", ALL)
def test_assigned_values_are_what_is_trained(cls: Any) -> None:
    p, q = leaf(1.0, 2.0), leaf(3.0)
    optimizer = cls([p, q], lr=0.5)
    backward(p, q)
    optimizer.step()
    p.data = np.array([100.0, 200.0])
    optimizer.zero_grad()
    assert values_of(p) == [100.0, 200.0]
    backward(p, q)
    assert values_of(p.grad) == [200.0, 400.0]
    optimizer.step()
    assert 0.0 <= p.data[0] < 100.0
    assert np.shares_memory(p._data, optimizer._groups[0].flats[0].data)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_two_optimizers_may_share_parameters(name: str) -> None:
    """As when a generator and a critic train one embedding: the steps alternate, also when both have a gradient."""
    start = [np.array([1.0, -2.0]), np.array([0.5]), np.array([3.0])]
    ours = [ag.Tensor(a, requires_grad=True) for a in start]
    theirs = [torch.nn.Parameter(torch.from_numpy(a.copy())) for a in start]

    def train(params: Any, kind: Any) -> None:
        first, second = kind(params[:2], lr=0.01), kind([params[0], params[2]], lr=0.02)
        for step in range(6):
            a, b, c = params
            first.zero_grad()
            ((a * a).sum() * b.sum() + b.sum() * b.sum()).backward()
            first.step()
            if step % 2:
                second.zero_grad()
            ((a * c.sum()).sum() + (c * c).sum()).backward()
            second.step()

    train(ours, getattr(optim, name))
    train(theirs, getattr(torch.optim, name))
    for p, q in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-9)


def test_a_pending_backward_through_what_a_step_changed_raises() -> None:
    p, q = leaf(1.0, 2.0), leaf(3.0, 4.0)
    optimizer = optim.SGD([p, q], lr=0.1)
    through_p, through_q = (p * p).sum(), (q * q).sum()
    p.grad = np.ones(2)
    optimizer.step()
    with pytest.raises(RuntimeError, match="changed after it was recorded"):
        through_p.backward()
    through_q.backward()  # q had no gradient, and did not move
    assert values_of(q.grad) == [6.0, 8.0]
    (p * p).sum().backward()


def test_a_pending_backward_recorded_before_the_optimizer_or_an_assignment_is_right_or_raises() -> None:
    p = leaf(1.0, 2.0)
    old = (p * p).sum()
    optimizer = optim.SGD([p], lr=0.5)
    p.grad = np.ones(2)
    optimizer.step()
    p.grad = None
    old.backward()  # it has saved the array from before, which nobody has changed
    assert values_of(p.grad) == [2.0, 4.0]
    in_buffer = (p * p).sum()
    p.data = np.array([5.0, 5.0])
    optimizer.step()  # brings the new values into the buffer, over those the graph has saved
    with pytest.raises(RuntimeError, match="changed after it was recorded"):
        in_buffer.backward()


def test_a_gradient_that_is_itself_recorded() -> None:
    p = leaf(1.0, 2.0)
    optimizer = optim.SGD([p], lr=0.1)
    (p * p * p).sum().backward(create_graph=True)
    assert p.grad is not None
    assert p.grad.requires_grad
    optimizer.step()
    np.testing.assert_allclose(values_of(p), [0.7, 0.8])


def test_parameters_frozen_and_thawed() -> None:
    p, q = leaf(1.0), leaf(1.0)
    twin_p, twin_q = (torch.nn.Parameter(torch.ones(1, dtype=torch.float64)) for _ in range(2))
    ours, theirs = optim.Adam([p, q], lr=0.1), torch.optim.Adam([twin_p, twin_q], lr=0.1)
    for step in range(9):
        frozen = 3 <= step < 6
        p.requires_grad_(not frozen)
        twin_p.requires_grad_(not frozen)
        ours.zero_grad()
        theirs.zero_grad()
        backward(p, q)
        (twin_p * twin_p + twin_q * twin_q).sum().backward()
        ours.step()
        theirs.step()
    np.testing.assert_allclose(values_of(p), twin_p.detach().numpy(), rtol=1e-9)
    np.testing.assert_allclose(values_of(q), twin_q.detach().numpy(), rtol=1e-9)
    assert ours.state[p]["step"] == 6
    assert p._node.watch.grad is ours._groups[0].flats[0].places[0].room.array


def test_freezing_and_thawing_keeps_the_gradient_and_its_place() -> None:
    p = leaf(1.0, 2.0)
    optimizer = optim.SGD([p], lr=0.0)
    old = (p * 3.0).sum()
    old.backward(retain_graph=True)
    p.requires_grad_(False).requires_grad_(True)
    assert values_of(p.grad) == [3.0, 3.0]
    optimizer.step()
    optimizer.zero_grad()
    old.backward()
    assert values_of(p.grad) == [3.0, 3.0]
    assert p._node.watch.grad is optimizer._groups[0].flats[0].places[0].room.array


@pytest.mark.parametrize("cls", ALL)
def test_parameters_without_axes_or_elements(cls: Any) -> None:
    params = [ag.Tensor(np.ones(shape, np.float32), requires_grad=True) for shape in [(), (0,), (3, 0), (1,), ()]]
    optimizer = cls(params, lr=0.5, weight_decay=0.0)
    for p in params:
        p.grad = np.full(p.shape, 1.0, np.float32)
    optimizer.step()
    assert [p.data.tolist() for p in params] == [0.5, [], [[], [], []], [0.5], 0.5]
    alone = ag.Tensor(np.ones((0, 2)), requires_grad=True)
    only = cls([alone])
    alone.grad = np.ones((0, 2))
    only.step()
    assert alone.shape == (0, 2)


def test_memory_does_not_grow_without_the_garbage_collector() -> None:
    params = [ag.Tensor(np.ones((30, 30), np.float32), requires_grad=True) for _ in range(4)]
    optimizer = optim.Adam(params, amsgrad=True)

    def train(steps: int) -> int:
        for step in range(steps):
            optimizer.zero_grad()
            backward(*params[: 1 + step % 4])
            held = params[0].grad
            optimizer.param_groups[0]["lr"] = 1e-3 / (1 + step % 3)
            optimizer.step()
            del held
        return tracemalloc.get_traced_memory()[0]

    gc.disable()
    tracemalloc.start()
    try:
        assert train(300) - train(100) < 5_000
        before = tracemalloc.get_traced_memory()[0]
        assert train(300) - before < 5_000
    finally:
        tracemalloc.stop()
        gc.enable()


def test_what_is_dropped_goes_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        p = leaf(1.0, 2.0)
        optimizer = optim.Adam([p])
        backward(p)
        optimizer.step()
        gone = [weakref.ref(p), weakref.ref(optimizer), weakref.ref(optimizer._groups[0].flats[0].data)]
        del optimizer
        assert gone[1]() is None
        backward(p)  # still works, in the room that the optimizer has left
        assert p.grad is not None
        del p
        assert [ref() for ref in gone] == [None, None, None]
    finally:
        gc.enable()


def test_different_parameters_present_at_every_step_are_cut_and_updated_right() -> None:
    random = np.random.default_rng(0)
    params = [leaf(*random.standard_normal(1 + n % 3)) for n in range(9)]
    twins = [leaf(*p.data) for p in params]
    together, alone = optim.Adam(params, lr=0.1), [optim.Adam([twin], lr=0.1) for twin in twins]
    for _ in range(60):
        for p, twin in zip(params, twins, strict=True):
            p.grad = twin.grad = None if random.random() < 0.4 else random.standard_normal(p.shape)
        together.step()
        for optimizer in alone:
            optimizer.step()
    assert len({together.state[p]["step"] for p in params}) > 1
    assert 0 < len(together._groups[0].flats[0]._cut) <= 16  # cuts are kept, but not all there ever were
    for p, twin in zip(params, twins, strict=True):
        np.testing.assert_array_equal(p.data, twin.data)


def test_frozen_from_the_start_and_thawed_later() -> None:
    """As in PyTorch: an optimizer takes all parameters of a model, also of one whose lower part is frozen."""
    w, frozen = ag.Tensor([1.0, 2.0], requires_grad=True), ag.Tensor([3.0])
    optimizer = optim.SGD([w, frozen], lr=0.1)
    (w * frozen).sum().backward()
    optimizer.step()
    assert frozen.tolist() == [3.0]
    np.testing.assert_allclose(w.data, [0.7, 1.7], rtol=1e-6)
    frozen.requires_grad_()
    optimizer.zero_grad()
    (w * frozen).sum().backward()
    optimizer.step()
    np.testing.assert_allclose(frozen.data, [3.0 - 0.1 * 2.4], rtol=1e-6)
