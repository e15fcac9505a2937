"""Activation functions as modules; each is its function in `nn.functional`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["ReLU", "Sigmoid", "Tanh"]


class ReLU(Module):
    """max(x, 0), element by element; its slope at 0 is 0."""

    def forward(self, x: Any) -> Tensor:
        return F.relu(x)


class Tanh(Module):
    """tanh(x), element by element."""

    def forward(self, x: Any) -> Tensor:
        return F.tanh(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x)), element by element."""

    def forward(self, x: Any) -> Tensor:
        return F.sigmoid(x)
