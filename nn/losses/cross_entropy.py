"""Cross-entropy, and the negative log-likelihood of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["CrossEntropyLoss", "NLLLoss"]


class CrossEntropyLoss(Loss):
    """-w_y log softmax(x)_y for labels y, -sum_c w_c t_c log softmax(x)_c for probabilities t; per sample, reduced.

    Called with logits x (N, C), (N, C, d1, ...) or (C,), and integer labels of that shape without the axis of classes,
    or probabilities of the same shape and dtype.  The mean over labels divides by the sum of the w_y that count, and
    is NaN if there are none.

    Args:
        weight: w, a number per class (C,); 1 if it is None.
        ignore_index: the label of samples that do not count.
        reduction: "mean", "sum" or "none".
        label_smoothing: e in [0, 1]; the target is 1 - e times what it was, and e / C more for each class.

    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4; C. Szegedy et al., Rethinking the
    Inception Architecture for Computer Vision, CVPR (2016).

    >>> from autograd_lite import Tensor, nn
    >>> nn.CrossEntropyLoss()(Tensor([[0.0, 0.0]]), [1])
    Tensor(0.6931472, dtype=float32)
    """

    weight: Tensor | None

    def __init__(
        self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean", label_smoothing: float = 0.0
    ) -> None:
        super().__init__(reduction=reduction)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"CrossEntropyLoss: label_smoothing must lie in [0, 1], not {label_smoothing!r}")
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.hold("weight", weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            reduction=self.reduction,
        )


class NLLLoss(Loss):
    """-w_y x_y for log-probabilities x and labels y, per sample, reduced.

    Called with x (N, C), (N, C, d1, ...) or (C,), and integer labels of that shape without the axis of classes.  The
    mean divides by the sum of the w_y that count, and is NaN if there are none.

    Args:
        weight: w, a number per class (C,); 1 if it is None.
        ignore_index: the label of samples that do not count.
        reduction: "mean", "sum" or "none".

    C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.NLLLoss()(np.log([[0.5, 0.5]]), [1])
    Tensor(0.69314718, dtype=float64)
    """

    weight: Tensor | None

    def __init__(self, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.ignore_index = ignore_index
        self.hold("weight", weight)

    def forward(self, input: Any, target: Any) -> Tensor:
        return F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)
