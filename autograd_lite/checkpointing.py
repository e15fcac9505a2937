"""Less memory for backward, for one more forward: a part of a computation is run again when backward comes to it.

    y = checkpoint(block, x)                      # as block(x), but nothing inside is kept
    y = checkpoint_sequential(layers, 10, x)      # a chain cut into 10 such parts

A chain of n layers in about sqrt(n) parts keeps O(sqrt n) intermediate values instead of n (T. Chen, B. Xu, C. Zhang
and C. Guestrin 2016, "Training deep nets with sublinear memory cost"; A. Griewank and A. Walther 2000 for the theory).
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.random import Generator

from . import random
from .changes import can_change, changed_since, next_order
from .mode import Mode, _mode, current
from .onlooking import looking
from .primitive import Traced, general
from .readings import Changed, Reader
from .several import record_many
from .sweeps import pullback, pushforward
from .tape import Node, watch_nodes_by
from .trees import flatten


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    preserve_rng_state: bool = True,
    determinism_check: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)`, of which nothing is kept for backward but the arguments: it is then run again.

    Gradients are those without it, of any order, forward and backward, also to what the function closes over (the
    parameters of a Module).  Calls may be nested.  The second run stops as soon as all has been made that is wanted.
    The function must do the same when it is run again: changing in between what it reads is an error of backward, as
    without a checkpoint, if a gradient flows to it.  ndarrays among the arguments are copied.

    Args:
        function: gives a Tensor, or a container of them.
        preserve_rng_state: random numbers that dropout and initializers draw, and any from a generator among the
            arguments or in a Module, are the same when the function is run again.
        determinism_check: raise if the function gives other shapes or dtypes, or depends on other Tensors, the second
            time.

    Raises:
        RuntimeError: (by backward) the function did not do the same again.

    After `torch.utils.checkpoint.checkpoint`.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
    >>> ag.checkpoint(lambda x: np.exp(np.sin(x)), x).sum().backward()
    >>> bool(np.allclose(x.grad, np.cos(x.data) * np.exp(np.sin(x.data))))
    True
    """
    if not current().recording:
        return function(*args, **kwargs)
    part = _Part(function, args, kwargs, preserve_rng_state, determinism_check)
    start, log = next_order(), _Log()
    with _logged(log), random.noting() as drawn, looking(Reader(start)) as reader:
        leaves, structure = flatten(function(*args, **kwargs))
    # orders fall: what was recorded inside has an order below `start`
    made = [i for i, y in enumerate(leaves) if isinstance(y, Traced) and y._node is not None and y._node.order < start]
    if not made:
        return structure.unflatten(leaves)
    part.border = border([leaves[i]._node for i in made], start)
    part.read = reader.arrays
    part.places = log.places([leaves[i]._node for i in made])
    if preserve_rng_state:
        part.remember(drawn)
    part.kinds = [(tuple(leaves[i].shape), leaves[i].dtype) for i in made]
    answers = record_many(
        _CHECKPOINT, [leaves[i]._data for i in made], (None, *part.border), tuple(part.border), {"part": part}
    )
    for i, answer in zip(made, answers, strict=True):
        leaves[i] = answer
    return structure.unflatten(leaves)


