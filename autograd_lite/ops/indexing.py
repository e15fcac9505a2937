"""Picking elements, and its adjoint: putting them back, adding where one was picked twice.

`getitem` and `scatter_add` are a pair: each is the transpose of the other.  So are `take` and `scatter_add` along
an axis.  An index is plain data, no gradient flows to it.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy import ndarray

from ..data import from_python
from ..primitive import Primitive, Traced, linear
from .implementing import implements
from .words import axis_in, plain_array

__all__ = ["compress", "extract", "scatter_add", "take", "take_along_axis"]


def as_index(part: Any, *, kept: bool = False) -> Any:
    """An index without Tensors and lists; with `kept`, one that nobody else can change later."""
    if isinstance(part, slice):
        start, stop, step = part.start, part.stop, part.step
        if isinstance(start, Traced) or isinstance(stop, Traced) or isinstance(step, Traced):
            return slice(*(None if end is None else operator.index(end) for end in (start, stop, step)))
        return part
    if isinstance(part, Traced):
        return part._data
    if isinstance(part, tuple):
        return tuple([_fixed(as_index(item)) if kept else as_index(item) for item in part])
    if isinstance(part, list):
        listed = from_python(part) if part else np.empty(0, np.intp)
        listed.flags.writeable = False
        return listed
    return part


def _fixed(part: Any) -> Any:
    """A part of an index that cannot be written to: a copy, if it is an array that can."""
    if isinstance(part, ndarray) and part.flags.writeable:
        part = part.copy()
        part.flags.writeable = False
    return part


def may_repeat(index: Any) -> bool:
    """Whether an index may pick an element twice: only if it has arrays of integers."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, ndarray) and part.dtype.kind in "iu" and part.size > 1 for part in parts)


def lone_array(index: Any, ndim: int) -> tuple[Any, int] | None:
    """The array and the axis it picks along, if an index takes all of every other axis; else None."""
    parts = index if isinstance(index, tuple) else (index,)
    found = None
    for position, part in enumerate(parts):
        if isinstance(part, ndarray) and part.dtype.kind in "iu" and found is None:
            after_ellipsis = any(before is Ellipsis for before in parts[:position])
            found = part, position + (ndim - len(parts) if after_ellipsis else 0)
        elif not (part is Ellipsis or (isinstance(part, slice) and part == slice(None))):
            return None
    return found


def last_written(places: Any, length: int) -> Any:
    """Where `array[places] = ...` writes what stays: True but for places that are written again later."""
    order = np.arange(places.size).reshape(places.shape)
    marks = np.empty(length, np.intp)
    marks[places] = order
    return marks[places] == order


def _getitem(x: Any, index: Any) -> Any:
    """x[index], basic or advanced."""
    return x[index]


