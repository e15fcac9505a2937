"""Words that the families of operations share."""

from typing import Any

import numpy as np

from ..primitive import Traced


def array_of(x: Any) -> Any:
    """The array of a Tensor, anything else as it is: what is found out from it carries no gradient."""
    return x._data if isinstance(x, Traced) else x


def conjugate(x: Any) -> Any:
    """The complex conjugate; of real numbers themselves, without the copy that NumPy would make."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def axis_in(axis: int, ndim: int) -> int:
    """An axis counted from the front; raises for one that is not there."""
    if not -ndim <= axis < ndim:
        last = f"; an axis must lie between -{ndim} and {ndim - 1}" if ndim else "; there are no axes"
        raise np.exceptions.AxisError(f"axis {axis} is out of bounds for array of dimension {ndim}{last}")
    return axis % ndim


def in_a_row(a: Any, axis: int | None) -> tuple[Any, int]:
    """The array and the axis to work along; with axis None, all elements in a row."""
    if axis is None:
        return (a if a.ndim == 1 else np.reshape(a, (-1,))), 0
    return a, axis_in(axis, a.ndim)
