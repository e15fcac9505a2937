"""Sorting with the standard's arguments: also descending, and stable unless told otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.words import axis_in

__all__ = ["argsort", "sort"]


def sort(x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True) -> Any:
    """The elements along an axis in order; the gradient goes back to where each came from.

    >>> import autograd_lite as ag
    >>> ag.sort(ag.Tensor([1.0, 3.0, 2.0]), descending=True)
    Tensor([3., 2., 1.], dtype=float32)
    """
    ordered = np.sort(x, axis=axis, stable=stable)
    return np.flip(ordered, -1 if axis is None else axis) if descending else ordered


def argsort(x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True) -> Any:
    """The places along an axis of the elements in order, equal ones as they stood; integers without gradient."""
    if not descending:
        return np.argsort(x, axis=axis, stable=stable)
    if axis is None:
        x, axis = np.reshape(x, (-1,)), 0
    # Backward twice: the smallest last, and equal ones, which have been turned too, as they stood.
    last = x.shape[axis_in(axis, x.ndim)] - 1
    return last - np.flip(np.argsort(np.flip(x, axis), axis=axis, stable=stable), axis)
