"""Normalization: what PyTorch's numbers do not say: errors, extremes, half precision, layouts, what is kept."""

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.func import vmap
from autograd_lite.kernels import standardize

F = nn.functional
rng = np.random.default_rng(0)

NORMS = {
    "batch": (lambda nn: nn.BatchNorm2d(4), (3, 4, 5, 2)),
    "batch of vectors": (lambda nn: nn.BatchNorm1d(4), (6, 4)),
    "group": (lambda nn: nn.GroupNorm(2, 4), (3, 4, 5, 2)),
    "instance": (lambda nn: nn.InstanceNorm2d(4, affine=True), (3, 4, 5, 2)),
    "layer": (lambda nn: nn.LayerNorm((5, 2)), (3, 4, 5, 2)),
    "rms": (lambda nn: nn.RMSNorm(10), (6, 10)),
}
norms = pytest.mark.parametrize(("make", "shape"), NORMS.values(), ids=NORMS)


def run(library, make, x, g):
    """y, dx and gradients of the parameters."""
    torchs = library is torch
    layer = make(library.nn)
    if torchs:
        layer.to(torch.float64 if x.dtype == np.float64 else torch.float32)
        given, weights = torch.tensor(x, requires_grad=True), torch.tensor(g)
    else:
        layer.astype(x.dtype)
        given, weights = ag.Tensor(x, requires_grad=True), g
    y = layer(given)
    found = library.autograd.grad(y, [given, *layer.parameters()], weights) if torchs else None
    found = found or ag.grad(y, [given, *layer.parameters()], weights)
    return [np.asarray(each.detach()) for each in (y, *found)]


@norms
def test_float32_is_as_exact_as_pytorchs(make, shape):
    """Also where the mean is far from 0 beside the spread, and over many elements."""
    for wide, offset in ((1, 0.0), (1, 300.0), (40, 0.0), (40, 3.0)):
        big = (shape[0] * wide, *shape[1:])
        x, g = (rng.normal(size=big) + offset).astype(np.float32), rng.normal(size=big).astype(np.float32)
        exact = run(torch, make, x.astype(np.float64), g.astype(np.float64))
        ours, theirs = run(ag, make, x, g), run(torch, make, x, g)
        for i, (a, b, c) in enumerate(zip(ours, theirs, exact, strict=True)):
            scale = np.abs(c).max()
            error, allowed = np.abs(a - c).max() / scale, np.abs(b - c).max() / scale
            assert error <= 3 * allowed + 1e-6, (i, offset, error, allowed)


@norms
def test_a_mean_far_from_0_costs_few_digits(make, shape):
    """Kernels take the mean out before sums are made, and what its rounding has left too."""
    if "RMS" in type(make(nn)).__name__:
        pytest.skip("has no mean to take out")
    x, g = (rng.normal(size=shape) + 3000.0).astype(np.float32), rng.normal(size=shape).astype(np.float32)
    with ag.fusion(True):
        found, exact = run(ag, make, x, g), run(ag, make, x.astype(float), g.astype(float))
    if "LayerNorm" in type(make(nn)).__name__:  # the value has the rounding of the mean in it, as PyTorch's
        found, exact = found[1:], exact[1:]
    for a, b in zip(found, exact, strict=True):
        assert np.abs(a - b).max() <= 1e-5 * np.abs(b).max()


def test_long_rows_are_added_up_in_pieces():
    for width in (5000, 8192, 10007):  # the last is prime
        a, b = rng.normal(size=(2, 3, width))
        np.testing.assert_allclose(standardize.row_products(a, b), (a * b).sum(1), rtol=1e-10)


@norms
@pytest.mark.parametrize("fused", [True, False])
def test_half_precision_keeps_its_dtype_and_its_digits(make, shape, fused):
    x, g = (rng.normal(size=shape).astype(np.float16) for _ in range(2))
    expected = run(ag, make, x.astype(np.float64), g.astype(np.float64))
    with ag.fusion(fused):
        for a, b in zip(run(ag, make, x, g), expected, strict=True):
            assert a.dtype == np.float16
            np.testing.assert_allclose(a, b, rtol=0.02, atol=0.02)


