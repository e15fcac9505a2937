"""Backpropagation step by step: what arrives at each value, and what its rule sends on, with formulas and numbers.

    for step in ag.graph.backward_steps(loss):
        print(step)                    # L̄ = 1.0, then what each argument receives

The order is that of the engine, newest operation first, and so are the sums: what a leaf has got in the end is, bit for
bit, what `ag.grad` gives.  Nothing is changed: no `.grad`, no hook is called, nothing saved is released.  Each step
works when it is asked for, so that a debugger, or a class, can stop between two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .. import changes, tape
from ..changes import check_unchanged, recorded_at
from ..gradients import seed
from ..mode import _mode, current
from ..primitive import Traced
from ..several import Bundle
from ..tensor import Tensor
from .formulas import Formula, Tracing, fitted
from .model import Graph, Node
from .numbers import shown_array
from .reading import leading_to
from .symbols import Symbol, symbols_of

Array = ndarray[Any, Any]


class Contribution:
    """What the rule of an operation sends to one of its arguments.

    Attributes:
        node: the argument, a node of `Graph.of(loss)`.
        symbol: what it is called in formulas.
        position: which argument it is.
        value: the numbers, of the shape of the argument.  For an operation that gives several, a list with an array for
            each that something was sent to, and None for the others.
        total: all that the argument has received up to here.
        added: whether something had arrived there before, to which this was added.
    """

    __slots__ = ("_tracing", "added", "node", "position", "symbol", "total", "value")

    def __init__(
        self, node: Node, symbol: Symbol, position: int, value: Any, total: Any, added: bool, tracing: Tracing
    ) -> None:
        self.node, self.symbol, self.position = node, symbol, position
        self.value, self.total, self.added = value, total, added
        self._tracing = tracing

    @property
    def formula(self) -> Formula:
        """How it was computed: the rule of the operation, read off by running it once more."""
        return self._tracing.formulas[self.position]

    def __str__(self) -> str:
        sign = "+=" if self.added else "="
        return f"{self.symbol.barred.text} {sign} {self.formula.text} = {shown_array(self.value)}"


class Step:
    """One step of backpropagation: all has arrived at a value, and its rule sends it on.

    Attributes:
        node: the value, a node of `Graph.of(loss)`.
        symbol: what it is called in formulas.
        cotangent: what has arrived, the derivative of the loss by the value; of a complex value its conjugate, which is
            what rules compute with.  For an operation that gives several, a list as in `Contribution.value`.
        contributions: what is sent to each argument to which a gradient flows; none for a leaf.
    """

    __slots__ = ("contributions", "cotangent", "node", "symbol")

    def __init__(self, node: Node, symbol: Symbol, cotangent: Any, contributions: tuple[Contribution, ...]) -> None:
        self.node, self.symbol, self.cotangent, self.contributions = node, symbol, cotangent, contributions

    @property
    def gradient(self) -> Any:
        """The gradient by the value, as `ag.grad` gives it."""
        complex_number = isinstance(self.cotangent, ndarray) and self.cotangent.dtype.kind == "c"
        return np.conjugate(self.cotangent) if complex_number else self.cotangent

    def __str__(self) -> str:
        lines = [f"{self.symbol.barred.text} = {shown_array(self.cotangent)}", *map(str, self.contributions)]
        return "\n    ".join(lines)

    def __repr__(self) -> str:
        return f"<Step at {self.node.id} {self.symbol.text}, {len(self.contributions)} contributions>"


def backward_steps(loss: Tensor, gradient: Any = None) -> Iterator[Step]:
    """Walk through backpropagation from `loss`, one value at a time, newest first.

    Args:
        loss: a Tensor of any shape, with its graph.
        gradient: the cotangent to begin with, of the shape of `loss`; if left out, 1 for a single element.

    Returns:
        An iterator over a `Step` for each value that a gradient arrives at: operations, and leaves when all has
        arrived at them.

    Raises:
        TypeError: `loss` is not a Tensor, or it is a batch inside of `vmap`.
        RuntimeError: it has no graph; `gradient` does not fit; an earlier backward has released the graph.

    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> for step in ag.graph.backward_steps((x * x).sum()):
    ...     print(step)
    L̄ = 1.0
        z̄1 = broadcast_to(reshape(L̄, (1,)), (2,)) = [1.0, 1.0]
    z̄1 = [1.0, 1.0]
        x̄ = z̄1 * x = [1.0, 2.0]
        x̄ += z̄1 * x = [1.0, 2.0]
    x̄ = [2.0, 4.0]
    """
    if not isinstance(loss, Tensor):
        raise TypeError(f"backward_steps() walks from a Tensor, not from {type(loss).__name__}")
    if isinstance(loss._data, Traced):
        raise TypeError("backward_steps() walks through the graph of one example; call it outside of vmap")
    first = seed(loss, gradient, "backward_steps()")
    first = first._data if isinstance(first, Traced) else first
    graph = Graph.of(loss, values=False, gradients=False)
    return _walk(loss._node, first, nodes_by_recorded(loss, graph), symbols_of(graph))


def nodes_by_recorded(loss: Tensor, graph: Graph) -> dict[tape.Node, Node]:
    """Which node of `Graph.of(loss)` stands for each node of the tape, oldest first.

    Raises:
        RuntimeError: an earlier backward has released what one of them had saved.
    """
    recorded = leading_to([loss._node])
    for node in recorded:
        check_saved(node)
    return dict(zip(recorded, (n for n in graph.nodes if n.kind not in ("constant", "output")), strict=True))


def check_saved(node: tape.Node) -> None:
    """Raise RuntimeError if what a node had saved is gone, or was written to."""
    if node.held is None:  # which does not unpack it
        raise RuntimeError(
            f"backward through {node.name} was run before, and has released what it had saved; pass retain_graph=True "
            f"to that backward, or walk before it{recorded_at(node)}"
        )
    if node.order > changes.last_change:
        check_unchanged(node)


def _walk(output: tape.Node, first: Any, known: dict[tape.Node, Node], symbols: dict[str, Symbol]) -> Iterator[Step]:
    waiting = [*known]  # oldest first: the next one is last
    carried: dict[tape.Node, Any] = {output: first}
    while waiting:
        yield _step(waiting.pop(), carried, known, symbols)  # of which nothing stays here


def _step(
    node: tape.Node, carried: dict[tape.Node, Any], known: dict[tape.Node, Node], symbols: dict[str, Symbol]
) -> Step:
    """The step at a node, which takes its cotangent out of what is carried, and adds what its rules send."""
    here, g = known[node], carried.pop(node)
    contributions = []
    if node.primitive is not None:
        check_saved(node)
        saved: tuple[Any, ...] = node.saved  # type: ignore[assignment]  # once, since that may unpack it
        names = [None if parent is None else symbols[known[parent].id] for parent in node.parents]
        constants = [None if id is None else symbols[id] for id in here.arguments]
        tracing = Tracing(node, saved, g, symbols[here.id], names, constants)
        for position, (parent, d) in enumerate(zip(node.parents, _cotangents(node, saved, g), strict=True)):
            if parent is None:
                continue
            added = parent in carried
            carried[parent] = carried[parent] + d if added else d
            there = known[parent]
            value, total = _copied(d), _copied(carried[parent])
            contributions.append(Contribution(there, symbols[there.id], position, value, total, added, tracing))
    return Step(here, symbols[here.id], _copied(g), tuple(contributions))


def _cotangents(node: tape.Node, saved: tuple[Any, ...], g: Any) -> Sequence[Any]:
    """What the rules of a node give for each argument, as `sweeps.pullback` has it; None where nothing flows."""
    primitive = node.primitive
    assert primitive is not None
    kwargs = node.kwargs or {}
    token = _mode.set(current().with_examiner(None))  # nobody looks on: this is no backward of the user's
    try:
        parts: Sequence[Any] | None = None
        if primitive.name == "backward_hooks":
            parts = g.filled()  # an identity: the hooks are not called
        elif primitive.joint is not None:
            parts = primitive.joint(g, *saved, **kwargs)
        elif primitive.together:
            parts = primitive.kernel.backward(g, saved[0], [*node.parents], *saved[1:], **kwargs)
        elif primitive.many:
            g = g.filled()
        found: list[Any] = []
        for i, parent in enumerate(node.parents):
            if parent is None:
                found.append(None)
                continue
            d = parts[i] if parts is not None else primitive.vjps[i](g, *saved, **kwargs)  # type: ignore[misc]
            found.append(fitted(d, parent))
        return found
    finally:
        _mode.reset(token)


def _copied(g: Any) -> Any:
    if isinstance(g, Bundle):
        return [None if i not in g.parts else np.array(g.parts[i]) for i in range(len(g.shape))]
    return np.array(g)
