"""Functions under the names of the array API standard, for `ag.name`; most are NumPy's own, recorded.

The standard's names and meanings are NumPy 2's.  `ag.exp(t)` and `np.exp(t)` are the same operation.
"""

from typing import Any

import numpy as np

from . import ops
from .primitive import Traced
from .tape import wrap
from .tensor import Tensor

__all__ = [
    "abs",
    "add",
    "arctan",
    "asarray",
    "broadcast_to",
    "clip",
    "concat",
    "cos",
    "cosh",
    "cumulative_sum",
    "divide",
    "exp",
    "expand_dims",
    "expm1",
    "flip",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "matmul",
    "matrix_transpose",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "moveaxis",
    "multiply",
    "negative",
    "permute_dims",
    "positive",
    "pow",
    "reciprocal",
    "relu",
    "remainder",
    "reshape",
    "sigmoid",
    "sin",
    "sinh",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "take_along_axis",
    "tan",
    "tanh",
    "unstack",
    "var",
    "where",
]  # fmt: skip

abs = ops.absolute
add = ops.add
arctan = ops.arctan
broadcast_to = ops.broadcast_to
clip = ops.clip
concat = ops.concat
cos = ops.cos
cosh = ops.cosh
cumulative_sum = ops.cumulative_sum
divide = ops.divide
exp = ops.exp
expand_dims = ops.expand_dims
expm1 = ops.expm1
flip = ops.flip
log = ops.log
log1p = ops.log1p
log2 = ops.log2
log10 = ops.log10
logaddexp = ops.logaddexp
matmul = ops.matmul
matrix_transpose = ops.matrix_transpose
max = ops.max
maximum = ops.maximum
mean = ops.mean
min = ops.min
minimum = ops.minimum
moveaxis = ops.moveaxis
multiply = ops.multiply
negative = ops.negative
permute_dims = ops.permute_dims
positive = ops.positive
pow = ops.power
reciprocal = ops.reciprocal
remainder = ops.remainder
reshape = ops.reshape
sin = ops.sin
sinh = ops.sinh
sqrt = ops.sqrt
square = ops.square
squeeze = ops.squeeze
stack = ops.stack
std = ops.std
subtract = ops.subtract
sum = ops.sum
take_along_axis = ops.take_along_axis
tan = ops.tan
tanh = ops.tanh
unstack = ops.unstack
var = ops.var
where = ops.where

# beyond the standard
relu = ops.relu
sigmoid = ops.sigmoid
split = ops.split


def asarray(obj: Any, dtype: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor of `obj`: itself if it is one already, else as `Tensor(obj)`.

    With `copy=False` the memory of an ndarray is shared instead of copied; then it must not be written
    to while a backward that needs it is pending, which nothing can watch over.

    Raises:
        ValueError: `copy=False` cannot be kept (another dtype, or no ndarray).
    """
    if isinstance(obj, Tensor) and not copy and (dtype is None or obj.dtype == np.dtype(dtype)):
        return obj
    if copy is False:
        if (
            not isinstance(obj, np.ndarray)
            or obj.dtype.kind not in "biufc"
            or (dtype is not None and obj.dtype != np.dtype(dtype))
        ):
            raise ValueError(f"asarray: copy=False needs an ndarray of the dtype, not {type(obj).__name__}")
        return wrap(obj, None)  # type: ignore[no-any-return]
    if isinstance(obj, Traced):
        return obj.copy() if dtype is None else obj.astype(dtype)  # type: ignore[attr-defined, no-any-return]
    return Tensor(obj, dtype)
