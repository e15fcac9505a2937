"""Derivatives as functions of functions: values, nesting, and what flows in from outside."""

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.func import jvp, vjp

X = np.array([0.3, -1.2, 2.0])
V = np.array([1.0, 0.5, -2.0])


def f(x, w):
    return np.tanh(w @ x) * np.sum(x * x)


W = np.arange(6.0).reshape(2, 3) / 7


def torch_f(x, w):
    return torch.tanh(w @ x) * torch.sum(x * x)


def test_vjp_and_jvp_are_those_of_pytorch():
    g = np.array([0.7, -0.1])
    value, pull = vjp(f, X, W)
    expected, other = torch.func.vjp(torch_f, torch.tensor(X), torch.tensor(W))
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    for mine, theirs in zip(pull(g), other(torch.tensor(g)), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    value, tangent = jvp(f, (X, W), (V, W * 2))
    expected, other = torch.func.jvp(
        torch_f, (torch.tensor(X), torch.tensor(W)), (torch.tensor(V), torch.tensor(W * 2))
    )
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_allclose(tangent, other, rtol=1e-12)


def test_results_are_plain_when_nothing_flows_in():
    value, pull = vjp(f, X, W)
    _, tangent = jvp(f, (X, W), (V, W))
    assert not any(t.requires_grad for t in (value, tangent, *pull(np.ones(2))))


@pytest.mark.smoke
def test_pull_can_be_called_again():
    _, pull = vjp(lambda x: x * x, X)
    np.testing.assert_allclose(pull(V)[0], 2 * X * V)
    np.testing.assert_allclose(pull(-V)[0], -2 * X * V)


def test_arguments_without_a_path_get_zeros():
    _, pull = vjp(lambda x, y: x * 2.0, X, V)
    np.testing.assert_array_equal(pull(np.ones(3))[1], np.zeros(3))
    _, tangent = jvp(lambda x: Tensor(X), (X,), (V,))
    np.testing.assert_array_equal(tangent, np.zeros(3))


def test_the_same_tensor_as_two_arguments_has_two_derivatives():
    x = Tensor(3.0, np.float64, requires_grad=True)
    _, pull = vjp(lambda a, b: a * a * b, x, x)
    assert [g.item() for g in pull(1.0)] == [18.0, 9.0]


def test_forward_over_forward_does_not_confuse_perturbations():
    # d/dx [x * d/dy (x y)] at x = 3 is 2 x; an engine that mixes the two perturbations up says 3 x
    inner = lambda x: jvp(lambda y: x * y, (1.0,), (1.0,))[1]
    value, tangent = jvp(lambda x: x * inner(x), (3.0,), (1.0,))
    assert (value.item(), tangent.item()) == (9.0, 6.0)


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_modes_nest(outer, inner):
    def derivative(function, mode):
        if mode == "forward":
            return lambda x: jvp(function, (x,), (1.0,))[1]
        return lambda x: vjp(function, x)[1](1.0)[0]

    second = derivative(derivative(lambda x: np.sin(x) * x, inner), outer)
    x = Tensor(0.8, np.float64)
    assert second(x).item() == pytest.approx(2 * np.cos(0.8) - 0.8 * np.sin(0.8), rel=1e-14)


def test_gradients_flow_in_through_a_closure():
    w = Tensor(2.0, np.float64, requires_grad=True)
    _, tangent = jvp(lambda x: w * w * x, (3.0,), (1.0,))  # w^2
    tangent.backward()
    assert w.grad.item() == 4.0
    w.grad = None
    value, pull = vjp(lambda x: w * w * x, Tensor(3.0, np.float64))
    (pull(1.0)[0] + value).backward()  # w^2 + 3 w^2
    assert w.grad.item() == 16.0


def test_gradients_flow_in_through_tangents_and_cotangents():
    v = Tensor(V, requires_grad=True)
    jvp(lambda x: x * x, (X,), (v,))[1].sum().backward()
    np.testing.assert_allclose(v.grad.data, 2 * X)
    v.grad = None
    vjp(lambda x: x * x, X)[1](v)[0].sum().backward()
    np.testing.assert_allclose(v.grad.data, 2 * X)


def test_recorded_even_inside_no_grad():
    with ag.no_grad():
        assert jvp(lambda x: x * x, (3.0,), (1.0,))[1].item() == 6.0


def test_operations_with_several_answers():
    def parts(x):
        a, b, _ = ag.split(x, 3)
        return a * b

    value, tangent = jvp(parts, (X,), (V,))
    np.testing.assert_allclose(tangent, V[:1] * X[1:2] + X[:1] * V[1:2])
    np.testing.assert_allclose(vjp(parts, X)[1](np.ones(1))[0], [X[1], X[0], 0.0])
    assert value.shape == (1,)


def test_errors():
    with pytest.raises(TypeError, match=r"jvp: argument 0, int64\[3\], must be of a floating-point or complex dtype"):
        jvp(lambda x: x, (np.arange(3),), (V,))
    with pytest.raises(ValueError, match=r"jvp: the tangent of argument 0 has shape \(2,\), but it has \(3,\)"):
        jvp(lambda x: x, (X,), (V[:2],))
    with pytest.raises(ValueError, match="jvp: 2 arguments need as many tangents, not 1"):
        jvp(lambda x, y: x, (X, X), (V,))
    with pytest.raises(TypeError, match="vjp: the function must give a Tensor, not float"):
        vjp(lambda x: 1.0, X)
