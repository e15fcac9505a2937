"""Elements put in, taken out, and cut off at the ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from .implementing import implements
from .indexing import as_index, axis_in, getitem
from .joining import joined

__all__ = ["delete", "insert", "trim_zeros"]


def _along(arr: Any, axis: int | None) -> tuple[Any, int]:
    """The array and the axis to work along; with axis None, all elements in a row."""
    if axis is None:
        return (arr if arr.ndim == 1 else np.reshape(arr, (-1,))), 0
    return arr, axis_in(axis, arr.ndim)


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop),)]


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """`arr` without the slices at `obj` along an axis; with axis None, of all elements in a row.

    Args:
        obj: an integer, a slice, a sequence of integers, or a mask as long as the axis.
    """
    arr, axis = _along(arr, axis)
    obj = as_index(obj)
    if isinstance(obj, (int, np.integer)) and not isinstance(obj, bool):
        n = arr.shape[axis]
        if not -n <= obj < n:
            raise IndexError(f"delete: index {obj} is out of bounds for axis {axis} with size {n}")
        at = int(obj) % n
        return np.concatenate([_part(arr, axis, None, at), _part(arr, axis, at + 1, None)], axis=axis)
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), obj), axis=axis)


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`arr` with values put in before the places `obj` along an axis; with axis None, of all elements in a row.

    Args:
        obj: an integer, a slice, a sequence of integers, or a mask: places in `arr` as it is before.
        values: broadcast to the slices that are put in, and brought to the dtype of `arr`.
    """
    arr, axis = _along(arr, axis)
    n = arr.shape[axis]
    obj = as_index(obj)
    if isinstance(obj, slice):
        obj = np.arange(n)[obj]
    places = np.asarray(obj, None if np.size(obj) else np.intp)
    if places.dtype == bool:
        places = np.flatnonzero(places)
    values = joined(values)
    values = values if hasattr(values, "shape") else np.asarray(values)
    values = values.astype(arr.dtype) if values.dtype != arr.dtype else values
    if values.ndim < arr.ndim:
        values = np.reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
    if places.size == 1:
        if places.ndim == 0:
            values = np.moveaxis(values, 0, axis)
        at = int(places.reshape(()))
        if not -n <= at <= n:
            raise IndexError(f"insert: index {at} is out of bounds for axis {axis} with size {n}")
        at = at + n if at < 0 else at
        count = values.shape[axis]
        values = np.broadcast_to(values, (*arr.shape[:axis], count, *arr.shape[axis + 1 :]))
        return np.concatenate([_part(arr, axis, None, at), values, _part(arr, axis, at, None)], axis=axis)
    # NumPy says where each number goes; a gather follows it
    order = np.insert(np.arange(n), places, n + np.arange(len(places)))
    values = np.broadcast_to(values, (*arr.shape[:axis], len(places), *arr.shape[axis + 1 :]))
    return np.take(np.concatenate([arr, values], axis=axis), order, axis=axis)


@implements(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """The part between the zeros at the front ("f" in `trim`) and back ("b"), along some axes or all."""
    ends = trim.lower()
    if ends not in ("fb", "bf", "f", "b"):
        raise ValueError(f'trim_zeros: trim is "f", "b" or "fb", not {trim!r}')
    filt = joined(filt)
    ndim = filt.ndim
    axes = range(ndim) if axis is None else [axis_in(i, ndim) for i in (axis if np.iterable(axis) else (axis,))]
    places = np.argwhere(as_index(filt))
    index: list[Any] = [slice(None)] * ndim
    for i in axes:
        if not len(places):
            index[i] = slice(0, 0)
        else:
            first, last = int(places[:, i].min()), int(places[:, i].max())
            index[i] = slice(first if "f" in ends else None, last + 1 if "b" in ends else None)
    return getitem(filt, tuple(index))
