"""Changing dtype, copying, and cutting the graph."""

from typing import Any

import numpy as np

from ..primitive import general, linear
from .implementing import implements

__all__ = ["astype", "copy", "stop_gradient"]


def _astype(x: Any, dtype: Any) -> Any:
    return x.astype(dtype)


def _copy(x: Any) -> Any:
    return x.copy()


def _stop_gradient(x: Any) -> Any:
    """x as a constant: no gradient flows through."""
    return x


_astype.__name__ = "astype"
_copy.__name__ = "copy"
_stop_gradient.__name__ = "stop_gradient"
# the tape brings it back in the dtype of x
astype = linear(_astype, lambda g, _ans, _x, dtype: g, math="dy = dx, in the other dtype")
copy = linear(_copy, lambda g, _ans, _x: g, math="dy = dx")
stop_gradient = general(_stop_gradient, vjps=(None,), jvps=(None,), math="dy = 0")


@implements(np.copy)
def copy_as_numpy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """`numpy.copy`; how it lies in memory (`order`) is the engine's affair, and changes no value."""
    return copy(a if hasattr(a, "dtype") else np.asarray(a))


implements(np.astype)(astype)
