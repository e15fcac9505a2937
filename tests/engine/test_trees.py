"""Containers of arrays taken apart and put together."""

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import pytest

from autograd_lite import nn
from autograd_lite.trees import flatten, map_leaves, matching

Pair = namedtuple("Pair", "a b")


@dataclass(frozen=True, slots=True)
class Frozen:
    x: Any
    y: Any


@dataclass
class Derived:
    x: Any
    doubled: Any = field(init=False)

    def __post_init__(self) -> None:
        self.doubled = self.x * 2


TREES: list[Any] = [
    1.0, None, [], (), {}, [1, [2, (3,)]], {"b": 1, "a": {"c": 2}}, Pair(1, [2]), Frozen(1, (2, 3)), Derived(4),
    OrderedDict(x=1), defaultdict(list, x=1), [None, 1, None],
]  # fmt: skip


@pytest.mark.smoke
@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_round_trip(tree: Any) -> None:
    leaves, structure = flatten(tree)
    again = structure.unflatten(leaves)
    assert again == tree
    assert type(again) is type(tree)
    assert structure.leaf_count == len(leaves) == len(structure.paths())
    assert flatten(map_leaves(lambda x: x + 1, tree))[0] == [x + 1 for x in leaves]


def test_paths() -> None:
    tree = {"w": Pair(1, [2]), 3: Frozen(4, None)}
    assert flatten(tree)[1].paths("p") == ["p['w'].a", "p['w'].b[0]", "p[3].x"]


def test_what_is_a_leaf_can_be_said() -> None:
    leaves, structure = flatten([(1, 2), None], lambda part: part is None or isinstance(part, tuple))
    assert leaves == [(1, 2), None]
    assert structure.unflatten(["a", "b"]) == ["a", "b"]


def test_modules() -> None:
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.Tanh(), shared)
    leaves, structure = flatten({"net": net})
    assert [leaf.shape for leaf in leaves] == [(2, 2), (2,)]
    again = structure.unflatten(["w", "b"])["net"]
    assert type(again) is nn.Sequential
    assert again[0] is again[2]
    assert (again[0].weight, again[0].bias) == ("w", "b")
    assert net[0].weight is leaves[0]
    assert [name for name, _ in again.named_parameters()] == ["0.weight", "0.bias"]
    net.requires_grad_(False)
    assert flatten(net)[0] == []


def test_errors() -> None:
    structure = flatten({"a": 1, "b": 2})[1]
    with pytest.raises(ValueError, match="a tree of 2 leaves cannot be built from 1"):
        structure.unflatten([1])
    with pytest.raises(ValueError, match=r"f: a dict is not built as expected \(x\['b'\] is missing\)"):
        matching({"a": 1}, structure, "f")
    with pytest.raises(ValueError, match=r"f: a dict is not built as expected \(x\['c'\] is too much\)"):
        matching({"a": 1, "b": 2, "c": 3}, structure, "f")
    with pytest.raises(ValueError, match=r"map_leaves: 3 is not built as expected"):
        map_leaves(max, [1], 3)
