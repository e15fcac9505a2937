"""What functions of `nn.functional` are given: made into arrays, and checked before any work is done."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.data import from_python


def raw(x: Any) -> Any:
    """The array itself, without the detour over a Tensor's properties."""
    return x._data if isinstance(x, Tensor) else x


def tensor(value: Any) -> Tensor:
    """A Tensor as it is, anything else in one."""
    return value if isinstance(value, Tensor) else Tensor(value)


def array(value: Any) -> Any:
    """Tensors and ndarrays as they are, lists as arrays."""
    return value if isinstance(value, (Tensor, np.ndarray)) else from_python(value)


def check_probability(name: str, p: float) -> None:
    """Raise ValueError unless p is in [0, 1]."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability and must lie in [0, 1], not {p!r}")


def require_floating(name: str, x: Any) -> None:
    """Raise TypeError unless x has a floating-point dtype."""
    dtype = raw(x).dtype
    if dtype.kind != "f":
        raise TypeError(
            f"{name}: input must be of a floating-point dtype, not {dtype}; convert it: x.astype(np.float32)"
        )
