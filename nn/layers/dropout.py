"""Dropout: elements set to zero at random while training.

N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15 (2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.arguments import check_probability
from ..module import Module

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["Dropout"]


class Dropout(Module):
    """While training, sets each element to 0 with probability p and scales the others by 1 / (1 - p).

    In evaluation it passes everything through, which is why the scaling is done in training.

    Args:
        p: the probability, in [0, 1].
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.
    """

    def __init__(self, p: float = 0.5, *, generator: Generator | None = None) -> None:
        super().__init__()
        check_probability("Dropout", p)
        self.p = p
        self.generator = generator

    def forward(self, x: Any) -> Tensor:
        return F.dropout(x, self.p, self.training, generator=self.generator)

    def extra_repr(self) -> str:
        return f"p={self.p}"
