"""Checkpoints: the same gradients, with less kept."""

from __future__ import annotations

import gc
import math
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import grad, hessian, jacobian, jvp, vmap

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3))


def block(x: Any) -> Any:
    return np.tanh(np.sin(x) * x)


def gradients(f: Callable[..., Any], *arrays: Any) -> Any:
    xs = [ag.Tensor(x, requires_grad=True) for x in arrays]
    f(*xs).sum().backward()
    return [np.asarray(x.grad) for x in xs]


@pytest.mark.smoke
def test_gradients_are_the_same() -> None:
    np.testing.assert_array_equal(gradients(lambda x: ag.checkpoint(block, x), X), gradients(block, X))
    two = lambda x, y: block(x) @ y.mT * 2.0
    np.testing.assert_allclose(gradients(lambda x, y: ag.checkpoint(two, x, y), X, X), gradients(two, X, X), rtol=1e-15)


def test_containers_keywords_and_what_passes_through() -> None:
    def f(d: Any, *, scale: float) -> Any:
        return {"both": [d["x"] * scale, block(d["x"])], "same": d["x"], "constant": np.arange(2), "text": "as it is"}

    x = ag.Tensor(X, requires_grad=True)
    found = ag.checkpoint(f, {"x": x}, scale=3.0)
    assert found["same"] is x
    assert found["text"] == "as it is"
    (found["both"][0].sum() + found["both"][1].sum() + found["same"].sum()).backward()
    np.testing.assert_allclose(x.grad, 4.0 + gradients(block, X)[0])
    x.grad = None
    ag.checkpoint(f, {"x": x}, scale=3.0)["both"][1].sum().backward()  # only one of several answers is used
    np.testing.assert_array_equal(x.grad, gradients(block, X)[0])


def test_closures_and_values_that_depend_on_each_other() -> None:
    w = ag.Tensor(2.0, dtype=np.float64, requires_grad=True)
    u = w * 3.0
    ag.checkpoint(lambda x: (x * w * u).sum(), ag.Tensor(X)).backward()
    np.testing.assert_allclose(w.grad, 12.0 * X.sum())


