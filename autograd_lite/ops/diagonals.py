"""Diagonals, triangles and traces of matrices, which any two axes may make up."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..primitive import Primitive, linear
from .implementing import implements
from .reductions import sum

__all__ = ["diag", "diagflat", "diagonal", "trace", "tril", "triu"]

tril = linear(np.tril, lambda g, _ans, _m, k=0: np.tril(g, k), math="dY = dX below a diagonal, 0 above;  X̄ likewise")
triu = linear(np.triu, lambda g, _ans, _m, k=0: np.triu(g, k), math="dY = dX above a diagonal, 0 below;  X̄ likewise")


def _on_diagonal(x: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros of `shape` with x on a diagonal: the transpose of `diagonal`."""
    into = np.zeros(shape, x.dtype)
    writing = np.diagonal(into, offset, axis1, axis2)
    writing.flags.writeable = True  # NumPy gives it out for reading, but it is a view of what was made here
    writing[...] = x
    return into


_on_diagonal.__name__ = "on_diagonal"
diagonal: Primitive = linear(
    np.diagonal,
    lambda g, _ans, _x, offset=0, axis1=0, axis2=1: on_diagonal(g, _x.shape, offset, axis1, axis2),
    math="dyᵢ = dxᵢᵢ;  X̄ = 0, x̄ᵢᵢ = ȳᵢ",
)
on_diagonal: Primitive = linear(
    _on_diagonal,
    lambda g, _ans, _x, shape, offset=0, axis1=0, axis2=1: np.diagonal(g, offset, axis1, axis2),
    math="dY = 0, dyᵢᵢ = dxᵢ;  x̄ᵢ = ȳᵢᵢ",
)


@implements(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The k-th diagonal of a matrix; of a vector, the square matrix with it on the k-th diagonal.

    Raises:
        ValueError: v has neither one nor two axes.
    """
    v = v if hasattr(v, "shape") else np.asarray(v)
    if len(v.shape) == 1:
        n = v.shape[0] + abs(k)
        return on_diagonal(v, (n, n), k)
    if len(v.shape) != 2:
        raise ValueError(
            f"diag: a vector or a matrix is needed, not the shape {v.shape}; see np.diagonal and np.diagflat"
        )
    return np.diagonal(v, k)


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The square matrix with all elements of v, in a row, on the k-th diagonal."""
    return diag(np.reshape(v, (-1,)), k)


@implements(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """The sum along a diagonal of the matrices that two axes make up."""
    return sum(diagonal(a, offset, axis1, axis2), -1, dtype)
