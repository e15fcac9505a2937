"""Circular and hyperbolic functions."""

import numpy as np

from ..primitive import elementwise

__all__ = ["arctan", "cos", "cosh", "sin", "sinh", "tan", "tanh"]

sin = elementwise(np.sin, lambda v, _ans, x: v * np.cos(x))
cos = elementwise(np.cos, lambda v, _ans, x: -v * np.sin(x))
tan = elementwise(np.tan, lambda v, ans, _x: v * (ans * ans + 1))
arctan = elementwise(np.arctan, lambda v, _ans, x: v / (x * x + 1))
sinh = elementwise(np.sinh, lambda v, _ans, x: v * np.cosh(x))
cosh = elementwise(np.cosh, lambda v, _ans, x: v * np.sinh(x))
tanh = elementwise(np.tanh, lambda v, ans, _x: v * (1 - ans * ans))
