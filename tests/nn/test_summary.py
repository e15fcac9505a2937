"""`nn.summary`: numbers against counts by hand and against the graph, and that nothing is changed by it."""

import copy

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import kept_bytes

X = np.random.default_rng(0).normal(size=(4, 1, 8, 8)).astype(np.float32)


def network():
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 4, 3, groups=2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(16, 5),
    )  # fmt: skip


def by_name(found):
    return {layer.name: layer for layer in found.layers}


@pytest.mark.smoke
@pytest.mark.parametrize("fused", [True, False])
def test_parameters_shapes_and_multiply_adds(fused):
    with ag.fusion(fused):
        found = nn.summary(network(), X)
    rows = by_name(found)
    assert [(layer.kind, layer.name, layer.depth) for layer in found.layers[:2]] == [
        ("Sequential", "", 0), ("Conv2d", "0", 1),
    ]  # fmt: skip
    assert rows["0"].output == (4, 6, 8, 8)
    assert rows[""].output == (4, 5)
    assert rows["0"].parameters == 6 * 9 + 6
    assert rows["0"].multiply_adds == 4 * 6 * 64 * 9
    assert rows["4"].multiply_adds == 4 * 4 * 4 * 9 * 3  # 2 x 2 places, a kernel sees 3 of the channels
    assert rows["7"].multiply_adds == 4 * 16 * 5
    assert rows["1"].multiply_adds == rows[""].multiply_adds == 0
    assert found.multiply_adds == sum(layer.multiply_adds for layer in found.layers)
    assert found.parameters == sum(p.size for p in network().parameters())


def test_memory_is_what_the_graph_holds():
    model = network()
    assert nn.summary(model, X).kept_bytes == kept_bytes(model(X), without=[*model.parameters(), *model.buffers()])
    rows = by_name(nn.summary(nn.Sequential(nn.Tanh(), nn.Linear(8, 3)), ag.Tensor(X, requires_grad=True)))
    assert rows["0"].kept_bytes == X.nbytes  # the answer of tanh, which the linear layer keeps too
    assert rows["1"].kept_bytes == 0


def test_frozen_and_shared_parameters():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
            self.second.weight = self.first.weight
            self.first.bias.requires_grad_(False)
            self.unused = nn.Linear(3, 1)

        def forward(self, x):
            return {"both": (self.second(self.first(self.first(x))), x)}

    found = nn.summary(Tied(), np.ones((2, 3), np.float32))
    rows = by_name(found)
    assert rows[""].output == {"both": ((2, 3), (2, 3))}
    assert (rows["first"].parameters, rows["first"].frozen, rows["first"].calls) == (12, 3, 2)
    assert (rows["second"].parameters, rows["second"].multiply_adds) == (3, 18)
    assert rows["first"].multiply_adds == 2 * 18
    assert (rows["unused"].output, rows["unused"].calls) == (None, 0)
    assert (found.parameters, found.frozen) == (19, 3)
    assert "Linear x2" in str(found)


def test_frozen_layers_are_counted_though_nothing_is_kept():
    model = nn.Linear(3, 2).requires_grad_(False)
    found = nn.summary(model, np.ones((5, 3), np.float32))
    assert (found.multiply_adds, found.kept_bytes, found.frozen) == (30, 0, 8)


def test_frozen_layers_after_integers_are_counted():
    model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2)).requires_grad_(False)
    assert nn.summary(model, np.array([1, 2, 3])).multiply_adds == 18


