"""Cross-entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["CrossEntropyLoss"]


class CrossEntropyLoss(Loss):
    """Softmax and cross-entropy of logits (N, C, ...) against integer labels (N, ...)."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.cross_entropy(input, target, reduction=self.reduction)
