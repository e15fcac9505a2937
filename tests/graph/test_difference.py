"""What has changed from one graph to another."""

import itertools
import json
import random
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph, diff
from autograd_lite.graph.difference import _Ways
from autograd_lite.graph.sequences import MOST, common

from .golden_text import check_golden
from .test_dot import HOSTILE, texts


def network(*, activation=nn.Tanh, hidden=4, extra=False, rows=5, scale=None):
    layers = [nn.Linear(3, hidden), activation(), *([nn.LayerNorm(hidden)] if extra else []), nn.Linear(hidden, 2)]
    model = nn.Sequential(*layers)
    x = ag.Tensor(np.ones((rows, 3), np.float32), requires_grad=True, name="x")
    with ag.fusion(True):
        y = model(x)
        return Graph.of((y if scale is None else y * scale).sum())


def what(difference):
    return [(change.new.title, *(name for name, *_ in change.what)) for change in difference.changed]


def titles(nodes):
    return [node.title for node in nodes]


@pytest.mark.smoke
def test_nothing():
    difference = diff(network(), network())
    assert not difference
    assert str(difference) == "no difference: 10 nodes"
    assert (difference.added, difference.removed, difference.changed) == ((), (), ())
    x = ag.Tensor([1.0], requires_grad=True)
    assert not diff(x * 2, x * 2)


def test_an_operation_put_in_is_one_node():
    difference = diff(network(), network(scale=2.0))
    assert titles(difference.added) == ["multiply"]
    assert difference.removed == ()
    assert difference.changed == ()
    back = diff(network(scale=2.0), network())
    assert titles(back.removed) == ["multiply"]
    assert (back.added, back.changed) == ((), ())


def test_another_operation_in_its_place():
    difference = diff(network(), network(activation=nn.ReLU))
    assert [change.what for change in difference.changed] == [(("op", "tanh", "relu"),)]
    assert not difference.added
    assert not difference.removed


def test_options_and_shapes():
    x = ag.Tensor(np.ones((2, 3), np.float32), requires_grad=True, name="x")
    difference = diff(np.tanh(x).sum(axis=0), np.tanh(x).sum(axis=1))
    assert [(change.new.title, change.what) for change in difference.changed] == [
        ("sum", (("options", "axis=0", "axis=1"), ("values", "(3,) float32", "(2,) float32"))),
        ("output", (("values", "(3,) float32", "(2,) float32"),)),
    ]
    wider = diff(network(), network(hidden=6))
    assert what(wider) == [(title, "values") for title in ("weight", "bias", "weight", "linear", "tanh")]
    longer = diff(network(), network(rows=7))
    assert what(longer) == [(title, "values") for title in ("x", "linear", "tanh", "linear")]


def test_a_layer_put_in_moves_those_after_it():
    difference = diff(network(), network(extra=True))
    assert sorted(titles(difference.added)) == ["bias", "layer_norm", "weight"]
    assert difference.removed == ()
    assert {change.what for change in difference.changed} == {(("module", "Sequential.2", "Sequential.3"),)}


def test_wiring():
    x, y = (ag.Tensor(np.ones(3, np.float32), requires_grad=True, name=name) for name in "xy")

    def build(swapped):
        a, b = np.sin(x), np.sin(y)
        return ((b - a) if swapped else (a - b)).sum()

    difference = diff(build(False), build(True))
    assert not difference.added
    assert not difference.removed
    (change,) = difference.changed
    assert change.new.op == "subtract"
    assert str(change).startswith("arguments: sin (n2), sin (n3) -> sin (n3), sin (n2)")


def test_what_is_replaced_as_a_whole_is_no_other_wiring():
    layer, act, x = nn.Linear(3, 4), nn.Tanh(), np.ones((2, 3), np.float32)
    difference = diff(act(layer(x)).sum(), np.sin(layer(x)).sum())  # one in a module, one in none: nothing pairs them
    assert (titles(difference.removed), titles(difference.added)) == (["tanh"], ["sin"])
    assert difference.changed == ()


def test_a_module_is_on_one_line():
    model = nn.Sequential({"two\nlines": nn.Tanh()})
    x = ag.Tensor([1.0], requires_grad=True)
    assert str(diff(x.sum(), model(x).sum())).count(r"tanh(n0)  (1,) float32  Sequential.two\nlines") == 1


def test_names_are_compared():
    x = ag.Tensor([1.0], requires_grad=True, name="x")
    z = ag.Tensor([1.0], requires_grad=True, name="z")
    difference = diff(x * 2, z * 2)
    assert bool(difference)


def test_text_data_and_picture():
    before = network(extra=True)
    after = network(activation=nn.ReLU, rows=6, scale=3.0)
    difference = diff(before, after)
    check_golden("difference.txt", str(difference) + "\n")
    data = json.loads(json.dumps(difference.to_dict()))
    assert [node["op"] for node in data["added"]] == ["multiply"]
    assert {change["what"]["op"][1] for change in data["changed"] if "op" in change["what"]} == {"relu"}
    picture = difference.dot()
    check_golden("difference.dot", picture.source)
    shown = texts(picture.pipe("svg"))
    assert "+ multiply" in shown
    assert "- layer_norm" in shown
    assert "op: tanh -> relu" in shown
    assert difference.dot(theme="dark", rankdir="LR").source != picture.source
    with pytest.raises(ValueError, match="theme must be"):
        difference.dot(theme="blue")
    with pytest.raises(ValueError, match="rankdir must be"):
        difference.dot(rankdir="up")
    flowchart = difference.mermaid()
    check_golden("difference.mmd", flowchart)
    assert '"#43; multiply<br/>' in flowchart
    assert '"#45; layer#95;norm<br/>' in flowchart
    assert "op: tanh -#62; relu" in flowchart
    assert difference.mermaid(theme="dark", direction="LR") != flowchart
    with pytest.raises(ValueError, match="theme must be"):
        difference.mermaid(theme="blue")
    with pytest.raises(ValueError, match="direction must be"):
        difference.mermaid(direction="up")
    assert repr(difference).startswith("<Difference: 1 added, 3 removed")


