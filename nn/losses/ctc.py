"""Connectionist temporal classification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from .loss import Loss

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["CTCLoss"]


class CTCLoss(Loss):
    """-log of the probability that an input reads as its target, whichever time steps the labels fall on.

    Called with log-probabilities (T, N, C) or (T, C), targets (N, S) or all in a row, how many of the T steps count,
    and how many labels there are, (N,) or a number each.  The mean is over the batch of losses divided by the lengths
    of their targets.

    Args:
        blank: the class that stands for no label.
        reduction: "mean", "sum" or "none".
        zero_infinity: give 0, with a gradient of 0, where the input is too short for its target, instead of infinity.

    A. Graves, S. Fernandez, F. Gomez and J. Schmidhuber, Connectionist temporal classification, ICML (2006).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> log_probs = np.log(np.full((2, 1, 2), 0.5))             # label 1 is read from 11, 1-, -1
    >>> np.exp(-nn.CTCLoss()(log_probs, [[1]], [2], [1]).item()).round(4).item()
    0.75
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any) -> Tensor:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
