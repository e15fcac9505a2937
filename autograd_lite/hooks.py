"""Hooks on gradients: functions of the user's that a backward sweep calls when the gradient of a value has arrived.

    handle = t.register_hook(lambda grad: 2 * grad)              # seen, and replaced by what is returned
    handle = w.register_post_accumulate_grad_hook(update)        # of a leaf: when its .grad has been added to
    handle.remove()

The sweep calls them through the `Watch` of a node.  `Tensor` says what they mean; here is how they are called.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any
from weakref import ref

import numpy as np
from numpy import ndarray

from .data import from_python
from .errors import describe
from .handles import Hook, RemovableHandle
from .mode import _mode, current
from .ownership import shown
from .primitive import Traced
from .tape import Node, wrap


class GradientHooks:
    """The hooks of one value.

    seeing   called with its gradient, which they may replace
    keeping  called with the Tensor, a leaf, when `.grad` has been added to
    """

    __slots__ = ("keeping", "leaf", "seeing")

    def __init__(self) -> None:
        self.seeing: OrderedDict[int, Hook] = OrderedDict()
        self.keeping: OrderedDict[int, Hook] = OrderedDict()
        self.leaf: Callable[[], Any] | None = None

    def see(self, hook: Hook) -> RemovableHandle:
        """Call the hook with each gradient."""
        return RemovableHandle(self.seeing, hook)

    def keep(self, hook: Hook, leaf: Any) -> RemovableHandle:
        """Call the hook with the leaf, which is not kept alive for it, since the leaf holds its hooks."""
        self.leaf = ref(leaf)
        return RemovableHandle(self.keeping, hook)

    def arrived(self, g: Any, node: Node, create_graph: bool) -> Any:
        """A cotangent that has arrived at `node`, and what the hooks make of it."""
        if not self.seeing:
            return g
        with recording(create_graph):
            gradient = first = as_gradient(g, node.dtype)
            for hook in [*self.seeing.values()]:
                gradient = replaced(gradient, hook(gradient), "a hook on a Tensor")
            return g if gradient is first else as_cotangent(gradient, node.dtype, create_graph)

    def kept(self, create_graph: bool) -> None:
        """The gradient has been added up."""
        leaf = None if self.leaf is None else self.leaf()
        if leaf is None:
            return
        with recording(create_graph):
            for hook in [*self.keeping.values()]:
                answer = hook(leaf)
                if answer is not None:
                    raise TypeError(f"a hook after accumulation must return None, not {_kind(answer)}")


class recording:
    """Record what a hook does only if the sweep itself is recorded."""

    def __init__(self, recording: bool) -> None:
        self.recording = recording

    def __enter__(self) -> None:
        self.token = _mode.set(current().with_recording(self.recording))

    def __exit__(self, *_: object) -> None:
        _mode.reset(self.token)


def as_gradient(g: Any, dtype: Any) -> Any:
    """The gradient that a cotangent of the sweep stands for, as a Tensor: the conjugate, if it is complex."""
    if dtype.kind == "c":
        g = np.conjugate(g)
    return g if isinstance(g, Traced) and g._data is not g else wrap(shown(g), None)


def as_cotangent(gradient: Any, dtype: Any, create_graph: bool) -> Any:
    """The inverse: a Tensor in a sweep that is recorded, else an array."""
    g = gradient if create_graph else gradient._data
    return np.conjugate(g) if dtype.kind == "c" else g


def replaced(gradient: Any, answer: Any, what: str) -> Any:
    """The gradient that takes the place of `gradient`: what a hook has returned, if that is not None.

    Raises:
        TypeError: it is no Tensor or array.
        RuntimeError: its shape or dtype is another.
    """
    if answer is None:
        return gradient
    if not isinstance(answer, (Traced, ndarray, np.generic)):
        raise TypeError(f"{what} must return None or a Tensor, {describe(gradient)}, not {_kind(answer)}")
    new: Any = answer if isinstance(answer, Traced) else wrap(from_python(answer), None)
    if new.shape != gradient.shape or new.dtype != gradient.dtype:
        raise RuntimeError(
            f"{what} returned {describe(new)} in the place of a gradient, {describe(gradient)}; "
            "return one of the same shape and dtype, or None"
        )
    return new


def _kind(answer: Any) -> str:
    return describe(answer) if hasattr(answer, "shape") else type(answer).__name__


_BEFORE_ALL = -(1 << 62)  # newer than any node: they are counted downwards, from 0


class Awaited:
    """Leaves with hooks, which a sweep calls as soon as all that flows to a leaf has arrived, and only once.

    A leaf is older than all that is computed from it, and may be needed by none of the nodes still to come.  So it is
    counted once per sweep how often each of these leaves is an argument.
    """

    def __init__(self, outputs: Sequence[Node]) -> None:
        self.next_turn: Callable[[], int] = count(_BEFORE_ALL).__next__
        """Numbers in the sweep's time: leaves whose gradients are complete come next, in that order."""
        self.missing: dict[Node, int] = {}
        self.totals: dict[Node, Any] = {}
        seen = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for parent in node.parents:
                if parent is None:
                    continue
                if parent.primitive is not None:
                    stack.append(parent)
                elif parent.watch is not None and parent.watch.hooks is not None:
                    self.missing[parent] = self.missing.get(parent, 0) + 1

    def add(self, leaf: Node, g: Any) -> Any:
        """Add a part to the cotangent of a leaf; gives the whole of it if that was the last one, else None."""
        total = self.totals[leaf] + g if leaf in self.totals else g
        self.missing[leaf] = self.missing.get(leaf, 0) - 1
        if self.missing[leaf] != 0:
            self.totals[leaf] = total
            return None
        self.totals.pop(leaf, None)
        return total

    def rest(self) -> Iterator[tuple[Node, Any]]:
        """What is left at the end: of leaves that got their first hook while the sweep was under way, for example."""
        while self.totals:
            yield self.totals.popitem()
