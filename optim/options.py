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


def not_negative(name: str, value: Any) -> float:
    """A finite number >= 0."""
    wanted = "a finite number >= 0"
    number = _number(name, value, wanted)
    if not 0.0 <= number < math.inf:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def positive(name: str, value: Any) -> float:
    """A finite number > 0."""
    wanted = "a finite number > 0"
    number = _number(name, value, wanted)
    if not 0.0 < number < math.inf:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def finite(name: str, value: Any) -> float:
    """A finite number."""
    number = _number(name, value, "a finite number")
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number")
    return number


def share(name: str, value: Any) -> float:
    """A number in [0, 1]."""
    wanted = "a number from 0 to 1"
    number = _number(name, value, wanted)
    if not 0.0 <= number <= 1.0:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
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


def count(name: str, value: Any) -> int:
    """A whole number >= 0."""
    wanted = "a whole number >= 0"
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass {wanted}")
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r} is not a whole number; pass {wanted}") from None
    if number < 0:
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return number


def one_of(*choices: str | None) -> Check:
    """The check that a value is one of these."""

    def check(name: str, value: Any) -> str | None:
        for choice in choices:
            if value is choice or (isinstance(value, str) and value == choice):
                return choice
        raise ValueError(f"{name}={value!r} is not known; pass {' or '.join(map(repr, choices))}")

    return check


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass True or False")
    return bool(value)
