"""Gradients clipped as in PyTorch, where they lie; parameters as one vector and back; gradients accumulated."""

import math
import tracemalloc

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn, optim

SHAPES = [(3, 4), (), (5,), (2, 1, 3)]


def pairs(dtype=np.float64, scale=1.0, seed=0):
    """The same parameters here and in PyTorch with the same gradients; the last has none."""
    random = np.random.default_rng(seed)
    ours, theirs = [], []
    for shape in [*SHAPES, (2,)]:
        values, g = random.normal(size=(2, *shape)).astype(dtype)
        ours.append(ag.Tensor(values, requires_grad=True))
        theirs.append(torch.nn.Parameter(torch.tensor(values)))
        if shape != (2,):
            g = (scale * g).astype(dtype)
            ours[-1].grad, theirs[-1].grad = g, torch.tensor(g)
    return ours, theirs


def assert_same_gradients(ours, theirs, rtol):
    for p, q in zip(ours, theirs, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if p.grad is not None:
            assert p.grad.dtype == p.dtype
            np.testing.assert_allclose(p.grad.data, q.grad.numpy(), rtol=rtol, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("max_norm", [0.0, 0.3, 2, 1e6, math.inf])
@pytest.mark.parametrize("norm_type", [1, 2.0, 3.5, 0.5, math.inf, "inf"])
def test_clipping_by_norm_is_pytorchs(norm_type, max_norm, dtype):
    rtol = 1e-12 if dtype == np.float64 else 2e-6
    ours, theirs = pairs(dtype)
    mine = nn.utils.clip_grad_norm_(ours, max_norm, norm_type)
    reference = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert mine.shape == ()
    assert mine.dtype == dtype
    np.testing.assert_allclose(mine.item(), reference.item(), rtol=rtol)
    assert_same_gradients(ours, theirs, rtol)


def test_the_two_halves_of_it():
    ours, theirs = pairs()
    gradients = [p.grad for p in ours if p.grad is not None]
    total = nn.utils.get_total_norm(gradients)
    reference = torch.nn.utils.get_total_norm([q.grad for q in theirs if q.grad is not None])
    np.testing.assert_allclose(total.item(), reference.item(), rtol=1e-14)
    nn.utils.clip_grads_with_norm_(ours[:2], 0.5, total)
    torch.nn.utils.clip_grads_with_norm_(theirs[:2], 0.5, reference)
    assert_same_gradients(ours, theirs, 1e-14)
    assert nn.utils.get_total_norm(ours[0].grad).item() == np.linalg.norm(ours[0].grad.data)


@pytest.mark.parametrize("limit", [0.0, 0.4, 100])
def test_clipping_by_value_is_pytorchs(limit):
    ours, theirs = pairs()
    theirs[0].grad[0, :3] = torch.tensor([math.nan, math.inf, -math.inf])
    ours[0].grad = theirs[0].grad.numpy()
    nn.utils.clip_grad_value_(iter(ours), limit)
    torch.nn.utils.clip_grad_value_(theirs, limit)
    assert_same_gradients(ours, theirs, 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_norm_that_is_not_finite(bad):
    ours, theirs = pairs()
    theirs[2].grad[1] = bad
    ours[2].grad = theirs[2].grad.numpy()
    before = [None if p.grad is None else p.grad.data.copy() for p in ours]
    with pytest.raises(RuntimeError, match=r"norm of order 2 of all gradients is (nan|inf), so they cannot be clipped"):
        nn.utils.clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)
    for p, g in zip(ours, before, strict=True):
        assert p.grad is None if g is None else np.array_equal(p.grad.data, g, equal_nan=True)
    assert not math.isfinite(nn.utils.clip_grad_norm_(ours, 1.0).item())
    torch.nn.utils.clip_grad_norm_(theirs, 1.0)
    assert_same_gradients(ours, theirs, 0)


def test_nothing_to_clip():
    w = ag.Tensor([1.0], requires_grad=True)
    for parameters in ([], [w], w, [ag.Tensor([1.0])], [w * 2]):
        assert nn.utils.clip_grad_norm_(parameters, 1.0).item() == 0.0
        nn.utils.clip_grad_value_(parameters, 1.0)
        nn.utils.clip_grads_with_norm_(parameters, 1.0, 2.0)
    assert nn.utils.get_total_norm([]).dtype == np.float32
    with pytest.warns(UserWarning, match="parameters is a generator that gives nothing"):
        nn.utils.clip_grad_norm_((p for p in []), 1.0)


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e25), (np.float32, 1e-30), (np.float64, 1e-200)])
def test_squares_that_do_not_fit_the_dtype(dtype, size):
    w = ag.Tensor(np.zeros(40_000, dtype), requires_grad=True)
    w.grad = np.full(40_000, size, dtype)
    np.testing.assert_allclose(nn.utils.get_total_norm(w.grad).item(), 200 * size, rtol=1e-6)