def _scatter_add(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape`, with g added at `index`.

    np.add.at on one axis is fast (2 ns for an element), on several it takes four times as long.  So it is given places
    in the flattened array; rows that are picked once are written and not added.
    """
    into = np.zeros(shape, g.dtype)
    lone = lone_array(index, len(shape))
    if not may_repeat(index):
        into[index] = g
    elif len(shape) == 1:
        np.add.at(into, index, g)
    elif lone is not None:
        _add_along(into, g, *lone)
    elif into.size > 8 * g.size:
        np.add.at(into, index, g)
    else:
        places = np.arange(into.size).reshape(shape)[index]
        np.add.at(into.reshape(-1), places.reshape(-1), np.broadcast_to(g, places.shape).reshape(-1))
    return into


def _add_at(into: Any, g: Any, _ans: Any, _x: Any, index: Any) -> None:
    """Add g to `into` at `index`."""
    if may_repeat(index):
        into += _scatter_add(g, index, into.shape)
    else:
        into[index] += g


def _add_along(into: Any, g: Any, places: Any, axis: int) -> None:
    """Add g to `into` at places along one axis."""
    n = into.shape[axis]
    places = np.where(places < 0, places + n, places)
    if last_written(places, n).all():
        into[(slice(None),) * axis + (places,)] = g
        return
    outer, inner = math.prod(into.shape[:axis]), math.prod(into.shape[axis + 1 :])
    rows = (places * inner).reshape(-1, 1) + np.arange(inner)
    flat = rows if outer == 1 else (np.arange(outer) * (n * inner))[:, None, None] + rows
    g = np.broadcast_to(g, into.shape[:axis] + places.shape + into.shape[axis + 1 :])
    np.add.at(into.reshape(-1), flat.reshape(-1), g.reshape(-1))


_getitem.__name__ = "getitem"
_scatter_add.__name__ = "scatter_add"
getitem: Primitive = linear(
    _getitem,
    lambda g, _ans, _x, index: scatter(g, index, _x.shape),
    adds=_add_at,
    math="dY = dX[i];  X̄ = 0, X̄[i] += Ȳ",
)
scatter: Primitive = linear(
    _scatter_add, lambda g, _ans, _x, index, shape: getitem(g, index), math="Y = 0, dY[i] += dX;  X̄ = Ȳ[i]"
)


def scatter_add(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape`, with x added at `index`: the adjoint of picking.

    >>> import autograd_lite as ag
    >>> ag.scatter_add(ag.Tensor([1.0, 2.0, 3.0]), [0, 2, 2], (4,))
    Tensor([1., 0., 5., 0.], dtype=float32)
    """
    return scatter(x, as_index(index, kept=True), shape)


def within(indices: Any, n: int, mode: str) -> Any:
    """Indices brought into an axis of length n as `mode` says: "raise" leaves them, "wrap" and "clip" change them."""
    if mode == "wrap":
        return indices % n
    return np.clip(indices, 0, n - 1) if mode == "clip" else indices


def _take(x: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    return np.take(x, indices, axis, None, mode)  # type: ignore[call-overload]


def _untake(g: Any, _ans: Any, _x: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    shape = (math.prod(_x.shape),) if axis is None or not _x.shape else _x.shape
    axis = 0 if axis is None else axis % len(shape)
    index = (slice(None),) * axis + (within(plain_array(indices), shape[axis], mode),)
    return np.reshape(scatter(g, index, shape), _x.shape)


_take_primitive = linear(np.take, _untake, raw=_take, math="dY = dX[..., i, ...];  X̄ = 0, X̄[..., i, ...] += Ȳ")


@implements(np.take)
def take(a: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Any:
    """The elements of `a` at `indices` along an axis; with axis None, of all elements in a row.

    Args:
        mode: of indices out of range: "raise" an error, "wrap" them around, or "clip" them to the range (where
            negative ones then become 0).

    >>> import autograd_lite as ag
    >>> ag.take(ag.Tensor([[1.0, 2.0, 3.0]]), [2, 0, -1], axis=1)
    Tensor([[3., 1., 3.]], dtype=float32)
    """
    return _take_primitive(a, as_index(indices), axis, mode)


def grid_along(indices: Any, shape: tuple[int, ...], axis: int) -> tuple[Any, ...]:
    """The index that picks `indices` along one axis, all other axes aligned."""
    if indices.dtype.kind not in "iu":
        raise IndexError(f"indices along an axis must be integers, not {indices.dtype}")
    if indices.ndim != len(shape):
        raise ValueError(
            f"indices along an axis of an array of shape {shape} must have {len(shape)} axes too, not the shape "
            f"{indices.shape}; add axes of length 1 (np.expand_dims) to have them broadcast"
        )
    along = [[-1 if i == j else 1 for j in range(len(shape))] for i in range(len(shape))]
    return tuple(indices if i == axis else np.arange(n).reshape(along[i]) for i, n in enumerate(shape))


@implements(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """`arr` at `indices` along one axis, all other axes aligned: out[i, j] = arr[i, indices[i, j]] for axis -1.

    So it picks what `argsort`, `argmax` (with keepdims) and the like have found.

    Raises:
        ValueError: `indices` has not as many axes as `arr`.
        IndexError: `indices` is not of integers, or they are out of range.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([[3.0, 1.0, 2.0]])
    >>> ag.take_along_axis(x, np.argsort(x))
    Tensor([[1., 2., 3.]], dtype=float32)
    """
    indices = plain_array(as_index(indices))
    if axis is None:
        arr, axis = np.reshape(arr, (-1,)), 0
    return getitem(arr, grid_along(_fixed(indices), arr.shape, axis_in(axis, arr.ndim)))


@implements(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The slices of `a` along an axis (with axis None, the elements in a row) for which the condition holds."""
    condition = np.asarray(as_index(condition))
    if condition.ndim != 1:
        raise ValueError(f"compress: the condition has one axis, not the shape {condition.shape}; see extract")
    return _take_primitive(a, np.flatnonzero(condition), axis)


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements of `arr`, in a row, at which a condition of its size holds."""
    return _take_primitive(arr, np.flatnonzero(as_index(condition)))