@pytest.mark.smoke
def test_half_precision_does_not_overflow_on_the_way():
    x = np.full((4, 1000), 200.0, np.float16)  # whose squares are more than 65504
    x[:, ::2] = -200.0
    for y in (F.layer_norm(x, 1000), F.rms_norm(x, 1000), F.batch_norm(x.T, None, None, training=True)):
        np.testing.assert_allclose(np.abs(y.numpy()), 1.0, rtol=1e-2)


@norms
def test_many_blocks_give_what_one_gives(make, shape, monkeypatch):
    x, g = rng.normal(size=shape), rng.normal(size=shape)
    whole = run(ag, make, x, g)
    monkeypatch.setattr(standardize, "BLOCK", 20)
    for a, b in zip(run(ag, make, x, g), whole, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@norms
def test_equal_numbers_give_the_bias(make, shape):
    """The variance is 0, however far from 0 the numbers are."""
    if "RMS" in type(make(nn)).__name__:
        pytest.skip("has no mean to take out")
    x = np.full(shape, 12345.678, np.float32)
    y, dx, *_ = run(ag, make, x, rng.normal(size=shape).astype(np.float32))
    assert np.abs(y).max() <= 0.5  # the mean is right to a rounding
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("layer", [nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.LayerNorm((4, 5, 5))])
def test_no_samples(layer):
    x = ag.Tensor(np.ones((0, 4, 5, 5), np.float32), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert y.shape == x.grad.shape == (0, 4, 5, 5)
    assert not np.asarray(layer.weight.grad).any()


def test_batch_norm_leaves_channels_first_in_memory():
    memory = rng.normal(size=(4, 3, 5, 5)).astype(np.float32)
    x = ag.asarray(memory.swapaxes(0, 1), copy=False).requires_grad_()
    y = nn.BatchNorm2d(4)(x)
    (dx,) = ag.grad(y, x, np.ones_like(y.data))
    assert y.data.swapaxes(0, 1).flags.c_contiguous
    assert dx.data.swapaxes(0, 1).flags.c_contiguous


@pytest.mark.parametrize(("name", "groups"), [("batch", 4), ("group", 6), ("instance", 12), ("layer", 12), ("rms", 6)])
def test_the_input_is_kept_and_two_numbers_for_each_group(name, groups):
    make, shape = NORMS[name]
    x = ag.Tensor(rng.normal(size=shape).astype(np.float32), requires_grad=True)
    layer = make(nn)
    kept = []
    with ag.fusion(True), ag.saved_tensors_hooks(lambda array: kept.append(array) or array, lambda array: array):
        layer(x)
    given = [each.data for each in (x, *layer.parameters())]
    others = [array.size for array in kept if not any(np.shares_memory(array.data, each) for each in given)]
    assert 0 < sum(others) <= 2 * groups


def test_arrays_give_tensors():
    x, zeros, ones = rng.normal(size=(2, 3, 4)), np.zeros(3), np.ones(3)
    for y in (
        F.batch_norm(x, zeros, ones, eps=0.0),
        F.batch_norm(x, zeros, ones, ones, zeros, eps=0.0),
        F.instance_norm(x, zeros, ones, use_input_stats=False, eps=0.0),
    ):
        assert isinstance(y, ag.Tensor)
        np.testing.assert_allclose(y.data, x)


def test_running_statistics_stay_what_a_recorded_call_saw():
    layer = nn.BatchNorm1d(3).double().eval()
    x = ag.Tensor(rng.normal(size=(5, 3)), requires_grad=True)
    y = layer(x)
    layer.train()(x.detach() + 5.0)
    (dx,) = ag.grad(y.sum(), x)
    np.testing.assert_allclose(dx.data, 1 / np.sqrt(1 + 1e-5), rtol=1e-12)


def test_one_value_per_channel_is_refused_while_training():
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match=r"more than 1 value per channel while training, and x.shape=\(1, 3\).*eval"):
        layer(np.ones((1, 3), np.float32))
    assert layer.running_mean.tolist() == [0.0] * 3
    assert layer.eval()(np.ones((1, 3), np.float32)).shape == (1, 3)
    with pytest.raises(ValueError, match=r"instance_norm: .*more than 1 value per channel of a sample"):
        nn.InstanceNorm1d(3)(np.ones((2, 3, 1), np.float32))


def test_inside_of_vmap():
    x = rng.normal(size=(2, 5, 3))
    layer = nn.BatchNorm1d(3, track_running_stats=False).double()
    expected = [layer(part).detach().numpy() for part in x]
    np.testing.assert_allclose(vmap(layer)(ag.Tensor(x)).detach().numpy(), expected, rtol=1e-10)
    with pytest.raises(RuntimeError, match=r"inside of vmap there is no one running mean; use track_running_stats="):
        vmap(nn.BatchNorm1d(3).double())(ag.Tensor(x))


def test_an_average_of_all_batches():
    layer = nn.BatchNorm1d(1, momentum=None).double()
    for value in (1.0, 2.0, 6.0):
        layer(np.full((2, 1), value))
    np.testing.assert_allclose(layer.running_mean.data, [3.0])
    assert layer.num_batches_tracked.item() == 3
    layer.reset_running_stats()
    assert layer.num_batches_tracked.item() == 0


def test_what_was_learned_is_forgotten():
    for layer in (nn.BatchNorm1d(3), nn.LayerNorm(3), nn.RMSNorm(3), nn.GroupNorm(1, 3)):
        before = layer.state_dict()
        layer(rng.normal(size=(5, 3)).astype(np.float32))
        for parameter in layer.parameters():
            parameter.data = parameter.data + 1
        layer.reset_parameters()
        for name, value in layer.state_dict().items():
            np.testing.assert_array_equal(value, before[name])


FUSED = {
    "conv": (lambda nn: nn.Conv2d(4, 6, 3, groups=2), lambda nn: nn.BatchNorm2d(6), (2, 4, 5, 5)),
    "no bias": (lambda nn: nn.Conv1d(4, 6, 3, bias=False), lambda nn: nn.BatchNorm1d(6, affine=False), (2, 4, 5)),
    "transposed": (lambda nn: nn.ConvTranspose2d(4, 6, 3), lambda nn: nn.BatchNorm2d(6), (2, 4, 5, 5)),
    "in groups": (lambda nn: nn.ConvTranspose1d(4, 6, 3, groups=2), lambda nn: nn.BatchNorm1d(6), (2, 4, 5)),
    "linear": (lambda nn: nn.Linear(4, 6), lambda nn: nn.BatchNorm1d(6), (5, 4)),
}


@pytest.mark.parametrize(("first", "second", "shape"), FUSED.values(), ids=FUSED)
def test_batch_norm_is_taken_into_the_layer_before_it(first, second, shape):
    layer, norm = first(nn).double(), second(nn).double()
    x = rng.normal(size=shape)
    norm(layer(x + 1.0))
    for parameter in norm.parameters():
        parameter.data = rng.normal(size=parameter.shape)
    layer.eval()
    norm.eval()
    before = layer.state_dict()
    fuse = nn.utils.fuse_linear_bn_eval if isinstance(layer, nn.Linear) else nn.utils.fuse_conv_bn_eval
    fused = fuse(layer, norm)
    np.testing.assert_allclose(fused(x).data, norm(layer(x)).data, rtol=1e-10, atol=1e-12)
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_weights_of_fused_layers_are_pytorchs():
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in ((3, 2, 4), (3,), (3,), (3,), (3,))]
    w, b, mean, scale, shift = arrays
    for ours, theirs in (
        (nn.utils.fuse_conv_bn_weights, torch.nn.utils.fuse_conv_bn_weights),
        (nn.utils.fuse_linear_bn_weights, torch.nn.utils.fuse_linear_bn_weights),
    ):
        weight = w if "conv" in ours.__name__ else w[:, :, 0]
        got = ours(ag.Tensor(weight), ag.Tensor(b), mean, mean**2, 0.1, ag.Tensor(scale), ag.Tensor(shift))
        given = map(torch.tensor, (weight, b, mean, mean**2))
        expected = theirs(*given, 0.1, torch.tensor(scale), torch.tensor(shift))
        for a, e in zip(got, expected, strict=True):
            np.testing.assert_allclose(a.data, e.detach(), rtol=1e-5, atol=1e-6)
            assert a.dtype == np.float32