def test_half_precision():
    w = ag.Tensor(np.zeros(40_000, np.float16), requires_grad=True)
    w.grad = np.full(40_000, 600.0, np.float16)
    total = nn.utils.clip_grad_norm_(w, 0.13)  # neither the norm, 120,000, nor the factor, 1.08e-6, would fit
    assert total.dtype == np.float32
    assert total.item() == 120_000
    assert w.grad.dtype == np.float16
    np.testing.assert_allclose(w.grad.data, 0.13 / 200, rtol=1e-3)
    w.grad = np.ones(40_000, np.float16)
    nn.utils.clip_grad_value_(w, 1e6)
    np.testing.assert_allclose(w.grad.data, 1.0, rtol=1e-3)
    nn.utils.clip_grad_value_(w, 0.5)
    np.testing.assert_array_equal(w.grad.data, np.float16(0.5))


def test_mixed_dtypes():
    v, w = ag.Tensor(np.float32([3.0]), requires_grad=True), ag.Tensor(np.float64([4.0]), requires_grad=True)
    v.grad, w.grad = np.float32([3.0]), np.float64([4.0])
    assert nn.utils.clip_grad_norm_([v, w], 1.0).dtype == np.float64
    assert (v.grad.dtype, w.grad.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose([v.grad.item(), w.grad.item()], [0.6, 0.8], rtol=1e-6)


def loss_of(model, x, y):
    return nn.functional.mse_loss(model(x), y)


def setup():
    ag.manual_seed(0)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(24, 3)).astype(np.float32), random.normal(size=(24, 2)).astype(np.float32)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), x, y


