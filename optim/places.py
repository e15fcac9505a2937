"""Places: where each parameter lies in the buffers of its group, and where backward may write its gradient.

A gradient that somebody still holds is never written over.  Each place has a memory owner of its own,
whose reference count says whether anyone outside has a view of it; if so, backward takes fresh memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray

from autograd_lite.tensor import Tensor

Array: TypeAlias = ndarray[Any, Any]

_always_new = count()
# A Python that counts no references cannot tell whether somebody looks at an array; then somebody always does.
_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda _: next(_always_new))


class Room:
    """Where backward may write the gradient of one parameter: called, gives the array, or None if it is in use."""

    __slots__ = ("_idle", "_line", "array")

    def __init__(self, grad: Array, place: Place) -> None:
        self._line = _line(grad, place.start, place.stop)
        self.array: Array = place.shaped(self._line)
        # Views that others take refer to `_line`.  Nobody has seen the two arrays yet, not even a local name here.
        self._idle = _references(self._line) + _references(self.array)

    def __call__(self) -> Array | None:
        return self.array if _references(self._line) + _references(self.array) == self._idle else None


class Place:
    """The place of one parameter in the buffers.

    A Room does not know its Place, nor the parameter: a parameter that is dropped goes without the
    garbage collector.  A parameter that lies transposed in memory, as the weight of a linear layer does, lies
    so in the buffers too.
    """

    __slots__ = ("label", "own", "param", "room", "shape", "start", "step", "stop", "turned", "view")

    def __init__(self, param: Tensor, label: str, start: int, data: Array, grad: Array) -> None:
        self.param = param
        self.label = label
        self.start = start
        self.stop = start + param.size
        self.step = 0
        self.own: Mapping[str, Any] = {}
        """State that is not in the buffers: numbers, and arrays of another shape; its neighbours may share it."""
        self.shape: tuple[int, ...] = param.shape
        self.turned: bool = not param._data.flags.c_contiguous and param._data.flags.f_contiguous
        self.view: Array = self.shaped(_line(data, start, self.stop))
        self.room = Room(grad, self)
        self.move_in()

    def shaped(self, line: Array) -> Array:
        """A part of a buffer in the shape of the parameter."""
        return line.reshape(self.shape[::-1]).T if self.turned else line.reshape(self.shape)

    def laid(self, array: Array) -> Array:
        """An array of the parameter's shape on one axis, in the order of the buffers."""
        return array.T.reshape(-1) if self.turned else array.reshape(-1)

    def move_in(self) -> None:
        """Make the parameter's array, and its next gradient, those of this place; its values stay what they are."""
        param = self.param
        if param._data is not self.view:
            self.view[...] = param._data
            param._data = self.view
        if param._node is not None:
            param._node.watch.room = self.room

    def check(self, grad: Any) -> Array:
        """The gradient as an array, if parameter and gradient still fit this place."""
        now = self.param._data
        if now.shape != self.view.shape or now.dtype != self.view.dtype:
            raise ValueError(
                f"step(): {self.label} is now {now.dtype}{list(now.shape)}, but the optimizer was made for "
                f"{self.view.dtype}{list(self.view.shape)}; make a new optimizer for it"
            )
        array = np.asarray(grad._data if isinstance(grad, Tensor) else grad)
        if array.shape != now.shape or array.dtype != now.dtype:
            raise ValueError(
                f"step(): the gradient of {self.label} is {array.dtype}{list(array.shape)}, but the parameter is "
                f"{now.dtype}{list(now.shape)}; assign p.grad an array of the parameter's shape and dtype"
            )
        return array

    def refuse(self, grad: Array) -> None:
        """Raise because the gradient has an element that is not a number, or infinite."""
        wrong = np.argwhere(~np.isfinite(grad))
        first = tuple(wrong[0].tolist())
        raise ValueError(
            f"step(): the gradient of {self.label}, {grad.dtype}{list(grad.shape)}, has {len(wrong)} elements that are "
            f"not finite, the first {grad[first]} at {list(first)}; no parameter was changed. Look for the operation "
            "that overflows or divides by zero, or lower lr; zero_grad() passes this step over"
        )


Present: TypeAlias = tuple[Place, Array]
"""A parameter that has a gradient, and the gradient as an array."""


def _line(buffer: Array, start: int, stop: int) -> Array:
    """A part of a buffer as an array that views of it name as their base.

    An ordinary slice would hand its own base on, the whole buffer, and so could not tell whether somebody
    looks at this part of it, nor the tape which part has changed.
    """
    return np.frombuffer(buffer.data, buffer.dtype, stop - start, start * buffer.itemsize)
