"""ReduceLROnPlateau: a fall by a constant factor, whenever a metric has stopped getting better.

η ← max(f η, η_min)  after more than `patience` steps in a row without a new best
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, SupportsFloat

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from ..optimizer import Optimizer
from ..options import count, finite, not_negative, one_of, within
from .checks import per_group
from .keys import write
from .scheduler import LRScheduler


class ReduceLROnPlateau(LRScheduler):
    """Multiply the value by f when the metric given to `step` has not improved for a while.

    Args:
        optimizer: the optimizer whose groups are changed.
        mode: "min" if less is better, "max" if more.
        factor: f, at least 0 and less than 1.
        patience: how many steps without improvement are borne.
        threshold: what counts as an improvement: better than the best by this,
        threshold_mode: as a part of it ("rel") or by itself ("abs").
        cooldown: how many steps are not counted after a fall.
        min_lr: η_min, the least value; or a list, one for each group.
        eps: a change smaller than this is not made.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], lr=1.0)
    >>> scheduler = ag.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0, 1.0]:
    ...     scheduler.step(loss)
    ...     print(scheduler.get_last_lr(), end=" ")
    [1.0] [1.0] [1.0] [0.5] [0.5]
    """

    _per_group: ClassVar[frozenset[str]] = LRScheduler._per_group | {"min_lrs"}

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
        *,
        key: str = "lr",
    ) -> None:
        self._attach(optimizer, key)
        self.mode = one_of("min", "max")(self._name("mode"), mode)
        self.factor = within(0.0, 1.0, open_high=True)(self._name("factor"), factor)
        self.patience = count(self._name("patience"), patience, 0)
        self.threshold = not_negative(self._name("threshold"), threshold)
        self.threshold_mode = one_of("rel", "abs")(self._name("threshold_mode"), threshold_mode)
        self.cooldown = count(self._name("cooldown"), cooldown, 0)
        self.min_lrs = per_group(self._name("min_lr"), min_lr, len(self.groups), finite)
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else self.min_lrs[0]
        self.eps = not_negative(self._name("eps"), eps)
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self.last_epoch = 0
        self._last_lr = self.values()

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at a new value of the metric, and lower the hyper-parameter if it is time to.

        Args:
            metrics: the loss or score, a number or a Tensor of one element.  NaN is no improvement.
            epoch: the number that `last_epoch` gets (PyTorch discourages it, and so do we).

        Raises:
            TypeError: metrics is not a number; nothing has been changed then.
        """
        try:
            current = float(metrics.item() if isinstance(metrics, Tensor) else metrics)
        except (TypeError, ValueError):
            raise TypeError(
                f"{type(self).__name__}.step(): metrics must be a number, such as a loss, not {describe(metrics)}"
            ) from None
        least = self._least()
        if epoch is not None:
            self._warn_of_epoch()
        self.last_epoch = (
            self.last_epoch + 1 if epoch is None else count(f"{type(self).__name__}.step(): epoch", epoch, 0)
        )
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, old, bound in zip(self.groups, self.values(), least, strict=True):
                new = max(old * self.factor, bound)
                if old - new > self.eps:
                    write(group, self.key, new)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self.values()

    def _least(self) -> list[float]:
        """η_min for each group, also those added since."""
        if len(self.min_lrs) != len(self.groups):
            if self.default_min_lr is None:
                raise self._groups_added(len(self.min_lrs))
            self.min_lrs = [self.default_min_lr] * len(self.groups)
        return self.min_lrs

    @property
    def in_cooldown(self) -> bool:
        """Whether steps are not counted just now."""
        return self.cooldown_counter > 0

    def _is_better(self, metric: float) -> bool:
        sign = 1.0 if self.mode == "min" else -1.0
        if self.threshold_mode == "rel":
            bound = self.best * (1.0 - sign * self.threshold)
        else:
            bound = self.best - sign * self.threshold
        return metric < bound if self.mode == "min" else metric > bound

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule."""
        loaded = self._to_load(state_dict)
        loaded["mode_worse"] = math.inf if loaded["mode"] == "min" else -math.inf
        self.__dict__.update(loaded)
