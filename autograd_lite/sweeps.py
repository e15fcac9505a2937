"""The two sweeps over the tape: `pullback` backward from outputs, `pushforward` forward from inputs.

They mirror each other.  With y = f(x) recorded,

    pullback([y], [g])         gives  g^T J   by visiting the nodes newest first,
    pushforward([y], [x], [v]) gives  J v     by visiting them oldest first.

Both are loops, not recursions, so a graph may be as deep as memory allows.  With `create_graph` the
values they carry are Tensors and what the rules do is itself recorded: derivatives of derivatives.

Of a complex value the sweep backward carries c with dL = Re(c^T dz), the conjugate of the gradient in PyTorch's
convention.  So rules are transposes, as for real numbers, and none of them conjugates: what a rule gives for a
real argument of a complex function, or in forward mode for a real answer, has its real part taken here.
Gradients are conjugated where they come in and go out: by `seed`, `grad`, `vjp` and `Watch.receive`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from heapq import heappop, heappush, heapreplace
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

from . import changes
from .changes import check_unchanged, recorded_at
from .hooks import Awaited
from .mode import _mode, current
from .ownership import added, is_own
from .primitive import Fused, Primitive, Traced, linear
from .several import pick
from .tape import Node, record, wrap


def pullback(
    outputs: Sequence[Node],
    cotangents: Sequence[Any],
    *,
    inputs: Sequence[Node] | None = None,
    accumulate: bool | None = None,
    stop: bool = False,
    without_hooks: Container[Node] = (),
    retain_graph: bool = False,
    create_graph: bool = False,
    examiner: Any = None,
) -> list[Any]:
    """Sweep cotangents from `outputs` backward.

    Without `inputs`, every leaf that is reached (and every value told to retain its gradient) adds
    what arrives to its gradient, and the list returned is empty.  With `inputs`, no gradient is
    touched and the cotangents of these nodes are returned, None where no path leads to; with `accumulate` too, they
    are also added to the gradients of these nodes, and of values on the way that retain theirs.  From an input to
    another one further up the sweep goes on, unless it is told to `stop`.

    Hooks are called where a gradient has arrived, but for the nodes `without_hooks`, to which another sweep will come.
    An `examiner` looks at every value on the way; inside of `detect_anomaly` there is one, who starts the sweep anew.
    """
    watching = current().examiner
    if watching is not None and examiner is None:
        return watching.sweep(  # type: ignore[no-any-return]
            outputs,
            cotangents,
            inputs=inputs,
            accumulate=accumulate,
            stop=stop,
            without_hooks=without_hooks,
            retain_graph=retain_graph,
            create_graph=create_graph,
        )
    needed = None if inputs is None else _leading_to(inputs, outputs)
    if accumulate is None:
        accumulate = inputs is None
    awaited: Awaited | None = None  # leaves with hooks, once one is met
    arrived: dict[Node, Any] = {}
    waiting: list[tuple[int, Node]] = []  # a heap, the newest first
    carried: dict[int, Any] = {}  # by order: the cotangent of each node that waits
    born: set[Any] = set()  # leaves that had no gradient before this sweep

    upcoming: Node | None = None  # one that waits outside the heap: in a chain of operations there is no other
    upcoming_g: Any = None
    if len(outputs) == 1 and needed is None:
        upcoming, upcoming_g = outputs[0], cotangents[0]
    else:
        for node, g in zip(outputs, cotangents, strict=True):
            if needed is None or node in needed:
                if node.order in carried:
                    carried[node.order] = carried[node.order] + g
                else:
                    carried[node.order] = g
                    heappush(waiting, (node.order, node))

    while True:
        if upcoming is not None:
            if waiting and waiting[0][0] < upcoming.order:
                carried[upcoming.order] = upcoming_g
                order, node = heapreplace(waiting, (upcoming.order, upcoming))
                g = carried.pop(order)
            else:
                node, g = upcoming, upcoming_g
                order = node.order
            upcoming = upcoming_g = None
        elif waiting:
            order, node = heappop(waiting)
            g = carried.pop(order)
        elif awaited is not None and awaited.totals:
            for node, g in awaited.rest():
                carried[node.order] = g
                heappush(waiting, (node.order, node))
            continue
        else:
            break
        watch: Any = node.watch
        if watch is not None and watch.hooks is not None and node not in without_hooks:
            g = watch.hooks.arrived(g, node, create_graph)
        if examiner is not None:
            examiner.examine_arrival(node, g)
        if watch is not None and accumulate and watch.keeps:
            watch.receive(g)
            if watch.hooks is not None:
                watch.hooks.kept(create_graph)
        if needed is not None and needed[node]:
            arrived[node] = g
            if stop:
                continue
        primitive = node.primitive
        if primitive is None:
            continue
        saved = node.saved
        if saved is None:
            raise RuntimeError(
                f"backward through {node.name} a second time: what it had saved was released by the first backward; "
                "pass retain_graph=True to the first one, or add the losses up and call backward() once"
                f"{recorded_at(node)}"
            )
        if order > changes.last_change:
            check_unchanged(node)
        if not retain_graph:
            node.saved = None
        parents = node.parents
        kwargs = node.kwargs or {}
        if primitive.together:
            wanted: list[Any] = list(parents) if needed is None else [p if p in needed else None for p in parents]
            if create_graph or primitive.joint is not None or isinstance(g, Traced):
                parts = recorded_together(primitive, node, saved, kwargs, g, wanted, create_graph)
            else:
                if needed is None:
                    _find_rooms(parents, wanted)
                parts = primitive.kernel.backward(g, saved[0], wanted, *saved[1:], **kwargs)
        else:
            parts = None
            if create_graph:
                saved = _lifted(node, saved)
            if primitive.many:
                g = g.filled()
        for i, parent in enumerate(parents):
            if parent is None or (needed is not None and parent not in needed):
                continue
            to = parent.order
            if (
                primitive.adds is not None
                and not create_graph
                and examiner is None
                and type(g) is ndarray
                and g.dtype == parent.dtype
            ):
                if to in carried:
                    into = carried.pop(to)
                    own = is_own(into)
                    carried[to] = into
                    if own:
                        primitive.adds(into, g, *saved, **kwargs)
                    into = None  # or it would not be our own the next time
                    if own:
                        continue
                elif needed is None and parent.watch in born:
                    watch = parent.watch
                    if watch.add(primitive.adds, g, *saved, **kwargs):
                        continue
            d = parts[i] if parts is not None else primitive.vjps[i](g, *saved, **kwargs)  # type: ignore[misc]
            if d.shape != parent.shape:
                d = unbroadcast(d, parent.shape)
            if d.dtype is not parent.dtype and d.dtype != parent.dtype:
                d = cast(d, parent.dtype)
            if examiner is not None:
                examiner.examine_step(node, i, g, saved, d)
            if parent.primitive is None:
                watch = parent.watch  # a leaf has one
                if watch.hooks is not None:
                    if to not in carried:  # as it is if the leaf is itself among the outputs
                        if awaited is None:
                            awaited = Awaited(outputs)
                        total = awaited.add(parent, d)
                        if total is not None:
                            now = awaited.next_turn()
                            carried[now] = total
                            heappush(waiting, (now, parent))
                        continue
                elif needed is None:
                    room = None if parts is None else wanted[i]
                    if type(room) is ndarray:  # where the gradient is to be kept
                        if d is not room:
                            room[...] = d
                        watch.receive_in_room(room)
                        born.add(watch)
                    else:
                        own = False
                        if watch.grad is None:
                            born.add(watch)
                            own = is_own(d, 0 if parts is None else 1)
                        watch.receive(d, unseen=watch in born, own=own)
                        if examiner is not None:
                            examiner.examine_arrival(parent, watch.grad)
                    continue  # no need to wait for more: the leaf adds up itself
            if to in carried:
                carried[to] = added(carried.pop(to), d)
            elif upcoming is None:
                upcoming, upcoming_g = parent, d
            else:
                if upcoming is parent:
                    d = added(upcoming_g, d)
                    upcoming = upcoming_g = None
                carried[to] = d
                heappush(waiting, (to, parent))
    return [] if inputs is None else [arrived.get(node) for node in inputs]


def cast(v: Any, dtype: Any) -> Any:
    """A cotangent or tangent in the dtype of the value it belongs to; the real part, if that is real."""
    if v.dtype.kind == "c" and dtype.kind == "f":
        v = np.real(v)
    return v.astype(dtype)


def _find_rooms(parents: Sequence[Node | None], wanted: list[Any]) -> None:
    """Put in the place of a leaf that has no gradient yet the array that its gradient is to be written into."""
    for i, parent in enumerate(parents):
        if parent is not None and parent.primitive is None:
            watch: Any = parent.watch
            if (
                watch.room is not None
                and watch.grad is None
                and watch.hooks is None  # which see a gradient before it is kept
                and not watch.complex
                and parents.count(parent) == 1  # one that is several arguments at once is left to add up
            ):
                room = watch.claim_room()
                if room is not None:
                    wanted[i] = room


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """The adjoint of broadcasting: sum `g` over the axes along which an argument of `shape` was repeated."""
    extra = len(g.shape) - len(shape)
    axes = tuple(range(extra)) + tuple(i + extra for i, n in enumerate(shape) if n == 1 and g.shape[i + extra] != 1)
    summed = np.add.reduce(g, axis=axes)
    return summed.reshape(shape) if summed.shape != shape else summed


def recorded_together(
    primitive: Primitive,
    node: Node,
    saved: Any,
    kwargs: dict[str, Any],
    g: Any,
    wanted: Sequence[Any],
    create_graph: bool,
    examiner: Any = None,
) -> Sequence[Any]:
    """The cotangents of all arguments at once, by rules in NumPy syntax."""
    if not isinstance(primitive, Fused):
        assert primitive.joint is not None
        return primitive.joint(g, *(_lifted(node, saved) if create_graph else saved), **kwargs)  # type: ignore[no-any-return]
    out, aliases = _replay(primitive, node, saved, kwargs)
    assert out._node is not None, f"the reference of {primitive.name} loses the gradient of its arguments"
    inputs = [alias for alias, want in zip(aliases, wanted, strict=True) if alias is not None and want is not None]
    options: dict[str, Any] = {"create_graph": create_graph, "retain_graph": True, "examiner": examiner}
    found = iter(pullback([out._node], [g], inputs=inputs, **options))
    parts = []
    for parent, want in zip(node.parents, wanted, strict=True):
        part = None if want is None else next(found)
        if part is None and want is not None and parent is not None:
            # the reference does not depend on this argument here
            part = np.zeros(parent.shape, parent.dtype)
            part = wrap(part, None) if create_graph else part
        parts.append(part)
    return parts


def _lifted(node: Node, saved: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a node saved, as Tensors connected to the graph, so that what a rule does with it is recorded."""
    ans = saved[0]
    if ans is not None:
        if node.primitive is not None and node.primitive.many:
            ans = [pick(node, i, part) for i, part in enumerate(ans)]
        else:
            ans = wrap(ans, node)
    rest = [
        value if parent is None or value is parent else wrap(value, parent)
        for value, parent in zip(saved[1:], node.parents, strict=True)
    ]
    return (ans, *rest)


