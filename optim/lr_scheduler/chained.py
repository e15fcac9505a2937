"""ChainedScheduler: several schedules at once, each doing its part at every step."""

from __future__ import annotations

from collections.abc import Sequence

from ..optimizer import Optimizer
from .combined import Combined
from .scheduler import LRScheduler


class ChainedScheduler(Combined):
    """Several schedules stepped together, in order: recursions of one hyper-parameter multiply.

    They may also move different hyper-parameters; `get_last_lr` then tells of the last one's.

    Args:
        schedulers: the schedules, made with one optimizer.
        optimizer: that optimizer; taken from them if it is not given.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> from autograd_lite.optim.lr_scheduler import ChainedScheduler, ExponentialLR, LinearLR
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> parts = [LinearLR(optimizer, start_factor=0.5, total_iters=2), ExponentialLR(optimizer, gamma=0.5)]
    >>> scheduler = ChainedScheduler(parts)
    >>> for _ in range(4):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [0.5] [0.375] [0.25] [0.125]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        self._take(schedulers, optimizer)
        self.key = self._schedulers[-1].key
        self._last_lr = self.values()

    def step(self) -> None:  # type: ignore[override]
        """Step each schedule; call it after `optimizer.step()`.

        Raises:
            ValueError, TypeError: as the schedules do; none of them has moved then.
        """
        with self._together():
            for scheduler in self._schedulers:
                scheduler.step()
        self._last_lr = self.values()

    def _initial_step(self) -> None:
        for scheduler in self._schedulers:
            scheduler._initial_step()
        self._last_lr = self.values()

    def _restart(self) -> None:
        self._reset()  # were each to set its value in closed form, only the last one's would remain
        for part in self._parts():
            part.last_epoch = -1
        self._initial_step()
