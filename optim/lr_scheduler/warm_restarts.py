"""CosineAnnealingWarmRestarts: half waves of a cosine, one after the other, each beginning at the initial value.

    η = η_min + (η₀ - η_min) (1 + cos(π T_cur / T_i)) / 2

T_cur is the time since the last restart, and T_i the time from that to the next: T₀, T₀ m, T₀ m², ...

Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017,
https://arxiv.org/abs/1608.03983.
"""

from __future__ import annotations

import math

from ..optimizer import Optimizer
from ..options import count, finite, not_negative
from .scheduler import LRScheduler


class CosineAnnealingWarmRestarts(LRScheduler):
    """Lower the value along a cosine, begin again at the top, and so on, each time m times as long.

    Args:
        optimizer: the optimizer whose groups are changed.
        T_0: T₀, the number of steps to the first restart.
        T_mult: m.
        eta_min: η_min, the least value.
        last_epoch: the time to go on from, restarts counted, as if it had run until then; -1 begins.  (PyTorch takes
            it as the time since the last restart, so that there a run with restarts before it goes on differently.)
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    >>> for _ in range(7):
    ...     print(f"{scheduler.get_last_lr()[0]:.3f}", end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    1.000 0.500 1.000 0.854 0.500 0.146 1.000
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self.T_0 = self.T_i = count(self._name("T_0"), T_0, 1)
        self.T_mult = count(self._name("T_mult"), T_mult, 1)
        self.eta_min = finite(self._name("eta_min"), eta_min)
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η for each group."""
        least, wave = self.eta_min, 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [least + (base - least) * wave / 2 for base in self.initial_values()]

    def step(self, epoch: float | None = None) -> None:
        """Set the next value.

        Args:
            epoch: go to this time instead, which may be a fraction: `scheduler.step(epoch + i / batches)` after
                each batch lowers the value smoothly within an epoch.

        Raises:
            ValueError, TypeError: epoch is not a number >= 0; nothing has been changed then.
        """
        if epoch is not None:
            time = not_negative(f"{type(self).__name__}.step(): epoch", epoch)
            self._go_to(time if isinstance(epoch, float) else int(time))
        elif self._is_initial:
            self._go_to(self.last_epoch + 1)
        else:
            since, length = self.T_cur + 1, self.T_i
            if since >= length:
                since, length = since % length, length * self.T_mult
            self._set(self.last_epoch + 1, since, length)

    def _go_to(self, epoch: float) -> None:
        """Set the value of a time, counted from the very beginning."""
        since, length = epoch, self.T_0
        if self.T_mult == 1:
            since = epoch % length
        while since >= length:
            since, length = since - length, length * self.T_mult
        self._set(math.floor(epoch), since, length)

    def _set(self, epoch: int, since: float, length: int) -> None:
        before = self.last_epoch, self.T_cur, self.T_i
        self.last_epoch, self.T_cur, self.T_i = epoch, since, length
        try:
            self._write(self._checked(self.get_lr()))
        except BaseException:
            self.last_epoch, self.T_cur, self.T_i = before
            raise

    def _restart(self) -> None:
        self._go_to(0)
