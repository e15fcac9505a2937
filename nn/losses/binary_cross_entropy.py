"""Binary cross-entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["BCEWithLogitsLoss"]


class BCEWithLogitsLoss(Loss):
    """Sigmoid and binary cross-entropy of logits against targets in [0, 1] of the same shape."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.binary_cross_entropy_with_logits(input, target, reduction=self.reduction)
