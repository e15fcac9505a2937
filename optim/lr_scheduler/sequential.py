"""SequentialLR: one schedule after the other, each beginning at its milestone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ..optimizer import Optimizer
from ..options import count
from .combined import Combined
from .scheduler import LRScheduler


class SequentialLR(Combined):
    """One schedule after the other: the i-th from milestone i - 1 on, at which its own time is 0.

    A schedule that is a recursion goes on from the value that the one before has left; see `LRScheduler`.

    Args:
        optimizer: the optimizer whose groups are changed.
        schedulers: the schedules, made with this optimizer in this order.
        milestones: the times at which the second, the third, ... begins.
        last_epoch: the time to go on from; -1 begins.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> from autograd_lite.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> parts = [ConstantLR(optimizer, factor=0.125, total_iters=9), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = SequentialLR(optimizer, parts, milestones=[2])
    >>> for _ in range(5):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [0.125] [0.125] [1.0] [0.5] [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedulers: Sequence[LRScheduler],
        milestones: Sequence[int],
        last_epoch: int = -1,
    ) -> None:
        self._take(schedulers, optimizer)
        times = [count(self._name(f"milestones[{i}]"), value, 0) for i, value in enumerate(milestones)]
        if len(times) != len(schedulers) - 1:
            raise ValueError(
                f"{self._name('milestones')} has {len(times)} times for {len(schedulers)} schedules; pass one "
                "fewer than schedules: when the second begins, the third, ..."
            )
        if sorted(times) != times:
            raise ValueError(f"{self._name('milestones')}={times} must increase")
        self._milestones = times
        self.last_epoch = count(self._name("last_epoch"), last_epoch, -1) + 1
        self._reset()  # each part has set its first value when it was made, and so made a step
        for part in self._parts():
            part.last_epoch -= 1
        self._active()._initial_step()
        self._follow()

    def _active(self) -> LRScheduler:
        return self._schedulers[bisect_right(self._milestones, self.last_epoch)]

    def _follow(self) -> None:
        """Hold what the schedule whose turn it is has set."""
        active = self._active()
        self.key, self._last_lr = active.key, active.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Set the next value; call it after `optimizer.step()`."""
        self.last_epoch += 1
        try:
            if self.last_epoch in self._milestones:
                self._active()._restart()
            else:
                self._active().step()
        except BaseException:
            self.last_epoch -= 1
            raise
        self._follow()

    def _initial_step(self) -> None:
        self.last_epoch = 0
        self._active()._initial_step()
        self._follow()

    def _restart(self) -> None:
        self.last_epoch = 0
        self._active()._restart()
        self._follow()

    def _load(self, loaded: dict[str, Any]) -> None:
        super()._load(loaded)
        self.key = self._active().key
