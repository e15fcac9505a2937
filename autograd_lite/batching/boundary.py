"""How Tensors come into a batch and out of it with their gradients: `enter` and `leave`.

Inside, the tape records what one example does; its nodes hold batched arrays.  Leaving makes one node outside, `vmap`,
whose arguments are all Tensors from outside that what leaves depends on.  Its rules sweep over the graph inside, and at
the border a cotangent that each example has of its own is added up, unless it belongs to something that came in
batched.  The rules are recorded too if asked for, so derivatives of any order go through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from ..mode import Mode, _mode, current
from ..primitive import Traced, general
from ..several import StandIn
from ..sweeps import pullback, pushforward
from ..tape import Node, record, wrap
from .batched import Batched, BatchedShape, run
from .rules.parts import spread_out


def _entered(x: Any, level: int) -> Any:
    """An array as a batch; newer batches stay outside of it."""
    if isinstance(x, Batched) and x.level > level:
        return Batched(_entered(np.swapaxes(x.physical, 0, 1), level), x.level)
    return Batched(x, level)


def _left(x: Any, level: int, size: int) -> Any:
    """The inverse; what is the same for all examples is repeated."""
    if isinstance(x, Batched) and x.level > level and level in x.levels:
        return Batched(np.swapaxes(_left(x.physical, level, size), 0, 1), x.level)
    return spread_out(x, level, size)


def _enter(x: Any, level: int) -> Any:
    return _entered(x, level)


def _entering(g: Any, _ans: Any, _x: Any, level: int) -> Any:
    return leave(g, level, _x.shape[0])


_enter.__name__ = "enter"
ENTER = general(
    _enter,
    vjps=(_entering,),
    jvps=(lambda v, _ans, _x, level: enter(v, level),),
    math="the arrays along the first axis, each as an example",
)


def enter(x: Any, level: int) -> Any:
    """An array, or a Tensor, whose first axis is that of the examples, as what one example sees."""
    if not isinstance(x, Traced) or isinstance(x, Batched):
        return _entered(x, level)
    batched = _entered(x._data, level)
    if x._node is None or not current().recording:
        return wrap(batched, None)
    return record(ENTER, batched, (None, x._node), (x._node,), {"level": level})


class _Inside:
    """The graph of a batch, from what leaves it back to where it comes from.

    entered   the nodes through which batched Tensors have come in
    outer     the nodes outside that are the same for all examples
    """

    def __init__(self, top: Node, level: int, size: int) -> None:
        self.top, self.level, self.size = top, level, size
        self.entered: list[Node] = []
        self.outer: list[Node] = []
        seen = set()
        stack = [top]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if not _is_inside(node, level):
                self.outer.append(node)
            elif node.primitive is ENTER and node.kwargs == {"level": level}:
                self.entered.append(node)
            else:
                stack.extend(parent for parent in node.parents if parent is not None)

    @property
    def border(self) -> list[Node]:
        """The nodes where a sweep inside ends (or begins, forward)."""
        return [*self.entered, *self.outer]

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The same nodes, seen from outside."""
        return (*[node.parents[0] for node in self.entered if node.parents[0] is not None], *self.outer)


def _is_inside(node: Node, level: int) -> bool:
    shape = node.shape
    if shape and isinstance(shape[0], StandIn):  # of an operation with several answers
        return any(isinstance(part.shape, BatchedShape) and level in part.shape.levels for part in shape)
    return isinstance(shape, BatchedShape) and level in shape.levels


def _sweep(run_sweep: Any, values: Sequence[Any], **options: Any) -> list[Any]:
    """A sweep inside the batch, recorded if what it carries is."""
    recorded = any(isinstance(v, Traced) and not isinstance(v, Batched) for v in values)
    mode = current()
    token = _mode.set(Mode(recorded, mode.fusing, run, mode.examiner))
    try:
        if recorded:
            values = [v if isinstance(v, Traced) and not isinstance(v, Batched) else wrap(v, None) for v in values]
        found: list[Any] = run_sweep(values=values, create_graph=recorded, **options)
        return found
    finally:
        _mode.reset(token)


def _leave(*_outside: Any, inside: _Inside, answer: Any) -> Any:  # noqa: ARG001  # what stands in the graph
    return answer


def _leave_vjp(g: Any, _ans: Any, *_outside: Any, inside: _Inside) -> list[Any]:
    def back(values: Any, create_graph: bool) -> list[Any]:
        found = pullback(
            [inside.top],
            values,
            inputs=inside.border,
            stop=True,  # how they depend on each other is for the sweep outside
            without_hooks=inside.outer,
            create_graph=create_graph,
            retain_graph=True,
        )
        parts: list[Any] = []
        for node, d in zip(inside.border, found, strict=True):
            came_in = len(parts) < len(inside.entered)
            if d is None:
                shape = node.parents[0].shape if came_in and node.parents[0] is not None else node.shape
                parts.append(np.zeros(shape, node.dtype))
            else:
                d = leave(d, inside.level, inside.size)
                parts.append(d if came_in else np.add.reduce(d, axis=0))
        return parts

    return _sweep(back, [enter(g, inside.level)])


def _leave_jvp(tangents: Sequence[Any], _saved: Any, kwargs: dict[str, Any]) -> Any:
    inside: _Inside = kwargs["inside"]
    moving = [
        (node, enter(v, inside.level) if i < len(inside.entered) else v)
        for i, (node, v) in enumerate(zip(inside.border, tangents, strict=True))
        if v is not None
    ]

    def forward(values: Any, create_graph: bool) -> list[Any]:
        (found,) = pushforward([inside.top], [node for node, _ in moving], values, create_graph=create_graph)
        if found is None:
            found = np.zeros(inside.top.shape, inside.top.dtype)
        return [leave(found, inside.level, inside.size)]

    (tangent,) = _sweep(forward, [v for _, v in moving])
    return tangent


_leave.__name__ = "vmap"
LEAVE = general(_leave, joint=_leave_vjp, jvps=(), math="the rules of each operation inside, for all examples at once")
LEAVE.jvp = _leave_jvp


def leave(x: Any, level: int, size: int) -> Any:
    """What one example has computed, of all `size` examples along the first axis; an ndarray, or a Tensor if x is one.

    What is the same for all is repeated.
    """
    if isinstance(x, Batched) or not isinstance(x, Traced):
        return _left(x, level, size)
    data = x._data
    if not isinstance(data, Batched) or level not in data.levels:
        return np.broadcast_to(cast("Any", x), (size, *data.shape))
    physical = _left(data, level, size)
    inside = _Inside(x._node, level, size) if x._node is not None and current().recording else None
    if inside is None or not inside.border:
        return wrap(physical, None)
    stand_ins = [StandIn(node.shape, node.dtype) for node in inside.arguments]
    return record(LEAVE, physical, (None, *stand_ins), inside.arguments, {"inside": inside})
