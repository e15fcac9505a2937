"""Sums, products, powers: elementwise, with one rule per argument.

A rule is v times the partial derivative; the tape sums over broadcast axes and casts dtypes back.
"""

import cmath
import math
import operator
from typing import Any

import numpy as np

from ..primitive import elementwise, general
from .casting import stop_gradient
from .implementing import implements
from .ones import times
from .words import array_of

__all__ = [
    "absolute", "add", "cbrt", "divide", "divmod", "fabs", "float_power", "fmod", "frexp", "hypot", "ldexp", "modf",
    "multiply", "negative", "positive", "pow", "power", "reciprocal", "remainder", "sqrt", "square", "subtract",
]  # fmt: skip

add = elementwise(np.add, lambda v, _ans, _x, _y: v, lambda v, _ans, _x, _y: v, raw=operator.add, math="dz = dx + dy")
subtract = elementwise(
    np.subtract, lambda v, _ans, _x, _y: v, lambda v, _ans, _x, _y: -v, raw=operator.sub, math="dz = dx − dy"
)
multiply = elementwise(
    np.multiply,
    lambda v, _ans, _x, y: times(v, y),
    lambda v, _ans, x, _y: times(v, x),
    raw=operator.mul,
    math="dz = y dx + x dy",
)
divide = elementwise(
    np.divide,
    lambda v, _ans, _x, y: v / y,
    lambda v, ans, _x, y: -(v * ans) / y,
    raw=operator.truediv,
    math="dz = dx / y − (z / y) dy",
)


def _remainder_by_divisor(v: Any, ans: Any, x: Any, y: Any) -> Any:
    """-v times the whole quotient; found again from the answer, fifty times as fast as by NumPy's floor_divide."""
    return -v * np.rint((x - ans) / y)


def _modulus_rule(v: Any, ans: Any, x: Any, y: Any) -> Any:
    if np.isinf(array_of(y)).any():  # the answer may be infinite, and says nothing of the quotient
        return -v * np.floor_divide(x, y)
    return _remainder_by_divisor(v, ans, x, y)


remainder = elementwise(
    np.remainder,
    lambda v, _ans, _x, _y: v,
    _modulus_rule,
    raw=operator.mod,
    math="dz = dx − ⌊x / y⌋ dy",
)
fmod = elementwise(
    np.fmod,
    lambda v, _ans, _x, _y: v,
    _remainder_by_divisor,
    math="dz = dx − trunc(x / y) dy",
)

negative = elementwise(
    np.negative,
    lambda v, _ans, _x: -v,
    adds=lambda into, v, _ans, _x: np.subtract(into, v, out=into),
    raw=operator.neg,
    math="dy = −dx",
)
positive = elementwise(np.positive, lambda v, _ans, _x: v, raw=operator.pos, math="dy = dx")


def direction(z: Any) -> Any:
    """z / |z|, and 0 at 0, with all its derivatives."""
    size = np.abs(z)
    some = size != 0
    return z * (some.astype(size.dtype) / np.where(some, size, 1.0))


def _absolute_rule(v: Any, _ans: Any, x: Any) -> Any:
    """Of |z| the change is Re(conj(z) dz) / |z|."""
    return times(v, np.sign(x) if x.dtype.kind != "c" else np.conjugate(direction(x)))


absolute = elementwise(
    np.absolute, _absolute_rule, raw=operator.abs, math="dy = sign(x) dx, 0 at 0;  of a complex x: Re(x* dx) / |x|"
)
fabs = elementwise(np.fabs, lambda v, _ans, x: v * np.sign(x), math="dy = sign(x) dx, 0 at 0")
reciprocal = elementwise(np.reciprocal, lambda v, ans, _x: -v * (ans * ans), math="dy = −y² dx")
square = elementwise(np.square, lambda v, _ans, x: times(v, x + x), math="dy = 2x dx")
sqrt = elementwise(np.sqrt, lambda v, ans, _x: v * 0.5 / ans, math="dy = dx / 2y, infinite at 0")
cbrt = elementwise(np.cbrt, lambda v, ans, _x: v / (ans * ans * 3), math="dy = dx / 3y², infinite at 0")


def _hypot_rule(v: Any, ans: Any, x: Any) -> Any:
    return v * (x / ans)


hypot = elementwise(
    np.hypot,
    lambda v, ans, x, _y: _hypot_rule(v, ans, x),
    lambda v, ans, _x, y: _hypot_rule(v, ans, y),
    math="dz = (x dx + y dy) / z",
)


