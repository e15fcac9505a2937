"""Whatever changes an array that a pending backward needs: the right gradient, or an error; never a wrong one."""

import numpy as np
import pytest
from autograd_lite.nn.utils import clip_grad_norm_, clip_grad_value_, vector_to_parameters
from autograd_lite.optim.swa_utils import AveragedModel

import autograd_lite as ag
from autograd_lite import nn, optim

F = nn.functional
X = np.linspace(-1.0, 2.0, 12).reshape(4, 3).astype(np.float32)
Y = np.array([0, 1, 1, 0])


def network():
    ag.manual_seed(3)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def gradients(model):
    return [np.array(p.grad.data) for p in model.parameters()]


def in_no_grad(change):
    def run(model, optimizer):
        with ag.no_grad():
            for p in model.parameters():
                change(p)

    return run


def subtract(p):
    p -= 0.5


def assign(p):
    p[...] = 7.0


def data(p):
    p.data = np.zeros(p.shape)


def averaged(model, optimizer):
    average = AveragedModel(model)
    optimizer.step()
    average.update_parameters(model)
    average.update_parameters(model)


def write_to_what_was_given(model, optimizer):
    X[...] += 1.0


OPTIMIZERS = [
    "ASGD", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "NAdam", "RAdam", "RMSprop", "Rprop",
    "Adafactor", "LBFGS",
]  # fmt: skip

CHANGES = {
    "load_state_dict": lambda model, _: model.load_state_dict({k: v * 2 for k, v in model.state_dict().items()}),
    "loading an optimizer": lambda _, optimizer: optimizer.load_state_dict(optimizer.state_dict()),
    "zeroing gradients": lambda _, optimizer: optimizer.zero_grad(set_to_none=False),
    "clipping a norm": lambda model, _: clip_grad_norm_(model.parameters(), 1e-3),
    "clipping values": lambda model, _: clip_grad_value_(model.parameters(), 1e-3),
    "one vector": lambda model, _: vector_to_parameters(
        ag.Tensor(np.ones(sum(p.size for p in model.parameters()), np.float32)), model.parameters()
    ),
    "initialising": in_no_grad(lambda p: nn.init.normal_(p)),
    "subtracting": in_no_grad(subtract),
    "assigning": in_no_grad(assign),
    "data =": in_no_grad(data),
    "np.copyto": in_no_grad(lambda p: np.copyto(p, np.zeros(p.shape, np.float32))),
    "out=": in_no_grad(lambda p: np.multiply(p, 2.0, out=p)),
    "averages of weights": averaged,
    "another backward": lambda model, _: F.cross_entropy(model(X * 2), Y).backward(),
    "writing to the inputs": write_to_what_was_given,
    "another optimizer that takes the parameters over": lambda model, _: optim.Adam(model.parameters()).step(),
}


def pending_backward(model, fused):
    with ag.fusion(fused):
        return F.cross_entropy(model(X), Y)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("name", CHANGES)
def test_between_forward_and_backward(name, fused):
    kept = X.copy()
    model = network()
    pending_backward(model, fused).backward()
    right = gradients(model)

    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    F.cross_entropy(model(X), Y).backward()
    pending = pending_backward(model, fused)
    try:
        CHANGES[name](model, optimizer)
        for p in model.parameters():
            p.grad = None
        if name == "averages of weights":  # which include a step
            with pytest.raises(RuntimeError, match="was changed after it was recorded"):
                pending.backward()
            return
        pending.backward()
    finally:
        X[...] = kept
    for found, expected in zip(gradients(model), right, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_between_forward_and_backward(name, fused):
    model = network()
    optimizer = getattr(optim, name)(model.parameters(), lr=0.1)

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(model(X), Y)
        value.backward()
        return value

    loss()
    pending = pending_backward(model, fused)
    optimizer.step(loss)
    with pytest.raises(
        RuntimeError, match=r"was changed after it was recorded \(by an optimizer step.*call backward\(\)"
    ):
        pending.backward()


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("change", "is_an_error"),
    [
        (lambda w, optimizer: clip_grad_norm_([w], 1.0), True),
        (lambda w, optimizer: (w * w).sum().backward(), True),
        (lambda w, optimizer: optimizer.zero_grad(set_to_none=False), False),
        (lambda w, optimizer: setattr(w, "grad", [0.0, 0.0]), False),
    ],
)
def test_gradients_that_a_graph_was_made_of(change, is_an_error):
    w = ag.Tensor([3.0, 4.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1)
    (w * w).sum().backward()
    x = ag.Tensor([1.0, 1.0], requires_grad=True)
    pending = (x * w.grad).sum()
    change(w, optimizer)
    if is_an_error:
        with pytest.raises(RuntimeError, match=r"multiply: its argument 1.*was changed after it was recorded"):
            pending.backward()
    else:
        pending.backward()
        np.testing.assert_array_equal(x.grad.data, [6.0, 8.0])
