"""Sums, products, powers: elementwise, with one rule per argument.

A rule is v times the partial derivative; the tape sums over broadcast axes and casts dtypes back.
"""

import operator
from typing import Any

import numpy as np

from ..primitive import elementwise

__all__ = [
    "absolute",
    "add",
    "divide",
    "multiply",
    "negative",
    "positive",
    "power",
    "reciprocal",
    "remainder",
    "sqrt",
    "square",
    "subtract",
]

add = elementwise(np.add, lambda v, _ans, _x, _y: v, lambda v, _ans, _x, _y: v, raw=operator.add)
subtract = elementwise(np.subtract, lambda v, _ans, _x, _y: v, lambda v, _ans, _x, _y: -v, raw=operator.sub)
multiply = elementwise(np.multiply, lambda v, _ans, _x, y: v * y, lambda v, _ans, x, _y: v * x, raw=operator.mul)
divide = elementwise(
    np.divide,
    lambda v, _ans, _x, y: v / y,
    lambda v, ans, _x, y: -(v * ans) / y,
    raw=operator.truediv,
)
remainder = elementwise(
    np.remainder,
    lambda v, _ans, _x, _y: v,
    lambda v, _ans, x, y: -v * np.floor_divide(x, y),
    raw=operator.mod,
)


def _absolute_rule(v: Any, _ans: Any, x: Any) -> Any:
    """Of |z| the change is Re(conj(z) dz) / |z|."""
    return v * (np.sign(x) if x.dtype.kind != "c" else np.conjugate(_direction(x)))


def _direction(z: Any) -> Any:
    """z / |z|, and 0 at 0."""
    size = np.abs(z)
    return z / np.where(size == 0, 1.0, size)


negative = elementwise(np.negative, lambda v, _ans, _x: -v, raw=operator.neg)
positive = elementwise(np.positive, lambda v, _ans, _x: v, raw=operator.pos)
absolute = elementwise(np.absolute, _absolute_rule, raw=operator.abs)  # 0 at 0
reciprocal = elementwise(np.reciprocal, lambda v, ans, _x: -v * (ans * ans))
square = elementwise(np.square, lambda v, _ans, x: v * (x + x))
sqrt = elementwise(np.sqrt, lambda v, ans, _x: v * 0.5 / ans)  # infinite at 0


def _power_by_base(v: Any, _ans: Any, x: Any, y: Any) -> Any:
    """y x^(y-1), and 0 where y is 0, also at x = 0."""
    if isinstance(y, (int, float)):
        if y == 2:
            return v * (x + x)
        return v * (y * x ** (y - 1)) if y != 0 else v * 0.0
    return v * np.where(y == 0, 0.0, y * x ** np.where(y == 0, 1.0, y - 1)).astype(v.dtype)


def _power_by_exponent(v: Any, ans: Any, x: Any, y: Any) -> Any:
    """x^y log(x), and 0 at x = 0 where y >= 0, its limit from y > 0."""
    zero = (x == 0) & (y >= 0)
    return v * (ans * np.log(np.where(zero, 1.0, x)).astype(v.dtype))


power = elementwise(np.power, _power_by_base, _power_by_exponent, raw=operator.pow)
