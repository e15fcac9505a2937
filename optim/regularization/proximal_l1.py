"""ProximalL1: the sum of absolute values, with exact zeros.

    R(θ) = α ‖θ‖₁            θ ← sign(θ) max(|θ| - η α, 0)   after the step, whose size is η

Soft thresholding, the proximal map of η R: with plain gradient descent this is ISTA, and the run converges to
a minimum of f + R whose zeros are exact.

Daubechies, Defrise and De Mol, "An iterative thresholding algorithm for linear inverse problems with a sparsity
constraint", Comm. Pure Appl. Math. 57, 2004; Parikh and Boyd, "Proximal algorithms", 2014, section 6.5.2.
"""

from __future__ import annotations

import numpy as np

from autograd_lite.tensor import Tensor

from ..flat import Array
from ..regularizer import Proximal


class ProximalL1(Proximal):
    """α ‖θ‖₁, by soft thresholding after each step.

    Args:
        strength: α.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -0.25], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, regularization=[ag.optim.regularization.ProximalL1(1.0)])
    >>> (w * 0.0).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([2.5, 0. ], dtype=float32)
    """

    def shrink(self, p: Array, size: float, scratch: Array) -> None:
        soft_threshold(p, size * self.strength, scratch)

    def _norm(self, param: Tensor) -> Tensor:
        return abs(param).sum()


def soft_threshold(p: Array, threshold: float, scratch: Array) -> None:
    """p ← sign(p) max(|p| - threshold, 0), in place: p less what of it lies within the threshold."""
    np.clip(p, -threshold, threshold, scratch)
    np.subtract(p, scratch, p)
