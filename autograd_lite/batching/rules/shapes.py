"""Operations on shapes: the axis of the batch stays the first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .looping import loop
from .parts import Rule, ahead, is_batched, mentions, ndim_of, only_first, side_by_side, spread_out, with_axes


def _of_one(rule: Rule) -> Rule:
    """A rule for calls in which the first argument alone is batched; other calls loop."""

    def checked(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        if not only_first(level, args, kwargs):
            return loop(function, level, args, kwargs)
        return rule(function, args[0], *args[1:], **kwargs)

    return checked


def _full(shape: Any, size: int) -> tuple[int, ...]:
    """A shape without the -1 that stands for what is left."""
    shape = tuple(shape) if np.ndim(shape) else (shape,)
    if -1 in shape:
        rest = -math.prod(shape)
        shape = tuple(size // rest if n == -1 and rest else n for n in shape)
    if math.prod(shape) != size:
        raise ValueError(f"cannot reshape array of size {size} into shape {tuple(shape)}")
    return tuple(shape)


def _reshape(function: Any, x: Any, shape: Any, copy: bool | None = None) -> Any:
    return function(x.physical, (x.physical.shape[0], *_full(shape, x.size)), copy)


def _broadcast_to(function: Any, x: Any, shape: Any) -> Any:
    shape = tuple(shape) if np.ndim(shape) else (shape,)
    return function(with_axes(x, x.level, len(shape)), (x.physical.shape[0], *shape))


def _transpose(function: Any, x: Any, axes: Any = None) -> Any:
    axes = range(x.ndim - 1, -1, -1) if axes is None else axes
    return function(x.physical, (0, *ahead(tuple(axes), x.ndim)))


def _matrix_transpose(function: Any, x: Any) -> Any:
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose swaps the last two axes, but the shape is {tuple(x.shape)}")
    return function(x.physical)


def _expand_dims(function: Any, a: Any, axis: Any) -> Any:
    added = tuple(axis) if np.ndim(axis) else (axis,)
    return function(a.physical, ahead(tuple(added), a.ndim + len(added)))


def _squeeze(function: Any, a: Any, axis: Any = None) -> Any:
    if axis is None:
        axis = tuple(i for i, n in enumerate(a.shape) if n == 1)
    return function(a.physical, ahead(axis, a.ndim))


def _moveaxis(function: Any, a: Any, source: Any, destination: Any) -> Any:
    return function(a.physical, ahead(source, a.ndim), ahead(destination, a.ndim))


def _roll(function: Any, a: Any, shift: Any, axis: Any = None) -> Any:
    if axis is None:
        row = np.reshape(a.physical, (a.physical.shape[0], a.size))
        return np.reshape(function(row, shift, 1), a.physical.shape)
    return function(a.physical, shift, ahead(axis, a.ndim))


def _triangle(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    if not only_first(level, args, kwargs) or args[0].ndim < 2:
        return loop(function, level, args, kwargs)
    return function(args[0].physical, *args[1:], **kwargs)


def _on_diagonal(function: Any, x: Any, shape: tuple[int, ...], offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    n, ndim = x.physical.shape[0], len(shape)
    return function(x.physical, (n, *shape), offset, ahead(axis1, ndim), ahead(axis2, ndim))


def _tile(function: Any, a: Any, reps: Any) -> Any:
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    reps = (1,) * (a.ndim - len(reps)) + reps
    return function(with_axes(a, a.level, len(reps)), (1, *reps))


def _resize(_function: Any, a: Any, new_shape: Any) -> Any:
    shape = tuple(new_shape) if np.ndim(new_shape) else (new_shape,)
    row = np.reshape(a.physical, (a.physical.shape[0], a.size))
    if not a.size:
        return np.zeros((row.shape[0], *shape), a.dtype)
    return np.reshape(np.take(row, np.arange(math.prod(shape)) % a.size, axis=1), (row.shape[0], *shape))


# --- joining


def _joined(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """`concat` and `stack`."""
    n = next(x.physical.shape[0] for x in args if is_batched(x, level))
    ndim = ndim_of(args[0]) + (function.name == "stack")
    kwargs = {**kwargs, "axis": ahead(kwargs.get("axis", 0), ndim)}
    return function(*[spread_out(x, level, n) for x in args], **kwargs)


def _nesting(nest: Any) -> int:
    return 1 + max(map(_nesting, nest)) if isinstance(nest, (list, tuple)) else 0


def _block(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    n = next(x.physical.shape[0] for x in args if is_batched(x, level))
    ndim = max(_nesting(kwargs["nest"]), *map(ndim_of, args))
    return function(*[spread_out(x, level, n, ndim) for x in args], **kwargs)


# --- margins


def _margins(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """`pad` and its transpose: no margins along the axis of the batch."""
    if not only_first(level, args, kwargs):
        return loop(function, level, args, kwargs)
    x, *rest = args
    if function.name == "pad":
        values, widths, *rest = rest
        if not np.isscalar(values):
            values = np.concatenate([np.zeros((1, 2), values.dtype), values])
        rest = [values, widths, *rest]
    at = 1 if function.name == "pad" else 0
    rest[at] = ((0, 0), *rest[at])
    return function(x.physical, *rest, **kwargs)


def _pad_statistics(function: Any, x: Any, widths: Any, mode: str, lengths: Any) -> Any:
    n = x.physical.shape[0]
    return function(x.physical, ((0, 0), *widths), mode, ((n, n), *lengths))


def _of_statistics(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    g, padded, widths, mode, lengths = args
    n = next(x.physical.shape[0] for x in (g, padded) if is_batched(x, level))
    g, padded = spread_out(g, level, n), spread_out(padded, level, n)
    return function(g, padded, ((0, 0), *widths), mode, ((n, n), *lengths), **kwargs)


# --- choosing between several


def _choose(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    *choices, a = side_by_side([*args, kwargs["a"]], level)
    return function(*choices, **{**kwargs, "a": a})


def _select(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    conditions = kwargs["conditions"]
    arrays = side_by_side([*args, *conditions], level)
    return function(*arrays[: len(args)], conditions=tuple(arrays[len(args) :]))


def _insert(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    arr, values = args
    if mentions(kwargs, level) or (ndim_of(values) and np.ndim(kwargs["obj"]) != 1):
        return loop(function, level, args, kwargs)
    n = next(x.physical.shape[0] for x in args if is_batched(x, level))
    ndim = ndim_of(arr)
    if is_batched(values, level):
        values = with_axes(values, level, ndim)
    return function(spread_out(arr, level, n), values, obj=kwargs["obj"], axis=ahead(kwargs["axis"], ndim))


RULES: dict[str, Rule] = {
    "reshape": _of_one(_reshape),
    "broadcast_to": _of_one(_broadcast_to),
    "transpose": _of_one(_transpose),
    "matrix_transpose": _of_one(_matrix_transpose),
    "expand_dims": _of_one(_expand_dims),
    "squeeze": _of_one(_squeeze),
    "moveaxis": _of_one(_moveaxis),
    "roll": _of_one(_roll),
    "tril": _triangle,
    "triu": _triangle,
    "on_diagonal": _of_one(_on_diagonal),
    "tile": _of_one(_tile),
    "resize": _of_one(_resize),
    "concat": _joined,
    "stack": _joined,
    "block": _block,
    "pad": _margins,
    "fold": _margins,
    "pad_statistics": _of_one(_pad_statistics),
    "fold_statistics": _of_statistics,
    "spread_statistics": _of_statistics,
    "choose": _choose,
    "select": _select,
    "insert": _insert,
}
