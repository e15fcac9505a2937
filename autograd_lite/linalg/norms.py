"""Norms of vectors and matrices, and the condition number.

    |x|_p = (sum |x_i|^p)^(1/p)          d|x|_p = sum (|x_i| / |x|_p)^(p-1) sign(x_i) dx_i

At x = 0, and for an element that is 0, the derivative is taken as 0, as PyTorch does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops.implementing import implements
from ..primitive import Primitive, general
from .matrices import conjugate

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes meant by None, an int or a tuple, as numbers from 0."""
    ndim = len(x.shape)
    if axis is None:
        return tuple(range(ndim))
    return tuple(np.lib.array_utils.normalize_axis_tuple(axis, ndim))


def _p_norm(x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    """(sum |x|^p)^(1/p) over `axis`."""
    if len(axis) == 1 or (len(axis) == len(x.shape) and p == 2 and not keepdims):
        return np.linalg.norm(x, p if len(axis) == 1 else None, axis[0] if len(axis) == 1 else None, keepdims)
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=p)


def _slopes(ans: Any, x: Any, p: float, axis: tuple[int, ...]) -> Any:
    """d|x|_p / dx, with zeros for elements and norms that are 0."""
    whole = np.reshape(ans, tuple(1 if i in axis else n for i, n in enumerate(x.shape)))
    none = whole == 0
    if p == 2:
        return conjugate(x) / np.where(none, 1.0, whole)
    size = np.abs(x)
    zero = size == 0
    one = np.where(zero, 1.0, size)
    share = (one / np.where(none, 1.0, whole)) ** (p - 1)
    return share * conjugate(x) / one


def _p_norm_vjp(g: Any, ans: Any, x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    shape = tuple(1 if i in axis else n for i, n in enumerate(x.shape))
    return np.reshape(g, shape) * _slopes(ans, x, p, axis)


def _p_norm_jvp(v: Any, ans: Any, x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    return np.sum(np.real(v * _slopes(ans, x, p, axis)), axis=axis, keepdims=keepdims)


_p_norm.__name__ = "norm"
_p_norm_primitive: Primitive = general(
    _p_norm,
    vjps=(_p_norm_vjp,),
    jvps=(_p_norm_jvp,),
    math="d‖x‖ₚ = Σ (|xᵢ| / ‖x‖ₚ)ᵖ⁻¹ sign(xᵢ) dxᵢ",
)


@implements(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    """(sum |x|^ord)^(1/ord) over `axis`: one axis, several, or None for all.

    ord = inf gives the largest |x|, -inf the smallest, 0 the number of elements that are not 0 (which has
    no derivative).
    """
    axes = _axes(x, axis)
    if ord == math.inf:
        return np.max(np.abs(x), axis=axes, keepdims=keepdims)
    if ord == -math.inf:
        return np.min(np.abs(x), axis=axes, keepdims=keepdims)
    if ord == 0:
        return np.sum((x != 0).astype(np.real(x).dtype), axis=axes, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axes, keepdims=keepdims)
    return _p_norm_primitive(x, p=float(ord) if ord != 2 else 2, axis=axes, keepdims=bool(keepdims))


def _of_matrices(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    """The norm of the matrices that lie in two axes of x."""
    row, column = axes
    if ord is None or ord in ("fro", "f"):
        return vector_norm(x, axis=axes, keepdims=keepdims)
    if ord in ("nuc", 2, -2):
        values = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
        found = np.sum(values, axis=-1) if ord == "nuc" else values[..., 0 if ord == 2 else -1]
        return np.expand_dims(found, axes) if keepdims else found
    if ord in (1, -1):
        summed, along = row, column
    elif ord in (math.inf, -math.inf):
        summed, along = column, row
    else:
        raise ValueError(f"norm: a matrix norm is 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, not {ord!r}")
    sums = np.sum(np.abs(x), axis=summed, keepdims=True)
    extreme = np.max if ord > 0 else np.min
    found = extreme(sums, axis=along, keepdims=True)
    return found if keepdims else np.squeeze(found, axes)


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of each matrix: "fro", "nuc" (the sum of its singular values), 2 and -2 (the largest and the smallest of
    them), 1 and -1 (the largest and the smallest sum of a column of |x|), inf and -inf (of a row).
    """
    return _of_matrices(x, ord, (len(x.shape) - 2, len(x.shape) - 1), keepdims)


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of vectors (one axis), of matrices (two axes), or with ord None of all elements.

    Raises:
        ValueError: `ord` and the number of axes do not go together.
    """
    if axis is None and ord is None:
        return vector_norm(x, keepdims=keepdims)
    axes = _axes(x, axis)
    if len(axes) == 1:
        if isinstance(ord, str):
            raise ValueError(f"norm: {ord!r} is a norm of matrices, and x has shape {tuple(x.shape)}, axis={axis}")
        return vector_norm(x, axis=axes, keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) == 2:
        return _of_matrices(x, ord, axes, keepdims)
    raise ValueError(f"norm: ord={ord!r} is for one or two axes, and x has shape {tuple(x.shape)}, axis={axis}")


@implements(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number of each matrix, |x| |x^-1|; for p None, 2 and -2 by the singular values, of any shape."""
    if p is None or p in (2, -2):
        values = np.linalg.svdvals(x)
        return values[..., -1] / values[..., 0] if p == -2 else values[..., 0] / values[..., -1]
    return matrix_norm(x, ord=p) * matrix_norm(np.linalg.inv(x), ord=p)