class _Part:
    """A call that is run again: everything that it depends on.

    border  the nodes outside that lead into it
    read    the arrays of the leaves that it reads
    places  of what it gives and was computed inside: which of the nodes it makes, in the order they are made
    kinds   their shapes and dtypes
    """

    border: list[Node]
    read: dict[Node, ndarray[Any, Any]]
    places: list[int]
    kinds: list[tuple[tuple[int, ...], Any]]

    def __init__(self, function: Any, args: Any, kwargs: Any, preserve: bool, check: bool) -> None:
        self.function, self.check = function, check
        self.args, self.kwargs = _own((args, kwargs))
        self.fusing = current().fusing
        self.start = next_order()
        self.generators = _generators(function, args, kwargs) if preserve else []
        self.states = [g.bit_generator.state for g in self.generators]

    def remember(self, drawn: dict[int, tuple[Generator, Any]]) -> None:
        """Keep the states of generators that nobody could see before they were drawn from."""
        known = set(map(id, self.generators))
        for key, (generator, state) in drawn.items():
            if key not in known:
                self.generators.append(generator)
                self.states.append(state)

    def again(self) -> list[Node]:
        """Run it once more, recorded, until all that is wanted has been made; gives the nodes of that."""
        if any(changed_since(array, self.start) for array in self.read.values()):
            raise self._changed()
        mode = current()
        token = _mode.set(Mode(True, self.fusing, mode.run, mode.examiner))
        start, log = next_order(), _Log(self.places)
        try:
            with _states(self.generators, self.states), _logged(log), looking(Reader(start, self.read)):
                self.function(*self.args, **self.kwargs)
        except Changed:
            raise self._changed() from None
        except _Enough as enough:
            if enough.log is not log:
                raise
        finally:
            _mode.reset(token)
        nodes = [log.found[place] for place in self.places if place in log.found]
        if self.check or len(nodes) < len(self.places):
            self._check(nodes, start)
        return nodes

    def _check(self, nodes: list[Node], start: int) -> None:
        found = [(tuple(node.shape), node.dtype) for node in nodes]
        if found != self.kinds:
            raise RuntimeError(
                f"checkpoint: run again for backward, {_name(self.function)} gives {_listed(found)} where it gave "
                f"{_listed(self.kinds)}; it has to do the same each time"
            )
        if set(border(nodes, start)) != set(self.border):
            raise RuntimeError(
                f"checkpoint: run again for backward, {_name(self.function)} depends on other Tensors than before; do "
                "not change which it uses, nor their requires_grad, between forward and backward"
            )

    def _changed(self) -> RuntimeError:
        return RuntimeError(
            f"checkpoint: a Tensor that {_name(self.function)} reads was changed after it ran (by an optimizer step, "
            "load_state_dict, `t.data =` or an in-place update), and it has to run again; call backward() before "
            "changing it, or run the forward pass again"
        )


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _listed(kinds: Sequence[tuple[tuple[int, ...], Any]]) -> str:
    return ", ".join(f"{dtype}{list(shape)}" for shape, dtype in kinds) or "less"


def _own(arguments: Any) -> Any:
    """Arguments with copies of the user's own ndarrays: they may be changed before backward runs."""
    leaves, structure = flatten(arguments, lambda part: hasattr(type(part), "named_parameters"))
    copied = [x.copy() if isinstance(x, ndarray) and can_change(x) else x for x in leaves]
    return structure.unflatten(copied)


def border(nodes: Sequence[Node], start: int) -> list[Node]:
    """The nodes recorded before `start` that those after it, which lead to `nodes`, come from; the oldest first."""
    found: set[Node] = set()
    seen: set[Node] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node.order > start:
            found.add(node)
        elif node not in seen:
            seen.add(node)
            stack.extend(parent for parent in node.parents if parent is not None)
    return sorted(found, key=lambda node: -node.order)


# --- which nodes a run makes


class _Log:
    """The nodes that a run makes, in order: weakly all of them, or those at the places that are wanted."""

    def __init__(self, wanted: Sequence[int] = ()) -> None:
        self.wanted = set(wanted)
        self.enough = max(wanted) + 1 if wanted else math.inf
        self.count = 0
        self.seen: list[weakref.ref[Node]] = []
        self.found: dict[int, Node] = {}

    def add(self, node: Node) -> None:
        if self.count >= self.enough:
            raise _Enough(self)
        if self.count in self.wanted:
            self.found[self.count] = node
        elif not self.wanted:
            self.seen.append(weakref.ref(node))
        self.count += 1

    def places(self, nodes: Sequence[Node]) -> list[int]:
        where = {id(node): i for i, ref in enumerate(self.seen) if (node := ref()) is not None}
        return [where[id(node)] for node in nodes]


class _Enough(BaseException):  # it passes through whatever the function catches
    """All that is wanted has been made: the run need not go on."""

    def __init__(self, log: _Log) -> None:
        super().__init__()
        self.log = log


_logs: ContextVar[tuple[_Log, ...]] = ContextVar("autograd_lite_checkpoint_logs", default=())
_open = 0  # how many are open in all threads
_counting = Lock()


@contextmanager
def _logged(log: _Log) -> Iterator[None]:
    """Let the nodes that are made here be logged."""
    global _open
    with _counting:
        _open += 1
        watch_nodes_by(_note)
    token = _logs.set((*_logs.get(), log))
    try:
        yield
    finally:
        _logs.reset(token)
        with _counting:
            _open -= 1
            if not _open:
                watch_nodes_by(None)


