"""NonNegative: no number below zero.

θ ← max(θ, 0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constraint import Constraint
from ..flat import Array


def project_non_negative(x: Any) -> Array:
    """The nearest point to `x` without a negative number.

    Args:
        x: an array, or a Tensor, of floating-point numbers.

    Raises:
        TypeError: x is not floating-point.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_non_negative
    >>> project_non_negative(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return NonNegative()(x)


class NonNegative(Constraint):
    """θ >= 0, number by number.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([0.5, 2.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=1.0, constraints=[ag.optim.constraints.NonNegative()])
    >>> w.sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([0., 1.], dtype=float32)
    """

    def project(self, x: Array) -> Array:
        return np.asarray(np.maximum(x, 0.0))

    def enter(self, x: Array) -> None:
        np.maximum(x, 0.0, out=x)
