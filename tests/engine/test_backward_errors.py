"""What goes wrong around backward is said by an error or a warning that names what was seen, and the remedy."""

import copy
import pickle

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import optim


def leaf(value=(1.0, 2.0), **options):
    return ag.Tensor(np.asarray(value, np.float32), requires_grad=True, **options)


def without_recording(f):
    with ag.no_grad():
        return f()


def twice(backward):
    x = leaf()
    y = (x * x).sum()
    y.backward()
    backward(y, x)


def assigned_without_recording(t):
    with ag.no_grad():
        t[0] = 1.0


def changed(t, value):
    t.data = value


def added(t):
    t += 1.0


def freeze(t):
    t.requires_grad = False


CASES = {
    "of more than one element": (
        lambda: leaf().backward(),
        r"shape \(2,\): only a single element.*reduce it \(\.sum\(\) or \.mean\(\)\), or pass the cotangent: gradient=",
    ),
    "of a complex number": (lambda: (leaf(1.0) * 1j).backward(), r"dtype complex64.*take its real part, np\.real\(t\)"),
    "no leaf requires a gradient": (
        lambda: ag.Tensor([1.0]).sum().backward(),
        r"no gradient flows to this Tensor, float32\[\]; it was not computed from Tensors with requires_grad=True",
    ),
    "of a comparison": (lambda: (leaf(1.0) > 0).backward(), r"bool\[\]; only floating-point.*comparisons, argmax"),
    "of an integer": (lambda: np.argmax(leaf()).backward(), r"int64\[\]; only floating-point.*astype\(np\.float32\)"),
    "under no_grad": (
        lambda: without_recording(lambda: leaf().sum().backward()),
        r"recording is off here: compute it outside of no_grad, or inside `with ag\.enable_grad\(\):`",
    ),
    "computed under no_grad": (
        lambda: without_recording(lambda: leaf().sum()).backward(),
        r"or recording was off \(no_grad\) when it was computed",
    ),
    "detached": (lambda: leaf().sum().detach().backward(), "or it was detached"),
    "a cotangent of another shape": (lambda: leaf().backward(np.ones(3)), r"shape \(3,\), but the Tensor has \(2,\)"),
    "twice": (lambda: twice(lambda y, x: y.backward()), r"sum a second time.*retain_graph=True.*add the losses up"),
    "grad after backward": (lambda: twice(ag.grad), r"sum a second time.*retain_graph=True"),
    "an input that is not used": (
        lambda: ag.grad(leaf().sum(), leaf()),
        r"no output depends on inputs\[0\], float32\[2\]; pass allow_unused=True.*materialize_grads=True",
    ),
    "an input without gradient": (
        lambda: ag.grad(leaf().sum(), ag.Tensor([1.0])),
        r"inputs\[0\], float32\[1\], does not require a gradient; set requires_grad=True before.*computed from it",
    ),
    "an input of backward without gradient": (
        lambda: leaf().sum().backward(inputs=[ag.Tensor([1.0])]),
        r"inputs\[0\], float32\[1\], does not require a gradient; set requires_grad=True before.*computed from it",
    ),
    "freezing what was computed": (lambda: freeze(leaf().sum()), r"computed by sum.*use t\.detach\(\)"),
    "retain_grad without gradient": (lambda: ag.Tensor([1.0]).retain_grad(), "set requires_grad on what it is made of"),
    "assigning to a leaf": (
        lambda: leaf().__setitem__(0, 1.0),
        r"on a leaf that requires a gradient would lose it: assign to a copy.*or update the leaf inside `with ag",
    ),
    "adding to a leaf": (
        lambda: added(leaf()),
        r"write `t = t \+ \.\.\.`.*or update the leaf inside `with ag\.no_grad",
    ),
    "data of what was computed": (
        lambda: changed(leaf() * 2.0, [1.0, 2.0]),
        r"computed by multiply; change the leaf it came from, or detach\(\) it",
    ),
    "assigning to what was computed, unrecorded": (
        lambda: assigned_without_recording(leaf() * 2.0),
        r"computed by multiply.*assign outside of no_grad, or detach\(\) it first",
    ),
}


@pytest.mark.smoke
@pytest.mark.parametrize("name", CASES)
def test_error(name):
    run, message = CASES[name]
    with pytest.raises(RuntimeError, match=message):
        run()


