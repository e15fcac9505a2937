"""The complex step: a derivative without any difference, exact to rounding, where f is analytic.

    f(x + i h d) = f(x) + i h J d - h^2 ...,    so    Im f(x + i h d) / h = J d,

and as nothing is subtracted, h may be so small that the rest is below rounding.  A function that is not analytic
(it takes an absolute value, a conjugate, a real part) gives a wrong number without a warning: so the caller must hold
it against finite differences, and so `agrees` does.

>>> import numpy as np
>>> x = np.array([0.3])
>>> slope = complex_step(np.exp, x, unit(x, (0,)))
>>> bool(abs(slope - np.exp(0.3)) < 1e-15)
True

W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .differences import Slope
from .directions import Array, Direction, unit

__all__ = ["agrees", "complex_step", "unit"]

STEP, OTHER_STEP = 2.0**-100, 0.7 * 2.0**-100
UNSURE = 1e-4
TINY = 2.0**-20


def complex_step(f: Callable[[Array], Any], x: Array, direction: Direction, step: float = STEP) -> Array | None:
    """J d, for an f that takes complex numbers; None if it does not, or loses the imaginary part."""
    h = step * direction.scale
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")  # such as that an imaginary part is discarded
        try:
            answer = np.asarray(f(np.asarray(x + 1j * h * direction.array)))
        except Exception:  # it takes real numbers only, and says so in a way of its own
            return None
        if answer.dtype.kind != "c":
            return None
        if direction.scale < TINY and np.abs(answer.real).max(initial=0.0) < np.finfo(np.float64).tiny / STEP:
            return None  # so small a step of so small an f: what is 0 may have been lost
        slope = answer.imag / h
    return slope if np.isfinite(slope).all() else None


def noise(f: Callable[[Array], Any], x: Array, moves: Sequence[Direction], exact: Sequence[Array]) -> float:
    """What rounding leaves of the complex step, relative to the largest element: what another step gives otherwise.

    It is nothing where f works element by element.  In factorizations of complex matrices, whose real parts are rounded
    into imaginary ones, it is more than the last digits.
    """
    found = 0.0
    for move, slope in zip(moves, exact, strict=True):
        again = complex_step(f, x, move, OTHER_STEP)
        largest = np.abs(slope).max(initial=0.0)
        if again is not None and largest:
            found = max(found, float(np.abs(again - slope).max(initial=0.0)) / largest)
    return found


def agrees(exact: Array, slope: Slope) -> bool:
    """Whether finite differences confirm what the complex step gave: f is analytic here."""
    if exact.shape != slope.value.shape:
        return False
    size = np.abs(slope.value).max(initial=0.0)
    unsure = np.minimum(slope.error, UNSURE * size)  # differences that do not settle confirm nothing
    return bool(np.all(np.abs(exact - slope.value) <= 10 * unsure + 1e-7 * size) and not slope.kinked.any())
