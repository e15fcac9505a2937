"""What the arguments of schedules may be; see `options` for those that optimizers have too."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, TypeVar

from ..options import finite

T = TypeVar("T")


def count(name: str, value: Any, least: int = 1) -> int:
    """A whole number >= least."""
    wanted = f"a whole number >= {least}"
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, bool) or not hasattr(whole, "__index__"):
        raise TypeError(f"{name}={value!r} is not a whole number; pass {wanted}")
    number = operator.index(whole)
    if number < least:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def between(
    name: str, value: Any, low: float, high: float, *, open_low: bool = False, open_high: bool = False
) -> float:
    """A number from low to high; an open end is itself excluded."""
    number = finite(name, value)
    if not low <= number <= high or (open_low and number == low) or (open_high and number == high):
        wanted = f"a number {'>' if open_low else '>='} {low:g}"
        if high < math.inf:
            wanted += f" and {'<' if open_high else '<='} {high:g}"
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    """One of some words."""
    if value not in choices:
        raise ValueError(f"{name}={value!r} is unknown; pass {' or '.join(map(repr, choices))}")
    return str(value)


def per_group(name: str, value: T | list[T] | tuple[T, ...], groups: int, check: Callable[[str, Any], T]) -> list[T]:
    """One value for each group, out of one for all or a list or tuple of them."""
    if not isinstance(value, (list, tuple)):
        return [check(name, value)] * groups
    if len(value) != groups:
        raise ValueError(
            f"{name} has {len(value)} values, but the optimizer has {groups} groups; pass one for each, or one for all"
        )
    return [check(f"{name}[{i}]", item) for i, item in enumerate(value)]
