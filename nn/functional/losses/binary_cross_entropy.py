"""Binary cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.binary_cross_entropy import binary_cross_entropy_with_logits as _with_logits
from autograd_lite.ops.words import whole

from ..arguments import raw
from .arguments import same_kind

__all__ = ["binary_cross_entropy_with_logits"]


def binary_cross_entropy_with_logits(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """-y log s(x) - (1 - y) log(1 - s(x)) with s the sigmoid, per element, reduced.

    Args:
        input: logits of any shape.
        target: numbers in [0, 1] of the same shape and dtype.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a target lies outside [0, 1].
        TypeError: the dtypes differ.
    """
    x, y = same_kind("binary_cross_entropy_with_logits", input, target, reduction)
    values = whole(y)
    if values.size and not (np.minimum.reduce(values, axis=None) >= 0 and np.maximum.reduce(values, axis=None) <= 1):
        raise ValueError(
            f"binary_cross_entropy_with_logits: targets are probabilities in [0, 1], but they range from "
            f"{values.min()} to {values.max()}"
        )
    answer: Tensor = apply_fused(_with_logits, (x, y), (raw(x), raw(y)), {"reduction": reduction})
    return answer
