"""MaxNorm: no row (column, filter, tensor) of a weight is longer than a given length.

    θ_k ← θ_k min(1, c / ‖θ_k‖₂)                            after the step

Srebro, Rennie and Jaakkola, "Maximum-margin matrix factorization", NIPS 2004; with dropout: Srivastava et al.,
"Dropout", JMLR 15, 2014, section 5.1.
"""

from __future__ import annotations

from typing import ClassVar

from ..constraints.l2_ball import into_l2_ball
from ..flat import Array
from ..options import Check, not_negative
from ..parts import check_axis, check_has_axis
from ..regularizer import PerTensor


class MaxNorm(PerTensor):
    """Scale down what is longer than `max_norm`; the same as the constraint `L2Ball`, by its usual name.

    Args:
        max_norm: c, the longest that is let alone.
        axis: the axis or axes along which lengths are taken, as for `GroupLasso`; with the weight (out, in) of
            `nn.Linear`, 1 bounds what comes in at each unit.  None: the whole parameter.

    Raises:
        TypeError, ValueError: `max_norm` is not a finite number >= 0, or `axis` no axis; and from the
            optimizer, a parameter has no such axis.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([[3.0, 4.0], [0.3, 0.4]], requires_grad=True)
    >>> bound = ag.optim.regularization.MaxNorm(1.0, axis=1)
    >>> optimizer = ag.optim.SGD([w], lr=1.0, regularization=[bound])
    >>> (w * 0.0).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([[0.6, 0.8],
           [0.3, 0.4]], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"max_norm": not_negative}
    max_norm: float
    axis: int | tuple[int, ...] | None

    def __init__(self, max_norm: float, axis: int | tuple[int, ...] | None = None) -> None:
        self.max_norm = max_norm
        self.axis = check_axis(axis, type(self).__name__)

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_has_axis(self.axis, shape, type(self).__name__, label)

    def shrink(self, p: Array, size: float) -> None:
        into_l2_ball(p, self.max_norm, self.axis)
