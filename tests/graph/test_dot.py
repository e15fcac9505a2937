"""The DOT text, and that names are shown as they are."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph
from autograd_lite.graph.looks import COLOURS

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


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        hidden = np.tanh(self.inner(x))
        return x + hidden


def noted(count=4):
    ag.manual_seed(0)
    model = nn.Sequential(*[Residual() for _ in range(count)], nn.Linear(3, 2))
    x = ag.Tensor(np.ones((5, 3), np.float32), requires_grad=True, name="x")
    with ag.fusion(True), ag.graph.details():
        loss = nn.functional.cross_entropy(model(x), np.zeros(5, np.int64))
        loss.backward()
    return Graph.of(loss)


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("folded", {"fold": True}),
        ("closed", {"depth": 1, "fold": True, "legend": True}),
        ("dark", {"depth": 0, "theme": "dark", "legend": True}),
        ("backward", {"fold": True, "backward": True, "legend": True, "rankdir": "LR"}),
    ],
)
def test_looks(name, looks):
    graph = noted()
    picture = graph.dot(**looks)
    text = re.sub(r"label=[\d.e-]+([ \]])", r"label=NORM\1", picture.source)  # differs from machine to machine
    check_golden(f"{name}.dot", text)
    ElementTree.fromstring(picture.pipe("svg"))
    assert graph.dot(**looks).source == picture.source


def test_themes_and_their_contrast():
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] if colour != "white" else [1, 1, 1]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colours in COLOURS.values():
        for fill in [colours.paper, colours.module, colours.bad_fill, *colours.fills.values()]:
            light, dark = sorted((luminance(colours.ink), luminance(fill)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) > 7  # WCAG's "enhanced" contrast
    with pytest.raises(ValueError, match="theme must be light or dark, not 'blue'"):
        ag.draw(ag.Tensor([1.0], requires_grad=True), theme="blue")


def test_cotangents_go_back_only_where_there_are_any():
    x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    with ag.graph.details():
        y = (x * np.array([3.0, 4.0], np.float32)).sum()
        y.backward(retain_graph=True)
    source = ag.draw(y, backward=True).source
    back = re.findall(r"\t(n\d) -> (n\d) \[.*style=dashed", source)
    graph = Graph.of(y)
    kinds = {node.id: node.kind for node in graph.nodes}
    assert "constant" in kinds.values()
    assert [(kinds[a], kinds[b]) for a, b in back] == [("output", "op"), ("op", "op"), ("op", "parameter")]
    assert "label=5" in source  # the norm of (3, 4), on the way to x


def test_what_is_wrong_is_red_and_says_so():
    with pytest.raises(ValueError, match="linear") as caught:
        nn.Linear(3, 2)(np.ones((4, 5), np.float32))
    source = ag.draw(caught.value, legend=True).source
    line = next(line for line in source.splitlines() if 'label="linear' in line)
    assert r"linear\nfailed" in line
    assert COLOURS["light"].bad in line
    assert "something is wrong" in source
    assert "(4, 5) float32" in source
    model = nn.Linear(2, 2)
    unreached = ag.draw(ag.Tensor([1.0], requires_grad=True) * 2, parameters=model).source
    assert unreached.count("no gradient") == 2


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
    shown = texts(graph.dot(legend=True).pipe("svg"))
    assert name in shown
    assert f"{name}: Linear" in shown
    assert f"{name}: Linear" in texts(graph.dot(depth=1).pipe("svg"))
    option = Graph((replace(graph.nodes[0], kind="op", call=None, variable=name, options=((name, name),)),), ())
    assert f"{name} = {graph.nodes[0].title}" in texts(option.dot().pipe("svg"))
    assert f"{name}={name}" in texts(option.dot().pipe("svg"))
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