def _note(node: Node) -> None:
    for log in _logs.get():
        log.add(node)


# --- random numbers


def _generators(function: Any, args: Any, kwargs: Any) -> list[Generator]:
    """The generators that a call may draw from, as far as can be seen."""
    holders = [function, getattr(function, "__self__", None), getattr(function, "func", None), *args, *kwargs.values()]
    holders += function.functions if isinstance(function, _Chain) else []
    found = [random.generator_or_default(None)]
    for holder in holders:
        if isinstance(holder, Generator):
            found.append(holder)
        elif hasattr(type(holder), "named_modules"):
            for module in holder.modules():
                found += [value for value in vars(module).values() if isinstance(value, Generator)]
    return list({id(g): g for g in found}.values())


@contextmanager
def _states(generators: Sequence[Generator], states: Sequence[Any]) -> Iterator[None]:
    """Generators as they were at some time, inside the block."""
    now = [g.bit_generator.state for g in generators]
    for g, state in zip(generators, states, strict=True):
        g.bit_generator.state = state
    try:
        yield
    finally:
        for g, state in zip(generators, now, strict=True):
            g.bit_generator.state = state


# --- its place on the tape


def _again(*_border: Any, part: _Part) -> Any:
    return part.function(*part.args, **part.kwargs)


def _recorded(values: Sequence[Any]) -> bool:
    return any(isinstance(v, Traced) and v._data is not v for v in values)


def _vjp(g: Any, _ans: Any, *_outside: Any, part: _Part) -> list[Any]:
    arrived = sorted(g.parts.items())
    values = [value for _, value in arrived]
    tops = part.again()
    found = pullback(
        [tops[i] for i, _ in arrived],
        values,
        inputs=part.border,
        stop=True,  # how they depend on each other is for the sweep outside
        without_hooks=set(part.border),
        create_graph=_recorded(values),
        retain_graph=_recorded(values),
    )
    return [np.zeros(n.shape, n.dtype) if d is None else d for d, n in zip(found, part.border, strict=True)]


def _jvp(tangents: Sequence[Any], _saved: Any, kwargs: dict[str, Any]) -> list[Any]:
    part: _Part = kwargs["part"]
    moving = [(node, v) for node, v in zip(part.border, tangents, strict=True) if v is not None]
    values = [v for _, v in moving]
    tops = part.again()
    found = pushforward(tops, [node for node, _ in moving], values, create_graph=_recorded(values))
    return [np.zeros(top.shape, top.dtype) if v is None else v for v, top in zip(found, tops, strict=True)]


_again.__name__ = "checkpoint"
_CHECKPOINT = general(_again, joint=_vjp, jvps=(), many=True, math="the rules of what is run again")
_CHECKPOINT.jvp = _jvp


def checkpoint_sequential(functions: Any, segments: int, input: Any, *, preserve_rng_state: bool = True) -> Any:
    """A chain of functions, f_n(... f_2(f_1(input))), in `segments` parts of which all but the last are checkpoints.

    With about sqrt(n) parts the memory for backward is O(sqrt n), for one more forward in time.

    Args:
        functions: a `Sequential`, or functions of one argument in the order they are applied.
        segments: how many parts, at least 1 and at most as many as functions.

    Raises:
        ValueError: `segments` is out of range.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([1.0], requires_grad=True)
    >>> ag.checkpoint_sequential([np.sin] * 9, 3, x).sum().backward()
    >>> x.grad is not None
    True
    """
    chain = list(functions)
    if not 1 <= segments <= len(chain):
        raise ValueError(f"checkpoint_sequential: segments must be from 1 to {len(chain)}, not {segments}")
    ends = [len(chain) * i // segments for i in range(segments + 1)]

    parts = [_Chain(chain[first:last]) for first, last in pairwise(ends)]
    for part in parts[:-1]:
        input = checkpoint(part, input, preserve_rng_state=preserve_rng_state)
    return parts[-1](input)


class _Chain:
    """Functions one after the other."""

    def __init__(self, functions: Sequence[Callable[[Any], Any]]) -> None:
        self.functions = functions

    def __call__(self, x: Any) -> Any:
        for function in self.functions:
            x = function(x)
        return x
