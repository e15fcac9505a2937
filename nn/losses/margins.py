"""Losses of scores that should be on the right side, by a margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = [
    "HingeEmbeddingLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
]


class SoftMarginLoss(Loss):
    """log(1 + exp(-y x)), per element, reduced.

    Called with scores x and targets y, 1 or -1, of one shape.

    Args:
        reduction: "mean", "sum" or "none".

    T. Hastie, R. Tibshirani and J. Friedman, The Elements of Statistical Learning (2009), section 10.6.

    >>> from autograd_lite import Tensor, nn
    >>> nn.SoftMarginLoss()(Tensor([0.0]), [1])
    Tensor(0.6931472, dtype=float32)
    """

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class HingeEmbeddingLoss(Loss):
    """x where y = 1, max(0, margin - x) where y = -1; per element, reduced.

    Called with distances x and targets y, 1 for a pair that is alike and -1 for one that is not, of one shape.

    Args:
        margin: how far apart things that are not alike should be.
        reduction: "mean", "sum" or "none".

    R. Hadsell, S. Chopra and Y. LeCun, Dimensionality Reduction by Learning an Invariant Mapping, CVPR (2006).

    >>> from autograd_lite import Tensor, nn
    >>> nn.HingeEmbeddingLoss(reduction="none")(Tensor([0.25, 0.25]), [1, -1])
    Tensor([0.25, 0.75], dtype=float32)
    """

    def __init__(self, margin: float = 1.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """max(0, margin - y (x1 - x2)), per element, reduced.

    Called with scores x1 and x2 and targets y of one shape: y is 1 where x1 should be the greater, -1 where x2 should.

    Args:
        margin: by how much.
        reduction: "mean", "sum" or "none".

    R. Herbrich, T. Graepel and K. Obermayer, Large Margin Rank Boundaries for Ordinal Regression (2000).

    >>> from autograd_lite import Tensor, nn
    >>> nn.MarginRankingLoss(1.0)(Tensor([2.0]), Tensor([1.5]), [1])
    Tensor(0.5, dtype=float32)
    """

    def __init__(self, margin: float = 0.0, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, target: Any) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(Loss):
    """1 / C times the sum over classes c other than y of w_y max(0, margin - x_y + x_c)^p, per sample, reduced.

    Called with scores x (N, C) or (C,) and integer labels y (N,) or ().

    Args:
        p: 1 or 2.
        margin: by how much the score of the right class should be the greatest.
        weight: w, a number per class (C,); 1 if it is None.  The mean divides by N.
        reduction: "mean", "sum" or "none".

    K. Crammer and Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines,
    JMLR 2 (2001).

    >>> from autograd_lite import Tensor, nn
    >>> nn.MultiMarginLoss()(Tensor([[0.0, 0.5]]), [1])
    Tensor(0.25, dtype=float32)
    """

    weight: Tensor | None

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        if p not in (1, 2):
            raise ValueError(f"MultiMarginLoss: p must be 1 or 2, not {p!r}")
        self.p = p
        self.margin = margin
        self.hold("weight", weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.multi_margin_loss(
            input, target, weight=self.weight, p=self.p, margin=self.margin, reduction=self.reduction
        )


class MultiLabelMarginLoss(Loss):
    """1 / C times the sum over right classes y and wrong ones c of max(0, 1 - x_y + x_c), per sample, reduced.

    Called with scores x (N, C) or (C,) and integers of the same shape: in each row the labels of the right classes,
    and -1 after the last.

    Args:
        reduction: "mean", "sum" or "none".

    K. Crammer and Y. Singer, A Family of Additive Online Algorithms for Category Ranking, JMLR 3 (2003).

    >>> from autograd_lite import Tensor, nn
    >>> nn.MultiLabelMarginLoss()(Tensor([[0.0, 0.5]]), [[1, -1]])
    Tensor(0.25, dtype=float32)
    """

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    """The mean over classes of -w (y log s(x) + (1 - y) log s(-x)) with s the sigmoid, per sample, reduced.

    Called with logits x (N, C) and targets y of the same shape and dtype, 1 for right classes and 0 for others.

    Args:
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.
        reduction: "mean", "sum" or "none".

    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.

    >>> from autograd_lite import Tensor, nn
    >>> nn.MultiLabelSoftMarginLoss()(Tensor([[0.0, 0.0]]), Tensor([[0.0, 1.0]]))
    Tensor(0.6931472, dtype=float32)
    """

    weight: Tensor | None

    def __init__(self, weight: Any = None, *, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.hold("weight", weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)
