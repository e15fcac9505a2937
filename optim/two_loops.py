"""The two-loop recursion: a vector times the inverse Hessian that L-BFGS guesses, without a matrix.

H is what the pairs (s, y) make of scale · I, one after the other, oldest first:

    H ← (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,     ρ = 1 / yᵀs

so that H y = s for the last of them.  Nocedal and Wright, "Numerical optimization", 2nd ed. 2006, algorithm 7.4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .flat import Array


def two_loops(v: Array, pairs: Sequence[tuple[Array, Array, float]], scale: float) -> Array:
    """H v, in memory of its own.

    Args:
        v: a vector.
        pairs: (s, y, ρ) of each pair, the oldest first.
        scale: what H is a multiple of before the first pair.

    >>> import numpy as np
    >>> s, y = np.array([1.0, 0.0]), np.array([4.0, 0.0])
    >>> two_loops(np.array([4.0, 8.0]), [(s, y, 0.25)], 0.25)      # H y = s
    array([1., 2.])
    """
    v = v.copy()
    room = np.empty_like(v)
    shares = []
    for s, y, rho in reversed(pairs):
        share = rho * float(s.dot(v))
        shares.append(share)
        v -= np.multiply(y, share, room)
    v *= scale
    for (s, y, rho), share in zip(pairs, reversed(shares), strict=True):
        v += np.multiply(s, share - rho * float(y.dot(v)), room)
    return v