# --- fused operations go through their reference -----------------------------------------------------------


def alias(x: Any) -> Any:
    """x itself: a place in the graph of its own."""
    return x


ALIAS = linear(alias, lambda g, _ans, _x: g, math="dy = dx")


def _replay(primitive: Fused, node: Node, saved: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, list[Any]]:
    """Run a fused operation's reference on what the node saved; gives the answer, and a node per argument.

    Each argument goes in under an alias, so that its cotangent is its own even if two are the same.
    """
    args: list[Any] = []
    aliases: list[Node | None] = []
    token = _mode.set(current().with_recording(True))
    try:
        for value, parent in zip(saved[1:], node.parents, strict=True):
            arg = value if parent is None else record(ALIAS, value, (None, parent), (parent,), None)
            aliases.append(None if parent is None else arg._node)
            args.append(arg)
        return primitive.reference(*args, **kwargs), aliases
    finally:
        _mode.reset(token)


def pushforward(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    tangents: Sequence[Any],
    *,
    create_graph: bool = False,
    examiner: Any = None,
) -> list[Any]:
    """Sweep tangents from `inputs` forward; gives those of `outputs`, None where no path leads to."""
    watching = current().examiner
    if watching is not None:
        return watching.push(outputs, inputs, tangents, create_graph=create_graph)  # type: ignore[no-any-return]
    needed = _leading_to(inputs, outputs)
    carried: dict[Node, Any] = {}
    for node, v in zip(inputs, tangents, strict=True):
        carried[node] = carried[node] + v if node in carried else v
    for node in sorted(needed, key=attrgetter("order"), reverse=True):
        primitive = node.primitive
        if primitive is None or needed[node]:
            continue
        into = [None if parent is None else carried.get(parent) for parent in node.parents]
        saved = node.saved
        if saved is None:
            raise RuntimeError(
                f"forward mode through {node.name} after backward has released what it had saved; "
                f"pass retain_graph=True to backward(){recorded_at(node)}"
            )
        if node.order > changes.last_change:
            check_unchanged(node)
        kwargs = node.kwargs or {}
        if isinstance(primitive, Fused):
            out, aliases = _replay(primitive, node, saved, kwargs)
            moving = [(a, v) for a, v in zip(aliases, into, strict=True) if a is not None and v is not None]
            v = pushforward([out._node], [a for a, _ in moving], [v for _, v in moving], create_graph=create_graph)[0]
            v = np.zeros(node.shape, node.dtype) if v is None else v
        else:
            v = primitive.jvp(into, _lifted(node, saved) if create_graph else saved, kwargs)
        if not primitive.many:
            if v.shape != node.shape:
                v = np.broadcast_to(v, node.shape)
            if v.dtype != node.dtype:
                v = cast(v, node.dtype)
        if examiner is not None:
            examiner.examine_tangent(node, into, saved, v)
        carried[node] = v
    return [carried.get(node) for node in outputs]


def _leading_to(inputs: Sequence[Node], outputs: Sequence[Node]) -> dict[Node, bool]:
    """The nodes on a path from an input to an output; True for the inputs themselves.

    An input in the middle of a graph is passed through only towards another input further up.
    """
    wanted = set(inputs)
    oldest = max((node.order for node in wanted), default=0)
    reachable: set[Node] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node not in reachable and node.order <= oldest:
            reachable.add(node)
            for parent in node.parents:
                if parent is not None:
                    stack.append(parent)
    leading: dict[Node, bool] = {}
    for node in sorted(reachable, key=attrgetter("order"), reverse=True):
        if node in wanted:
            leading[node] = True
            continue
        for parent in node.parents:
            if parent in leading:
                leading[node] = False
                break
    return leading
