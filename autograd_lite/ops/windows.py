"""Windows that slide over an array, as a view; the transpose adds up what several windows see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as _view

from ..primitive import Primitive, linear
from .implementing import implements
from .words import axis_in

__all__ = ["sliding_window_view"]


def _windows(x: Any, window_shape: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    return _view(x, window_shape, axis=axis)


def _add_windows(g: Any, window_shape: tuple[int, ...], axis: tuple[int, ...]) -> Any:
    """Each element is the sum over the windows it is seen in.

    One axis after the other, and along each as many additions of whole slices as a window has elements, or as there
    are windows, whichever are fewer.
    """
    for i in reversed(axis):
        count, length = g.shape[i], g.shape[-1]
        into = np.zeros((*g.shape[:i], count + length - 1, *g.shape[i + 1 : -1]), g.dtype)
        before = (slice(None),) * i
        if length <= count:
            for k in range(length):
                into[(*before, slice(k, k + count))] += g[..., k]
        else:
            for k in range(count):
                into[(*before, slice(k, k + length))] += np.moveaxis(g[(*before, k)], -1, i)
        g = into
    return g


_windows.__name__ = "sliding_window_view"
_add_windows.__name__ = "add_windows"
_windows_primitive: Primitive = linear(
    _windows,
    lambda g, _ans, _x, window_shape, axis: _add_windows_primitive(g, window_shape, axis),
    math="dyᵢⱼ = dxᵢ₊ⱼ;  x̄ₖ = Σ ȳᵢⱼ over i + j = k",
)
_add_windows_primitive: Primitive = linear(
    _add_windows,
    lambda g, _ans, _y, window_shape, axis: _windows_primitive(g, window_shape, axis),
    math="dxₖ = Σ dyᵢⱼ over i + j = k;  ȳᵢⱼ = x̄ᵢ₊ⱼ",
)


@implements(_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """All windows of a shape within x: out[i, j] = x[i + j] along each axis that slides.

    Nothing is copied.  The axes of a window come last.

    Args:
        window_shape: the length of a window along each of the axes.
        axis: the axes it slides along; None for all.

    Raises:
        ValueError: there are not as many lengths as axes, one is negative, or longer than its axis.

    >>> import autograd_lite as ag
    >>> ag.sliding_window_view(ag.Tensor([1.0, 2.0, 4.0]), 2)
    Tensor([[1., 2.],
            [2., 4.]], dtype=float32)
    """
    lengths = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    ndim = x.ndim
    axes = range(ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    axes = tuple(axis_in(i, ndim) for i in axes)
    if len(axes) != len(lengths):
        raise ValueError(f"sliding_window_view: window_shape {lengths} must have a length for each of the axes {axes}")
    return _windows_primitive(x, lengths, axes)
