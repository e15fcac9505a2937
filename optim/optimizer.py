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
from typing import Any, ClassVar, TypedDict, TypeVar, overload

import numpy as np

from autograd_lite.mode import enable_grad
from autograd_lite.tensor import Tensor

from .acting import Regularized, settle
from .arguments import check_arguments
from .checkpoint import read_state, to_load
from .constraint import Constraint
from .flat import Flat, Run
from .groups import Group, Params, as_groups, check_fits, check_once, fill
from .hooks import Hookable, with_hooks
from .options import Check
from .parts import PARTS, apart, parts
from .places import Array, Present
from .regularizer import Regularizer

T = TypeVar("T")

COMMON: dict[str, Check] = {
    "regularization": lambda name, value: parts(name, value, Regularizer, "ProximalL1(1e-3)"),
    "constraints": lambda name, value: parts(name, value, Constraint, "NonNegative()"),
}
"""The options that every optimizer has, whatever its update."""


class Common(TypedDict, total=False):
    """The same, as the keyword arguments that a constructor passes on to `Optimizer`."""

    regularization: Regularizer | Sequence[Regularizer]
    constraints: Constraint | Sequence[Constraint]


class Optimizer(Hookable):
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

    _checks: ClassVar[dict[str, Check]]
    """The options, and what each of them may be."""
    _counts_steps: ClassVar[bool] = True
    """Whether the update reads the number of the step, beyond whether it is the first."""
    _whole_tensors: ClassVar[bool] = False
    """Whether `_update` gets one parameter at a time, whole and in its shape, instead of blocks of many."""
    _earliest_state: ClassVar[int] = 1
    """The step from which on PyTorch keeps state: 1, or 0 if it makes some in the constructor."""

    _takes_parts: ClassVar[bool] = True
    """Whether regularization and constraints act; a class with a `step` of its own must say so if they do."""

    _options_of: ClassVar[itemgetter[Any]]
    """Reads all options out of a group at once, to see whether one has changed."""

    _stepped: bool = False
    """Whether `step` has been called; schedules warn if it has not."""

    param_groups: list[dict[str, Any]]
    defaults: dict[str, Any]

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
        self._groups: list[Group] = []
        self._add(as_groups(params))

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._checks = {**cls._checks, **COMMON}
        cls._options_of = itemgetter(*cls._checks)
        if "step" in cls.__dict__:
            cls._takes_parts = cls.__dict__.get("_takes_parts", False)
            cls.step = with_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    # -- what a subclass says

    def _check_together(self, o: Mapping[str, Any]) -> None:
        """Raise if options that are right each do not go together."""

    def _check_group(self, group: Mapping[str, Any], index: int) -> None:
        """Raise if the parameters of this group, the `index`-th, are not what this optimizer can train."""

    def _state_names(self, o: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the arrays kept from step to step, in the order in which `_update` gets them."""
        return ()

    def _state_shapes(self, shape: tuple[int, ...], o: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """The same with their shapes, for a parameter of this shape; others than that only with `_whole_tensors`."""
        return dict.fromkeys(self._state_names(o), shape)

    def _first_numbers(self, o: Mapping[str, Any]) -> dict[str, float]:
        """Numbers kept for each parameter beside its arrays, as they are before the first step."""
        return {}

    def _next_numbers(self, step: int, o: Mapping[str, Any]) -> dict[str, float]:
        """What they are after the `step`-th; `o` has the options, and what they were before it."""
        return {}

    def _update(
        self, p: Array, g: Array, state: Sequence[Array], scratch: Sequence[Array], step: int, o: Mapping[str, Any]
    ) -> None:
        """Update a block of parameters.

        All arrays have one axis, one length and one dtype.  `p` and `state` (zeros at first) are changed in
        place; `g`, the gradient, is only read; `scratch` holds two arrays to work in.  `step` is 1 at the
        first step (and not exact after it, unless `_counts_steps`), `o` the options as plain Python values,
        and with them the numbers that are kept, as they were before this step.

        With `_whole_tensors`, `p`, `g` and `state` are one parameter and what is kept for it, each in its shape.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no _update")

    def _step_size(self, o: Mapping[str, Any]) -> float:
        """How far a steady gradient of 1 moves a parameter in a step: what proximal regularizers go by."""
        return float(o["lr"])

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

    def _parsed(self, options: Mapping[str, Any]) -> dict[str, Any]:
        parsed = {name: check(f"{type(self).__name__}: {name}", options[name]) for name, check in self._checks.items()}
        self._check_together(parsed)
        for name in PARTS:
            if parsed[name] and not self._takes_parts:
                raise ValueError(
                    f"{type(self).__name__}: {name}={list(parsed[name])}: its step() has no place where they "
                    "could act; add a penalty to the loss that the closure computes, loss + L2(1e-3)(params), and put "
                    "constraints to `AugmentedLagrangian`"
                )
        return parsed

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

    # -- state

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """The state of each parameter that has been updated: {p: {"step": 3, "exp_avg": array, ...}}.

        The arrays are views, which follow further steps and which may be written to; the dicts are made anew
        at each call.
        """
        found = {}
        for options, group in zip(self.param_groups, self._groups, strict=True):
            names = () if self._whole_tensors else self._state_names(options)
            for i, param in enumerate(group.params):
                entry = group.state_of(i, names, self._counts_steps)
                if entry:
                    found[param] = entry
        return found

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on later, in PyTorch's layout; the arrays are copies.

        {"state": {i: {"step": ..., "exp_avg": ndarray, ...}}, "param_groups": [{"lr": ..., "params": [i, ...]}]}
        with the parameters numbered through all groups.

        >>> import autograd_lite as ag
        >>> w = ag.Tensor([3.0, -1.0], requires_grad=True)
        >>> optimizer = ag.optim.SGD([w], lr=0.1, momentum=0.9)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> optimizer.state_dict()["state"]
        {0: {'momentum_buffer': array([ 6., -2.], dtype=float32)}}

        Regularizers and constraints are saved as their numbers, in dicts.
        """
        if self._hooks is None:
            return self._packed()
        for hook in [*self._hooks.before_saving.values()]:
            hook(self)
        packed = self._packed()
        for hook in [*self._hooks.after_saving.values()]:
            given = hook(self, packed)
            packed = packed if given is None else given
        return packed

    def _packed(self) -> dict[str, Any]:
        numbers = {id(param): n for n, param in enumerate(p for group in self._groups for p in group.params)}
        groups = [
            {
                **options,
                **{name: [part.numbers() for part in options[name]] for name in PARTS},
                "params": [numbers[id(param)] for param in group.params],
            }
            for options, group in zip(self.param_groups, self._groups, strict=True)
        ]
        state = {
            numbers[id(param)]: {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in entry.items()}
            for param, entry in self.state.items()
        }
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, here or in PyTorch; the parameters themselves are not in it.

        Args:
            state_dict: with as many groups, of as many parameters each, as this optimizer has.

        Raises:
            TypeError, ValueError: it does not fit; nothing has been changed then.
        """
        if self._hooks is None:
            return self._load(state_dict)
        for hook in [*self._hooks.before_loading.values()]:
            given = hook(self, state_dict)
            state_dict = state_dict if given is None else given
        self._load(state_dict)
        for hook in [*self._hooks.after_loading.values()]:
            hook(self)
        return None

    def _load(self, state_dict: Mapping[str, Any]) -> None:
        loaded = to_load(state_dict, self.param_groups, self.defaults)
        parsed = [{**group, **self._parsed(group)} for group in loaded.groups]
        layouts = [partial(self._layout, o=group) for group in parsed]
        params = [group.params for group in self._groups]
        states = read_state(loaded, params, layouts, self._counts_steps, self._earliest_state)
        for options, new, group, entries in zip(self.param_groups, parsed, self._groups, states, strict=True):
            options.update(new)
            group.load(entries, () if self._whole_tensors else self._state_names(new))
        for part, name, number in loaded.numbers_of_parts:
            setattr(part, name, number)

    def _layout(self, shape: tuple[int, ...], o: Mapping[str, Any]) -> dict[str, tuple[int, ...] | None]:
        return {**self._state_shapes(shape, o), **dict.fromkeys(self._first_numbers(o))}

    # -- as a Python object

    def __getstate__(self) -> dict[str, Any]:
        """For copy and pickle: the buffers are left out, and made anew around the copied parameters."""
        saved = self.__dict__.copy()
        saved.pop("_hooks", None)  # functions of the user's, which may not be pickled; PyTorch drops them too
        saved["_groups"] = self._packed()["state"]
        return saved

    def __setstate__(self, saved: dict[str, Any]) -> None:
        state = saved.pop("_groups")
        self.__dict__.update(saved)
        self._groups = [Group(group, index) for index, group in enumerate(self.param_groups)]
        self._load({**self._packed(), "state": state})

    def __repr__(self) -> str:
        lines = []
        for index, (options, group) in enumerate(zip(self.param_groups, self._groups, strict=True)):
            name = f" {options['name']!r}" if "name" in options else ""
            size = sum(param.size for param in group.params)
            lines.append(f"  group {index}{name}: {len(group.params)} parameters, {size:,} numbers")
            lines.append("    " + ", ".join(f"{key}={options.get(key)!r}" for key in self._checks if key not in COMMON))
            lines += [f"    {key}: {', '.join(map(repr, options[key]))}" for key in COMMON if options.get(key)]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"
