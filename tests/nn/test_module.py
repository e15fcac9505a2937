"""Module: finding parameters by name, switching modes, taking and giving weights."""

import copy
import pickle

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
        self.out = nn.Linear(4, 2, bias=False)
        self.scale = nn.Parameter(2.0)
        self.plain = 7

    def forward(self, x):
        return self.out(self.hidden(x)) * self.scale


NAMES = ["scale", "hidden.0.weight", "hidden.0.bias", "out.weight"]


@pytest.mark.smoke
def test_parameters_are_found_by_name():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [p.shape for p in net.parameters()] == [(), (4, 3), (4,), (2, 4)]
    assert [name for name, _ in net.named_modules()] == ["", "hidden", "hidden.0", "hidden.1", "out"]
    assert [name for name, _ in net.named_children()] == ["hidden", "out"]
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]


def test_names_are_those_of_pytorch():
    ours = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Sequential(nn.Linear(4, 2, bias=False)))
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(4, 2, bias=False))
    )
    assert list(ours.state_dict()) == list(theirs.state_dict())


def test_attributes_replaced_and_deleted():
    net = Net()
    net.out = nn.Linear(4, 5)
    assert dict(net.named_parameters())["out.weight"].shape == (5, 4)
    net.scale = None
    assert "scale" not in dict(net.named_parameters())
    del net.hidden
    assert [name for name, _ in net.named_parameters()] == ["out.weight", "out.bias"]
    with pytest.raises(AttributeError):
        net.hidden  # noqa: B018


def test_a_shared_module_counts_once_but_has_both_names_in_the_state():
    layer = nn.Linear(2, 2, bias=False)
    net = nn.Sequential(layer, layer)
    assert len(list(net.parameters())) == 1
    assert list(net.state_dict()) == ["0.weight", "1.weight"]


def test_forgetting_super_init():
    class Wrong(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\) in Wrong"):
        Wrong()


def test_no_forward():
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no forward"):
        Empty()(1)


def test_train_and_eval_reach_everything():
    net = Net()
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())


def test_freezing_and_thawing():
    net = Net().requires_grad_(False)
    assert not net(np.ones((1, 3), np.float32)).requires_grad
    net.requires_grad_()
    net(np.ones((1, 3), np.float32)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert net.scale.name == "scale"
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())


def test_repr():
    assert repr(Net()) == (
        "Net(\n"
        "  (hidden): Sequential(\n"
        "    (0): Linear(in_features=3, out_features=4, bias=True)\n"
        "    (1): Tanh()\n"
        "  )\n"
        "  (out): Linear(in_features=4, out_features=2, bias=False)\n"
        ")"
    )


