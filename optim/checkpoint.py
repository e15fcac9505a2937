"""Reading an optimizer's state dict: everything is checked before anything is changed.

The layout is PyTorch's, so that a run begun there can be continued here; its switches that choose an
implementation (`foreach`, `fused`, ...) are dropped, and what schedulers keep in a group is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .parts import PARTS, Part, check_numbers

OPTIONAL = frozenset({"l1", "maximize", "tolerance_curvature", "decoupled_weight_decay", *PARTS})
"""Options that a dict need not have: not all of PyTorch's optimizers have them, or not all of its versions."""

IGNORED = frozenset({"foreach", "fused", "capturable", "differentiable"})
"""What in PyTorch chooses an implementation: dropped."""

Entry = tuple[int, dict[str, Any]]
"""The state of one parameter: its step (0: none yet), and its arrays and numbers."""

Layout = Callable[[tuple[int, ...]], Mapping[str, tuple[int, ...] | None]]
"""What is kept for a parameter of some shape: by name, the shape of an array, or None for a number."""


class Loaded(NamedTuple):
    """A state dict taken apart.

    groups             their options, with the parts that the optimizer has
    numbers            by which its parameters are called in it, per group
    state              by these numbers
    numbers_of_parts   what to set of regularizers and constraints
    """

    groups: list[dict[str, Any]]
    numbers: list[list[Any]]
    state: Mapping[Any, Any]
    numbers_of_parts: list[tuple[Part, str, Any]]


def to_load(state_dict: Any, groups: Sequence[Mapping[str, Any]], options: Iterable[str]) -> Loaded:
    """Take a state dict apart; raises if its groups are not like `groups`."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"load_state_dict() needs a dict as state_dict() gives, not {describe(state_dict)}")
    _compare("load_state_dict(): the dict", state_dict, {"state", "param_groups"}, unexpected_matters=True)
    saved = state_dict["param_groups"]
    if (
        not isinstance(state_dict["state"], Mapping)
        or not isinstance(saved, (list, tuple))
        or not all(isinstance(group, Mapping) for group in saved)
    ):
        raise TypeError('load_state_dict(): "state" must be a dict, and "param_groups" a list of dicts')
    if len(saved) != len(groups):
        raise ValueError(
            f"load_state_dict(): there are {len(saved)} groups in it, but the optimizer has {len(groups)}; make the "
            "optimizer with the groups it had when it was saved"
        )
    options = frozenset(options)
    loaded = Loaded([], [], state_dict["state"], [])
    for index, (old, new) in enumerate(zip(groups, saved, strict=True)):
        _compare(f"load_state_dict(): group {index}", new, {"params", *options} - OPTIONAL, old)
        if not isinstance(new["params"], (list, tuple)) or not all(isinstance(n, int) for n in new["params"]):
            raise TypeError(
                f'load_state_dict(): "params" of group {index} must be a list of numbers, not {describe(new["params"])}'
            )
        if len(new["params"]) != len(old["params"]):
            raise ValueError(
                f"load_state_dict(): group {index} has {len(new['params'])} parameters in it, but "
                f"{len(old['params'])} in the optimizer; was it saved with another model?"
            )
        check_names(new.get("param_names"), len(old["params"]), f"load_state_dict(): group {index}")
        loaded.numbers.append(list(new["params"]))
        ours = {key: old[key] for key in OPTIONAL if key in old}
        left_out = {"params", *PARTS, *IGNORED}
        loaded.groups.append(ours | {key: value for key, value in new.items() if key not in left_out})
        for name in PARTS:
            if name in new:
                what = f"load_state_dict(): {name} of group {index}"
                loaded.numbers_of_parts.extend(check_numbers(what, old[name], new[name]))
    listed = [number for numbers in loaded.numbers for number in numbers]
    known = set(listed)
    if len(known) != len(listed):
        raise ValueError(f"load_state_dict(): a parameter is in it twice; the groups have the numbers {listed}")
    strange = [number for number in loaded.state if number not in known]
    if strange:
        raise ValueError(f"load_state_dict(): there is state for parameters {strange}, which no group in it has")
    return loaded


def read_state(
    loaded: Loaded, params: Sequence[Sequence[Tensor]], layouts: Sequence[Layout], counts_steps: bool, earliest: int
) -> list[list[Entry]]:
    """The state per group and parameter; raises if it is not what `layouts` ask for.

    Args:
        earliest: the first step at which there is state: 1, or 0 if PyTorch keeps some before the first step.
    """
    return [
        [
            _read_entry(number, loaded.state.get(number), param, layout(param.shape), counts_steps, earliest)
            for number, param in zip(numbers, group, strict=True)
        ]
        for numbers, group, layout in zip(loaded.numbers, params, layouts, strict=True)
    ]


def _read_entry(
    number: int,
    entry: Any,
    param: Tensor,
    layout: Mapping[str, tuple[int, ...] | None],
    counts_steps: bool,
    earliest: int,
) -> Entry:
    what = f"load_state_dict(): state of parameter {number}"
    if not isinstance(entry, Mapping | None):
        raise TypeError(f"{what} must be a dict, not {describe(entry)}")
    if not entry or all(value is None for value in entry.values()):  # before the first step
        return 0, {}
    _compare(what, entry, {*layout, "step"} if counts_steps else set(layout), unexpected_matters=True)
    kept: dict[str, Any] = {}
    for name, shape in layout.items():
        array = np.asarray(entry[name])
        if array.shape != (shape or ()) or array.dtype.kind != "f":
            raise ValueError(
                f"{what}: {name} is {describe(array)}, but the parameter is {describe(param)}; was it saved with "
                "another model?"
            )
        kept[name] = float(array) if shape is None else array
    step = _step(what, entry["step"]) if counts_steps else 1
    if step < earliest:
        raise ValueError(f"{what}: step is {step}, and must be {earliest} or more")
    return step, kept if step else {}


def _step(what: str, value: Any) -> int:
    try:
        step = float(value)  # PyTorch keeps it as a tensor of float32
    except (TypeError, ValueError):
        raise TypeError(f"{what}: step is {describe(value)}, and must be a whole number") from None
    if not step.is_integer():
        raise ValueError(f"{what}: step is {step}, and must be a whole number")
    return int(step)


def check_names(names: Any, count: int, what: str) -> None:
    """Raise if "param_names" of a group are there, and are not as many strings as it has parameters."""
    if names is None:
        return
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise TypeError(f'{what}: "param_names" must be a list of strings, not {describe(names)}')
    if len(names) != count:
        raise ValueError(f'{what}: "param_names" has {len(names)} names for {count} parameters; give one for each')


def _compare(
    what: str,
    found: Mapping[str, Any],
    wanted: set[str],
    known: Iterable[str] = (),
    *,
    unexpected_matters: bool = False,
) -> None:
    missing = sorted(wanted.difference(found))
    unexpected = sorted(set(map(str, found)) - wanted - set(known) - IGNORED)
    if missing or (unexpected and unexpected_matters):
        raise ValueError(
            f"{what} lacks {missing} and has unexpected {unexpected}; it must come from the same kind of optimizer, "
            "with the same options"
        )
