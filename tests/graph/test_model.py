"""The graph as data: what the records say, and that reading them touches nothing."""

import gc
import pickle
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import Array, Edge, Graph


def leaf(data=(1.0, 2.0), name=None):
    return ag.Tensor(np.array(data, np.float32), requires_grad=True, name=name)


@pytest.mark.smoke
def test_the_records_of_a_small_graph():
    x = leaf(name="x")
    graph = Graph.of((np.exp(x) * x).sum())
    assert [(n.id, n.kind, n.name, n.op, n.math, n.arguments, n.values) for n in graph.nodes] == [
        ("n0", "parameter", "x", None, None, (), (Array((2,), "float32"),)),
        ("n1", "op", None, "exp", "elementwise", ("n0",), (Array((2,), "float32"),)),
        ("n2", "op", None, "multiply", "elementwise", ("n1", "n0"), (Array((2,), "float32"),)),
        ("n3", "op", None, "sum", "linear", ("n2",), (Array((), "float32"),)),
        ("n4", "output", None, None, None, ("n3",), (Array((), "float32"),)),
    ]
    assert graph.edges == (
        Edge("n0", "n1", 0),
        Edge("n1", "n2", 0),
        Edge("n0", "n2", 1),
        Edge("n2", "n3", 0),
        Edge("n3", "n4", 0),
    )
    assert (graph.nodes[2].shape, graph.nodes[2].dtype) == ((2,), "float32")
    assert graph.calls == ()


def test_ids_go_by_creation_and_not_by_the_way_the_graph_is_walked():
    x, y = leaf(), leaf()
    late = np.sin(x)
    first, second = late * y, np.cos(y)
    forward, backward = Graph.of(first, second), Graph.of(second, first)
    assert [n.title for n in forward.nodes] == ["input", "input", "sin", "multiply", "cos", "output 0", "output 1"]
    assert forward.nodes[:5] == backward.nodes[:5]
    assert [n.arguments for n in backward.nodes[5:]] == [("n4",), ("n3",)]


def test_reading_twice_gives_equal_graphs_and_other_shapes_another():
    def graph(n):
        return Graph.of((leaf(np.ones(n)) * 2).sum())

    assert graph(3) == graph(3)
    assert graph(3) != graph(4)


def test_an_argument_used_twice_has_two_edges():
    x = leaf()
    graph = Graph.of(x * x)
    assert [e for e in graph.edges if e.target == "n1"] == [Edge("n0", "n1", 0), Edge("n0", "n1", 1)]


def test_arrays_that_rules_read_are_constants_and_numbers_are_not():
    x, mask = leaf(), ag.Tensor(np.array([0.0, 1.0]))
    graph = Graph.of(((x * mask) * mask) * 3.0)
    assert [n.title for n in graph.nodes] == ["input", "constant", "multiply", "multiply", "multiply", "output"]
    assert graph.nodes[1].values == (Array((2,), "float64"),)
    assert graph.nodes[4].arguments == ("n3", None)


def test_an_array_that_no_rule_reads_is_no_option():
    matrix = ag.Tensor(np.eye(3) * 2, requires_grad=True)
    solved = [node for node in Graph.of(np.linalg.solve(matrix, np.ones(3))).nodes if node.op == "solve"]
    assert [node.options for node in solved] == [()]


def test_a_leaf_by_itself():
    assert [(n.kind, n.arguments) for n in Graph.of(leaf()).nodes] == [("input", ()), ("output", ("n0",))]


def test_backward_takes_the_constants_and_nothing_else():
    x = leaf()
    loss = (x * ag.Tensor(np.ones(2, np.float32)) * x).sum()
    before = Graph.of(loss)
    loss.backward()
    after = Graph.of(loss)
    assert [n.title for n in before.nodes if n.kind != "constant"] == [n.title for n in after.nodes]
    assert [n.values for n in before.nodes if n.kind != "constant"] == [n.values for n in after.nodes]
    assert [n.arguments for n in after.nodes] == [(), ("n0", None), ("n1", "n0"), ("n2",), ("n3",)]


def test_reading_leaves_the_tape_as_it_is():
    def gradient(look):
        x = leaf()
        loss = sum((part * part).sum() for part in ag.split(np.exp(x), 2))
        if look:
            str(Graph.of(loss))
        loss.backward()
        return x.grad.numpy()

    np.testing.assert_array_equal(gradient(True), gradient(False))


