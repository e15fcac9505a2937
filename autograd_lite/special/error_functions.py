"""The error function, the normal distribution, and entropies."""

import math
from typing import Any

import numpy as np

from ..primitive import Primitive, elementwise
from .values import declared, scipy_special

__all__ = ["entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "kl_div", "log_ndtr", "ndtr", "ndtri", "rel_entr"]

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
ROOT_HALF_PI = math.sqrt(math.pi / 2)
ROOT_TWO_PI = math.sqrt(2 * math.pi)

erf = declared("erf", lambda v, _ans, x: v * (TWO_OVER_ROOT_PI * np.exp(-x * x)), math="dy = 2/√π exp(−x²) dx")
erfc = declared("erfc", lambda v, _ans, x: v * (-TWO_OVER_ROOT_PI * np.exp(-x * x)), math="dy = −2/√π exp(−x²) dx")
_FAR = 12.0


def _erfcx_rule(v: Any, ans: Any, x: Any) -> Any:
    """2x y - 2/sqrt(pi), of which nothing is left in the end; far out by its asymptotic series."""
    far = x > _FAR
    inverse = 1 / np.where(far, x, _FAR)
    z = inverse * inverse * 0.5
    series = 1 - z * 23.0
    for odd in range(21, 1, -2):  # 1 - 3z(1 - 5z(1 - 7z(...)))
        series = 1 - series * z * float(odd)
    return v * np.where(far, series * z * -TWO_OVER_ROOT_PI, 2 * x * ans - TWO_OVER_ROOT_PI)


erfcx: Primitive = declared("erfcx", _erfcx_rule, math="dy = (2x y − 2/√π) dx")
erfinv = declared("erfinv", lambda v, ans, _x: v * (np.exp(ans * ans) / TWO_OVER_ROOT_PI), math="dy = √π/2 exp(y²) dx")
erfcinv = declared(
    "erfcinv", lambda v, ans, _x: v * (np.exp(ans * ans) / -TWO_OVER_ROOT_PI), math="dy = −√π/2 exp(y²) dx"
)
ndtr = declared(
    "ndtr", lambda v, _ans, x: v * (np.exp(x * x * -0.5) / ROOT_TWO_PI), math="dy = φ(x) dx, φ(x) = exp(−x²/2)/√(2π)"
)
ndtri = declared("ndtri", lambda v, ans, _p: v * (np.exp(ans * ans * 0.5) * ROOT_TWO_PI), math="dy = dp / φ(y)")


def _mills(x: Any) -> Any:
    """phi(x) / ndtr(x), the derivative of log_ndtr: without the quotient of two vanishing numbers where x << 0."""
    with np.errstate(over="ignore"):
        return 1 / (ROOT_HALF_PI * scipy_special.erfcx(-x * math.sqrt(0.5))).astype(x.dtype)


_mills.__name__ = "mills"
mills: Primitive = elementwise(_mills, lambda v, ans, x: -v * (ans * (x + ans)), math="dy = −y(x + y) dx")
log_ndtr = declared("log_ndtr", lambda v, _ans, x: v * mills(x), math="dy = φ(x)/Φ(x) dx")

entr = declared("entr", lambda v, _ans, x: -v * (np.log(x) + 1), math="dy = −(1 + log x) dx")
rel_entr = declared(
    "rel_entr",
    lambda v, _ans, x, y: v * (np.log(x / y) + 1),
    lambda v, _ans, x, y: -v * (x / y),
    math="dz = (1 + log x/y) dx − x/y dy",
)
kl_div = declared(
    "kl_div",
    lambda v, _ans, x, y: v * np.log(x / y),
    lambda v, _ans, x, y: v * (1 - x / y),
    math="dz = log x/y dx + (1 − x/y) dy",
)
