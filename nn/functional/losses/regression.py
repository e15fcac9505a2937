"""Losses of numbers against numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.huber import huber as _huber
from autograd_lite.kernels.mse import mse_loss as _mse_loss
from autograd_lite.kernels.reduction import reduced

from ..arguments import raw, tensor
from .arguments import elementwise_weight, same_kind

__all__ = ["huber_loss", "l1_loss", "mse_loss", "smooth_l1_loss"]


def l1_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Tensor:
    """|x - y|, per element, reduced; its slope at 0 is 0.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        reduction: "mean", "sum" or "none".
        weight: a factor for each element, by the sum of which the mean is divided then.

    Raises:
        ValueError: the shapes differ; they are not broadcast, since (N, 1) against (N,) would give N x N errors.
        TypeError: the dtypes differ.
    """
    x, y = same_kind("l1_loss", input, target, reduction)
    return _weighted("l1_loss", np.abs(x - y), weight, reduction)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Tensor:
    """(x - y)^2, per element, reduced.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        reduction: "mean", "sum" or "none".
        weight: a factor for each element, by the sum of which the mean is divided then.

    Raises:
        ValueError: the shapes differ; they are not broadcast, since (N, 1) against (N,) would give N x N errors.
        TypeError: the dtypes differ.
    """
    x, y = same_kind("mse_loss", input, target, reduction)
    kept = reduction if weight is None else "none"
    answer: Tensor = apply_fused(_mse_loss, (x, y), (raw(x), raw(y)), {"reduction": kept})
    return answer if weight is None else _weighted("mse_loss", answer, weight, reduction)


def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """(x - y)^2 / (2 beta) where |x - y| < beta, else |x - y| - beta / 2; per element, reduced.

    It is Huber's loss divided by beta, and |x - y| where beta is 0.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        reduction: "mean", "sum" or "none".
        beta: the error at which the loss becomes linear.

    Raises:
        ValueError: the shapes differ, or beta is negative.
        TypeError: the dtypes differ.
    """
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss: beta must be at least 0, not {beta!r}")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, y = same_kind("smooth_l1_loss", input, target, reduction)
    answer: Tensor = apply_fused(_huber, (x, y), (raw(x), raw(y)), {"delta": float(beta), "reduction": reduction})
    return answer if beta == 1 else answer / float(beta)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Tensor:
    """(x - y)^2 / 2 where |x - y| <= delta, else delta (|x - y| - delta / 2); per element, reduced.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        reduction: "mean", "sum" or "none".
        delta: the error at which the loss becomes linear.
        weight: a factor for each element; the mean divides by the number of elements all the same.

    Raises:
        ValueError: the shapes differ, or delta is not positive.
        TypeError: the dtypes differ.

    P. J. Huber, Robust estimation of a location parameter, Annals of Statistics 53 (1964).
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta must be positive, not {delta!r}")
    x, y = same_kind("huber_loss", input, target, reduction)
    kept = reduction if weight is None else "none"
    answer: Tensor = apply_fused(_huber, (x, y), (raw(x), raw(y)), {"delta": float(delta), "reduction": kept})
    if weight is None:
        return answer
    weighted: Tensor = reduced(answer * elementwise_weight("huber_loss", weight, answer), reduction)
    return weighted


def _weighted(name: str, losses: Any, weight: Any, reduction: str) -> Tensor:
    """Losses times a weight, reduced; a mean divides by the sum of the weights."""
    if weight is None:
        return tensor(reduced(losses, reduction))
    w = elementwise_weight(name, weight, losses)
    if w.shape != losses.shape:
        raise ValueError(f"{name}: weight must have the shape of the input; weight.shape={w.shape}")
    total = losses * w
    return tensor(np.sum(total) / np.sum(w) if reduction == "mean" else reduced(total, reduction))
