"""Matrix products."""

import operator
from typing import Any

import numpy as np

from ..primitive import bilinear
from .implementing import implements

__all__ = ["matmul"]

_matmul = bilinear(np.matmul, lambda g, _ans, _a, b: g @ b.mT, lambda g, _ans, a, _b: a.mT @ g, raw=operator.matmul)


@implements(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """The matrix product over the last two axes; a vector counts as one row (left) or one column (right)."""
    row, column = _is_vector(a), _is_vector(b)
    if not (row or column):
        return _matmul(a, b)
    product = _matmul(np.reshape(a, (1, -1)) if row else a, np.reshape(b, (-1, 1)) if column else b)
    keep = (*product.shape[:-2], *product.shape[-2:][row : 2 - column])
    return np.reshape(product, keep)


def _is_vector(a: Any) -> bool:
    return len(a.shape if hasattr(a, "shape") else np.shape(a)) == 1