PRODUCTS = {
    "matmul": (lambda a, b: a @ b, (2, 3, 4), (4, 5), 2 * 3 * 4 * 5),
    "einsum": (lambda a, b: np.einsum("bij,bjk->bik", a, b), (2, 3, 4), (2, 4, 5), 2 * 3 * 4 * 5),
    "einsum of three": (lambda a, b: np.einsum("ij,jk,k->i", a, b, b[0]), (3, 4), (4, 5), 4 * 5 + 3 * 4),
    "tensordot": (lambda a, b: np.tensordot(a, b, 1), (2, 3, 4), (4, 5), 2 * 3 * 4 * 5),
    "dot": (lambda a, b: np.dot(a, b), (3, 4), (4,), 12),
    "inner": (lambda a, b: np.inner(a, b), (3, 4), (5, 4), 60),
    "outer": (lambda a, b: np.outer(a, b), (3,), (4,), 12),
    "vecdot": (lambda a, b: np.vecdot(a, b), (3, 4), (3, 4), 12),
    "convolve": (lambda a, b: np.convolve(a, b), (5,), (3,), 15),
    "convolve where both overlap": (lambda a, b: np.convolve(a, b, "valid"), (5,), (3,), 9),
    "elementwise": (lambda a, b: a * b + np.sin(a), (5,), (5,), 0),
}


@pytest.mark.parametrize(("function", "first", "second", "expected"), PRODUCTS.values(), ids=PRODUCTS)
def test_multiply_adds_of_products(function, first, second, expected):
    class Model(nn.Module):
        def forward(self, a, *, b):
            return function(a, b)

    assert nn.summary(Model(), np.ones(first), b=np.ones(second)).multiply_adds == expected


def test_nothing_is_changed():
    model = network()
    model[6].generator = np.random.default_rng(5)
    model[6].eval()
    before, mode = model.state_dict(), [module.training for module in model.modules()]
    ag.manual_seed(3)
    inner = model[6].generator.bit_generator.state
    first = ag.nn.functional.dropout(np.ones(20)).tolist()
    ag.manual_seed(3)
    nn.summary(model.train(), X)
    assert ag.nn.functional.dropout(np.ones(20)).tolist() == first
    assert model[6].generator.bit_generator.state == inner
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert all(module.training for module in model.modules())
    assert not all(mode)
    assert model._hooks is None
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_random_numbers_go_on_also_when_the_model_raises():
    class Broken(nn.Module):
        def forward(self, x):
            raise RuntimeError(f"no {nn.functional.dropout(x).size}")

    ag.manual_seed(3)
    first = ag.nn.functional.dropout(np.ones(20)).tolist()
    ag.manual_seed(3)
    with pytest.raises(RuntimeError, match="no 5"):
        nn.summary(Broken(), np.ones(5))
    assert ag.nn.functional.dropout(np.ones(20)).tolist() == first


def test_inside_of_no_grad():
    with ag.no_grad():
        assert nn.summary(network(), X).kept_bytes > 0


def test_tables():
    found = nn.summary(nn.Sequential(nn.Linear(1000, 300), nn.ReLU()), np.ones((50, 1000), np.float32))
    assert str(found).splitlines() == [
        "layer       name  output     parameters  frozen  multiply-adds    kept",
        "----------------------------------------------------------------------",
        "Sequential        (50, 300)           -       -              -       -",
        "  Linear    0     (50, 300)     300,300       -     15,000,000  200 kB",
        "  ReLU      1     (50, 300)           -       -              -   60 kB",
        "----------------------------------------------------------------------",
        "total                           300,300       0     15,000,000  260 kB",
    ]
    assert found.markdown().splitlines()[:4] == [
        "| layer | name | output | parameters | frozen | multiply-adds | kept |",
        "|---|---|---|---:|---:|---:|---:|",
        "| Sequential |  | (50, 300) | - | - | - | - |",
        "| Linear | 0 | (50, 300) | 300,300 | - | 15,000,000 | 200 kB |",
    ]
    assert found._repr_markdown_() == found.markdown()


def test_a_copy_of_a_frozen_parameter_can_be_thawed():
    for other in (copy.deepcopy(nn.Linear(3, 2).requires_grad_(False)), copy.deepcopy(nn.Parameter([1.0], False))):
        assert other.requires_grad_() is other
