"""A model run to be looked at: every call of a module inside it, every value, every gradient.

While it runs, the `forward` of each module is watched.  What goes into a call goes in under an alias, a place in the
graph of its own, so that the gradient which comes out of this call alone can be asked for.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ..changes import next_order
from ..graph.reading import leading_to
from ..primitive import Fused
from ..random import generator_or_default
from ..source_lines import SourceLine, lines_above, source_lines
from ..tape import Node
from .model_sides import EngineSide, Side, mapped, tensors_in
from .oracles.directions import Array, dense
from .run_again import everything_kept, random_states, restore

LossFunction = Callable[[Any], Any]


class Seen:
    """A tensor as it was when it was seen: its values, and the gradient by it.

    noise  how far the values, and (`gradient_noise`) the gradient, move when rounding errors are made on purpose
    """

    __slots__ = ("array", "gradient", "gradient_noise", "handle", "noise")

    def __init__(self, array: Array, handle: Any) -> None:
        self.array, self.handle = array, handle
        self.gradient: Array | None = None
        self.noise = self.gradient_noise = 0.0


@dataclass(eq=False)
class Call:
    """A call of a module.

    name      of the module, dotted; "" for the model itself
    kind      its class
    turn      0 for the first call of this module, 1 for the second, ...
    begin     when it began and ended, by the tape's clock, which counts downwards
    line      of the user's program that called it
    """

    name: str
    kind: str
    turn: int
    begin: int
    line: SourceLine | None
    end: int = 0
    inputs: dict[str, Seen] = field(default_factory=dict)
    outputs: dict[str, Seen] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The name, "fc (second call)" where it is not the first."""
        return (self.name or "the model") + (f" (call {self.turn + 1})" if self.turn else "")


class Run:
    """What was seen in a run.

    calls       in the order in which they ended
    inputs      the floating ones, by position
    parameters  by name
    nodes       of the engine, oldest first; empty for a model of PyTorch
    """

    def __init__(self, calls: list[Call], inputs: dict[int, Seen], parameters: dict[str, Seen]) -> None:
        self.calls, self.inputs, self.parameters = calls, inputs, parameters
        self.loss: Seen | None = None
        self.nodes: dict[Node, Seen] = {}

    @property
    def whole(self) -> Call:
        """The call of the model itself."""
        return self.calls[-1]

    def seen(self) -> Iterator[tuple[Any, Seen]]:
        """All that was seen, under keys that are the same in another run of the same model."""
        for call in self.calls:
            yield from (((call.name, call.turn, "in", path), seen) for path, seen in call.inputs.items())
            yield from (((call.name, call.turn, "out", path), seen) for path, seen in call.outputs.items())
        yield from self.inputs.items()
        yield from self.parameters.items()
        yield from (((i, node.name, "node"), seen) for i, (node, seen) in enumerate(self.nodes.items()))
        if self.loss is not None:
            yield "the loss", self.loss


def run(side: Side, values: Sequence[Any], seed: int, loss: LossFunction | None) -> Run:
    """Run a model on some inputs, and sweep back from its loss, or from random weights on its outputs."""
    calls: list[Call] = []
    with ExitStack() as stack:
        stack.enter_context(side.recording())
        stack.enter_context(side.undisturbed(seed))
        if isinstance(side, EngineSide):
            stack.enter_context(everything_kept())
            stack.enter_context(source_lines())
        with _watched(side, calls):
            given = [side.argument(x) if isinstance(x, np.ndarray) else x for x in values]
            leaves = {i: _seen(side, x) for i, x in enumerate(given) if side.is_tensor(x) and floats(side.array(x))}
            answer = side.model(*given)
        seen = Run(calls, leaves, {name: _seen(side, p) for name, p in side.parameters.items()})
        if loss is None:
            ends = [y for y in tensors_in(answer, side).values() if floats(side.array(y))]
            arrays = [side.array(y) for y in ends]
            cotangents = [_weights(a, [seed, i]) for i, a in enumerate(arrays)]
        else:
            ends = [_checked_loss(loss(answer), side)]
            seen.loss = _seen(side, ends[0])
            cotangents = [np.ones(seen.loss.array.shape, seen.loss.array.dtype)]
        if isinstance(side, EngineSide):
            seen.nodes = _nodes_of(ends, seen)
        everything = [one for _, one in seen.seen()]
        found = side.gradients(ends, cotangents, [one.handle for one in everything])
    for one, gradient in zip(everything, found, strict=True):
        one.gradient = gradient
    return seen


