"""Small constant arrays that kernels use again and again; nobody may write to them."""

from functools import lru_cache
from typing import Any

import numpy as np


@lru_cache(maxsize=64)
def ones(n: int, dtype: Any) -> Any:
    """n ones.  A product with them sums rows or columns in half the time of a reduction."""
    return _locked(np.ones(n, dtype))


@lru_cache(maxsize=64)
def positions(n: int) -> Any:
    """0, 1, ..., n - 1."""
    return _locked(np.arange(n))


@lru_cache(maxsize=64)
def strided(n: int, step: int) -> Any:
    """0, step, ..., (n - 1) step."""
    return _locked(np.arange(n) * step)


def _locked(array: Any) -> Any:
    array.flags.writeable = False
    return array
