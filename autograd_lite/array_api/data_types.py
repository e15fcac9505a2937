"""Dtypes, which are NumPy's, and what is asked about them.

What is made of Python floats is float32, of Python's complex numbers complex64, of integers int64.
"""

from __future__ import annotations

import builtins
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..interchange import check_device

__all__ = [
    "astype",
    "bool",
    "can_cast",
    "complex64",
    "complex128",
    "finfo",
    "float16",
    "float32",
    "float64",
    "iinfo",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

bool = np.dtype("bool")
int8, int16, int32, int64 = (np.dtype(f"int{bits}") for bits in (8, 16, 32, 64))
uint8, uint16, uint32, uint64 = (np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64))
float16, float32, float64 = (np.dtype(f"float{bits}") for bits in (16, 32, 64))
complex64, complex128 = (np.dtype(f"complex{bits}") for bits in (64, 128))


class FloatInfo(NamedTuple):
    """The limits of a floating dtype, as Python floats; of a complex dtype those of its parts."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: np.dtype[Any]


class IntegerInfo(NamedTuple):
    """The limits of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: np.dtype[Any]


def _dtype_of(value: Any) -> np.dtype[Any]:
    return np.dtype(value if isinstance(value, type) else getattr(value, "dtype", value))


def finfo(type: Any, /) -> FloatInfo:
    """The limits of a floating or complex dtype, or of an array's.

    >>> import autograd_lite as ag
    >>> ag.finfo(ag.float16).max
    65504.0
    """
    info = np.finfo(_dtype_of(type))
    eps, largest, lowest, normal = map(float, (info.eps, info.max, info.min, info.smallest_normal))
    return FloatInfo(info.bits, eps, largest, lowest, normal, info.dtype)


def iinfo(type: Any, /) -> IntegerInfo:
    """The limits of an integer dtype, or of an array's."""
    info = np.iinfo(_dtype_of(type))
    return IntegerInfo(info.bits, info.max, info.min, info.dtype)


def can_cast(from_: Any, to: Any, /, casting: Any = "safe") -> builtins.bool:
    """Whether an array or a dtype goes into the dtype `to` without loss."""
    return np.can_cast(_dtype_of(from_), _dtype_of(to), casting)


def astype(x: Any, dtype: Any, /, *, copy: builtins.bool = True, device: Any = None) -> Any:
    """x in another dtype; the gradient comes back in that of x.

    With `copy=False` it is x itself, if it has the dtype.

    Raises:
        ValueError: `device` is not "cpu".
    """
    check_device(device)
    dtype = np.dtype(dtype)
    return x if x.dtype == dtype and not copy else ops.astype(x, dtype)
