"""L1Ball: absolute values that sum to no more than a given radius.

    θ ← θ  if ‖θ‖₁ <= r;  else  sign(θ) ⊙ (projection of |θ| onto the simplex of sum r)

Duchi et al., "Efficient projections onto the l1-ball for learning in high dimensions", ICML 2008.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..constraint import Constraint
from ..flat import Array
from ..options import Check, not_negative
from ..parts import check_has_axis, widened
from .simplex import one_axis, onto_simplex


def project_l1_ball(x: Any, radius: float = 1.0, axis: int | None = None) -> Array:
    """The nearest point to `x` of {‖θ‖₁ <= radius}.

    Args:
        x: an array, or a Tensor, of floating-point numbers.
        radius: r.
        axis: along which the norm is taken; None: of the whole tensor.

    Raises:
        TypeError: x is not floating-point.
        ValueError: `radius` is not a finite number >= 0, or x has no such axis.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_l1_ball
    >>> project_l1_ball(np.array([2.0, -1.5, 0.25]))
    array([ 0.75, -0.25,  0.  ])
    """
    return L1Ball(radius, axis)(x)


class L1Ball(Constraint):
    """‖θ‖₁ <= radius, of the whole parameter or along an axis.

    Args:
        radius, axis: as for `project_l1_ball`; `radius` may be changed at any time.

    Raises:
        TypeError, ValueError: as `project_l1_ball`.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([2.5, 0.5], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, constraints=[ag.optim.constraints.L1Ball(2.0)])
    >>> w[0].backward()
    >>> optimizer.step()
    >>> w.data                                            # (2, 0.5) is 0.5 too long
    array([1.75, 0.25], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"radius": not_negative}
    radius: float
    axis: int | None

    def __init__(self, radius: float = 1.0, axis: int | None = None) -> None:
        self.radius = radius
        self.axis = one_axis(axis, "L1Ball")

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_has_axis(self.axis, shape, "L1Ball", label)

    def project(self, x: Array) -> Array:
        if x.size == 0:
            return x.copy()
        magnitudes = np.abs(x)
        inside = widened(magnitudes).sum(axis=self.axis, keepdims=True) <= self.radius
        surface = np.copysign(onto_simplex(magnitudes, self.radius, self.axis), x)
        return np.where(inside, x, surface)
