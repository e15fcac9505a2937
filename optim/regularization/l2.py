"""L2: half the sum of squares, through its gradient.

    R(θ) = λ/2 ‖θ‖²          ∂R(θ) = λ θ

It is what `weight_decay` is in SGD, Adam and most others.  With an optimizer that scales each number's
gradient, the penalty is scaled along with it; `DecoupledWeightDecay` is not.

Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970.
"""

from __future__ import annotations

import numpy as np

from autograd_lite.kernels.sum_of_squares import sum_of_squares
from autograd_lite.tensor import Tensor

from ..flat import Array
from ..regularizer import InGradient


class L2(InGradient):
    """λ/2 ‖θ‖², in the gradient.

    Args:
        strength: λ.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, regularization=[ag.optim.regularization.L2(0.1)])
    >>> w.sum().backward()
    >>> optimizer.step()
    >>> w.data                                            # 3 - 0.5 (1 + 0.3), -1 - 0.5 (1 - 0.1)
    array([ 2.35, -1.45], dtype=float32)
    """

    def add_gradient(self, p: Array, g: Array, sign: float, scratch: Array) -> None:
        np.multiply(p, sign * self.strength, scratch)
        np.add(g, scratch, g)

    def _of(self, params: list[Tensor]) -> Tensor:
        return sum_of_squares(*params, scale=0.5 * self.strength)  # type: ignore[no-any-return]
