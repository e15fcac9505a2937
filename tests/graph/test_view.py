"""What of a graph is shown: modules open to a depth, repeated blocks once."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph
from autograd_lite.graph.view import View

X = np.ones((2, 4), np.float32)


class Residual(nn.Module):
    def __init__(self, size=4, hidden=4):
        super().__init__()
        self.inner = nn.Linear(size, hidden)
        self.outer = nn.Linear(hidden, size)

    def forward(self, x):
        return x + self.outer(np.tanh(self.inner(x)))


def blocks(count, **options):
    return nn.Sequential(*[Residual(**options) for _ in range(count)])


def graph_of(model, *inputs):
    with ag.fusion(True):
        return Graph.of(model(*(inputs or (ag.Tensor(X, requires_grad=True, name="x"),))))


def titles(view):
    return [box.title for box in view.boxes]


def clusters(view):
    return [cluster.title for cluster in view.clusters]


def links(view):
    names = {box.id: box.title for box in view.boxes}
    return {(names[link.source], names[link.target]): link.count for link in view.links}


@pytest.mark.smoke
def test_depth():
    graph = graph_of(nn.Sequential(blocks(2), nn.Linear(4, 3)))
    nothing = View.of(graph, depth=0)
    assert sorted(titles(nothing)) == ["Sequential", "output", "x"]
    box = next(box for box in nothing.boxes if box.node is None)
    assert (box.operations, box.parameters, str(box.values[0])) == (9, 2 * (16 + 4) * 2 + 15, "(2, 3) float32")
    assert links(nothing) == {("x", "Sequential"): 2, ("Sequential", "output"): 1}
    one = View.of(graph, depth=1)
    assert clusters(one) == ["Sequential"]
    assert sorted((box.title, box.within) for box in one.boxes) == [
        ("0: Sequential", "m0"), ("1: Linear", "m0"), ("output", None), ("x", None),
    ]  # fmt: skip
    two = View.of(graph, depth=2)
    assert sorted(titles(two)) == ["0: Residual", "1: Residual", "bias", "linear", "output", "weight", "x"]
    assert links(two)[("0: Residual", "1: Residual")] == 2
    everything = View.of(graph)
    assert [box.id for box in everything.boxes] == [node.id for node in graph.nodes]
    assert len(everything.clusters) == len(graph.calls)
    with pytest.raises(ValueError, match="depth must be None or at least 0, not -1"):
        View.of(graph, depth=-1)
    with pytest.raises(TypeError, match=r"depth must be None or an int, .*, not '1'"):
        View.of(graph, depth="1")


def test_equal_blocks_one_after_the_other_are_one():
    graph = graph_of(nn.Sequential(blocks(12), nn.Linear(4, 3)))
    view = View.of(graph, fold=True)
    assert clusters(view) == [
        "Sequential", "0: Sequential", "0 to 11: Residual x12", "inner: Linear", "outer: Linear", "1: Linear",
    ]  # fmt: skip
    assert titles(view).count("tanh") == 1
    assert view.clusters[2].times == 12
    # what the last one gives goes on from the one that is shown
    assert links(view)[("add", "linear")] == 1
    closed = View.of(graph, depth=2, fold=True)
    assert "0 to 11: Residual x12" in titles(closed)
    assert links(closed)[("0 to 11: Residual x12", "linear")] == 1
    assert View.of(graph).boxes == View.of(graph, fold=False).boxes


def test_all_links_lead_from_box_to_box():
    graph = graph_of(nn.Sequential(blocks(5), blocks(3, hidden=7), nn.Linear(4, 3)))
    for depth in (None, 0, 1, 2, 3):
        for fold in (False, True):
            view = View.of(graph, depth=depth, fold=fold)
            ids = {box.id for box in view.boxes}
            assert all(link.source in ids and link.target in ids and link.source != link.target for link in view.links)
            open_calls = {cluster.call.id for cluster in view.clusters}
            assert {box.within for box in view.boxes} <= open_calls | {None}
            # everything but a leaf leads to something, and the output is reached
            reached = {link.target for link in view.links}
            assert all(box.id in reached for box in view.boxes if box.node is None or box.node.kind in ("op", "output"))


def test_blocks_in_blocks():
    graph = graph_of(nn.Sequential(*[nn.Sequential(blocks(3)) for _ in range(4)]))
    view = View.of(graph, fold=True)
    assert clusters(view)[:4] == ["Sequential", "0 to 3: Sequential x4", "0: Sequential", "0 to 2: Residual x3"]
    assert len(titles(view)) == 10  # x, two layers of three, tanh, add, output


def test_what_keeps_blocks_apart():
    different = nn.Sequential(Residual(), Residual(hidden=5), Residual())
    assert clusters(View.of(graph_of(different), fold=True))[1:8:3] == ["0: Residual", "1: Residual", "2: Residual"]

    class Skip(nn.Module):
        """The first block is used again at the end."""

        def __init__(self):
            super().__init__()
            self.layers = blocks(3)

        def forward(self, x):
            first = self.layers[0](x)
            return self.layers[2](self.layers[1](first)) + first

    found = clusters(View.of(graph_of(Skip()), fold=True))
    assert "layers.1 to layers.2: Residual x2" in found
    assert "layers.0: Residual" in found

    shared = nn.Linear(4, 4)

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared = shared

        def forward(self, x):
            return np.tanh(self.shared(x))

    tied = nn.Sequential(Tied(), Tied(), Tied())
    assert not any(" x3" in title for title in clusters(View.of(graph_of(tied), fold=True)))

    class Options(nn.Module):
        def __init__(self, axis):
            super().__init__()
            self.axis = axis

        def forward(self, x):
            return nn.functional.softmax(x, dim=self.axis)

    x = ag.Tensor(X, requires_grad=True)
    assert not any("x2" in t for t in clusters(View.of(graph_of(nn.Sequential(Options(0), Options(1)), x), fold=True)))
    assert any("x2" in t for t in clusters(View.of(graph_of(nn.Sequential(Options(1), Options(1)), x), fold=True)))


def test_a_block_that_is_called_twice_and_a_mask_that_all_use():
    class Masked(nn.Module):
        def forward(self, x, mask):
            return np.tanh(x * mask)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = Masked(), Masked()

        def forward(self, x, mask):
            for _ in range(3):
                x = self.second(self.first(x, mask), mask)
            return x

    x, mask = (ag.Tensor(X, requires_grad=True, name=name) for name in ("x", "mask"))
    view = View.of(graph_of(Model(), x, mask), fold=True)
    assert clusters(view) == ["Model", "first to second: Masked x6"]
    assert links(view) == {
        ("x", "multiply"): 1,
        ("mask", "multiply"): 1,
        ("multiply", "tanh"): 1,
        ("tanh", "output"): 1,
    }


def test_flows_and_counts():
    x = ag.Tensor(X, requires_grad=True, name="x")
    with ag.graph.details():
        y = (x * x).sum()
        y.backward()
    view = View.of(Graph.of(y))
    square = next(link for link in view.links if link.count == 2)
    assert (square.flow, square.gradient) == (None, True)
    assert next(link for link in view.links if link.source == "n1").flow == pytest.approx(np.sqrt(8))
    constant = View.of(Graph.of((x * np.ones((2, 4), np.float32)).sum()))
    assert [link.gradient for link in constant.links if link.target == "n2"] == [True, False]


def test_deep_and_long():
    class Nest(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x) if self.inner is not None else x * 2

    model = None
    for _ in range(150):
        model = Nest(model)
    x = ag.Tensor(X, requires_grad=True)
    view = View.of(Graph.of(model(x)), fold=True)
    assert len(view.clusters) == 150
    chain = x
    for _ in range(5_000):
        chain = chain * 0.5
    assert len(View.of(Graph.of(chain), depth=0, fold=True).boxes) == 5_002
    long = nn.Sequential(*[nn.Tanh() for _ in range(2_000)])
    assert titles(View.of(Graph.of(long(x)), fold=True)) == ["input", "tanh", "output"]
