"""NumPy functions that are spelled with others: from the function to its spelling."""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import casting, choice, indexing, joining, products, reductions, shapes

composed: dict[Callable[..., Any], Callable[..., Any]] = {
    np.amax: reductions.max,
    np.amin: reductions.min,
    np.clip: choice.clip,
    np.concatenate: joining.concat,
    np.copy: casting.copy,
    np.matmul: products.matmul,
    np.ravel: shapes.ravel,
    np.split: joining.split,
    np.stack: joining.stack,
    np.std: reductions.std,
    np.take_along_axis: indexing.take_along_axis,
    np.var: reductions.var,
    np.where: choice.where,
}
for _name, _function in {"astype": casting.astype, "unstack": joining.unstack}.items():
    if hasattr(np, _name):  # NumPy 2.1 has them
        composed[getattr(np, _name)] = _function
