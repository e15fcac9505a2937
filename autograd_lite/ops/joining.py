"""Joining arrays; the transpose cuts apart what was joined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ..primitive import Traced, linear
from .implementing import implements

__all__ = ["append", "block", "column_stack", "concat", "dstack", "hstack", "stack", "vstack"]


def _concat(*arrays: Any, axis: int = 0, **options: Any) -> Any:
    return np.concatenate(arrays, axis=axis, **options)


def _cut(g: Any, _ans: Any, *_arrays: Any, axis: int = 0, **_options: Any) -> list[Any]:
    """The pieces of g that belong to each array of a concatenation."""
    axis = axis % len(_arrays[0].shape)
    ends = list(accumulate(a.shape[axis] for a in _arrays))
    before = (slice(None),) * axis
    return [g[(*before, slice(start, end))] for start, end in zip([0, *ends], ends, strict=False)]


def _stack(*arrays: Any, axis: int = 0, **options: Any) -> Any:
    return np.stack(arrays, axis=axis, **options)


def _unstack(g: Any, _ans: Any, *_arrays: Any, axis: int = 0, **_options: Any) -> list[Any]:
    along = np.moveaxis(g, axis, 0)
    return [along[i] for i in range(len(_arrays))]


_concat.__name__ = "concat"
_stack.__name__ = "stack"
_concat_primitive = linear(_concat, joint=_cut, math="dY = [dA, dB, ...];  Ā, B̄, ... = the pieces of Ȳ")
_stack_primitive = linear(_stack, joint=_unstack, math="dY = [dA, dB, ...];  Ā, B̄, ... = the slices of Ȳ")


def _options(dtype: Any, casting: str) -> dict[str, Any]:
    return {} if dtype is None and casting == "same_kind" else {"dtype": dtype, "casting": casting}


@implements(np.concatenate)
def concat(arrays: Sequence[Any], /, axis: int | None = 0, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays along an axis they have; with axis None, flattened."""
    if axis is None:
        return _concat_primitive(*(np.reshape(a, (-1,)) for a in arrays), **_options(dtype, casting))
    return _concat_primitive(*arrays, axis=axis, **_options(dtype, casting))


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays of one shape along a new axis."""
    return _stack_primitive(*arrays, axis=axis, **_options(dtype, casting))


def joined(value: Any) -> Any:
    """Nested lists of Tensors and numbers as one Tensor, with their gradients; anything else as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    parts = [joined(part) for part in value]
    return np.stack(parts) if any(isinstance(part, Traced) for part in parts) else np.asarray(value)


@implements(np.vstack)
def vstack(tup: Sequence[Any], *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays as rows: along the first axis, where (n,) counts as (1, n)."""
    return _concat_primitive(*(np.atleast_2d(x) for x in tup), axis=0, **_options(dtype, casting))


@implements(np.hstack)
def hstack(tup: Sequence[Any], *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays side by side: along the second axis, or the first if there is one only."""
    arrays = [np.atleast_1d(x) for x in tup]
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return _concat_primitive(*arrays, axis=axis, **_options(dtype, casting))


@implements(np.dstack)
def dstack(tup: Sequence[Any]) -> Any:
    """Join arrays in depth: along the third axis, where (m, n) counts as (m, n, 1) and (n,) as (1, n, 1)."""
    return _concat_primitive(*(np.atleast_3d(x) for x in tup), axis=2)


@implements(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    """Join arrays as columns: along the second axis, where (n,) counts as (n, 1)."""
    arrays = [x if hasattr(x, "shape") else np.asarray(x) for x in tup]
    return _concat_primitive(*(x if x.ndim >= 2 else np.reshape(x, (-1, 1)) for x in arrays), axis=1)


@implements(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` after the elements of `arr`, along an axis; with axis None, both flattened."""
    return concat([arr, joined(values)], axis=axis)


@implements(np.block)
def block(arrays: Any) -> Any:
    """Join nested lists of blocks: the innermost lists along the last axis, those around them along the one before.

    Raises:
        ValueError: the lists are not nested equally deep, or one is empty.

    >>> import numpy as np, autograd_lite as ag
    >>> np.block([[ag.Tensor([[1.0]]), np.zeros((1, 2), np.float32)], [np.ones((1, 3), np.float32)]])
    Tensor([[1., 0., 0.],
            [1., 1., 1.]], dtype=float32)
    """
    depths: set[int] = set()
    ndims: list[int] = []
    _look_into(arrays, 0, depths, ndims)
    if len(depths) > 1:
        raise ValueError(
            f"block: all lists must be nested equally deep, and there are blocks at depths {sorted(depths)}"
        )
    depth = depths.pop()
    return _joined_blocks(arrays, depth, max(depth, *ndims))


def _look_into(part: Any, depth: int, depths: set[int], ndims: list[int]) -> None:
    """Note how deep blocks lie, and how many axes they have."""
    if isinstance(part, tuple):
        raise TypeError("block: blocks are nested in lists, not in tuples")
    if not isinstance(part, list):
        depths.add(depth)
        ndims.append(np.ndim(part))
        return
    if not part:
        raise ValueError("block: a list without blocks in it")
    for item in part:
        _look_into(item, depth + 1, depths, ndims)


def _joined_blocks(part: Any, depth: int, ndim: int) -> Any:
    if not isinstance(part, list):
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))
    return _concat_primitive(*(_joined_blocks(item, depth - 1, ndim) for item in part), axis=-depth)