def test_what_can_be_compared():
    x = ag.Tensor([1.0], requires_grad=True)
    assert not diff(x * 2, Graph.of(x * 2))
    with pytest.raises(TypeError, match="not a Tensor"):
        diff(x * 2, 3)
    # a graph that was stored
    assert not diff(Graph.from_json(network().to_json()), network())


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(name):
    x, y = (ag.Tensor([1.0], requires_grad=True, name=each) for each in (name, "other"))
    difference = diff(x * 2, np.sin(y * 2))
    assert name in str(difference)
    ElementTree.fromstring(difference.dot().pipe("svg"))
    assert any(name in text for text in texts(difference.dot().pipe("svg")))


def chain(length, sines=()):
    y = ag.Tensor(np.ones(3, np.float32), requires_grad=True)
    for i in range(length):
        y = y * 0.5
        if i in sines:
            y = np.sin(y)
    return Graph.of(y)


@pytest.mark.parametrize("sines", [(), (2_000,), (800, 2_700), tuple(range(0, 4_000, 200))], ids=len)
def test_long_chains(sines):
    difference = diff(chain(4_000), chain(4_000, sines))
    assert titles(difference.added) == ["sin"] * len(sines)
    assert not difference.removed
    assert not difference.changed


def test_many_ways_around_what_was_put_in(monkeypatch):
    """What 500 nodes use has moved behind 500 others, through which one walk goes for them all."""
    walks = []
    search = _Ways._search
    monkeypatch.setattr(_Ways, "_search", lambda self, *ends: walks.append(ends) or search(self, *ends))

    def fan(sines):
        y = ag.Tensor([1.0], requires_grad=True, name="x") * 2
        for _ in range(sines):
            y = np.sin(y)
        total = np.tanh(y)
        for _ in range(500):
            total = total + np.exp(y)
        return Graph.of(total)

    difference = diff(fan(0), fan(500))
    assert len(walks) == 1
    assert titles(difference.added) == ["sin"] * 500
    assert not difference.removed
    assert not difference.changed


def test_the_data_of_a_difference_are_json_whatever_the_numbers():
    x = ag.Tensor([0.0, 1.0], requires_grad=True, name="x")
    with np.errstate(all="ignore"):
        graph = Graph.of(np.log(x).sum(), values=True, gradients=True)
    data = diff(Graph.of(x.sum()), graph).to_dict()
    assert [(node["op"], node["flows"]) for node in data["added"]] == [("log", ["inf"])]
    assert data["added"] == [node for node in json.loads(graph.to_json())["nodes"] if node["op"] == "log"]
    json.dumps(data, allow_nan=False)


def test_a_change_is_a_line_whatever_the_names():
    class Own(ag.Function):
        @staticmethod
        def forward(_context, x):
            return x * 2

        @staticmethod
        def backward(_context, g):
            return g * 2

    Own.__name__ = "a\nb\x1b[31m\u202e"
    x = ag.Tensor([1.0], requires_grad=True)
    difference = diff(np.sin(x), Own.apply(x))
    for text in (str(difference), str(difference.changed[0])):
        assert "op: sin -> a\\nb\\x1b[31m\\u202e" in text
        assert all(c.isprintable() or c == "\n" for c in text)


def test_what_is_marked_stays_red():
    with pytest.raises(ValueError, match="linear") as caught:
        nn.Linear(3, 2)(np.ones((4, 5), np.float32))
    graph = Graph.of(caught.value)
    assert ":::wrong" in diff(graph, graph).mermaid()


def longest(a, b):
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1, j + 1] = table[i, j] + 1 if x == y else max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


def test_common_subsequences():
    draw = random.Random(0)
    for _ in range(500):
        a, b = ([draw.randrange(4) for _ in range(draw.randrange(12))] for _ in range(2))
        pairs = common(a, b)
        assert all(a[i] == b[j] for i, j in pairs)
        assert all(i < k and j < m for (i, j), (k, m) in itertools.pairwise(pairs))
        assert len(pairs) == longest(a, b)


def test_sequences_with_too_many_differences_are_paired_by_what_is_unique():
    a = [f"a{i}" for i in range(MOST)]
    b = [f"b{i}" for i in range(MOST)]
    for i, (x, y) in enumerate([(10, 20), (50, 40), (60, 70)]):  # the second before the first, and so on
        a[x] = b[y] = f"common {i}"
    pairs = common(["same", *a, "end"], ["same", *b, "end"])
    assert pairs == [(0, 0), (11, 21), (51, 41), (61, 71), (MOST + 1, MOST + 1)]
    crossed = common(a, [*b[30:], *b[:30]])
    assert len(crossed) == 2
