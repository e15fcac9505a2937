"""Constraint: a set that parameters are brought back into after each step.

To write another one, subclass `Constraint` and write `project`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.tensor import Tensor

from .flat import Array
from .parts import Part


class Constraint(Part):
    """The base of all constraints: each parameter of a group is replaced by its projection after each step."""

    def project(self, x: Array) -> Array:
        """The nearest point of the set, as a new array of the same shape and dtype."""
        raise NotImplementedError(f"{type(self).__name__} defines no project")

    def enter(self, x: Array) -> None:
        """Replace x by its nearest point, in place; what is not finite, after a step too long, has none and stays."""
        if np.isfinite(x).all():
            x[...] = self.project(x)

    def __call__(self, x: Any) -> Array:
        """The nearest point of the set to an array or a Tensor's values, as a new array.

        Raises:
            TypeError, ValueError: `x` is not an array of floating-point numbers, or of no shape that has
                points in the set.
        """
        array = floating(x, type(self).__name__)
        self.check_fits(array.shape, "x")
        return self.project(array)


def floating(x: Any, what: str) -> Array:
    """`x` as an array, if it is one of floating-point numbers; a Tensor's values, outside the graph."""
    array = np.asarray(x.data if isinstance(x, Tensor) else x)
    if array.dtype.kind != "f":
        raise TypeError(f"{what}: x is {array.dtype}, and must be floating-point; convert it: x.astype(np.float64)")
    return array


def check_square(shape: tuple[int, ...], what: str, label: str) -> None:
    """Raise if this is not the shape of a square matrix, or of a stack of them."""
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"{what}: {label} has shape {shape}, which is no square matrix (..., n, n)")


def check_finite(x: Array, what: str) -> None:
    """Raise if a decomposition of x is bound to fail."""
    if not np.isfinite(x).all():
        raise ValueError(f"{what}: x has NaN or infinite elements, and so no nearest point; was the step too long?")