def _raised(x: Any, y: Any) -> Any:
    """x ** y; small whole powers of an array by products, a hundred times as fast as NumPy's general power."""
    if (
        type(y) in (int, float)
        and y in (3, 4, -2, -3)
        and isinstance(x, np.ndarray)
        and x.ndim
        and x.dtype.kind in "fc"
    ):
        power = x * x
        if y == 4:
            power *= power
        elif y != -2:
            power *= x
        return power if y > 0 else np.reciprocal(power, out=power)
    return operator.pow(x, y)


def _power_by_base(v: Any, _ans: Any, x: Any, y: Any) -> Any:
    """y x^(y-1), and 0 where y is 0, also at x = 0."""
    if isinstance(y, (int, float, complex)):
        if y == 2:
            return times(v, x + x)
        return times(v, y * power(x, y - 1)) if y != 0 else v * 0.0
    constant = y == 0
    if array_of(constant).any():
        return v * np.where(constant, 0.0, y * x ** np.where(constant, 1.0, y - 1))
    return v * (y * x ** (y - 1))


def _power_by_exponent(v: Any, ans: Any, x: Any, y: Any) -> Any:
    """x^y log(x), and 0 at x = 0 where y >= 0, its limit from y > 0."""
    if isinstance(x, (int, float, complex)):
        if isinstance(x, complex) or x > 0:
            return v * (ans * (cmath.log(x) if isinstance(x, complex) else math.log(x)))
        x = np.asarray(x, v.dtype)
    elif v.dtype.kind == "c" and x.dtype.kind != "c":
        x = x.astype(v.dtype)  # log of a negative number is complex then
    zero = (x == 0) & (y >= 0)
    return v * (ans * np.log(np.where(zero, 1.0, x) if array_of(zero).any() else x))


power = elementwise(
    np.power, _power_by_base, _power_by_exponent, raw=_raised, math="dz = y xʸ⁻¹ dx + z log x dy, 0 for y = 0 and x = 0"
)
pow = power


@implements(np.float_power)
def float_power(x: Any, y: Any) -> Any:
    """x to the y in float64 at least, or complex128."""
    wide = np.result_type(x.dtype if hasattr(x, "dtype") else x, y.dtype if hasattr(y, "dtype") else y, np.float64)
    x, y = (a.astype(wide) if hasattr(a, "dtype") else a for a in (x, y))
    return power(x, y)


ldexp = elementwise(np.ldexp, lambda v, _ans, _x, n: np.ldexp(v, n), None, math="dy = 2ⁿ dx")


def _divmod(x: Any, y: Any) -> list[Any]:
    return list(np.divmod(x, y))


_divmod.__name__ = "divmod"
_divmod_primitive = general(
    _divmod,
    vjps=(lambda g, _ans, _x, _y: g[1], lambda g, ans, x, y: _modulus_rule(g[1], ans[1], x, y)),
    jvps=(
        lambda v, ans, _x, _y: [ans[0] * 0.0, v],
        lambda v, ans, x, y: [ans[0] * 0.0, _modulus_rule(v, ans[1], x, y)],
    ),
    many=True,
    math="of the remainder: dz = dx − ⌊x / y⌋ dy",
)


@implements(np.divmod)
def divmod(x: Any, y: Any) -> tuple[Any, Any]:
    """The quotient rounded down, which carries no gradient, and the remainder, which does."""
    quotient, rest = _divmod_primitive(x, y)
    return stop_gradient(quotient), rest


def _modf(x: Any) -> list[Any]:
    return list(np.modf(x))


def _frexp(x: Any) -> list[Any]:
    return list(np.frexp(x))


_modf.__name__ = "modf"
_frexp.__name__ = "frexp"
_modf_primitive = general(
    _modf,
    vjps=(lambda g, _ans, _x: g[0],),
    jvps=(lambda v, _ans, _x: [v, v * 0.0],),
    many=True,
    math="of the fraction: dy = dx",
)
_frexp_primitive = general(
    _frexp,
    vjps=(lambda g, ans, _x: np.ldexp(g[0], -ans[1]),),
    jvps=(lambda v, ans, _x: [np.ldexp(v, -ans[1]), ans[1] * 0],),
    many=True,
    math="of the mantissa: dm = 2⁻ᵉ dx",
)


@implements(np.modf)
def modf(x: Any) -> tuple[Any, Any]:
    """The fraction, which carries the gradient, and the whole part, both with the sign of x."""
    fraction, whole = _modf_primitive(x)
    return fraction, whole


@implements(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    """Mantissa and exponent: x = m 2^e with 1/2 <= |m| < 1; the mantissa carries the gradient."""
    mantissa, exponent = _frexp_primitive(x)
    return mantissa, exponent
