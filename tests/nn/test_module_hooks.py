"""Hooks on modules, beside PyTorch's: forward and backward, seen and replaced, in the same order."""

import copy
import itertools
import pickle

import numpy as np
import pytest
import torch

import autograd_lite as ag
from autograd_lite import handles, nn
from autograd_lite.graph import Graph


class Side:
    """What a program needs of one of the two libraries."""

    def __init__(self, name):
        self.ours = name == "ours"
        self.nn = nn if self.ours else torch.nn
        self.grad = ag.grad if self.ours else torch.autograd.grad

    def constant(self, value):
        return ag.Tensor(np.array(value, np.float64)) if self.ours else torch.tensor(value, dtype=torch.float64)

    def leaf(self, value):
        return self.constant(value).requires_grad_()

    def linear(self):
        """A layer from 2 to 2 numbers."""
        layer = self.nn.Linear(2, 2)
        for name, value in {"weight": [[1.0, -2.0], [3.0, 0.5]], "bias": [0.1, 0.2]}.items():
            setattr(layer, name, self.nn.Parameter(self.constant(value)))
        return layer

    def module(self, forward):
        return type("Made", (self.nn.Module,), {"forward": lambda self, *args, **kwargs: forward(*args, **kwargs)})()


def plain(value):
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return value.tolist() if isinstance(value, (ag.Tensor, torch.Tensor)) else value


def agree(program):
    ours, theirs = (plain(program(Side(name))) for name in ("ours", "torch"))
    compare(ours, theirs)
    return ours


def compare(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            compare(a, b)
    elif isinstance(ours, float):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-14)
    else:
        assert ours == theirs


@pytest.mark.smoke
def test_forward_hooks_see_and_replace_in_the_order_of_registering():
    def program(side):
        log = []
        layer = side.linear()
        x = side.leaf([[1.0, 2.0]])
        layer.register_forward_hook(lambda module, args, output: log.append(("a", module is layer, args, output)))
        layer.register_forward_hook(lambda module, args, output: output * 2)
        layer.register_forward_hook(lambda module, args, output: log.append(("first", output)), prepend=True)
        handle = layer.register_forward_hook(lambda module, args, output: log.append(("last", output)))
        layer.register_forward_pre_hook(lambda module, args: log.append(("before", args)))
        layer.register_forward_pre_hook(lambda module, args: args[0] * 10)
        layer.register_forward_pre_hook(lambda module, args: (args[0] + 1,))
        layer.register_forward_pre_hook(lambda module, args: log.append(("at once", args)), prepend=True)
        y = layer(x)
        handle.remove()
        log.append(layer(x))
        y.sum().backward()
        return log, y, x.grad, layer.weight.grad

    agree(program)


def test_hooks_with_keyword_arguments():
    def program(side):
        log = []
        module = side.module(lambda a, b, scale=1.0: (a + b) * scale)
        module.register_forward_pre_hook(lambda module, args: log.append(("plain", args)))
        module.register_forward_pre_hook(lambda module, args, kwargs: log.append((args, kwargs)), with_kwargs=True)
        module.register_forward_pre_hook(
            lambda module, args, kwargs: ((args[0] * 2, args[1]), {"scale": 7.0}), with_kwargs=True
        )
        module.register_forward_hook(
            lambda module, args, kwargs, output: (log.append((args, kwargs)), output + 1)[1], with_kwargs=True
        )
        a, b = side.leaf([1.0]), side.leaf([5.0])
        y = module(a, b, scale=3.0)
        y.sum().backward()
        return log, y, a.grad, b.grad

    agree(program)


def test_hooks_that_are_always_called():
    def failing(x):
        raise ValueError("out of order")

    def program(side):
        log = []
        for at_fault in ("forward", "before", "after"):
            module = side.module(failing if at_fault == "forward" else lambda x: x * 2)
            module.register_forward_hook(lambda module, args, output: log.append(("first", output)), always_call=True)
            if at_fault == "before":
                module.register_forward_pre_hook(lambda module, args: failing(args))
            if at_fault == "after":
                module.register_forward_hook(lambda module, args, output: failing(output))
            module.register_forward_hook(lambda module, args, output: log.append(("never", output)))
            module.register_forward_hook(lambda module, args, output: log.append(("last", output)), always_call=True)
            with pytest.raises(ValueError, match="out of order"):
                module(side.constant([1.0]))
            log.append("next")
        return log

    agree(program)


