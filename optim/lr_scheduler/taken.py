"""What an optimizer takes as a hyper-parameter: asked before a schedule sets it, not at the optimizer's next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..optimizer import Optimizer
from .keys import groups_with, path_of, write


def refuse_whole(optimizer: Optimizer, key: str) -> None:
    """Raise a TypeError if the hyper-parameter counts something, as Muon's ns_steps does."""
    option, steps = path_of(key)
    check = optimizer._checks.get(option)
    if check is None or steps:
        return
    for index, group in groups_with(optimizer.param_groups, key):
        value = check(option, group[option])
        if isinstance(value, int):
            raise TypeError(
                f"key={key!r} is {value!r} in param_groups[{index}], a whole number; schedules move numbers with "
                f"fractions; set param_groups[{index}][{key!r}] by hand"
            )


def check_taken(optimizer: Optimizer, group: Mapping[str, Any], key: str, value: float, schedule: str) -> None:
    """Raise, naming the schedule, if the optimizer would refuse the value; objects in groups check for themselves."""
    option, steps = path_of(key)
    check = optimizer._checks.get(option)
    if check is None or any(isinstance(step, str) for step in steps):
        return
    if not steps:
        check(f"{schedule}: {key}", value)
        return
    tried = {option: group[option]}
    write(tried, key, value)
    check(f"{schedule}: {option}", tried[option])
