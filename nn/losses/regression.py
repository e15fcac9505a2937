"""Losses of numbers against numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["HuberLoss", "L1Loss", "MSELoss", "SmoothL1Loss"]


class L1Loss(Loss):
    """|x - y|, per element, reduced; its slope at 0 is 0.

    Called with x and y of one shape and dtype.

    Args:
        reduction: "mean", "sum" or "none".

    >>> from autograd_lite import Tensor, nn
    >>> nn.L1Loss()(Tensor([1.0, 5.0]), Tensor([0.0, 2.0]))
    Tensor(2., dtype=float32)
    """

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """(x - y)^2, per element, reduced.

    Called with x and y of one shape and dtype.

    Args:
        reduction: "mean", "sum" or "none".

    >>> from autograd_lite import Tensor, nn
    >>> nn.MSELoss()(Tensor([1.0, 5.0]), Tensor([0.0, 2.0]))
    Tensor(5., dtype=float32)
    """

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """(x - y)^2 / (2 beta) where |x - y| < beta, else |x - y| - beta / 2; per element, reduced.

    Called with x and y of one shape and dtype.

    Args:
        reduction: "mean", "sum" or "none".
        beta: the error at which the loss becomes linear; with 0 it is |x - y|.

    R. Girshick, Fast R-CNN, ICCV (2015).

    >>> from autograd_lite import Tensor, nn
    >>> nn.SmoothL1Loss(reduction="none")(Tensor([1.0, 5.0]), Tensor([0.5, 2.0]))
    Tensor([0.125, 2.5  ], dtype=float32)
    """

    def __init__(self, *, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not beta >= 0:
            raise ValueError(f"SmoothL1Loss: beta must be at least 0, not {beta!r}")
        self.beta = beta

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.smooth_l1_loss(input, target, beta=self.beta, reduction=self.reduction)


class HuberLoss(Loss):
    """(x - y)^2 / 2 where |x - y| <= delta, else delta (|x - y| - delta / 2); per element, reduced.

    Called with x and y of one shape and dtype.

    Args:
        reduction: "mean", "sum" or "none".
        delta: the error at which the loss becomes linear.

    P. J. Huber, Robust estimation of a location parameter, Annals of Statistics 53 (1964).

    >>> from autograd_lite import Tensor, nn
    >>> nn.HuberLoss("none", delta=2.0)(Tensor([1.0, 5.0]), Tensor([0.0, 2.0]))
    Tensor([0.5, 4. ], dtype=float32)
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not delta > 0:
            raise ValueError(f"HuberLoss: delta must be positive, not {delta!r}")
        self.delta = delta

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)
