"""Arrays out of what Python has: which dtype a list or a number gets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .primitive import Traced


def from_python(value: Any, dtype: Any = None) -> ndarray[Any, Any]:
    """A fresh ndarray of `value`.

    An array (or anything that carries a dtype of its own) keeps its dtype; Python floats become
    float32, Python integers int64, booleans bool; `dtype` overrides.

    Raises TypeError for what is not numbers (strings, objects, ragged lists).
    """
    given = getattr(value, "dtype", None)
    if isinstance(value, Traced):
        value = value._data
    try:
        array = np.array(value, dtype=dtype)
    except (ValueError, TypeError) as error:
        if "requires a gradient" in str(error):
            raise
        raise TypeError(f"cannot make an array of numbers from {_short(value)}: {error}") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"cannot make an array of numbers from {_short(value)}, which NumPy reads as {array.dtype}")
    if dtype is None and given is None and array.dtype == np.float64 and not _holds_arrays(value):
        array = array.astype(np.float32)
    return array


def _holds_arrays(value: Any) -> bool:
    """Whether a nested list holds something with a dtype: its float64 was then asked for."""
    if isinstance(value, (list, tuple)):
        return any(_holds_arrays(item) for item in value)
    return hasattr(value, "dtype")


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
