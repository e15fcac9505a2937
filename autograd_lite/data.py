"""Arrays out of what Python has: which dtype a list or a number gets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .primitive import Traced


def from_python(value: Any, dtype: Any = None) -> ndarray[Any, Any]:
    """A fresh ndarray of `value`.

    An array (or anything that carries a dtype of its own) keeps its dtype; Python floats become
    float32, Python's complex numbers complex64, integers int64, booleans bool; `dtype` overrides.

    Raises TypeError for what is not numbers (strings, objects, ragged lists).
    """
    if isinstance(value, Traced):
        value = value._data
        if isinstance(value, Traced):  # a batch inside of vmap, which nobody changes
            batch: Any = value
            return batch if dtype is None else batch.astype(dtype)  # type: ignore[no-any-return]
    try:
        array = np.array(value, dtype=dtype)
    except (ValueError, TypeError) as error:
        if "requires a gradient" in str(error):
            raise
        raise TypeError(f"cannot make an array of numbers from {_short(value)}: {error}") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"cannot make an array of numbers from {_short(value)}, which NumPy reads as {array.dtype}")
    if dtype is None and array.dtype in _NARROW and _is_pure(value):
        array = array.astype(_NARROW[array.dtype])
    return array


_NARROW = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}


def listed(value: Any, *beside: Any) -> ndarray[Any, Any]:
    """A list of numbers as an array, beside arrays or Tensors: as weak as a Python number, it takes their precision."""
    dtypes = [x.dtype for x in beside if hasattr(x, "dtype") and x.dtype.kind in "fc"]
    if not dtypes or not _is_pure(value):
        return from_python(value)
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return from_python(value)
    dtype = np.result_type(*dtypes)
    return array.astype(np.result_type(dtype, np.complex64) if array.dtype.kind == "c" else dtype)


def _is_pure(value: Any) -> bool:
    """Whether a number or a nested list is Python's through and through: nobody asked for float64 then."""
    if isinstance(value, (list, tuple)):
        return all(_is_pure(item) for item in value)
    return isinstance(value, (float, int, complex)) and not hasattr(value, "dtype")


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