@pytest.mark.parametrize("again", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_are_independent(again):
    net = Net()
    twin = again(net)
    x = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(twin(x).detach(), net(x).detach())
    twin(x).sum().backward()
    assert net.scale.grad is None
    with ag.no_grad():
        twin.scale += 1.0
    assert net.scale.item() == 2.0


def test_a_model_dies_without_the_collector_although_its_graph_lives():
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        net = nn.Sequential(nn.Linear(2, 2))
        there = weakref.ref(net)
        net.kept = net(np.ones((1, 2), np.float32))  # an activation kept on the module itself
        loss = net.kept.sum()
        del net
        assert there() is None
        loss.backward()
    finally:
        gc.enable()


class TestState:
    def test_there_and_back(self):
        a, b = Net(), Net()
        b.load_state_dict(a.state_dict())
        for p, q in zip(a.parameters(), b.parameters(), strict=True):
            np.testing.assert_array_equal(p.data, q.data)

    def test_is_a_copy(self):
        net = Net()
        state = net.state_dict()
        with ag.no_grad():
            net.scale += 1.0
        assert state["scale"] == 2.0

    def test_from_pytorch(self):
        theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
        ours = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
        ours.load_state_dict(theirs.state_dict())
        x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
        np.testing.assert_allclose(ours(x).detach(), theirs(torch.tensor(x)).detach(), rtol=1e-5, atol=1e-6)

    def test_converts_to_the_dtype_of_the_parameter(self):
        net = nn.Linear(1, 1)
        net.load_state_dict({"weight": np.array([[0.1]]), "bias": [1]})
        assert net.weight.dtype == np.float32
        assert net.bias.tolist() == [1.0]

    def test_everything_wrong_is_listed_and_nothing_changed(self):
        net = Net()
        before = net.state_dict()
        state = {name: array + 1 for name, array in before.items()}
        state["hidden.0.weight"] = np.ones((3, 4))
        state["out.weight"] = np.array([["a"]])
        del state["scale"]
        state["extra"] = np.ones(1)
        with pytest.raises(ValueError, match="does not fit Net") as error:
            net.load_state_dict(state)
        assert "hidden.0.weight: the parameter has shape (4, 3), the state (3, 4)" in str(error.value)
        assert "out.weight" in str(error.value)
        assert "scale: missing" in str(error.value)
        assert "extra: not a parameter" in str(error.value)
        for name, array in net.state_dict().items():
            np.testing.assert_array_equal(array, before[name])

    def test_not_strict(self):
        net = Net()
        missing, unexpected = net.load_state_dict({"scale": 5.0, "extra": 1.0}, strict=False)
        assert net.scale.item() == 5.0
        assert missing == ["hidden.0.weight", "hidden.0.bias", "out.weight"]
        assert unexpected == ["extra"]


def test_sequential():
    a, b = nn.Linear(1, 2), nn.Linear(2, 3)
    model = nn.Sequential(a, b)
    assert len(model) == 2
    assert list(model) == [a, b]
    assert model[-1] is b
    assert list(model[:1]) == [a]
    assert [name for name, _ in nn.Sequential({"first": a}).named_children()] == ["first"]
    with pytest.raises(TypeError, match="element '1' is a function, not a Module"):
        nn.Sequential(a, np.tanh.__class__ and (lambda x: x))


class TestInit:
    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (lambda t, g: nn.init.uniform_(t, -2, 3, generator=g), lambda t: torch.nn.init.uniform_(t, -2, 3)),
            (lambda t, g: nn.init.normal_(t, 1.0, 0.5, generator=g), lambda t: torch.nn.init.normal_(t, 1.0, 0.5)),
            (
                lambda t, g: nn.init.xavier_uniform_(t, 2.0, generator=g),
                lambda t: torch.nn.init.xavier_uniform_(t, 2.0),
            ),
            (lambda t, g: nn.init.xavier_normal_(t, generator=g), torch.nn.init.xavier_normal_),
            (
                lambda t, g: nn.init.kaiming_uniform_(t, 5**0.5, generator=g),
                lambda t: torch.nn.init.kaiming_uniform_(t, 5**0.5),
            ),
            (
                lambda t, g: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu", generator=g),
                lambda t: torch.nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"),
            ),
        ],
    )
    def test_same_distribution_as_pytorch(self, ours, theirs):
        torch.manual_seed(0)
        mine = ours(nn.Parameter(np.zeros((200, 100, 2), np.float32)), np.random.default_rng(0)).data.ravel()
        other = theirs(torch.zeros(200, 100, 2)).numpy().ravel()
        quantiles = np.linspace(0.005, 0.995, 21)
        spread = other.std()
        np.testing.assert_allclose(np.quantile(mine, quantiles), np.quantile(other, quantiles), atol=0.05 * spread)

    def test_linear_starts_as_pytorch_does(self):
        torch.manual_seed(0)
        ours, theirs = nn.Linear(100, 3000, generator=np.random.default_rng(0)), torch.nn.Linear(100, 3000)
        for name in ("weight", "bias"):
            mine, other = getattr(ours, name).data, getattr(theirs, name).detach().numpy()
            assert abs(mine.std() - other.std()) < 0.03 * other.std()
            assert np.abs(mine).max() <= 0.1
            assert np.abs(mine).max() > 0.099

    def test_constants(self):
        p = nn.Parameter(np.empty((2, 2)))
        assert nn.init.ones_(p).tolist() == [[1.0, 1.0], [1.0, 1.0]]
        assert nn.init.zeros_(p) is p
        assert nn.init.constant_(p, 0.5).data.max() == 0.5

    @pytest.mark.parametrize(
        ("name", "param"),
        [("relu", None), ("tanh", None), ("leaky_relu", 0.3), ("linear", None), ("selu", None), ("sigmoid", None)],
    )
    def test_gain(self, name, param):
        assert nn.init.calculate_gain(name, param) == pytest.approx(torch.nn.init.calculate_gain(name, param))

    def test_wrong_arguments(self):
        with pytest.raises(ValueError, match="fan in and fan out need at least two axes"):
            nn.init.xavier_uniform_(nn.Parameter(np.ones(3)))
        with pytest.raises(ValueError, match='"fan_in" or "fan_out"'):
            nn.init.kaiming_uniform_(nn.Parameter(np.ones((3, 3))), mode="fan")
        with pytest.raises(ValueError, match="nonlinearity must be one of"):
            nn.init.calculate_gain("swish")

    def test_manual_seed(self):
        ag.manual_seed(3)
        first = nn.Linear(4, 4).weight.data
        ag.manual_seed(3)
        np.testing.assert_array_equal(nn.Linear(4, 4).weight.data, first)
        assert not np.array_equal(nn.Linear(4, 4).weight.data, first)


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("mean", np.zeros(2, np.float32))
        self.register_buffer("count", np.array(0))
        self.register_buffer("passing", np.ones(3, np.float32), persistent=False)
        self.register_buffer("absent", None)


