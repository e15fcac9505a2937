"""ExponentialLR: a fall by a constant factor at every step.

η(t) = η₀ γᵗ
"""

from __future__ import annotations

from ..optimizer import Optimizer
from ..options import not_negative
from .scheduler import LRScheduler


class ExponentialLR(LRScheduler):
    """Multiply the value by γ at each step: η(t) = η₀ γᵗ.

    Args:
        optimizer: the optimizer whose groups are changed.
        gamma: γ.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    >>> for _ in range(3):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [1.0] [0.5] [0.25]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1, *, key: str = "lr") -> None:
        self.gamma = not_negative(self._name("gamma"), gamma)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        return self.values() if self._is_initial else [value * self.gamma for value in self.values()]

    def _get_closed_form_lr(self) -> list[float]:
        return [base * self.gamma**self.last_epoch for base in self.initial_values()]
