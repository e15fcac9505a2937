"""A graph as JSON and back."""

import json

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import nn
from autograd_lite.graph import Graph, details

from .golden_text import check_golden


def graphs():
    x = ag.Tensor(np.ones((2, 3)), requires_grad=True, name='<"\u2028é')
    yield Graph.of(x)
    yield Graph.of(ag.Tensor([1.0], requires_grad=True, name="\udc80 of a file that is not UTF-8"))
    a, b, _ = ag.split(x, 3, axis=1)
    yield Graph.of(a * b, b)
    with details(), np.errstate(all="ignore"):
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
        y = np.log(model(np.ones((2, 3), np.float32)) - 5).sum()
        y.backward()
    yield Graph.of(y, parameters=[x])
    z = ag.Tensor([0.0, 1.0, np.nan], requires_grad=True)
    with np.errstate(all="ignore"):  # norms of cotangents that are an infinity, and a NaN
        yield Graph.of(np.log(z).sum() + np.log(z[:1]).sum(), values=True, gradients=True)


@pytest.mark.parametrize("graph", [*graphs()], ids=["leaf", "surrogate", "several", "details", "not finite"])
@pytest.mark.parametrize("indent", [None, 2])
def test_there_and_back(graph, indent):
    text = graph.to_json(indent=indent)
    assert Graph.from_json(text) == graph
    assert Graph.from_json(text.encode()) == graph
    assert Graph.from_json(text).to_json(indent=indent) == text


def test_the_format_stays():
    model = nn.Linear(3, 2)
    with ag.fusion(True):
        graph = Graph.of(model(np.ones((1, 3), np.float32)).sum(axis=0))
    check_golden("linear.json", graph.to_json(indent=1) + "\n")


GOOD = {
    "id": "n0",
    "kind": "input",
    "name": None,
    "op": None,
    "math": None,
    "arguments": [],
    "values": [],
    "call": None,
}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], 'no "format"'),
        ({"format": "other"}, 'no "format"'),
        ({"nodes": {}}, "'nodes' is not a list"),
        ({"nodes": [3]}, r"nodes\[0\] is not an object"),
        ({"nodes": [GOOD | {"colour": 1}]}, r"nodes\[0\] has the unknown \['colour'\]"),
        ({"nodes": [{"id": "n0"}]}, r"nodes\[0\]: .*missing"),
        ({"nodes": [GOOD | {"kind": "thing"}]}, r"nodes\[0\].kind is 'thing'"),
        ({"nodes": [GOOD | {"arguments": "n0"}]}, r"nodes\[0\].arguments is 'n0'"),
        ({"nodes": [GOOD | {"values": [{"shape": [1.5], "dtype": "f"}]}]}, r"values\[0\].shape\[0\] is 1.5"),
        ({"nodes": [GOOD | {"kept": True}]}, r"nodes\[0\].kept is True"),
        ({"nodes": [GOOD | {"options": [["a"]]}]}, r"options\[0\] is"),
        ({"nodes": [GOOD | {"forward_seconds": 10**400}]}, r"nodes\[0\].forward_seconds is 1000"),
        ({"nodes": [GOOD | {"forward_seconds": "infinite"}]}, r"nodes\[0\].forward_seconds is 'infinite'"),
        ({"nodes": [GOOD | {"arguments": ["n1"]}]}, r"the ids of nodes\[0\]"),
        ({"nodes": [GOOD | {"call": "m0"}]}, r"the ids of nodes\[0\]"),
        ({"nodes": [GOOD | {"id": "n1"}]}, r"the ids of nodes\[0\]"),
    ],
)
def test_anything_else_is_refused(data, message):
    if isinstance(data, dict):
        data = {"format": "autograd_lite graph 1", "nodes": [], "calls": []} | data
    with pytest.raises(ValueError, match=f"^not a graph: .*{message}"):
        Graph.from_json(json.dumps(data))


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        Graph.from_json("{")
    with pytest.raises(ValueError, match="nested too deep"):
        Graph.from_json("[" * 100_000)
