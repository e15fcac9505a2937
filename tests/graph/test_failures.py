"""The graph up to the operation that failed."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph


def t(*shape):
    return ag.Tensor(np.ones(shape, np.float32), requires_grad=True, name="t")


class Refusing(ag.Function):
    @staticmethod
    def forward(_context, _x, _y):
        raise ValueError("my function")

    @staticmethod
    def backward(_context, g):
        return g, g


CASES = {
    "operator": (lambda: (t(3, 4) * 2) @ t(3, 4), "matmul", [(3, 4), (3, 4)]),
    "array on the left": (lambda: np.ones(5, np.float32) - t(3, 4), "subtract", [(5,), (3, 4)]),
    "array on the right": (lambda: t(3, 4) + np.ones(5, np.float32), "add", [(3, 4), (5,)]),
    "function": (lambda: np.linalg.inv(t(3, 4)), "inv", [(3, 4)]),
    "list": (lambda: ag.concat([t(2, 3), t(3, 2)]), "concat", [(2, 3), (3, 2)]),
    "fused": (lambda: nn.functional.linear(t(2, 3), t(4, 5)), "linear", [(2, 3), (4, 5)]),
    "layer": (lambda: nn.Linear(3, 2)(t(4, 5)), "linear", [(4, 5), (2, 3), (2,)]),
    "convolution": (lambda: nn.Conv2d(3, 4, 3)(t(1, 2, 8, 8)), "conv2d", [(1, 2, 8, 8), (4, 3, 3, 3), (4,)]),
    "recurrent layer": (
        lambda: nn.LSTM(3, 4)(np.ones((5, 2, 7), np.float32)),
        "LSTM",
        [(5, 2, 7), (16, 3), (16, 4), (16,), (16,)],
    ),
    "loss": (lambda: nn.functional.mse_loss(t(3, 1), np.ones(3, np.float32)), "mse_loss", [(3, 1), (3,)]),
    "reshape": (lambda: t(3, 4).reshape(5, 5), "reshape", [(3, 4)]),
    "index": (lambda: t(3, 4)[7], "getitem", [(3, 4)]),
    "any number of arguments": (lambda: ag.einsum("ij,jk->ik", t(2, 3), t(2, 4)), "einsum", [(2, 3), (2, 4)]),
    "comparison": (lambda: t(2) * 1 > t(3), "greater", [(2,), (3,)]),
    "refused before it is run": (lambda: np.sort(t(2, 3), axis=8), "sort", [(2, 3)]),
    "NumPy alone": (lambda: np.argmax(t(2, 3) * 1, axis=7), "argmax", [(2, 3)]),
    "ufunc alone": (lambda: np.floor_divide(t(2) * 1, t(3)), "floor_divide", [(2,), (3,)]),
    "method": (lambda: t(2, 3).sum(axes=1), "sum", [(2, 3)]),
    "forward given by hand": (lambda: Refusing.apply(t(2), t(3)), "Refusing", [(2,), (3,)]),
}


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_failing_operation_is_at_the_end(case, fused):
    run, op, shapes = case
    with ag.fusion(fused), pytest.raises((ValueError, TypeError, IndexError)) as caught:
        run()
    graph = Graph.of(caught.value)
    failed = graph.nodes[-1]
    assert (failed.op, failed.mark, failed.values) == (op, "failed", ())
    assert [graph[argument].shape for argument in failed.arguments] == shapes
    assert Graph.from_json(graph.to_json()) == graph


def test_what_led_there_is_drawn_too():
    x = t(3, 4)
    with pytest.raises(ValueError, match="matmul") as caught:
        (np.tanh(x) * 2) @ x
    graph = Graph.of(caught.value)
    assert [node.op for node in graph.nodes] == [None, "tanh", "multiply", "matmul"]
    assert graph.nodes[-1].arguments == ("n2", "n0")


def test_an_exception_that_was_raised_from_another():
    def wrapped():
        try:
            t(2) + t(3)
        except ValueError as error:
            raise RuntimeError("in my program") from error

    with pytest.raises(RuntimeError) as caught:
        wrapped()
    assert Graph.of(caught.value).nodes[-1].op == "add"


@pytest.mark.parametrize("hidden", [False, True])
def test_an_exception_that_was_raised_while_another_was_handled(hidden):
    def instead():
        try:
            return t(2) + t(3)
        except ValueError:
            if hidden:
                raise RuntimeError("in my program") from None
            raise RuntimeError("in my program")  # noqa: B904  # as programs do

    with pytest.raises(RuntimeError) as caught:
        instead()
    if hidden:
        with pytest.raises(TypeError, match="no operation on Tensors"):
            Graph.of(caught.value)
    else:
        assert Graph.of(caught.value).nodes[-1].op == "add"


def test_what_an_exception_has_passed_itself_comes_before_what_was_being_handled():
    def otherwise():
        try:
            return t(2) + t(3)
        except ValueError:
            return t(2, 3) @ t(2, 3)

    with pytest.raises(ValueError, match="matmul") as caught:
        otherwise()
    assert Graph.of(caught.value).nodes[-1].op == "matmul"


def test_anomalies():
    x = t(3)
    with ag.detect_anomaly(), np.errstate(all="ignore"), pytest.raises(RuntimeError) as caught:
        np.log(x - 2) * 3
    failed = Graph.of(caught.value).nodes[-1]
    assert (failed.op, failed.mark) == ("log", "failed")
    zero = ag.Tensor(np.zeros(3), requires_grad=True)
    with ag.detect_anomaly(), np.errstate(all="ignore"), pytest.raises(RuntimeError) as caught:
        np.sqrt(zero * 1.0).sum().backward()
    graph = Graph.of(caught.value)
    assert [node.op for node in graph.marked] == ["sqrt"]
    assert graph.nodes[-1].kind == "output"


def test_a_rule_that_raises_in_backward():
    @ag.custom_vjp
    def broken(x):
        return x * 2

    def backward(residual, g):
        raise ZeroDivisionError("my rule")

    broken.defvjp(lambda x: (x * 2, None), backward)
    with pytest.raises(ZeroDivisionError) as caught:
        (broken(t(3)) + 1).sum().backward()
    assert [node.op for node in Graph.of(caught.value).marked] == ["broken"]


def test_what_is_no_failure_of_an_operation():
    with pytest.raises(TypeError, match="no operation on Tensors was running when this KeyError was raised"):
        Graph.of(KeyError("x"))
    with pytest.raises(ValueError, match="broadcast") as caught:
        t(2) + t(3)
    with pytest.raises(TypeError, match="is made of it alone"):
        Graph.of(caught.value, t(2))


def test_a_message_is_drawn_red():
    with pytest.raises(ValueError, match="broadcast") as caught:
        t(2) + t(3)
    assert "add" in ag.draw(caught.value).source
