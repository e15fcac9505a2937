"""Hyper-parameters by name: where in a parameter group the number is that a schedule moves.

"lr"                           an option of the group
"betas[0]"                     a number in an option that holds several
"regularization[0].strength"   an attribute of an object in the group
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from numbers import Real
from typing import Any, TypeVar

_KEY = re.compile(r"[A-Za-z_]\w*(\[\d+\]|\.[A-Za-z_]\w*)*")
_STEP = re.compile(r"\[(\d+)\]|\.?(\w+)")

G = TypeVar("G", bound=Mapping[str, Any])
Steps = tuple[str | int, ...]


def path_of(key: str) -> tuple[str, Steps]:
    """A key taken apart: the option's name, and the indices (int) and attributes (str) after it.

    >>> path_of("regularization[0].strength")
    ('regularization', (0, 'strength'))
    """
    if not isinstance(key, str):
        raise TypeError(f"key={key!r} is a {type(key).__name__}; pass the name of a hyper-parameter, such as 'lr'")
    return _parsed(key)


@lru_cache(maxsize=256)
def _parsed(key: str) -> tuple[str, Steps]:
    if not _KEY.fullmatch(key):
        raise ValueError(
            f"key={key!r} cannot be read; pass the name of a hyper-parameter, such as 'weight_decay', 'betas[0]' or "
            "'regularization[0].strength'"
        )
    (_, option), *steps = _STEP.findall(key)
    return option, tuple(int(index) if index else name for index, name in steps)


def groups_with(groups: Iterable[G], key: str) -> list[tuple[int, G]]:
    """The groups that a key is for, each with its index: all but those where the option that it enters is empty.

    >>> groups_with([{"regularization": ()}, {"lr": 0.1}], "regularization[0].strength")
    [(1, {'lr': 0.1})]
    """
    option, steps = path_of(key)
    return [
        (index, group)
        for index, group in enumerate(groups)
        if not steps or not isinstance(group.get(option), (tuple, list)) or group[option]
    ]


def read_all(groups: Iterable[Mapping[str, Any]], key: str) -> list[float]:
    """The number in each group that has the option.

    >>> read_all([{"betas": (0.9, 0.99)}, {"betas": (0.8, 0.99)}], "betas[0]")
    [0.9, 0.8]

    Raises:
        ValueError: a group has nothing of that name, or all have an empty option.
        TypeError: it is not a number.
    """
    found = [read(group, key, index) for index, group in groups_with(groups, key)]
    if not found:
        raise ValueError(f"key={key!r}: {path_of(key)[0]!r} is empty in every group; name what one of them has")
    return found


def read(group: Mapping[str, Any], key: str, index: int) -> float:
    """The number in the group with that index."""
    option, steps = path_of(key)
    if option not in group:
        there = ", ".join(repr(name) for name in group if name not in ("params", "param_names"))
        raise ValueError(f"key={key!r}: param_groups[{index}] has no {option!r}; its options are {there}")
    value, seen = group[option], option
    for step in steps:
        try:
            value = value[step] if isinstance(step, int) else getattr(value, step)
        except (AttributeError, IndexError, TypeError, KeyError):
            there = f"[{step}]" if isinstance(step, int) else f".{step}"
            raise ValueError(f"key={key!r}: {seen}={value!r} of param_groups[{index}] has no {there}") from None
        seen += f"[{step}]" if isinstance(step, int) else f".{step}"
    if isinstance(value, bool) or not isinstance(value, Real):
        several = isinstance(value, (tuple, list)) and value
        remedy = f"name one of them, such as key='{key}[0]'" if several else "name a hyper-parameter that is one"
        raise TypeError(f"key={key!r} is {value!r} in param_groups[{index}], not a number; {remedy}")
    return float(value)


def write(group: dict[str, Any], key: str, value: float) -> None:
    """Put a number where `read` found one; tuples and lists are made anew, since groups may share them.

    >>> group = {"betas": (0.9, 0.99)}
    >>> write(group, "betas[0]", 0.5)
    >>> group
    {'betas': (0.5, 0.99)}
    """
    option, steps = path_of(key)
    group[option] = _replaced(group[option], steps, value) if steps else value


def _replaced(holder: Any, path: Steps | list[str | int], value: float) -> Any:
    """`holder` with `value` at the end of the path: itself, if an object on the way could take the value."""
    step, *rest = path
    if isinstance(step, int):
        old = holder[step]
        new = _replaced(old, rest, value) if rest else value
        return holder if new is old else type(holder)([*holder[:step], new, *holder[step + 1 :]])
    setattr(holder, step, _replaced(getattr(holder, step), rest, value) if rest else value)
    return holder
