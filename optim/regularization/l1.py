"""L1: the sum of absolute values, through its subgradient.

    R(θ) = α ‖θ‖₁            ∂R(θ) = α sign(θ),  sign(0) = 0

The parameters hover around zero and are never exactly zero; `ProximalL1` makes them so.

Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58, 1996.
"""

from __future__ import annotations

import numpy as np

from autograd_lite.tensor import Tensor

from ..flat import Array
from ..regularizer import InGradient


class L1(InGradient):
    """α ‖θ‖₁, in the gradient.

    Args:
        strength: α.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> ag.optim.regularization.L1(0.5)(w)                # as a term of a loss
    Tensor(2., dtype=float32, made_by=multiply)
    """

    def add_gradient(self, p: Array, g: Array, sign: float, scratch: Array) -> None:
        np.sign(p, scratch)
        np.multiply(scratch, sign * self.strength, scratch)
        np.add(g, scratch, g)

    def _norm(self, param: Tensor) -> Tensor:
        return abs(param).sum()
