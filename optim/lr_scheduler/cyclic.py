"""CyclicLR: up and down between two values, again and again.

    c = ⌊1 + t / (u + d)⌋                                          the cycle, from 1; u up, d down
    s = from 0 up to 1 in the first u steps of it, and down to 0 in the other d
    η(t) = base + (max - base) s f

f is 1 for mode="triangular", 2^(1-c) for "triangular2", γᵗ for "exp_range", or a function of c or of t.
The momentum goes the other way.

Smith, "Cyclical learning rates for training neural networks", WACV 2017, https://arxiv.org/abs/1506.01186.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from ..optimizer import Optimizer
from ..options import count, finite, flag, not_negative, one_of, positive
from .checks import per_group
from .functions import function, restore, saved
from .keys import write
from .momentum import begin, momentum_key, momentums
from .scheduler import LRScheduler


class CyclicLR(LRScheduler):
    """Up and down between two values, a step after each batch; the equations are at the top of this file.

    Args:
        optimizer: the optimizer whose groups are changed.
        base_lr: the least value, which is set first; or a list, one for each group.
        max_lr: the highest (for mode="triangular"); or a list.
        step_size_up: u, how many steps to rise.
        step_size_down: d, how many to fall; as many if not given.
        mode: "triangular", "triangular2" (half as high after each cycle) or "exp_range" (lower with each step).
        gamma: γ, for mode="exp_range".
        scale_fn: f, instead of a mode.
        scale_mode: what f is a function of: "cycle" (c) or "iterations" (t).
        cycle_momentum: move `momentum`, or the first of `betas`, against the learning rate; for other
            hyper-parameters than that, pass False.
        base_momentum: the least momentum; or a list.
        max_momentum: the highest, which is set first; or a list.
        last_epoch: the time to go on from; -1 begins.
        key: the hyper-parameter to move; see `LRScheduler`.

    Raises:
        TypeError, ValueError: an argument is not what it should be; the message names it.

    >>> import autograd_lite as ag
    >>> optimizer = ag.optim.SGD([ag.Tensor([1.0], requires_grad=True)], momentum=0.9)
    >>> scheduler = ag.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.0, max_lr=1.0, step_size_up=2)
    >>> for _ in range(6):
    ...     print(scheduler.get_last_lr(), end=" ")
    ...     optimizer.step()
    ...     scheduler.step()
    [0.0] [0.5] [1.0] [0.5] [0.0] [0.5]
    """

    _not_saved: ClassVar[frozenset[str]] = LRScheduler._not_saved | {"_scale_fn_custom"}
    _per_group: ClassVar[frozenset[str]] = LRScheduler._per_group | {"max_lrs", "base_momentums", "max_momentums"}

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: float = 2000,
        step_size_down: float | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self._attach(optimizer, key)
        groups = len(self.groups)
        lowest = per_group(self._name("base_lr"), base_lr, groups, finite)
        self.max_lrs = per_group(self._name("max_lr"), max_lr, groups, finite)
        up = positive(self._name("step_size_up"), step_size_up)
        down = step_size_down if step_size_down is not None else up
        self.total_size = up + positive(self._name("step_size_down"), down)
        self.step_ratio = up / self.total_size
        self.gamma = not_negative(self._name("gamma"), gamma)
        self._scale_fn_custom = None if scale_fn is None else function(self._name("scale_fn"), scale_fn)
        if scale_fn is None:
            self.mode = one_of("triangular", "triangular2", "exp_range")(self._name("mode"), mode)
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        else:
            self.mode = str(mode)
            self.scale_mode = one_of("cycle", "iterations")(self._name("scale_mode"), scale_mode)
            self.scale_fn(1)  # should it fail, then before anything is changed
        self.cycle_momentum = flag(self._name("cycle_momentum"), cycle_momentum)
        if self.cycle_momentum:
            self.use_beta1 = momentum_key(type(self).__name__, optimizer, key) == "betas[0]"
            self.base_momentums = momentums(self._name("base_momentum"), base_momentum, groups)
            self.max_momentums = momentums(self._name("max_momentum"), max_momentum, groups)
        if count(self._name("last_epoch"), last_epoch, -1) == -1:
            for group, value in zip(self.groups, lowest, strict=True):
                write(group, key, value)
            if self.cycle_momentum:
                begin(self.groups, self._momentum_key, self.max_momentums, self.base_momentums)
        super().__init__(optimizer, last_epoch, key=key)
        self.base_lrs = lowest

    @property
    def _momentum_key(self) -> str:
        return "betas[0]" if self.use_beta1 else "momentum"

    def get_lr(self) -> list[float]:
        """η(t) for each group."""
        height, scale = self._height()
        return [
            base + (top - base) * height * scale
            for base, top in zip(self.initial_values(), self.max_lrs, strict=True)
        ]  # fmt: skip

    def _height(self) -> tuple[float, float]:
        """s and f at this time."""
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        past = 1.0 + self.last_epoch / self.total_size - cycle
        height = past / self.step_ratio if past <= self.step_ratio else (past - 1) / (self.step_ratio - 1)
        return height, self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)

    def scale_fn(self, x: float) -> float:
        """f, at a cycle or a time."""
        if self._scale_fn_custom is not None:
            return finite(self._name("what scale_fn gives"), self._scale_fn_custom(x))
        if self.mode == "triangular2":
            return float(1 / 2.0 ** (x - 1))
        return float(self.gamma**x) if self.mode == "exp_range" else 1.0

    def _write(self, values: Sequence[float]) -> None:
        if not self.cycle_momentum:
            return super()._write(values)
        height, scale = self._height()
        super()._write(values)
        for group, high, low in zip(
            self.groups, self.max_momentums, self.base_momentums, strict=True
        ):  # fmt: skip
            write(group, self._momentum_key, high - (high - low) * height * scale)
        return None

    def state_dict(self) -> dict[str, Any]:
        """As of any schedule, but for `scale_fn`: of a callable object its attributes, of a function nothing."""
        return {**super().state_dict(), "_scale_fn_custom": saved(self._scale_fn_custom)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule; `scale_fn` is the one given when this one was made."""
        loaded = self._to_load(state_dict)
        attributes = loaded.pop("_scale_fn_custom")
        self.__dict__.update(loaded)
        restore(self._scale_fn_custom, attributes)
