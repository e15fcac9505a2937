"""What schedules made of schedules share: the check of their parts, and one state dict for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from autograd_lite.errors import describe

from ..optimizer import Optimizer
from .keys import write
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler


class Combined(LRScheduler):
    """The base of `SequentialLR` and `ChainedScheduler`."""

    _schedulers: list[LRScheduler]
    _not_saved: ClassVar[frozenset[str]] = LRScheduler._not_saved | {"_schedulers", "key"}

    def _take(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> None:
        """Keep the parts, if they go together."""
        if isinstance(schedulers, LRScheduler) or not isinstance(schedulers, Sequence):
            raise TypeError(f"{self._name('schedulers')} must be a list of schedules, not {describe(schedulers)}")
        if not schedulers:
            raise ValueError(f"{self._name('schedulers')} is empty; pass at least one schedule")
        for i, scheduler in enumerate(schedulers):
            name = self._name(f"schedulers[{i}]")
            if not isinstance(scheduler, LRScheduler):
                raise TypeError(f"{name} must be a schedule, not {describe(scheduler)}")
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(f"{name} is a ReduceLROnPlateau, whose step() needs a metric; step it on its own")
            if scheduler.optimizer is not (optimizer or schedulers[0].optimizer):
                raise ValueError(f"{name} is of another optimizer; make all schedules with the same one")
        parts = [part for scheduler in schedulers for part in scheduler._parts()]
        if len(set(map(id, parts))) < len(parts):
            raise ValueError(f"{self._name('schedulers')} has a schedule twice; make one for each place")
        self._schedulers = list(schedulers)
        self.optimizer = schedulers[0].optimizer

    def _parts(self) -> list[LRScheduler]:
        return [part for scheduler in self._schedulers for part in scheduler._parts()]

    @contextmanager
    def _together(self) -> Iterator[None]:
        """If one of the schedules raises, put all of them back, and what they have set."""
        parts, schedules = self._parts(), [*self._tree()]
        groups = [(group, dict(group)) for group in self.optimizer.param_groups]
        values = [(part, part.values()) for part in parts]
        attributes = [(schedule, dict(schedule.__dict__)) for schedule in schedules]
        try:
            yield
        except BaseException:
            for group, options in groups:
                group.update(options)
            for part, before in values:  # those inside objects, which the groups only hold
                for group, value in zip(part.groups, before, strict=True):
                    write(group, part.key, value)
            for schedule, kept in attributes:
                schedule.__dict__.update(kept)
            raise

    def _tree(self) -> Iterator[LRScheduler]:
        yield self
        for scheduler in self._schedulers:
            if isinstance(scheduler, Combined):
                yield from scheduler._tree()
            else:
                yield scheduler

    def _reset(self) -> None:
        """Give the groups their initial values back, for the parts to begin with."""
        for part in self._parts():
            part.initial_values()  # raises, before anything is changed, if groups have joined
        for part in self._parts():
            for group in part.groups:
                write(group, part.key, group[f"initial_{part.key}"])

    def get_lr(self) -> Sequence[float]:
        """The value in each group now; the parts compute theirs."""
        return self.values()

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self._schedulers))}])"

    def state_dict(self) -> dict[str, Any]:
        """As of any schedule, with the state dicts of the parts in it."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """As of any schedule."""
        self._load(self._to_load(state_dict))

    def _to_load(self, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        loaded = super()._to_load(state_dict)
        states = loaded["_schedulers"]
        if len(states) != len(self._schedulers):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict(): it is of {len(states)} schedules, not of "
                f"{len(self._schedulers)}"
            )
        for scheduler, state in zip(self._schedulers, states, strict=True):
            scheduler._to_load(state)
        return loaded

    def _load(self, loaded: dict[str, Any]) -> None:
        states = loaded.pop("_schedulers")
        self.__dict__.update(loaded)
        for scheduler, state in zip(self._schedulers, states, strict=True):
            scheduler.load_state_dict(state)
