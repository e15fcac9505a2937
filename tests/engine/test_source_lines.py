"""Source lines: nodes recorded inside the block know the user's line; others are plain."""

import inspect
import threading

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.source_lines import line_of, lines_of, source_lines
from autograd_lite.tape import Node


def here():
    """The line that calls this."""
    return inspect.currentframe().f_back.f_lineno


@pytest.mark.smoke
def test_an_operation_belongs_to_the_line_that_recorded_it():
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    with source_lines():
        y, line = np.sin(x) * 2.0, here()
    found = line_of(y)
    assert (found.file, found.line, found.function) == (__file__, line, inspect.currentframe().f_code.co_name)
    assert found.text == "y, line = np.sin(x) * 2.0, here()"
    assert str(found) == f"{__file__}:{line} in {found.function}: {found.text}"
    assert line_of(y._node.parents[0]) == found
    assert line_of(x) is None


def test_what_layers_and_numpy_record_belongs_to_their_caller():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    with source_lines():
        h, line = model(np.ones((4, 2), np.float32)), here()
        total, after = np.linalg.norm(np.split(h, 2)[0]), here()
    assert {line_of(h).line, line_of(h._node.parents[0]).line} == {line}
    assert {line_of(total).line, line_of(total._node.parents[0]).line} == {after}


def test_the_callers_come_after_it():
    def inner(t):
        return t * 2.0

    def outer(t):
        return inner(t)

    with source_lines():
        y = outer(ag.Tensor(1.0, requires_grad=True))
    assert [line.function for line in lines_of(y)[:3]] == ["inner", "outer", inspect.currentframe().f_code.co_name]


def test_outside_of_the_block_nodes_are_plain():
    x = ag.Tensor(1.0, requires_grad=True)
    with source_lines():
        with source_lines():
            pass
        assert line_of(x * 2.0) is not None
    y = x * 2.0
    assert type(y._node) is Node
    assert lines_of(y) == ()
    with pytest.raises(ZeroDivisionError), source_lines():
        1 / 0  # noqa: B018
    assert type((x * 2.0)._node) is Node


def test_another_thread_is_left_alone():
    x = ag.Tensor(1.0, requires_grad=True)
    seen = []
    with source_lines():
        thread = threading.Thread(target=lambda: seen.append(x * 2.0))
        thread.start()
        thread.join()
        assert line_of(x * 2.0) is not None
    assert type(seen[0]._node) is Node


def test_gradients_and_second_derivatives_are_the_same():
    x = ag.Tensor([0.5, 2.0], requires_grad=True)
    with source_lines():
        y = np.sum(np.sin(x) * x)
        (g,) = ag.grad(y, [x], create_graph=True)
        (h,) = ag.grad(np.sum(g), [x])
    assert np.allclose(g.detach().numpy(), np.sin(x.data) + x.data * np.cos(x.data))
    assert np.allclose(h.numpy(), 2 * np.cos(x.data) - x.data * np.sin(x.data))
    assert line_of(g).text.startswith("(g,) = ag.grad")
