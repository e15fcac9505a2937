"""Flowcharts for Mermaid.  That Mermaid itself shows the names of these tests as they are was tried by hand."""

import html
import re
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph
from autograd_lite.graph.looks import COLOURS
from autograd_lite.graph.mermaid import escaped

from .golden_text import check_golden
from .test_dot import HOSTILE, mlp_loss, noted

MARKDOWN = ["1. x", "- x", "+ x", "* x", "# x", "end", "_x_ **b**", "`code`", "$$x$$", "a$$$b", "~~s~~", ":::op", "a|b"]


@pytest.mark.smoke
def test_the_text_of_a_network():
    _model, loss = mlp_loss()
    check_golden("mlp.mmd", Graph.of(loss).mermaid())


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("folded", {"depth": 1, "fold": True, "legend": True, "direction": "LR"}),
        ("backward", {"fold": True, "backward": True, "theme": "dark"}),
    ],
)
def test_looks(name, looks):
    text = noted().mermaid(**looks)
    check_golden(f"{name}.mmd", re.sub(r'\|"[^"]*"\|', '|"NORM"|', text))  # differs from machine to machine


@pytest.mark.parametrize("name", [*HOSTILE, *MARKDOWN])
def test_a_name_is_text_whatever_it_contains(name):
    shown = escaped(name)
    text = html.unescape(re.sub(r"#(\d+);", r"&#\1;", shown))
    assert text.replace("\u200b", "") == name
    assert r"\n" not in text  # these Mermaid reads even if they are written by number
    assert "$$" not in text
    assert not re.search(r"""["<>&`*_~$|{}\[\]\\]""", shown)
    assert not re.match(r"[-+]|\d+\.", shown)
    scale = nn.Linear(1, 1, bias=False)
    scale.weight._rename(name)
    model = nn.Sequential({name: scale})
    lines = Graph.of(model(np.ones((1, 1), np.float32)).sum()).mermaid().splitlines()
    assert any(f'[["{shown}<br/>' in line for line in lines)
    assert any(line.strip() == f'subgraph m1["{shown}: Linear"]' for line in lines)


def test_every_line_is_of_a_known_form():
    graph = noted()
    forms = [
        r"flowchart (TD|LR)", r"subgraph \w+\[\"[^\"]*\"\]", "end", r"\w+[(\[{]+\"[^\"]*\"[)\]}]+:::\w+",
        r"\w+ (-->|-\.->)(\|[^|]*\|)? \w+", r"classDef \w+ [\w:#,. -]+", r"class [\w,]+ frame",
        r"linkStyle [\d,]+ stroke:#\w+",
    ]  # fmt: skip
    for looks in ({}, {"depth": 0, "legend": True}, {"fold": True, "backward": True, "legend": True, "depth": 1}):
        text = graph.mermaid(**looks)
        assert all(any(re.fullmatch(form, line.strip()) for form in forms) for line in text.splitlines())
        assert text.count("subgraph") == sum(line.strip() == "end" for line in text.splitlines())


def test_what_is_wrong_is_red():
    with pytest.raises(ValueError, match="linear") as caught:
        nn.Linear(3, 2)(np.ones((4, 5), np.float32))
    text = Graph.of(caught.value).mermaid()
    assert ":::wrong" in text
    assert f"classDef wrong fill:{COLOURS['light'].bad_fill}" in text


def test_a_large_flowchart_warns():
    y = ag.Tensor([1.0], requires_grad=True)
    for _ in range(600):
        y = y * 0.5
    with pytest.warns(UserWarning, match=r"601 edges: .*give a depth="):
        Graph.of(y).mermaid()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        noted().mermaid()


def test_errors():
    graph = noted()
    with pytest.raises(ValueError, match="direction must be one of TD, TB, BT, LR, RL, not 'up'"):
        graph.mermaid(direction="up")
    with pytest.raises(ValueError, match="theme must be"):
        graph.mermaid(theme="blue")
