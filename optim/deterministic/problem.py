"""The function that is minimised, over one vector: its values, gradients and curvature by the engine, counted.

A `Point` takes its gradient when it is first asked for it, so that a trial step that is refused costs no
backward sweep.  `Curvature` records the gradient once; each Hessian-vector product is then one more backward
sweep over that record, and the Hessian is as many of them as there are numbers:

    ∇f(x) = g,     Hv = ∂(gᵀv)/∂x       (Pearlmutter, "Fast exact multiplication by the Hessian", 1994)

Forward mode over the same record takes as long (within 3%, on Rosenbrock's function and on logistic
regression), but would send fused operations through their references.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import Tensor, enable_grad, grad
from autograd_lite.errors import describe

from .result import Evaluations
from .structure import Array, Structure


class Point:
    """A place, the function's value there, and on demand its gradient."""

    __slots__ = ("_grad", "_problem", "_tape", "fun", "hessian", "saddle", "x")

    def __init__(self, x: Array, fun: float, problem: Problem, tape: tuple[Tensor, list[Tensor]]) -> None:
        self.x = x
        self.fun = fun
        self._problem = problem
        self._tape: tuple[Tensor, list[Tensor]] | None = tape
        self._grad: Array | None = None
        self.hessian: Array | None = None
        """Where a method has computed it."""
        self.saddle = False
        """Whether the Hessian is known to curve downwards in some direction."""

    @property
    def grad(self) -> Array:
        """The gradient, as a vector."""
        if self._grad is None:
            assert self._tape is not None
            self._grad = self._problem.gradient(*self._tape)
            self._tape = None
        return self._grad

    @property
    def norm(self) -> float:
        """The Euclidean norm of the gradient."""
        return float(np.linalg.norm(self.grad))

    def usable(self) -> bool:
        """Whether value and gradient are finite, so that a method may go there."""
        return math.isfinite(self.fun) and bool(np.isfinite(self.grad).all())


class Problem:
    """fun over the vector of all parameters."""

    def __init__(self, fun: Callable[[Any], Any], structure: Structure) -> None:
        self.fun = fun
        self.structure = structure
        self.evaluations = Evaluations()

    def first(self) -> Point:
        """x0 itself.

        Raises:
            ValueError: value or gradient there is NaN or infinite.
        """
        point = self.point(self.structure.start)
        if not math.isfinite(point.fun):
            raise ValueError(f"fun is {point.fun} at x0; start where it is finite")
        for leaf in self.structure.leaves:
            if not np.isfinite(point.grad[leaf.start : leaf.stop]).all():
                raise ValueError(f"the gradient of fun at x0 is NaN or infinite in {leaf.path}; start elsewhere")
        return point

    def point(self, x: Array) -> Point:
        """Evaluate at x, as near to it as the dtypes of the parameters can be."""
        with np.errstate(all="ignore"):  # what is not finite is found and handled here, in silence
            x = self.structure.rounded(x)
            loss, leaves = self._record(x)
            self.evaluations.fun += 1
        return Point(x, float(loss.item()), self, (loss, leaves))

    def gradient(self, loss: Tensor, leaves: list[Tensor]) -> Array:
        """The gradient of what was recorded, as a vector."""
        found = self._gradients(loss, leaves)
        return self.structure.flat([
            np.zeros(leaf.shape) if g is None else g.data for g, leaf in zip(found, leaves, strict=True)
        ])  # fmt: skip

    def curvature(self, x: Array) -> Curvature:
        """Second derivatives at x."""
        with np.errstate(all="ignore"):
            loss, leaves = self._record(x)
        self.evaluations.fun += 1
        return Curvature(self, leaves, self._gradients(loss, leaves, create_graph=True))

    def _gradients(self, loss: Tensor, leaves: list[Tensor], create_graph: bool = False) -> tuple[Tensor | None, ...]:
        found: tuple[Tensor | None, ...] = ()
        if loss.requires_grad:
            with np.errstate(all="ignore"):
                found = grad(loss, leaves, create_graph=create_graph, allow_unused=True)
        if all(g is None for g in found):
            raise ValueError(
                "the value of fun does not depend on x0 by any path that was recorded: compute it from the Tensors "
                "that fun is given, with their operators and NumPy functions, without detach(), .data or no_grad()"
            )
        self.evaluations.grad += 1
        return found

    def _record(self, x: Array) -> tuple[Tensor, list[Tensor]]:
        params, leaves = self.structure.tensors(x)
        with enable_grad():
            loss = self.fun(params)
        if not isinstance(loss, Tensor):
            raise TypeError(
                f"fun must return a Tensor, not {describe(loss)}, a {type(loss).__name__}: compute it from the Tensors "
                "that it is given, with their operators and NumPy functions"
            )
        if loss.size != 1 or loss.dtype.kind != "f":
            raise ValueError(
                f"fun must return a single floating-point number, not {describe(loss)}; reduce it with .sum() or "
                ".mean() (for a sum of squares: least_squares)"
            )
        return loss, leaves


class Curvature:
    """The Hessian at one point, through products with it.

    Args:
        problem: where the products are counted.
        leaves: the Tensors at that point.
        gradients: the gradient there, recorded; None where there is none.
    """

    def __init__(self, problem: Problem, leaves: list[Tensor], gradients: tuple[Tensor | None, ...]) -> None:
        self._problem = problem
        self._leaves = leaves
        self._recorded = [(i, g) for i, g in enumerate(gradients) if g is not None and g.requires_grad]

    def product(self, v: Array) -> Array:
        """Hv."""
        structure = self._problem.structure
        self._problem.evaluations.hessian_product += 1
        if not self._recorded:  # the gradient is constant
            return np.zeros(structure.size)
        parts = structure.split(v)
        with np.errstate(all="ignore"):
            found = grad(
                [g for _, g in self._recorded],
                self._leaves,
                [parts[i] for i, _ in self._recorded],
                retain_graph=True,
                materialize_grads=True,
            )
        return structure.flat([h.data for h in found if h is not None])

    def dense(self) -> Array:
        """H, symmetric to the last bit."""
        self._problem.evaluations.hessian += 1
        rows = np.array([self.product(e) for e in np.eye(self._problem.structure.size)])
        hessian: Array = 0.5 * (rows + rows.T)
        return hessian
