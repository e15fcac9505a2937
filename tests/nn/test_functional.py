"""Layers and losses: equal to PyTorch in value and all gradients, fused or not, to second order."""

import math

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import Tensor, nn
from autograd_lite.kernels.mse import mse_loss
from autograd_lite.kernels.sum_of_squares import sum_of_squares
from autograd_lite.testing import assert_gradients_close

F = nn.functional
TF = torch.nn.functional
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.normal(size=shape)


def probabilities(*shape):
    return rng.uniform(0.2, 0.8, size=shape)


LABELS = {(): 2, (3,): [2, 0, 1], (2, 2): [[0, 1], [2, 2]]}

# name: (function of ours, the same in PyTorch, floating inputs)
CASES = {
    "linear": (F.linear, TF.linear, (normal(4, 3), normal(2, 3), normal(2))),
    "linear of a vector": (F.linear, TF.linear, (normal(3), normal(2, 3), normal(2))),
    "linear with more axes": (F.linear, TF.linear, (normal(2, 4, 3), normal(2, 3), normal(2))),
    "linear of no rows": (F.linear, TF.linear, (normal(0, 3), normal(2, 3), normal(2))),
    "linear without bias": (F.linear, TF.linear, (normal(4, 3), normal(2, 3))),
    "relu": (F.relu, TF.relu, (normal(3, 4),)),
    "tanh": (F.tanh, torch.tanh, (normal(3, 4),)),
    "sigmoid": (F.sigmoid, torch.sigmoid, (normal(3, 4) * 3,)),
    "flatten": (lambda x: F.flatten(x, 1, 2), lambda x: torch.flatten(x, 1, 2), (normal(2, 3, 4, 2),)),
    "sum of squares": (
        lambda *xs: sum_of_squares(*xs, scale=1.5),
        lambda *xs: 1.5 * sum(x.square().sum() for x in xs),
        (normal(3, 4), normal(2), normal(), normal(0, 2)),
    ),
}
for _reduction in ("mean", "sum", "none"):
    CASES[f"mse {_reduction}"] = (
        lambda x, y, r=_reduction: F.mse_loss(x, y, reduction=r),
        lambda x, y, r=_reduction: TF.mse_loss(x, y, reduction=r),
        (normal(3, 4), normal(3, 4)),
    )
    CASES[f"bce {_reduction}"] = (
        lambda x, y, r=_reduction: F.binary_cross_entropy_with_logits(x, y, reduction=r),
        lambda x, y, r=_reduction: TF.binary_cross_entropy_with_logits(x, y, reduction=r),
        (normal(3, 4) * 3, probabilities(3, 4)),
    )
    for _shape, _labels in LABELS.items():
        _logits = (*_shape[:1], 3, *_shape[1:])
        CASES[f"cross entropy {_shape} {_reduction}"] = (
            lambda x, t=_labels, r=_reduction: F.cross_entropy(x, t, reduction=r),
            lambda x, t=_labels, r=_reduction: TF.cross_entropy(x, torch.tensor(t), reduction=r),
            (normal(*_logits) * 3,),
        )

case = pytest.mark.parametrize(("ours", "theirs", "inputs"), CASES.values(), ids=CASES)
fusion = pytest.mark.parametrize("fused", [True, False], ids=["fused", "reference"])


@fusion
@case
def test_value_and_both_derivatives_are_those_of_pytorch(ours, theirs, inputs, fused):
    with ag.fusion(fused):
        expected = theirs(*map(torch.tensor, inputs))
        np.testing.assert_allclose(ours(*map(Tensor, inputs)), expected, rtol=1e-12, atol=1e-12)
        assert_gradients_close(ours, *inputs, reference=theirs, order=2, rtol=1e-10, atol=1e-11)


@case
def test_against_finite_differences_in_reverse_and_forward_mode(ours, theirs, inputs):
    assert_gradients_close(ours, *inputs, order=2)


@pytest.mark.smoke
@case
def test_smoke_gradients(ours, theirs, inputs):
    assert_gradients_close(ours, *inputs)


