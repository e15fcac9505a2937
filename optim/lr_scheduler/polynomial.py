"""PolynomialLR: a fall to zero along a power of the time that is left.

η(t) = η₀ (1 - min(t, n) / n)ᵖ
"""

from __future__ import annotations

from ..optimizer import Optimizer
from ..options import count, not_negative
from .scheduler import LRScheduler


class PolynomialLR(LRScheduler):
    """Lower the value to zero over n steps: η(t) = η₀ (1 - t / n)ᵖ.

    Args:
        optimizer: the optimizer whose groups are changed.
        total_iters: n.
        power: p; 1 is a line.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=2, power=2.0)
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [1.0] [0.25] [0.0] [0.0]
    """

    def __init__(
        self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1, *, key: str = "lr"
    ) -> None:
        self.total_iters = count(self._name("total_iters"), total_iters, 1)
        self.power = not_negative(self._name("power"), power)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        if self._is_initial or self.last_epoch > self.total_iters:
            return self.values()
        left, before = 1.0 - self.last_epoch / self.total_iters, 1.0 - (self.last_epoch - 1) / self.total_iters
        return [value * (left / before) ** self.power for value in self.values()]

    def _get_closed_form_lr(self) -> list[float]:
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [base * left**self.power for base in self.initial_values()]
