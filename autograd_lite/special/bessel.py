"""Modified Bessel functions of the first kind, of order 0 and 1; with an e, divided by exp(|x|)."""

from typing import Any

import numpy as np

from ..primitive import Primitive
from .values import declared

__all__ = ["i0", "i0e", "i1", "i1e"]


def _over(y: Any, x: Any) -> Any:
    """y / x, and 1/2 at x = 0: its limit for I_1."""
    return np.where(x == 0, 0.5, y / np.where(x == 0, 1.0, x))


i0: Primitive = declared("i0", lambda v, _ans, x: v * i1(x), math="dy = I₁(x) dx")
i1: Primitive = declared("i1", lambda v, ans, x: v * (i0(x) - _over(ans, x)), math="dy = (I₀(x) − y/x) dx")
i0e: Primitive = declared(
    "i0e", lambda v, ans, x: v * (i1e(x) - np.sign(x) * ans), math="dy = (I₁(x) exp(−|x|) − sign(x) y) dx"
)
i1e: Primitive = declared(
    "i1e",
    lambda v, ans, x: v * (i0e(x) - _over(ans, x) - np.sign(x) * ans),
    math="dy = (I₀(x) exp(−|x|) − y/x − sign(x) y) dx",
)
