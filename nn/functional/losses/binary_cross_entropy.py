"""Binary cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.bce import bce as _bce
from autograd_lite.kernels.binary_cross_entropy import binary_cross_entropy_with_logits as _with_logits
from autograd_lite.kernels.reduction import reduced

from ..arguments import raw, tensor
from .arguments import elementwise_weight, probabilities, same_kind

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits"]


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, *, reduction: str = "mean") -> Tensor:
    """-w (y log x + (1 - y) log(1 - x)), per element, reduced; logarithms are at least -100.

    Args:
        input: probabilities x in [0, 1], of any shape.
        target: numbers y in [0, 1] of the same shape and dtype.
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.  The mean divides by the number
            of elements.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or an input or a target lies outside [0, 1].
        TypeError: the dtypes differ.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.binary_cross_entropy(np.array([0.5, 0.0]), np.array([1.0, 1.0]), reduction="none")
    Tensor([  0.69314718, 100.        ], dtype=float64)
    """
    name = "binary_cross_entropy"
    x, y = same_kind(name, input, target, reduction)
    probabilities(name, x, "inputs")
    probabilities(name, y)
    kept = reduction if weight is None else "none"
    losses: Tensor = apply_fused(_bce, (x, y), (raw(x), raw(y)), {"reduction": kept})
    return losses if weight is None else tensor(reduced(losses * elementwise_weight(name, weight, x), reduction))


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
) -> Tensor:
    """-w (p y log s(x) + (1 - y) log(1 - s(x))) with s the sigmoid, per element, reduced.

    Args:
        input: logits x of any shape.
        target: numbers y in [0, 1] of the same shape and dtype.
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.  The mean divides by the number
            of elements.
        reduction: "mean", "sum" or "none".
        pos_weight: p, of a shape that is broadcast to that of the input: more than 1 where what is there counts more
            than what is not; 1 if it is None.

    Raises:
        ValueError: the shapes differ, or a target lies outside [0, 1].
        TypeError: the dtypes differ.
    """
    name = "binary_cross_entropy_with_logits"
    x, y = same_kind(name, input, target, reduction)
    probabilities(name, y)
    if weight is None and pos_weight is None:
        answer: Tensor = apply_fused(_with_logits, (x, y), (raw(x), raw(y)), {"reduction": reduction})
        return answer
    if pos_weight is None:
        losses = apply_fused(_with_logits, (x, y), (raw(x), raw(y)), {"reduction": "none"})
    else:
        p = elementwise_weight(name, pos_weight, x, "pos_weight")
        losses = (1 - y) * x + ((p - 1) * y + 1) * softplus(-x)
    if weight is not None:
        losses = losses * elementwise_weight(name, weight, x)
    return tensor(reduced(losses, reduction))


def softplus(x: Any) -> Any:
    """log(1 + e^x): the cross-entropy against 0, whose kernel is several times as fast as np.logaddexp."""
    zeros = np.zeros(x.shape, x.dtype)
    return apply_fused(_with_logits, (x, zeros), (raw(x), zeros), {"reduction": "none"})