def test_an_error_of_a_hook_that_is_always_called_is_a_warning_beside_the_first_one():
    def failing(x):
        raise ValueError("out of order")

    module = Side("ours").module(failing)
    module.register_forward_hook(lambda module, args, output: 1 / 0, always_call=True)
    with (
        pytest.raises(ValueError, match="out of order"),
        pytest.warns(UserWarning, match=r"always_call=True raised ZeroDivisionError.* because Made") as seen,
    ):
        module(np.ones(1))
    assert seen[0].filename == __file__


@pytest.mark.smoke
def test_backward_hooks_see_and_replace():
    def program(side):
        log = []
        layer = side.linear()
        x = side.leaf([[1.0, 2.0], [3.0, -1.0]])
        layer.register_full_backward_hook(lambda module, given, out: log.append(("a", module is layer, given, out)))
        layer.register_full_backward_hook(lambda module, given, out: (given[0] * 3,))
        layer.register_full_backward_hook(lambda module, given, out: (given[0] + 1,))
        layer.register_full_backward_hook(lambda module, given, out: log.append(("b", given, out)), prepend=True)
        layer.register_full_backward_pre_hook(lambda module, out: log.append(("before", out)))
        handle = layer.register_full_backward_pre_hook(lambda module, out: (out[0] * 2,))
        layer.register_full_backward_pre_hook(lambda module, out: log.append(("at once", out)), prepend=True)
        other = layer(x) * x  # x is used elsewhere too, which the hooks do not see
        (other * other).sum().backward()
        grads = [x.grad, layer.weight.grad, layer.bias.grad]
        handle.remove()
        (layer(x) ** 2).sum().backward()
        return log, grads, x.grad, layer.weight.grad

    agree(program)


def test_several_arguments_and_outputs():
    def program(side):
        log = []
        module = side.module(lambda a, b, factor, c=None: (a * b, factor, b * c))
        module.register_full_backward_hook(lambda module, given, out: log.append((given, out)))
        module.register_full_backward_pre_hook(lambda module, out: log.append(out))
        a, b, c = side.leaf([1.0, 2.0]), side.constant([3.0, 4.0]), side.leaf([5.0, 6.0])
        for pick in (0, 2):
            module(a, b, 2.0, c=c)[pick].sum().backward()  # no gradient arrives at the other
            module(a, side.leaf([3.0, 4.0]), 2.0, c=c)[pick].sum().backward()
        first, _, second = module(a, b, 2.0, c=c)
        (first * second).sum().backward()
        return log, a.grad, c.grad

    agree(program)


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")  # PyTorch's
def test_where_no_argument_requires_a_gradient():
    def program(side):
        log = []
        layer = side.linear()
        layer.register_full_backward_hook(lambda module, given, out: log.append((given, out)))
        layer(side.constant([[1.0, 2.0]])).sum().backward()
        return log, layer.weight.grad

    agree(program)
    layer = Side("ours").linear()
    layer.register_full_backward_hook(lambda module, given, out: out)
    with pytest.raises(RuntimeError, match="where no argument requires one"):
        layer(np.ones((1, 2))).sum().backward()


def test_a_sweep_that_passes_the_arguments_by():
    def program(side):
        log = []
        layer = side.linear()
        layer.register_full_backward_hook(lambda module, given, out: log.append(("after", given, out)))
        layer.register_full_backward_pre_hook(lambda module, out: log.append(("before", out)))
        x = side.leaf([[1.0, 2.0]])
        loss = layer(x).sum()
        weights = side.grad(loss, layer.weight, retain_graph=True)
        log.append("and now with x")
        return log, weights, side.grad(loss, [x, layer.weight]), log

    agree(program)


