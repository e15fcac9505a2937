"""Binary cross-entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["BCELoss", "BCEWithLogitsLoss"]


class BCELoss(Loss):
    """-w (y log x + (1 - y) log(1 - x)), per element, reduced; logarithms are at least -100.

    Called with probabilities x and targets y in [0, 1], of one shape and dtype.

    Args:
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.
        reduction: "mean", "sum" or "none".

    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.

    >>> from autograd_lite import Tensor, nn
    >>> nn.BCELoss()(Tensor([0.5]), Tensor([1.0]))
    Tensor(0.6931472, dtype=float32)
    """

    weight: Tensor | None

    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.hold("weight", weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """-w (p y log s(x) + (1 - y) log(1 - s(x))) with s the sigmoid, per element, reduced.

    Called with logits x and targets y in [0, 1], of one shape and dtype.

    Args:
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.
        reduction: "mean", "sum" or "none".
        pos_weight: p, of a shape that is broadcast to that of the input: more than 1 where what is there counts more
            than what is not; 1 if it is None.

    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.

    >>> from autograd_lite import Tensor, nn
    >>> nn.BCEWithLogitsLoss()(Tensor([0.0]), Tensor([1.0]))
    Tensor(0.6931472, dtype=float32)
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(self, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None) -> None:
        super().__init__(reduction=reduction)
        self.hold("weight", weight)
        self.hold("pos_weight", pos_weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )
