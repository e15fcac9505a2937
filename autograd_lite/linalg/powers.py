"""Powers and chains of products of matrices, and their rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.linalg import matrix_rank

from ..ops.implementing import implements
from .matrices import array, identity

__all__ = ["matrix_power", "matrix_rank", "multi_dot"]


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A^n of each square matrix by repeated squaring; a negative n takes the inverse first."""
    a = array(a)
    if a.shape[-1:] != a.shape[-2:-1] or len(a.shape) < 2:
        raise np.linalg.LinAlgError(f"matrix_power: the last two axes must be square, and A has shape {tuple(a.shape)}")
    n = n.__index__()
    if n == 0:
        return np.zeros_like(a) + identity(a.shape[-1], a.dtype)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    power = None
    while True:
        n, odd = divmod(n, 2)
        if odd:
            power = a if power is None else power @ a
        if not n:
            return power
        a = a @ a


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any]) -> Any:
    """The product of two or more matrices in the order that takes the fewest multiplications.

    The first may be a vector, a row, and the last one, a column.  (T. H. Cormen et al., "Introduction to Algorithms",
    on matrix-chain multiplication.)
    """
    arrays = [array(a) for a in arrays]
    count = len(arrays)
    if count < 2:
        raise ValueError(f"multi_dot: two or more matrices are multiplied, not {count}")
    if any(len(a.shape) != 2 for a in arrays[1:-1]) or any(len(a.shape) not in (1, 2) for a in arrays):
        shapes = [a.shape for a in arrays]
        raise np.linalg.LinAlgError(f"multi_dot: matrices, the first and the last may be vectors, not {shapes}")
    first, last = arrays[0].shape, arrays[-1].shape
    sizes = [1 if len(first) == 1 else first[0], first[-1]] + [a.shape[1] for a in arrays[1:-1]]
    sizes.append(last[1] if len(last) == 2 else 1)
    cost = {(i, i): (0, i) for i in range(count)}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i, j] = min(
                (cost[i, k][0] + cost[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )

    def product(i: int, j: int) -> Any:
        if i == j:
            return arrays[i]
        k = cost[i, j][1]
        return np.matmul(product(i, k), product(k + 1, j))

    return product(0, count - 1)
