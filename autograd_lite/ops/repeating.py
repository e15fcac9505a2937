"""Repeating elements: linear maps whose transpose adds up what was repeated."""

import math
from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements
from .indexing import as_index, scatter

__all__ = ["broadcast_arrays", "broadcast_shapes", "broadcast_to", "meshgrid", "repeat", "resize", "tile"]

broadcast_shapes = np.broadcast_shapes


def _broadcast_to(array: Any, shape: Any) -> Any:
    return np.broadcast_to(array, shape)


broadcast_to = linear(
    np.broadcast_to,
    lambda g, _ans, _x, shape: g,  # the tape undoes broadcasting
    raw=_broadcast_to,
    math="dY = dX repeated;  X̄ = the sum of Ȳ over the repetitions",
)


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    """Arrays repeated to the shape that they have together; their memory is shared."""
    arrays = [x if hasattr(x, "shape") else np.asarray(x) for x in args]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return tuple(x if x.shape == shape else np.broadcast_to(x, shape) for x in arrays)


@implements(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Coordinates of a grid: an array per axis, which varies along that axis alone.

    Args:
        copy: taken as NumPy has it; a Tensor's memory is nobody else's to write to, so it may as well be shared.
        sparse: leave the axes along which a coordinate is constant at length 1.
        indexing: "ij" has the axes in the order of the arguments; "xy" has the first two swapped.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f'meshgrid: indexing is "xy" or "ij", not {indexing!r}')
    order = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        order[:2] = 1, 0
    along = [
        np.reshape(x, tuple(-1 if j == axis else 1 for j in range(len(xi)))) for x, axis in zip(xi, order, strict=True)
    ]
    return tuple(along) if sparse else broadcast_arrays(*along)


def _unrepeat(g: Any, _ans: Any, _x: Any, repeats: Any, axis: int | None = None) -> Any:
    shape = (math.prod(_x.shape),) if axis is None or not _x.shape else _x.shape
    axis = 0 if axis is None else axis % len(shape)
    n = shape[axis]
    if np.size(repeats) == 1:
        times = int(np.reshape(repeats, ()))
        inner = shape[axis + 1 :]
        if math.prod(inner) == 1:  # a product is ten times as fast as a sum over a short last axis
            summed = np.matmul(np.reshape(g, (math.prod(shape), times)), np.ones(times, g.dtype))
        else:
            summed = np.sum(np.reshape(g, (*shape[:axis], n, times, *inner)), axis=axis + 1)
    else:
        index = (slice(None),) * axis + (np.repeat(np.arange(n), repeats),)
        summed = scatter(g, index, shape)
    return np.reshape(summed, _x.shape)


_repeat_primitive = linear(np.repeat, _unrepeat, math="dY = dX, each element rᵢ times;  x̄ᵢ = the sum of its ȳ")


@implements(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element (along an axis; with axis None, of all in a row) `repeats` times, or each its own number of times.

    >>> import autograd_lite as ag
    >>> ag.repeat(ag.Tensor([1.0, 2.0]), [2, 3])
    Tensor([1., 1., 2., 2., 2.], dtype=float32)
    """
    return _repeat_primitive(a, as_index(repeats), axis)


def _times(reps: Any) -> tuple[int, ...]:
    return tuple(int(r) for r in reps) if np.ndim(reps) else (int(reps),)


def _untile(g: Any, _ans: Any, _x: Any, reps: Any) -> Any:
    times = _times(reps)
    ndim = max(len(times), len(_x.shape))
    times = (1,) * (ndim - len(times)) + times
    shape = (1,) * (ndim - len(_x.shape)) + tuple(_x.shape)
    pairs = [k for pair in zip(times, shape, strict=True) for k in pair]
    return np.reshape(np.sum(np.reshape(g, pairs), axis=tuple(range(0, 2 * ndim, 2))), _x.shape)


tile = linear(np.tile, _untile, math="dY = copies of dX side by side;  X̄ = the sum of Ȳ over the copies")


def _unresize(g: Any, _ans: Any, _x: Any, new_shape: Any) -> Any:
    size, given = math.prod(_x.shape), math.prod(g.shape)
    whole = given // size if size else 0
    row = np.reshape(g, (-1,))
    summed = np.sum(np.reshape(row[: whole * size], (whole, size)), axis=0)
    if given > whole * size and size:
        rest = np.concatenate([row[whole * size :], np.zeros((whole + 1) * size - given, g.dtype)])
        summed = summed + rest if whole else rest
    return np.reshape(summed, _x.shape)


resize = linear(
    np.resize, _unresize, math="dY = the elements of dX over and over;  X̄ = the sum of Ȳ over the repetitions"
)
