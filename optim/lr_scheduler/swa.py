"""SWALR: from where the value is to another one, which is kept; the schedule to average weights along.

x = min(1, t / E),   α = (1 - cos πx) / 2 or x,   η(t) = α η_swa + (1 - α) η₀

Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization", arXiv:1803.05407.
As in PyTorch, it is found in `optim.swa_utils`, beside `AveragedModel`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from ..optimizer import Optimizer
from ..options import count, finite, one_of
from .checks import per_group
from .scheduler import LRScheduler


class SWALR(LRScheduler):
    """Go from the present value to another one within E steps, and stay there: the schedule to average along.

    η(t) = α(t) η_swa + (1 - α(t)) η₀, with x = min(1, t / E) and α = (1 - cos πx) / 2, or x if linear; as a recursion,
    so that it begins from whatever value other schedules have left.

    Args:
        optimizer: the optimizer whose groups are changed; the target is kept in each, as "swa_lr".
        swa_lr: η_swa, or a list with one for each group.
        anneal_epochs: E; 0 goes there at once.
        anneal_strategy: "cos" or "linear".
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it, and nothing has been changed.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> schedule = ag.optim.swa_utils.SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> for _ in range(4):
    ...     print(schedule.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     schedule.step()
    [1.0] [0.75] [0.5] [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | list[float],
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self._attach(optimizer, key)
        targets = per_group(self._name("swa_lr"), swa_lr, len(self.groups), finite)
        self.anneal_epochs = count(self._name("anneal_epochs"), anneal_epochs, 0)
        self._anneal_strategy = one_of("cos", "linear")(self._name("anneal_strategy"), anneal_strategy)
        before = [dict(group) for group in self.groups]
        for group, target in zip(self.groups, targets, strict=True):
            group[self._target] = target
        try:
            super().__init__(optimizer, last_epoch, key=key)
        except BaseException:
            for group, old in zip(self.groups, before, strict=True):
                group.pop(self._target)
                group.update(old)
            raise

    @property
    def _target(self) -> str:
        """Where a group keeps what it is brought to."""
        return f"swa_{self.key}"

    def get_lr(self) -> list[float]:
        """η(t) for each group, by recursion."""
        step = max(1, self._step_count) if self.anneal_epochs == 0 else self._step_count
        before, now = self._share(step - 1), self._share(step)
        targets = [group[self._target] for group in self.groups]
        # where the value would have begun, had only this schedule moved it
        begun = [
            target if before == 1 else (value - before * target) / (1 - before)
            for value, target in zip(self.values(), targets, strict=True)
        ]
        return [target * now + value * (1 - now) for value, target in zip(begun, targets, strict=True)]

    def _share(self, step: int) -> float:
        """α at a step."""
        x = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return x if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * x)) / 2

    def _restart(self) -> None:
        self._step_count -= 1  # this is no step of its own
        try:
            super()._restart()
        finally:
            self._step_count += 1

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule; the targets come with the optimizer's state dict."""
        loaded = self._to_load(state_dict)
        what = f"{type(self).__name__}.load_state_dict(): _anneal_strategy"
        one_of("cos", "linear")(what, loaded["_anneal_strategy"])
        self.__dict__.update(loaded)
