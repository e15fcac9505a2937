"""The recorded graph as rules see it: steps with their arguments, values, shapes, modules and source lines.

Of the values, a graph keeps what its derivative rules read.  The others are computed again here from what is kept,
wherever it is enough for that; a value that cannot be had is None, and a rule that needs it stays silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from ... import tape
from ...graph.model import Graph
from ...graph.model import Node as Record
from ...graph.reading import leading_to
from ...graph.scopes import Scope, scopes_of
from ...primitive import Fused
from ...several import StandIn
from ...source_lines import SourceLine, line_of
from ...sweeps import pullback
from ...tensor import Tensor

Named = tuple[str, Tensor]
"""A parameter under its name."""


class Step:
    """An operation that was recorded, or a leaf.

    op         the name of the operation; "" for a leaf
    node       on the tape
    record     the same as plain data
    arguments  the Step that gave each argument; None for a constant
    consumers  the Steps that take its value, each with the position it takes it at
    module     the call of a module it was recorded in, "Net.hidden: Linear"; "" if in none
    value      what it gave, or None if that is not known
    """

    def __init__(self, node: tape.Node, record: Record, arguments: tuple[Step | None, ...], module: str) -> None:
        self.op = "" if node.primitive is None else node.primitive.name
        self.node, self.record, self.arguments, self.module = node, record, arguments, module
        self.consumers: list[tuple[Step, int]] = []
        self.value: Any = None
        for position, argument in enumerate(arguments):
            if argument is not None:
                argument.consumers.append((self, position))

    def __repr__(self) -> str:
        return f"<Step {self.record.id} {self.record.title} {self.shape}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of its value; () for an operation that gives several."""
        return self.record.shape or ()

    @property
    def line(self) -> SourceLine | None:
        return line_of(self.node)

    @property
    def kwargs(self) -> dict[str, Any]:
        return self.node.kwargs or {}

    def argument(self, position: int) -> Any:
        """The value of an argument: an array, or whatever else was given; None if it is not known."""
        source = self.arguments[position] if position < len(self.arguments) else None
        if source is not None and source.value is not None:
            return source.value
        saved = self.node.saved or ()
        kept = saved[1 + position] if 1 + position < len(saved) else None
        return None if isinstance(kept, (tape.Node, StandIn)) else kept

    def constant(self, position: int) -> Any:
        """An argument that carries no gradient, if it is known."""
        return None if self.arguments[position] is not None else self.argument(position)

    @property
    def summed_up(self) -> bool:
        """Whether its elements do nothing but become one number, elementwise and by reductions: part of a loss."""
        waiting, seen, ends = [self], {self}, 0
        while waiting:
            for consumer, _ in waiting.pop().consumers:
                if consumer in seen:
                    continue
                seen.add(consumer)
                if consumer.op in _REDUCING and prod(consumer.shape) == 1:
                    ends += 1
                elif consumer.op in _REDUCING or _elementwise(consumer):
                    waiting.append(consumer)
                else:
                    return False
        return ends > 0

    def source(self, position: int = 0) -> Step | None:
        """The step that gave an argument, seen through those that only move elements about."""
        return behind(self.arguments[position]) if position < len(self.arguments) else None


_REDUCING = ("sum", "mean", "norm", "max", "min", "var", "std", "dot", "vecdot", "inner")
_MOVING = {
    "alias", "astype", "broadcast_to", "copy", "expand_dims", "flip", "getitem", "matrix_transpose", "moveaxis",
    "output", "positive", "reshape", "split", "squeeze", "swapaxes", "take", "transpose", "unstack",
}  # fmt: skip


def behind(step: Step | None, also: frozenset[str] = frozenset()) -> Step | None:
    """The step that a value comes from, seen through those that only move elements about (and those in `also`)."""
    while step is not None and (step.op in _MOVING or step.op in also):
        step = next((argument for argument in step.arguments if argument is not None), None)
    return step


def number(value: Any) -> Any:
    """The one number that an argument is, or None."""
    size = getattr(value, "size", None)
    if isinstance(value, (int, float)) or size == 1:
        return float(np.real(np.asarray(value)).reshape(()))
    return None