def test_modules_inside_one_another():
    def program(side):
        log = []
        inner, outer = [side.linear(), side.linear()], None
        outer = side.nn.Sequential(inner[0], side.nn.Tanh(), inner[1])
        for name, module in {"outer": outer, "first": inner[0], "last": inner[1]}.items():
            module.register_full_backward_hook(lambda module, given, out, name=name: log.append((name, given, out)))
            module.register_full_backward_pre_hook(lambda module, out, name=name: log.append(("before " + name, out)))
            module.register_forward_hook(
                lambda module, args, output, name=name: log.append(("forward " + name, output))
            )
        x = side.leaf([[0.1, 0.2]])
        (outer(x) ** 2).sum().backward()
        return log, x.grad

    names = [entry[0] for entry in agree(program)[0]]
    assert names == [
        *("forward first", "forward last", "forward outer", "before outer"),
        *("before last", "last", "before first", "first", "outer"),
    ]


def test_second_derivatives_go_through_the_hooks():
    def program(side):
        calls = []
        layer = side.linear()
        layer.register_full_backward_hook(lambda module, given, out: (calls.append(0), (given[0] * given[0],))[1])
        x = side.leaf([[1.0, 2.0]])
        (first,) = side.grad((layer(x) ** 2).sum(), x, create_graph=True)
        second = side.grad(first.sum(), [x, layer.weight])
        return first, second, calls

    agree(program)


def test_without_recording_nothing_is_put_into_the_graph():
    layer = Side("ours").linear()
    layer.register_full_backward_hook(lambda module, given, out: 1 / 0)
    with ag.no_grad():
        assert not layer(Side("ours").leaf([[1.0, 2.0]])).requires_grad
    layer.requires_grad_(False)
    assert not layer(np.ones((1, 2))).requires_grad


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (lambda given: (), RuntimeError, "returned 0 gradients in the place of 2"),
        (lambda given: given[:1], RuntimeError, "returned 1 gradients in the place of 2"),
        (lambda given: (given[0], given[0]), RuntimeError, "a gradient in place 1, where it was given None"),
        (lambda given: (given[0][:1], None), RuntimeError, r"returned float64\[1\] in the place of a gradient"),
        (lambda given: (3, None), TypeError, "must return None or a Tensor"),
    ],
)
def test_answers_of_backward_hooks_that_do_not_fit(answer, error, message):
    side = Side("ours")
    for register in ("register_full_backward_hook", "register_full_backward_pre_hook"):
        module = side.module(lambda x, factor: (x * factor, factor))
        getattr(module, register)(lambda module, gradients, *_: answer(gradients))
        with pytest.raises(error, match=message):
            module(side.leaf([1.0, 2.0]), 2.0)[0].sum().backward()


def test_a_gradient_that_is_none_is_zero():
    side = Side("ours")
    layer = side.linear()
    x = side.leaf([[1.0, 2.0]])
    layer.register_full_backward_hook(lambda module, given, out: (None,))
    layer(x).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0]]
    assert layer.bias.grad.tolist() == [1.0, 1.0]


def test_errors_and_warnings_of_hooks():
    side = Side("ours")
    module = side.module(lambda x: {"y": x * 2})
    module.register_full_backward_hook(lambda module, given, out: None)
    with pytest.warns(UserWarning, match="a Tensor or a tuple of Tensors, and Made has given") as seen:
        module(side.leaf([1.0]))
    assert seen[0].filename == __file__
    module = side.linear()
    module.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"new_args, new_kwargs., not 3"):
        module(side.leaf([[1.0, 2.0]]))
    with pytest.raises(TypeError, match="hook=3 cannot be called"):
        module.register_forward_hook(3)
    leaks = []
    module = side.module(lambda x: (leaks.append(x * 2), x * 0)[1].detach() + w)
    w = side.leaf([1.0])
    module.register_full_backward_hook(lambda module, given, out: None)
    module(side.leaf([1.0]))
    with pytest.raises(RuntimeError, match="none to its output"):
        leaks[0].backward()


