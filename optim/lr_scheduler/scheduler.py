"""LRScheduler: what all schedules share, so that one of them is its equation and little else.

    class SquareRoot(LRScheduler):            # the hyper-parameter falls as 1 / √(t + 1)
        def get_lr(self):
            return [base / math.sqrt(self.last_epoch + 1) for base in self.base_lrs]

    scheduler = SquareRoot(optimizer)
    for epoch in range(100):
        train(...)                            # calls optimizer.step()
        scheduler.step()

There are two ways to write a schedule.  A *closed form* computes the value out of the initial one (`base_lrs`) and
of the time (`last_epoch`), as above.  A *recursion* computes it out of the present one (`values()`): several of
those on one optimizer multiply, each doing its part.
"""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from autograd_lite.errors import describe

from ..optimizer import Optimizer
from ..options import count, finite
from .keys import groups_with, read_all, write
from .taken import check_taken, refuse_whole

NOT_HERE = frozenset({"_get_lr_called_within_step", "_is_initial", "verbose"})
"""What PyTorch's state dicts have, and what means nothing between steps."""


class LRScheduler:
    """The base of all schedules: moves one hyper-parameter, in every group, at each `step()`.

    Making a schedule sets the hyper-parameter to its first value.  The value from before is kept in the group, as
    "initial_lr" (or "initial_weight_decay", ...), and shared by all schedules of that hyper-parameter.

    Args:
        optimizer: the optimizer whose groups are changed.
        last_epoch: the time to go on from, for a schedule made around groups that a former one has left; -1 begins.
        key: the hyper-parameter: "lr", any other option that is a number ("weight_decay"), one number of an
            option that has several ("betas[0]"), or an attribute of an object held in the group
            ("regularization[0].strength"); groups where that option is empty are left alone.

    Attributes:
        last_epoch: the time t: 0 at first, one more after each step.
        base_lrs: the initial value in each group.
        groups: the groups that have the hyper-parameter.

    Raises:
        TypeError: not an optimizer, or the hyper-parameter is not a number, or a whole one (Muon's ns_steps).
        ValueError: the groups have no such hyper-parameter; the first value is out of its range; or `last_epoch` is
            given, and the initial value is not there.

    >>> import autograd_lite as ag
    >>> from autograd_lite.optim.lr_scheduler import LRScheduler
    >>> class Halves(LRScheduler):
    ...     def get_lr(self):
    ...         return [base / 2**self.last_epoch for base in self.base_lrs]
    >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
    >>> optimizer = ag.optim.SGD([w], lr=0.5, weight_decay=0.125)
    >>> schedules = [Halves(optimizer), Halves(optimizer, key="weight_decay")]
    >>> optimizer.step()
    >>> for schedule in schedules:
    ...     schedule.step()
    >>> optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["weight_decay"]
    (0.25, 0.0625)
    """

    optimizer: Optimizer
    key: str
    base_lrs: list[float]
    last_epoch: int

    _not_saved: ClassVar[frozenset[str]] = frozenset({"optimizer"})
    """The attributes that are not in the state dict."""
    _per_group: ClassVar[frozenset[str]] = frozenset({"base_lrs", "_last_lr"})
    """The attributes that are lists with a value for each group."""

    _is_initial: bool = False
    """Whether the step under way is the one that makes the first value."""
    _step_count: int = 0
    _last_lr: list[float]

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1, *, key: str = "lr") -> None:
        self._attach(optimizer, key)
        last_epoch = count(self._name("last_epoch"), last_epoch, -1)
        self._require([f"initial_{key}"] if last_epoch >= 0 else [])
        fresh = [group for group in self.groups if f"initial_{key}" not in group]
        for group, value in zip(self.groups, self.values(), strict=True):
            group.setdefault(f"initial_{key}", value)
        self.base_lrs = [group[f"initial_{key}"] for group in self.groups]
        self.last_epoch = last_epoch
        try:
            self._initial_step()
        except BaseException:
            for group in fresh:
                del group[f"initial_{key}"]
            raise

    def _attach(self, optimizer: Optimizer, key: str) -> None:
        """Take the optimizer, if it is one with such a hyper-parameter."""
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{self._name('optimizer')} must be an Optimizer of autograd_lite, not {describe(optimizer)}"
            )
        try:
            read_all(optimizer.param_groups, key)
            refuse_whole(optimizer, key)
        except (TypeError, ValueError) as error:
            raise type(error)(self._name(str(error))) from None
        self.optimizer, self.key = optimizer, key

    def _name(self, argument: str) -> str:
        """What messages call an argument."""
        return f"{type(self).__name__}: {argument}"

    def _require(self, names: Iterable[str]) -> None:
        """Raise if a group lacks what a schedule goes on from."""
        for index, group in groups_with(self.optimizer.param_groups, self.key):
            for name in names:
                if name not in group:
                    raise ValueError(
                        f"{self._name('last_epoch')} is given, but param_groups[{index}] has no {name!r} to go on "
                        "from; load the optimizer's state dict first, or leave last_epoch out"
                    )

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The groups of the optimizer that have the hyper-parameter: all, for an option such as the learning rate."""
        groups = self.optimizer.param_groups
        return groups if self.key.isidentifier() else [group for _, group in groups_with(groups, self.key)]

    # -- what a schedule says

    def get_lr(self) -> Sequence[float]:
        """The value in each group at time `last_epoch`; changes nothing.  (For the last one set: `get_last_lr`.)"""
        raise NotImplementedError(f"{type(self).__name__} defines no get_lr")

    def _get_closed_form_lr(self) -> Sequence[float]:
        """The same out of the initial values, for `step(epoch)`; a recursion that has one overrides this."""
        return self.get_lr()

    def values(self) -> list[float]:
        """The value in each group now."""
        groups, key = self.optimizer.param_groups, self.key
        # the usual case apart, since schedules may be stepped after each batch, and that in microseconds
        if key.isidentifier() and all(type(group.get(key)) is float for group in groups):
            return [group[key] for group in groups]
        return read_all(groups, key)

    def initial_values(self) -> list[float]:
        """The initial value in each group; raises if groups have been added since."""
        if len(self.base_lrs) != len(self.groups):
            raise self._groups_added(len(self.base_lrs))
        return self.base_lrs

    def _groups_added(self, known: int) -> ValueError:
        return ValueError(
            f"{type(self).__name__} was made for {known} groups, but now {len(self.groups)} have {self.key!r}; make a "
            "new schedule after add_param_group()"
        )

    # -- stepping

    def step(self, epoch: int | None = None) -> None:
        """Set the next value; call it after `optimizer.step()`.

        Args:
            epoch: jump to this time instead of the next, by the closed form where there is one (PyTorch
                discourages it, and so do we).

        Raises:
            ValueError, TypeError: the schedule has ended, or gives what is not a finite number; nothing has been
                changed then.
        """
        if self._step_count == 1 and not self.optimizer._stepped:
            warnings.warn(
                f"{type(self).__name__}.step() was called before optimizer.step(), which skips the first value of the "
                "schedule; call optimizer.step() first",
                UserWarning,
                stacklevel=2,
            )
        if epoch is not None:
            self._warn_of_epoch()
        self._update_lr(epoch)
        self._step_count += 1

    def _warn_of_epoch(self) -> None:
        warnings.warn(
            f"{type(self).__name__}.step(epoch) jumps, and does not compose with other schedules; call step() without "
            "it",
            UserWarning,
            stacklevel=3,
        )

    def _update_lr(self, epoch: int | None = None) -> None:
        """Go to the next time, or to `epoch`, and set the values there."""
        before = self.last_epoch
        self.last_epoch = before + 1 if epoch is None else count(f"{type(self).__name__}.step(): epoch", epoch, 0)
        try:
            self._write(self._checked(self.get_lr() if epoch is None else self._get_closed_form_lr()))
        except BaseException:
            self.last_epoch = before
            raise

    def _checked(self, values: Sequence[float]) -> list[float]:
        """The values as plain Python numbers, one for each group; the first must be what the optimizer takes."""
        groups = self.groups
        if len(values) != len(groups):
            raise self._groups_added(len(values))
        checked = [
            value
            if type(value) is float and math.isfinite(value)
            else finite(self._name(f"{self.key} for group {i}"), value)
            for i, value in enumerate(values)
        ]
        # later values may be out of range until the next of several schedules has done its part
        for group, value in zip(groups, checked, strict=True) if self._is_initial else ():
            check_taken(self.optimizer, group, self.key, value, type(self).__name__)
        return checked

    def _write(self, values: Sequence[float]) -> None:
        groups, key = self.groups, self.key
        if key.isidentifier():
            for group, value in zip(groups, values, strict=True):
                group[key] = value
        else:
            before = self.values()
            try:
                for group, value in zip(groups, values, strict=True):
                    write(group, key, value)
            except BaseException:  # an object in a group may check its numbers itself, as regularizers do
                for group, value in zip(groups, before, strict=True):
                    write(group, key, value)
                raise
        self._last_lr = list(values)

    def _initial_step(self) -> None:
        """Begin: set the first value."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            del self._is_initial

    def _restart(self) -> None:
        """Begin again, when the turn comes to this one of several."""
        self._update_lr(0)

    def _parts(self) -> list[LRScheduler]:
        """The schedules that this one is made of: itself, unless it combines others."""
        return [self]

    def get_last_lr(self) -> list[float]:
        """The value in each group that the last step has set."""
        return list(self._last_lr)

    # -- state

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on later: plain numbers, strings, lists and dicts, in PyTorch's layout.

        The optimizer is not in it: save its state dict too.
        """
        return {name: copy.deepcopy(value) for name, value in self.__dict__.items() if name not in self._not_saved}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, here or in PyTorch.

        The values in the groups come with the optimizer's state dict: make optimizer and schedule, then load both.

        Raises:
            TypeError, ValueError: it does not fit; nothing has been changed then.
        """
        self.__dict__.update(self._to_load(state_dict))

    def _to_load(self, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes in a state dict, if it is of such a schedule."""
        what = f"{type(self).__name__}.load_state_dict()"
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{what} needs a dict as state_dict() gives, not {describe(state_dict)}")
        own = self.state_dict()
        loaded = {name: value for name, value in state_dict.items() if name not in NOT_HERE}
        if "key" in own:
            loaded.setdefault("key", "lr")  # as in PyTorch, whose dicts do not say
        missing, strange = sorted(own.keys() - loaded.keys()), sorted(loaded.keys() - own.keys())
        if missing or strange:
            raise ValueError(
                f"{what}: the dict lacks {missing} and has unexpected {strange}; is it of another schedule?"
            )
        if loaded.get("key") != own.get("key"):
            raise ValueError(f"{what}: it is of key={loaded['key']!r}, but this schedule moves {self.key!r}")
        for name, value in own.items():
            found = loaded[name]
            if isinstance(value, (int, float)) and not isinstance(found, (int, float)):
                raise TypeError(f"{what}: {name}={found!r} is not a number")
            if isinstance(value, (list, dict)) and not isinstance(found, type(value)):
                raise TypeError(f"{what}: {name}={found!r} is not a {type(value).__name__}")
            if name in self._per_group and len(found) != len(value):
                raise ValueError(
                    f"{what}: {name} has {len(found)} values, but there are {len(value)} here; was it saved with other "
                    "groups?"
                )
        return copy.deepcopy(loaded)

    def __repr__(self) -> str:
        shown = {name: value for name, value in self.state_dict().items() if not name.startswith("_")}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"
