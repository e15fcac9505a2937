"""Which nodes of two graphs are the same ones, though ids, shapes or a few operations between them have changed.

    match(old, new)          # from ids of the old graph to ids of the new one

Nodes are the same if all that leads to them is equal, or all that they lead to; then if that holds but for shapes and
options; and what is left is aligned in the order of recording.  All but the last step take time in proportion to the
size of the graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cache
from typing import Any

from .model import Graph, Node
from .sequences import common

Label = Callable[[Node], Hashable]


def match(old: Graph, new: Graph) -> dict[str, str]:
    """The new ids of the nodes of the old graph that are still there."""
    paths = {id(graph): {call.id: call.path for call in graph.calls} for graph in (old, new)}

    def rough(graph: Graph) -> Label:
        of_call = paths[id(graph)]
        return lambda node: (node.kind, node.op, node.index, node.name, of_call.get(node.call or "", ""))

    def exact(graph: Graph) -> Label:
        label = rough(graph)
        return lambda node: (label(node), node.values, node.options, node.mark)

    def moved(labels: Callable[[Graph], Label]) -> Callable[[Graph], Label]:
        """The same, whatever number a module has in those around it: a layer put in before it gives it another."""

        def of_graph(graph: Graph) -> Label:
            label = labels(graph)
            return lambda node: _without_numbers(label(node), path)

        return of_graph

    path = cache(_path_without_numbers)  # of deep modules, paths are long
    found: dict[str, str] = {}
    for label in (exact, moved(exact), rough, moved(rough)):
        for signatures in (_from_above, _from_below):
            known: dict[Any, int] = {}  # the two graphs number the same things alike
            _pair(signatures(old, label(old), known), signatures(new, label(new), known), found)
    for labels in (rough, moved(rough)):
        _align(old, new, labels, found)
    _rename(old, new, rough, found)
    return found


def _without_numbers(label: Any, path: Callable[[str], str]) -> Any:
    if isinstance(label[0], tuple):
        return (_without_numbers(label[0], path), *label[1:])
    return (*label[:-1], path(label[-1]))


def _path_without_numbers(path: str) -> str:
    return ".".join("#" if part.isdecimal() else part for part in path.split("."))


def _from_above(graph: Graph, label: Label, known: dict[Any, int]) -> dict[str, int]:
    """For each node a number that says what it is and all that leads to it."""
    numbers: dict[str | None, int] = {None: -1}
    for node in graph.nodes:
        key = (label(node), tuple(numbers[argument] for argument in node.arguments))
        numbers[node.id] = known.setdefault(key, len(known))
    del numbers[None]
    return {str(id): number for id, number in numbers.items()}


def _from_below(graph: Graph, label: Label, known: dict[Any, int]) -> dict[str, int]:
    """For each node a number that says what it is and all that it leads to."""
    uses: dict[str, list[tuple[int, int]]] = {}
    numbers: dict[str, int] = {}
    for node in reversed(graph.nodes):
        key = (label(node), tuple(sorted(uses.get(node.id, ()))))
        number = numbers[node.id] = known.setdefault(key, len(known))
        for position, argument in enumerate(node.arguments):
            if argument is not None:
                uses.setdefault(argument, []).append((number, position))
    return numbers


def _pair(old: dict[str, int], new: dict[str, int], found: dict[str, str]) -> None:
    """Pair what has the same number, in order, if there are as many in both graphs."""
    taken = set(found.values())
    groups: dict[int, tuple[list[str], list[str]]] = {}
    for id, number in old.items():
        if id not in found:
            groups.setdefault(number, ([], []))[0].append(id)
    for id, number in new.items():
        if id not in taken:
            groups.setdefault(number, ([], []))[1].append(id)
    for ours, theirs in groups.values():
        if len(ours) == len(theirs):
            found.update(zip(ours, theirs, strict=True))


def _align(old: Graph, new: Graph, label: Callable[[Graph], Label], found: dict[str, str]) -> None:
    """Align what is left between what is found already, in the order of recording."""
    for ours, theirs in _gaps(old, new, found):
        before = [label(old)(node) for node in ours]
        after = [label(new)(node) for node in theirs]
        for i, j in common(before, after):
            found[ours[i].id] = theirs[j].id


def _gaps(old: Graph, new: Graph, found: dict[str, str]) -> Iterator[tuple[list[Node], list[Node]]]:
    """The nodes that are left, cut where a found one lies at the same place in both orders."""
    place = {node.id: i for i, node in enumerate(new.nodes)}
    taken = set(found.values())
    ours: list[Node] = []
    done = 0
    for node in old.nodes:
        if node.id not in found:
            ours.append(node)
        elif place[found[node.id]] >= done:
            until = place[found[node.id]]
            yield ours, [each for each in new.nodes[done:until] if each.id not in taken]
            ours, done = [], until + 1
    yield ours, [each for each in new.nodes[done:] if each.id not in taken]


def _rename(old: Graph, new: Graph, label: Callable[[Graph], Label], found: dict[str, str]) -> None:
    """An operation in the place of another: made of the same, or used by the same, in the same module."""
    back = {theirs: ours for ours, theirs in found.items()}
    users_old, users_new = _users(old), _users(new)
    places: dict[Any, list[Node]] = {}
    for node in new.nodes:
        if node.id not in back and node.kind == "op":
            for place in _places(node, label(new)(node), node.arguments, users_new):
                places.setdefault(place, []).append(node)
    for node in old.nodes:
        if node.id in found or node.kind != "op":
            continue
        arguments = tuple(None if each is None else found.get(each) for each in node.arguments)
        users = {node.id: [(found.get(user, ""), position) for user, position in users_old.get(node.id, ())]}
        for place in _places(node, label(old)(node), arguments, users):
            free = [each for each in places.get(place, ()) if each.id not in back]
            if len(free) == 1:
                found[node.id], back[free[0].id] = free[0].id, node.id
                break


def _places(
    node: Node, label: Any, arguments: tuple[str | None, ...], users: dict[str, list[tuple[str, int]]]
) -> Iterator[Any]:
    path = label[-1]
    if any(arguments):
        yield ("made of", path, arguments)
    if users.get(node.id):
        yield ("used by", path, tuple(sorted(users[node.id])))


def _users(graph: Graph) -> dict[str, list[tuple[str, int]]]:
    users: dict[str, list[tuple[str, int]]] = {}
    for node in graph.nodes:
        for position, argument in enumerate(node.arguments):
            if argument is not None:
                users.setdefault(argument, []).append((node.id, position))
    return users
