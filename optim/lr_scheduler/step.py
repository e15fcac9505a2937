"""StepLR: a fall by a constant factor, at regular times.

η(t) = η₀ γ^⌊t / s⌋
"""

from __future__ import annotations

from ..optimizer import Optimizer
from ..options import count, not_negative
from .scheduler import LRScheduler


class StepLR(LRScheduler):
    """Multiply the value by γ every s steps: η(t) = η₀ γ^⌊t / s⌋.

    Args:
        optimizer: the optimizer whose groups are changed.
        step_size: s.
        gamma: γ.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(5):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [1.0] [1.0] [0.5] [0.5] [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1, *, key: str = "lr"
    ) -> None:
        self.step_size = count(self._name("step_size"), step_size, 1)
        self.gamma = not_negative(self._name("gamma"), gamma)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        if self.last_epoch == 0 or self.last_epoch % self.step_size:
            return self.values()
        return [value * self.gamma for value in self.values()]

    def _get_closed_form_lr(self) -> list[float]:
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.initial_values()]
