"""Elements put in, taken out, and cut off at the ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements
from .indexing import as_index, getitem, scatter
from .joining import joined
from .words import axis_in, in_a_row

__all__ = ["delete", "insert", "trim_zeros"]


def _put_back(g: Any, _ans: Any, _arr: Any, obj: Any, axis: int) -> Any:
    left = np.delete(np.arange(_arr.shape[axis]), obj)
    return scatter(g, (slice(None),) * axis + (left,), _arr.shape)


_delete_primitive = linear(np.delete, _put_back, math="dY = dX without some slices;  X̄ = Ȳ with zeros there")


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """`arr` without the slices at `obj` along an axis; with axis None, of all elements in a row.

    Args:
        obj: an integer, a slice, a sequence of integers, or a mask as long as the axis.
    """
    arr, axis = in_a_row(arr, axis)
    return _delete_primitive(arr, as_index(obj), axis)


def _insert(arr: Any, values: Any, *, obj: Any, axis: int) -> Any:
    return np.insert(arr, obj, values, axis)


def _taken_out(g: Any, _ans: Any, _arr: Any, _values: Any, *, obj: Any, axis: int) -> list[Any]:
    """What belongs to the array and what to the values; NumPy itself says where each went."""
    n = _arr.shape[axis]
    count = g.shape[axis] - n
    came_from = np.insert(np.arange(n), obj, n + np.arange(count))
    went_to = np.argsort(came_from)
    inserted = np.take(g, went_to[n:], axis=axis)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        inserted = np.moveaxis(inserted, axis, 0)  # NumPy reads values that go to one place as arr[:, 0] = values
    return [np.take(g, went_to[:n], axis=axis), inserted]


_insert.__name__ = "insert"
_insert_primitive = linear(
    _insert, joint=_taken_out, math="dY = dX with dV between;  X̄, V̄ = the parts of Ȳ they went to"
)


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`arr` with values put in before the places `obj` along an axis; with axis None, of all elements in a row.

    Args:
        obj: an integer, a slice, a sequence of integers, or a mask: places in `arr` as it is before.
        values: broadcast to the slices that are put in, and brought to the dtype of `arr`.
    """
    arr, axis = in_a_row(arr, axis)
    return _insert_primitive(arr, joined(values), obj=as_index((obj,), kept=True)[0], axis=axis)


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
