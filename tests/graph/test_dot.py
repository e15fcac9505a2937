"""The DOT text, and that names are shown as they are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph

from .golden_text import check_golden

SVG = "{http://www.w3.org/2000/svg}"


def mlp_loss():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x = ag.Tensor(np.ones((5, 3), np.float32), requires_grad=True, name="x")
    with ag.fusion(True):
        loss = nn.functional.cross_entropy(model(x), np.zeros(5, np.int64))
    return model, loss


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.smoke
def test_the_text_of_a_network():
    _model, loss = mlp_loss()
    check_golden("mlp.dot", ag.draw(loss).source)


def test_the_text_of_several_results_and_outputs():
    first, second = ag.split(ag.Tensor(np.ones(4, np.float32), requires_grad=True, name="x"), 2)
    check_golden("split.dot", ag.draw(first * second, second).source)


def test_the_direction():
    x = ag.Tensor([1.0], requires_grad=True)
    assert "rankdir=TB" in ag.draw(x).source
    assert "rankdir=LR" in ag.draw(x, rankdir="LR").source
    with pytest.raises(ValueError, match="rankdir must be one of TB, LR, BT, RL, not 'left'"):
        ag.draw(x, rankdir="left")


def test_edges_go_from_the_oldest_to_the_newest():
    _model, loss = mlp_loss()
    ends = [int(n) for n in re.findall(r"\tn\d+ -> n(\d+)", ag.draw(loss).source)]
    assert len(ends) == 10
    assert ends == sorted(ends)


def test_kinds_are_told_apart_without_colours():
    model, loss = mlp_loss()
    graph = Graph.of(loss)
    assert {n.kind for n in graph.nodes} == {"op", "parameter", "input", "constant", "output"}
    source = graph.dot().source
    looks = {}
    for node in graph.nodes:
        line = next(line for line in source.splitlines() if line.strip().startswith(f"{node.id} ["))
        looks[node.kind] = re.findall(r"(?:shape|peripheries)=\S+", line.rstrip("]"))
    assert len({tuple(look) for look in looks.values()}) == 5
    del model


HOSTILE = [
    'say "hi"',
    'odd \\" quote',
    "ends in \\",
    "\\N \\G \\L \\l \\r \\n",
    "<b>bold</b>",
    "<>",
    "<unclosed",
    "{a|b}|<port> c",
    "</text><script>alert(1)</script>",
    "&lt;b&gt; &amp; & &#65;",
    "ünïcødé 梯度 ∇",
    "a;b//c /* d */ # e",
    "digraph",
    "n0:port:ne",
    "%s {0} $x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is(name):
    scale = nn.Linear(1, 1, bias=False)
    scale.weight._rename(name)
    model = nn.Sequential({name: scale})
    graph = Graph.of(model(np.ones((1, 1), np.float32)).sum())
    shown = texts(graph.dot().pipe("svg"))
    assert name in shown
    assert f"{name}: Linear" in shown
    assert graph.text().count(name) == 1 + sum(node.call == "m1" for node in graph.nodes)


@pytest.mark.parametrize(
    ("name", "shown"), [("two\nlines", r"two\nlines"), ("nul\0", r"nul\x00"), ("tab\tbell\a\r", r"tab\tbell\x07\r")]
)
def test_what_cannot_be_printed_is_shown_as_its_escape_sequence(name, shown):
    x = ag.Tensor([1.0], requires_grad=True, name=name)
    assert shown in texts(ag.draw(x).pipe("svg"))


def test_the_class_of_a_module_is_shown_as_it_is():
    model = type("<b>x</b>", (nn.Linear,), {})(1, 1)
    assert "<b>x</b>" in texts(ag.draw(model(np.ones((1, 1), np.float32))).pipe("svg"))
