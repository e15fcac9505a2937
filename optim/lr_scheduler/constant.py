"""ConstantLR: a part of the value for some steps, then all of it.

η(t) = η₀ f for t < n, and η₀ from then on
"""

from __future__ import annotations

from ..optimizer import Optimizer
from ..options import count, within
from .scheduler import LRScheduler


class ConstantLR(LRScheduler):
    """Multiply the value by f for the first n steps: a simple warm-up.

    Args:
        optimizer: the optimizer whose groups are changed.
        factor: f, more than 0 (from which there would be no way back) and at most 1.
        total_iters: n.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [0.5] [0.5] [1.0] [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: int = 5,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self.factor = within(0.0, 1.0, open_low=True)(self._name("factor"), factor)
        self.total_iters = count(self._name("total_iters"), total_iters, 1)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        if self.last_epoch == 0:
            return [value * self.factor for value in self.values()]
        if self.last_epoch == self.total_iters:
            return [value * (1.0 / self.factor) for value in self.values()]
        return self.values()

    def _get_closed_form_lr(self) -> list[float]:
        done = self.last_epoch >= self.total_iters
        return [base * (self.factor + done * (1 - self.factor)) for base in self.initial_values()]