@pytest.mark.parametrize("clip", [nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_])
def test_gradients_are_clipped_in_the_optimizer_s_buffer(clip):
    model, x, y = setup()
    optimizer = optim.Adam(model.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        loss_of(model, x, y).backward()
        seen = [p.grad for p in model.parameters()]
        before = [g.data.copy() for g in seen]
        clip(model.parameters(), 1e-3)
        assert optimizer._groups[0].flats[0].whole() is not None
        for g, p, old in zip(seen, model.parameters(), before, strict=True):
            assert not np.array_equal(p.grad.data, old)
            np.testing.assert_array_equal(g.data, p.grad.data)  # it is changed for who holds it, as in PyTorch
        optimizer.step()
        del g, seen


def test_backward_is_told_of_the_change():
    w = ag.Tensor([3.0, 4.0], requires_grad=True)
    (w * w).sum().backward()
    other = ag.Tensor([1.0, 1.0], requires_grad=True)
    loss = (other * w.grad).sum()  # which will read the gradient
    nn.utils.clip_grad_norm_(w, 1.0)
    with pytest.raises(RuntimeError, match="was changed after it was recorded"):
        loss.backward()


def test_a_gradient_that_is_part_of_a_graph():
    v, w = ag.Tensor([3.0], requires_grad=True), ag.Tensor([2.0], requires_grad=True, name="w")
    (v * v).sum().backward()
    (w * w * w).sum().backward(create_graph=True)
    for clip in (nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_):
        with pytest.raises(RuntimeError, match=r"the gradient of w, .* is part of a graph .*p\.grad\.detach\(\)"):
            clip([v, w], 1.0)
    assert v.grad.item() == 6.0
    w.grad = w.grad.detach()
    nn.utils.clip_grad_norm_([v, w], 1.0)
    np.testing.assert_allclose(np.hypot(v.grad.item(), w.grad.item()), 1.0, rtol=1e-6)


def test_a_constant_that_is_somebody_s_is_not_written_to():
    w = ag.Tensor([2.0, 3.0], requires_grad=True)
    c = ag.Tensor([5.0, 5.0])
    (w + 0.0).backward(c, create_graph=True)
    assert np.shares_memory(w.grad.data, c.data)
    nn.utils.clip_grad_norm_(w, 1.0)
    np.testing.assert_array_equal(c.data, [5.0, 5.0])
    np.testing.assert_allclose(w.grad.data, np.sqrt(0.5), rtol=1e-6)


@pytest.mark.parametrize("order", [2.0, 3.0, math.inf])
def test_clipping_takes_little_memory(order):
    w = ag.Tensor(np.zeros((1000, 1000), np.float32), requires_grad=True)
    w.grad = np.ones((1000, 1000), np.float32)
    tracemalloc.start()
    nn.utils.clip_grad_norm_(w, 1.0, order)
    nn.utils.clip_grad_value_(w, 1e-4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.2 * w.nbytes


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda p: nn.utils.clip_grad_norm_(p, -1.0), ValueError, "max_norm=-1.0 is out of range; pass a number >= 0"),
        (lambda p: nn.utils.clip_grad_norm_(p, math.nan), ValueError, "max_norm=nan"),
        (lambda p: nn.utils.clip_grad_norm_(p, "1"), TypeError, "max_norm='1' is a str"),
        (lambda p: nn.utils.clip_grad_norm_(p, None), TypeError, "max_norm=None is not a number"),
        (lambda p: nn.utils.clip_grad_norm_(p, 1.0, 0), ValueError, "norm_type=0 gives no norm; pass a number > 0"),
        (lambda p: nn.utils.clip_grad_norm_(p, 1.0, "two"), TypeError, "norm_type='two' is not a number"),
        (lambda p: nn.utils.clip_grad_norm_(p * 2, 1.0), ValueError, "parameters has a Tensor twice"),
        (lambda _: nn.utils.clip_grad_value_(ag.Tensor([1j]), 1), TypeError, r"parameters\[0\], complex64.* complex,"),
        (lambda p: nn.utils.clip_grad_norm_({"w": p[0]}, 1.0), TypeError, "parameters must be a Tensor or an iterable"),
        (lambda p: nn.utils.clip_grad_norm_([("w", p[0])], 1.0), TypeError, r"parameters\[0\] is .*, not a Tensor"),
        (lambda p: nn.utils.clip_grad_value_(p, -0.5), ValueError, "clip_value=-0.5"),
        (lambda p: nn.utils.clip_grad_value_(7, 0.5), TypeError, "parameters must be .*, not 7"),
        (
            lambda p: nn.utils.get_total_norm([ag.Tensor([1])]),
            TypeError,
            r"tensors\[0\], int64\[1\], is not of a float",
        ),
        (lambda p: nn.utils.parameters_to_vector([]), ValueError, "parameters is empty"),
        (lambda p: nn.utils.vector_to_parameters([1.0, 2.0], p), TypeError, r"vec is \[1.0, 2.0\], not a Tensor"),
        (lambda p: nn.utils.vector_to_parameters(np.ones(3), p), ValueError, r"float64\[3\], .* have 2 numbers"),
        (lambda p: nn.utils.vector_to_parameters(np.ones((2, 1)), p), ValueError, r"float64\[2, 1\], .* 2 numbers"),
        (lambda p: nn.utils.vector_to_parameters(np.ones(2) * 1j, p), TypeError, "not of real numbers"),
        (lambda p: nn.utils.vector_to_parameters(np.ones(4), [*p, p[0] * 2]), RuntimeError, r"parameters\[1\], .* mul"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changed(call, error, message):
    w = ag.Tensor([3.0, 4.0], requires_grad=True)
    w.grad = np.float32([3.0, 4.0])
    with pytest.raises(error, match=message):
        call([w])
    assert w.grad.tolist() == w.tolist() == [3.0, 4.0]


def test_parameters_as_a_vector_and_back():
    model, *_ = setup()
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    theirs.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})
    vector = nn.utils.parameters_to_vector(model.parameters())
    np.testing.assert_array_equal(
        vector.data, torch.nn.utils.parameters_to_vector(theirs.parameters()).detach().numpy()
    )
    (vector * vector).sum().backward()
    for p in model.parameters():
        np.testing.assert_array_equal(p.grad.data, 2 * p.data)
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    new = np.arange(26.0)
    nn.utils.vector_to_parameters(new, model.parameters())
    torch.nn.utils.vector_to_parameters(torch.tensor(new), theirs.parameters())
    new[:] = 0.0  # it was copied
    for p, q in zip(model.parameters(), theirs.parameters(), strict=True):
        assert p.dtype == np.float32
        np.testing.assert_array_equal(p.data, q.detach().numpy())
    for p in model.parameters():
        p.grad = np.ones(p.shape, np.float32)
    optimizer.step()
    np.testing.assert_array_equal(nn.utils.parameters_to_vector(model.parameters()).data, np.arange(26.0) - 0.5)


@pytest.mark.parametrize("parts", [2, 3, 8])
def test_gradients_accumulate_to_those_of_the_whole_batch(parts):
    model, x, y = setup()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    loss_of(model, x, y).backward()
    whole = [p.grad.data.copy() for p in model.parameters()]
    optimizer.zero_grad()
    for part in zip(np.split(x, parts), np.split(y, parts), strict=True):
        (loss_of(model, *part) / parts).backward()
    assert optimizer._groups[0].flats[0].whole() is not None  # they were added up where they lie
    for p, g in zip(model.parameters(), whole, strict=True):
        np.testing.assert_allclose(p.grad.data, g, rtol=1e-5, atol=1e-6)
