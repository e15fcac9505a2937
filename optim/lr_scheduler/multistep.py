"""MultiStepLR: a fall by a constant factor, at given times.

η(t) = η₀ γ^(how many milestones are <= t)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.errors import describe

from ..optimizer import Optimizer
from ..options import count, not_negative
from .scheduler import LRScheduler


class MultiStepLR(LRScheduler):
    """Multiply the value by γ at each milestone.

    Args:
        optimizer: the optimizer whose groups are changed.
        milestones: the times, in any order; at one that occurs twice γ is applied twice.
        gamma: γ.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1, 4], gamma=0.5)
    >>> for _ in range(5):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [1.0] [0.5] [0.5] [0.5] [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        if not isinstance(milestones, Iterable):
            raise TypeError(f"{self._name('milestones')} must be a list of whole numbers, not {describe(milestones)}")
        self.milestones = dict(
            Counter(count(self._name(f"milestones[{i}]"), value, 0) for i, value in enumerate(milestones))
        )
        self.gamma = not_negative(self._name("gamma"), gamma)
        super().__init__(optimizer, last_epoch, key=key)

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        times = self.milestones.get(self.last_epoch)
        return [value * self.gamma**times for value in self.values()] if times else self.values()

    def _get_closed_form_lr(self) -> list[float]:
        passed = sum(times for milestone, times in self.milestones.items() if milestone <= self.last_epoch)
        return [base * self.gamma**passed for base in self.initial_values()]

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule; the milestones also as JSON gives them back, whose keys are strings."""
        loaded = self._to_load(state_dict)
        loaded["milestones"] = {int(milestone): times for milestone, times in loaded["milestones"].items()}
        self.__dict__.update(loaded)
