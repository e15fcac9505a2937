"""Nested containers of arrays, as functions take and give them: taken apart into a list, and put together again.

    leaves, structure = flatten({"w": w, "layers": [a, b]})
    structure.unflatten([2 * leaf for leaf in leaves])        # {"w": 2 * w, "layers": [2 * a, 2 * b]}

Containers are dicts, lists, tuples (named ones too), dataclasses and Modules; None holds nothing; all else is a leaf.
The leaves of a Module are its parameters that require gradients, each once; put together again it is a copy of the
Module that holds the new values, and shares everything else with the first.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from .errors import describe


class Structure(NamedTuple):
    """How a tree is built: which containers, down to the places of its leaves.

    kind      the class of the container; None for a leaf
    names     how each child is written after the container: "['w']", "[0]", ".bias"
    children  their structures
    build     gives the container around a list of its children
    """

    kind: type | None
    names: tuple[str, ...] = ()
    children: tuple[Structure, ...] = ()
    build: Callable[[list[Any]], Any] | None = None

    @property
    def leaf_count(self) -> int:
        """How many leaves there are."""
        return 1 if self.kind is None else sum(child.leaf_count for child in self.children)

    def unflatten(self, leaves: Sequence[Any]) -> Any:
        """The tree with these leaves, in the order of `flatten`.

        Raises:
            ValueError: there are too many leaves, or too few.
        """
        if self.build is None and len(leaves) == 1:
            return leaves[0]
        if len(leaves) != self.leaf_count:
            raise ValueError(f"a tree of {self.leaf_count} leaves cannot be built from {len(leaves)}")
        return self._built(iter(leaves))

    def _built(self, leaves: Iterator[Any]) -> Any:
        if self.build is None:
            return next(leaves)
        return self.build([next(leaves) if child.build is None else child._built(leaves) for child in self.children])

    def paths(self, name: str = "") -> list[str]:
        """What each leaf is called, seen from a tree of this name: `params['w']`, `params.layers[0]`."""
        if self.kind is None:
            return [name]
        return [
            path for part, child in zip(self.names, self.children, strict=True) for path in child.paths(name + part)
        ]

    def like(self, other: Structure) -> bool:
        """Whether the two are built of the same containers, of the same sizes, with the same names in them."""
        return (
            self.kind is other.kind
            and self.names == other.names
            and all(mine.like(theirs) for mine, theirs in zip(self.children, other.children, strict=True))
        )


LEAF = Structure(None)


def flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], Structure]:
    """The leaves of a tree, and how it is built; what `is_leaf` says is one is not looked into.

    >>> leaves, structure = flatten({"w": 1.0, "b": (2.0, [3.0])})
    >>> leaves, structure.paths("params")
    ([1.0, 2.0, 3.0], ["params['w']", "params['b'][0]", "params['b'][1][0]"])
    >>> structure.unflatten([10.0, 20.0, 30.0])
    {'w': 10.0, 'b': (20.0, [30.0])}
    """
    if is_leaf is None:
        if hasattr(tree, "dtype"):
            return [tree], LEAF
        if type(tree) is tuple and all(hasattr(part, "dtype") for part in tree):  # as arguments mostly are
            return list(tree), _flat(len(tree))
    found: list[Any] = []
    return found, _taken_apart(tree, found, is_leaf)


@functools.lru_cache(maxsize=64)
def _flat(count: int) -> Structure:
    """The structure of a tuple of so many leaves."""
    return Structure(tuple, tuple([f"[{i}]" for i in range(count)]), (LEAF,) * count, tuple)


def _taken_apart(tree: Any, found: list[Any], is_leaf: Callable[[Any], bool] | None) -> Structure:
    is_one = hasattr(tree, "dtype") or (is_leaf is not None and is_leaf(tree))  # an array, without looking further
    container = None if is_one else _container(tree)
    if container is None:
        found.append(tree)
        return LEAF
    names, parts, build = container
    return Structure(type(tree), tuple(names), tuple(_taken_apart(part, found, is_leaf) for part in parts), build)


def _container(tree: Any) -> tuple[Sequence[str], Sequence[Any], Callable[[list[Any]], Any]] | None:
    """The names and values of what is in a container, and what makes one of new values; None for a leaf."""
    cls = type(tree)
    if tree is None:
        return (), (), lambda _: None
    if isinstance(tree, dict):
        keys = list(tree)
        return [f"[{key!r}]" for key in keys], list(tree.values()), lambda parts: _dict(tree, keys, parts)
    if isinstance(tree, tuple) and hasattr(cls, "_make"):
        return [f".{name}" for name in cls._fields], tree, cls._make
    if isinstance(tree, (list, tuple)):
        return [f"[{i}]" for i in range(len(tree))], tree, cls
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = [field.name for field in dataclasses.fields(tree)]
        values = [getattr(tree, field) for field in fields]
        return [f".{field}" for field in fields], values, lambda parts: _dataclass(tree, fields, parts)
    if hasattr(cls, "_replace_parameters"):  # a Module, from two floors above
        named = [(name, p) for name, p in tree.named_parameters() if p.requires_grad]
        return [f".{name}" for name, _ in named], [p for _, p in named], tree._replace_parameters
    return None


def _dict(tree: dict[Any, Any], keys: list[Any], parts: list[Any]) -> Any:
    new = tree.copy()  # of the same class, with the default of a defaultdict
    new.update(zip(keys, parts, strict=True))
    return new


def _dataclass(tree: Any, fields: list[str], parts: list[Any]) -> Any:
    """A copy with other values: not made anew, since `__init__` may not take what the fields hold."""
    new = object.__new__(type(tree))
    if hasattr(tree, "__dict__"):
        new.__dict__.update(tree.__dict__)
    for field, part in zip(fields, parts, strict=True):
        object.__setattr__(new, field, part)
    return new


def map_leaves(f: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """The tree with f of each leaf in its place; `others` are trees that are built alike, for functions of several.

    Raises:
        ValueError: a tree is built in another way than the first.

    >>> map_leaves(lambda a, b: a + b, {"w": 1, "b": [2]}, {"w": 10, "b": [20]})
    {'w': 11, 'b': [22]}
    """
    leaves, structure = flatten(tree)
    columns = [leaves, *(matching(other, structure, "map_leaves") for other in others)]
    return structure.unflatten([f(*column) for column in zip(*columns, strict=True)])


def matching(tree: Any, structure: Structure, doing: str) -> list[Any]:
    """The leaves of a tree that must be built as `structure` says; raises ValueError if it is not."""
    leaves, found = flatten(tree)
    if not found.like(structure):
        wanted, given = structure.paths("x"), found.paths("x")
        first = next((a for a in wanted if a not in given), None)
        detail = f"{first} is missing" if first else next((f"{b} is too much" for b in given if b not in wanted), "")
        what = describe(tree) if found.kind is None else f"a {found.kind.__name__}"
        raise ValueError(f"{doing}: {what} is not built as expected ({detail or 'other kinds of containers'})")
    return leaves
