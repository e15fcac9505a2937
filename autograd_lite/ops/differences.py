"""Differences along an axis, and what is made of them: derivatives and integrals of tabulated functions."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from ..primitive import Primitive, Traced, linear
from .implementing import implements
from .joining import joined
from .words import array_of, axis_in

__all__ = ["diff", "ediff1d", "gradient", "trapezoid"]


def _diff(x: Any, n: int, axis: int) -> Any:
    return np.diff(x, n, axis)


def _diff_transposed(g: Any, n: int, axis: int, length: int) -> Any:
    """x̄ᵢ = gᵢ₋₁ - gᵢ, where what lies outside of g is 0; n times over, up to a length."""
    if n >= length:
        return np.zeros([length if i == axis else m for i, m in enumerate(g.shape)], g.dtype)
    g = np.moveaxis(g, axis, 0)
    for _ in range(n):
        x = np.empty((g.shape[0] + 1, *g.shape[1:]), g.dtype)
        np.negative(g[0], out=x[:1].reshape(g.shape[1:]))
        np.subtract(g[:-1], g[1:], out=x[1:-1])
        x[-1] = g[-1]
        g = x
    return np.moveaxis(g, 0, axis)


_diff_transposed.__name__ = "diff_transposed"
_diff_primitive: Primitive = linear(
    np.diff,
    lambda g, _ans, _x, n, axis: _diff_transposed_primitive(g, n, axis, _x.shape[axis]),
    raw=_diff,
    math="dyᵢ = dxᵢ₊₁ − dxᵢ;  x̄ᵢ = ȳᵢ₋₁ − ȳᵢ  (n = 1)",
)
_diff_transposed_primitive: Primitive = linear(
    _diff_transposed,
    lambda g, _ans, _y, n, axis, length: _diff_primitive(g, n, axis),
    math="dxᵢ = dyᵢ₋₁ − dyᵢ;  ȳᵢ = x̄ᵢ₊₁ − x̄ᵢ  (n = 1)",
)


@implements(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The differences of neighbours along an axis, n times over: yᵢ = aᵢ₊₁ - aᵢ.

    Args:
        prepend, append: numbers, or arrays, to put before and after `a` first; gradients flow to them.
    """
    if n < 0:
        raise ValueError(f"diff: n must not be negative, not {n}")
    a = joined(a)
    if not a.ndim:
        raise ValueError("diff: an array of at least one axis is needed, not a number")
    if n == 0:
        return a
    axis = axis_in(axis, a.ndim)
    ends = [None if end is None else _as_slice(joined(end), a, axis) for end in (prepend, append)]
    if prepend is not None or append is not None:
        a = np.concatenate([part for part in (ends[0], a, ends[1]) if part is not None], axis)
    return _diff_primitive(a, int(n), axis)


def _as_slice(end: Any, a: Any, axis: int) -> Any:
    """What is put before or after `a`: a number becomes a slice, which does not widen the dtype."""
    if np.ndim(end):
        return end
    if not hasattr(end, "dtype"):
        end = np.asarray(end, np.result_type(a.dtype, end))
    return np.broadcast_to(end, [1 if i == axis else n for i, n in enumerate(a.shape)])


@implements(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours among all elements in a row, with `to_begin` before and `to_end` after them."""
    row = np.reshape(joined(ary), (-1,))
    found = _diff_primitive(row, 1, 0)
    if to_end is None and to_begin is None:
        return found
    ends = [_row_of(to_begin, row.dtype, "to_begin"), _row_of(to_end, row.dtype, "to_end")]
    return np.concatenate([ends[0], found, ends[1]])


def _row_of(end: Any, dtype: Any, name: str) -> Any:
    """Elements to put at an end of a row."""
    row = np.empty(0, dtype) if end is None else np.reshape(joined(end), (-1,))
    if not np.can_cast(row.dtype, dtype, "same_kind"):
        raise TypeError(f"ediff1d: {name} of {row.dtype} does not go into {dtype}; cast one of them by astype")
    return row.astype(dtype)


@implements(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of a tabulated function by the trapezoidal rule: Σ (xᵢ₊₁ - xᵢ) (yᵢ + yᵢ₊₁) / 2.

    Args:
        x: the points, along one axis or in the shape of `y`; gradients flow to them.
        dx: their distance, if `x` is not given.
    """
    y = joined(y)
    axis = axis_in(axis, y.ndim)
    if x is None and not np.ndim(dx):
        ends = np.take(y, [0, -1], axis) if y.shape[axis] else y
        return (np.sum(y, axis) - 0.5 * np.sum(ends, axis)) * dx if y.shape[axis] else np.sum(y, axis) * dx
    if x is None:
        steps = joined(dx)
    else:
        x = joined(x)
        if x.shape != y.shape and x.shape != (y.shape[axis],):
            raise ValueError(
                f"trapezoid: x of shape {x.shape} for y of shape {y.shape}; it must have that shape, or "
                f"{(y.shape[axis],)} for the points along axis {axis}"
            )
        steps = np.diff(x, axis=axis if x.ndim > 1 else 0)
        if x.ndim == 1 and y.ndim > 1:
            ends = np.zeros(1, steps.dtype)
            weights = (np.concatenate([ends, steps]) + np.concatenate([steps, ends])) * 0.5
            return np.sum(y * np.reshape(weights, [-1 if i == axis else 1 for i in range(y.ndim)]), axis)
    left, right = _part(y, axis, None, -1), _part(y, axis, 1, None)
    return np.sum(steps * (left + right), axis) * 0.5


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(slice(None),) * axis + (slice(start, stop),)]


