"""Calls of modules: how they nest, and what they and their parameters are called."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.changes import next_order
from autograd_lite.graph import Graph, diff
from autograd_lite.graph.modules import _inside
from autograd_lite.spans import mark_call

X = np.ones((5, 3), np.float32)


class Scale(nn.Module):
    """A module without fused operations in it."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(np.ones(3, np.float32))

    def forward(self, x):
        return x * self.factor


class Holder(nn.Module):
    """A module that calls what it is told to, whether it holds it or not."""

    def __init__(self, run, **inside):
        super().__init__()
        for name, module in inside.items():
            setattr(self, name, module)
        self.run = run

    def forward(self, x):
        return self.run(self, x)


def where(graph):
    """The path of the module that each node is in, by what the node is called."""
    paths = {call.id: call.path for call in graph.calls}
    return [(node.kind, node.title, paths.get(node.call)) for node in graph.nodes]


@pytest.mark.smoke
def test_modules_in_modules():
    model = nn.Sequential(Scale(), nn.Sequential(Scale()))
    graph = Graph.of(model(X).sum())
    assert [(c.id, c.title, c.outer, c.path) for c in graph.calls] == [
        ("m0", "Sequential", None, "Sequential"),
        ("m1", "0: Scale", "m0", "Sequential.0"),
        ("m2", "1: Sequential", "m0", "Sequential.1"),
        ("m3", "0: Scale", "m2", "Sequential.1.0"),
    ]
    assert where(graph) == [
        ("parameter", "factor", "Sequential.0"),
        ("parameter", "factor", "Sequential.1.0"),
        ("constant", "constant", "Sequential.0"),
        ("op", "multiply", "Sequential.0"),
        ("op", "multiply", "Sequential.1.0"),
        ("op", "sum", None),
        ("output", "output", None),
    ]


def test_each_call_of_a_module_is_one_of_its_own():
    scale = Scale()
    model = Holder(lambda self, x: self.cell(np.sin(self.cell(x))), cell=scale)
    graph = Graph.of(model(X).sum())
    assert [c.path for c in graph.calls] == ["Holder", "Holder.cell", "Holder.cell"]
    inside = {n.op: n.call for n in graph.nodes}
    assert inside["sin"] == "m0"
    assert [n.call for n in graph.nodes if n.op == "multiply"] == ["m1", "m2"]
    # The parameter is shown where it is used first.
    assert [n.call for n in graph.nodes if n.kind == "parameter"] == ["m1"]


def test_a_module_inside_a_container_that_is_not_called():
    model = Holder(lambda self, x: self.layers[1](x), layers=nn.Sequential(Scale(), Scale()))
    assert [c.title for c in Graph.of(model(X)).calls] == ["Holder", "layers.1: Scale"]


def test_a_module_that_nobody_around_it_holds_has_only_its_class():
    other = Scale()
    model = Holder(lambda _self, x: other(x))
    assert [(c.title, c.path) for c in Graph.of(model(X)).calls] == [("Holder", "Holder"), ("Scale", "Holder.Scale")]


def test_a_module_that_is_gone_has_its_class_and_its_parameters_their_names():
    model = nn.Sequential(Scale())
    loss = model(X).sum()
    del model
    graph = Graph.of(loss)
    assert [c.title for c in graph.calls] == ["Sequential", "Scale"]
    assert [(n.kind, n.name) for n in graph.nodes if n.kind in ("parameter", "input")] == [("parameter", "factor")]


def test_an_input_that_asks_for_a_gradient_is_not_a_parameter_even_if_it_has_a_name():
    x = ag.Tensor(X, requires_grad=True, name="x")
    model = nn.Sequential(Scale())
    out = model(x)
    assert ("input", "x", None) in where(Graph.of(out))
    del model  # nobody to ask any more
    assert ("parameter", "x", "Sequential.Scale") in where(Graph.of(out))


def test_a_parameter_that_is_used_outside_of_the_module_that_holds_it():
    tied = Scale()
    model = Holder(lambda self, x: self.head(x) + self.tied.factor, tied=tied, head=Scale())
    graph = Graph.of(model(X))
    assert [(kind, title, path) for kind, title, path in where(graph) if kind == "parameter"] == [
        ("parameter", "factor", "Holder"),
        ("parameter", "factor", "Holder.head"),
    ]


def test_a_frozen_parameter_is_a_constant():
    model = nn.Sequential(Scale(), Scale())
    model[1].requires_grad_(False)
    graph = Graph.of(model(X))
    assert [n.title for n in graph.nodes if n.kind in ("parameter", "constant")] == ["factor", "constant", "constant"]


def test_calls_nested_deeper_than_python_recurses():
    depth = 1500
    module = Scale()
    starts = [next_order() for _ in range(depth)]
    x = ag.Tensor(X, requires_grad=True)
    y = x * 2.0
    for start in reversed(starts):
        mark_call(module, start, y)
    graph = Graph.of(y)
    assert len(graph.calls) == depth
    assert [n.call for n in graph.nodes if n.op == "multiply"] == [f"m{depth - 1}"]
    source = graph.dot().source
    assert source.count("subgraph cluster_") == depth
    assert source.count("{") == source.count("}") == depth + 1


def test_modules_deep_inside_each_other_are_each_looked_at_once(monkeypatch):
    depth = 200
    modules = [Scale()]
    for _ in range(depth - 1):
        modules.append(Holder(None, inner=modules[-1]))
    starts = [next_order() for _ in range(depth)]
    y = ag.Tensor(X, requires_grad=True) * modules[0].factor
    for start, module in zip(reversed(starts), modules, strict=True):
        mark_call(module, start, y)
    looked_at = []

    def inside(*given):
        for found in _inside(*given):
            looked_at.append(found)
            yield found

    monkeypatch.setattr("autograd_lite.graph.modules._inside", inside)
    monkeypatch.setattr("autograd_lite.graph.matching._path_without_numbers", lambda path: looked_at.append(path))
    graph = Graph.of(y)
    assert graph.calls[-1].path == "Holder" + ".inner" * (depth - 1)
    assert [node.name for node in graph.nodes if node.kind == "parameter"] == ["factor"]
    assert len(looked_at) == depth - 1
    looked_at.clear()
    diff(graph, Graph.of(np.sin(y)))
    paths = [text for text in looked_at if isinstance(text, str)]
    assert len(paths) == len({node.call for node in graph.nodes})
