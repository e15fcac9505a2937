"""CosineAnnealingLR: half a wave of a cosine, from the initial value down to a least one.

η(t) = η_min + (η₀ - η_min) (1 + cos(π t / T)) / 2

Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
https://arxiv.org/abs/1608.03983, without the restarts (those: `CosineAnnealingWarmRestarts`).
"""

from __future__ import annotations

import math

from ..optimizer import Optimizer
from ..options import count, finite
from .scheduler import LRScheduler


class CosineAnnealingLR(LRScheduler):
    """Lower the value along a cosine over T steps; after them it rises again, as the cosine does.

    Args:
        optimizer: the optimizer whose groups are changed.
        T_max: T, the number of steps from the initial value to the least.
        eta_min: η_min, the least value.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
    >>> for _ in range(5):
    ...     print(f"{scheduler.get_last_lr()[0]:.3f}", end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    1.000 0.854 0.500 0.146 0.000
    """

    def __init__(
        self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1, *, key: str = "lr"
    ) -> None:
        self.T_max = count(self._name("T_max"), T_max, 1)
        self.eta_min = finite(self._name("eta_min"), eta_min)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        if self._is_initial:
            return self.values()
        least, t, whole = self.eta_min, self.last_epoch, self.T_max
        if (t - 1 - whole) % (2 * whole) == 0:  # from the bottom, where the recursion would divide zero by zero
            return [
                value + (base - least) * (1 - math.cos(math.pi / whole)) / 2
                for value, base in zip(self.values(), self.initial_values(), strict=True)
            ]
        factor = (1 + math.cos(math.pi * t / whole)) / (1 + math.cos(math.pi * (t - 1) / whole))
        return [factor * (value - least) + least for value in self.values()]

    def _get_closed_form_lr(self) -> list[float]:
        least, wave = self.eta_min, 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return [least + (base - least) * wave / 2 for base in self.initial_values()]
