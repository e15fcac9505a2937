"""The Taylor remainder: a verdict on a gradient that needs no tolerance.

With the right derivative J d along a direction, what is left of f after the linear term,

    R(h) = |f(x + h d) - f(x) - h J d|,

is of order h^2: on doubly logarithmic paper a line of slope 2.  With a wrong one it is of order h, slope 1.  Which of
the two it is can be told at a glance, whatever the scale of f and x.

>>> import numpy as np
>>> x = np.array([0.5, 1.0])
>>> d = np.array([1.0, -0.5])
>>> round(remainder_slope(np.exp, x, d, np.exp(x) * d), 1)
2.0
>>> round(remainder_slope(np.exp, x, d, np.exp(x) * d * 1.001), 1)
1.0

P. E. Farrell et al., "Automated derivation of the adjoint of high-level transient finite element programs",
SIAM Journal on Scientific Computing 35 (2013), section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .differences import last_places
from .directions import Array

__all__ = ["remainder_slope"]

FIRST, STEPS = 2.0**-4, 24
ROUNDING = 16.0


def remainder_slope(f: Callable[[Array], Any], x: Array, direction: Array, slope: Array) -> float:
    """The order of the Taylor remainder: 2 (or more) with the right derivative along a direction, 1 with a wrong one.

    It is that of the smallest steps at which the remainder is above rounding.  Infinity where it never is: f is
    linear there, and the derivative right.  NaN where the derivative is.

    Args:
        f: a function of one array.
        x: the point.
        direction: of x's shape.
        slope: the derivative of f along it, of the shape of f(x).
    """
    here = np.asarray(f(x), np.float64)
    if not np.all(np.isfinite(slope)):
        return float("nan")
    orders: list[tuple[float, float]] = []
    with np.errstate(all="ignore"):
        for k in range(STEPS):
            h = FIRST / 2**k
            there = np.asarray(f(np.asarray(x + h * direction)))
            floor = ROUNDING * float(last_places(there, here.astype(there.dtype)).sum())
            remainder = float(np.abs(there - here - h * slope).sum())
            if not np.isfinite(remainder):
                continue
            if remainder <= floor:
                break
            orders.append((h, remainder))
    if len(orders) < 2:
        return float("inf")
    last = orders[-4:]  # the smallest steps: those where higher orders are gone
    return float(np.polyfit(np.log([h for h, _ in last]), np.log([r for _, r in last]), 1)[0])
