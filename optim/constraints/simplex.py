"""Simplex: non-negative numbers with a given sum, such as probabilities.

    θ ← max(θ - τ, 0)        with the τ for which they sum to s

With u the numbers in falling order, τ = (u₁ + ... + u_k - s) / k for the largest k with u_k > τ.

Held, Wolfe and Crowder, "Validation of subgradient optimization", Math. Programming 6, 1974; Duchi et al., "Efficient
projections onto the l1-ball for learning in high dimensions", ICML 2008.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from ..constraint import Constraint
from ..flat import Array
from ..options import Check, not_negative
from ..parts import check_axis, check_has_axis, widened


def project_simplex(x: Any, total: float = 1.0, axis: int | None = -1) -> Array:
    """The nearest point to `x` of {θ >= 0, sum of θ = total}.

    Args:
        x: an array, or a Tensor, of floating-point numbers.
        total: s, the sum.
        axis: along which the numbers sum to s; None: all of them together.

    Raises:
        TypeError: x is not floating-point.
        ValueError: `total` is not a finite number > 0, x has no such axis, or none of its numbers lie on it.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_simplex
    >>> project_simplex(np.array([[0.5, 0.25, 0.25], [2.0, 1.5, -1.0]]))
    array([[0.5 , 0.25, 0.25],
           [0.75, 0.25, 0.  ]])
    """
    return Simplex(total, axis)(x)


def _positive(name: str, value: Any) -> float:
    number = not_negative(name, value)
    if number == 0.0:
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number > 0")
    return number


class Simplex(Constraint):
    """θ >= 0 and sum of θ = total, along an axis.

    Args:
        total, axis: as for `project_simplex`; `total` may be changed at any time.

    Raises:
        TypeError, ValueError: as `project_simplex`.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([0.5, 0.5], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.25, constraints=[ag.optim.constraints.Simplex()])
    >>> w[0].backward()
    >>> optimizer.step()
    >>> w.data
    array([0.375, 0.625], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"total": _positive}
    total: float
    axis: int | None

    def __init__(self, total: float = 1.0, axis: int | None = -1) -> None:
        self.total = total
        self.axis = one_axis(axis, "Simplex")

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_has_axis(self.axis, shape, "Simplex", label)
        if (math.prod(shape) if self.axis is None else shape[self.axis]) == 0:
            raise ValueError(f"Simplex: {label} has shape {shape}, and no numbers to sum to {self.total}")

    def project(self, x: Array) -> Array:
        return onto_simplex(x, self.total, self.axis)


def onto_simplex(x: Array, total: float, axis: int | None) -> Array:
    """`project_simplex` of what has been checked."""
    lines = np.moveaxis(widened(x).reshape(-1) if axis is None else widened(x), -1 if axis is None else axis, -1)
    # less the largest, so that the sums are of numbers about as large as `total`
    lines = lines - lines.max(axis=-1, keepdims=True)
    falling = -np.sort(-lines, axis=-1)
    counts = np.arange(1, falling.shape[-1] + 1, dtype=lines.dtype)
    levels = (np.cumsum(falling, axis=-1) - total) / counts
    last = np.count_nonzero(falling > levels, axis=-1, keepdims=True) - 1
    level = np.take_along_axis(levels, np.maximum(last, 0), axis=-1)
    projected = np.maximum(lines - level, 0.0).astype(x.dtype, copy=False)
    return projected.reshape(x.shape) if axis is None else np.moveaxis(projected, -1, axis)


def one_axis(axis: Any, what: str) -> int | None:
    """An axis or None; raises naming `what`."""
    if isinstance(axis, tuple):
        raise TypeError(f"{what}: axis={axis!r} must be an int, or None for the whole tensor")
    return check_axis(axis, what)  # type: ignore[return-value]  # a tuple gives a tuple
