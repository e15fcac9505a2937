"""Hyper-parameters by name: where in a parameter group the number is that a schedule moves.

"lr"                           an option of the group
"betas[0]"                     a number in an option that holds several
"regularization[0].strength"   an attribute of an object in the group
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_KEY = re.compile(r"[A-Za-z_]\w*(\[\d+\]|\.[A-Za-z_]\w*)*")
_STEP = re.compile(r"\[(\d+)\]|\.?(\w+)")

Path = tuple[str | int, ...]


@lru_cache(maxsize=256)
def path_of(key: str) -> Path:
    """A key taken apart: the option's name, then indices (int) and attributes (str).

    >>> path_of("regularization[0].strength")
    ('regularization', 0, 'strength')
    """
    if not isinstance(key, str):
        raise TypeError(f"key={key!r} is a {type(key).__name__}; pass the name of a hyper-parameter, such as 'lr'")
    if not _KEY.fullmatch(key):
        raise ValueError(
            f"key={key!r} cannot be read; pass the name of a hyper-parameter, such as 'weight_decay', 'betas[0]' or "
            "'regularization[0].strength'"
        )
    return tuple(int(index) if index else name for index, name in _STEP.findall(key))


def read_all(groups: Iterable[Mapping[str, Any]], key: str) -> list[float]:
    """The number in each group.

    >>> read_all([{"betas": (0.9, 0.99)}, {"betas": (0.8, 0.99)}], "betas[0]")
    [0.9, 0.8]

    Raises:
        ValueError: a group has nothing of that name.
        TypeError: it is not a number.
    """
    return [read(group, key, index) for index, group in enumerate(groups)]


def read(group: Mapping[str, Any], key: str, index: int) -> float:
    """The number in the group with that index."""
    name, *rest = path_of(key)
    if name not in group:
        options = ", ".join(repr(option) for option in group if option not in ("params", "param_names"))
        raise ValueError(f"key={key!r}: param_groups[{index}] has no {name!r}; its options are {options}")
    value, seen = group[str(name)], str(name)
    for step in rest:
        try:
            value = value[step] if isinstance(step, int) else getattr(value, step)
        except (AttributeError, IndexError, TypeError, KeyError):
            there = f"[{step}]" if isinstance(step, int) else f".{step}"
            raise ValueError(f"key={key!r}: {seen}={value!r} of param_groups[{index}] has no {there}") from None
        seen += f"[{step}]" if isinstance(step, int) else f".{step}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        several = isinstance(value, (tuple, list)) and value
        remedy = f"name one of them, such as key='{key}[0]'" if several else "name a hyper-parameter that is one"
        raise TypeError(f"key={key!r} is {value!r} in param_groups[{index}], not a number; {remedy}")
    return value


def write(group: dict[str, Any], key: str, value: float) -> None:
    """Put a number where `read` found one; tuples and lists are made anew, since groups may share them.

    >>> group = {"betas": (0.9, 0.99)}
    >>> write(group, "betas[0]", 0.5)
    >>> group
    {'betas': (0.5, 0.99)}
    """
    name, *rest = path_of(key)
    group[str(name)] = _replaced(group[str(name)], rest, value) if rest else value


def _replaced(holder: Any, path: list[str | int], value: float) -> Any:
    """`holder` with `value` at the end of the path: itself, if an object on the way could take the value."""
    step, *rest = path
    if isinstance(step, int):
        old = holder[step]
        new = _replaced(old, rest, value) if rest else value
        return holder if new is old else type(holder)([*holder[:step], new, *holder[step + 1 :]])
    setattr(holder, step, _replaced(getattr(holder, step), rest, value) if rest else value)
    return holder
