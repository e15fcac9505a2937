"""Rearrangements: linear maps that move elements; the transpose moves them back."""

import math
from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements
from .words import axis_in

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "matrix_transpose",
    "moveaxis",
    "permute_dims",
    "ravel",
    "reshape",
    "roll",
    "rollaxis",
    "rot90",
    "squeeze",
    "swapaxes",
]


def _reshape(x: Any, shape: Any, copy: bool | None = None) -> Any:
    return x.reshape(shape) if copy is None and hasattr(x, "reshape") else np.reshape(x, shape, copy=copy)


_reshape_primitive = linear(
    np.reshape,
    lambda g, _ans, _x, shape, copy=None: np.reshape(g, _x.shape),
    raw=_reshape,
    math="dY = reshape dX;  X̄ = Ȳ in the shape of X",
)


@implements(np.reshape)
def reshape(x: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Any:
    """The same elements in another shape, in which one axis may be -1: whatever is left.

    Args:
        order: "C" reads and writes the elements with the last axis fastest, "F" with the first.
        copy: None copies where the memory must be rearranged, True always; False raises instead.
    """
    shape = tuple(shape) if isinstance(shape, list) else shape
    if order == "C":
        return _reshape_primitive(x, shape) if copy is None else _reshape_primitive(x, shape, copy)
    if order != "F":
        raise ValueError(
            f'reshape: order {order!r} depends on the layout of memory, which Tensors do not show; "C" or "F"'
        )
    backward = shape[::-1] if isinstance(shape, tuple) else shape
    return np.transpose(reshape(np.transpose(x), backward, copy=copy))


@implements(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements in one axis: the last axis runs fastest, or with order "F" the first."""
    return reshape(a, (-1,), order)


_expand_dims_primitive = linear(
    np.expand_dims,
    lambda g, _ans, _x, axis: np.reshape(g, _x.shape),
    math="dY = dX with axes of length 1;  X̄ = Ȳ without",
)


@implements(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """New axes of length 1, at the places `axis` (an integer or several) of the answer."""
    return _expand_dims_primitive(a, tuple(axis) if isinstance(axis, list) else axis)


squeeze = linear(
    np.squeeze,
    lambda g, _ans, _x, axis=None: np.reshape(g, _x.shape),
    math="dY = dX without axes of length 1;  X̄ = Ȳ with them",
)
flip = linear(np.flip, lambda g, _ans, _x, axis=None: np.flip(g, axis), math="dY = dX backward;  X̄ = Ȳ backward")
swapaxes = linear(
    np.swapaxes,
    lambda g, _ans, _x, axis1, axis2: np.swapaxes(g, axis1, axis2),
    math="dY = dX, axes swapped;  X̄ likewise",
)
moveaxis = linear(
    np.moveaxis,
    lambda g, _ans, _x, source, destination: np.moveaxis(g, destination, source),
    math="dY = dX, axes moved;  X̄ = Ȳ, axes moved back",
)
matrix_transpose = linear(np.matrix_transpose, lambda g, _ans, _x: g.mT, raw=lambda x: x.mT, math="dY = dXᵀ;  X̄ = Ȳᵀ")
roll = linear(
    np.roll,
    lambda g, _ans, _x, shift, axis=None: np.roll(g, _negative(shift), axis),
    math="dyᵢ = dxᵢ₋ₛ, around the end;  x̄ᵢ = ȳᵢ₊ₛ",
)
rot90 = linear(
    np.rot90, lambda g, _ans, _x, k=1, axes=(0, 1): np.rot90(g, -k, axes), math="dY = dX turned;  X̄ = Ȳ turned back"
)


def _negative(shift: Any) -> Any:
    return tuple(-int(s) for s in shift) if isinstance(shift, (tuple, list, np.ndarray)) and np.ndim(shift) else -shift


def _inverse(axes: Any) -> Any:
    if axes is None:
        return None
    inverse = [0] * len(axes)
    for i, axis in enumerate(axes):
        inverse[axis] = i
    return inverse


permute_dims = linear(
    np.transpose,
    lambda g, _ans, _x, axes=None: np.transpose(g, _inverse(axes)),
    raw=lambda x, axes=None: x.transpose(axes) if hasattr(x, "transpose") else np.transpose(x, axes),
    math="dY = dX, axes permuted;  X̄ = Ȳ, axes permuted back",
)


@implements(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis moved backward until it lies before the axis `start`; `moveaxis` says it more clearly."""
    n = a.ndim
    axis = axis_in(axis, n)
    if not -n <= start <= n:
        raise np.exceptions.AxisError(f"rollaxis: start {start} must lie between {-n} and {n}")
    start = start + n if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


@implements(np.fliplr)
def fliplr(m: Any) -> Any:
    """The columns (the second axis) backward."""
    _at_least(m, 2, "fliplr")
    return np.flip(m, 1)


@implements(np.flipud)
def flipud(m: Any) -> Any:
    """The rows (the first axis) backward."""
    _at_least(m, 1, "flipud")
    return np.flip(m, 0)


def _at_least(m: Any, ndim: int, name: str) -> None:
    if m.ndim < ndim:
        raise ValueError(
            f"{name}: an array of at least {ndim} axes is needed, not the shape {m.shape}; see np.atleast_2d"
        )


def _each(arrays: Any, enlarge: Any) -> Any:
    """One answer for one array, a tuple for several."""
    found = tuple(enlarge(x if hasattr(x, "shape") else np.asarray(x)) for x in arrays)
    return found[0] if len(found) == 1 else found


@implements(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """Each array, with an axis if it has none; a tuple if they are several."""
    return _each(arys, lambda x: x if x.ndim else np.reshape(x, (1,)))


@implements(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """Each array with at least two axes: new ones come first."""
    return _each(arys, lambda x: x if x.ndim >= 2 else np.reshape(x, (1, math.prod(x.shape))))


@implements(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """Each array with at least three axes: of shape (n,) becomes (1, n, 1), of shape (m, n) becomes (m, n, 1)."""
    return _each(
        arys,
        lambda x: x if x.ndim >= 3 else np.reshape(x, (*x.shape, 1) if x.ndim == 2 else (1, math.prod(x.shape), 1)),
    )
