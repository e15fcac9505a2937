"""GroupLasso: whole rows, columns, filters or tensors become exactly zero together.

    R(θ) = α Σ_k c_k ‖θ_k‖₂                                 over the groups k; c = 1, or √(size of the group)
    θ_k ← θ_k max(1 - η α c_k / ‖θ_k‖₂, 0)                  after the step, whose size is η

After `ProximalL1` in the same list it is the sparse group lasso, whose proximal map is the two in this order.

Yuan and Lin, "Model selection and estimation in regression with grouped variables", J. R. Stat. Soc. B 68, 2006; Simon,
Friedman, Hastie and Tibshirani, "A sparse-group lasso", J. Comput. Graph. Stat. 22, 2013.
"""

from __future__ import annotations

import math

import numpy as np

from autograd_lite.tensor import Tensor

from ..flat import Array
from ..parts import check_axis, check_has_axis, lengths, widened
from ..regularizer import Penalty, PerTensor


class GroupLasso(PerTensor, Penalty):
    """α times the sum of the norms of groups, by its proximal map after each step.

    Args:
        strength: α.
        axis: the axis or axes along which a group lies: with the weight (out, in) of `nn.Linear`, 1 makes
            a group of each row (all that leads to one output), 0 of each column (all that one input does);
            (1, 2, 3) of each filter of a convolution; None of each whole parameter.
        by_size: weigh the norm of each group by the root of its size, as Yuan and Lin do; it makes groups of
            unlike sizes comparable.

    Raises:
        TypeError, ValueError: `strength` is not a finite number >= 0, or `axis` no axis; and from the
            optimizer, a parameter has no such axis.

    >>> import autograd_lite as ag
    >>> w = ag.Tensor([[3.0, 4.0], [0.3, 0.4]], requires_grad=True)
    >>> rows = ag.optim.regularization.GroupLasso(1.0, axis=1)
    >>> rows(w)
    Tensor(5.5, dtype=float32, made_by=multiply)
    >>> optimizer = ag.optim.SGD([w], lr=1.0, regularization=[rows])
    >>> (w * 0.0).sum().backward()
    >>> optimizer.step()
    >>> w.data                                            # norms 5 and 0.5, less 1
    array([[2.4, 3.2],
           [0. , 0. ]], dtype=float32)
    """

    axis: int | tuple[int, ...] | None
    by_size: bool

    def __init__(self, strength: float, axis: int | tuple[int, ...] | None = None, *, by_size: bool = False) -> None:
        super().__init__(strength)
        self.axis = check_axis(axis, type(self).__name__)
        self.by_size = by_size

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        check_has_axis(self.axis, shape, type(self).__name__, label)

    def shrink(self, p: Array, size: float) -> None:
        wide = widened(p)
        norms = lengths(wide, self.axis)
        threshold = size * self.strength * self._weight(p.shape)
        # a group of norm 0 is divided by 1, and stays 0; one that is not finite stays visible
        with np.errstate(over="ignore"):
            kept = np.maximum(1.0 - threshold / np.where(norms == 0.0, 1.0, norms), 0.0)
        np.multiply(wide, kept.astype(wide.dtype, copy=False), p, casting="same_kind")

    def _norm(self, param: Tensor) -> Tensor:
        squares = (param * param).sum(axis=self.axis)
        there = squares.data > 0.0  # the root has no derivative at 0; the gradient there is 0, as PyTorch's norm has it
        norms = np.where(there, np.sqrt(np.where(there, squares, 1.0)), 0.0)
        return np.sum(norms) * self._weight(param.shape)  # type: ignore[no-any-return]

    def _weight(self, shape: tuple[int, ...]) -> float:
        if not self.by_size:
            return 1.0
        axes = self.axis if isinstance(self.axis, tuple) else range(len(shape)) if self.axis is None else (self.axis,)
        return math.sqrt(math.prod(shape[axis] for axis in axes))
