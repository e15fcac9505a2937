"""Optimizer: what all optimizers share, so that one of them is its update equations and little else.

    optimizer = Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()
    optimizer.param_groups[0]["lr"] = 1e-4                # options may change between steps
    checkpoint = optimizer.state_dict()

To write another one, subclass `Optimizer`: name the options with a check for each (`_checks`), the state
it keeps per number (`_state_names`), and how a block of numbers is updated (`_update`); see `sgd.py`.  If it
keeps numbers for a whole parameter, name them too (`_first_numbers`, `_next_numbers`: `nadam.py`); if it needs
parameters in their shape, say so (`_whole_tensors`: `muon.py`, and with state of other shapes `adafactor.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, ClassVar, TypeVar, overload

import numpy as np

from autograd_lite.mode import enable_grad

from .acting import Regularized, settle
from .arguments import check_arguments
from .constraint import Constraint
from .declaration import COMMON
from .flat import Flat, Run
from .groups import Group, Params, as_groups, check_fits, check_once, fill
from .hooks import with_hooks
from .parts import PARTS, apart
from .places import Present
from .regularizer import Regularizer
from .saving import Saving

T = TypeVar("T")


class Optimizer(Saving):
    """The base of all optimizers.

    Args:
        params: the Tensors to train, leaves of the graph: an iterable of them, of (name, Tensor) pairs, or of
            dicts, one per group, with "params" and options of its own.  Those that require no gradient are left
            alone, until they do.
        defaults: the options of groups that do not say otherwise.
        regularization: what pulls at the parameters beside the loss: one of `optim.regularization`, or a list.
        constraints: what the parameters are kept in: one of `optim.constraints`, or a list.

    Their values move into buffers of the optimizer's (see `flat`); they stay the Tensors they were, but what had
    been taken of their values before, views of `p.data` and detached Tensors, does not follow them any more: take
    these afterwards.

    Raises:
        TypeError: something that is not a Tensor, an option that is not a number, or an unknown argument.
        ValueError: no parameter, one twice, or one that is no leaf; an option of a group that is unknown, or one
            out of range.
    """

    _options_of: ClassVar[itemgetter[Any]]
    """Reads all options out of a group at once, to see whether one has changed."""

    _stepped: bool = False
    """Whether `step` has been called; schedules warn if it has not."""

    def __init__(
        self,
        params: Params,
        defaults: Mapping[str, Any],
        *,
        regularization: Regularizer | Sequence[Regularizer] = (),
        constraints: Constraint | Sequence[Constraint] = (),
        **unknown: Any,
    ) -> None:
        check_arguments(type(self), unknown)
        self.defaults = self._parsed({**defaults, "regularization": regularization, "constraints": constraints})
        self.param_groups = []
        self._groups = []
        self._add(as_groups(params))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._checks = {**cls._checks, **COMMON}
        cls._options_of = itemgetter(*cls._checks)
        if "step" in cls.__dict__:
            cls._takes_parts = cls.__dict__.get("_takes_parts", False)
            cls.step = with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    # -- training

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; with `set_to_none=False`, make those there are zero.

        A gradient that you still hold keeps its values.
        """
        for group in self._groups:
            for flat in group.flats:
                for place in flat.places:
                    node = place.param._node
                    if node is None:
                        continue
                    watch = node.watch
                    if set_to_none:
                        watch.grad = None
                    elif watch.grad is not None:
                        watch.grad = None
                        watch.receive(np.zeros(node.shape, node.dtype))

    @overload
    def step(self, closure: None = None) -> None: ...
    @overload
    def step(self, closure: Callable[[], T]) -> T: ...

    @with_hooks
    def step(self, closure: Callable[[], T] | None = None) -> T | None:
        """Update every parameter that has a gradient; those without are left alone, with their state.

        Args:
            closure: computes the loss and calls backward(), with recording on; what it gives is returned.

        Raises:
            ValueError, TypeError: an option, a parameter or a gradient is not what it should be, or a gradient
                has a NaN or an infinity in it; nothing has been changed then.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        plans = []  # everything is checked before anything is changed
        for group, options in self._ready():
            for flat in group.flats:
                whole = None if self._whole_tensors else flat.whole()
                present = None if whole is not None else flat.present()
                flat.check_finite(present)
                plans.append((flat, options, whole, present))
        for flat, options, whole, present in plans:
            flat.quietly(self._carry_out, flat, options, whole, present)
        self._stepped = True
        return loss

    def _carry_out(self, flat: Flat, o: Mapping[str, Any], whole: Run | None, present: list[Present] | None) -> None:
        """Update the parameters of one flat: all of them, as one run, or those present."""
        names = self._state_names(o)
        regularization, constraints = o["regularization"], o["constraints"]
        rule: Callable[..., None] = self._update
        if regularization:
            rule = Regularized(rule, regularization, self._step_size(o))
        if self._whole_tensors:
            flat.update_each(present or [], partial(self._state_shapes, o=o), rule, o)
        else:
            runs = [whole] if whole is not None else flat.runs(present or [])
            flat.announce(present)
            first = self._first_numbers(o)
            for run in runs:
                flat.update(run, names, rule, {**o, **(run.own or first)} if first else o)
            if first:
                flat.renew(present, partial(self._numbers_after, o, first))
        if names or self._counts_steps:
            flat.finish(present, self._counts_steps)
        if regularization or constraints:
            moved = flat.places if present is None else [place for place, _ in present]
            settle(moved, regularization, constraints, self._step_size(o))

    def _numbers_after(
        self, o: Mapping[str, Any], first: Mapping[str, float], step: int, own: Mapping[str, float]
    ) -> dict[str, float]:
        return self._next_numbers(step, {**o, **(own or first)})

    def _ready(self) -> list[tuple[Group, dict[str, Any]]]:
        """The groups with their options, all checked."""
        if len(self.param_groups) != len(self._groups):
            raise ValueError(
                f"param_groups has {len(self.param_groups)} groups, but the optimizer was given {len(self._groups)}; "
                "use add_param_group(), or make a new optimizer"
            )
        ready = []
        for index, group in enumerate(self._groups):
            options = self.param_groups[index]
            group.check_same(options["params"], index)
            try:
                values = self._options_of(options)
            except KeyError as missing:
                raise ValueError(f"param_groups[{index}] has lost its option {missing}; put it back") from None
            if values != group.seen:
                parsed = self._parsed(options)
                check_fits({**options, **parsed}, index)
                options.update(parsed)
                group.seen = self._options_of(options)
            ready.append((group, options))
        return ready

    # -- groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Train more parameters: {"params": [...]} and the options that differ from the optimizer's defaults.

        Raises as the constructor does; nothing has been changed then.
        """
        if not isinstance(param_group, Mapping):
            raise TypeError(f'param_group must be a dict with "params", not a {type(param_group).__name__}')
        self._add([dict(param_group)])

    def _add(self, groups: list[dict[str, Any]]) -> None:
        first = len(self.param_groups)
        filled = [fill(group, self.defaults, index) for index, group in enumerate(groups, first)]
        for group in filled:
            group.update(self._parsed(group))
        check_once([*self.param_groups, *filled])
        for index, group in enumerate(filled, first):
            check_fits(group, index)
            self._check_group(group, index)
        apart([*self.param_groups, *filled], PARTS)
        self._groups += [Group(group, index) for index, group in enumerate(filled, first)]
        self.param_groups += filled

    # -- as a Python object

    def __repr__(self) -> str:
        lines = []
        for index, (options, group) in enumerate(zip(self.param_groups, self._groups, strict=True)):
            name = f" {options['name']!r}" if "name" in options else ""
            size = sum(param.size for param in group.params)
            lines.append(f"  group {index}{name}: {len(group.params)} parameters, {size:,} numbers")
            lines.append("    " + ", ".join(f"{key}={options.get(key)!r}" for key in self._checks if key not in COMMON))
            lines += [f"    {key}: {', '.join(map(repr, options[key]))}" for key in COMMON if options.get(key)]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"
