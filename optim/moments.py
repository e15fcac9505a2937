"""Running means of the gradient and of its square: what Adam and its kin go by.

m ← β₁ m + (1 - β₁) g
v ← β₂ v + (1 - β₂) g²
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .places import Array


def keep_means(m: Array, v: Array, g: Array, t: Array, betas: tuple[float, float]) -> None:
    """Bring both up to date, in place; `t` is overwritten."""
    keep1, take1, keep2, take2 = _rates(*betas, m.dtype.char)

    m *= keep1
    np.multiply(g, take1, t)
    m += t

    v *= keep2
    np.square(g, t)
    t *= take2
    v += t


@lru_cache(maxsize=64)
def _rates(beta1: float, beta2: float, dtype: str) -> tuple[Array, ...]:
    """beta1, 1 - beta1, beta2, 1 - beta2 as arrays without axes: NumPy takes them quicker than Python's numbers."""
    return tuple(np.array(rate, dtype) for rate in (beta1, 1.0 - beta1, beta2, 1.0 - beta2))
