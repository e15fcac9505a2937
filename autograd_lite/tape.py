"""The tape: what is written down when a primitive runs, so that derivatives can be swept over it later.

Each recorded operation leaves a `Node`: the primitive, the nodes its arguments came from, and the
values its rules will read.  A node never holds the value it made (unless a rule reads it) and never
the Tensor around it, so there are no cycles: when the last Tensor of a graph goes, the graph goes, by
reference counting alone.

    node = record(primitive, ans, saved, parents, kwargs)

Calls that lead here are in `calls`; the two sweeps over what is recorded, `pullback` and `pushforward`, are in
`sweeps`.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
from numpy import ndarray

from .changes import next_order, note_change
from .primitive import Primitive, Traced

_new: Callable[[type], Any] = object.__new__


Span = tuple[int, int, str, Callable[[], Any], Any]
"""A call of a module: (start, end, class name, weak reference to the module, Span that ended here before or None).

All that was recorded from order `start` down to `end` was recorded inside the call.  A plain tuple, since one
is made at each call.  The reference is weak so that a graph never keeps a network alive, nor a network itself
through an activation that it has stored.
"""


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

    @property
    def held(self) -> tuple[Any, ...] | None:
        """What is saved, as far as it is in memory that others may write to."""
        return self.saved

    def __repr__(self) -> str:
        return f"<Node {self.name} shape={self.shape} dtype={self.dtype}>"


_adding = Lock()  # held while a gradient is added to, or a place for one is chosen: threads may share leaves


class Watch:
    """The gradient of a leaf, or of an intermediate value that was told to `retain_grad`, or that has hooks.

    grad     None, an ndarray that the tape owns, or a Tensor when backward was itself recorded
    keeps    whether the gradient is kept: not where there are only hooks
    hooks    what is called when a gradient arrives, a `hooks.GradientHooks`, or None
    complex  whether the value is: the sweep carries the conjugate of its gradient
    room     gives the array to write the next first gradient into, which nobody else can see, or None
             for a fresh one; an optimizer puts it here to have its gradients side by side
    name     of the Tensor, for pictures and messages
    """

    __slots__ = ("complex", "grad", "hooks", "keeps", "name", "room")

    def __init__(self, dtype: Any, name: str | None = None, *, keeps: bool = True) -> None:
        self.grad: Any = None
        self.keeps = keeps
        self.hooks: Any = None
        self.complex: bool = dtype.kind == "c"
        self.name = name
        self.room: Callable[[], ndarray[Any, Any] | None] | None = None

    def receive(self, g: Any, *, unseen: bool = False, own: bool = False) -> None:
        """Add a cotangent, an ndarray or a recorded Tensor, to the gradient; no other thread comes in between.

        Where the gradient was made by the same sweep it is still `unseen`: nobody can have recorded its array, and
        that it changes need not be noted.  An array that is the caller's `own`, who needs it no more, is kept as it is.
        """
        if self.complex:
            g = np.conjugate(g)
        with _adding:
            if isinstance(g, Traced) or isinstance(self.grad, Traced):
                self.grad = g if self.grad is None else self.grad + g
            elif self.grad is not None:
                np.add(self.grad, g, out=self.grad)
                if not unseen:
                    note_change(self.grad)
            else:
                room = self.room() if self.room is not None else None
                if room is None:
                    self.grad = g if own else np.array(g)
                else:
                    room[...] = g
                    self.grad = room

    def add(self, adds: Callable[..., Any], g: Any, *args: Any, **kwargs: Any) -> bool:
        """Add to a gradient of the same sweep by `adds(gradient, g, *args)`; give False if it is no real array."""
        with _adding:
            into = self.grad
            if type(into) is not ndarray or self.complex:
                return False
            adds(into, g, *args, **kwargs)
            return True

    def claim_room(self) -> ndarray[Any, Any] | None:
        """The array to write a first gradient into; it is the caller's as long as the caller refers to it."""
        with _adding:
            return None if self.room is None else self.room()

    def receive_in_room(self, g: ndarray[Any, Any]) -> None:
        """Take a cotangent that has been written into the room that was claimed for it."""
        with _adding:
            if self.grad is None:
                self.grad = g
                return
        self.receive(g)  # another thread was first

    def hand_on(self, dtype: Any) -> Watch | None:
        """A Watch that keeps the gradient from now on, for a Tensor that has got another node; hooks stay here."""
        if not self.keeps:
            return None
        other = Watch(dtype, self.name)
        other.grad, self.grad = self.grad, None
        self.keeps = False
        return other


_tensor: type[Traced] = Traced  # tensor.py, which stands above this floor, puts Tensor here


def make_results_of(cls: type[Traced]) -> None:
    """Say what class the values that come out of primitives are."""
    global _tensor
    _tensor = cls


Maker = Callable[[type[Node]], Node]
_new_node: Maker = _new  # what makes a Node: `_maker`, and then `_changer` and `_watcher`
_maker: Maker = _new  # `source_lines` puts one here that looks about
_changer: Callable[[Node], None] | None = None  # and `saved_tensors_hooks` one that makes a Node pack what it saves
_watcher: Callable[[Node], None] | None = None  # and `checkpoint` one that tells which Nodes a run makes
_choosing = Lock()


def make_nodes_by(maker: Maker | None) -> None:
    """Say what makes the Nodes from now on, in all threads; None for the plain ones.

    A maker is called with the class Node where an operation or a leaf is written down, and gives an empty Node, or
    one of a subclass that knows more.  Plain Nodes pay nothing for the possibility.
    """
    global _maker
    with _choosing:
        _maker = _new if maker is None else maker
        _choose()


def change_nodes_by(changer: Callable[[Node], None] | None) -> None:
    """Say what is called with each new Node, still empty, from now on, in all threads; None for nothing."""
    global _changer
    with _choosing:
        _changer = changer
        _choose()


def watch_nodes_by(watcher: Callable[[Node], None] | None) -> None:
    """The same for somebody else, who comes after the first."""
    global _watcher
    with _choosing:
        _watcher = watcher
        _choose()


def _choose() -> None:
    global _new_node
    maker = _maker
    called = [each for each in (_changer, _watcher) if each is not None]
    if not called:
        _new_node = maker
        return

    def make_and_call(cls: type[Node]) -> Node:
        node = maker(cls)
        for each in called:
            each(node)
        return node

    _new_node = make_and_call


def wrap(data: Any, node: Node | None) -> Any:
    """A Tensor around an array (or NumPy scalar), made by `node`."""
    tensor = _new(_tensor)
    tensor._data = data
    tensor._node = node
    return tensor


def leaf(shape: Any, dtype: Any, name: str | None = None) -> Node:
    """A node that nothing made: where backward ends and a gradient is kept."""
    node = _new_node(Node)
    node.order = next_order()
    node.primitive = None
    node.parents = ()
    node.saved = ()
    node.kwargs = None
    node.shape = shape
    node.dtype = dtype
    node.span = None
    node.watch = Watch(dtype, name)
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
    if dtype.kind not in "fc":
        tensor._node = None
        return tensor
    node = tensor._node = _new_node(Node)
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
