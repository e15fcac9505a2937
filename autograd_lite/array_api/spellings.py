"""What the standard calls, or answers, otherwise than NumPy does."""

from __future__ import annotations

from typing import Any

from .. import ops

__all__ = ["abs", "broadcast_arrays", "clip", "meshgrid", "pow"]

abs = ops.absolute
pow = ops.power


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """x where it lies between the bounds, else the bound it passes; None for no bound."""
    return ops.clip(x, min, max)


def broadcast_arrays(*arrays: Any) -> list[Any]:
    """The arrays, each in the shape that they have together; a list, where np.broadcast_arrays gives a tuple."""
    return list(ops.broadcast_arrays(*arrays))


def meshgrid(*arrays: Any, indexing: str = "xy", sparse: bool = False) -> list[Any]:
    """The coordinates of the grid that vectors span, an array for each; a list, where np.meshgrid gives a tuple."""
    return list(ops.meshgrid(*arrays, indexing=indexing, sparse=sparse))
