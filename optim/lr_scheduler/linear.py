"""LinearLR: from one part of the value to another along a line.

η(t) = η₀ (a + (b - a) min(t, n) / n)
"""

from __future__ import annotations

from ..optimizer import Optimizer
from ..options import count, share, within
from .scheduler import LRScheduler


class LinearLR(LRScheduler):
    """Change the factor of the value linearly from a to b over n steps: the usual warm-up.

    Args:
        optimizer: the optimizer whose groups are changed.
        start_factor: a, more than 0 and at most 1.
        end_factor: b, from 0 to 1.
        total_iters: n.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [0.5] [0.75] [1.0] [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self.start_factor = within(0.0, 1.0, open_low=True)(self._name("start_factor"), start_factor)
        self.end_factor = share(self._name("end_factor"), end_factor)
        self.total_iters = count(self._name("total_iters"), total_iters, 1)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        if self.last_epoch == 0:
            return [value * self.start_factor for value in self.values()]
        if self._is_initial or self.last_epoch > self.total_iters:
            return self.values()
        rise = self.end_factor - self.start_factor
        return [
            value * (1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))
            for value in self.values()
        ]

    def _get_closed_form_lr(self) -> list[float]:
        rise = self.end_factor - self.start_factor
        past = min(self.total_iters, self.last_epoch)
        return [base * (self.start_factor + rise * past / self.total_iters) for base in self.initial_values()]
