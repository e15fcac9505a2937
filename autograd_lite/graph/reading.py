"""Read a `Graph` off the tape.  Everything is a loop, so that a graph may be as deep as memory allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any
from weakref import WeakKeyDictionary

from numpy import ndarray

from .. import several, tape
from ..changes import owner
from ..mode import current
from ..primitive import Fused
from ..tensor import Tensor
from ..trees import flatten
from .failures import FailedSweep, failure_of
from .kept import arrays_kept
from .marking import marked
from .model import Array, Graph, Kind, Node
from .modules import Modules
from .notes import Details, Notes, line_of_details, noted, options_of, variables_of
from .recording import details
from .scopes import scopes_of
from .statistics import Statistics, statistics_of_value
from .sweeping import sweep_for_a_picture


def graph_of(given: Sequence[Any], *, values: bool | None, gradients: bool | None, parameters: Any) -> Graph:
    """The graph of Tensors, of a function and its arguments, or of an exception; see `Graph.of`."""
    if given and isinstance(given[0], BaseException):
        if len(given) > 1:
            raise TypeError("the graph of an exception is made of it alone")
        return _graph_of_failure(given[0])
    if given and callable(given[0]) and not isinstance(given[0], Tensor):
        given = _run(given[0], given[1:], values=values is not False)
    _check(given)
    nodes = [output._node for output in given]
    recorded = leading_to(nodes)
    notes: Notes = WeakKeyDictionary()
    if gradients:
        sweep_for_a_picture(nodes, recorded, notes)
    reading = _Reading(recorded, notes, with_gradients=gradients is not False)
    if values is not False:
        reading.note_values(given if values else ())
    else:
        reading.values = {}
    for node in recorded:
        reading.add(node)
    if parameters is not None:
        reading.add_unreached(parameters)
    for i, output in enumerate(given):
        reading.add_output(output._node, i if len(given) > 1 else None)
    return Graph(marked(reading.nodes), tuple(reading.modules.calls))


def _run(function: Any, args: Sequence[Any], *, values: bool) -> list[Any]:
    """The Tensors with a graph that a function gives, whatever they are contained in."""
    with details(values=values):
        answer = function(*args)
    found = [leaf for leaf in flatten(answer)[0] if isinstance(leaf, Tensor) and leaf._node is not None]
    if not found:
        name = getattr(function, "__name__", type(function).__name__)
        why = (
            "none of its arguments or parameters requires_grad"
            if current().recording
            else "recording is off here (no_grad)"
        )
        raise ValueError(f"{name} gave no Tensor that has a graph: {why}")
    return found


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


def _graph_of_failure(error: BaseException) -> Graph:
    """All that led to an operation that raised, which is at its end; or the graph of a sweep in which a rule raised."""
    failure = failure_of(error)
    if isinstance(failure, FailedSweep):
        recorded = leading_to(failure.outputs)
    else:
        recorded = leading_to([each._node for each in failure.operands if getattr(each, "_node", None) is not None])
    reading = _Reading(recorded, WeakKeyDictionary(), with_gradients=True)
    reading.note_values(())
    for node in recorded:
        reading.add(node)
    if isinstance(failure, FailedSweep):
        for i, node in enumerate(failure.outputs):
            reading.add_output(node, i if len(failure.outputs) > 1 else None)
        reading.mark_failed(failure.node)
    else:
        reading.add_failed(failure.name, failure.operands)
    return Graph(tuple(reading.nodes), tuple(reading.modules.calls))


def is_released(outputs: Sequence[Tensor]) -> bool:
    """Whether a backward has released what a sweep from these would need."""
    return any(node.saved is None for node in leading_to([each._node for each in outputs if each._node is not None]))


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


_NOTHING = Details()


class _Reading:
    """The records made so far.  What they were made of is known by identity, and forgotten at the end.

    Args:
        recorded: nodes, oldest first.
        notes: of a sweep that was made for this reading, which go before those of `details`.
        with_gradients: whether to tell of gradients at all.
    """

    def __init__(self, recorded: Sequence[tape.Node], notes: Notes, *, with_gradients: bool) -> None:
        self.nodes: list[Node] = []
        self.values: dict[tape.Node, Statistics] = {}
        self._recorded = recorded
        self._scopes = scopes_of(recorded)
        self.modules = Modules(self._scopes.values())
        self._first_consumer = _first_consumers(recorded)
        self._ids: dict[tape.Node, str] = {}
        self._constants: dict[int, str] = {}
        self._swept = notes
        self._with_gradients = with_gradients
        about = [noted.get(node, _NOTHING) for node in recorded]
        indices = [node.kwargs["i"] if node.primitive is several.OUTPUT else None for node in recorded]  # type: ignore[index]
        self._variables = dict(zip(recorded, variables_of([*zip(about, indices, strict=True)]), strict=True))
        self._kept = {id(array) for array in _leaf_arrays(recorded)}  # memory that is there anyway, or has been counted

    def note_values(self, outputs: Sequence[Tensor]) -> None:
        """Note the statistics of values: those of `details`, and with `outputs` given those still in memory too."""
        for node in self._recorded:
            about = noted.get(node)
            if about is not None and about.value is not None:
                self.values[node] = about.value
        if outputs:
            for node, array in self._in_memory(outputs):
                if node not in self.values:
                    statistics = statistics_of_value(array)
                    if statistics is not None:
                        self.values[node] = statistics

    def _in_memory(self, outputs: Sequence[Tensor]) -> Iterable[tuple[tape.Node, Any]]:
        """Nodes with their values, as far as something still holds these."""
        for output in outputs:
            yield output._node, output._data
        yield from self.modules.parameter_arrays()
        for node in self._recorded:
            if node.saved is None or node.primitive is None:
                continue
            if node.saved[0] is not None and not isinstance(node.primitive, Fused) and not node.primitive.many:
                yield node, node.saved[0]
            for parent, value in zip(node.parents, node.saved[1:], strict=True):
                if parent is not None and value is not parent and parent.dtype is not None:
                    yield parent, value

    def _add(self, kind: Kind, values: tuple[Array, ...], call: str | None, **more: Any) -> str:
        defaults = {"name": None, "op": None, "math": None, "arguments": ()}
        node = Node(id=f"n{len(self.nodes)}", kind=kind, values=values, call=call, **(defaults | more))
        self.nodes.append(node)
        return node.id

    def add(self, node: tape.Node) -> None:
        """The next node of the tape."""
        self._ids[node] = self._leaf(node) if node.primitive is None else self._op(node)

    def add_output(self, node: tape.Node, index: int | None) -> None:
        """An end of the graph."""
        gradient = self._gradient(node).gradient if self._with_gradients else None
        about = {"value": self.values.get(node), "gradient": gradient}
        self._add("output", array_of(node), None, arguments=(self._ids[node],), index=index, **about)

    def add_unreached(self, parameters: Any) -> None:
        """The parameters that should have been reached, and were not."""
        named = getattr(parameters, "named_parameters", None)
        if named is not None:
            pairs = [(name, parameter) for name, parameter in named() if parameter.requires_grad]  # others are frozen
        else:
            pairs = [(None, leaf) for leaf in flatten(parameters)[0]]
        for name, parameter in pairs:
            if not isinstance(parameter, Tensor):
                raise TypeError(f"parameters: a {type(parameter).__name__} is not a Tensor")
            if parameter._node not in self._ids:
                values = (Array(tuple(parameter.shape), parameter.dtype.name),)
                self._add("parameter", values, None, name=name or parameter.name, mark="unreached")

    def add_failed(self, name: str, operands: Sequence[Any]) -> None:
        """An operation that gave nothing, with what it was given."""
        arguments = []
        for operand in operands:
            known = self._ids.get(getattr(operand, "_node", None))  # type: ignore[arg-type]
            if known is None:
                array = operand._data if isinstance(operand, Tensor) else operand
                known = self._add("constant", (Array(tuple(array.shape), array.dtype.name),), None)
            arguments.append(known)
        self._add("op", (), None, op=name, arguments=tuple(arguments), mark="failed")

    def mark_failed(self, node: tape.Node) -> None:
        """The rule of a node has failed."""
        place = int(self._ids[node][1:])
        self.nodes[place] = replace(self.nodes[place], mark="failed")

    def _leaf(self, node: tape.Node) -> str:
        consumer = self._first_consumer.get(node)
        scope = self._scopes[consumer] if consumer is not None else None
        name = node.watch.name if node.watch is not None else None
        if not self.modules.is_parameter(node, name, scope):
            return self._add("input", array_of(node), None, name=name, **self._details(node))
        call = self.modules.call_of(scope)
        name = name or self.modules.parameter_name(node)
        return self._add("parameter", array_of(node), call, name=name, **self._details(node))

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
        else:
            what["options"] = self._options(node)
        return self._add("op", array_of(node), call, arguments=tuple(arguments), **what, **self._details(node))

    def _options(self, node: tape.Node) -> tuple[tuple[str, str], ...]:
        about = noted.get(node)
        if about is not None and about.options is not None:
            return about.options
        assert node.primitive is not None
        saved = node.saved[1:] if node.saved is not None else (None,) * len(node.parents)
        known = [i for i, value in enumerate(saved) if value is not None or node.parents[i] is not None]
        if len(known) < len(saved):  # what a rule does not read is not kept, or it has been released
            pairs = options_of(node.primitive, saved, node.kwargs, node.parents)
            unknown = len(saved) - len(known)
            return tuple(pair for pair in pairs if pair[1] != "None") if unknown else pairs
        return options_of(node.primitive, saved, node.kwargs, node.parents)

    def _details(self, node: tape.Node) -> dict[str, Any]:
        """What is known beyond the structure."""
        about = noted.get(node, _NOTHING)
        back = self._gradient(node) if self._with_gradients else _NOTHING
        return {
            "kept": self._kept_bytes(node),
            "line": line_of_details(about),
            "variable": self._variables[node],
            "forward_seconds": about.forward_seconds,
            "backward_seconds": back.backward_seconds,
            "value": self.values.get(node),
            "gradient": back.gradient,
            "flows": tuple(back.flows.get(i) for i in range(len(node.parents))) if back.flows else (),
        }

    def _gradient(self, node: tape.Node) -> Details:
        return self._swept.get(node) or noted.get(node, _NOTHING)

    def _kept_bytes(self, node: tape.Node) -> int:
        total = 0
        for array in arrays_kept(node):
            if id(array) not in self._kept:
                self._kept.add(id(array))
                total += array.nbytes
        return total

    def _constant(self, node: tape.Node, position: int, call: str | None) -> str | None:
        """The node of an array without gradient, if `node` has kept it for its rule."""
        array = node.saved[1 + position] if node.saved is not None else None
        if not isinstance(array, ndarray):
            return None
        if id(array) not in self._constants:
            value = statistics_of_value(array) if self.values else None
            self._constants[id(array)] = self._add(
                "constant", (Array(array.shape, array.dtype.name),), call, value=value
            )
        return self._constants[id(array)]


def array_of(node: tape.Node) -> tuple[Array, ...]:
    """Shape and dtype of what a node of the tape gives."""
    values = node.shape if node.dtype is None else (node,)
    return tuple(Array(tuple(value.shape), value.dtype.name) for value in values)


def _leaf_arrays(recorded: Sequence[tape.Node]) -> Iterable[Any]:
    """The arrays of leaves, as the owners of their memory, as far as some operation has kept them."""
    for node in recorded:
        if node.saved is not None:
            for parent, value in zip(node.parents, node.saved[1:], strict=False):
                if parent is not None and parent.primitive is None and isinstance(value, ndarray):
                    yield owner(value)


def _first_consumers(recorded: Sequence[tape.Node]) -> dict[tape.Node, tape.Node]:
    first: dict[tape.Node, tape.Node] = {}
    for node in recorded:
        for parent in node.parents:
            if parent is not None and parent.primitive is None:
                first.setdefault(parent, node)
    return first
