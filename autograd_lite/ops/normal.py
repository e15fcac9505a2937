"""The distribution function of the standard normal distribution, without SciPy.

    normal_cdf(x) = (1 + erf(x / sqrt 2)) / 2        as `scipy.special.ndtr`

In single precision it is (1 + tanh(x p(x^2))) / 2 with a polynomial p of degree 6, fitted so that the result is off by
2.9e-8 at most before rounding.  In double precision it is the C library's erfc, number by number, which is exact to
rounding and about as fast as a polynomial of the degree that would be needed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..primitive import elementwise
from .bounds import bounded

_EDGE = 6.0
"""Beyond it the result is 0 or 1, in single precision."""

_COEFFICIENTS = (
    0.7978849414582482, 0.036333084579443266, -3.259497903342856e-05, -5.530619312129799e-05, 3.964744451668849e-06,
    -1.3226335310731689e-07, 1.7561714197148978e-09,
)  # fmt: skip

_erfc = np.frompyfunc(math.erfc, 1, 1)
_ROOT_HALF = math.sqrt(0.5)
_DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)


def _normal_cdf(x: Any) -> Any:
    x = np.asarray(x)
    if x.dtype == np.float64:
        return np.asarray(0.5 * _erfc(-_ROOT_HALF * x), np.float64)[()]
    wide = x.astype(np.float32, copy=False)
    with np.errstate(over="ignore"):  # the square of a huge number is cut off
        found = single_precision(wide, np.empty_like(wide), np.empty_like(wide))
    return found.astype(x.dtype, copy=False)[()]


def single_precision(x: Any, out: Any, spare: Any) -> Any:
    """The same of float32 numbers, written into `out`; `spare` is another array of the shape, which is written to."""
    s = np.square(x, out=spare)
    bounded(np.minimum, s, _EDGE * _EDGE, out=s)  # beyond it x p(36) is large enough for the tanh to be 1
    np.multiply(s, _COEFFICIENTS[-1], out=out)
    for coefficient in _COEFFICIENTS[-2:0:-1]:
        out += coefficient
        out *= s
    out += _COEFFICIENTS[0]
    out *= x
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


_normal_cdf.__name__ = "normal_cdf"
normal_cdf = elementwise(
    _normal_cdf,
    lambda v, _ans, x: v * (_DENSITY_AT_0 * np.exp(x * x * -0.5)),
    math="dy = exp(−x² / 2) / √(2π) dx",
)
