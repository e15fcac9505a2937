"""Reading an optimizer's state dict: everything is checked before anything is changed.

The layout is PyTorch's, so that a run begun there can be continued here; its switches that choose an
implementation (`foreach`, `fused`, ...) are dropped, and what schedulers keep in a group is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor

from .flat import Array

NOT_IN_PYTORCH = frozenset({"l1"})
ONLY_IN_PYTORCH = frozenset({"foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay"})

Entry = tuple[int, dict[str, Array]]
"""The state of one parameter: its step (0: none yet), and its arrays."""


class Loaded(NamedTuple):
    """A state dict taken apart: options per group, the parameters' numbers per group, state by number."""

    groups: list[dict[str, Any]]
    numbers: list[list[Any]]
    state: Mapping[Any, Any]


def to_load(state_dict: Any, groups: Sequence[Mapping[str, Any]], options: Iterable[str]) -> Loaded:
    """Take a state dict apart; raises if its groups are not like `groups`."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"load_state_dict() needs a dict as state_dict() gives, not {describe(state_dict)}")
    _compare("load_state_dict(): the dict", state_dict, {"state", "param_groups"}, unexpected_matters=True)
    saved = state_dict["param_groups"]
    if not isinstance(state_dict["state"], Mapping) or not all(isinstance(group, Mapping) for group in saved):
        raise TypeError('load_state_dict(): "state" must be a dict, and "param_groups" a list of dicts')
    if len(saved) != len(groups):
        raise ValueError(
            f"load_state_dict(): there are {len(saved)} groups in it, but the optimizer has {len(groups)}; make the "
            "optimizer with the groups it had when it was saved"
        )
    loaded = Loaded([], [], state_dict["state"])
    for index, (old, new) in enumerate(zip(groups, saved, strict=True)):
        _compare(f"load_state_dict(): group {index}", new, {"params", *options} - NOT_IN_PYTORCH, old)
        if len(new["params"]) != len(old["params"]):
            raise ValueError(
                f"load_state_dict(): group {index} has {len(new['params'])} parameters in it, but "
                f"{len(old['params'])} in the optimizer; was it saved with another model?"
            )
        loaded.numbers.append(list(new["params"]))
        ours = {key: old[key] for key in NOT_IN_PYTORCH if key in old}
        loaded.groups.append(
            ours | {key: value for key, value in new.items() if key != "params" and key not in ONLY_IN_PYTORCH}
        )
    known = {number for numbers in loaded.numbers for number in numbers}
    strange = [number for number in loaded.state if number not in known]
    if strange:
        raise ValueError(f"load_state_dict(): there is state for parameters {strange}, which no group in it has")
    return loaded


def read_state(
    loaded: Loaded, params: Sequence[Sequence[Tensor]], names: Sequence[tuple[str, ...]], counts_steps: bool
) -> list[list[Entry]]:
    """The state per group and parameter; raises if it is not what `names` and the parameters' shapes ask for."""
    return [
        [
            _read_entry(number, loaded.state.get(number), param, wanted, counts_steps)
            for number, param in zip(numbers, group, strict=True)
        ]
        for numbers, group, wanted in zip(loaded.numbers, params, names, strict=True)
    ]


def _read_entry(number: int, entry: Any, param: Tensor, names: tuple[str, ...], counts_steps: bool) -> Entry:
    what = f"load_state_dict(): state of parameter {number}"
    if not entry or all(value is None for value in entry.values()):  # before the first step
        return 0, {}
    _compare(what, entry, {*names, "step"} if counts_steps else set(names), unexpected_matters=True)
    arrays = {}
    for name in names:
        array = np.asarray(entry[name])
        if array.shape != param.shape or array.dtype.kind != "f":
            raise ValueError(
                f"{what}: {name} is {describe(array)}, but the parameter is {describe(param)}; was it saved with "
                "another model?"
            )
        arrays[name] = array
    step = int(entry["step"]) if counts_steps else 1
    if step < 1:
        raise ValueError(f"{what}: step is {step}, and must be 1 or more")
    return step, arrays


def _compare(
    what: str,
    found: Mapping[str, Any],
    wanted: set[str],
    known: Iterable[str] = (),
    *,
    unexpected_matters: bool = False,
) -> None:
    missing = sorted(wanted.difference(found))
    unexpected = sorted(set(map(str, found)) - wanted - set(known) - ONLY_IN_PYTORCH)
    if missing or (unexpected and unexpected_matters):
        raise ValueError(
            f"{what} lacks {missing} and has unexpected {unexpected}; it must come from the same kind of optimizer, "
            "with the same options"
        )
