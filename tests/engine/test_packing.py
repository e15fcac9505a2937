"""Saved arrays, packed and unpacked: the same gradients, and nothing of the arrays in between."""

import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn, tape
from autograd_lite.source_lines import line_of, source_lines
from autograd_lite.tape import Node


def leaf(value):
    return ag.Tensor(value, np.float64, requires_grad=True)


def as_bytes(t):
    return t.data.tobytes(), t.shape, t.dtype


def from_bytes(packed):
    data, shape, dtype = packed
    return np.frombuffer(data, dtype).reshape(shape)


def loss_of(model):
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    return nn.CrossEntropyLoss()(model(x), np.array([0, 1, 0, 1, 1]))


def network():
    ag.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2), nn.Tanh(), nn.Linear(2, 2))


@pytest.mark.smoke
def test_what_is_packed_and_when_it_is_unpacked_is_what_it_is_in_pytorch():
    def program(make, hooks):
        log = []
        with hooks(
            lambda t: (log.append(("pack", tuple(t.shape))), t)[1],
            lambda t: (log.append(("unpack", tuple(t.shape))), t)[1],
        ):
            x = make([1.0, 2.0])
            y = (x * x).sum() * 3 + x[0]
        log.append("backward")
        y.backward(retain_graph=True)
        y.backward()
        return log, x.grad.tolist()

    theirs = program(
        lambda value: torch.tensor(value, dtype=torch.float64, requires_grad=True),
        torch.autograd.graph.saved_tensors_hooks,
    )
    ours = program(leaf, ag.saved_tensors_hooks)
    assert ours[1] == theirs[1]
    arrays = [entry for entry in theirs[0] if entry[1] == (2,)]  # the 3 is no Tensor of PyTorch's
    assert [entry for entry in ours[0] if entry[1] == (2,)] == arrays
    assert ours[0].index("backward") == len([entry for entry in ours[0] if entry[0] == "pack"])


@pytest.mark.parametrize("fused", [True, False])
def test_a_network_has_the_same_gradients(fused):
    with ag.fusion(fused):
        model = network()
        loss_of(model).backward()
        expected = [p.grad.data.copy() for p in model.parameters()]
        model.zero_grad()
        with ag.saved_tensors_hooks(as_bytes, from_bytes):
            loss = loss_of(model)
        loss.backward(retain_graph=True)
        for p, g in zip(model.parameters(), expected, strict=True):
            np.testing.assert_array_equal(p.grad.data, g)
        first = ag.grad(loss, list(model.parameters()), create_graph=True)
        second = ag.grad(sum((g * g).sum() for g in first), list(model.parameters()))
        loss = loss_of(model)
        first = ag.grad(loss, list(model.parameters()), create_graph=True)
        for a, b in zip(second, ag.grad(sum((g * g).sum() for g in first), list(model.parameters())), strict=True):
            np.testing.assert_array_equal(a.data, b.data)


def test_forward_mode_and_jacobians_unpack_too():
    x = np.array([0.5, -1.5])
    w = leaf([2.0, 3.0])

    def f(x):
        return np.exp(x * w) * np.sin(x)

    read = []
    with ag.saved_tensors_hooks(as_bytes, lambda packed: (read.append(0), from_bytes(packed))[1]):
        packed = (
            ag.func.jvp(f, (x,), (np.ones(2),))[1],
            ag.func.jacobian(f, mode="reverse")(x),
            ag.func.hessian(lambda x: f(x).sum())(x),
        )
    assert read
    plain = ag.func.jvp(f, (x,), (np.ones(2),))[1], ag.func.jacobian(f)(x), ag.func.hessian(lambda x: f(x).sum())(x)
    for a, b in zip(packed, plain, strict=True):
        np.testing.assert_array_equal(a.data, b.data)


def test_the_arrays_themselves_are_let_go():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        with ag.saved_tensors_hooks(as_bytes, from_bytes):
            middle = np.exp(x)
            y = np.exp(middle).sum()
        array = weakref.ref(middle._data)
        del middle
        assert array() is None
        y.backward()
        np.testing.assert_allclose(x.grad.data, np.exp(np.e) * np.e)
        node = weakref.ref(y._node)
        del y
        assert node() is None
    finally:
        gc.enable()


def test_backward_releases_what_was_packed():
    alive = []

    class Box:
        def __init__(self, t):
            self.data = t.data.copy()
            alive.append(weakref.ref(self))

    x = leaf([1.0, 2.0])
    with ag.saved_tensors_hooks(Box, lambda box: box.data):
        y = (x * x).sum()
    y.backward()
    assert [box() for box in alive] == [None] * len(alive)
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def test_integers_several_answers_and_several_arguments():
    def f(x, y):
        a, b, c = np.split(np.sort(x * y)[np.array([2, 0, 1, 1, 3, 2])], 3)
        return (np.concatenate([a * b, c]) * np.where(np.array([True, False, True, True]), 2.0, x)).sum()

    def gradients(block):
        x, y = leaf([3.0, 1.0, 2.0, 5.0]), leaf([1.5, 0.5, -2.0, 1.0])
        with block:
            loss = f(x, y)
        return [g.tolist() for g in ag.grad(loss, [x, y])]

    kinds = set()
    noting = ag.saved_tensors_hooks(lambda t: (kinds.add(t.dtype.kind), as_bytes(t))[1], from_bytes)
    assert gradients(noting) == gradients(ag.enable_grad())
    assert kinds >= {"f", "b"}


