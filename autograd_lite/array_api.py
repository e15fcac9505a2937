"""Functions under the names of the array API standard, for `ag.name`; most are NumPy's own, recorded.

The standard's names and meanings are NumPy 2's.  `ag.exp(t)` and `np.exp(t)` are the same operation.
"""

from typing import Any

import numpy as np

from . import ops
from .ops import *  # noqa: F403
from .primitive import Traced
from .tape import wrap
from .tensor import Tensor

abs = ops.absolute
pow = ops.power

__all__ = [*ops.__all__, "abs", "asarray", "pow"]  # noqa: PLE0604


def asarray(obj: Any, dtype: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor of `obj`: itself if it is one already, else as `Tensor(obj)`.

    With `copy=False` the memory of an ndarray is shared instead of copied; then it must not be written
    to while a backward that needs it is pending, which nothing can watch over.

    Raises:
        ValueError: `copy=False` cannot be kept (another dtype, or no ndarray).
    """
    if isinstance(obj, Tensor) and not copy and (dtype is None or obj.dtype == np.dtype(dtype)):
        return obj
    if copy is False:
        if (
            not isinstance(obj, np.ndarray)
            or obj.dtype.kind not in "biufc"
            or (dtype is not None and obj.dtype != np.dtype(dtype))
        ):
            raise ValueError(f"asarray: copy=False needs an ndarray of the dtype, not {type(obj).__name__}")
        return wrap(obj, None)  # type: ignore[no-any-return]
    if isinstance(obj, Traced):
        return obj.copy() if dtype is None else obj.astype(dtype)  # type: ignore[attr-defined, no-any-return]
    return Tensor(obj, dtype)
