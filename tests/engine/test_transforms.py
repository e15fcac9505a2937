"""The transforms of `autograd_lite.func` beside those of `torch.func`: values, containers, nestings, errors."""

from __future__ import annotations

import dataclasses
import warnings
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.batching.rules import LoopWarning
from autograd_lite.func import (
    divergence,
    elementwise_grad,
    functional_call,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    laplacian,
    value_and_grad,
    vjp,
    vmap,
)

RNG = np.random.default_rng(0)
W, X, Y = RNG.normal(size=(3, 4)), RNG.normal(size=(6, 3)), RNG.normal(size=(6, 4))


@pytest.fixture(autouse=True)
def _torchs_own_warnings() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
        yield


def loss(w: Any, x: Any, y: Any) -> Any:
    return ((np.tanh(x @ w) - y) ** 2).sum()


def torch_loss(w: Any, x: Any, y: Any) -> Any:
    return ((torch.tanh(x @ w) - y) ** 2).sum()


def close(got: Any, expected: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(np.asarray(got), np.asarray(expected), rtol=rtol, atol=1e-12)


# --- against PyTorch


F = torch.func
PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "grad": (grad(loss), F.grad(torch_loss)),
    "grad by several": (lambda *a: grad(loss, (1, 2))(*a)[1], lambda *a: F.grad(torch_loss, (1, 2))(*a)[1]),
    "jacrev": (jacrev(lambda w, x, y: np.tanh(x @ w)), F.jacrev(lambda w, x, y: torch.tanh(x @ w))),
    "jacfwd": (jacfwd(lambda w, x, y: np.tanh(x @ w)), F.jacfwd(lambda w, x, y: torch.tanh(x @ w))),
    "hessian": (hessian(loss), F.hessian(torch_loss)),
    "hessian by another": (hessian(loss, 1), F.hessian(torch_loss, 1)),
    "jacrev of jacrev": (jacrev(jacrev(loss)), F.jacrev(F.jacrev(torch_loss))),
    "jacfwd of jacfwd": (jacfwd(jacfwd(loss)), F.jacfwd(F.jacfwd(torch_loss))),
    "jacrev of jacfwd": (jacrev(jacfwd(loss)), F.jacrev(F.jacfwd(torch_loss))),
    "vmap of grad": (vmap(grad(loss), (None, 0, 0)), F.vmap(F.grad(torch_loss), (None, 0, 0))),
    "vmap of hessian": (vmap(hessian(loss), (None, 0, 0)), F.vmap(F.hessian(torch_loss), (None, 0, 0))),
    "vmap of jacfwd": (vmap(jacfwd(loss), (None, 0, 0)), F.vmap(F.jacfwd(torch_loss), (None, 0, 0))),
    "jacrev of vmap of grad": (
        lambda *a: jacrev(vmap(grad(loss), (None, 0, 0)))(*a),
        lambda *a: F.jacrev(F.vmap(F.grad(torch_loss), (None, 0, 0)))(*a),
    ),
    "jacfwd of vmap of grad": (
        lambda *a: jacfwd(vmap(grad(loss), (None, 0, 0)))(*a),
        lambda *a: F.jacfwd(F.vmap(F.grad(torch_loss), (None, 0, 0)))(*a),
    ),
    "grad of a norm of per-example gradients": (
        grad(lambda *a: (vmap(grad(loss), (None, 0, 0))(*a) ** 2).sum()),
        F.grad(lambda *a: (F.vmap(F.grad(torch_loss), (None, 0, 0))(*a) ** 2).sum()),
    ),
    "vmap of vmap": (
        lambda w, x, y: vmap(vmap(lambda a, b: np.sin(a * b), (None, 0)), (0, None))(x[:, 0], y[:, 0]),
        lambda w, x, y: F.vmap(F.vmap(lambda a, b: torch.sin(a * b), (None, 0)), (0, None))(x[:, 0], y[:, 0]),
    ),
    "grad of grad of grad": (
        lambda w, x, y: grad(grad(grad(lambda a: np.sin(a * 2.0))))(w[0, 0]),
        lambda w, x, y: F.grad(F.grad(F.grad(lambda a: torch.sin(a * 2.0))))(w[0, 0]),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_as_pytorchs(name: str) -> None:
    ours, theirs = PAIRS[name]
    close(ours(W, X, Y), theirs(*map(torch.from_numpy, (W, X, Y))).detach(), rtol=1e-10)


def test_random_programs_differentiated_twice() -> None:
    names = ["sin", "tanh", "exp", "square"]
    for seed in range(100):
        steps = np.random.default_rng(seed).integers(0, len(names), 5)
        m = np.random.default_rng([seed, 1]).normal(size=(3, 3)) / 2

        def program(x: Any, lib: Any, steps: Any = steps, m: Any = m) -> Any:
            m = m if lib is np else torch.from_numpy(m)
            for i, step in enumerate(steps):
                x = getattr(lib, names[step])((x @ m) * 0.7) + (x * 0.5 if i % 2 else 0.1)
            return (x * x).sum()

        x = np.random.default_rng([seed, 2]).normal(size=3) / 2
        expected = F.hessian(lambda x: program(x, torch))(torch.from_numpy(x))
        close(hessian(lambda x: program(x, np))(x), expected, rtol=1e-9)


# --- functions of containers


Pair = namedtuple("Pair", "a b")


@dataclasses.dataclass
class Line:
    slope: Any
    offset: Any


def test_gradients_are_built_as_arguments_are() -> None:
    tree = {"w": np.ones(2), "rest": [Pair(np.array(2.0), np.array(3.0)), Line(np.array(4.0), None)]}

    def f(t: Any, scale: float = 1.0) -> Any:
        pair, line = t["rest"]
        return (t["w"].sum() * pair.a + pair.b**2 + line.slope * 3.0) * scale

    found = grad(f)(tree, scale=2.0)
    close(found["w"], [4.0, 4.0])
    assert isinstance(found["rest"][0], Pair)
    assert isinstance(found["rest"][1], Line)
    close([found["rest"][0].a, found["rest"][0].b, found["rest"][1].slope], [4.0, 12.0, 6.0])
    assert found["rest"][1].offset is None


def test_modules_are_arguments() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    net[2].bias.requires_grad_(False)
    x = X.astype(np.float32)
    found = grad(lambda m: (m(x) ** 2).sum())(net)
    (net(x) ** 2).sum().backward()
    assert type(found) is nn.Sequential
    for (_, p), (_, g) in zip(net.named_parameters(), _tensors(found), strict=True):
        if p.requires_grad:
            close(g.detach(), p.grad, rtol=1e-5)
    assert net[0].weight.grad is not None, "the module is left alone"
    per_example = vmap(grad(lambda m, x: (m(x) ** 2).sum()), (None, 0))(net, x)
    close(per_example[0].weight.detach().sum(0), net[0].weight.grad, rtol=1e-4)


def _tensors(module: Any) -> Any:
    for name, child in module.named_children():
        for key, value in child._parameters.items():
            yield f"{name}.{key}", value


def test_functional_call() -> None:
    net = nn.Linear(3, 2)
    weight = np.ones((2, 3), np.float32)
    x = X.astype(np.float32)
    close(functional_call(net, {"weight": weight, "bias": np.zeros(2, np.float32)}, x), x @ weight.T, rtol=1e-6)
    jac = jacobian(lambda p: functional_call(net, p, x[0]))(dict(net.named_parameters()))
    assert jac["weight"].shape == (2, 2, 3)
    with pytest.raises(KeyError, match="Linear has no parameter 'scale'"):
        functional_call(net, {"scale": weight}, x)
    with pytest.raises(ValueError, match=r"weight has shape \(3, 2\), but it was \(2, 3\)"):
        functional_call(net, {"weight": weight.T}, x)


def test_jacobians_of_containers() -> None:
    found = jacobian(lambda p: {"sum": p["a"].sum(), "all": p["a"] * p["b"]})({"a": np.arange(3.0), "b": np.array(2.0)})
    assert found["sum"]["a"].shape == (3,)
    close(found["all"]["a"], 2 * np.eye(3))
    close(found["all"]["b"], np.arange(3.0))
    by_two = jacobian(lambda a, b: a * b, (0, 1))(np.arange(3.0), np.array(2.0))
    assert [j.shape for j in by_two] == [(3, 3), (3,)]


def test_aux_is_passed_on() -> None:
    def f(x: Any) -> Any:
        return (x**2).sum(), {"seen": x + 1}

    x = np.arange(3.0)
    found, aux = grad(f, has_aux=True)(x)
    close(found, 2 * x)
    close(aux["seen"], x + 1)
    (value, aux), found = value_and_grad(f, has_aux=True)(x)
    assert value.item() == 5.0
    assert not aux["seen"].requires_grad
    assert jacobian(f, has_aux=True)(x)[1]["seen"].shape == (3,)
    assert len(vjp(f, x, has_aux=True)) == 3
    assert jvp(f, (x,), (x,), has_aux=True)[1].item() == 10.0


def test_products_with_the_hessian() -> None:
    (gradient,), (product,) = hvp(lambda w: loss(w, X, Y), (W,), (W,))
    close(gradient, grad(loss)(W, X, Y))
    close(product, np.tensordot(np.asarray(hessian(loss)(W, X, Y)), W, 2), rtol=1e-10)
    outer = grad(lambda w: (hvp(lambda w: loss(w, X, Y), (w,), (W,))[1][0] ** 2).sum())(W)
    step = 1e-5 * np.eye(12).reshape(12, 3, 4)
    f = lambda w: float((hvp(lambda w: loss(w, X, Y), (w,), (W,))[1][0] ** 2).sum().item())
    close(outer, np.reshape([(f(W + h) - f(W - h)) / 2e-5 for h in step], (3, 4)), rtol=1e-5)


def test_operators_of_fields() -> None:
    close(divergence(lambda x: x**2 * x.sum())(X[0]), 2 * X[0].sum() ** 2 + (X[0] ** 2).sum())
    close(laplacian(lambda x: (x**2).sum() ** 2)(X[0]), (8 + 12) * (X[0] ** 2).sum())
    close(vmap(laplacian(lambda x: np.sin(x).sum()))(X), -np.sin(X).sum(1))
    close(elementwise_grad(np.exp)(X), np.exp(X))
    with pytest.raises(ValueError, match=r"the field must have the shape of the point, \(3,\), not \(2,\)"):
        divergence(lambda x: x[:2])(X[0])


def test_complex_numbers() -> None:
    z = X[0] + 1j * X[1]
    close(grad(lambda z: (z**3).sum(), holomorphic=True)(z), 3 * z**2)
    close(jacobian(lambda z: z**3, holomorphic=True)(z), np.diag(3 * z**2))
    close(jacobian(lambda x: np.exp(1j * x))(X[0]), np.diag(1j * np.exp(1j * X[0])))
    expected = torch.func.grad(lambda z: (z.abs() ** 3).sum())(torch.from_numpy(z))
    close(grad(lambda z: (np.abs(z) ** 3).sum())(z), expected)
    with pytest.raises(TypeError, match="pass holomorphic=True"):
        grad(lambda z: (z**2).sum())(z)
    with pytest.raises(TypeError, match="pass holomorphic=True"):
        jacobian(lambda z: z**2)(z)
    with pytest.raises(TypeError, match="with holomorphic=True arguments and value are complex"):
        grad(lambda z: (z**2).sum(), holomorphic=True)(X[0])


def test_perturbations_are_not_confused() -> None:
    # d/dx (x * d/dy (x + y)) = 1, and not 2
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0).item() == 1.0
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1].item() == 1.0
    assert grad(lambda x: x * jvp(lambda y: x * y, (2.0,), (1.0,))[1])(3.0).item() == 6.0