class View:
    """The graph of a loss, and what is known beside it.

    steps       the operations and leaves on a path to the loss, oldest first
    parameters  (name, Tensor) of all that are known: of the model, the optimizer, the modules that were called
    modules     those that were called, the outermost
    trials      what calling the function again has shown; None where there is no function
    """

    def __init__(
        self, loss: Tensor, *, parameters: Sequence[Named] = (), model: Any = None, optimizer: Any = None
    ) -> None:
        self.loss = loss
        self.model = model
        self.optimizers = [] if optimizer is None else list(optimizer) if _many(optimizer) else [optimizer]
        self.trials: Any = None
        nodes = [] if loss._node is None else leading_to([loss._node])
        _check_pending(nodes)
        self.steps: list[Step] = []
        self.scopes: dict[tape.Node, Scope | None] = scopes_of(nodes)
        if nodes:
            graph = Graph.of(loss)
            paths = {call.id: f"{call.path}: {call.kind}" if call.name else call.path for call in graph.calls}
            records = [record for record in graph.nodes if record.kind in ("op", "parameter", "input")]
            found: dict[tape.Node | None, Step] = {}
            for node, record in zip(nodes, records, strict=True):
                arguments = tuple(found.get(parent) for parent in node.parents)
                found[node] = Step(node, record, arguments, paths.get(record.call or "", ""))
            self.steps = list(found.values())
        self.modules = self._outermost_modules()
        self.parameters = list(self._known_parameters(parameters))
        self._find_values()

    def close(self) -> None:
        """Let go of the graph: steps know each other both ways, and would keep it until Python's collector comes."""
        for step in self.steps:
            step.consumers.clear()
        self.__dict__.pop("leaves", None)
        self.steps.clear()

    def of(self, *names: str) -> Iterator[Step]:
        """The steps of operations with these names."""
        return (step for step in self.steps if step.op in names)

    @cached_property
    def leaves(self) -> dict[tape.Node, Step]:
        """The leaves, by their nodes."""
        return {step.node: step for step in self.steps if step.node.primitive is None}

    @cached_property
    def cotangents(self) -> dict[tape.Node, Any]:
        """The gradient of the (sum of the) loss by each node's value; empty if it cannot be had.

        Nobody's `.grad` is touched, and the graph stays as it is.
        """
        if self.loss._node is None:
            return {}
        nodes = [step.node for step in self.steps]
        seed = np.ones(self.loss.shape, self.loss.dtype)
        try:
            with np.errstate(all="ignore"):
                arrived = pullback([self.loss._node], [seed], inputs=nodes, retain_graph=True)
        except Exception:  # an array was changed (a rule of its own), a matrix has become singular, ...
            return {}
        return {node: g for node, g in zip(nodes, arrived, strict=True) if isinstance(g, (np.ndarray, np.generic))}

    def name_of(self, node: tape.Node) -> str:
        """What a leaf is called."""
        for name, parameter in self.parameters:
            if parameter._node is node:
                return name
        return node.name if node.name != "leaf" else f"a leaf {node.dtype}{list(node.shape)}"

    def _outermost_modules(self) -> list[Any]:
        found: dict[int, Any] = {}
        for scope in self.scopes.values():
            while scope is not None and scope.outer is not None:
                scope = scope.outer
            module = None if scope is None else scope.module()
            if module is not None:
                found[id(module)] = module
        if self.model is not None:
            found[id(self.model)] = self.model
        return list(found.values())

    def _known_parameters(self, given: Sequence[Named]) -> Iterator[Named]:
        """Each parameter once, under the name that says most."""
        seen: set[int] = set()
        for name, tensor in self._all_parameters(given):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                yield name, tensor

    def _all_parameters(self, given: Sequence[Named]) -> Iterator[Named]:
        for module in ([self.model] if self.model is not None else []) + self.modules:
            yield from module.named_parameters()
        yield from given
        for i, tensor in enumerate(self.optimized):
            yield tensor.name or f"parameter {i} of the optimizer", tensor

    @cached_property
    def optimized(self) -> list[Tensor]:
        """What the optimizers train."""
        return [tensor for o in self.optimizers for group in o.param_groups for tensor in group["params"]]

    def _find_values(self) -> None:
        held = {parameter._node: parameter._data for _, parameter in self.parameters}
        for step in self.steps:
            step.value = _kept_value(step)
            if step.value is None:
                step.value = held.get(step.node) if step.node.primitive is None else _computed_again(step)


def _elementwise(step: Step) -> bool:
    return step.node.primitive is not None and step.node.primitive.kind == "elementwise"


def _many(value: Any) -> bool:
    return isinstance(value, Iterable) and not hasattr(value, "param_groups")


def _check_pending(nodes: Iterable[tape.Node]) -> None:
    for node in nodes:
        if node.saved is None:
            raise RuntimeError(
                "lint reads what the graph has saved, and backward() has released that; call lint(loss) before "
                "loss.backward(), or backward(retain_graph=True)"
            )


def _kept_value(step: Step) -> Any:
    """What a step gave, if it kept that or one that takes it did."""
    primitive = step.node.primitive
    if primitive is not None and not isinstance(primitive, Fused):
        ans = (step.node.saved or (None,))[0]
        if ans is not None:
            return ans
    for consumer, position in step.consumers:
        kept = (consumer.node.saved or ())[1 + position]
        if isinstance(kept, (np.ndarray, np.generic)):
            return kept
    return None


def _computed_again(step: Step) -> Any:
    """What a step gave, if all its arguments are known."""
    primitive = step.node.primitive
    assert primitive is not None
    args = [step.argument(position) for position in range(len(step.arguments))]
    if any(arg is None and argument is not None for arg, argument in zip(args, step.arguments, strict=True)):
        return None
    if any(arg is None for arg in args) and primitive.kind in ("elementwise", "bilinear"):
        return None  # None may be an argument as it was given, or one that was not kept
    try:
        with np.errstate(all="ignore"):
            value = primitive.raw(*args, **step.kwargs)
    except Exception:  # an argument that was not kept
        return None
    if primitive.many:
        return value
    return value if getattr(value, "shape", None) == step.shape else None