@fusion
@case
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_dtypes_are_kept(ours, theirs, inputs, dtype, fused):
    xs = [Tensor(x, dtype, requires_grad=True) for x in inputs]
    with ag.fusion(fused):
        y = ours(*xs)
        assert y.dtype == dtype
        firsts = ag.grad(y.sum(), xs, create_graph=True)
        assert {g.dtype for g in firsts} == {np.dtype(dtype)}
        connected = [(g * g).sum() for g in firsts if g.requires_grad]
        for g in ag.grad(connected, xs, [None] * len(connected), materialize_grads=True):
            assert g.dtype == dtype
        _, tangent = ag.func.jvp(ours, [x.detach() for x in xs], [x.detach() for x in xs])
        assert tangent.dtype == dtype


@case
def test_layouts_do_not_matter(ours, theirs, inputs):
    turned = [np.asfortranarray(x[::-1])[::-1] if x.ndim else x for x in inputs]
    results = []
    for given in (inputs, turned):
        xs = [ag.asarray(x, copy=False).requires_grad_() for x in given]
        results.append((ours(*xs).detach(), ag.grad(ours(*xs).sum(), xs)))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-13)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-13, atol=1e-15)


@case
def test_only_what_is_asked_for(ours, theirs, inputs):
    for wanted in range(len(inputs)):
        xs = [Tensor(x, requires_grad=i == wanted) for i, x in enumerate(inputs)]
        everything = [Tensor(x, requires_grad=True) for x in inputs]
        ours(*xs).sum().backward()
        ours(*everything).sum().backward()
        np.testing.assert_array_equal(xs[wanted].grad.data, everything[wanted].grad.data)


@fusion
class TestExtremes:
    """Neither overflow nor lost digits, and no warnings on the way."""

    def test_cross_entropy(self, fused):
        logits = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]])
        with ag.fusion(fused):
            x = Tensor(logits, requires_grad=True)
            loss = F.cross_entropy(x, [1, 0], reduction="none")
            loss.sum().backward()
        np.testing.assert_allclose(loss.detach(), [2e4, math.log(3)])
        np.testing.assert_allclose(x.grad.data, [[1, -1, 0], [-2 / 3, 1 / 3, 1 / 3]], atol=1e-15)

    def test_binary_cross_entropy(self, fused):
        with ag.fusion(fused):
            x = Tensor([1e4, -1e4, 0.0, -50.0], np.float64, requires_grad=True)
            loss = F.binary_cross_entropy_with_logits(x, np.array([0.0, 0.0, 1.0, 0.0]), reduction="none")
            loss.sum().backward()
        np.testing.assert_allclose(loss.detach(), [1e4, 0, math.log(2), math.exp(-50)], rtol=1e-14)
        np.testing.assert_allclose(x.grad.data, [1, 0, -0.5, math.exp(-50)], rtol=1e-14)

    def test_sigmoid(self, fused):
        with ag.fusion(fused):
            x = Tensor([1e4, -1e4, -50.0], np.float64, requires_grad=True)
            y = F.sigmoid(x)
            y.sum().backward()
        np.testing.assert_allclose(y.detach(), [1, 0, math.exp(-50)], rtol=1e-14)
        np.testing.assert_allclose(x.grad.data, [0, 0, math.exp(-50)], rtol=1e-14)


@fusion
@pytest.mark.parametrize("loss", [F.mse_loss, F.binary_cross_entropy_with_logits])
def test_many_numbers_of_half_precision(loss, fused):
    """More of them than float16 can count."""
    count = 70_000
    with ag.fusion(fused):
        x = Tensor(np.ones(count, np.float16), requires_grad=True)
        value = loss(x, np.zeros(count, np.float16))
        value.backward(np.float16(1000.0))  # so that the gradients are not below float16 altogether
    expected = 1.0 if loss is F.mse_loss else math.log1p(math.e)
    slope = 2.0 if loss is F.mse_loss else 1 / (1 + math.exp(-1))
    assert value.item() == pytest.approx(expected, rel=2e-3)
    np.testing.assert_allclose(x.grad.data, 1000 * slope / count, rtol=5e-3)