X = np.ones((2, 3, 4), np.float32)
CONV, NORM = nn.Conv1d(3, 2, 1).eval(), nn.BatchNorm1d(2).eval()
ERRORS = [
    (
        lambda: nn.BatchNorm1d(2.5),
        ValueError,
        "BatchNorm1d: num_features must be a whole number of at least 0, not 2.5",
    ),
    (lambda: nn.BatchNorm2d(3)(X), ValueError, r"BatchNorm2d: x must have 4 axes, the second of the length 3; x is"),
    (lambda: nn.BatchNorm1d(4)(X), ValueError, r"BatchNorm1d: x must have 2 or 3 axes, the second of the length 4"),
    (lambda: nn.BatchNorm1d(3)(X.astype(np.float64)), TypeError, "x is float64 but running_mean is float32; convert"),
    (lambda: nn.BatchNorm1d(3)(np.ones((2, 3), int)), TypeError, "batch_norm: input must be of a floating-point dtype"),
    (lambda: F.batch_norm(X, None, None), ValueError, "without running_mean and running_var it works with training=T"),
    (lambda: F.batch_norm(X[0, 0], None, None), ValueError, r"batch_norm: x is \(N, C, ...\), and this one is"),
    (lambda: F.batch_norm(X, X[0, :, 0], None, training=True), TypeError, "each must be a Tensor, not"),
    (lambda: F.batch_norm(X, None, None, X[0, 0], training=True), ValueError, r"weight must have the shape \(3,\) for"),
    (lambda: nn.LayerNorm(3)(X), ValueError, r"layer_norm: the last axes of x must be \(3,\), and x.shape=\(2, 3, 4\)"),
    (lambda: nn.LayerNorm((2, 2, 3, 4))(X), ValueError, r"the last axes of x must be \(2, 2, 3, 4\)"),
    (lambda: nn.LayerNorm(())(X), ValueError, "LayerNorm: normalized_shape"),
    (lambda: nn.LayerNorm(-1), ValueError, r"LayerNorm: normalized_shape .* not -1"),
    (lambda: nn.RMSNorm(2.5), ValueError, r"RMSNorm: normalized_shape .* not 2.5"),
    (lambda: nn.LayerNorm(4)(X.astype(np.float64)), TypeError, "layer_norm: x is float64 but weight is float32"),
    (lambda: F.layer_norm(X, 4, X[0]), ValueError, r"layer_norm: weight must have the shape \(4,\)"),
    (lambda: F.rms_norm(X, 4, X[0]), ValueError, r"rms_norm: weight must have the shape \(4,\)"),
    (lambda: nn.GroupNorm(2, 3), ValueError, "GroupNorm: num_channels must be divisible by num_groups; num_channels=3"),
    (lambda: nn.GroupNorm(0, 3), ValueError, "GroupNorm: num_channels must be divisible by num_groups"),
    (
        lambda: nn.GroupNorm(3, 3)(X[:, :2]),
        ValueError,
        r"group_norm: x is \(N, C, ...\) with C divisible by num_groups",
    ),
    (lambda: nn.GroupNorm(1, 4)(X), ValueError, r"group_norm: weight must have the shape \(3,\)"),
    (lambda: nn.InstanceNorm1d(4)(X), ValueError, r"InstanceNorm1d: x must be \(N, 4, ...\) or \(4, ...\) with 1 more"),
    (lambda: nn.InstanceNorm2d(3)(X[0]), ValueError, r"InstanceNorm2d: x must be \(N, 3, ...\)"),
    (lambda: nn.LocalResponseNorm(0)(X), ValueError, "LocalResponseNorm: size must be a whole number of at least 1"),
    (lambda: nn.utils.fuse_conv_bn_eval(nn.Conv1d(3, 2, 1), NORM), ValueError, "both modules must be in evaluation"),
    (lambda: nn.utils.fuse_conv_bn_eval(CONV, nn.BatchNorm1d(2)), ValueError, "both modules must be in evaluation"),
    (lambda: nn.utils.fuse_conv_bn_eval(CONV, nn.BatchNorm1d(3).eval()), ValueError, "gives 2 channels, and the batch"),
    (
        lambda: nn.utils.fuse_conv_bn_eval(CONV, nn.BatchNorm1d(2, track_running_stats=False).eval()),
        ValueError,
        "has no running statistics, and depends on the batch",
    ),
    (lambda: F.local_response_norm(X, 0), ValueError, "local_response_norm: size must be at least 1, not 0"),
    (lambda: F.local_response_norm(X[0], 2), ValueError, r"local_response_norm: x is \(N, C, ...\) with at least one"),
]


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text[:40] for _, _, text in ERRORS])
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()
