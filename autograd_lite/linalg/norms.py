"""Norms of vectors and matrices, and the condition number.

    |x|_p = (sum |x_i|^p)^(1/p)          d|x|_p = sum (|x_i| / |x|_p)^(p-1) sign(x_i) dx_i

At x = 0, and for an element that is 0, the derivative is taken as 0, as PyTorch does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops.implementing import implements
from ..ops.words import array_of, conjugate
from ..primitive import Primitive, general
from .matrices import array, undifferentiated

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes meant by None, an int or a tuple, as numbers from 0."""
    ndim = len(x.shape)
    if axis is None:
        return tuple(range(ndim))
    return tuple(np.lib.array_utils.normalize_axis_tuple(axis, ndim, "norm: axis"))


def _p_norm(x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    """(sum |x|^p)^(1/p) over `axis`, by whichever of NumPy's ways is fast."""
    if p == 2 and len(axis) == len(x.shape):
        return np.linalg.norm(x, None, None, keepdims)
    if len(axis) == 1:
        return np.linalg.norm(x, p, axis[0], keepdims)
    if p == 2 and len(axis) == 2:
        return np.linalg.norm(x, "fro", axis, keepdims)
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=p)


def _directions(x: Any) -> Any:
    """conj(x) / |x|, and 0 where x is 0."""
    if x.dtype.kind != "c":
        return np.sign(x)
    size = np.abs(x)
    return conjugate(x) / np.where(array_of(size) == 0, 1.0, size)


def _slopes(g: Any, ans: Any, x: Any, p: float, axis: tuple[int, ...]) -> Any:
    """g times d|x|_p / dx, with zeros for elements and norms that are 0; what is small is multiplied first."""
    kept = tuple(1 if i in axis else n for i, n in enumerate(x.shape))
    g, whole = np.reshape(g, kept), np.reshape(ans, kept)
    if p == 1:
        return g * _directions(x)
    if math.isinf(p):
        ties = (np.abs(array_of(x)) == array_of(whole)).astype(whole.dtype)
        count = np.maximum(np.sum(ties, axis=axis, keepdims=True), 1.0)  # none, of no elements or NaN
        return ties * (g / count) * _directions(x)
    none = array_of(whole) == 0
    inverse = np.where(none, 0.0, 1.0 / np.where(none, 1.0, whole)) if none.any() else 1.0 / whole
    if p == 2:
        return conjugate(x) * (g * inverse)
    if p >= 3:
        return (np.abs(x) * inverse) ** (p - 2) * conjugate(x) * (g * inverse)
    size = np.abs(x)
    nothing = array_of(size) == 0
    one = np.where(nothing, 1.0, size)  # below 3 the rule for powers has no second derivative at 0
    return np.where(nothing, 0.0, (one * inverse) ** (p - 1) * (conjugate(x) / one) * g)


def _p_norm_jvp(v: Any, ans: Any, x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    one = np.ones((1,) * len(array_of(ans).shape), array_of(ans).dtype)
    slopes = _slopes(np.broadcast_to(one, ans.shape), ans, x, p, axis)
    return np.sum(np.real(v * slopes), axis=axis, keepdims=keepdims)


_p_norm.__name__ = "norm"
_p_norm_primitive: Primitive = general(
    _p_norm,
    vjps=(lambda g, ans, x, p, axis, keepdims: _slopes(g, ans, x, p, axis),),
    jvps=(_p_norm_jvp,),
    math="d‖x‖ₚ = Σ (|xᵢ| / ‖x‖ₚ)ᵖ⁻¹ sign(xᵢ) dxᵢ",
)


@implements(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: float = 2) -> Any:
    """(sum |x|^ord)^(1/ord) over `axis`: one axis, several, or None for all.

    ord = inf gives the largest |x|, -inf the smallest (elements that are tied share the gradient), 0 the number of
    elements that are not 0 (which has no derivative).

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([3.0, 4.0], requires_grad=True)
    >>> np.linalg.vector_norm(x).backward()
    >>> x.grad
    Tensor([0.6, 0.8], dtype=float32)
    """
    x = array(x)
    if ord == 0:
        return undifferentiated(np.linalg.vector_norm, x, axis=axis, keepdims=keepdims, ord=0)
    return _p_norm_primitive(x, p=ord, axis=_axes(x, axis), keepdims=bool(keepdims))


def _extreme(x: Any, axis: int, ord: float, keepdims: bool) -> Any:
    """The smallest for a negative `ord`, else the largest; that of none is 0."""
    reduce = np.min if ord < 0 else np.max if x.shape[axis] else np.sum
    return reduce(x, axis=axis, keepdims=keepdims)


def _of_matrices(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    """The norm of the matrices that lie in two axes of x."""
    row, column = axes
    if ord is None or ord in ("fro", "f"):
        return vector_norm(x, axis=axes, keepdims=keepdims)
    if ord in ("nuc", 2, -2):
        values = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
        found = np.sum(values, axis=-1) if ord == "nuc" else _extreme(values, -1, ord, False)
        return np.expand_dims(found, axes) if keepdims else found
    if ord in (1, -1):
        summed, along = row, column
    elif ord in (math.inf, -math.inf):
        summed, along = column, row
    else:
        raise ValueError(f"norm: a matrix norm is 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, not {ord!r}")
    sums = vector_norm(x, ord=1, axis=summed, keepdims=True)
    found = _extreme(sums, along, ord, True)
    return found if keepdims else np.squeeze(found, axes)


@implements(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of each matrix: "fro", "nuc" (the sum of its singular values), 2 and -2 (the largest and the smallest of
    them), 1 and -1 (the largest and the smallest sum of a column of |x|), inf and -inf (of a row).
    """
    x = array(x)
    return _of_matrices(x, ord, (len(x.shape) - 2, len(x.shape) - 1), keepdims)


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of vectors (one axis), of matrices (two axes), or with ord None of all elements.

    Raises:
        ValueError: `ord` and the number of axes do not go together.
    """
    x = array(x)
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
    """The condition number of each matrix, |x| |x^-1|; for p None, 2 and -2 by the singular values, of any shape.

    That of a singular matrix is inf, and its gradient NaN.
    """
    x = array(x)
    if 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError(f"cond: a matrix without elements has no condition number; x has shape {x.shape}")
    if p is None or p in (2, -2):
        values = np.linalg.svdvals(x)
        top, bottom = (values[..., -1], values[..., 0]) if p == -2 else (values[..., 0], values[..., -1])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = top / bottom
        nothing = (array_of(top) == 0) & (array_of(bottom) == 0)  # singular too, and not 0 / 0
        return np.where(nothing, np.inf, found) if nothing.any() else found
    try:
        return matrix_norm(x, ord=p) * matrix_norm(np.linalg.inv(x), ord=p)
    except np.linalg.LinAlgError:
        if x.shape[-2:] != x.shape[-1:] * 2:
            raise
    found = np.linalg.cond(array_of(x), p)  # some are singular
    regular = np.isfinite(found)
    x = np.where(regular[..., None, None], x, x * 0.0 + np.eye(x.shape[-1], dtype=x.dtype))
    return cond(x, p) * np.where(regular, 1.0, found).astype(found.dtype)