def test_modules_and_their_random_numbers() -> None:
    ag.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 50), nn.Dropout(0.5), nn.Linear(50, 2, generator=np.random.default_rng(1)))
    own = nn.Dropout(0.5, generator=np.random.default_rng(7))
    x = X.astype(np.float32)
    found = []
    for run in (lambda x: own(net(x)), lambda x: ag.checkpoint(own, ag.checkpoint(net, x))):
        ag.manual_seed(3)
        own.generator = np.random.default_rng(7)
        net.zero_grad()
        loss = (run(x) ** 2).sum()
        after = nn.functional.dropout(ag.ones(5)).tolist()
        loss.backward()
        found.append([np.asarray(p.grad) for p in net.parameters()] + [np.array(after)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_random_numbers_of_generators_that_nobody_sees() -> None:
    drop = nn.Dropout(0.5, generator=np.random.default_rng(5))
    x = ag.Tensor(np.ones(200, np.float32), requires_grad=True)
    after = []
    for run in (
        lambda x: ag.checkpoint(lambda x: drop(x), x),
        lambda x: ag.checkpoint_sequential([lambda x: drop(x)] * 3, 3, x),
    ):
        x.grad = None
        y = run(x)
        y.sum().backward()
        np.testing.assert_array_equal(np.asarray(x.grad), y.detach())  # what was kept is what was scaled
        after.append(drop.generator.bit_generator.state["state"]["state"])
    drop.generator = np.random.default_rng(5)
    for _ in range(4):
        drop(x)
    assert after[-1] == drop.generator.bit_generator.state["state"]["state"], "the second run leaves no trace"


def test_changes_between_forward_and_backward() -> None:
    layer = nn.Linear(3, 3)
    x = X.astype(np.float32)
    optimizer = ag.optim.SGD(layer.parameters(), lr=0.1)
    layer(x).sum().backward()
    loss = ag.checkpoint(lambda x: np.tanh(layer(x)), x).sum()
    optimizer.step()
    with pytest.raises(RuntimeError, match="was changed after it ran"):
        loss.backward()

    w = ag.Tensor(2.0, dtype=np.float64, requires_grad=True)
    loss = ag.checkpoint(lambda x: x * w * w, ag.Tensor(X)).sum()
    w.data = 3.0
    with pytest.raises(RuntimeError, match="was changed after it ran"):
        loss.backward()

    b = ag.Tensor(2.0, dtype=np.float64, requires_grad=True)  # no rule keeps what is only added
    for f in (lambda x: np.tanh(x + b), lambda x: ag.checkpoint(lambda x: np.tanh(x + b), x) * 2.0):
        for change in (lambda: setattr(b, "data", 3.0), lambda: ag.optim.SGD([b], lr=0.1).step()):
            b.grad = ag.ones((), dtype=np.float64)
            loss = ag.checkpoint(f, ag.Tensor(X)).sum()
            change()
            with pytest.raises(RuntimeError, match="was changed after it ran"):
                loss.backward()

    a, t = X.copy(), ag.Tensor(X, requires_grad=True)
    loss = ag.checkpoint(lambda t, a: t * a, t, a).sum()
    a[:] = 100.0
    loss.backward()
    np.testing.assert_array_equal(t.grad, X)


def test_higher_derivatives_and_transforms() -> None:
    f = lambda x: block(x).sum()
    g = lambda x: ag.checkpoint(block, x).sum()
    x = X[0]
    np.testing.assert_allclose(hessian(g)(x), hessian(f)(x), rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: (grad(g)(x) ** 2).sum())(x), grad(lambda x: (grad(f)(x) ** 2).sum())(x))
    np.testing.assert_allclose(jvp(g, (x,), (x,))[1], jvp(f, (x,), (x,))[1])
    np.testing.assert_allclose(vmap(grad(g))(X), vmap(grad(f))(X))
    np.testing.assert_allclose(grad(lambda x: vmap(g)(x).sum())(X), vmap(grad(f))(X))
    h = lambda x: ag.checkpoint(lambda x: (block(x), x * 2.0), x)
    np.testing.assert_allclose(jacobian(h)(x)[1], 2 * np.eye(3))


def test_nothing_is_recorded_without_recording() -> None:
    x = ag.Tensor(X, requires_grad=True)
    with ag.no_grad():
        assert not ag.checkpoint(block, x).requires_grad
    assert not ag.checkpoint(block, ag.Tensor(X)).requires_grad


def test_nested() -> None:
    def outer(x: Any) -> Any:
        return ag.checkpoint(block, ag.checkpoint(block, x) * 2.0)

    np.testing.assert_array_equal(
        gradients(lambda x: ag.checkpoint(outer, x), X), gradients(lambda x: block(block(x) * 2.0), X)
    )


def test_how_often_it_is_run() -> None:
    calls = []

    def counted(x: Any) -> Any:
        calls.append(1)
        return block(x)

    x = ag.Tensor(X, requires_grad=True)
    y = ag.checkpoint(counted, x)
    assert len(calls) == 1
    y.sum().backward()
    assert len(calls) == 2
    with pytest.raises(RuntimeError, match=r"backward through .* a second time"):
        y.sum().backward()


def test_the_second_run_stops_early() -> None:
    calls = []

    def f(x: Any) -> Any:
        y = block(x)
        try:
            np.sin(y)
        except Exception:  # what stops it is none of these
            calls.append("caught")
        calls.append("end")
        return {"y": y, "none": None}

    x = ag.Tensor(X, requires_grad=True)
    (ag.checkpoint(lambda x: ag.checkpoint(f, x)["y"] * 2.0, x)).sum().backward()
    assert calls == ["end", "end"], "forward, and the forward of the outer one again; not the inner one's own"
    np.testing.assert_array_equal(x.grad, 2 * gradients(block, X)[0])


def test_doing_something_else_the_second_time_is_an_error() -> None:
    x, w = ag.Tensor(X, requires_grad=True), ag.Tensor(X, requires_grad=True)
    shapes = iter([X.shape, (12,)])
    y = ag.checkpoint(lambda x: block(x).reshape(next(shapes)), x)
    with pytest.raises(RuntimeError, match=r"<lambda> gives float64\[12\] where it gave float64\[4, 3\]"):
        y.sum().backward()
    factors = iter([x, w])
    y = ag.checkpoint(lambda x: block(x) * next(factors), x)
    with pytest.raises(RuntimeError, match="<lambda> depends on other Tensors than before"):
        y.sum().backward()
    factors = iter([x, w])
    ag.checkpoint(lambda x: block(x) * next(factors), x, determinism_check=False).sum().backward()


def test_sequential() -> None:
    layers = [nn.Linear(3, 3) for _ in range(7)]
    x = X.astype(np.float32)
    net = nn.Sequential(*layers)
    for segments in (1, 3, 7):
        net.zero_grad()
        (net(x) ** 2).sum().backward()
        expected = [np.asarray(p.grad) for p in net.parameters()]
        net.zero_grad()
        (ag.checkpoint_sequential(net, segments, x) ** 2).sum().backward()
        for p, g in zip(net.parameters(), expected, strict=True):
            np.testing.assert_array_equal(np.asarray(p.grad), g)
    for wrong in (0, 8):
        with pytest.raises(ValueError, match=f"segments must be from 1 to 7, not {wrong}"):
            ag.checkpoint_sequential(net, wrong, x)


# --- memory


def peak(n: int, segments: int) -> int:
    """The bytes that a chain of n steps, and backward through it, take at most."""
    x = ag.Tensor(np.ones(10_000), requires_grad=True)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    ag.checkpoint_sequential([np.sin] * n, segments, x).sum().backward()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - before


def test_memory_of_a_deep_chain_grows_as_the_square_root() -> None:
    array = 80_000
    for n in (64, 256):
        root = math.isqrt(n)
        assert peak(n, 1) > 0.9 * n * array
        assert peak(n, root) < (2 * root + 6) * array
    assert peak(256, 16) < 2.3 * peak(64, 8)


def test_backward_frees_as_it_goes() -> None:
    alive: list[int] = []
    refs: list[Any] = []

    x = ag.Tensor(np.ones(1000), requires_grad=True)
    y = x
    for _ in range(20):
        y = np.sin(y)
        refs.append(weakref.ref(y._node))
        y.register_hook(lambda _: alive.append(sum(ref() is not None and ref().saved is not None for ref in refs)))
    loss = y.sum()
    del y
    loss.backward()
    assert alive == list(range(20, 0, -1))
