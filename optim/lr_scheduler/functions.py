"""Functions that users give to schedules, and what of them can be saved: the attributes of callable objects.

A function or a lambda is code, which a state dict does not hold: whoever resumes gives it again.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from autograd_lite.errors import describe

from ..optimizer import Optimizer
from ..options import finite
from .checks import per_group
from .scheduler import LRScheduler

Function = Callable[[int], float]


def function(name: str, value: Any) -> Any:
    """Something that can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, not {describe(value)}")
    return value


def saved(value: Any) -> dict[str, Any] | None:
    """What a state dict keeps of a function."""
    attributes = None if isinstance(value, types.FunctionType) else getattr(value, "__dict__", None)
    return None if attributes is None else copy.deepcopy(attributes)


def restore(value: Any, attributes: Mapping[str, Any] | None) -> None:
    """Give a callable object its attributes back."""
    if attributes is not None:
        value.__dict__.update(copy.deepcopy(attributes))


class FunctionLR(LRScheduler):
    """The base of those schedules that a function of the time gives, or one for each group."""

    lr_lambdas: list[Function]
    _not_saved: ClassVar[frozenset[str]] = LRScheduler._not_saved | {"lr_lambdas"}
    _per_group: ClassVar[frozenset[str]] = LRScheduler._per_group | {"lr_lambdas"}

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Function | list[Function] | tuple[Function, ...],
        last_epoch: int = -1,
        *,
        key: str = "lr",
    ) -> None:
        self._attach(optimizer, key)
        self.lr_lambdas = per_group(self._name("lr_lambda"), lr_lambda, len(self.groups), function)
        super().__init__(optimizer, last_epoch, key=key)

    def factors(self) -> list[float]:
        """What the functions give now, for each group."""
        if len(self.lr_lambdas) != len(self.groups):
            raise self._groups_added(len(self.lr_lambdas))
        t = self.last_epoch
        return [finite(self._name(f"what lr_lambda[{i}] gives at {t}"), f(t)) for i, f in enumerate(self.lr_lambdas)]

    def state_dict(self) -> dict[str, Any]:
        """As of any schedule, but for the functions: of a callable object its attributes, of a function nothing."""
        return {**super().state_dict(), "lr_lambdas": [saved(f) for f in self.lr_lambdas]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule; the functions are those given when this one was made."""
        loaded = self._to_load(state_dict)
        attributes: Sequence[Any] = loaded.pop("lr_lambdas")
        self.__dict__.update(loaded)
        for f, values in zip(self.lr_lambdas, attributes, strict=True):
            restore(f, values)
