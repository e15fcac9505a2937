"""Initial values have the distributions that they should have."""

import math
import warnings

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn

init = nn.init


def filled(fill, *shape, seed=0, **options):
    tensor = ag.zeros(shape, dtype=np.float64)
    assert fill(tensor, generator=np.random.default_rng(seed), **options) is tensor
    return np.asarray(tensor.data)


def distance(values, cdf):
    """Kolmogorov's, times the root of the count: above 1.95 once in a thousand times."""
    ordered = np.sort(values.ravel())
    steps = np.arange(len(ordered) + 1) / len(ordered)
    expected = cdf(ordered)
    return max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()) * math.sqrt(len(ordered))


def normal_cdf(x, mean=0.0, std=1.0):
    return np.array([0.5 * math.erfc(-(v - mean) / (std * math.sqrt(2))) for v in x])


def uniform_cdf(x, bound):
    return np.clip((x + bound) / (2 * bound), 0, 1)


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("fill", "shape", "cdf"),
    [
        (init.normal_, (2000,), normal_cdf),
        (init.uniform_, (2000,), lambda x: x),
        (init.xavier_uniform_, (40, 60), lambda x: uniform_cdf(x, math.sqrt(6 / 100))),
        (init.xavier_normal_, (40, 60), lambda x: normal_cdf(x, 0, math.sqrt(2 / 100))),
        (init.kaiming_uniform_, (20, 10, 3, 3), lambda x: uniform_cdf(x, math.sqrt(6 / 90))),
        (init.kaiming_normal_, (20, 10, 3, 3), lambda x: normal_cdf(x, 0, math.sqrt(2 / 90))),
    ],
)
def test_distributions(fill, shape, cdf):
    values = filled(fill, *shape)
    assert distance(values, cdf) < 1.95
    assert distance(values * 1.2, cdf) > 1.95, "the check must be able to fail"


@pytest.mark.parametrize(
    ("mean", "std", "a", "b"), [(0, 1, -2, 2), (1, 2, -1, 0.5), (0, 1, 3, 4), (0, 1, -5, -2), (0, 1, 0, 9)]
)
def test_a_truncated_normal_distribution(mean, std, a, b):
    values = filled(init.trunc_normal_, 3000, mean=mean, std=std, a=a, b=b)
    assert values.min() >= a
    assert values.max() <= b
    low, high = normal_cdf([a, b], mean, std)
    assert distance(values, lambda x: (normal_cdf(x, mean, std) - low) / (high - low)) < 1.95


@pytest.mark.parametrize(
    ("options", "words"), [({"a": 1, "b": 1}, "a must be below b"), ({"a": 9, "b": 10}, "nothing is drawn")]
)
def test_a_truncated_normal_distribution_of_nothing(options, words):
    with pytest.raises(ValueError, match=words):
        init.trunc_normal_(ag.zeros(3), **options)


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3)])
def test_orthogonal(shape):
    values = filled(init.orthogonal_, *shape, gain=2.0).reshape(shape[0], -1)
    product = values @ values.T if values.shape[0] <= values.shape[1] else values.T @ values
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)
    assert not np.array_equal(values, filled(init.orthogonal_, *shape, gain=2.0, seed=1).reshape(values.shape))


def test_sparse():
    values = filled(init.sparse_, 10, 6, sparsity=0.25, std=3.0)
    np.testing.assert_array_equal((values == 0).sum(0), 3)
    assert 2 < values[values != 0].std() < 4
    assert len({tuple(column == 0) for column in values.T}) > 1


@pytest.mark.parametrize(("ours", "theirs", "shape", "options"), [
    (init.eye_, torch.nn.init.eye_, (3, 5), {}),
    (init.eye_, torch.nn.init.eye_, (5, 3), {}),
    (init.dirac_, torch.nn.init.dirac_, (6, 2, 3), {"groups": 2}),
    (init.dirac_, torch.nn.init.dirac_, (2, 3, 4, 5), {}),
    (init.dirac_, torch.nn.init.dirac_, (2, 2, 3, 2, 1), {}),
])  # fmt: skip
def test_those_that_draw_nothing(ours, theirs, shape, options):
    np.testing.assert_array_equal(ours(ag.ones(shape), **options), theirs(torch.ones(shape), **options))


