"""Picking elements, and its adjoint: putting them back, adding where one was picked twice."""

from typing import Any

import numpy as np

from ..primitive import Primitive, linear
from .implementing import implements

__all__ = ["scatter_add", "take_along_axis"]


def _getitem(x: Any, index: Any) -> Any:
    """x[index], basic or advanced."""
    return x[index]


def _is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, slice, np.integer)) for part in parts)


def _scatter_add(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape`, with g added at `index`."""
    into = np.zeros(shape, g.dtype)
    if _is_basic(index) or getattr(index, "dtype", None) == np.dtype(bool):
        into[index] = g  # no element is picked twice
    else:
        np.add.at(into, index, g)
    return into


_getitem.__name__ = "getitem"
_scatter_add.__name__ = "scatter_add"
getitem: Primitive = linear(_getitem, lambda g, _ans, _x, index: scatter_add(g, index, _x.shape))
scatter_add: Primitive = linear(_scatter_add, lambda g, _ans, _x, index, shape: g[index])


@implements(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """x at `indices` along one axis, all other axes aligned: out[i, j] = x[i, indices[i, j]] for axis -1."""
    if axis is None:
        return np.reshape(x, (-1,))[indices]
    axis = axis % len(x.shape)
    grid: list[Any] = []
    for i, n in enumerate(x.shape):
        along = [1] * len(x.shape)
        along[i] = -1
        grid.append(indices if i == axis else np.arange(n).reshape(along))
    return x[tuple(grid)]
