"""DecoupledWeightDecay: each step shrinks the parameters, whatever the optimizer makes of the gradient.

    θ ← θ - lr λ θ           before the step

Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, https://arxiv.org/abs/1711.05101.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..flat import Array
from ..options import Check, not_negative
from ..regularizer import Decoupled


class DecoupledWeightDecay(Decoupled):
    """θ ← (1 - lr λ) θ before each step, as AdamW does.

    Args:
        strength: λ.

    Raises:
        TypeError, ValueError: `strength` is not a finite number >= 0.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([4.0, -2.0], requires_grad=True)
    >>> decay = ag.optim.regularization.DecoupledWeightDecay(0.5)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, regularization=[decay])
    >>> (w * 0.0).sum().backward()
    >>> optimizer.step()
    >>> w.data
    array([ 3. , -1.5], dtype=float32)
    """

    _checks: ClassVar[dict[str, Check]] = {"strength": not_negative}
    strength: float

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def shrink(self, p: Array, lr: float, scratch: Array) -> None:
        np.multiply(p, 1.0 - lr * self.strength, p)
