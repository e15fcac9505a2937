"""`vmap`: a function written for one example, run for all examples of a batch at once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from ..batching import batching, enter, leave
from ..errors import describe
from ..primitive import Traced
from ..tape import wrap
from ..tensor import Tensor
from ..trees import Structure, flatten

Axes = Any
"""An axis, None, or a container of them that is built as an argument is, or stands for a part of it."""


def vmap(
    f: Callable[..., Any], in_axes: Axes = 0, out_axes: Axes = 0, *, chunk_size: int | None = None
) -> Callable[..., Any]:
    """A function that maps f over an axis of its arguments: `stack([f(x) for x in xs])`, without the loop.

    Inside, f sees arrays without that axis.  What it does with them NumPy does for the whole batch; an operation that
    has no rule for a batch runs in a loop, and says so once (`LoopWarning`).  f cannot branch on the values of one
    example (use np.where).  Random numbers that f draws are drawn once, and are the same for all examples.

    Args:
        in_axes: which axis of each positional argument is that of the examples; None for an argument that is the same
            for all.  A number stands for all arguments; a tuple has one entry for each; and an entry may be a
            container like the argument, for its parts.  Keyword arguments are the same for all examples.
        out_axes: where the axis goes in what f gives; likewise.  None is for what is the same for all examples.
        chunk_size: how many examples to run at a time, for want of memory; None for all.

    Raises:
        ValueError: the arguments do not have equally many examples, or no axis is mapped; f gives, with out_axes None,
            what differs between examples.

    A gradient for each example:

    >>> import numpy as np, autograd_lite as ag
    >>> loss = lambda w, x, y: (x @ w - y) ** 2
    >>> w, x, y = np.array([1.0, 2.0]), np.eye(2), np.array([0.0, 0.0])
    >>> ag.func.vmap(ag.func.grad(loss), in_axes=(None, 0, 0))(w, x, y)
    Tensor([[2., 0.],
            [0., 4.]], dtype=float64)
    """

    @functools.wraps(f)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = flatten(args)
        axes = _per_leaf(tuple(in_axes) if isinstance(in_axes, (tuple, list)) else in_axes, structure, "in_axes")
        n = _count(leaves, axes, structure)
        if chunk_size is not None and chunk_size < 1:
            raise ValueError(f"vmap: chunk_size must be at least 1, not {chunk_size}")
        moved = [
            leaf if axis is None else np.moveaxis(_array(leaf), axis, 0) if axis else _array(leaf)
            for leaf, axis in zip(leaves, axes, strict=True)
        ]
        if chunk_size is None or n <= chunk_size:
            return _run(f, moved, axes, structure, n, out_axes, kwargs)
        parts = []
        for start in range(0, n, chunk_size):
            stop = min(start + chunk_size, n)
            part = [leaf if axis is None else leaf[start:stop] for leaf, axis in zip(moved, axes, strict=True)]
            parts.append(_run(f, part, axes, structure, stop - start, out_axes, kwargs))
        return _concatenated(parts, out_axes)

    return mapped


def _run(
    f: Callable[..., Any],
    leaves: Sequence[Any],
    axes: Sequence[int | None],
    structure: Structure,
    n: int,
    out_axes: Axes,
    kwargs: dict[str, Any],
) -> Any:
    with batching() as level:
        entered = [
            leaf if axis is None else _as_tensor(enter(leaf, level)) for leaf, axis in zip(leaves, axes, strict=True)
        ]
        value = f(*structure.unflatten(entered), **kwargs)
    answers, built = flatten(value)
    places = _per_leaf(out_axes, built, "out_axes")
    return built.unflatten([_out(y, place, level, n) for y, place in zip(answers, places, strict=True)])


def _array(leaf: Any) -> Any:
    return leaf if isinstance(leaf, Traced) else np.asarray(leaf)


def _as_tensor(x: Any) -> Any:
    """What f sees are Tensors always."""
    return x if isinstance(x, Tensor) else cast(Tensor, wrap(x, None))


def _out(y: Any, place: int | None, level: int, n: int) -> Any:
    y = y if isinstance(y, Tensor) else Tensor(y)
    if place is None:
        if level in getattr(y.shape, "levels", ()):
            raise ValueError(
                f"vmap: out_axes is None for {describe(y)}, which differs between examples; give the axis "
                "to put them on"
            )
        return y
    y = leave(y, level, n)
    return np.moveaxis(y, 0, place) if place else y


def _per_leaf(axes: Axes, structure: Structure, name: str) -> list[int | None]:
    """An axis for each leaf, from a container of them that may stand for whole parts."""
    if axes is None or isinstance(axes, int):
        return [axes] * structure.leaf_count
    found, built = flatten(axes, lambda part: part is None)
    if structure.kind is not built.kind or structure.names != built.names:
        raise ValueError(
            f"vmap: {name}={axes!r} does not fit what it is for, with {len(structure.children)} parts "
            f"({', '.join(structure.names) or 'a single array'})"
        )
    parts: list[int | None] = []
    start = 0
    for child, shape in zip(structure.children, built.children, strict=True):
        part = shape.unflatten(found[start : start + shape.leaf_count])
        start += shape.leaf_count
        parts += _per_leaf(part, child, name)
    return parts


def _count(leaves: Sequence[Any], axes: Sequence[int | None], structure: Structure) -> int:
    counts: dict[str, int] = {}
    for leaf, axis, path in zip(leaves, axes, structure.paths("arguments"), strict=True):
        if axis is None:
            continue
        shape = tuple(np.shape(leaf))
        if not -len(shape) <= axis < len(shape):
            raise ValueError(f"vmap: {path} of shape {shape} has no axis {axis} to map over; see in_axes")
        counts[path] = shape[axis]
    if not counts:
        raise ValueError("vmap: in_axes maps over no axis of any argument")
    if len(set(counts.values())) > 1:
        different = ", ".join(f"{n} in {path}" for path, n in counts.items())
        raise ValueError(f"vmap: the arguments do not have equally many examples: {different}")
    return next(iter(counts.values()))


def _concatenated(parts: Sequence[Any], out_axes: Axes) -> Any:
    taken = [flatten(part) for part in parts]
    structure = taken[0][1]
    places = _per_leaf(out_axes, structure, "out_axes")
    columns = zip(*(leaves for leaves, _ in taken), strict=True)
    return structure.unflatten(
        [
            column[0] if place is None else np.concatenate(column, axis=place)
            for column, place in zip(columns, places, strict=True)
        ]
    )