def test_kernels_are_chosen_by_name():
    with pytest.raises(KeyError, match="mse_loss has the kernels \\['numpy'\\], not 'compiled'"):
        mse_loss.select("compiled")
    mse_loss.select("numpy")


def test_fusion_shows_in_the_graph():
    x, y = Tensor(normal(2, 3), requires_grad=True), normal(2, 3)
    with ag.fusion(True):
        assert F.mse_loss(x, y).name == "mse_loss"
    with ag.fusion(False):
        assert F.mse_loss(x, y).name == "mean"


@pytest.mark.parametrize("sizes", [(3, 2), (3, 3)])
def test_linear_writes_gradients_where_an_optimizer_wants_them(sizes):
    """A weight lies transposed in its buffer, where a product can only be written as x^T g."""
    layer = nn.Linear(*sizes)
    x, g = normal(4, sizes[0]).astype(np.float32), normal(4, sizes[1]).astype(np.float32)

    def gradients():
        layer(Tensor(x)).backward(g)
        return [p.grad.data for p in layer.parameters()]

    expected = [g.T @ x, g.sum(0)]
    ag.optim.SGD(layer.parameters(), lr=0.1)
    assert all(p._node.watch.room is not None for p in layer.parameters())
    for got, right in zip(gradients(), expected, strict=True):
        np.testing.assert_allclose(got, right, rtol=1e-5, atol=1e-6)


def test_one_tensor_in_two_places():
    x = Tensor(normal(3, 3), requires_grad=True)
    assert_gradients_close(lambda x: F.linear(x, x, x[0]), x.data, order=2)
    assert_gradients_close(lambda x: F.mse_loss(x, x * x), x.data, order=2)


class TestDropout:
    def test_rate_and_scale(self):
        x = Tensor(np.ones((500, 400), np.float32), requires_grad=True)
        y = F.dropout(x, 0.3, generator=np.random.default_rng(0))
        kept = y.data != 0
        assert abs(kept.mean() - 0.7) < 0.005
        np.testing.assert_allclose(y.data[kept], 1 / 0.7, rtol=1e-6)
        y.sum().backward()
        np.testing.assert_array_equal(x.grad.data, y.data)
        assert y.dtype == np.float32

    def test_ends(self):
        x = Tensor(np.ones(10), requires_grad=True)
        assert F.dropout(x, 0.0).tolist() == [1.0] * 10
        assert F.dropout(x, 1.0).tolist() == [0.0] * 10
        assert F.dropout(x, 0.9, training=False).tolist() == [1.0] * 10

    def test_module_follows_its_mode(self):
        layer = nn.Dropout(1.0)
        assert layer(np.ones(3)).tolist() == [0.0] * 3
        assert layer.eval()(np.ones(3)).tolist() == [1.0] * 3

    def test_seeded(self):
        ag.manual_seed(1)
        first = F.dropout(np.ones(100), 0.5)
        ag.manual_seed(1)
        np.testing.assert_array_equal(F.dropout(np.ones(100), 0.5), first)

    @pytest.mark.parametrize("p", [-0.1, 1.5, math.nan])
    def test_p_is_a_probability(self, p):
        with pytest.raises(ValueError, match=r"dropout: p is a probability"):
            F.dropout(np.ones(3), p)
        with pytest.raises(ValueError, match=r"Dropout: p is a probability"):
            nn.Dropout(p)


