"""Rules given by hand: `custom_vjp`, `custom_jvp` and `Function`, beside PyTorch's and what they stand for."""

# ruff: noqa: ARG004

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite.func import grad, hessian, jacobian, jvp, vjp, vmap
from autograd_lite.primitive import registry

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3))


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-12, atol=1e-12)


@ag.custom_vjp
def product(x: Any, y: Any) -> Any:
    return np.sin(x) * y


product.defvjp(
    lambda x, y: (product(x, y), (x, y)), lambda saved, g: (g * np.cos(saved[0]) * saved[1], g * np.sin(saved[0]))
)


@ag.custom_jvp
def pushed(x: Any, y: Any) -> Any:
    return np.sin(x) * y


@pushed.defjvp
def _(primals: Any, tangents: Any) -> Any:
    (x, y), (dx, dy) = primals, tangents
    return pushed(x, y), np.cos(x) * dx * y + np.sin(x) * dy


@ag.custom_jvp
def by_argument(x: Any, y: Any) -> Any:
    return np.sin(x) * y


by_argument.defjvps(lambda t, _ans, x, y: t * np.cos(x) * y, lambda t, _ans, x, _y: t * np.sin(x))


class Product(ag.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        ctx.save_for_backward(x, y)
        return np.sin(x) * y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, y = ctx.saved_tensors
        return g * np.cos(x) * y, g * np.sin(x)

    @staticmethod
    def jvp(ctx: Any, dx: Any, dy: Any) -> Any:
        x, y = ctx.saved_tensors
        return (0 if dx is None else np.cos(x) * dx * y) + (0 if dy is None else np.sin(x) * dy)


WAYS = {"custom_vjp": product, "custom_jvp": pushed, "defjvps": by_argument, "Function": Product.apply}
ways = pytest.mark.parametrize("f", WAYS.values(), ids=WAYS)


def plain(x: Any, y: Any) -> Any:
    return np.sin(x) * y


# --- what they all do


@ways
def test_derivatives_of_all_orders(f: Any) -> None:
    both = lambda x, y: f(x, y).sum()
    expected = hessian(lambda x, y: plain(x, y).sum(), (0, 1))(X[0], Y[0])
    for mode in ("reverse", "forward") if f is not product else ("reverse",):
        found = jacobian(grad(both, (0, 1)), (0, 1), mode=mode)(X[0], Y[0])
        for a, b in zip(_leaves(found), _leaves(expected), strict=True):
            close(a, b)
    second = lambda f: grad(lambda x: (grad(lambda x: (f(x, Y[0]) ** 2).sum())(x) ** 2).sum())
    close(second(f)(X[0]), second(plain)(X[0]))


def _leaves(tree: Any) -> list[Any]:
    return [leaf for part in tree for leaf in (_leaves(part) if isinstance(part, tuple) else [part])]


@ways
def test_backward_and_forward(f: Any) -> None:
    x, y = ag.Tensor(X, requires_grad=True), ag.Tensor(Y, requires_grad=True)
    f(x, y).sum().backward()
    close(x.grad, np.cos(X) * Y)
    close(y.grad, np.sin(X))
    x.grad = None
    f(x, Y).sum().backward()
    close(x.grad, np.cos(X) * Y)
    if f is not product:
        close(jvp(f, (X, Y), (Y, X))[1], np.cos(X) * Y * Y + np.sin(X) * X)
        close(jvp(lambda x: f(x, Y), (X,), (Y,))[1], np.cos(X) * Y * Y)


@ways
def test_without_gradients_it_is_the_function(f: Any) -> None:
    assert not getattr(f(ag.Tensor(X), Y), "requires_grad", False)
    with ag.no_grad():
        assert not f(ag.Tensor(X, requires_grad=True), Y).requires_grad


@ways
def test_under_vmap(f: Any) -> None:
    close(vmap(grad(lambda x, y: f(x, y).sum()))(X, Y), np.cos(X) * Y)
    close(vjp(lambda x: vmap(f)(x, Y), X)[1](np.ones_like(X))[0], np.cos(X) * Y)
    close(jacobian(lambda x: f(x, Y[0]), mode="reverse")(X[0]), np.diag(np.cos(X[0]) * Y[0]))


@ways
def test_float32_and_complex(f: Any) -> None:
    x = ag.Tensor(X.astype(np.float32), requires_grad=True)
    f(x, Y.astype(np.float32)).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    if f is pushed or f is by_argument:  # the others conjugate nothing in their rules
        z = ag.Tensor(X + 1j * Y, requires_grad=True)
        np.real(f(z, Y).sum()).backward()
        w = ag.Tensor(X + 1j * Y, requires_grad=True)
        np.real(plain(w, Y).sum()).backward()
        close(z.grad, w.grad)


@ways
def test_the_graph_shows_its_name_and_nothing_is_left(f: Any) -> None:
    before = len(registry)
    x = ag.Tensor(X, requires_grad=True)
    y = f(x, Y)
    assert y.name in ("product", "pushed", "by_argument", "Product")
    assert len(registry) == before
    node = weakref.ref(y._node)
    gc.disable()
    try:
        del y
        assert node() is None
    finally:
        gc.enable()


# --- custom_vjp


def test_containers_answers_as_residuals_and_static_arguments() -> None:
    @ag.custom_vjp
    def f(p: Any) -> Any:
        return {"e": np.exp(p["a"]), "s": p["a"] * p["b"][0]}

    def forward(p: Any) -> Any:
        out = f(p)
        return out, (out["e"], p)

    def backward(saved: Any, g: Any) -> Any:
        e, p = saved
        return ({"a": g["e"] * e + g["s"] * p["b"][0], "b": [(g["s"] * p["a"]).sum()]},)

    f.defvjp(forward, backward)
    p = {"a": X[0], "b": [np.array(2.0)]}
    found = grad(lambda p: f(p)["e"].sum())(p)
    close(found["a"], np.exp(X[0]))
    close(found["b"][0], 0.0)
    close(grad(lambda p: (grad(lambda p: f(p)["e"].sum())(p)["a"] ** 2).sum())(p)["a"], 2 * np.exp(2 * X[0]))

    @ag.custom_vjp
    def power(x: Any, n: Any) -> Any:
        return x**n

    scaled = ag.custom_vjp(lambda h, x: h(x), nondiff_argnums=(0,))
    scaled.defvjp(lambda h, x: (h(x), x), lambda h, x, g: (g * h(x) * 10,))
    close(grad(lambda x: scaled(np.sin, x).sum())(X), np.sin(X) * 10)
    with pytest.raises(TypeError, match="power has no rule yet"):
        power(ag.Tensor(X, requires_grad=True), 2)


def test_errors_of_custom_vjp() -> None:
    x = ag.Tensor(X, requires_grad=True)

    def with_rule(forward: Any, backward: Any) -> Any:
        @ag.custom_vjp
        def mine(x: Any) -> Any:
            return x * 2

        mine.defvjp(forward, backward)
        return mine(x)

    with pytest.raises(TypeError, match="mine: its forward rule must give a pair"):
        with_rule(lambda x: x, lambda _, g: (g,))
    with pytest.raises(ValueError, match="for each of the 1 arguments, not 2"):
        with_rule(lambda x: (x * 2, None), lambda _, g: (g, g)).sum().backward()
    with pytest.raises(ValueError, match=r"for argument 0 a gradient of shape \(3,\), but the argument has \(4, 3\)"):
        with_rule(lambda x: (x * 2, None), lambda _, g: (g.sum(0),)).sum().backward()
    with pytest.raises(TypeError, match="product has a rule for reverse mode only"):
        jvp(product, (X, Y), (X, Y))
    close(with_rule(lambda x: (x * 2, None), lambda _, g: (None,)).data, 2 * X)


def test_a_rule_may_be_another_than_the_code_says() -> None:
    @ag.custom_vjp
    def straight_through(x: Any) -> Any:
        return np.round(x)

    straight_through.defvjp(lambda x: (np.round(x), None), lambda _, g: (g,))
    close(grad(lambda x: (straight_through(x) * 3).sum())(X), np.full_like(X, 3.0))


# --- Function


class TorchProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        e = torch.exp(x)
        ctx.save_for_backward(x, e)
        ctx.n = 2
        ctx.mark_non_differentiable(y)
        return e * 1, x * 2, torch.sign(x)

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any, _: Any) -> Any:
        x, e = ctx.saved_tensors
        return g * e * x + h * ctx.n, None