@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The derivative of a tabulated function along axes: central differences inside, one-sided ones at the ends.

    Args:
        varargs: distances of the points: none (1), one for all axes, or one for each; each a number, or the
            coordinates of the points along the axis.  Gradients flow to them too.
        axis: one axis, a tuple of them, or None for all.
        edge_order: of accuracy at the ends, 1 or 2.

    Returns:
        One array for one axis, a tuple of them for several.
    """
    f = joined(f)
    axes = range(f.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(axis_in(a, f.ndim) for a in axes)
    spacings = list(varargs) or [1.0]
    if len(spacings) == 1 and (len(axes) == 1 or not np.ndim(spacings[0])):
        spacings *= len(axes)
    if len(spacings) != len(axes):
        raise TypeError(f"gradient: {len(spacings)} spacings for {len(axes)} axes; give none, one, or one for each")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, not {edge_order}")
    if f.dtype.kind in "biu":
        f = f.astype(np.float64)
    found = [_along(f, joined(h), a, edge_order) for a, h in zip(axes, spacings, strict=True)]
    found = [slope if slope.dtype == f.dtype else slope.astype(f.dtype) for slope in found]
    return found[0] if len(found) == 1 else tuple(found)


def _along(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The derivative along one axis."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(f"gradient: axis {axis} has {n} points; edge_order {edge_order} needs {edge_order + 1}")
    if np.ndim(spacing) and spacing.shape != (n,):
        raise ValueError(
            f"gradient: the coordinates along axis {axis} must be a number or of shape ({n},), not {spacing.shape}"
        )
    if not (isinstance(spacing, Traced) and spacing._node is not None):
        return _gradient_primitive(f, axis, array_of(spacing), edge_order)
    inside, start, end = _coefficients(spacing, f, axis, edge_order)
    here = _total(c * _part(f, axis, i, n - 2 + i) for i, c in enumerate(inside))
    first = _total(c * _part(f, axis, i, i + 1) for i, c in enumerate(start))
    last = _total(c * _part(f, axis, n - 1 - i, n - i) for i, c in enumerate(end))
    return np.concatenate([first, here, last], axis)


def _total(terms: Any) -> Any:
    return functools.reduce(operator.add, terms)


def _coefficients(spacing: Any, f: Any, axis: int, edge_order: int) -> tuple[Any, Any, Any]:
    """What the derivative multiplies f by: at a point inside, and before and after it; at the first points; at the
    last ones, counted from the end."""
    if not np.ndim(spacing):
        half = 0.5 / spacing
        inside, start, end = (-half, 0.0, half), (spacing, spacing), (-spacing, -spacing)
    else:
        steps = np.diff(spacing if spacing.dtype.kind == "f" else spacing.astype(np.float64))
        steps = steps.astype(np.finfo(f.dtype).dtype)
        shape = [-1 if i == axis else 1 for i in range(f.ndim)]
        h, k = np.reshape(steps[:-1], shape), np.reshape(steps[1:], shape)
        inside = (-k / (h * (h + k)), (k - h) / (h * k), h / (k * (h + k)))
        start, end = (steps[0], steps[edge_order - 1]), (-steps[-1], -steps[-edge_order])
    return inside, _edge(*start, edge_order), _edge(*end, edge_order)


def _edge(h: Any, k: Any, edge_order: int) -> tuple[Any, ...]:
    """The coefficients of the derivative at the first of two or three points with steps h and k between them."""
    if edge_order == 1:
        return -1 / h, 1 / h
    return -(h * 2 + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k))


def _gradient(f: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    return np.gradient(f, spacing, axis=axis, edge_order=edge_order)  # type: ignore[call-overload]


def _gradient_transposed(g: Any, axis: int, spacing: Any, edge_order: int) -> Any:
    """Every element of g goes to the points that it was made of."""
    inside, start, end = _coefficients(spacing, g, axis, edge_order)
    n = g.shape[axis]
    x = np.zeros(g.shape, g.dtype)
    for i, c in enumerate(inside):
        if np.ndim(c) or c:
            _part(x, axis, i, n - 2 + i)[...] += _part(g, axis, 1, n - 1) * c
    for i, c in enumerate(start):
        _part(x, axis, i, i + 1)[...] += _part(g, axis, 0, 1) * c
    for i, c in enumerate(end):
        _part(x, axis, n - 1 - i, n - i)[...] += _part(g, axis, n - 1, n) * c
    return x


_gradient_transposed.__name__ = "gradient_transposed"
_gradient_primitive: Primitive = linear(
    np.gradient,
    lambda g, _ans, _f, axis, spacing, edge_order: _gradient_transposed_primitive(g, axis, spacing, edge_order),
    raw=_gradient,
    math="dyᵢ = Σ cᵢⱼ dxⱼ over the neighbours;  x̄ⱼ = Σ cᵢⱼ ȳᵢ",
)
_gradient_transposed_primitive: Primitive = linear(
    _gradient_transposed,
    lambda g, _ans, _y, axis, spacing, edge_order: _gradient_primitive(g, axis, spacing, edge_order),
    math="dxⱼ = Σ cᵢⱼ dyᵢ;  ȳᵢ = Σ cᵢⱼ x̄ⱼ",
)