def _weights(array: Array, seed: Sequence[int]) -> Array:
    """Random weights for an output, complex if it is."""
    ones = np.ones(array.shape)
    weights = dense(ones, np.random.default_rng(seed)).array
    if array.dtype.kind == "c":
        weights = weights + 1j * dense(ones, np.random.default_rng([*seed, 1])).array
    return weights.astype(array.dtype)


def _checked_loss(loss: Any, side: Side) -> Any:
    if not side.is_tensor(loss) or side.array(loss).size != 1 or side.array(loss).dtype.kind != "f":
        raise TypeError("compare_models: loss= must give a single real number, a tensor of the model's own framework")
    return loss


def floats(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _seen(side: Side, tensor: Any) -> Seen:
    return Seen(side.array(tensor), side.handle(tensor))


# --- modules, watched --------------------------------------------------------------------------------------


@contextmanager
def _watched(side: Side, calls: list[Call]) -> Iterator[None]:
    """Note the calls of all modules; a `forward` set on the instance comes before that of the class."""
    turns: Counter[str] = Counter()
    before = [(module, module.__dict__.get("forward")) for module in side.modules.values()]
    try:
        for name, module in side.modules.items():
            module.__dict__["forward"] = partial(_forward, side, calls, turns, name, module.forward)
        yield
    finally:
        for module, forward in before:
            if forward is None:
                del module.__dict__["forward"]
            else:
                module.__dict__["forward"] = forward


def _forward(
    side: Side, calls: list[Call], turns: Counter[str], name: str, forward: Any, /, *args: Any, **kwargs: Any
) -> Any:
    kind = type(side.modules[name]).__name__
    call = Call(name, kind, turns[name], next_order(), next(iter(lines_above(sys._getframe(1))), None))
    turns[name] += 1
    settle: list[Callable[[], None]] = []

    def enter(path: str, tensor: Any) -> Any:
        alias, back = side.alias(tensor)
        settle.append(back)
        call.inputs[path] = _seen(side, alias)
        return alias

    args = mapped(args, enter, side.is_tensor)
    kwargs = mapped(kwargs, enter, side.is_tensor)
    answer = forward(*args, **kwargs)
    for back in settle:
        back()
    call.outputs = {path: _seen(side, tensor) for path, tensor in tensors_in(answer, side).items()}
    call.end = next_order()
    calls.append(call)
    return answer


def _nodes_of(ends: Sequence[Any], seen: Run) -> dict[Node, Seen]:
    """The nodes that lead to the ends, oldest first, with their values where they are known.

    Operations that give several arrays are left out: those that pick one of them stand for them.
    """
    nodes = leading_to([end._node for end in ends if end._node is not None])
    values: dict[Node, Any] = {one.handle: one.array for _, one in seen.seen() if one.handle is not None}
    for node in nodes:
        if node.primitive is not None and not isinstance(node.primitive, Fused) and node.saved is not None:
            values.setdefault(node, node.saved[0])
        for parent, value in zip(node.parents, (node.saved or ())[1:], strict=False):
            if parent is not None:
                values.setdefault(parent, value)
    return {
        node: Seen(np.asarray(values[node]), node)
        for node in nodes
        if node.dtype is not None and isinstance(values.get(node), (np.ndarray, np.generic))
    }


@contextmanager
def repeatable(*sides: Side) -> Iterator[Callable[[int, bool], None]]:
    """Random numbers that can be begun anew; gives begin(seed, also the generators that modules have of their own)."""
    states = random_states(*(side.model for side in sides))

    def begin(seed: int, own: bool) -> None:
        if own:
            restore(states)
        generator_or_default(None).bit_generator.state = np.random.default_rng(seed).bit_generator.state
        np.random.seed(seed)
        random.seed(seed)

    try:
        yield begin
    finally:
        restore(states)
