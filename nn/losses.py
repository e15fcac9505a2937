"""Losses as modules; each is its function in `nn.functional`, where the mathematics is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_lite.kernels.reduction import check_reduction

from . import functional as F
from .module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor


class _Loss(Module):
    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(type(self).__name__, reduction)
        self.reduction = reduction

    def extra_repr(self) -> str:
        return f"reduction={self.reduction!r}"


class CrossEntropyLoss(_Loss):
    """Softmax and cross-entropy of logits (N, C, ...) against integer labels (N, ...)."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.cross_entropy(input, target, reduction=self.reduction)


class BCEWithLogitsLoss(_Loss):
    """Sigmoid and binary cross-entropy of logits against targets in [0, 1] of the same shape."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.binary_cross_entropy_with_logits(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    """The squared error, averaged over all elements."""

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)