def test_buffers_are_state_that_is_not_trained():
    model = nn.Sequential(Counting(), nn.Linear(2, 1))
    twin = torch.nn.Module()
    twin.linear = torch.nn.Linear(2, 2)
    twin.register_buffer("mean", torch.zeros(2))
    twin.register_buffer("count", torch.tensor(0))
    twin.register_buffer("passing", torch.ones(3), persistent=False)
    twin.register_buffer("absent", None)
    twin = torch.nn.Sequential(twin, torch.nn.Linear(2, 1))
    assert list(model.state_dict()) == list(twin.state_dict())
    assert [name for name, _ in model.named_buffers()] == [name for name, _ in twin.named_buffers()]
    assert [name for name, _ in model.named_parameters()] == [name for name, _ in twin.named_parameters()]

    inner = model[0]
    inner.count += 2
    inner.mean = np.array([1.0, 2.0], np.float32)
    assert isinstance(inner.mean, ag.Tensor)
    assert not inner.mean.requires_grad
    state = model.state_dict()
    assert state["0.count"] == 2
    assert state["0.count"].dtype == np.int64
    np.testing.assert_array_equal(state["0.mean"], [1, 2])
    again = nn.Sequential(Counting(), nn.Linear(2, 1))
    again.load_state_dict(state)
    assert again[0].count.item() == 2
    twin.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    assert again.load_state_dict(twin.state_dict()) == ([], [])
    with pytest.raises(ValueError, match=r"0\.mean: missing from the state"):
        again.load_state_dict({name: array for name, array in state.items() if name != "0.mean"})

    inner.absent = np.ones(1)
    assert "0.absent" in model.state_dict()
    del inner.absent
    assert "0.absent" not in model.state_dict()
    assert "absent" not in dict(inner.named_buffers())


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.b", "without dots"), ("", "not empty"), ("train", "already has an attribute 'train'"), ("linear", "already")],
)
def test_buffers_need_names_of_their_own(name, message):
    with pytest.raises(KeyError, match=message):
        Counting().register_buffer(name, np.zeros(1))


def test_a_buffer_stays_a_tensor():
    with pytest.raises(TypeError, match="'mean' is a buffer of Counting"):
        Counting().mean = 3


def test_astype_converts_what_is_there():
    model = Counting()
    optimizer = ag.optim.Adam(model.parameters(), lr=0.1)
    x = np.ones((3, 2), np.float32)
    model.linear(x).sum().backward()
    optimizer.step()
    pending = model.linear(ag.Tensor(x, requires_grad=True)).sum()
    parameters = list(model.parameters())
    assert model.double() is model
    assert all(a is b for a, b in zip(parameters, model.parameters(), strict=True))
    assert {p.dtype for p in parameters} == {p.grad.dtype for p in parameters} == {np.dtype(np.float64)}
    assert model.mean.dtype == np.float64
    assert model.count.dtype == np.int64
    with pytest.raises(RuntimeError, match="changed"):
        pending.backward()
    model.linear(x.astype(np.float64)).sum().backward()
    assert model.linear.weight.grad.dtype == np.float64
    with pytest.raises(ValueError, match="make a new optimizer"):
        optimizer.step()
    assert model.half().float().linear.bias.dtype == np.float32
    with pytest.raises(TypeError, match="floating-point numbers, not int64"):
        model.astype(int)