def test_results_belong_to_a_graph_only_if_something_outside_does() -> None:
    assert not grad(loss)(W, X, Y).requires_grad
    w = ag.Tensor(W, requires_grad=True)
    g = grad(loss)(w, X, Y)
    (g**2).sum().backward()
    assert w.grad is not None
    with ag.no_grad():
        assert not grad(loss)(w, X, Y).requires_grad
    _, pull = vjp(lambda x: x**2, X)
    assert not grad(lambda u: (pull(u)[0] * u).sum())(X).requires_grad


def test_gradients_flow_to_what_a_function_closes_over() -> None:
    w = ag.Tensor(W, requires_grad=True)
    inside = vmap(lambda x, y: loss(w, x, y))(X, Y)
    inside.sum().backward()
    close(w.grad, grad(loss)(W, X, Y))


# --- vmap


def test_axes_in_and_out() -> None:
    a = RNG.normal(size=(2, 5, 3))
    close(vmap(lambda x: x * 2, 1, 0)(a), np.moveaxis(a, 1, 0) * 2)
    close(vmap(lambda x: x * 2, -2, -1)(a), np.moveaxis(a, 1, 2) * 2)
    close(vmap(lambda d: d["x"] + d["y"], ({"x": 1, "y": None},))({"x": a, "y": 1.0}), np.moveaxis(a, 1, 0) + 1)
    first, second = vmap(lambda x: (x, 3.0), 1, (1, None))(a)
    close(first, a)
    assert second.item() == 3.0
    close(vmap(lambda x: 1.0, 0)(a), np.ones(2))
    close(vmap(lambda x: x.sum(), 1, chunk_size=2)(a), a.sum((0, 2)))
    close(vmap(lambda x, scale: x * scale, 1)(a, scale=2.0), np.moveaxis(a, 1, 0) * 2)
    assert vmap(np.sin)(np.ones((0, 3))).shape == (0, 3)