@pytest.mark.smoke
def test_blocks_nest_and_end():
    log = []

    def noting(name):
        return ag.saved_tensors_hooks(lambda t: (log.append(name), t)[1], lambda t: t)

    x = leaf(2.0)
    block = noting("outer")
    with block:
        np.exp(x)
        with noting("inner"):
            np.exp(x)
        with block:
            np.exp(x)
        np.exp(x)
    y = np.exp(x)
    assert log == ["outer", "inner", "outer", "outer"]
    assert type(y._node) is Node
    assert tape._new_node is object.__new__  # nothing is paid any more


def test_a_block_belongs_to_its_thread():
    log, results = [], []
    ready, done = threading.Event(), threading.Event()

    def other():
        ready.wait(5)
        x = leaf(3.0)
        y = np.exp(x)
        results.append(type(y._node))
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with ag.saved_tensors_hooks(lambda t: (log.append(0), t)[1], lambda t: t):
        ready.set()
        done.wait(5)
        assert log == []
    thread.join()
    assert results == [Node]


def test_a_block_belongs_to_its_task():
    async def packing(name, count):
        log = []
        with ag.saved_tensors_hooks(lambda t: (log.append(name), t)[1], lambda t: t):
            for _ in range(count):
                np.exp(leaf(1.0))
                await asyncio.sleep(0)
        return log

    async def plain():
        kinds = []
        for _ in range(4):
            kinds.append(type(np.exp(leaf(1.0))._node))
            await asyncio.sleep(0)
        return kinds

    async def together():
        return await asyncio.gather(packing("a", 3), plain(), packing("b", 4))

    assert asyncio.run(together()) == [["a"] * 3, [Node] * 4, ["b"] * 4]


@pytest.mark.parametrize("lines_first", [True, False])
def test_with_source_lines_in_either_order(lines_first):
    log = []
    lines, packing = source_lines(), ag.saved_tensors_hooks(lambda t: (log.append(0), t)[1], lambda t: t)
    x = leaf(2.0)
    outer, inner = (lines, packing) if lines_first else (packing, lines)
    with outer, inner:
        y = np.exp(x)
    assert log == [0]
    assert line_of(y).text == "y = np.exp(x)"
    y.backward()
    assert x.grad.item() == np.exp(2.0)
    assert type(np.exp(x)._node) is Node


def test_changes_are_seen_where_the_array_itself_is_kept():
    w = leaf(np.ones(3))
    optimizer = ag.optim.SGD([w], lr=0.5)

    def step():
        w.grad = np.ones(3)
        optimizer.step()
        w.grad = None

    with ag.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = (w * w).sum()
    step()
    with pytest.raises(RuntimeError, match="was changed after it was recorded"):
        y.backward()
    with ag.saved_tensors_hooks(as_bytes, from_bytes):
        y = (w * w).sum()
    before = w.data.copy()
    step()
    y.backward()  # what was packed is what it was
    np.testing.assert_array_equal(w.grad.data, 2 * before)


def test_packed_for_real_on_disk(tmp_path):
    def pack(t):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.npy"
        np.save(path, t.data)
        return path

    x = leaf([1.0, 2.0])
    with ag.saved_tensors_hooks(pack, np.load):
        y = (np.exp(x) * x).sum()
    assert list(tmp_path.iterdir())
    y.backward()
    np.testing.assert_allclose(x.grad.data, np.exp(x.data) * (1 + x.data), rtol=1e-15)


@pytest.mark.parametrize(
    ("unpack", "error", "message"),
    [
        (
            lambda t: t[:1],
            RuntimeError,
            r"unpack gave float64\[1\] for an array of shape \(2,\) .* that multiply saved",
        ),
        (lambda t: t.astype(np.float32), RuntimeError, r"unpack gave float32\[2\]"),
        (lambda t: 3, TypeError, "as a Tensor or an array, not int"),
    ],
)
def test_what_unpack_gives_must_fit(unpack, error, message):
    x = leaf([1.0, 2.0])
    with ag.saved_tensors_hooks(lambda t: t, unpack):
        y = (x * x).sum()
    with pytest.raises(error, match=message):
        y.backward()


def test_hooks_that_cannot_be_called():
    with pytest.raises(TypeError, match="unpack=3 cannot be called"):
        ag.saved_tensors_hooks(lambda t: t, 3)
