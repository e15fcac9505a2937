"""The rest of the array API's `linalg`: products, and diagonals of the last two axes, where NumPy's older functions
take the first two."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..ops import matmul, matrix_transpose, outer, tensordot, vecdot
from ..ops.contraction import as_array
from ..ops.implementing import implements
from ..ops.words import axis_in

__all__ = ["cross", "diagonal", "matmul", "matrix_transpose", "outer", "tensordot", "trace", "vecdot"]

implements(np.linalg.matrix_transpose)(matrix_transpose)


@implements(np.linalg.cross)
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector product of the vectors along an axis, which has length 3.

    Raises:
        ValueError: it has another length.
    """
    x1, x2 = as_array(x1), as_array(x2)
    if (x1.shape[axis_in(axis, x1.ndim)], x2.shape[axis_in(axis, x2.ndim)]) != (3, 3):
        raise ValueError(
            f"linalg.cross of the shapes {x1.shape} and {x2.shape}: axis {axis} of both must have length 3; "
            "np.cross takes vectors of length 2 too"
        )
    return np.cross(x1, x2, axis=axis)


@implements(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonal of each matrix, in the last two axes; `offset` diagonals above the main one."""
    return np.diagonal(x, offset, -2, -1)


@implements(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of the diagonal of each matrix, in the last two axes."""
    return ops.trace(x, offset, -2, -1, dtype)
