"""The operations the engine knows, declared by the mathematics they are.

Each module below is one family; adding an operation is adding its declaration to the family it belongs
to (and its samples to the tests).  The primitives carry NumPy's names, and `composed` holds the NumPy
functions that are spelled with others.
"""

from .arithmetic import (
    absolute,
    add,
    divide,
    multiply,
    negative,
    positive,
    power,
    reciprocal,
    remainder,
    sqrt,
    square,
    subtract,
)
from .casting import astype, copy, stop_gradient
from .choice import clip, maximum, minimum, relu, where
from .composed import composed
from .exponential import exp, expm1, log, log1p, log2, log10, logaddexp, sigmoid
from .indexing import getitem, scatter_add, take_along_axis
from .joining import concat, split, stack, unstack
from .products import matmul
from .reductions import cumulative_sum, max, mean, min, std, sum, var
from .shapes import (
    broadcast_to,
    expand_dims,
    flip,
    matrix_transpose,
    moveaxis,
    permute_dims,
    ravel,
    reshape,
    squeeze,
    swapaxes,
)
from .trigonometric import arctan, cos, cosh, sin, sinh, tan, tanh

__all__ = [
    "absolute", "add", "arctan", "astype", "broadcast_to", "clip", "composed", "concat", "copy", "cos", "cosh",
    "cumulative_sum", "divide", "exp", "expand_dims", "expm1", "flip", "getitem", "log", "log1p", "log2", "log10",
    "logaddexp", "matmul", "matrix_transpose", "max", "maximum", "mean", "min", "minimum", "moveaxis", "multiply",
    "negative", "permute_dims", "positive", "power", "ravel", "reciprocal", "relu", "remainder", "reshape",
    "scatter_add", "sigmoid", "sin", "sinh", "split", "sqrt", "square", "squeeze", "stack", "std", "stop_gradient",
    "subtract", "sum", "swapaxes", "take_along_axis", "tan", "tanh", "unstack", "var", "where",
]  # fmt: skip
