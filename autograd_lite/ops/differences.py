"""Differences along an axis, and what is made of them: derivatives and integrals of tabulated functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements
from .indexing import axis_in
from .joining import joined

__all__ = ["diff", "ediff1d", "gradient", "trapezoid"]


def _diff(x: Any, n: int, axis: int) -> Any:
    return np.diff(x, n, axis)


def _diff_transpose(g: Any, _ans: Any, _x: Any, n: int, axis: int) -> Any:
    """The differences of g between zeros, with their sign turned for odd n."""
    if n >= _x.shape[axis]:
        return np.zeros(_x.shape, g.dtype)
    zeros = np.zeros([n if i == axis else length for i, length in enumerate(_x.shape)], g.dtype)
    found = _diff_primitive(np.concatenate([zeros, g, zeros], axis), n, axis)
    return -found if n % 2 else found


_diff_primitive = linear(np.diff, _diff_transpose, raw=_diff, math="dyᵢ = dxᵢ₊₁ - dxᵢ;  x̄ᵢ = ȳᵢ₋₁ - ȳᵢ  (n = 1)")


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
        steps = np.diff(x, axis=axis if x.ndim > 1 else 0)
        if x.ndim == 1:
            steps = np.reshape(steps, [-1 if i == axis else 1 for i in range(y.ndim)])
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
    found = [_along(f, joined(h), a, edge_order).astype(f.dtype) for a, h in zip(axes, spacings, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _along(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The derivative along one axis."""
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(f"gradient: axis {axis} has {n} points; edge_order {edge_order} needs {edge_order + 1}")

    def at(start: int | None, stop: int | None) -> Any:
        return _part(f, axis, start, stop)

    before, here, after = at(None, -2), at(1, -1), at(2, None)
    if not np.ndim(spacing):
        inside = (after - before) / (spacing * 2)
        first = last = (spacing, spacing)
    else:
        if spacing.ndim != 1 or spacing.shape[0] != n:
            raise ValueError(
                f"gradient: the coordinates along axis {axis} must be a number or of shape ({n},), not {spacing.shape}"
            )
        steps = np.diff(spacing if spacing.dtype.kind == "f" else spacing.astype(np.float64))
        steps = steps.astype(np.finfo(f.dtype).dtype)
        h, k = (np.reshape(part, [-1 if i == axis else 1 for i in range(f.ndim)]) for part in (steps[:-1], steps[1:]))
        inside = before * (-k / (h * (h + k))) + here * ((k - h) / (h * k)) + after * (h / (k * (h + k)))
        first, last = (steps[0], steps[min(1, n - 2)]), (steps[-1], steps[max(-2, 1 - n)])
    start = _edge(first[0], first[1], at(0, 1), at(1, 2), at(2, 3), edge_order)
    end = _edge(-last[0], -last[1], at(n - 1, n), at(n - 2, n - 1), at(n - 3, n - 2), edge_order)
    return np.concatenate([start, inside, end], axis)


def _edge(h: Any, k: Any, f0: Any, f1: Any, f2: Any, edge_order: int) -> Any:
    """The derivative at the first of three points with steps h and k between them."""
    if edge_order == 1:
        return (f1 - f0) / h
    return f0 * (-(h * 2 + k) / (h * (h + k))) + f1 * ((h + k) / (h * k)) - f2 * (h / (k * (h + k)))
