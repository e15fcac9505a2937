"""Joining arrays and cutting them apart; each is the adjoint of the other."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ..primitive import linear
from .implementing import implements

__all__ = ["concat", "split", "stack", "unstack"]


def _concat(*arrays: Any, axis: int = 0) -> Any:
    return np.concatenate(arrays, axis=axis)


def _cut(g: Any, _ans: Any, *_arrays: Any, axis: int = 0) -> list[Any]:
    """The pieces of g that belong to each array of a concatenation."""
    axis = axis % len(_arrays[0].shape)
    ends = list(accumulate(a.shape[axis] for a in _arrays))
    before = (slice(None),) * axis
    return [g[(*before, slice(start, end))] for start, end in zip([0, *ends], ends, strict=False)]


def _stack(*arrays: Any, axis: int = 0) -> Any:
    return np.stack(arrays, axis=axis)


def _unstack(x: Any, axis: int = 0) -> list[Any]:
    return list(np.moveaxis(x, axis, 0))


def _split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return np.split(x, indices_or_sections, axis=axis)


for _function in (_concat, _stack, _unstack, _split):
    _function.__name__ = _function.__name__[1:]

_concat_primitive = linear(_concat, joint=_cut)
_stack_primitive = linear(
    _stack, joint=lambda g, _ans, *_arrays, axis=0: [_at(g, i, axis) for i in range(len(_arrays))]
)
split = linear(
    _split,
    lambda gs, _ans, _x, indices_or_sections, axis=0: np.concatenate(gs, axis=axis),
    many=True,
)
unstack = linear(_unstack, lambda gs, _ans, _x, axis=0: np.stack(gs, axis=axis), many=True)
implements(np.split)(split)
if hasattr(np, "unstack"):  # NumPy 2.1 has it
    implements(np.unstack)(unstack)


def _at(g: Any, i: int, axis: int) -> Any:
    return np.moveaxis(g, axis, 0)[i]


@implements(np.concatenate)
def concat(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    """Join arrays along an axis they have; with axis None, flattened."""
    if axis is None:
        return _concat_primitive(*(np.reshape(a, (-1,)) for a in arrays))
    return _concat_primitive(*arrays, axis=axis)


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    """Join arrays of one shape along a new axis."""
    return _stack_primitive(*arrays, axis=axis)
