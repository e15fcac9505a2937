"""The tape: what is written down when a primitive runs, so that derivatives can be swept over it later.

Each recorded operation leaves a `Node`: the primitive, the nodes its arguments came from, and the
values its rules will read.  A node never holds the value it made (unless a rule reads it) and never
the Tensor around it, so there are no cycles: when the last Tensor of a graph goes, the graph goes, by
reference counting alone.

    node = record(primitive, ans, saved, parents, kwargs)

`apply` is the whole life of a call: take the arrays out of the arguments, run NumPy, record.  The two
sweeps over what is recorded, `pullback` and `pushforward`, are in `sweeps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any
from weakref import ref

import numpy as np
from numpy import ndarray

from .changes import can_change, next_order, note_change
from .data import from_python
from .errors import explain
from .mode import current
from .primitive import Fused, Primitive, Traced, general

_new: Callable[[type], Any] = object.__new__
_node_of = attrgetter("_node")


class Node:
    """One recorded operation, or (with `primitive` None) a leaf: a Tensor that asked for a gradient.

    order      its place in time: smaller is newer
    primitive  what was done; None for a leaf
    parents    a Node per argument, None where no gradient flows
    saved      (ans, *args): what the rules read, stand-ins for the rest; None once backward has used it;
               a fused operation keeps its kernel's residual in the place of ans
    kwargs     the keyword arguments of the call, or None
    shape      of the value it made (None for an operation that makes several)
    dtype      of the value it made
    span       the calls of modules that gave its value, or None
    watch      where its gradient is to be kept, or None
    """

    __slots__ = ("__weakref__", "dtype", "kwargs", "order", "parents", "primitive", "saved", "shape", "span", "watch")
    order: int
    primitive: Primitive | None
    parents: tuple[Node | None, ...]
    saved: tuple[Any, ...] | None
    kwargs: dict[str, Any] | None
    shape: Any
    dtype: Any
    span: Span | None
    watch: Watch | None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def name(self) -> str:
        """The name of the operation, or of the parameter; "leaf" for a Tensor without a name."""
        if self.primitive is not None:
            return self.primitive.name
        return (self.watch.name if self.watch else None) or "leaf"

    def __repr__(self) -> str:
        return f"<Node {self.name} shape={self.shape} dtype={self.dtype}>"


class Watch:
    """The gradient of a leaf, or of an intermediate value that was told to `retain_grad`.

    grad   None, an ndarray that the tape owns, or a Tensor when backward was itself recorded
    room   gives the array to write the next first gradient into, which nobody else can see, or None
           for a fresh one; an optimizer puts it here to have its gradients side by side
    name   of the Tensor, for pictures and messages
    """

    __slots__ = ("grad", "name", "room")

    def __init__(self, name: str | None = None) -> None:
        self.grad: Any = None
        self.name = name
        self.room: Callable[[], ndarray[Any, Any] | None] | None = None

    def receive(self, g: Any) -> None:
        """Add a cotangent, an ndarray or a recorded Tensor, to the gradient."""
        if isinstance(g, Traced) or isinstance(self.grad, Traced):
            self.grad = g if self.grad is None else self.grad + g
        elif self.grad is not None:
            np.add(self.grad, g, out=self.grad)
            note_change(self.grad)
        else:
            room = self.room() if self.room is not None else None
            if room is None:
                self.grad = np.array(g)
            else:
                room[...] = g
                self.grad = room


_tensor: type[Traced] = Traced  # tensor.py, which stands above this floor, puts Tensor here


def make_results_of(cls: type[Traced]) -> None:
    """Say what class the values that come out of primitives are."""
    global _tensor
    _tensor = cls


def wrap(data: Any, node: Node | None) -> Any:
    """A Tensor around an array (or NumPy scalar), made by `node`."""
    tensor = _new(_tensor)
    tensor._data = data
    tensor._node = node
    return tensor


def leaf(shape: Any, dtype: Any, name: str | None = None) -> Node:
    """A node that nothing made: where backward ends and a gradient is kept."""
    node: Node = _new(Node)
    node.order = next_order()
    node.primitive = None
    node.parents = ()
    node.saved = ()
    node.kwargs = None
    node.shape = shape
    node.dtype = dtype
    node.span = None
    node.watch = Watch(name)
    return node


def record(
    primitive: Primitive,
    ans: Any,
    saved: tuple[Any, ...],
    parents: tuple[Node | None, ...],
    kwargs: dict[str, Any] | None,
) -> Any:
    """Write an operation down; gives its answer as a Tensor (without a node if its dtype carries no gradient)."""
    tensor = _new(_tensor)
    tensor._data = ans
    dtype = ans.dtype
    if dtype.kind != "f":
        _refuse_complex(primitive, dtype)
        tensor._node = None
        return tensor
    node = tensor._node = _new(Node)
    node.order = next_order()
    node.primitive = primitive
    node.parents = parents
    node.saved = saved
    node.kwargs = kwargs
    node.shape = ans.shape
    node.dtype = dtype
    node.span = None
    node.watch = None
    return tensor


def _refuse_complex(primitive: Primitive, dtype: Any) -> None:
    if dtype.kind == "c":
        raise TypeError(
            f"{primitive.name}: the answer would be {dtype}, and gradients of complex numbers are not defined "
            "here; compute with the real and the imaginary part, or detach() the real arguments"
        )


# --- a call, from beginning to end ----------------------------------------------------------------------


def apply(primitive: Primitive, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a primitive on Tensors and anything NumPy takes; record it if a gradient can flow through."""
    if isinstance(primitive, Fused):
        raw_args = tuple(arg._data if isinstance(arg, Traced) else arg for arg in args)
        return apply_fused(primitive, args, raw_args, kwargs)
    mode = current()
    raw: list[Any] = []
    parents: list[Node | None] = []
    needed = 0
    foreign = False  # whether an ndarray of the user's own is among the arguments
    for position, arg in enumerate(args):
        node = None
        if isinstance(arg, Traced):
            node = arg._node
            arg = arg._data
            if node is not None:
                if primitive.everywhere or primitive.differentiable(position):
                    needed |= 1 << position
                else:
                    node = None
        elif isinstance(arg, ndarray):
            foreign = True
        elif isinstance(arg, list):
            arg = from_python(arg)
        raw.append(arg)
        parents.append(node)
    recording = mode.recording and needed
    if kwargs:
        kwargs = _plain_keywords(primitive, kwargs, recording)
    try:
        ans = primitive.raw(*raw, **kwargs)
    except Exception as error:
        raise explain(primitive.name, args, kwargs, error) from error
    if not recording:
        return [wrap(part, None) for part in ans] if primitive.many else wrap(ans, None)
    stand_ins = parents if primitive.joint is None else _stand_ins(parents, raw)
    saved = primitive.keepers[needed | 1 << len(args)]((None, ans, *raw, *stand_ins))
    if foreign:
        saved = protect(saved, args)
    if primitive.many:
        return _record_many(primitive, ans, saved, tuple(parents), kwargs or None)
    return record(primitive, ans, saved, tuple(parents), kwargs or None)


