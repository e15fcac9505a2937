"""Residuals over one vector: their values, and their exact Jacobian in forward or reverse mode.

J has m rows, one per residual, and n columns, one per parameter.  What was recorded for the values serves for all
of J: by n sweeps forward over it, one per column, or by m sweeps backward, one per row, whichever are fewer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from autograd_lite import Tensor, enable_grad, grad
from autograd_lite.errors import describe
from autograd_lite.sweeps import pushforward

from .result import Evaluations
from .structure import Array, Structure


class ResidualPoint:
    """A place, the residuals there, and on demand their Jacobian."""

    def __init__(self, x: Array, given: Tensor, leaves: list[Tensor], problem: Residuals) -> None:
        self.x = x
        self.shape = given.shape
        self.residuals = np.asarray(given.data, np.float64).ravel()
        with np.errstate(all="ignore"):
            self.fun = 0.5 * float(self.residuals @ self.residuals)
        self._problem = problem
        self._tape: tuple[Tensor, list[Tensor]] | None = (given, leaves)

    @cached_property
    def jacobian(self) -> Array:
        """J = ∂r/∂x, (m, n)."""
        assert self._tape is not None
        found = self._problem.jacobian(*self._tape)
        self._tape = None
        return found

    @cached_property
    def grad(self) -> Array:
        """The gradient of ½‖r‖²: Jᵀr."""
        gradient: Array = self.jacobian.T @ self.residuals
        return gradient

    @property
    def norm(self) -> float:
        """The Euclidean norm of the gradient."""
        return float(np.linalg.norm(self.grad))

    def usable(self) -> bool:
        """Whether all is finite, so that a method may go there."""
        return math.isfinite(self.fun) and bool(np.isfinite(self.jacobian).all())


class Residuals:
    """A function that gives an array, over the vector of all parameters.

    Args:
        fun: takes params, gives a Tensor.
        structure: the arrangement of params.
        name: what `fun` is called in messages.
    """

    def __init__(self, fun: Callable[[Any], Any], structure: Structure, name: str = "residuals") -> None:
        self._fun = fun
        self._name = name
        self.structure = structure
        self.evaluations = Evaluations()

    def first(self) -> ResidualPoint:
        """x0 itself.

        Raises:
            ValueError: residuals or Jacobian there are NaN or infinite.
        """
        point = self.point(self.structure.start)
        if not point.residuals.size:
            raise ValueError(f"{self._name} gives no numbers: an array of shape {point.shape}")
        bad = int(np.sum(~np.isfinite(point.residuals)))
        if bad or not math.isfinite(point.fun):
            raise ValueError(
                f"{self._name} gives {bad} NaN or infinite numbers at x0, of {point.residuals.size}, and a sum of "
                f"squares of {2 * point.fun}; start where they are finite"
            )
        for leaf in self.structure.leaves:
            if not np.isfinite(point.jacobian[:, leaf.start : leaf.stop]).all():
                raise ValueError(
                    f"the Jacobian of {self._name} at x0 is NaN or infinite in {leaf.path}; start elsewhere"
                )
        return point

    def point(self, x: Array) -> ResidualPoint:
        """Evaluate at x, as near to it as the dtypes of the parameters can be."""
        with np.errstate(all="ignore"):  # what is not finite is found and handled, in silence
            x = self.structure.rounded(x)
            params, leaves = self.structure.tensors(x)
            with enable_grad():
                given = self._fun(params)
        if not isinstance(given, Tensor) or given.dtype.kind != "f":
            raise TypeError(
                f"{self._name} must return a floating-point Tensor, not {describe(given)}, a {type(given).__name__}: "
                "compute it from the Tensors that it is given, with their operators and NumPy functions"
            )
        self.evaluations.fun += 1
        return ResidualPoint(x, given, leaves, self)

    def jacobian(self, given: Tensor, leaves: list[Tensor]) -> Array:
        """The Jacobian of what was recorded."""
        self.evaluations.jacobian += 1
        with np.errstate(all="ignore"):
            found = (_by_columns if self.structure.size <= given.size else _by_rows)(given, leaves)
        if found is None:
            raise ValueError(
                f"what {self._name} returns does not depend on x0 by any path that was recorded: compute it from the "
                "Tensors it is given, with their operators and NumPy functions, without detach(), .data or no_grad()"
            )
        return found


def _by_columns(given: Tensor, leaves: list[Tensor]) -> Array | None:
    """The Jacobian in forward mode; None if nothing depends on the leaves."""
    columns: list[Any] = []
    for leaf in leaves:
        for direction in np.eye(leaf.size, dtype=leaf.dtype):
            seed = direction.reshape(leaf.shape)
            columns += [None] if given._node is None else pushforward([given._node], [leaf._node], [seed])
    if all(column is None for column in columns):
        return None
    zeros = np.zeros(given.size)
    return np.array([zeros if c is None else np.asarray(c, np.float64).ravel() for c in columns]).T


def _by_rows(given: Tensor, leaves: list[Tensor]) -> Array | None:
    """The Jacobian in reverse mode; None if nothing depends on the leaves."""
    if not given.requires_grad:
        return None
    rows, reached = [], False
    for weights in np.eye(given.size, dtype=given.dtype):
        seed = weights.reshape(given.shape)
        found = grad(given, leaves, seed, retain_graph=True, allow_unused=True)
        reached = reached or any(g is not None for g in found)
        rows.append(np.concatenate([
            np.zeros(leaf.size) if g is None else np.asarray(g.data, np.float64).ravel()
            for g, leaf in zip(found, leaves, strict=True)
        ]))  # fmt: skip
    return np.array(rows) if reached else None
