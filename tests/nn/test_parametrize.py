"""Parametrizations: assigning, removing, caching, copies, errors; weights that keep their property in training."""

import copy
import pickle

import numpy as np
import pytest
import torch
from autograd_lite.nn.utils import parametrizations, parametrize

import autograd_lite as ag
from autograd_lite import nn, optim
from autograd_lite.func import functional_call
from autograd_lite.testing import assert_gradients_close

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 3)).astype(np.float32)


class Exp(nn.Module):
    """With an inverse; counts how often it is computed."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return np.exp(x)

    def right_inverse(self, y):
        return np.log(y)


class Square(nn.Module):
    """Without an inverse."""

    def forward(self, x):
        return x * x


class RankOne(nn.Module):
    """Of two originals."""

    def forward(self, a, b):
        return np.outer(a, b)

    def right_inverse(self, w):
        return w[:, 0], w[0]


class Wider(nn.Module):
    """Changes the shape."""

    def forward(self, x):
        return np.concatenate([x, x])


class Half(nn.Module):
    """Changes the dtype."""

    def forward(self, x):
        return x.astype(np.float16)


class NoTensor(nn.Module):
    def forward(self, _x):
        return 3


class BadInverse(Square):
    def right_inverse(self, _y):
        return 3


def positive():
    layer = nn.Linear(3, 2)
    layer.weight.data = rng.uniform(0.5, 2.0, (2, 3))
    return layer


@pytest.mark.smoke
def test_a_parametrized_weight_is_computed_and_trained():
    layer = positive()
    before, weight = layer.weight.data.copy(), layer.weight
    assert parametrize.register_parametrization(layer, "weight", Exp()) is layer
    np.testing.assert_allclose(layer.weight.data, before, rtol=1e-6)
    assert layer.parametrizations.weight.original is weight  # for an optimizer that has it
    assert list(layer.state_dict()) == ["bias", "parametrizations.weight.original"]
    assert isinstance(layer, nn.Linear)
    layer(X).sum().backward()
    np.testing.assert_allclose(weight.grad.data, before * X.sum(0), rtol=1e-5)


def test_assigning_sets_the_original():
    layer = parametrize.register_parametrization(positive(), "weight", Exp())
    value = rng.uniform(0.5, 2.0, (2, 3)).astype(np.float32)
    for given in (value, ag.Tensor(value), nn.Parameter(value)):
        layer.weight = given
        np.testing.assert_allclose(layer.weight.data, value, rtol=1e-6)
        np.testing.assert_allclose(layer.parametrizations.weight.original.data, np.log(value), rtol=1e-5)
    assert len(list(layer.parameters())) == 2
    layer = parametrize.register_parametrization(positive(), "weight", Square())
    with pytest.raises(RuntimeError, match="parametrization Square has no right_inverse, so its value cannot be set"):
        layer.weight = value
    layer.bias = nn.Parameter(np.ones(2))  # as before
    assert layer.bias.tolist() == [1.0, 1.0]


def test_assigning_goes_through_all_inverses_from_the_last_to_the_first():
    class Moved(nn.Module):
        def forward(self, x):
            return x + 1

        def right_inverse(self, y):
            return y - 1

    layer = parametrize.register_parametrization(positive(), "weight", Moved())
    parametrize.register_parametrization(layer, "weight", Exp())
    layer.weight = np.full((2, 3), 2.0, np.float32)
    np.testing.assert_allclose(layer.weight.data, 2.0, rtol=1e-6)
    np.testing.assert_allclose(layer.parametrizations.weight.original.data, np.log(2.0) - 1, rtol=1e-6)


def test_several_originals():
    layer = parametrize.register_parametrization(positive(), "weight", RankOne(), unsafe=True)
    names = [name for name, _ in layer.named_parameters()]
    assert names == ["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"]
    assert np.linalg.matrix_rank(layer.weight.detach().numpy()) == 1
    layer.weight = np.ones((2, 3), np.float32)
    assert layer.weight.tolist() == [[1.0] * 3] * 2
    with pytest.raises(ValueError, match="'weight' is made of 2 Tensors, so there is no one original to leave"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    parametrize.remove_parametrizations(layer, "weight")
    assert layer.weight.tolist() == [[1.0] * 3] * 2
    assert isinstance(layer.weight, nn.Parameter)


@pytest.mark.parametrize("leave", [True, False])
def test_removing(leave):
    layer = positive()
    weight, value = layer.weight, layer.weight.data.copy()
    parametrize.register_parametrization(layer, "weight", Square())
    parametrize.register_parametrization(layer, "bias", Square())
    assert parametrize.is_parametrized(layer)
    assert parametrize.is_parametrized(layer, "bias")
    assert parametrize.type_before_parametrizations(layer) is nn.Linear
    assert parametrize.remove_parametrizations(layer, "weight", leave) is layer
    assert layer.weight is weight
    np.testing.assert_allclose(layer.weight.data, value**2 if leave else value, rtol=1e-6)
    assert not parametrize.is_parametrized(layer, "weight")
    assert type(layer).__name__ == "ParametrizedLinear"
    parametrize.remove_parametrizations(layer, "bias", leave)
    assert type(layer) is nn.Linear
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    assert not parametrize.is_parametrized(layer)


def test_removing_from_a_copy_leaves_the_original():
    layer = parametrize.register_parametrization(positive(), "weight", Exp())
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(X).data, layer(X).data)
        assert other.parametrizations.weight.original is not layer.parametrizations.weight.original
        parametrize.remove_parametrizations(other, "weight")
        assert type(other) is nn.Linear
        assert parametrize.is_parametrized(layer)
        np.testing.assert_allclose(other(X).data, layer(X).data, rtol=1e-6)


def test_a_value_is_computed_once_while_cached():
    layer = parametrize.register_parametrization(positive(), "weight", Exp())
    exp = layer.parametrizations.weight[0]
    exp.calls = 0
    with parametrize.cached():
        first = layer(X)
        with parametrize.cached():
            layer(X)
        second = layer(X)
        assert exp.calls == 1
        (first + second).sum().backward()
        layer.weight = np.ones((2, 3), np.float32)
        assert layer.weight.tolist() == [[1.0] * 3] * 2
        assert exp.calls == 2
    assert layer.weight is not layer.weight
    once = layer.parametrizations.weight.original.grad.data.copy()
    assert np.isfinite(once).all()


def test_buffers_can_be_parametrized():
    module = nn.Module()
    module.register_buffer("scale", np.array([1.0, 4.0]))
    parametrize.register_parametrization(module, "scale", Square())
    assert module.scale.tolist() == [1.0, 16.0]
    assert list(module.state_dict()) == ["parametrizations.scale.original"]
    assert not list(module.parameters())
    parametrize.remove_parametrizations(module, "scale")
    assert module.scale.tolist() == [1.0, 16.0]
    assert list(module.state_dict()) == ["scale"]


def test_a_frozen_weight_stays_frozen():
    layer = positive()
    layer.weight.requires_grad_(False)
    parametrizations.weight_norm(layer)
    assert not layer.weight.requires_grad
    assert not any(p.requires_grad for name, p in layer.named_parameters() if "original" in name)


def test_parametrizations_are_handed_on():
    layer, other = parametrize.register_parametrization(positive(), "weight", Exp()), positive()
    assert parametrize.transfer_parametrizations_and_params(nn.Linear(3, 2), other) is other
    assert not parametrize.is_parametrized(other)
    parametrize.transfer_parametrizations_and_params(layer, other)
    np.testing.assert_array_equal(other.weight.data, layer.weight.data)
    assert other.parametrizations.weight.original is layer.parametrizations.weight.original
    layer = parametrizations.weight_norm(positive())
    other = parametrize.transfer_parametrizations_and_params(layer, nn.Linear(3, 2), "weight")
    np.testing.assert_array_equal(other.weight.data, layer.weight.data)


def test_a_missing_attribute_is_told_as_ever():
    layer = parametrize.register_parametrization(positive(), "weight", Exp())
    with pytest.raises(AttributeError, match="no attribute 'wait'"):
        _ = layer.wait


def test_functions_of_modules_see_other_originals():
    layer = parametrize.register_parametrization(positive(), "weight", Exp())
    new = {"parametrizations.weight.original": np.zeros((2, 3), np.float32)}
    np.testing.assert_allclose(functional_call(layer, new, X).data, X @ np.ones((3, 2)) + layer.bias.data, rtol=1e-5)


@pytest.mark.parametrize("dim", [0, 1, None])
def test_second_derivatives_of_weight_norm(dim):
    """Those of PyTorch are wrong: they fail its own gradgradcheck."""
    part = parametrizations.weight_norm(nn.Linear(3, 2).double(), dim=dim).parametrizations.weight[0]
    v = rng.normal(size=(2, 3))
    g = np.array(part.right_inverse(ag.Tensor(v))[0].data) * 1.3
    assert_gradients_close(part, g, v, order=2)


STEPS = {
    "orthogonal": lambda: parametrizations.orthogonal(nn.Linear(3, 3)),
    "reflections": lambda: parametrizations.orthogonal(nn.Linear(5, 3)),
    "reflections from 1": lambda: parametrizations.orthogonal(nn.Linear(3, 5), use_trivialization=False),
    "square reflections from 1": lambda: parametrizations.orthogonal(
        nn.Linear(3, 3), orthogonal_map="householder", use_trivialization=False
    ),
    "cayley": lambda: parametrizations.orthogonal(nn.Linear(3, 5), orthogonal_map="cayley"),
}


@pytest.mark.parametrize("make", STEPS.values(), ids=STEPS)
def test_an_orthogonal_weight_stays_orthogonal_in_training(make):
    layer = make()
    adam = optim.Adam(layer.parameters(), lr=0.1)
    x = rng.normal(size=(4, layer.in_features)).astype(np.float32)
    before = layer.weight.data.copy()
    for _ in range(3):
        adam.zero_grad()
        (layer(x) ** 3).sum().backward()
        adam.step()
    weight = layer.weight.data
    assert np.abs(weight - before).max() > 0.01
    weight = weight if len(weight) >= weight.shape[1] else weight.T
    np.testing.assert_allclose(weight.T @ weight, np.eye(weight.shape[1]), atol=1e-5)


@pytest.mark.parametrize("make", STEPS.values(), ids=STEPS)
def test_an_orthogonal_weight_can_be_assigned(make):
    layer = make()
    if "cayley" in str(layer.parametrizations.weight[0].orthogonal_map):
        assert layer.parametrizations.weight[0].use_trivialization
    value = np.linalg.qr(rng.normal(size=(5, 5)))[0][: layer.out_features, : layer.in_features].astype(np.float32)
    if layer.in_features != layer.out_features:
        value = np.linalg.qr(value if len(value) > value.shape[1] else value.T)[0]
        value = value if value.shape == (layer.out_features, layer.in_features) else value.T
    else:
        value = np.linalg.qr(value)[0]
    layer.weight = value
    np.testing.assert_allclose(layer.weight.data, value, atol=1e-5)


def test_spectral_norm_is_one_and_its_buffers_move_in_training_only():
    layer = parametrizations.spectral_norm(nn.Linear(6, 4), n_power_iterations=20)
    assert abs(np.linalg.norm(layer.weight.detach().numpy(), 2) - 1) < 1e-4
    layer.parametrizations.weight.original.data = rng.normal(size=(4, 6))
    state = layer.eval().state_dict()
    assert layer.weight.shape == (4, 6)
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, state[name])
    assert layer.train().weight.shape == (4, 6)
    assert (layer.state_dict()["parametrizations.weight.0._u"] != state["parametrizations.weight.0._u"]).any()


def test_first_vectors_are_drawn_from_the_generator():
    layer = nn.Linear(6, 4)
    first, second = (
        parametrizations.spectral_norm(copy.deepcopy(layer), generator=np.random.default_rng(1)).state_dict()
        for _ in range(2)
    )
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


OLD = {
    "weight_norm": (nn.utils.weight_norm, nn.utils.remove_weight_norm),
    "spectral_norm": (nn.utils.spectral_norm, nn.utils.remove_spectral_norm),
}


@pytest.mark.parametrize(("add", "remove"), OLD.values(), ids=OLD)
def test_older_norms(add, remove):
    layer = nn.Linear(3, 2)
    value = layer.weight.data.copy()
    assert add(layer) is layer
    if add is nn.utils.weight_norm:
        np.testing.assert_allclose(layer.weight.data, value, rtol=1e-6)
    with pytest.raises(RuntimeError, match="is there already for 'weight' of Linear"):
        add(layer)
    with pytest.raises(ValueError, match="Linear has no parameter 'wait'"):
        add(nn.Linear(3, 2), "wait")
    layer(X).sum().backward()
    expected = layer.eval()(X)
    assert remove(layer) is layer
    np.testing.assert_allclose(layer(X).data, expected.data, rtol=1e-5)
    assert sorted(layer.state_dict()) == ["bias", "weight"]
    with pytest.raises(ValueError, match="of 'weight' not found in Linear"):
        remove(layer)


def test_a_state_dict_of_pytorch_is_loaded():
    reference = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(3, 2)).eval()
    layer = parametrizations.spectral_norm(nn.Linear(3, 2)).eval()
    layer.load_state_dict(reference.state_dict())
    np.testing.assert_allclose(layer(X).data, reference(torch.tensor(X)).detach(), rtol=1e-5)


def register(parametrization, name="weight"):
    return parametrize.register_parametrization(positive(), name, parametrization)


ERRORS = [
    (lambda: register(Square(), "wait"), ValueError, "Linear has no parameter or buffer 'wait' to be parametrized"),
    (lambda: register(Wider()), ValueError, "the parametrization gives .* it must keep dtype and shape, unless unsafe"),
    (lambda: register(Half()), ValueError, "it must keep dtype and shape"),
    (lambda: register(NoTensor()), ValueError, "the parametrization gives 3, which is no Tensor"),
    (lambda: register(BadInverse()), ValueError, "right_inverse must give a Tensor, or a tuple or list of them, not 3"),
    (lambda: parametrize.register_parametrization(register(Exp()), "weight", Half()), ValueError, "must keep dtype"),
    (lambda: parametrize.register_parametrization(register(Exp()), "weight", BadInverse()), ValueError, "gives 3"),
    (lambda: parametrize.remove_parametrizations(positive(), "weight"), ValueError, "has no parametrization of"),
    (lambda: parametrizations.orthogonal(positive(), "bias"), ValueError, "'bias' must be a matrix, or a stack of"),
    (lambda: parametrizations.orthogonal(positive(), "wait"), ValueError, "Linear has no parameter or buffer 'wait'"),
    (lambda: parametrizations.orthogonal(positive(), orthogonal_map="exp"), ValueError, 'must be "matrix_exp", '),
    (lambda: parametrizations.spectral_norm(positive(), dim=2), ValueError, "dim=2 is no axis of the weight"),
    (lambda: parametrizations.spectral_norm(positive(), n_power_iterations=0), ValueError, "must be at least 1, not 0"),
    (lambda: nn.utils.spectral_norm(positive(), n_power_iterations=0), ValueError, "must be at least 1, not 0"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text[:40] for _, _, text in ERRORS])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_a_value_of_another_shape_or_that_cannot_be_reached():
    layer = parametrizations.orthogonal(nn.Linear(3, 3))
    with pytest.raises(ValueError, match=r"the value must have the shape \(3, 3\), not \(2, 3\)"):
        layer.weight = np.ones((2, 3), np.float32)
    layer = parametrizations.orthogonal(nn.Linear(3, 3), use_trivialization=False)
    with pytest.raises(NotImplementedError, match="no value can be assigned to 'matrix_exp'"):
        layer.weight = np.eye(3, dtype=np.float32)
