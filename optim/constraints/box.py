"""Box: each number between bounds.

θ ← min(max(θ, lower), upper)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constraint import Constraint
from ..flat import Array


def project_box(x: Any, lower: Any = None, upper: Any = None) -> Array:
    """The nearest point to `x` with lower <= x <= upper.

    Args:
        x: an array, or a Tensor, of floating-point numbers.
        lower, upper: numbers, or arrays that broadcast to x's shape; None for no bound.

    Raises:
        TypeError: x is not floating-point, or a bound is not numbers.
        ValueError: a bound is NaN or does not broadcast, or a lower one is above its upper one.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_box
    >>> project_box(np.array([-2.0, 0.5, 3.0]), 0.0, 1.0)
    array([0. , 0.5, 1. ])
    """
    return Box(lower, upper)(x)


class Box(Constraint):
    """lower <= θ <= upper, number by number.

    Args:
        lower, upper: as for `project_box`.

    Raises:
        TypeError: a bound is not numbers.
        ValueError: a bound is NaN, or a lower one is above its upper one; from the optimizer, a bound does
            not broadcast to the shape of a parameter.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([0.5, -0.5], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=1.0, constraints=[ag.optim.constraints.Box(-1.0, 1.0)])
    >>> (w * w * -2.0).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([ 1., -1.], dtype=float32)
    """

    lower: Any
    upper: Any

    def __init__(self, lower: Any = None, upper: Any = None) -> None:
        self.lower = _bound(lower, "lower")
        self.upper = _bound(upper, "upper")
        if lower is not None and upper is not None:
            try:
                crossed = np.any(np.greater(self.lower, self.upper))
            except ValueError:
                raise ValueError(
                    f"Box: lower has shape {np.shape(self.lower)} and upper {np.shape(self.upper)}, which do not go "
                    "together"
                ) from None
            if crossed:
                raise ValueError(f"Box: lower={lower!r} is above upper={upper!r}, which leaves no point between")

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        for name, bound in (("lower", self.lower), ("upper", self.upper)):
            given = np.shape(bound)
            if given[max(0, len(given) - len(shape)) :] and not _broadcasts(given, shape):
                raise ValueError(f"Box: {name} has shape {given}, which does not broadcast to {label} of shape {shape}")
            if len(given) > len(shape):
                raise ValueError(f"Box: {name} has shape {given}, which does not broadcast to {label} of shape {shape}")

    def project(self, x: Array) -> Array:
        x = x.copy()
        self.enter(x)
        return x

    def enter(self, x: Array) -> None:
        # NumPy's promotion would turn a float32 parameter with float64 bounds into float64
        lower, upper = (b.astype(x.dtype) if isinstance(b, np.ndarray) else b for b in (self.lower, self.upper))
        if lower is not None or upper is not None:
            np.clip(x, lower, upper, x)


def _bound(value: Any, name: str) -> Any:
    """None, a Python float, or an array of its own."""
    if value is None:
        return None
    try:
        array = np.array(value, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"Box: {name}={value!r} is not numbers; pass a number, an array, or None") from None
    if np.isnan(array).any():
        raise ValueError(f"Box: {name}={value!r} is NaN; pass None for no bound")
    return float(array) if array.ndim == 0 else array


def _broadcasts(given: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return all(n in (1, m) for n, m in zip(given[::-1], shape[::-1], strict=False))
