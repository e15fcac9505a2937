"""Modules that only change the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["Flatten"]


class Flatten(Module):
    """Lays the axes from `start_dim` to `end_dim` in one; by default all but the first, the batch.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Flatten()(np.ones((5, 8, 8), np.float32)).shape
    (5, 64)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Any) -> Tensor:
        return F.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
