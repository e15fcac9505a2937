"""Rearrangements: linear maps that move elements; the transpose moves them back."""

from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements

__all__ = [
    "broadcast_to",
    "expand_dims",
    "flip",
    "matrix_transpose",
    "moveaxis",
    "permute_dims",
    "ravel",
    "reshape",
    "squeeze",
    "swapaxes",
]

reshape = linear(np.reshape, lambda g, _ans, _x, shape: np.reshape(g, _x.shape), raw=lambda x, shape: x.reshape(shape))
expand_dims = linear(np.expand_dims, lambda g, _ans, _x, axis: np.reshape(g, _x.shape))
squeeze = linear(np.squeeze, lambda g, _ans, _x, axis=None: np.reshape(g, _x.shape))
flip = linear(np.flip, lambda g, _ans, _x, axis=None: np.flip(g, axis))
swapaxes = linear(np.swapaxes, lambda g, _ans, _x, axis1, axis2: np.swapaxes(g, axis1, axis2))
moveaxis = linear(np.moveaxis, lambda g, _ans, _x, source, destination: np.moveaxis(g, destination, source))
matrix_transpose = linear(np.matrix_transpose, lambda g, _ans, _x: g.mT, raw=lambda x: x.mT)
broadcast_to = linear(np.broadcast_to, lambda g, _ans, _x, shape: g)  # the tape undoes broadcasting


def _inverse(axes: Any) -> Any:
    if axes is None:
        return None
    inverse = [0] * len(axes)
    for i, axis in enumerate(axes):
        inverse[axis] = i
    return inverse


permute_dims = linear(
    np.transpose,
    lambda g, _ans, _x, axes=None: np.transpose(g, _inverse(axes)),
    raw=lambda x, axes=None: x.transpose(axes),
)


@implements(np.ravel)
def ravel(x: Any) -> Any:
    """All elements in one axis, in row-major order."""
    return np.reshape(x, (-1,))
