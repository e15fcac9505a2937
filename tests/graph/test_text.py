"""The listing for a terminal."""

import numpy as np

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph

from .golden_text import check_golden


def test_the_listing_of_a_network():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with ag.fusion(True):
        loss = nn.functional.cross_entropy(model(np.ones((5, 3), np.float32)), np.zeros(5, np.int64))
    graph = Graph.of(loss)
    check_golden("mlp.txt", str(graph) + "\n")
    assert graph.text() == str(graph)
    assert repr(graph) == "<Graph of 11 nodes and 4 module calls>"


def test_equal_results_are_counted():
    parts = ag.split(ag.Tensor(np.ones(6, np.float32), requires_grad=True), 3)
    assert "3 x (2,) float32" in str(Graph.of(parts[0])).splitlines()[1]


def test_a_name_cannot_break_its_line():
    x = ag.Tensor([1.0], requires_grad=True, name="a\nb\x1b[31m\u2028é")
    lines = str(Graph.of(x)).split("\n")
    assert len(lines) == 2
    assert r"parameter a\nb\x1b[31m\u2028é" in lines[0]


def test_complex_values_are_drawn_as_others_are():
    z = ag.Tensor(np.array([1 + 2j, 3j]), requires_grad=True, name="z")
    value = np.sum(np.real(z * (2 - 1j)))
    assert [line.split(" ", 1)[1].split() for line in str(Graph.of(value)).splitlines()[:3]] == [
        ["parameter", "z", "(2,)", "complex128"],
        ["multiply(n0,", "_)", "(2,)", "complex128"],
        ["real(n1)", "(2,)", "float64"],
    ]
    assert r"multiply\nx2=(2-1j)\n(2,) complex128" in str(ag.draw(value))
