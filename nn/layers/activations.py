"""Activation functions as modules; each is its function in `nn.functional`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["GELU", "ReLU", "Sigmoid", "Tanh"]


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


class GELU(Module):
    """x P(X <= x), element by element, for a standard normal X.

    Args:
        approximate: "tanh" for the probability as (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    D. Hendrycks and K. Gimpel, Gaussian Error Linear Units (2016).
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, x: Any) -> Tensor:
        return F.gelu(x, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"
