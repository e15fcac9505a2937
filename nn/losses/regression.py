"""Losses of numbers against numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["MSELoss"]


class MSELoss(Loss):
    """The squared error, averaged over all elements."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)
