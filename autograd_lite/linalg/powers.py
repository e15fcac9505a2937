"""Powers, chains of products, and the exponential of matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.linalg import matrix_rank

from ..ops.implementing import implements
from .matrices import identity, plain

__all__ = ["expm", "matrix_power", "matrix_rank", "multi_dot"]


@implements(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """A^n of each square matrix by repeated squaring; a negative n takes the inverse first."""
    if a.shape[-1:] != a.shape[-2:-1] or len(a.shape) < 2:
        raise np.linalg.LinAlgError(f"matrix_power: the last two axes must be square, and A has shape {tuple(a.shape)}")
    n = n.__index__()
    if n == 0:
        return a * 0.0 + identity(a.shape[-1], a.dtype)
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
    count = len(arrays)
    if count < 2:
        raise ValueError(f"multi_dot: two or more matrices are multiplied, not {count}")
    if any(len(np.shape(a)) != 2 for a in arrays[1:-1]) or any(len(np.shape(a)) not in (1, 2) for a in arrays):
        shapes = [np.shape(a) for a in arrays]
        raise np.linalg.LinAlgError(f"multi_dot: matrices, the first and the last may be vectors, not {shapes}")
    first, last = np.shape(arrays[0]), np.shape(arrays[-1])
    sizes = [1 if len(first) == 1 else first[0], first[-1]] + [np.shape(a)[1] for a in arrays[1:-1]]
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


_PADE = {
    3: (120.0, 60.0, 12.0, 1.0),
    5: (30240.0, 15120.0, 3360.0, 420.0, 30.0, 1.0),
    7: (17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0, 1.0),
    9: (17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0, 3960.0, 90.0, 1.0),
    13: (
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
    ),
}  # fmt: skip
_REACH = {
    3: 1.495585217958292e-2,
    5: 2.539398330063230e-1,
    7: 9.504178996162932e-1,
    9: 2.097847961257068,
    13: 5.371920351148152,
}
"""The 1-norm up to which a Padé approximant of each degree is exact to the rounding of float64."""


def expm(a: Any) -> Any:
    """The exponential of each square matrix, sum_k A^k / k!.

    By a diagonal Padé approximant of A / 2^s, squared s times (N. J. Higham, "The scaling and squaring method for the
    matrix exponential revisited", SIAM J. Matrix Anal. Appl. 26, 2005).  It is made of products and one solution of
    equations, and so are its derivatives, of any order.

    Raises:
        LinAlgError: a matrix is not square.

    >>> import numpy as np, autograd_lite as ag
    >>> turn = ag.linalg.expm(np.array([[0.0, -np.pi / 2], [np.pi / 2, 0.0]]))
    >>> bool(np.allclose(turn, [[0.0, -1.0], [1.0, 0.0]]))
    True
    """
    if len(np.shape(a)) < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"expm: the last two axes must be square, and A has shape {tuple(np.shape(a))}")
    values = plain(a)
    if values.dtype.kind not in "fc":
        a = a.astype(np.float64)
        values = plain(a)
    size = float(np.abs(values).sum(-2).max(initial=0.0))
    if not math.isfinite(size):
        return a * np.nan
    one = identity(a.shape[-1], values.dtype)
    squarings = 0
    degree = next((degree for degree, reach in _REACH.items() if size <= reach), 13)
    if size > _REACH[13]:
        squarings = math.ceil(math.log2(size / _REACH[13]))
        a = a * 2.0**-squarings
    b = [c / _PADE[degree][0] for c in _PADE[degree]]
    a2 = a @ a
    even, odd = one * b[0] + a2 * b[2], one * b[1] + a2 * b[3]
    power = a2
    for k in range(4, degree, 2):
        power = power @ a2
        even, odd = even + power * b[k], odd + power * b[k + 1]
    odd = a @ odd
    found = np.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        found = found @ found
    return found
