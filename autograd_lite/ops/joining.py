"""Joining arrays; the transpose cuts apart what was joined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ..data import listed
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


def _with_axes(x: Any, count: int) -> Any:
    """x with at least so many axes, as NumPy adds them."""
    if getattr(x, "ndim", 0) >= count:
        return x
    return (np.atleast_1d, np.atleast_2d, np.atleast_3d)[count - 1](x)


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


def joined(value: Any, *beside: Any) -> Any:
    """Nested lists of Tensors and numbers as one Tensor, with their gradients; anything else as it is.

    Numbers take the precision of the arrays `beside`; without any they are as NumPy makes them.
    """
    if not isinstance(value, (list, tuple)):
        return value
    parts = [joined(part, *beside) for part in value]
    if any(isinstance(part, Traced) for part in parts):
        return np.stack(parts)
    return listed(value, *beside) if beside and value else np.asarray(value)


@implements(np.vstack)
def vstack(tup: Sequence[Any], *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays as rows: along the first axis, where (n,) counts as (1, n)."""
    return _concat_primitive(*(_with_axes(x, 2) for x in tup), axis=0, **_options(dtype, casting))


@implements(np.hstack)
def hstack(tup: Sequence[Any], *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join arrays side by side: along the second axis, or the first if there is one only."""
    arrays = [_with_axes(x, 1) for x in tup]
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return _concat_primitive(*arrays, axis=axis, **_options(dtype, casting))


@implements(np.dstack)
def dstack(tup: Sequence[Any]) -> Any:
    """Join arrays in depth: along the third axis, where (m, n) counts as (m, n, 1) and (n,) as (1, n, 1)."""
    return _concat_primitive(*(_with_axes(x, 3) for x in tup), axis=2)


@implements(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Any:
    """Join arrays as columns: along the second axis, where (n,) counts as (n, 1)."""
    arrays = [x if hasattr(x, "shape") else np.asarray(x) for x in tup]
    return _concat_primitive(*(x if x.ndim >= 2 else np.reshape(x, (-1, 1)) for x in arrays), axis=1)


@implements(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` after the elements of `arr`, along an axis; with axis None, both flattened."""
    return concat([arr, joined(values)], axis=axis)


Nest = int | list[Any]
"""Numbers of blocks, nested as the blocks are."""


def _block(*blocks: Any, nest: Nest) -> Any:
    return np.block(_filled(nest, blocks))


def _filled(nest: Nest, blocks: Sequence[Any]) -> Any:
    return [_filled(part, blocks) for part in nest] if isinstance(nest, list) else blocks[nest]


def _unblock(g: Any, _ans: Any, *_blocks: Any, nest: Nest) -> list[Any]:
    """The part of g that each block covers."""
    pieces: dict[int, Any] = {}

    def visit(part: Nest, depth: int, corner: tuple[int, ...]) -> tuple[int, ...]:
        """Cut out what lies from a corner on; gives the lengths along the axes before those that are joined in it."""
        if not isinstance(part, list):
            given = _blocks[part].shape
            shape = (1,) * (len(corner) - len(given)) + tuple(given)
            cut = tuple(slice(start, start + n) for start, n in zip(corner, shape, strict=True))
            pieces[part] = np.reshape(g[cut], given)
            return shape
        axis = len(corner) - depth
        start = corner[axis]
        for item in part:
            shape = visit(item, depth - 1, (*corner[:axis], start, *corner[axis + 1 :]))
            start += shape[axis]
        return shape

    visit(nest, _depth(nest), (0,) * len(g.shape))
    return [pieces[i] for i in range(len(_blocks))]


def _depth(nest: Nest) -> int:
    return 1 + _depth(nest[0]) if isinstance(nest, list) else 0


_block.__name__ = "block"
_block_primitive = linear(_block, joint=_unblock, math="dY = [[dA, dB], ...];  Ā, B̄, ... = the parts of Ȳ")


@implements(np.block)
def block(arrays: Any) -> Any:
    """Join nested lists of blocks: the innermost lists along the last axis, those around them along the one before.

    Raises:
        ValueError: the lists are not nested equally deep, one is empty, or the blocks do not fit together.

    >>> import numpy as np, autograd_lite as ag
    >>> np.block([[ag.Tensor([[1.0]]), np.zeros((1, 2), np.float32)], [np.ones((1, 3), np.float32)]])
    Tensor([[1., 0., 0.],
            [1., 1., 1.]], dtype=float32)
    """
    blocks: list[Any] = []

    def number(part: Any) -> Nest:
        if isinstance(part, list):
            return [number(item) for item in part]
        blocks.append(part)
        return len(blocks) - 1

    nest = number(arrays)
    return _block_primitive(*blocks, nest=nest)
