"""What the functions in this package may be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd_lite.errors import describe
from autograd_lite.tensor import Tensor


def as_list(name: str, tensors: Any) -> list[Tensor]:
    """One Tensor or several as a list; raises naming what is something else."""
    if isinstance(tensors, Tensor):
        return [tensors]
    if isinstance(tensors, (str, Mapping)) or not isinstance(tensors, Iterable):
        raise TypeError(
            f"{name} must be a Tensor or an iterable of Tensors, such as model.parameters(), not {describe(tensors)}"
        )
    listed = list(tensors)
    for i, tensor in enumerate(listed):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}[{i}] is {describe(tensor)}, not a Tensor; pass model.parameters()")
    return listed


def at_least_zero(name: str, value: Any) -> float:
    """A number >= 0, which may be infinite."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass a number >= 0")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={describe(value)} is not a number; pass a number >= 0") from None
    if not number >= 0.0:
        raise ValueError(f"{name}={value!r} is out of range; pass a number >= 0")
    return number
