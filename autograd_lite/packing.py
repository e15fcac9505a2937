"""Saved arrays, packed: what backward will read is kept in another form, until it reads it.

    with saved_tensors_hooks(pack, unpack):
        loss = model(x)                # pack(tensor) for each array that is saved
    loss.backward()                    # unpack(what pack gave), when it is read

A file, half precision, an index of what the tape of somebody else knows: whatever `pack` gives is what the graph holds.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from .errors import describe
from .primitive import Traced
from .tape import Node, change_nodes_by, wrap

Hooks = tuple[Callable[[Any], Any], Callable[[Any], Any]]

_blocks: ContextVar[tuple[Hooks, ...]] = ContextVar("autograd_lite_saved_tensors_hooks", default=())
_open = 0  # how many are open in all threads
_counting = Lock()


class saved_tensors_hooks:
    """Pack what is saved for backward inside a `with` block, and unpack it when it is read.

    `pack(tensor)` is called with each array that an operation recorded in the block saves: arguments, parameters among
    them, answers, intermediate results of kernels; integers and booleans too.  It gives any object, which the graph
    holds instead.  `unpack(object)` gives a Tensor or an array of the same shape and dtype, with the same values; it is
    called each time backward (or forward mode) reads the array, also outside of the block.  An array that several
    operations save is packed for each; batches inside of `vmap` are not.

    It belongs to the thread, or asyncio task, that enters it; of nested blocks the innermost holds.

    Args:
        pack: a function of a Tensor, which has no gradient.
        unpack: a function of what `pack` has given.

    Raises:
        TypeError: `pack` or `unpack` cannot be called; (by backward) `unpack` gave no Tensor or array.
        RuntimeError: (by backward) it gave another shape or dtype.

    After `torch.autograd.graph.saved_tensors_hooks`.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
    >>> with ag.saved_tensors_hooks(lambda t: t.data.astype(np.float16), lambda half: half.astype(np.float32)):
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    Tensor([2., 4.], dtype=float32)
    """

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        for name, hook in (("pack", pack), ("unpack", unpack)):
            if not callable(hook):
                raise TypeError(f"saved_tensors_hooks: {name}={describe(hook)} cannot be called; pass a function")
        self.hooks: Hooks = (pack, unpack)

    def __enter__(self) -> None:
        _blocks.set((*_blocks.get(), self.hooks))
        _count(1)

    def __exit__(self, *exception: object) -> None:
        _blocks.set(_blocks.get()[:-1])
        _count(-1)


def _count(change: int) -> None:
    global _open
    with _counting:
        _open += change
        change_nodes_by(_packing if _open else None)


def _packing(node: Node) -> None:
    """Make a new Node one that packs, in a thread that has asked for it."""
    if _blocks.get():
        node.__class__ = _packed(type(node))


class _Packed(NamedTuple):
    """An array that a node has saved, as `pack` gave it.

    array  the array itself, if that is what `pack` gave; then it can be seen to change
    """

    object: Any
    unpack: Callable[[Any], Any]
    shape: tuple[int, ...]
    dtype: Any
    array: Any


_slot: Any = Node.__dict__["saved"]


class _PackedNode(Node):
    """A Node that packs what it saves.  Its slot holds the packed form, and `saved` unpacks it."""

    __slots__ = ()

    def _get_saved(self) -> Any:
        saved = _slot.__get__(self)
        return None if saved is None else _unpacked(saved, self)

    def _set_saved(self, saved: Any) -> None:
        blocks = _blocks.get()
        _slot.__set__(self, _pack(saved, blocks[-1]) if saved is not None and blocks else saved)

    saved = property(_get_saved, _set_saved)

    @property
    def held(self) -> Any:
        return _held(_slot.__get__(self))


_kinds: dict[type[Node], type[Node]] = {}


def _packed(kind: type[Node]) -> type[Node]:
    """The class of nodes of a kind that pack."""
    if kind not in _kinds:
        _kinds[kind] = type(f"_Packed{kind.__name__}", (_PackedNode, kind), {"__slots__": ()})
    return _kinds[kind]


def _mapped(saved: Any, change: Callable[[Any], Any], kinds: tuple[type, ...]) -> Any:
    """What a node has saved, with all that is of these kinds changed; in tuples and lists too."""
    if isinstance(saved, kinds):
        return change(saved)
    if type(saved) in (tuple, list):
        return type(saved)([_mapped(part, change, kinds) for part in saved])
    return saved


def _pack(saved: Any, hooks: Hooks) -> Any:
    pack, unpack = hooks

    def packed(array: Any) -> _Packed:
        given = pack(wrap(array, None))
        same = given is array or (isinstance(given, Traced) and given._data is array)
        return _Packed(given, unpack, array.shape, array.dtype, array if same else None)

    return _mapped(saved, packed, (ndarray, np.generic))


def _unpacked(saved: Any, node: Node) -> Any:
    def array(packed: _Packed) -> Any:
        found = packed.unpack(packed.object)
        data = found._data if isinstance(found, Traced) else found
        if not isinstance(data, (ndarray, np.generic)) and not isinstance(found, Traced):
            raise TypeError(
                f"saved_tensors_hooks: unpack must give the array that {node.name} saved, of shape {packed.shape} and "
                f"dtype {packed.dtype}, as a Tensor or an array, not {type(found).__name__}"
            )
        if data.shape != packed.shape or data.dtype != packed.dtype:
            raise RuntimeError(
                f"saved_tensors_hooks: unpack gave {describe(data)} for an array of shape {packed.shape} and dtype "
                f"{packed.dtype} that {node.name} saved"
            )
        return data

    return _mapped(saved, array, (_Packed,))


def _held(saved: Any) -> Any:
    return _mapped(saved, lambda packed: packed.array, (_Packed,))