def test_errors_of_vmap() -> None:
    with pytest.raises(ValueError, match=r"not have equally many examples: 6 in arguments\[0\], 3 in arguments\[1\]"):
        vmap(lambda x, w: x)(X, W)
    with pytest.raises(ValueError, match=r"arguments\[0\] of shape \(\) has no axis 0"):
        vmap(np.sin)(1.0)
    with pytest.raises(ValueError, match="maps over no axis"):
        vmap(np.sin, None)(X)
    with pytest.raises(ValueError, match=r"in_axes=.* does not fit"):
        vmap(lambda x, y: x, (0,))(X, Y)
    with pytest.raises(ValueError, match=r"out_axes is None for float64\[3\], which differs between examples"):
        vmap(np.sin, 0, None)(X)
    with pytest.raises(ValueError, match="chunk_size must be at least 1"):
        vmap(np.sin, chunk_size=0)(X)
    with pytest.raises(TypeError, match=r"inside vmap, `if`.*np\.where"):
        vmap(lambda x: x if x.sum() > 0 else -x)(X)
    with pytest.raises(TypeError, match="a mask that each example has of its own"):
        vmap(lambda x: x[x > 0])(X)
    w = ag.Tensor(W, requires_grad=True)
    with pytest.raises(RuntimeError, match="backward\\(\\) inside vmap"):
        vmap(lambda x: loss(w, x, 0.0).backward())(X)


