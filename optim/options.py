"""What hyper-parameters may be: each check gives the value as plain Python, or raises naming it.

Plain Python numbers are weak in NumPy's arithmetic, so a step never turns float32 into float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

Check = Callable[[str, Any], Any]


def _number(name: str, value: Any, wanted: str) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass {wanted}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} is not a number; pass {wanted}") from None


def within(
    low: float, high: float = math.inf, *, open_low: bool = False, open_high: bool = False
) -> Callable[[str, Any], float]:
    """The check that a value is a finite number from low to high; an open end is itself excluded."""
    if high == math.inf:
        wanted = f"a finite number {'>' if open_low else '>='} {low:g}"
    elif open_low or open_high:
        wanted = f"a number {'>' if open_low else '>='} {low:g} and {'<' if open_high else '<='} {high:g}"
    else:
        wanted = f"a number from {low:g} to {high:g}"

    def check(name: str, value: Any) -> float:
        number = _number(name, value, wanted)
        inside = low <= number <= high and abs(number) < math.inf
        if not inside or (open_low and number == low) or (open_high and number == high):
            raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
        return number

    return check


not_negative = within(0.0)
positive = within(0.0, open_low=True)
share = within(0.0, 1.0)


def finite(name: str, value: Any) -> float:
    """A finite number."""
    number = _number(name, value, "a finite number")
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number")
    return number


def pair(name: str, value: Any, wanted: str, right: Callable[[float, float], bool]) -> tuple[float, float]:
    """Two numbers of which `right` is true; `wanted` says in words what it asks for."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} is not a pair; pass {wanted}") from None
    numbers = _number(f"{name}[0]", first, wanted), _number(f"{name}[1]", second, wanted)
    if not right(*numbers):
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return numbers


def decay_rates(name: str, value: Any) -> tuple[float, float]:
    """Two numbers in [0, 1)."""
    wanted = "two numbers, each at least 0 and less than 1"
    return pair(name, value, wanted, lambda first, second: 0.0 <= first < 1.0 and 0.0 <= second < 1.0)


def count(name: str, value: Any, least: int = 0) -> int:
    """A whole number >= least; 3.0 is one."""
    wanted = f"a whole number >= {least}"
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass {wanted}")
    try:
        number = int(value) if isinstance(value, float) and value.is_integer() else index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r} is not a whole number; pass {wanted}") from None
    if number < least:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def one_of(*choices: str | None) -> Check:
    """The check that a value is one of these."""

    def check(name: str, value: Any) -> str | None:
        for choice in choices:
            if value is choice or (isinstance(value, str) and value == choice):
                return choice
        raise ValueError(f"{name}={value!r} is unknown; pass {' or '.join(map(repr, choices))}")

    return check


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass True or False")
    return bool(value)
