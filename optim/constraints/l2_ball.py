"""L2Ball: no longer than a given radius.

θ ← θ min(1, r / ‖θ‖₂)
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..constraint import Constraint
from ..flat import Array
from ..options import Check, not_negative
from ..parts import check_axis, check_has_axis, lengths, widened


def project_l2_ball(x: Any, radius: float = 1.0, axis: int | tuple[int, ...] | None = None) -> Array:
    """The nearest point to `x` of {‖θ‖₂ <= radius}.

    Args:
        x: an array, or a Tensor, of floating-point numbers.
        radius: r.
        axis: the axis or axes along which the norm is taken; None: of the whole tensor.

    Raises:
        TypeError: x is not floating-point.
        ValueError: `radius` is not a finite number >= 0, or x has no such axis.

    >>> import numpy as np
    >>> from autograd_lite.optim.constraints import project_l2_ball
    >>> project_l2_ball(np.array([[3.0, 4.0], [0.3, 0.4]]), axis=1)
    array([[0.6, 0.8],
           [0.3, 0.4]])
    """
    return L2Ball(radius, axis)(x)


class L2Ball(Constraint):
    """‖θ‖₂ <= radius, of the whole parameter or along axes.

    Args:
        radius, axis: as for `project_l2_ball`; `radius` may be changed at any time.

    Raises:
        TypeError, ValueError: as `project_l2_ball`.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.5, 4.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, constraints=[ag.optim.constraints.L2Ball()])
    >>> w[0].backward()
    >>> optimizer.step()
    >>> w.data
    array([0.6, 0.8], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"radius": not_negative}
    radius: float
    axis: int | tuple[int, ...] | None

    def __init__(self, radius: float = 1.0, axis: int | tuple[int, ...] | None = None) -> None:
        self.radius = radius
        self.axis = check_axis(axis, "L2Ball")

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_has_axis(self.axis, shape, "L2Ball", label)

    def project(self, x: Array) -> Array:
        return into_l2_ball(x.copy(), self.radius, self.axis)

    def enter(self, x: Array) -> None:
        into_l2_ball(x, self.radius, self.axis)


def into_l2_ball(x: Array, radius: float, axis: int | tuple[int, ...] | None) -> Array:
    """x itself, changed in place into its nearest point; what has been checked."""
    wide = widened(x)
    norms = lengths(wide, axis)
    outside = norms > radius
    factors = np.where(outside, radius / np.where(outside, norms, 1.0), 1.0).astype(wide.dtype, copy=False)
    np.multiply(wide, factors, x, casting="same_kind")
    return x
