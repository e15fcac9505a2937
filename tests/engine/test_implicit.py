"""Implicit differentiation beside closed forms, finite differences and unrolled iterations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import grad, hessian, jacobian, jvp, vjp, vmap
from autograd_lite.implicit import fixed_point, minimize, odeint, root, theorem

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
B = RNG.normal(size=3)


def close(a: Any, b: Any, rtol: float = 1e-7) -> None:
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=rtol, atol=1e-9)


def linear(a: Any, b: Any) -> Any:
    return root(lambda x, a, b: a @ x - b, np.zeros(3), a, b)


# --- roots


def test_a_linear_system_in_all_modes_and_orders() -> None:
    close(linear(A, B), np.linalg.solve(A, B))
    for got, want in zip(
        grad(lambda a, b: (linear(a, b) ** 2).sum(), (0, 1))(A, B),
        grad(lambda a, b: (np.linalg.solve(a, b) ** 2).sum(), (0, 1))(A, B),
        strict=True,
    ):
        close(got, want)
    close(jvp(linear, (A, B), (A.T, B))[1], jvp(np.linalg.solve, (A, B), (A.T, B))[1])
    f = lambda b: (linear(A, b) ** 3).sum()
    g = lambda b: (np.linalg.solve(A, b) ** 3).sum()
    close(hessian(f)(B), hessian(g)(B))
    close(jacobian(grad(f), mode="reverse")(B), hessian(g)(B))


def test_a_nonlinear_root_to_third_order() -> None:
    f = lambda a: root(lambda x, a: x**2 - a, 1.0, a)
    a = np.array(2.0)
    close(f(a), np.sqrt(2))
    close(grad(f)(a), 0.5 * 2**-0.5)
    close(grad(grad(f))(a), -0.25 * 2**-1.5)
    close(grad(grad(grad(f)))(a), 0.375 * 2**-2.5)
    x32 = ag.Tensor(np.float32(2.0), requires_grad=True)
    y = root(lambda x, a: x**2 - a, np.float32(1.0), x32)
    y.backward()
    assert y.dtype == np.float32
    close(x32.grad, 0.5 * 2**-0.5, rtol=1e-5)


def test_large_systems_are_solved_without_a_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = hessian(lambda b: (linear(A, b) ** 3).sum())(B), grad(lambda a: linear(a, B).sum())(A)
    tangent = jvp(linear, (A, B), (A.T, B))[1]
    monkeypatch.setattr(theorem, "DENSE", 0)
    close(grad(lambda a: linear(a, B).sum())(A), expected[1])
    close(jvp(linear, (A, B), (A.T, B))[1], tangent)
    second = grad(lambda b: (grad(lambda b: (linear(A, b) ** 3).sum())(b) * B).sum())(B)
    close(second, np.asarray(expected[0]) @ B)


def test_what_is_no_tensor_reaches_the_rules_as_it_was_given() -> None:
    a = ag.Tensor(2.0, dtype=np.float64, requires_grad=True)
    root(lambda x, a, c, kind: x**2 - c * a if kind == "square" else x, 1.0, a, 0.1, "square").backward()
    close(a.grad, 0.5 * np.sqrt(0.1 / 2), rtol=1e-14)  # 0.1 is not rounded to float32


def test_arrays_changed_before_backward_were_copied() -> None:
    matrix, times = 2 * np.eye(2), np.array([0.0, 1.0])
    b, rate = (ag.Tensor(v, dtype=np.float64, requires_grad=True) for v in ([1.0, 2.0], 0.5))
    x, y = root(lambda x, a, b: a @ x - b, np.zeros(2), matrix, b), odeint(lambda t, y, r: -r * y, 1.0, times, rate)
    matrix *= 3
    times *= 2
    (x.sum() + y[1]).backward()
    close(b.grad, [0.5, 0.5])
    close(rate.grad, -np.exp(-0.5))


def test_no_solution_is_no_solution_in_any_units() -> None:
    with pytest.raises(RuntimeError, match="no root was found"):
        root(lambda x: x**2 + 1, 1e6)  # |f| falls from 1e12 to 1
    with pytest.raises(RuntimeError, match="no minimum was found"):
        minimize(lambda x: ((x - 3) ** 4).sum() + 1e9, np.zeros(2), options={"maxiter": 1})
    with pytest.raises(RuntimeError, match="not finite"):
        fixed_point(lambda x: x + np.inf, 1.0)


def test_errors_of_root() -> None:
    with pytest.raises(RuntimeError, match=r"root: no root was found, \|f\| ="):
        root(lambda x: x**2 + 1, 1.0)
    w = ag.Tensor(1.0, requires_grad=True)
    with pytest.raises(ValueError, match="depends on Tensors that require gradients and are not among its arguments"):
        root(lambda x: x * w - 1, 1.0)
    with pytest.raises(ValueError, match=r"root: f gives shape \(1,\) for x of shape \(2,\)"):
        root(lambda x: x[:1], np.ones(2))
    with pytest.raises(TypeError, match="the unknown must be real numbers"):
        root(lambda x: x, 1j)
    singular = root(lambda x, a: (x - a) ** 3, 0.5, a := ag.Tensor(1.0, requires_grad=True), tol=1e-4)
    assert singular.requires_grad
    assert a.grad is None


# --- minima


def test_ridge_regression_by_its_penalty() -> None:
    x, y = RNG.normal(size=(20, 3)), RNG.normal(size=20)

    def fitted(penalty: Any) -> Any:
        return minimize(lambda w, p: ((x @ w - y) ** 2).sum() + p * (w**2).sum(), np.zeros(3), penalty, tol=1e-12)

    def closed(penalty: Any) -> Any:
        return np.linalg.solve(x.T @ x + penalty * np.eye(3), x.T @ y)

    p = np.array(0.7)
    close(fitted(p), closed(p), rtol=1e-6)
    for transform in (lambda f: jacobian(f, mode="reverse"), lambda f: jacobian(f, mode="forward")):
        close(transform(fitted)(p), transform(closed)(p), rtol=1e-5)
    close(grad(grad(lambda p: fitted(p).sum()))(p), grad(grad(lambda p: closed(p).sum()))(p), rtol=1e-4)
    with pytest.raises(RuntimeError, match="minimize: no minimum was found"):
        minimize(lambda x: -(x**2).sum(), np.ones(2), options={"maxiter": 3})


def test_a_minimum_inside_a_minimum() -> None:
    def inner(p: Any) -> Any:
        return minimize(lambda w, p: (w - 1) ** 2 + p**2 * w**2, np.array(0.0), p, tol=1e-9)

    outer = lambda a: minimize(lambda p, a: (inner(p) - a) ** 2, np.array(1.0), a, tol=1e-9)
    a = np.array(0.4)
    close(outer(a), np.sqrt(1 / a - 1), rtol=1e-6)
    close(grad(outer)(a), -0.5 / (a**2 * np.sqrt(1 / a - 1)), rtol=1e-5)


# --- fixed points


@pytest.mark.parametrize("memory", [0, 5])
def test_a_fixed_point_is_the_unrolled_iteration(memory: int) -> None:
    w = RNG.normal(size=(3, 3)) / 4

    def step(x: Any, p: Any) -> Any:
        return np.tanh(p["w"] @ x + p["b"])

    def unrolled(p: Any) -> Any:
        x = np.zeros(3)
        for _ in range(200):
            x = step(x, p)
        return (x**2).sum()

    p = {"w": w, "b": B}
    found = grad(lambda p: (fixed_point(step, np.zeros(3), p, memory=memory, tol=1e-13) ** 2).sum())(p)
    expected = grad(unrolled)(p)
    for name in p:
        close(found[name], expected[name])


def test_a_module_in_a_fixed_point() -> None:
    ag.manual_seed(0)
    layer = nn.Linear(3, 3)
    x = fixed_point(lambda x, m: np.tanh(m(x)) * 0.5, np.zeros(3, np.float32), layer, tol=1e-6)
    x.sum().backward()
    assert layer.weight.grad is not None
    h = 1e-2
    moved = []
    for sign in (1, -1):
        bias = layer.bias.data.copy()
        bias[0] += sign * h
        f = lambda x, b=bias: np.tanh(x @ layer.weight.data.T + b) * 0.5
        y = np.zeros(3, np.float32)
        for _ in range(100):
            y = f(y)
        moved.append(y.sum())
    close(layer.bias.grad[0].item(), (moved[0] - moved[1]) / (2 * h), rtol=1e-2)


def test_errors_of_fixed_point() -> None:
    with pytest.raises(RuntimeError, match="not converged in 20 iterations"):
        fixed_point(lambda x: 2 * x + 1, 1.0, max_iterations=20, memory=0)
    with pytest.raises(ValueError, match=r"f gives shape \(2,\) for x of shape \(3,\)"):
        fixed_point(lambda x: x[:2], np.ones(3))
    with pytest.raises(ValueError, match="max_iterations must be at least 1"):
        fixed_point(lambda x: x, 1.0, max_iterations=0)


# --- differential equations

TIMES = np.array([0.0, 0.3, 1.0])


def decay(t: Any, y: Any, rate: Any) -> Any:
    return -rate * y + t


def closed_decay(y0: Any, t: Any, rate: Any) -> Any:
    u = t - t[0]
    e = np.exp(-rate * u)
    return y0 * e + (t - t[0] * e) / rate - (1 - e) / rate**2


def test_a_linear_equation_by_everything_it_depends_on() -> None:
    y0, rate = np.array(2.0), np.array(0.8)
    times = TIMES + 0.2
    ours = lambda y0, t, rate: odeint(decay, y0, t, rate)
    close(ours(y0, times, rate), closed_decay(y0, times, rate))
    g = np.array([0.5, -1.0, 2.0])
    for got, want in zip(vjp(ours, y0, times, rate)[1](g), vjp(closed_decay, y0, times, rate)[1](g), strict=True):
        close(got, want, rtol=1e-6)
    tangents = (np.array(0.3), np.array([0.1, -0.2, 0.4]), np.array(-0.7))
    close(jvp(ours, (y0, times, rate), tangents)[1], jvp(closed_decay, (y0, times, rate), tangents)[1], rtol=1e-6)
    second = lambda f: grad(grad(lambda r: (f(y0, times, r) ** 2).sum()))(rate)
    close(second(ours), second(closed_decay), rtol=1e-5)


def test_backwards_in_time_and_a_single_time() -> None:
    close(odeint(decay, np.array(2.0), -TIMES, 0.8), closed_decay(2.0, -TIMES, 0.8))
    close(grad(lambda y: odeint(decay, y, TIMES[:1], 0.8).sum())(np.array(2.0)), 1.0)


def test_an_oscillator_whose_equation_is_a_module() -> None:
    ag.manual_seed(0)
    net = nn.Linear(2, 2, bias=False)
    net.weight.data = np.array([[0.0, 1.0], [-1.0, 0.0]], np.float32)
    ys = odeint(lambda t, y, m: m(y), np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0]), net, rtol=1e-6, atol=1e-6)
    close(ys[-1].detach(), [np.cos(1), -np.sin(1)], rtol=1e-4)
    ys[-1][0].backward()
    found = net.weight.grad

    def moved(h: float) -> Any:
        m = np.array([[0.0, 1.0 + h], [-1.0, 0.0]])
        return np.asarray(ag.linalg.expm(m))[0, 0]

    assert found is not None
    close(found[0, 1].item(), (moved(1e-5) - moved(-1e-5)) / 2e-5, rtol=1e-3)


def test_errors_of_odeint() -> None:
    with pytest.raises(ValueError, match="times that rise or fall"):
        odeint(decay, 1.0, [0.0, 1.0, 0.5], 1.0)
    with pytest.raises(ValueError, match=r"f gives shape \(1,\) for a state of shape \(2,\)"):
        odeint(lambda t, y: y[:1], np.ones(2), TIMES)
    w = ag.Tensor(1.0, requires_grad=True)
    with pytest.raises(ValueError, match="not among its arguments"):
        odeint(lambda t, y: y * w, 1.0, TIMES)
    with pytest.raises(RuntimeError, match="odeint: the solver stopped"):
        odeint(lambda t, y: y**2, 1.0, np.array([0.0, 2.0]))


def test_solvers_inside_vmap_and_jacobians_of_solutions() -> None:
    bs = RNG.normal(size=(4, 3))
    close(vmap(lambda b: linear(A, b))(bs), np.linalg.solve(A, bs.T).T)
    close(
        vmap(grad(lambda b: (linear(A, b) ** 2).sum()))(bs),
        vmap(grad(lambda b: (np.linalg.solve(A, b) ** 2).sum()))(bs),
    )
    ps = np.array([0.5, 1.0, 2.0])
    close(vmap(lambda p: minimize(lambda x, p: ((x - p) ** 2).sum() + x.sum(), np.zeros(2), p))(ps)[:, 0], ps - 0.5)
    close(vmap(grad(lambda p: fixed_point(lambda x, p: np.cos(p * x) / 2, 0.1 * p, p)))(ps), [
        grad(lambda p: fixed_point(lambda x, p: np.cos(p * x) / 2, 0.1, p))(p).item() for p in ps
    ], rtol=1e-6)  # fmt: skip
    rates = np.array([0.3, 0.8])
    ours = lambda r: odeint(decay, np.array(2.0), TIMES, r)
    closed = lambda r: closed_decay(2.0, TIMES, r)
    close(vmap(ours)(rates), vmap(closed)(rates))
    close(vmap(jacobian(ours, mode="forward"))(rates), vmap(jacobian(closed))(rates), rtol=1e-6)
    close(jacobian(ours, mode="reverse")(rates[0]), jacobian(closed)(rates[0]), rtol=1e-6)
    close(jacobian(ours, mode="forward")(rates[0]), jacobian(closed)(rates[0]), rtol=1e-6)


def test_scipy_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "scipy"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match=r'pip install "autograd_lite\[scipy\]"'):
        root(lambda x: x, 1.0)
