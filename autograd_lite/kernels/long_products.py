"""a b^T of long rows, as a sum of products of their pieces.

BLAS has kernels of their own for products of up to some 10^6 multiplications, which pack nothing and wait for no other
thread. A product of few long rows, as the gradient of a convolution's weights is, takes a third of the time if it is
made of such.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SMALL = 900_000
"""So many multiplications are few."""
PAIRS = 512
"""Of more pairs of rows BLAS makes as good use of two threads as of its small kernels."""


def product_of_rows(a: Any, b: Any, out: Any = None) -> Any:
    """a b^T for a (M, K) and b (N, K), into `out` if it is given, which is contiguous."""
    pairs, length = len(a) * len(b), a.shape[1]
    work = pairs * length
    count = 1 << (work // SMALL).bit_length()
    if work <= SMALL or pairs > PAIRS:
        return np.dot(a, b.T, out=out)
    size = length // count
    whole = count * size
    first, second = (x[:, :whole].reshape(len(x), count, size).swapaxes(0, 1) for x in (a, b))
    total = np.add.reduce(np.matmul(first, second.mT), 0, out=out)
    if whole < length:
        total += np.dot(a[:, whole:], b[:, whole:].T)
    return total
