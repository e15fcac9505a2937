"""OneCycleLR: one rise to a high value and one long fall to almost none, over the whole training.

    η(t) = a + (b - a) (1 - cos(π s)) / 2        or a + (b - a) s, for anneal_strategy="linear"

from a = max_lr / div_factor up to b = max_lr in the first part of the time, and from there down to
max_lr / div_factor / final_div_factor; s goes from 0 to 1 in each part.  The momentum goes the other way.

Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2017,
https://arxiv.org/abs/1708.07120.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ..optimizer import Optimizer
from ..options import count, flag, not_negative, one_of, positive, share
from .checks import per_group
from .keys import write
from .momentum import begin, momentum_key, momentums
from .scheduler import LRScheduler


class OneCycleLR(LRScheduler):
    """One cycle over the whole training, a step after each batch; the equations are at the top of this file.

    Args:
        optimizer: the optimizer whose groups are changed.
        max_lr: the highest value; or a list, one for each group.
        total_steps: how many steps there will be; or, instead,
        epochs, steps_per_epoch: two numbers whose product that is.
        pct_start: the part of the time in which the value rises.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: move `momentum`, or the first of `betas`, against the learning rate; for other
            hyper-parameters than that, pass False.
        base_momentum: the least momentum; or a list.
        max_momentum: the highest; or a list.
        div_factor: how many times less than the highest the first value is.
        final_div_factor: how many times less than the first the last value is.
        three_phase: fall as long as it has risen to the first value, and only then to the last.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.  `step()` raises
            ValueError when all steps have been made.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], momentum=0.9)
    >>> scheduler = ag.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=5, pct_start=0.4)
    >>> for _ in range(5):
    ...     print(f"{scheduler.get_last_lr()[0]:.2f} ({optimizer.param_groups[0]['momentum']:.3f})", end="  ")
    ...     optimizer.step()
    ...     scheduler.step()
    0.04 (0.950)  1.00 (0.850)  0.75 (0.875)  0.25 (0.925)  0.00 (0.950)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self._attach(optimizer, key)
        groups = len(self.groups)
        self.total_steps = self._total(total_steps, epochs, steps_per_epoch)
        pct_start = share(self._name("pct_start"), pct_start)
        self._schedule_phases = _phases(self.total_steps, pct_start, flag(self._name("three_phase"), three_phase))
        self._anneal_func_type = one_of("cos", "linear")(self._name("anneal_strategy"), anneal_strategy)
        highest = per_group(self._name("max_lr"), max_lr, groups, not_negative)
        div_factor = positive(self._name("div_factor"), div_factor)
        final = positive(self._name("final_div_factor"), final_div_factor)
        self.cycle_momentum = flag(self._name("cycle_momentum"), cycle_momentum)
        if self.cycle_momentum:
            self.use_beta1 = momentum_key(type(self).__name__, optimizer, key) == "betas[0]"
            high = momentums(self._name("max_momentum"), max_momentum, groups)
            low = momentums(self._name("base_momentum"), base_momentum, groups)
        if count(self._name("last_epoch"), last_epoch, -1) == -1:
            for group, value in zip(self.groups, highest, strict=True):
                group[f"initial_{key}"] = value / div_factor
                group[f"max_{key}"] = value
                group[f"min_{key}"] = value / div_factor / final
            if self.cycle_momentum:
                begin(self.groups, self._momentum_key, high, low)
        else:
            bounds = ["max_momentum", "base_momentum"] if self.cycle_momentum else []
            self._require([f"max_{key}", f"min_{key}", *bounds])
        super().__init__(optimizer, last_epoch, key=key)

    def _total(self, total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
        if total_steps is not None:
            return count(self._name("total_steps"), total_steps, 1)
        if epochs is None or steps_per_epoch is None:
            raise ValueError(self._name("pass total_steps, or both epochs and steps_per_epoch"))
        return count(self._name("epochs"), epochs, 1) * count(self._name("steps_per_epoch"), steps_per_epoch, 1)

    @property
    def _momentum_key(self) -> str:
        return "betas[0]" if self.use_beta1 else "momentum"

    def get_lr(self) -> list[float]:
        """η(t) for each group."""
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"{type(self).__name__}.step(): all {self.total_steps} steps of the cycle have been made; give "
                "total_steps as many as there are batches in the whole training"
            )
        phase, part = self._phase()
        start, end = (phase[name].removesuffix("lr") + self.key for name in ("start_lr", "end_lr"))
        return [self._between(group[start], group[end], part) for group in self.groups]

    def _phase(self) -> tuple[Mapping[str, Any], float]:
        """The phase at this time, and the part of it that is over."""
        begun = 0.0
        for phase in self._schedule_phases:
            ended = phase["end_step"]
            if self.last_epoch <= ended or phase is self._schedule_phases[-1]:
                break
            begun = ended
        return phase, (self.last_epoch - begun) / (ended - begun) if ended > begun else 1.0

    def _between(self, start: float, end: float, part: float) -> float:
        if self._anneal_func_type == "linear":
            return (end - start) * part + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)

    def _write(self, values: Sequence[float]) -> None:
        super()._write(values)
        if self.cycle_momentum:
            phase, part = self._phase()
            start, end = phase["start_momentum"], phase["end_momentum"]
            for group in self.groups:
                write(group, self._momentum_key, self._between(group[start], group[end], part))


def _phases(total_steps: int, pct_start: float, three_phase: bool) -> list[Mapping[str, Any]]:
    """When each part ends, and between which values of the group it moves."""

    def phase(end: float, lr: tuple[str, str], momentum: tuple[str, str]) -> Mapping[str, Any]:
        return {
            "end_step": end,
            "start_lr": lr[0], "end_lr": lr[1],
            "start_momentum": momentum[0], "end_momentum": momentum[1],
        }  # fmt: skip

    top = pct_start * total_steps - 1
    rise = phase(top, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))
    if three_phase:
        phases = [
            rise,
            phase(2 * pct_start * total_steps - 2, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum")),
            phase(total_steps - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
        ]
    else:
        phases = [rise, phase(total_steps - 1, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]
    return phases
