"""Read a `Graph` off the tape.  Everything is a loop, so that a graph may be as deep as memory allows."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from numpy import ndarray

from .. import several, tape
from ..tensor import Tensor
from .model import Array, Graph, Kind, Node
from .modules import Modules
from .scopes import scopes_of


def read(outputs: Sequence[Tensor]) -> Graph:
    """The graph that leads to `outputs`; see `Graph.of`."""
    _check(outputs)
    recorded = leading_to([output._node for output in outputs])
    reading = _Reading(recorded)
    for node in recorded:
        reading.add(node)
    for i, output in enumerate(outputs):
        reading.add_output(output._node, i if len(outputs) > 1 else None)
    return Graph(tuple(reading.nodes), tuple(reading.modules.calls))


def _check(outputs: Sequence[Any]) -> None:
    if not outputs:
        raise TypeError("give at least one Tensor to see the graph of")
    for i, output in enumerate(outputs):
        if not isinstance(output, Tensor):
            hint = "; unpack it with *" if isinstance(output, (list, tuple)) else ""
            raise TypeError(f"argument {i} is a {type(output).__name__}, not a Tensor{hint}")
        if output._node is None:
            raise ValueError(
                f"argument {i}, a Tensor of shape {output.shape}, has no graph: it was not computed from Tensors with "
                "requires_grad=True, or recording was off (no_grad), or it was detached"
            )


def leading_to(nodes: Sequence[tape.Node]) -> list[tape.Node]:
    """All nodes on a path to these, oldest first."""
    found: set[tape.Node] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack.extend(parent for parent in node.parents if parent is not None and parent not in found)
    return sorted(found, key=attrgetter("order"), reverse=True)


class _Reading:
    """The records made so far.  What they were made of is known by identity, and forgotten at the end."""

    def __init__(self, recorded: Sequence[tape.Node]) -> None:
        self.nodes: list[Node] = []
        self._scopes = scopes_of(recorded)
        self.modules = Modules(self._scopes.values())
        self._first_consumer = _first_consumers(recorded)
        self._ids: dict[tape.Node, str] = {}
        self._constants: dict[int, str] = {}

    def _add(self, kind: Kind, values: tuple[Array, ...], call: str | None, **more: Any) -> str:
        defaults = {"name": None, "op": None, "math": None, "arguments": ()}
        node = Node(id=f"n{len(self.nodes)}", kind=kind, values=values, call=call, **(defaults | more))
        self.nodes.append(node)
        return node.id

    def add(self, node: tape.Node) -> None:
        self._ids[node] = self._leaf(node) if node.primitive is None else self._op(node)

    def add_output(self, node: tape.Node, index: int | None) -> None:
        self._add("output", _values(node), None, arguments=(self._ids[node],), index=index)

    def _leaf(self, node: tape.Node) -> str:
        consumer = self._first_consumer.get(node)
        scope = self._scopes[consumer] if consumer is not None else None
        name = node.watch.name if node.watch is not None else None
        if not self.modules.is_parameter(node, name, scope):
            return self._add("input", _values(node), None, name=name)
        call = self.modules.call_of(scope)
        return self._add("parameter", _values(node), call, name=name or self.modules.parameter_name(node))

    def _op(self, node: tape.Node) -> str:
        call = self.modules.call_of(self._scopes[node])
        primitive = node.primitive
        assert primitive is not None
        arguments = [
            self._constant(node, position, call) if parent is None else self._ids[parent]
            for position, parent in enumerate(node.parents)
        ]
        what: dict[str, Any] = {"op": primitive.name, "math": primitive.kind}
        if primitive is several.OUTPUT:
            # One of several results: named after the operation that gave them, of which it is the only argument.
            whole = node.parents[0]
            assert whole is not None
            what["op"] = f"{whole.name} output"
            what["index"] = (node.kwargs or {})["i"]
        return self._add("op", _values(node), call, arguments=tuple(arguments), **what)

    def _constant(self, node: tape.Node, position: int, call: str | None) -> str | None:
        """The node of an array without gradient, if `node` has kept it for its rule."""
        array = node.saved[1 + position] if node.saved is not None else None
        if not isinstance(array, ndarray):
            return None
        if id(array) not in self._constants:
            self._constants[id(array)] = self._add("constant", (Array(array.shape, array.dtype.name),), call)
        return self._constants[id(array)]


def _values(node: tape.Node) -> tuple[Array, ...]:
    values = node.shape if node.dtype is None else (node,)
    return tuple(Array(tuple(value.shape), value.dtype.name) for value in values)


def _first_consumers(recorded: Sequence[tape.Node]) -> dict[tape.Node, tape.Node]:
    first: dict[tape.Node, tape.Node] = {}
    for node in recorded:
        for parent in node.parents:
            if parent is not None and parent.primitive is None:
                first.setdefault(parent, node)
    return first