class OurProduct(ag.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        e = np.exp(x)
        ctx.save_for_backward(x, e)
        ctx.n = 2
        signs = np.sign(x)
        ctx.mark_non_differentiable(signs)
        return e * 1, x * 2, signs

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any, _: Any) -> Any:
        x, e = ctx.saved_tensors
        return g * e * x + h * ctx.n, None


def test_a_function_is_pytorchs() -> None:
    x, t = ag.Tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    ours, theirs = OurProduct.apply(x, 3.0), TorchProduct.apply(t, torch.tensor(3.0))
    assert not ours[2].requires_grad
    (ours[0] * 2 + ours[1]).sum().backward()
    (theirs[0] * 2 + theirs[1]).sum().backward()
    close(x.grad, t.grad)
    x.grad = None
    OurProduct.apply(x, 3.0)[1].sum().backward()
    close(x.grad, np.full_like(X, 2.0))


def test_setup_context_results_saved_and_gradients_left_out() -> None:
    seen = []

    class Exp(ag.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return np.exp(x), x + 1

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            assert len(inputs) == 1
            ctx.save_for_backward(output[0])
            ctx.set_materialize_grads(False)

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            seen.append((ctx.needs_input_grad, h))
            return g * ctx.saved_tensors[0]

    f = lambda x: Exp.apply(x)[0].sum()
    close(grad(f)(X), np.exp(X))
    assert seen == [((True,), None)]
    close(grad(lambda x: (grad(f)(x) ** 2).sum())(X), 2 * np.exp(2 * X))
    with pytest.raises(TypeError, match="forward mode through Exp needs a static method jvp"):
        jvp(f, (X,), (X,))


def test_once_differentiable() -> None:
    class Once(ag.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @ag.once_differentiable
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * ctx.saved_tensors[0].detach().numpy() * g.numpy()

    f = lambda x: Once.apply(x).sum()
    close(grad(f)(X), 2 * X)
    with pytest.raises(RuntimeError, match=r"Once\.backward is differentiated a second time"):
        grad(lambda x: (grad(f)(x) ** 2).sum())(X)


def test_errors_of_a_function() -> None:
    class Wrong(ag.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 1

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, g

    x = ag.Tensor(X, requires_grad=True)
    with pytest.raises(ValueError, match="Wrong: its backward gives 2 gradients for 1 arguments"):
        Wrong.apply(x).sum().backward()

    class Text(Wrong):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return "text"

    with pytest.raises(TypeError, match="Text: what its forward gives must be a Tensor or an array, not 'text'"):
        Text.apply(x)


@pytest.mark.parametrize("f", [pushed, by_argument, Product.apply], ids=["custom_jvp", "defjvps", "Function"])
def test_they_are_held_to_the_checks_of_our_own(f: Any) -> None:
    ag.testing.check_custom_rule(f, (X, Y), complex=False)


def test_a_wrong_rule_is_found() -> None:
    wrong = ag.custom_jvp(lambda x: np.sin(x))
    wrong.defjvps(lambda t, _ans, x: -t * np.cos(x))
    with pytest.raises(ag.testing.GradientsDiffer):
        ag.testing.check_custom_rule(wrong, X, complex=False)


# --- what is silently lost elsewhere


def test_arguments_by_name_and_defaults() -> None:
    @ag.custom_jvp
    def scaled(x: Any, scale: Any = 3.0) -> Any:
        return x * scale

    scaled.defjvps(lambda t, _y, _x, scale: t * scale, lambda t, _y, x, _scale: t * x)
    close(grad(lambda x: scaled(x, scale=5.0).sum())(X), np.full_like(X, 5.0))
    close(grad(lambda x: scaled(x).sum())(X), np.full_like(X, 3.0))
    close(grad(lambda s: scaled(X, scale=s).sum())(np.array(0.1)), X.sum())

    @ag.custom_vjp
    def times(x: Any, scale: Any = 3.0) -> Any:
        return x * scale

    times.defvjp(lambda x, scale: (x * scale, (x, scale)), lambda r, g: (g * r[1], (g * r[0]).sum()))
    close(grad(lambda x: times(scale=0.1, x=x).sum())(X), np.full_like(X, 0.1))

    @ag.custom_vjp
    def named(x: Any, *, scale: Any) -> Any:
        return x * scale

    with pytest.raises(TypeError, match="named: its rules take arguments by position, and scale can only"):
        named(ag.Tensor(X, requires_grad=True), scale=2.0)
    with pytest.raises(TypeError, match=r"Product\.apply: no gradient flows to y="):
        Product.apply(X, y=ag.Tensor(Y, requires_grad=True))
    with pytest.raises(ValueError, match=r"scaled\.defjvps: no rule is given"):
        scaled.defjvps(None, None)


@ways
def test_arrays_changed_before_backward(f: Any) -> None:
    x, y = ag.Tensor(X, requires_grad=True), Y.copy()
    z = f(x, y).sum()
    y[:] = 100.0
    z.backward()
    close(x.grad, np.cos(X) * Y)


def test_what_is_kept_beside_goes_with_backward() -> None:
    kept = []

    class Kept(ag.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            beside = ag.Tensor(np.full(x.shape, 2.0))
            kept.append(weakref.ref(beside._data))
            ctx.save_for_backward(beside, None)
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            beside, nothing = ctx.saved_tensors
            assert nothing is None
            return g * beside

    x = ag.Tensor(X, requires_grad=True)
    y = Kept.apply(x)
    y.sum().backward(retain_graph=True)
    assert kept[0]() is not None
    y.sum().backward()
    assert kept[0]() is None
    close(x.grad, np.full_like(X, 4.0))


def test_second_derivatives_keep_to_the_rule() -> None:
    safe = ag.custom_jvp(lambda x: np.sqrt(x))
    safe.defjvps(lambda t, y, _x: t * 0.5 / np.maximum(y, 0.125))
    assert np.isfinite(grad(grad(safe))(np.array(0.0)).item())


def test_closures_are_refused() -> None:
    w = ag.Tensor(2.0, requires_grad=True)
    f = ag.custom_vjp(lambda x: x * w)
    f.defvjp(lambda x: (x * w, None), lambda _, g: (g,))
    h = ag.custom_jvp(lambda x: x * w)
    h.defjvps(lambda t, _y, _x: t)
    for each in (f, h):
        with pytest.raises(ValueError, match="closes over a Tensor that requires a gradient"):
            each(ag.Tensor(X, requires_grad=True))