def apply_fused(fused: Fused, args: tuple[Any, ...], raw: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The same for a fused operation: its kernel, or, with fusion switched off, its reference.

    `raw` are the arguments with the arrays of Tensors.  All are kept, since higher derivatives will run the
    reference on them.
    """
    mode = current()
    if not mode.fusing:
        answer = fused.reference(*args, **kwargs)
        return answer if isinstance(answer, Traced) else wrap(answer, None)
    try:
        ans, residual = fused.kernel.forward(*raw, **kwargs)
    except Exception as error:
        raise explain(fused.name, args, kwargs, error) from error
    if not mode.recording:
        return wrap(ans, None)
    saved = (residual, *raw)
    try:
        parents = tuple(map(_node_of, args))
    except AttributeError:  # not all are Tensors, as they are in the usual case
        parents = tuple(arg._node if isinstance(arg, Traced) else None for arg in args)
        saved = protect(saved, args)
    if not any(parents):
        return wrap(ans, None)
    return record(fused, ans, saved, parents, kwargs)


def _plain_keywords(primitive: Primitive, kwargs: dict[str, Any], recording: object) -> dict[str, Any]:
    """Keyword arguments with the arrays of Tensors; no gradient flows to them, so none may ask for one."""
    plain = {}
    for name, value in kwargs.items():
        if isinstance(value, Traced):
            if recording and value._node is not None:
                raise TypeError(f"{primitive.name}: no gradient flows to its argument {name}=; pass {name}.detach()")
            value = value._data
        plain[name] = value
    return plain


def protect(saved: tuple[Any, ...], args: Sequence[Any]) -> tuple[Any, ...]:
    """Copy the user's own ndarrays that backward will read: they may be changed before it runs."""
    kept = list(saved)
    for i, arg in enumerate(args, 1):
        if isinstance(arg, ndarray) and kept[i] is arg and can_change(arg):
            kept[i] = arg.copy()
    return tuple(kept)


class StandIn:
    """The shape and dtype of an array that is not kept."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape = shape
        self.dtype = dtype


def _stand_ins(parents: Sequence[Node | None], raw: Sequence[Any]) -> list[Any]:
    arrays = [np.asarray(value) if node is None else node for node, value in zip(parents, raw, strict=True)]
    return [StandIn(a.shape, a.dtype) if isinstance(a, ndarray) else a for a in arrays]


# --- operations that give several arrays ----------------------------------------------------------------


class Bundle:
    """The cotangent of an operation with several answers: those that have arrived, by position.

    It has what the sweep asks of a cotangent: addition, a dtype (None, as its node has) and a shape
    (as its node has: a tuple of a StandIn per answer).
    """

    __slots__ = ("parts", "shape")
    dtype = None

    def __init__(self, parts: dict[int, Any], shape: tuple[StandIn, ...]) -> None:
        self.parts = parts
        self.shape = shape

    def __add__(self, other: Bundle) -> Bundle:
        parts = dict(self.parts)
        for i, part in other.parts.items():
            parts[i] = parts[i] + part if i in parts else part
        return Bundle(parts, self.shape)

    def filled(self) -> list[Any]:
        """All the parts, zeros where nothing arrived."""
        return [
            self.parts[i] if i in self.parts else np.zeros(spec.shape, spec.dtype) for i, spec in enumerate(self.shape)
        ]


def output(several: Any, i: int) -> Any:
    """The i-th answer of an operation that gives several."""
    return several[i]


OUTPUT = general(
    output,
    vjps=(lambda g, _ans, _several, *, i: Bundle({i: g}, _several.shape),),
    jvps=(lambda v, _ans, _several, *, i: v[i],),
)


def _record_many(
    primitive: Primitive,
    answers: Sequence[Any],
    saved: tuple[Any, ...],
    parents: tuple[Node | None, ...],
    kwargs: dict[str, Any] | None,
) -> list[Any]:
    """A node for the operation as a whole, and one on top of it for each answer."""
    whole = record(primitive, answers[0], saved, parents, kwargs)._node if len(answers) else None
    if whole is None:
        return [wrap(answer, None) for answer in answers]
    whole.shape = tuple(StandIn(answer.shape, answer.dtype) for answer in answers)
    whole.dtype = None
    return [pick(whole, i, answer) for i, answer in enumerate(answers)]


def pick(whole: Node, i: int, answer: Any) -> Any:
    """The i-th answer of an operation that gives several, as a Tensor."""
    return record(OUTPUT, answer, (None, whole), (whole,), {"i": i})


# --- calls of modules ----------------------------------------------------------------------------------


Span = tuple[int, int, str, Callable[[], Any], Any]
"""A call of a module: (start, end, class name, weak reference to the module, Span that ended here before or None).

All that was recorded from order `start` down to `end` was recorded inside the call.  A plain tuple, since one
is made at each call.  The reference is weak so that a graph never keeps a network alive, nor a network itself
through an activation that it has stored.
"""


def mark_call(module: Any, start: int, output: Any) -> None:
    """Mark the Tensors that a call of `module`, begun at order `start`, has given (and recorded)."""
    if isinstance(output, Traced):
        node = output._node
        if node is not None and node.order < start:  # made inside: not an argument handed on, nor a parameter
            node.span = (start, next_order(), type(module).__name__, ref(module), node.span)
    elif isinstance(output, (tuple, list)):
        for part in output:
            mark_call(module, start, part)
    elif isinstance(output, dict):
        mark_call(module, start, list(output.values()))
