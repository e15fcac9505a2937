"""Losses of numbers against numbers."""

from __future__ import annotations

from typing import Any

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.mse import mse_loss as _mse_loss

from ..arguments import raw
from .arguments import same_kind

__all__ = ["mse_loss"]


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """(x - y)^2, per element, reduced.

    Raises:
        ValueError: the shapes differ; they are not broadcast, since (N, 1) against (N,) would give N x N errors.
        TypeError: the dtypes differ.
    """
    x, y = same_kind("mse_loss", input, target, reduction)
    answer: Tensor = apply_fused(_mse_loss, (x, y), (raw(x), raw(y)), {"reduction": reduction})
    return answer
