"""Losses that are negative log-likelihoods of a distribution, or distances of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["GaussianNLLLoss", "KLDivLoss", "PoissonNLLLoss"]


class PoissonNLLLoss(Loss):
    """e^x - y x: of counts y, up to log y!, where the expected count is e^x; per element, reduced.

    Called with x and y of one shape and dtype.

    Args:
        log_input: whether x is the logarithm of the expected count; if not, the loss is x - y log(x + eps).
        full: add Stirling's approximation of log y!, y log y - y + log(2 pi y) / 2, where y > 1.
        eps: added to x before the logarithm is taken.
        reduction: "mean", "sum" or "none".

    P. McCullagh and J. A. Nelder, Generalized Linear Models (1989), chapter 6.

    >>> from autograd_lite import Tensor, nn
    >>> nn.PoissonNLLLoss()(Tensor([0.0]), Tensor([3.0]))
    Tensor(1., dtype=float32)
    """

    def __init__(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.poisson_nll_loss(
            input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(Loss):
    """(log v + (x - y)^2 / v) / 2: of y, up to a constant, for a normal distribution of mean x and variance v.

    Called with x and y of one shape and dtype, and v of that shape, or without the last axis, or with one axis of
    length 1.

    Args:
        full: add log(2 pi) / 2.
        eps: the least variance.
        reduction: "mean", "sum" or "none".

    D. A. Nix and A. S. Weigend, Estimating the mean and variance of the target probability distribution, ICNN (1994).

    >>> from autograd_lite import Tensor, nn
    >>> nn.GaussianNLLLoss()(Tensor([3.0]), Tensor([1.0]), Tensor([1.0]))
    Tensor(2., dtype=float32)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Any, target: Any, var: Any) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class KLDivLoss(Loss):
    """t (log t - x), 0 where t is 0: how far probabilities t are from those whose logarithms are x; reduced.

    Called with x and t of one shape and dtype.

    Args:
        reduction: "mean" over all elements; "batchmean" for the sum divided by the length of the first axis, which is
            the Kullback-Leibler divergence; "sum" or "none".
        log_target: whether the target is log t, and not t.

    S. Kullback and R. A. Leibler, On Information and Sufficiency, Annals of Mathematical Statistics 22 (1951).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.KLDivLoss(reduction="batchmean")(np.log([[0.5, 0.5]]), np.array([[1.0, 0.0]]))      # log 2
    Tensor(0.69314718, dtype=float64)
    """

    also = ("batchmean",)

    def __init__(self, *, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.log_target = log_target

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.kl_div(input, target, log_target=self.log_target, reduction=self.reduction)