@pytest.mark.parametrize(
    "ask", [lambda: leaf([1, 2]).astype(int).requires_grad_(), lambda: ag.Tensor(3, requires_grad=True)]
)
def test_integers_cannot_ask_for_a_gradient(ask):
    with pytest.raises(TypeError, match=r"this one is int64; convert it first: t\.astype\(np\.float32\)"):
        ask()


class TestGradOfWhatIsNoLeaf:
    def test_warns_with_the_remedy(self):
        x = leaf()
        y = x * 2.0
        y.sum().backward()
        with pytest.warns(
            UserWarning, match=r"computed by multiply is None.*retain_grad\(\).*ag\.grad\(loss, t\)"
        ) as seen:
            assert y.grad is None
        assert seen[0].filename == __file__
        handle = y.register_hook(lambda g: None)  # which keeps no gradient
        with pytest.warns(UserWarning, match="retain_grad"):
            assert y.grad is None
        handle.remove()

    def test_is_silent_where_there_is_nothing_to_warn_of(self):
        x = leaf()
        y = x * 2.0
        y.grad = None
        y.retain_grad()
        assert y.grad is None
        assert x.grad is None
        assert y.detach().grad is None
        y.sum().backward()
        assert y.grad is not None


def write(array):
    array[0] = 5.0


def add_to(array):
    array += 1.0


class TestViews:
    """What Tensors hand out is not written through; what is meant to be changed is."""

    @pytest.mark.parametrize("do", [write, add_to])
    @pytest.mark.parametrize(
        "view",
        [lambda x: x.data, lambda x: x.detach().numpy(), lambda x: np.asarray(x.detach()), lambda x: x.grad.data],
    )
    def test_are_read_only(self, view, do):
        x = leaf()
        (x * x).sum().backward()
        with pytest.raises(ValueError, match="read-only"):
            do(view(x))
        assert x.tolist() == [1.0, 2.0]
        assert x.grad.tolist() == [2.0, 4.0]

    def test_the_remedy_for_values(self):
        x = leaf()
        with ag.no_grad():
            x[0] = 5.0
            x += 1.0
        assert x.tolist() == [6.0, 3.0]
        assert x.requires_grad


class TestAssigningToAGradient:
    @pytest.mark.parametrize("optimizer", [True, False])
    def test_holds_for_the_next_step(self, optimizer):
        x = leaf()
        step = optim.SGD([x], lr=1.0).step if optimizer else None
        (x * x).sum().backward()
        x.grad[0] = 0.5
        x.grad[x.grad > 1.0] *= 0.25
        assert x.grad.tolist() == [0.5, 1.0]
        (x * 1.0).sum().backward()
        assert x.grad.tolist() == [1.5, 2.0]
        if optimizer:
            step()
            assert x.tolist() == [-0.5, 0.0]

    def test_in_every_way(self):
        x = leaf()
        (x * x).sum().backward()
        held = x.grad
        x.grad.data = [1.0, 2.0]
        x.grad *= 2.0
        np.multiply(x.grad, 2.0, out=x.grad)
        assert x.grad.tolist() == [4.0, 8.0]
        x.grad.fill(3.0)
        assert x.grad.tolist() == [3.0, 3.0]
        assert held.tolist() == [2.0, 4.0]

    def test_of_an_older_gradient_changes_nothing_newer(self):
        x = leaf()
        (x * x).sum().backward()
        old = x.grad
        x.grad = None
        old[0] = 7.0
        assert x.grad is None
        (x * x).sum().backward()
        old[1] = 9.0
        assert (old.tolist(), x.grad.tolist()) == ([7.0, 9.0], [2.0, 4.0])

    def test_a_value_with_a_gradient_of_its_own_is_refused(self):
        x = leaf()
        (x * x).sum().backward()
        with pytest.raises(RuntimeError, match=r"would lose the gradient of v: assign the whole, t\.grad = \.\.\."):
            x.grad[0] = x[0] * 2.0
        assert x.grad.tolist() == [2.0, 4.0]

    @pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
    def test_copies_are_tensors(self, again):
        x = leaf()
        (x * x).sum().backward()
        new = again(x.grad)
        assert type(new) is ag.Tensor
        new[0] = 9.0
        assert x.grad.tolist() == [2.0, 4.0]
        assert repr(x.grad) == "Tensor([2., 4.], dtype=float32)"
