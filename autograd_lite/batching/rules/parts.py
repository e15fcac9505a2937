"""Words that the rules share: what of a call is batched, and arrays brought side by side.

A rule is called as `rule(function, level, args, kwargs)`, with arguments of which some are Batched at that level, and
gives what `function` gives for all examples, along the first axis; an ndarray for each answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...ops.words import axis_in

Rule = Callable[..., Any]


def named(names: str, rule: Rule) -> dict[str, Rule]:
    """The rule for each of the names."""
    return dict.fromkeys(names.split(), rule)


def is_batched(x: Any, level: int) -> bool:
    """Whether an argument has one array for each example."""
    return getattr(x, "level", None) == level


def mentions(value: Any, level: int) -> bool:
    """Whether something in an argument, or in a tuple or list of them, is batched."""
    if isinstance(value, (tuple, list)):
        return any(mentions(part, level) for part in value)
    if isinstance(value, dict):
        return any(mentions(part, level) for part in value.values())
    return is_batched(value, level)


def only_first(level: int, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    """Whether the first argument alone is batched."""
    if not is_batched(args[0], level):
        return False
    return not any(mentions(arg, level) for arg in args[1:]) and not (kwargs and mentions(kwargs, level))


def batch_size(level: int, *values: Any) -> int:
    """How many examples there are, told by any argument that is batched."""
    for value in values:
        if isinstance(value, (tuple, list)):
            found = batch_size(level, *value)
        elif isinstance(value, dict):
            found = batch_size(level, *value.values())
        else:
            found = value.physical.shape[0] if is_batched(value, level) else -1
        if found >= 0:
            return int(found)
    return -1


def ndim_of(x: Any) -> int:
    """The number of axes of one example."""
    return int(x.ndim) if hasattr(x, "ndim") else np.ndim(x)


def with_axes(x: Any, level: int, ndim: int) -> Any:
    """An argument with so many axes for an example: those that lack are put behind the one of the batch."""
    if not is_batched(x, level):
        return x
    physical = x.physical
    lacking = ndim - (len(physical.shape) - 1)
    if lacking > 0:
        shape = physical.shape
        return np.reshape(physical, (shape[0], *[1] * lacking, *shape[1:]))
    return physical


def side_by_side(args: Sequence[Any], level: int) -> list[Any]:
    """The arguments as arrays that broadcast as those of one example do."""
    if len(args) == 1:
        return [args[0].physical]
    ndim = max(map(ndim_of, args))
    return [with_axes(x, level, ndim) for x in args]


def spread_out(x: Any, level: int, n: int, ndim: int | None = None) -> Any:
    """An argument with an axis for the batch, repeated along it if it is the same for all examples."""
    ndim = ndim_of(x) if ndim is None else ndim
    if is_batched(x, level):
        return with_axes(x, level, ndim)
    x = x if hasattr(x, "shape") else np.asarray(x)
    return np.broadcast_to(x, (n, *[1] * (ndim - len(x.shape)), *x.shape))


def ahead(axis: Any, ndim: int) -> Any:
    """An axis of an example of `ndim` axes, or several, as axes of the batch."""
    if isinstance(axis, (tuple, list, range, np.ndarray)) and np.ndim(axis):
        return tuple([axis_in(int(a), ndim) + 1 for a in axis])
    return axis_in(axis, ndim) + 1


def get(args: Sequence[Any], kwargs: dict[str, Any], position: int, name: str, default: Any = None) -> Any:
    """An argument that is given by position or by name."""
    return args[position] if len(args) > position else kwargs.get(name, default)


def put(
    args: Sequence[Any], kwargs: dict[str, Any], position: int, name: str, value: Any
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments with another value for one of them."""
    if len(args) > position:
        return [*args[:position], value, *args[position + 1 :]], kwargs
    return list(args), {**kwargs, name: value}