@pytest.mark.parametrize("name", [
    "linear", "conv1d", "conv2d", "conv3d", "conv_transpose2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu",
])  # fmt: skip
def test_gains(name):
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)


@pytest.mark.parametrize("call", [
    lambda: init.eye_(ag.zeros(3)), lambda: init.dirac_(ag.zeros((3, 3))), lambda: init.dirac_(ag.zeros((3, 3, 3)), 2),
    lambda: init.orthogonal_(ag.zeros(3)), lambda: init.sparse_(ag.zeros(3), 0.1),
    lambda: init.sparse_(ag.zeros((3, 3)), 2),
])  # fmt: skip
def test_shapes_that_do_not_fit(call):
    with pytest.raises(ValueError, match=r"shape|sparsity"):
        call()


def test_a_parameter_of_an_optimizer_is_filled_and_shows_in_no_graph():
    layer = nn.Linear(3, 3)
    optimizer = ag.optim.SGD(layer.parameters(), lr=0.1)
    init.orthogonal_(layer.weight)
    assert layer.weight.is_leaf
    assert layer.weight.requires_grad
    before = layer.weight.data.copy()
    layer(np.ones((1, 3), np.float32)).sum().backward()
    optimizer.step()
    np.testing.assert_allclose(layer.weight.data, before - 0.1, rtol=1e-5)


SIZES = {
    "Linear": (lambda n: n.Linear(30, 40)), "Bilinear": (lambda n: n.Bilinear(20, 10, 10)),
    "Conv2d": (lambda n: n.Conv2d(8, 16, 3)), "ConvTranspose2d": (lambda n: n.ConvTranspose2d(8, 16, 3, groups=2)),
    "Embedding": (lambda n: n.Embedding(50, 30, padding_idx=3)), "LSTM": (lambda n: n.LSTM(12, 16, 2)),
    "GRUCell": (lambda n: n.GRUCell(12, 16)), "MultiheadAttention": (lambda n: n.MultiheadAttention(24, 4)),
    "MultiheadAttention of others": (lambda n: n.MultiheadAttention(24, 4, kdim=30, vdim=20, add_bias_kv=True)),
    "Transformer": (lambda n: n.Transformer(16, 2, 1, 1, 32)), "PReLU": (lambda n: n.PReLU(4)),
    "BatchNorm": (lambda n: n.BatchNorm2d(5)), "LayerNorm": (lambda n: n.LayerNorm(5)),
    "GroupNorm": (lambda n: n.GroupNorm(1, 5)), "RMSNorm": (lambda n: n.RMSNorm(5)),
}  # fmt: skip


@pytest.mark.parametrize("make", SIZES.values(), ids=SIZES)
def test_layers_begin_as_pytorchs(make):
    """The same constants; else the same spread and extremes, over ten draws of each."""
    ag.manual_seed(0)
    torch.manual_seed(0)
    with warnings.catch_warnings(action="ignore"):  # PyTorch's, of its own affairs
        ours, theirs = ([dict(make(n).state_dict()) for _ in range(10)] for n in (nn, torch.nn))
    for name in theirs[0]:
        a, b = (np.concatenate([np.asarray(state[name]).ravel() for state in states]) for states in (ours, theirs))
        if np.ptp(b) == 0:
            np.testing.assert_array_equal(a, b, err_msg=name)
            continue
        count = len(b)
        assert a.std() == pytest.approx(b.std(), rel=6 / math.sqrt(count)), name
        assert abs(a.mean()) < 5 * b.std() / math.sqrt(count), name
        if (b.max() - b.min()) / b.std() < 3.5:  # uniform: the bounds are reached, and not passed
            bound = np.abs(b).max()
            assert np.abs(a).max() == pytest.approx(bound, rel=30 / count + 1e-3), name
