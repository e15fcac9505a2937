"""What `minimize` and `least_squares` give back: plain dataclasses that print readably."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from .structure import Array


@dataclasses.dataclass
class Evaluations:
    """How often what was computed; a Hessian's products with unit vectors count as products too."""

    fun: int = 0
    grad: int = 0
    hessian_product: int = 0
    hessian: int = 0
    jacobian: int = 0

    def __str__(self) -> str:
        counts = dataclasses.asdict(self).items()
        return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts if count)


class Step(NamedTuple):
    """One line of the history: the function's value and the norm of its gradient (NaN where none is computed)."""

    fun: float
    grad_norm: float


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a callback is given after each iteration; it may raise StopIteration to end there."""

    iteration: int
    x: Any
    fun: float
    grad_norm: float


class Stop(NamedTuple):
    """Why a method has come to its end."""

    converged: bool
    message: str


@dataclasses.dataclass(repr=False)
class Result:
    """What both kinds of result have.

    Attributes:
        x: the best parameters found, in the structure and the dtypes of x0.
        fun: the function's value there.
        grad: its gradient there, in the structure of x0; None for methods that use no derivatives.
        grad_norm: the Euclidean norm of the gradient; NaN where there is none.
        converged: whether the method's test of convergence was met.
        message: why it ended.
        method: which method it was.
        iterations: how many steps were taken.
        evaluations: how often function, gradient, ... were computed.
        history: value and gradient norm at the start and after each iteration.
    """

    x: Any
    fun: float
    grad: Any
    grad_norm: float
    converged: bool
    message: str
    method: str
    iterations: int
    evaluations: Evaluations
    history: list[Step]

    def _lines(self) -> dict[str, Any]:
        return {
            "converged": self.converged,
            "message": self.message,
            "method": self.method,
            "x": _short(self.x),
            "fun": f"{self.fun:.10g}",
            "grad_norm": f"{self.grad_norm:.3g}",
            "iterations": self.iterations,
            "evaluations": self.evaluations,
        }

    def __repr__(self) -> str:
        lines = self._lines()
        width = max(map(len, lines))
        return f"{type(self).__name__}(\n" + "".join(f"  {key:>{width}}: {lines[key]}\n" for key in lines) + ")"


@dataclasses.dataclass(repr=False)
class MinimizeResult(Result):
    """What `minimize` gives.  Beside what every `Result` has:

    Attributes:
        hessian: the matrix of second derivatives at x, (n, n), rows in the order of x flattened; or None where the
            method has not computed it.
        multipliers: those of the constraints, where the method knows them (as SciPy gives them); else None.
    """

    hessian: Array | None = None
    multipliers: Any = None

    def _lines(self) -> dict[str, Any]:
        lines = super()._lines()
        return lines if self.multipliers is None else {**lines, "multipliers": _short(self.multipliers)}


@dataclasses.dataclass(repr=False)
class LeastSquaresResult(Result):
    """What `least_squares` gives; `fun` is ½‖r‖².  Beside what every `Result` has:

    Attributes:
        residuals: r at x, in the shape in which the function gave it.
        jacobian: J = ∂r/∂x, (m, n), columns in the order of x flattened.
        covariance: that of the parameters, (n, n): s² (JᵀJ)⁻¹.
        standard_errors: the square roots of its diagonal, in the structure of x0.
        residual_std: s = √(‖r‖² / (m - n)); NaN if there are no more residuals than parameters.
    """

    residuals: Array
    jacobian: Array
    covariance: Array
    standard_errors: Any
    residual_std: float

    def _lines(self) -> dict[str, Any]:
        lines = super()._lines()
        after = {"standard_errors": _short(self.standard_errors), "residual_std": f"{self.residual_std:.10g}"}
        return {**dict(list(lines.items())[:4]), **after, **dict(list(lines.items())[4:])}


def _short(value: Any) -> str:
    with np.printoptions(threshold=20, edgeitems=3):
        text = repr(value)
    return " ".join(text.split())
