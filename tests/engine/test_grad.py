"""`autograd_lite.grad` beside `torch.autograd.grad`: what is given, what is refused, and many cotangents at once."""

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import nn


class Side:
    """What a program needs of one of the two libraries."""

    def __init__(self, name):
        self.ours = name == "ours"
        self.grad = ag.grad if self.ours else torch.autograd.grad

    def array(self, value, dtype=np.float64):
        array = np.array(value, dtype)
        return ag.Tensor(array) if self.ours else torch.from_numpy(array)

    def leaf(self, value, dtype=np.float64):
        return self.array(value, dtype).requires_grad_()


def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, (ag.Tensor, torch.Tensor)):
        return [value.requires_grad, str(value.dtype).removeprefix("torch."), value.tolist()]
    return value


def agree(program):
    """Both give the same, or an error of the same type."""
    found = []
    for name in ("ours", "torch"):
        try:
            found.append(plain(program(Side(name))))
        except (RuntimeError, ValueError) as error:
            found.append(type(error))
    assert found[0] == found[1]
    return found[0]


CASES = {
    "one": lambda s, x, z, y: s.grad(y.sum(), x),
    "an input that is unused": lambda s, x, z, y: s.grad(y.sum(), [x, z]),
    "allowed": lambda s, x, z, y: s.grad(y.sum(), [x, z], allow_unused=True),
    "not allowed": lambda s, x, z, y: s.grad(y.sum(), [x, z], allow_unused=False),
    "zeros": lambda s, x, z, y: s.grad(y.sum(), [x, z], materialize_grads=True),
    "zeros, allowed": lambda s, x, z, y: s.grad(y.sum(), [x, z], materialize_grads=True, allow_unused=True),
    "zeros, not allowed": lambda s, x, z, y: s.grad(y.sum(), [x], materialize_grads=True, allow_unused=False),
    "zeros of a graph": lambda s, x, z, y: s.grad(y.sum(), [z], materialize_grads=True, create_graph=True),
    "cotangents": lambda s, x, z, y: s.grad(y, x, s.array([3.0, 4.0])),
    "a tuple of cotangents": lambda s, x, z, y: s.grad((y, y.sum()), (x,), (s.array([3.0, 4.0]), s.array(2.0))),
    "one of them None": lambda s, x, z, y: s.grad([y.sum(), y], [x], [None, s.array([3.0, 4.0])]),
    "None for many elements": lambda s, x, z, y: s.grad([y.sum(), y], [x], [s.array(1.0), None]),
    "too few cotangents": lambda s, x, z, y: s.grad([y.sum(), y.sum()], [x], [s.array(1.0)]),
    "a cotangent to broadcast": lambda s, x, z, y: s.grad(y, x, s.array([1.0])),
    "a cotangent with an axis too many": lambda s, x, z, y: s.grad(y.sum(), x, s.array([1.0])),
    "a cotangent of another dtype": lambda s, x, z, y: s.grad(y, x, s.array([1.0, 2.0], np.float32)),
    "integers": lambda s, x, z, y: s.grad(y, x, s.array([1, 2], np.int64)),
    "complex numbers for real ones": lambda s, x, z, y: s.grad(y, x, s.array([1j, 2], np.complex128)),
    "many elements": lambda s, x, z, y: s.grad(y, x),
    "no output": lambda s, x, z, y: s.grad([], [x]),
    "no input": lambda s, x, z, y: s.grad(y.sum(), []),
    "a constant output": lambda s, x, z, y: s.grad(s.array(1.0), x),
    "among others": lambda s, x, z, y: s.grad([y.sum(), s.array(1.0)], x),
    "a constant input": lambda s, x, z, y: s.grad(y.sum(), s.array(1.0)),
    "a constant input, allowed": lambda s, x, z, y: s.grad(y.sum(), [s.array(1.0)], allow_unused=True),
    "a value on the way": lambda s, x, z, y: s.grad((y * y).sum(), [y, x]),
    "the same twice": lambda s, x, z, y: s.grad(y.sum(), [x, x]),
    "the output itself": lambda s, x, z, y: (lambda loss: s.grad(loss, loss))(y.sum()),
    "an output twice": lambda s, x, z, y: s.grad([y, y], [x, y], [s.array([1.0, 2.0]), s.array([10.0, 20.0])]),
    "an input that is an output": lambda s, x, z, y: s.grad([x, y], [x], [s.array([1.0, 2.0])] * 2),
    "a leaf beyond an input": lambda s, x, z, y: s.grad(y.sum(), [y]),
    "kept": lambda s, x, z, y: [s.grad((y * y).sum(), x, retain_graph=True), s.grad((y * y).sum(), x)],
    "used up": lambda s, x, z, y: (lambda loss: [s.grad(loss, x), s.grad(loss, x)])((y * y).sum()),
    "a graph of its own": lambda s, x, z, y: s.grad(s.grad((y * y).sum(), x, create_graph=True)[0].sum(), x),
    "and let go": lambda s, x, z, y: (
        lambda loss: [s.grad(loss, x, create_graph=True, retain_graph=False), s.grad(loss, x)]
    )((y * y).sum()),
    "a cotangent with a gradient": lambda s, x, z, y: (
        lambda g: s.grad(s.grad(y, x, g, create_graph=True)[0].sum(), [g])
    )(s.leaf([5.0, 6.0])),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_as_in_pytorch(case):
    def program(side):
        x, z = side.leaf([1.0, 2.0]), side.leaf([[3.0]])
        return case(side, x, z, x * x)

    agree(program)


EYE = np.eye(2)
BATCHED = {"is_grads_batched": True}
BATCHES = {
    "rows of a Jacobian": lambda s, x, z, y: s.grad(y, x, s.array(EYE), **BATCHED),
    "two outputs": lambda s, x, z, y: s.grad([y, (x * 3).sum()], [x], [s.array(EYE), s.array([1.0, 2.0])], **BATCHED),
    "an unused input": lambda s, x, z, y: s.grad(y, [x, z], s.array(EYE), **BATCHED, allow_unused=True),
    "not allowed": lambda s, x, z, y: s.grad(y, [x, z], s.array(EYE), **BATCHED),
    "values on the way": lambda s, x, z, y: s.grad((y * y * 2), [x, y], s.array([[1.0, 2.0]] * 3), **BATCHED),
    "one of one": lambda s, x, z, y: s.grad(y.sum(), x, s.array([2.0]), **BATCHED),
    "a wrong shape": lambda s, x, z, y: s.grad(y, x, s.array([[1.0, 2.0, 3.0]]), **BATCHED),
    "lengths that differ": lambda s, x, z, y: s.grad([y, y], x, [s.array(EYE), s.array([[1.0, 2.0]])], **BATCHED),
    "a second derivative": lambda s, x, z, y: s.grad(
        (s.grad(y * x, x, s.array(EYE), **BATCHED, create_graph=True)[0] ** 2).sum(), x
    ),
    "a Hessian": lambda s, x, z, y: s.grad(
        s.grad((y * x).sum() * x[0], x, create_graph=True)[0], x, s.array(EYE), **BATCHED
    ),
    "a cotangent with a gradient": lambda s, x, z, y: (
        lambda g: s.grad((s.grad(y * x, x, g, **BATCHED, create_graph=True)[0] ** 2).sum(), [g, x])
    )(s.leaf([[5.0, 6.0], [7.0, 8.0], [0.5, 0.0]])),
}  # fmt: skip


@pytest.mark.parametrize("case", BATCHES.values(), ids=BATCHES)
def test_many_cotangents_at_once_as_in_pytorch(case):
    def program(side):
        x, z = side.leaf([1.0, 2.0]), side.leaf([[3.0]])
        return case(side, x, z, x * x)

    agree(program)


def test_many_cotangents_at_once_are_what_one_at_a_time_gives():
    ag.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    cotangents = np.random.default_rng(1).normal(size=(7, 5, 2)).astype(np.float32)
    parameters = list(model.parameters())
    y = model(x)
    found = ag.grad(y, parameters, cotangents, is_grads_batched=True, retain_graph=True)
    for i, g in enumerate(cotangents):
        for one, many in zip(ag.grad(y, parameters, g, retain_graph=True), found, strict=True):
            np.testing.assert_allclose(many.data[i], one.data, rtol=2e-6, atol=1e-6)


def test_of_no_cotangents_there_are_no_gradients():
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    (found,) = ag.grad(x * x, x, np.ones((0, 2)), is_grads_batched=True)
    assert found.shape == (0, 2)


def test_zeros_of_an_unused_input_have_an_axis_for_the_cotangents():
    """PyTorch gives zeros of the input's own shape, beside gradients that have the axis."""
    x, z = ag.Tensor([1.0, 2.0], requires_grad=True), ag.Tensor([[3.0]], requires_grad=True)
    found = ag.grad(x * x, [x, z], np.eye(2), is_grads_batched=True, materialize_grads=True)
    assert [g.shape for g in found] == [(2, 2), (2, 1, 1)]


def test_many_cotangents_at_once_in_complex_numbers():
    def program(side):
        z = side.leaf([1 + 2j, 3 - 1j], np.complex128)
        cotangents = side.array([[1 + 1j, 2], [0.5, -1j], [0, 1]], np.complex128)
        return side.grad(z * z * (1 + 1j), z, cotangents, is_grads_batched=True)

    ours, theirs = (program(Side(name))[0] for name in ("ours", "torch"))
    np.testing.assert_allclose(ours.data, theirs.numpy(), rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: ag.grad(x * x, x, is_grads_batched=True), RuntimeError, r"cotangents of shape \(2,\) .* not None"),
        (lambda x: ag.grad(x * x, x, 1.0, is_grads_batched=True), RuntimeError, r"of shape \(\)"),
        (lambda x: ag.grad(x.sum(), [x, 3.0]), TypeError, r"inputs\[1\] is no Tensor, but"),
        (lambda x: ag.grad([3.0], x), TypeError, r"outputs\[0\] is no Tensor"),
        (lambda x: ag.grad(x, x, [1j, 1]), RuntimeError, "1 outputs need as many"),
        (lambda x: x.backward(np.array([1j, 1])), RuntimeError, "is complex128, but the Tensor is real: float32"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(ag.Tensor([1.0, 2.0], requires_grad=True))


@pytest.mark.smoke
def test_what_comes_into_vmap_may_depend_on_each_other_outside():
    """Where a batch meets the graph outside the sweep inside ends; how x leads to x * x is swept outside, once."""
    x = ag.Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True)
    y = x * x
    closed_over = ag.func.vmap(lambda g: g * x * y)(np.ones((3, 2, 2)))
    (found,) = ag.grad(closed_over.sum(), x)
    np.testing.assert_allclose(found.data, 3 * 3 * x.data**2)
    came_in = ag.func.vmap(lambda row: row * x[0])(x * x)
    (found,) = ag.grad(came_in.sum(), x)
    (expected,) = ag.grad((x * x * x[0]).sum(), x)
    np.testing.assert_allclose(found.data, expected.data)
