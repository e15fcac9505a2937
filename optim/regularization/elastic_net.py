"""ElasticNet: L1 and L2 together, with exact zeros.

    R(θ) = α (ρ ‖θ‖₁ + (1 - ρ)/2 ‖θ‖²)
    θ ← sign(θ) max(|θ| - η α ρ, 0) / (1 + η α (1 - ρ))      after the step, whose size is η

The L2 part keeps numbers that belong together from being chosen among at random.

Zou and Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67, 2005; the names
are scikit-learn's.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from autograd_lite.tensor import Tensor

from ..flat import Array
from ..options import Check, not_negative, share
from ..regularizer import Proximal
from .proximal_l1 import soft_threshold


class ElasticNet(Proximal):
    """α (ρ ‖θ‖₁ + (1 - ρ)/2 ‖θ‖²), by its proximal map after each step.

    Args:
        strength: α.
        l1_ratio: ρ, from 0 (L2 alone) to 1 (L1 alone).

    Raises:
        TypeError, ValueError: an argument is not such a number.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -0.25], requires_grad=True)
    >>> net = ag.optim.regularization.ElasticNet(2.0, l1_ratio=0.5)
    >>> optimizer = ag.optim.SGD([w], lr=0.25, regularization=[net])
    >>> (w * 0.0).sum().backward()
    >>> optimizer.step()
    >>> w.data                                            # (3 - 0.25) / 1.25
    array([2.2, 0. ], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"strength": not_negative, "l1_ratio": share}
    l1_ratio: float

    def __init__(self, strength: float, l1_ratio: float = 0.5) -> None:
        super().__init__(strength)
        self.l1_ratio = l1_ratio

    def shrink(self, p: Array, size: float, scratch: Array) -> None:
        soft_threshold(p, size * self.strength * self.l1_ratio, scratch)
        np.multiply(p, 1.0 / (1.0 + size * self.strength * (1.0 - self.l1_ratio)), p)

    def _norm(self, param: Tensor) -> Tensor:
        return abs(param).sum() * self.l1_ratio + (param * param).sum() * (0.5 * (1.0 - self.l1_ratio))
