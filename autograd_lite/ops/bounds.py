"""`np.maximum` and `np.minimum` of an array and a number, at the speed that they have with two arrays.

NumPy runs the two without vector instructions where one side is a single number, and takes two to three times as long;
so large arrays are taken row by row beside a row of that number, which stays in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

ROW = 8192
"""So many numbers are a row; arrays of no more are left to NumPy."""
_NUMBERS = (float, int)  # Python's, which widen no dtype


def beside_numbers(ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """The same ufunc of two arguments, where the second may be a number."""

    def run(x: Any, y: Any) -> Any:
        return bounded(ufunc, x, y) if type(x) is ndarray and type(y) in _NUMBERS else ufunc(x, y)

    return run


def bounded(ufunc: np.ufunc, x: Any, bound: float, out: Any = None) -> Any:
    """`ufunc(x, bound, out=out)` of a floating-point array, for `np.maximum` or `np.minimum`.

    `out` is None, or lies in memory as x does.
    """
    if x.size <= ROW or x.dtype.kind != "f":
        return ufunc(x, bound, out=out)
    if not x.flags.c_contiguous:
        turned = x.swapaxes(0, 1) if x.ndim > 1 else x  # images lie so, with their channels first
        if not turned.flags.c_contiguous:
            return ufunc(x, bound, out=out)
        return bounded(ufunc, turned, bound, out if out is None else out.swapaxes(0, 1)).swapaxes(0, 1)
    if out is None:
        out = np.empty_like(x)
    row, whole = _row_of(bound, x.dtype), x.size // ROW * ROW
    flat, into = x.reshape(-1), out.reshape(-1)
    ufunc(flat[:whole].reshape(-1, ROW), row, out=into[:whole].reshape(-1, ROW))
    if whole < x.size:
        ufunc(flat[whole:], row[: x.size - whole], out=into[whole:])
    return out


@lru_cache(maxsize=16)
def _row_of(number: float, dtype: Any) -> Any:
    row = np.full(ROW, number, dtype)
    row.flags.writeable = False
    return row
