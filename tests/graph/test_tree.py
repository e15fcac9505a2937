"""Graphs as trees for the terminal."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph

from .golden_text import check_golden
from .test_dot import mlp_loss, noted


@pytest.mark.smoke
def test_the_tree_of_a_network():
    _model, loss = mlp_loss()
    check_golden("mlp.tree", Graph.of(loss).tree() + "\n")


@pytest.mark.parametrize(("name", "looks"), [("folded", {"fold": True}), ("closed", {"depth": 1, "fold": True})])
def test_looks(name, looks):
    check_golden(f"{name}.tree", noted().tree(**looks) + "\n")


def test_what_is_folded_is_counted_in_full():
    graph = noted(count=4)
    whole = graph.tree(depth=0).splitlines()[1]
    folded = next(line for line in graph.tree(fold=True).splitlines() if "Residual x4" in line)
    assert "13 operations" in whole
    assert "12 operations" in folded
    assert "48 parameters" in folded  # four of 3 x 3 + 3


def test_kept_bytes_of_modules_add_up():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with ag.fusion(True):
        y = model(np.ones((5, 3), np.float32))
    graph = Graph.of(y)
    kept = sum(node.kept for node in graph.nodes)
    assert f"{kept} bytes kept" in graph.tree(depth=0).splitlines()[0]


def test_what_is_wrong_is_pointed_at():
    with pytest.raises(ValueError, match="linear") as caught:
        nn.Linear(3, 2)(np.ones((4, 5), np.float32))
    assert Graph.of(caught.value).tree().splitlines()[-1].endswith("<- failed")


def test_names_are_on_one_line():
    x = ag.Tensor([1.0], requires_grad=True, name="two\nlines\x1b[31m")
    assert r"parameter two\nlines\x1b[31m" in Graph.of(x * 2).tree()


def test_deep():
    model = nn.Linear(1, 1)
    for _ in range(150):
        model = nn.Sequential(model)
    lines = Graph.of(model(np.ones((1, 1), np.float32))).tree().splitlines()
    assert len(lines) > 150
    y = ag.Tensor([1.0], requires_grad=True)
    for _ in range(3_000):
        y = y * 0.5
    assert len(Graph.of(y).tree().splitlines()) == 3_002