def test_a_loop_says_so_once() -> None:
    f = vmap(lambda a, b: np.linalg.lstsq(a, b)[0])
    a, b = RNG.normal(size=(2, 4, 3)), RNG.normal(size=(2, 4))
    from autograd_lite.batching.rules import looping

    looping._told.discard("lstsq")
    with pytest.warns(LoopWarning, match="lstsq"):
        found = f(a, b)
    close(found, [np.linalg.lstsq(p, q)[0] for p, q in zip(a, b, strict=True)])
    f(a, b)


@pytest.mark.parametrize(
    "index",
    [
        (0,), (slice(None), 1), (..., 0), (None, 1), ([1, 0],), (slice(None), [1, 1, 0]), ([0, 1], slice(None), [1, 0]),
        (0, slice(None), [1, 0]), (True, 0), (slice(None), 0, ..., [1, 0]), (slice(1), [[0, 1]], None),
        (np.array([[True, False, True, True], [False] * 4]),),
    ],
    ids=str,
)  # fmt: skip
def test_indices(index: Any) -> None:
    a = RNG.normal(size=(3, 2, 4, 5))
    index = tuple(np.array(part) if isinstance(part, list) else part for part in index)
    close(vmap(lambda x: x[index])(a), np.stack([x[index] for x in a]))
    g = RNG.normal(size=np.stack([x[index] for x in a]).shape)
    _, pull = vjp(lambda a: vmap(lambda x: x[index])(a), a)
    expected = np.zeros_like(a)
    for part, into in zip(g, expected, strict=True):
        np.add.at(into, index, part)
    close(pull(g)[0], expected)
    value = RNG.normal(size=g.shape)

    def assigned(x: Any, v: Any) -> Any:
        x = x.copy()
        x[index] = v
        return x

    close(vmap(assigned)(a, value), np.stack([assigned(x, v) for x, v in zip(a, value, strict=True)]))