class TestModules:
    def test_losses_are_their_functions(self):
        x, y, labels = normal(3, 4), probabilities(3, 4), [0, 3, 1]
        for reduction in ("mean", "sum"):
            assert nn.MSELoss(reduction=reduction)(x, y) == F.mse_loss(x, y, reduction=reduction)
            assert nn.CrossEntropyLoss(reduction=reduction)(x, labels) == F.cross_entropy(
                x, labels, reduction=reduction
            )
            assert nn.BCEWithLogitsLoss(reduction=reduction)(x, y) == F.binary_cross_entropy_with_logits(
                x, y, reduction=reduction
            )
        with pytest.raises(ValueError, match='MSELoss: reduction must be "mean", "sum" or "none", not \'avg\''):
            nn.MSELoss(reduction="avg")

    def test_activations_are_their_functions(self):
        x = normal(3, 4)
        np.testing.assert_array_equal(nn.ReLU()(x), F.relu(x))
        np.testing.assert_array_equal(nn.Tanh()(x), F.tanh(x))
        np.testing.assert_array_equal(nn.Sigmoid()(x), F.sigmoid(x))
        assert nn.Flatten()(normal(2, 3, 4)).shape == (2, 12)
        assert nn.Flatten(0)(normal(2, 3, 4)).shape == (24,)

    def test_linear_options(self):
        layer = nn.Linear(3, 2, bias=False, dtype=np.float64)
        assert layer.bias is None
        assert layer(normal(4, 3)).dtype == np.float64
        with pytest.raises(ValueError, match="Linear: in_features must be a whole number"):
            nn.Linear(-1, 2)


X = np.ones((2, 3), np.float32)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: nn.Linear(64, 10)(np.ones((32, 63), np.float32)),
            ValueError,
            r"linear: x has 63 features in its last axis but weight expects 64; "
            r"x.shape=\(32, 63\), weight.shape=\(10, 64\)",
        ),
        (
            lambda: nn.Linear(3, 1)(np.ones((2, 3))),
            TypeError,
            r"x is float64 but weight is float32.*astype\(np.float32\)",
        ),
        (lambda: nn.Linear(3, 1)(np.ones((2, 3), int)), TypeError, "x is int64 but weight is float32"),
        (lambda: nn.Linear(3, 1)(np.float32(1.0)), ValueError, "x has no features"),
        (lambda: F.linear(X, X, np.ones(3, np.float32)), ValueError, r"bias is float32\[3\], weight float32\[2, 3\]"),
        (lambda: F.cross_entropy(X, [0, 3]), ValueError, r"lie in \[0, 3\).*1 of 2 do not: label 3 at position 1"),
        (lambda: F.cross_entropy(X, [-1, 0]), ValueError, "label -1 at position 0"),
        (lambda: F.cross_entropy(X, np.array([0, 200], np.uint8)), ValueError, "label 200"),
        (lambda: F.cross_entropy(X, [0.0, 1.0]), TypeError, "labels must be integers.*not float64.*argmax"),
        (lambda: F.cross_entropy(X, [0, 1, 2]), ValueError, r"logits.shape=\(2, 3\), labels.shape=\(3,\)"),
        (lambda: F.cross_entropy(X, [[0], [1]]), ValueError, r"labels.shape=\(2, 1\)"),
        (
            lambda: F.cross_entropy(X.astype(int), [0, 1]),
            TypeError,
            "input must be of a floating-point dtype, not int64",
        ),
        (
            lambda: F.mse_loss(np.ones((3, 1)), np.ones(3)),
            ValueError,
            r"not broadcast; input.shape=\(3, 1\), target.shape=\(3,\)",
        ),
        (
            lambda: F.mse_loss(X, np.ones((2, 3))),
            TypeError,
            r"input is float32 but target is float64.*astype\(np.float32\)",
        ),
        (lambda: F.binary_cross_entropy_with_logits(X, X * 2), ValueError, "range from 2.0 to 2.0"),
        (lambda: F.binary_cross_entropy_with_logits(X, X * np.nan), ValueError, "range from nan"),
        (lambda: F.binary_cross_entropy_with_logits(X, np.ones((2, 3), int)), TypeError, "target is int64"),
        (lambda: F.flatten(X, 1, 0), ValueError, "start_dim=1, end_dim=0"),
        (lambda: F.cross_entropy(X, [0, 1], reduction="avg"), ValueError, "cross_entropy: reduction must be"),
    ],
)
def test_errors_name_function_shapes_and_remedy(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
