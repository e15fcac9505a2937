"""Whether an array is only in one's own hands, so that it may be written to instead of copied.

Python counts the references to every object.  Where that count is what one variable makes, nobody else can see the
array: a sum may be made in its place, a gradient kept without a copy.  Arrays that somebody else has, views of other
arrays, NumPy's numbers and batches never are one's own.
"""

import sys
from collections.abc import Callable
from typing import Any

from numpy import empty, ndarray

_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda _: sys.maxsize)  # without it nothing is ours


def is_own(array: Any, others: int = 0) -> bool:
    """Whether a variable of the caller's is the only reference to an array that can be written to.

    `others` is how many references beside that variable are known, and do not count.
    """
    return (
        type(array) is ndarray
        and _references(array) - others == _IN_A_VARIABLE
        and array.base is None
        and array.flags.writeable
    )


def added(first: Any, second: Any) -> Any:
    """first + second, made in the place of one of them if it is nobody else's.

    The caller has `second` in a variable, and `first` in none: it is what an expression gave.
    """
    if type(first) is ndarray and type(second) is ndarray:
        # in `out` may stand only what is as large as the sum, which both are here
        if _references(first) == _PASSED_ON and first.base is None and first.flags.writeable:
            first += second
            return first
        if _references(second) == _IN_A_VARIABLE and second.base is None and second.flags.writeable:
            second += first
            return second
    return first + second


def shown(array: Any) -> Any:
    """A cotangent for the user's eyes: a copy, if it is a view for reading of what may change (see `ops.ones`)."""
    return array.copy() if type(array) is ndarray and not array.flags.writeable and any(array.strides) else array


def _counted(array: Any) -> int:
    return _references(array)


def _of_a_variable() -> int:
    array = empty(1)
    return _counted(array)


_IN_A_VARIABLE = _of_a_variable()
_PASSED_ON = _counted(empty(1))
