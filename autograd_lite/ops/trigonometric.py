"""Circular and hyperbolic functions, and their inverses."""

import math
from typing import Any

import numpy as np

from ..primitive import elementwise, general

__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan",
    "atan2", "atanh", "cos", "cosh", "deg2rad", "degrees", "rad2deg", "radians", "sin", "sinc", "sinh", "tan", "tanh",
    "unwrap",
]  # fmt: skip

sin = elementwise(np.sin, lambda v, _ans, x: v * np.cos(x), math="dy = cos x dx")
cos = elementwise(np.cos, lambda v, _ans, x: -v * np.sin(x), math="dy = −sin x dx")
tan = elementwise(np.tan, lambda v, ans, _x: v * (ans * ans + 1), math="dy = (1 + y²) dx")
sinh = elementwise(np.sinh, lambda v, _ans, x: v * np.cosh(x), math="dy = cosh x dx")
cosh = elementwise(np.cosh, lambda v, _ans, x: v * np.sinh(x), math="dy = sinh x dx")
tanh = elementwise(np.tanh, lambda v, ans, _x: v * (1 - ans * ans), math="dy = (1 − y²) dx")


def _one_minus_square(x: Any) -> Any:
    """(1 - x)(1 + x), which near 1 keeps digits that 1 - x^2 loses; one operation, whose derivative keeps its too."""
    return (1 - x) * (1 + x)


def _root_of_square_minus_one(x: Any) -> Any:
    """sqrt(x - 1) sqrt(x + 1), whose parts never overflow, and of a complex number are of arccosh's branch."""
    return np.sqrt(x - 1) * np.sqrt(x + 1)


_one_minus_square.__name__ = "one_minus_square"
_root_of_square_minus_one.__name__ = "root_of_square_minus_one"
one_minus_square = elementwise(_one_minus_square, lambda v, _ans, x: -v * (x + x), math="dy = −2x dx")
root_of_square_minus_one = elementwise(
    _root_of_square_minus_one, lambda v, ans, x: v * (x / ans), math="dy = (x / y) dx"
)

arcsin = elementwise(np.arcsin, lambda v, _ans, x: v / np.sqrt(one_minus_square(x)), math="dy = dx / √(1 − x²)")
arccos = elementwise(np.arccos, lambda v, _ans, x: -v / np.sqrt(one_minus_square(x)), math="dy = −dx / √(1 − x²)")
arctan = elementwise(np.arctan, lambda v, _ans, x: v / (x * x + 1), math="dy = dx / (1 + x²)")
arcsinh = elementwise(
    np.arcsinh,
    # hypot, since x^2 may be beyond the largest number
    lambda v, _ans, x: v / (np.hypot(x, 1.0) if x.dtype.kind != "c" else np.sqrt(x * x + 1)),
    math="dy = dx / √(1 + x²)",
)
arccosh = elementwise(np.arccosh, lambda v, _ans, x: v / root_of_square_minus_one(x), math="dy = dx / √(x² − 1)")
arctanh = elementwise(np.arctanh, lambda v, _ans, x: v / one_minus_square(x), math="dy = dx / (1 − x²)")


def _over_squared_length(a: Any, x: Any, y: Any) -> Any:
    """a / (x^2 + y^2), of squares that may be beyond the largest number; 0 at 0, 0."""
    length = np.hypot(x, y)
    inverse = 1 / np.where(length == 0, 1.0, length)
    return a * inverse * inverse


arctan2 = elementwise(
    np.arctan2,
    lambda v, _ans, y, x: v * _over_squared_length(x, x, y),
    lambda v, _ans, y, x: -v * _over_squared_length(y, x, y),
    math="dθ = (x dy − y dx) / (x² + y²), 0 at 0, 0",
)
acos, acosh, asin, asinh, atan, atan2, atanh = arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh

deg2rad = elementwise(np.deg2rad, lambda v, _ans, _x: v * (math.pi / 180), math="dy = (π / 180) dx")
rad2deg = elementwise(np.rad2deg, lambda v, _ans, _x: v * (180 / math.pi), math="dy = (180 / π) dx")
radians = elementwise(np.radians, lambda v, _ans, _x: v * (math.pi / 180), math="dy = (π / 180) dx")
degrees = elementwise(np.degrees, lambda v, _ans, _x: v * (180 / math.pi), math="dy = (180 / π) dx")

_SINC_SERIES = [(-1) ** k * 2 * k * math.pi ** (2 * k) / math.factorial(2 * k + 1) for k in range(9, 0, -1)]
"""Of the derivative of sinc at 0, in odd powers of x, the highest first."""


def _sinc_rule(v: Any, ans: Any, x: Any) -> Any:
    """(cos(pi x) - sinc x) / x; by its series near 0, where that loses its digits, and all derivatives with them."""
    near = np.abs(x) < 0.25
    small = np.where(near, x, 0.0)
    square = small * small
    series = square * 0.0
    for coefficient in _SINC_SERIES:
        series = series * square + coefficient
    return v * np.where(near, series * small, (np.cos(x * math.pi) - ans) / np.where(near, 1.0, x))


def _sinc(x: Any) -> Any:
    """NumPy's own turns a scalar into float64."""
    answer = np.sinc(x)
    return answer.astype(x.dtype) if isinstance(x, np.generic) else answer


sinc = elementwise(np.sinc, _sinc_rule, raw=_sinc, math="dy = (cos πx − y) / x dx, 0 at 0")

unwrap = general(
    np.unwrap,
    vjps=(lambda g, _ans, _p, *_options, **_more: g,),
    jvps=(lambda v, _ans, _p, *_options, **_more: v,),
    math="dy = dp: what is added is constant",
)