def test_the_graph_of_a_second_derivative():
    x = leaf(3.0, name="x")
    (first,) = ag.grad(x**3, x, create_graph=True)
    graph = Graph.of(first)
    assert [n.title for n in graph.nodes if n.kind == "parameter"] == ["x"]
    order = {n.id: i for i, n in enumerate(graph.nodes)}
    assert graph.edges
    assert all(order[e.source] < order[e.target] for e in graph.edges)
    assert "power" in [n.op for n in graph.nodes]
    (second,) = ag.grad(first, x)
    assert second.item() == pytest.approx(18.0)


def test_the_second_derivative_of_a_fused_operation_shows_its_reference():
    logits = leaf([[1.0, 2.0]])
    with ag.fusion(True):
        loss = ag.nn.functional.cross_entropy(logits, np.array([0]))
        (first,) = ag.grad(loss, logits, create_graph=True)
    assert [n.math for n in Graph.of(loss).nodes if n.kind == "op"] == ["fused"]
    assert {n.op for n in Graph.of(first).nodes} > {"alias", "exp"}


@pytest.mark.parametrize(("cut", "op"), [(lambda x: ag.split(x, 2), "split"), (ag.unstack, "unstack")])
def test_an_operation_with_several_results(cut, op):
    parts = cut(leaf([[1.0, 2.0], [3.0, 4.0]]))
    graph = Graph.of((parts[1] * parts[0]).sum())
    whole = graph.nodes[1]
    assert (whole.op, whole.shape, whole.dtype) == (op, None, None)
    assert [value.shape for value in whole.values] == [part.shape for part in parts]
    picks = graph.nodes[2:4]
    assert [(n.title, n.index, n.arguments, n.shape) for n in picks] == [
        (f"{op} output 0", 0, ("n1",), parts[0].shape),
        (f"{op} output 1", 1, ("n1",), parts[1].shape),
    ]
    assert graph.nodes[4].arguments == ("n3", "n2")


def test_an_operation_with_several_results_after_backward():
    parts = ag.split(leaf(), 2)
    loss = (parts[1] * parts[0]).sum()
    loss.backward()
    graph = Graph.of(loss)
    assert [n.arguments for n in graph.nodes] == [
        (),
        ("n0", None),  # where to split carries no gradient
        ("n1",),
        ("n1",),
        ("n3", "n2"),
        ("n4",),
        ("n5",),
    ]
    assert all(n.title.startswith("split output") for n in graph.nodes[2:4])


def test_a_result_that_nobody_uses_is_not_in_the_graph():
    parts = ag.split(leaf([1.0, 2.0, 3.0]), 3)
    assert [n.title for n in Graph.of(parts[2]).nodes] == ["input", "split", "split output 2", "output"]


def test_a_chain_of_twenty_thousand_operations():
    x = leaf()
    y = x
    for _ in range(20_000):
        y = y + 1.0
    graph = Graph.of(y)
    assert len(graph.nodes) == 20_002
    assert graph.edges[-1] == Edge("n20000", "n20001", 0)
    assert len(str(graph).splitlines()) == 20_002
    assert graph.dot().source.count("->") == 20_001


def test_a_graph_keeps_nothing_alive():
    x = leaf(name="x")
    constant = ag.Tensor(np.ones(2, np.float32))
    loss = (x * constant).sum()
    watched = [weakref.ref(thing) for thing in (x, x._node, constant, constant._data, loss, loss._node)]
    gc.disable()  # by reference counting alone
    try:
        graph = Graph.of(loss)
        picture = ag.draw(loss)
        del x, constant, loss
        assert [ref() for ref in watched] == [None] * len(watched)
    finally:
        gc.enable()
    assert len(graph.nodes) == 5
    assert "multiply" in picture.source


def test_a_graph_can_be_stored():
    graph = Graph.of(leaf() * 2)
    assert pickle.loads(pickle.dumps(graph)) == graph


def test_what_has_no_graph_is_refused():
    with pytest.raises(TypeError, match="at least one Tensor"):
        Graph.of()
    with pytest.raises(TypeError, match=r"argument 1 is a list, not a Tensor; unpack it with \*"):
        Graph.of(leaf(), [leaf()])
    with pytest.raises(TypeError, match="argument 0 is a ndarray, not a Tensor"):
        ag.draw(np.ones(2))
    with pytest.raises(ValueError, match=r"argument 0, a Tensor of shape \(2,\), has no graph.*no_grad"), ag.no_grad():
        Graph.of(leaf() * 2)
