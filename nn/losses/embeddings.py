"""Losses of vectors that should be near to each other, or far apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..layers.distance import PairwiseDistance
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["CosineEmbeddingLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss"]


class CosineEmbeddingLoss(Loss):
    """1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1; per pair, reduced.

    Called with vectors x1 and x2 (N, D) or (D,), and targets y (N,) or (), 1 for a pair that is alike, -1 for one that
    is not.

    Args:
        margin: the cosine that vectors that are not alike may have, in [-1, 1].
        reduction: "mean", "sum" or "none".

    >>> from autograd_lite import Tensor, nn
    >>> nn.CosineEmbeddingLoss()(Tensor([[1.0, 0.0]]), Tensor([[0.0, 1.0]]), [1])
    Tensor(1., dtype=float32)
    """

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """max(0, margin + d(a, x) - d(a, z)) with the distance d(u, v) = |u - v + eps|_p; per triplet, reduced.

    Called with anchors a, positive examples x and negative ones z, all (N, D) or (D,).

    Args:
        margin: by how much z should be farther from a than x is.
        p: of the norm.
        eps: added to each difference.
        swap: take d(x, z) instead of d(a, z) where that is less.
        reduction: "mean", "sum" or "none".

    V. Balntas et al., Learning local feature descriptors with triplets and shallow convolutional neural networks,
    BMVC (2016).

    >>> from autograd_lite import Tensor, nn
    >>> loss = nn.TripletMarginLoss()(Tensor([[0.0]]), Tensor([[2.0]]), Tensor([[1.0]]))
    >>> round(loss.item(), 4)
    2.0
    """

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, *, reduction: str = "mean"
    ) -> None:
        super().__init__(reduction=reduction)
        if not margin > 0:
            raise ValueError(f"TripletMarginLoss: margin must be positive, not {margin!r}")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Tensor:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(Loss):
    """max(0, margin + d(a, x) - d(a, z)) with any distance d; per triplet, reduced.

    Called with anchors a, positive examples x and negative ones z, of one shape and dtype.

    Args:
        distance_function: d(u, v), of Tensors, or a module; `PairwiseDistance()` if it is None.
        margin: by how much z should be farther from a than x is.
        swap: take d(x, z) instead of d(a, z) where that is less.
        reduction: "mean", "sum" or "none".

    V. Balntas et al., Learning local feature descriptors with triplets and shallow convolutional neural networks,
    BMVC (2016).

    >>> from autograd_lite import Tensor, nn
    >>> loss = nn.TripletMarginWithDistanceLoss(distance_function=lambda u, v: abs(u - v))
    >>> loss(Tensor([0.0]), Tensor([2.0]), Tensor([1.0]))
    Tensor(2., dtype=float32)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Any, Any], Any] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if not margin > 0:
            raise ValueError(f"TripletMarginWithDistanceLoss: margin must be positive, not {margin!r}")
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