@pytest.mark.parametrize("places", [np.array([0, 2, 1]), np.array([[0, 1], [2, 2], [1, 0]])])
def test_each_example_has_an_index_of_its_own(places: Any) -> None:
    a, table = RNG.normal(size=(3, 4, 3, 2)), RNG.normal(size=(3, 4))
    close(vmap(lambda x, i: x[:, i])(a, places), np.stack([x[:, i] for x, i in zip(a, places, strict=True)]))
    close(vmap(lambda i: ag.Tensor(table)[i])(places), table[places])
    close(vmap(lambda i: np.take(ag.Tensor(table), i, axis=0))(places), table[places])
    g = RNG.normal(size=table[places].shape)
    expected = np.zeros_like(table)
    np.add.at(expected, places, g)
    close(vjp(lambda t: vmap(lambda i: t[i])(places), table)[1](g)[0], expected)


def test_modules_and_losses_inside_vmap() -> None:
    x, labels = RNG.normal(size=(5, 4)).astype(np.float32), np.array([0, 2, 1, 1, 0])
    logits = nn.functional.cross_entropy
    close(vmap(logits)(x, labels), logits(x, labels, reduction="none"), rtol=1e-5)
    targets = (x > 0).astype(np.float32)
    for f in (nn.functional.mse_loss, nn.functional.binary_cross_entropy_with_logits):
        close(vmap(f)(x, targets), [f(a, b).item() for a, b in zip(x, targets, strict=True)], rtol=1e-5)
    layer = nn.Linear(4, 2)
    close(vmap(lambda x: layer(x))(x).detach(), layer(x).detach(), rtol=1e-5)
    with pytest.raises(ValueError, match="labels must lie in"):
        vmap(logits)(x, labels + 3)


# --- errors


def test_errors_of_transforms() -> None:
    with pytest.raises(ValueError, match=r"must give a single number, not float64\[6, 3\]; reduce it"):
        grad(lambda x: x * 2)(X)
    with pytest.raises(ValueError, match="argnums=2, but the function was called with 1 arguments"):
        grad(lambda x: x.sum(), 2)(X)
    with pytest.raises(TypeError, match=r"grad: argument 0\['n'\], int64\[\], must be of a floating-point"):
        grad(lambda p: p["x"].sum())({"n": np.array(1), "x": X})
    with pytest.raises(TypeError, match="with has_aux=True the function gives a pair"):
        grad(lambda x: x.sum(), has_aux=True)(X)
    with pytest.raises(ValueError, match=r'mode is "forward", "reverse" or None'):
        jacobian(np.sin, mode="backward")
    with pytest.raises(ValueError, match=r"the cotangent: .* is not built as expected"):
        vjp(lambda x: (x, x), X)[1](X)
    with pytest.raises(ValueError, match=r"the tangents: .*\['b'\] is missing"):
        jvp(lambda p: p["a"] + p["b"], ({"a": X, "b": X},), ({"a": X},))


def test_what_gets_out_of_vmap_is_refused() -> None:
    kept = []
    vmap(lambda x: kept.append(x) or x)(X)
    with pytest.raises(RuntimeError, match="used after vmap has ended"):
        kept[0] + 1
    with pytest.raises(TypeError, match="inside vmap"):
        vmap(lambda x: np.float64(1.0 in x))(X)


def test_in_place_operators_inside_vmap() -> None:
    def f(x: Any) -> Any:
        y = x * 1
        y += 1
        y *= x
        y -= 2
        y /= 4
        return y

    close(vmap(f)(X), ((X + 1) * X - 2) / 4)
    close(vmap(grad(lambda x: f(x).sum()))(X), (2 * X + 1) / 4)


def test_an_error_inside_leaves_no_trace() -> None:
    with pytest.raises(ZeroDivisionError):
        vmap(lambda x: 1 // 0)(X)
    t = ag.Tensor(X, requires_grad=True)
    (t * 2).sum().backward()
    close(t.grad, np.full_like(X, 2.0))