def test_complex_gradients_are_in_pytorchs_convention():
    def program(side):
        log = []
        module = side.module(lambda z: z * z)
        module.register_full_backward_hook(lambda module, given, out: (log.append((given, out)), (given[0] * 2j,))[1])
        z = (ag.Tensor if side.ours else torch.tensor)([1 + 2j, 3 - 1j])
        z.requires_grad_()
        abs(module(z)).sum().backward()
        return [log[0][0][0], log[0][1][0], z.grad]

    ours, theirs = (plain(program(Side(name))) for name in ("ours", "torch"))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_transforms_go_through():
    side = Side("ours")
    layer = side.linear()
    seen = []
    layer.register_full_backward_hook(lambda module, given, out: seen.append(given[0].shape))
    xs = np.arange(6.0).reshape(3, 2)

    def f(x):
        return (layer(x[None]) ** 2).sum()

    weight, bias = layer.weight.data, layer.bias.data
    expected = 2 * (xs @ weight.T + bias) @ weight
    np.testing.assert_allclose(ag.func.vmap(ag.func.grad(f))(xs).data, expected)
    assert seen == [(1, 2)]
    _, tangent = ag.func.jvp(f, (xs[0],), (np.ones(2),))
    np.testing.assert_allclose(tangent.data, expected[0].sum())
    np.testing.assert_allclose(ag.func.hessian(f)(xs[0]).data, 2 * weight.T @ weight)


@pytest.mark.parametrize("fused", [True, False])
def test_training_is_what_it_was(fused):
    def train(hooked):
        ag.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
        if hooked:
            for module in model.modules():
                module.register_full_backward_hook(lambda module, given, out: None)
                module.register_forward_hook(lambda module, args, output: None)
        optimizer = ag.optim.Adam(model.parameters(), lr=0.1)
        x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
        for _ in range(3):
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(model(x), np.array([0, 1, 1, 0, 1])).backward()
            optimizer.step()
        return [p.data.copy() for p in model.parameters()]

    with ag.fusion(fused):
        for a, b in zip(train(False), train(True), strict=True):
            np.testing.assert_array_equal(a, b)


def _noting(module, args, output):
    module.noted = getattr(module, "noted", 0) + 1


def test_hooks_are_copied_and_pickled_with_the_module():
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(_noting)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        other.register_forward_hook(_noting)
        other(np.ones((1, 2), np.float32))
        assert other.noted == 2
    assert not hasattr(layer, "noted")


def test_hooks_of_another_process_have_numbers_of_their_own(monkeypatch):
    layer = nn.Linear(2, 2)
    monkeypatch.setattr(handles, "_numbers", itertools.count(10**6))
    layer.register_forward_hook(_noting)
    layer.register_forward_pre_hook(lambda module, args, kwargs: None, with_kwargs=True)
    layer.register_forward_hook(lambda module, args, kwargs, output: None, with_kwargs=True).remove()
    monkeypatch.setattr(handles, "_numbers", itertools.count(10**6))  # as in a process that has unpickled the layer
    for _ in range(3):
        layer.register_forward_hook(_noting)
    layer(np.ones((1, 2), np.float32))
    assert layer.noted == 4


def test_a_hook_that_is_removed_is_called_no_more_also_for_calls_made_before():
    side = Side("ours")
    layer, seen = side.linear(), []
    handles = [layer.register_full_backward_hook(lambda module, given, out, i=i: seen.append(i)) for i in range(3)]
    y = layer(side.leaf([[1.0, 2.0]])).sum()
    handles[1].remove()
    layer.register_full_backward_hook(lambda module, given, out: seen.append("late"))
    y.backward()
    assert seen == [0, 2]


def test_the_picture_still_has_the_box_of_the_module():
    side = Side("ours")
    layer = side.linear()
    layer.register_full_backward_hook(lambda module, given, out: None)
    graph = Graph.of(layer(side.leaf([[1.0, 2.0]])).sum())
    assert "backward_hooks" in {node.op for node in graph.nodes}
    assert [call.kind for call in graph.calls if call.kind == "Linear"] == ["Linear"]
