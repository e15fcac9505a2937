"""What hyper-parameters may be: each check gives the value as plain Python, or raises naming it.

Plain Python numbers are weak in NumPy's arithmetic, so a step never turns float32 into float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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


def finite(name: str, value: Any) -> float:
    """A finite number."""
    number = _number(name, value, "a finite number")
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} is out of range; pass a finite number")
    return number


def decay_rates(name: str, value: Any) -> tuple[float, float]:
    """Two numbers in [0, 1)."""
    wanted = "two numbers, each at least 0 and less than 1"
    try:
        first, second = value
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r} is not a pair; pass {wanted}") from None
    rates = _number(f"{name}[0]", first, wanted), _number(f"{name}[1]", second, wanted)
    if not all(0.0 <= rate < 1.0 for rate in rates):
        raise ValueError(f"{name}={value!r} is out of range; pass {wanted}")
    return rates


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass True or False")
    return bool(value)
