"""Picking elements and putting them back, at places that are the same for all examples, or each example's own.

NumPy puts what arrays of integers pick at the place of these arrays if they stand side by side, and else in front.  The
batch comes first in any case: an index of slices and of arrays side by side gets a slice ahead; any other gets the
numbers of the examples as one more array, and what it picks is brought to its place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops.indexing import getitem, scatter, within
from ...ops.words import axis_in
from .looping import loop, one_by_one
from .parts import Rule, ahead, is_batched, mentions, ndim_of, spread_out


class _Index:
    """An index of one example, looked at: where its arrays are, and what axes they leave."""

    def __init__(self, index: Any, ndim: int, level: int) -> None:
        parts = list(index) if isinstance(index, tuple) else [index]
        parts = [np.asarray(part) if isinstance(part, list) else part for part in parts]
        flat: list[Any] = []
        for part in parts:  # a mask is as good as the arrays of places where it holds
            if getattr(getattr(part, "dtype", None), "kind", "") == "b":
                if is_batched(part, level):
                    raise TypeError(
                        "inside vmap, a mask that each example has of its own would pick different numbers of "
                        "elements; use np.where(mask, a, b)"
                    )
                flat.extend(np.nonzero(part))
            else:
                flat.append(part)
        used = sum(part is not None and part is not Ellipsis for part in flat)
        if not any(part is Ellipsis for part in flat):
            flat.append(Ellipsis)  # one that stands for no axes still tells arrays before it from those behind
        place = next(i for i, part in enumerate(flat) if part is Ellipsis)
        flat[place : place + 1] = [slice(None)] * (ndim - used)
        self.parts = flat
        self.arrays = [i for i, part in enumerate(flat) if not isinstance(part, slice) and part is not None]
        self.plain = not any(hasattr(flat[i], "shape") for i in self.arrays)  # numbers alone pick no new axes
        apart = ndim == used and any(i < place for i in self.arrays) and any(i >= place for i in self.arrays)
        self.gap = place if apart else None
        self.together = not apart and (not self.arrays or self.arrays[-1] - self.arrays[0] + 1 == len(self.arrays))
        self.own = any(is_batched(flat[i], level) for i in self.arrays)
        self.picked = max((ndim_of(flat[i]) for i in self.arrays), default=0)
        self.before = self.arrays[0] if self.arrays and self.together else 0

    def behind(self, level: int, n: int) -> tuple[tuple[Any, ...], bool]:
        """The index into the batch, and whether the picked axes come first behind that of the batch."""
        if self.plain or (self.together and not self.own):
            return (slice(None), *self.parts), False
        examples = np.arange(n).reshape(n, *[1] * self.picked)
        parts = list(self.parts)
        for i in self.arrays:
            if is_batched(parts[i], level):
                physical = parts[i].physical
                shape = physical.shape
                parts[i] = np.reshape(physical, (n, *[1] * (self.picked - len(shape) + 1), *shape[1:]))
        return (examples, *parts), True

    def in_place(self, picked: Any) -> Any:
        """What an index by the numbers of examples gives, (n, picked axes, others), in the order of one example."""
        if not self.before:
            return picked
        return np.moveaxis(picked, range(1, 1 + self.picked), range(1 + self.before, 1 + self.before + self.picked))

    def in_front(self, g: Any) -> Any:
        """The inverse of `in_place`."""
        if not self.before:
            return g
        return np.moveaxis(g, range(1 + self.before, 1 + self.before + self.picked), range(1, 1 + self.picked))


def _getitem(_function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    x, index = args
    if not is_batched(x, level):
        return _getitem_of_one(level, x, index)
    n = x.physical.shape[0]
    seen = _Index(index, x.ndim, level)
    whole, in_front = seen.behind(level, n)
    picked = getitem(x.physical, whole)
    return seen.in_place(picked) if in_front else picked


def _getitem_of_one(level: int, x: Any, index: Any) -> Any:
    """Each example picks from the same array: its places in front of what they pick."""
    seen = _Index(index, ndim_of(x), level)
    n = next(part.physical.shape[0] for part in seen.parts if is_batched(part, level))
    (_, *parts), _ = seen.behind(level, n)
    if seen.gap is not None:
        parts.insert(seen.gap, ...)
    picked = getitem(x, tuple(parts))
    if seen.together and seen.before:  # NumPy has put the batch and the picked axes where the arrays stand
        return np.moveaxis(picked, seen.before, 0)
    return picked


def _scatter_add(_function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    g, index, shape = args
    n = g.physical.shape[0] if is_batched(g, level) else _size_in(index, level)
    seen = _Index(index, len(shape), level)
    whole, in_front = seen.behind(level, n)
    g = spread_out(g, level, n)
    return scatter(seen.in_front(g) if in_front else g, whole, (n, *shape), **kwargs)


def _size_in(index: Any, level: int) -> int:
    parts = index if isinstance(index, tuple) else (index,)
    return next(int(part.physical.shape[0]) for part in parts if is_batched(part, level))


def _setitem(function: Any, level: int, args: Any, _kwargs: dict[str, Any]) -> Any:
    x, v, index, shape = args
    n = next((int(a.physical.shape[0]) for a in (x, v) if is_batched(a, level)), -1)
    n = _size_in(index, level) if n < 0 else n
    seen = _Index(index, len(shape), level)
    whole, in_front = seen.behind(level, n)
    if is_batched(v, level):
        v = v.physical
        axes = _picked_ndim(seen)
        lacking = axes - (len(v.shape) - 1)
        if lacking > 0:
            v = np.reshape(v, (n, *[1] * lacking, *v.shape[1:]))
        elif lacking < 0:  # NumPy lets a value have more axes, of length 1
            v = np.reshape(v, (n, *v.shape[1 - lacking :]))
        if in_front and seen.before:
            v = seen.in_front(v)
    elif in_front and seen.before and ndim_of(v):
        axes = _picked_ndim(seen)
        v = np.reshape(v, (1, *[1] * (axes - ndim_of(v)), *np.shape(v)))
        v = seen.in_front(v)
    return function(spread_out(x, level, n, len(shape)), v, whole, (n, *shape))


def _picked_ndim(seen: _Index) -> int:
    return seen.picked + sum(part is None or isinstance(part, slice) for part in seen.parts)


def _take(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    x, indices, *rest = args
    axis = rest[0] if rest else kwargs.get("axis")
    mode = rest[1] if len(rest) > 1 else kwargs.get("mode", "raise")
    if mentions(rest, level) or mentions(kwargs, level):
        return loop(function, level, args, kwargs)
    if axis is None:
        x, axis = np.reshape(x, (-1,)), 0
    elif ndim_of(x) == 0:
        x, axis = np.reshape(x, (1,)), 0
    if not is_batched(indices, level):
        return function(x.physical, indices, ahead(axis, x.ndim), mode)
    axis = axis_in(axis, ndim_of(x))
    index = (*[slice(None)] * axis, within(indices, x.shape[axis], mode))
    return _getitem(None, level, (x, index), {})


def _unless_odd(place: int, rule: Rule) -> Rule:
    """The rule, unless the index, at `place` among the arguments, has a single truth: that makes an axis of no axis."""

    def checked(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        index = args[place] if isinstance(args[place], tuple) else (args[place],)
        if any(isinstance(part, (bool, np.bool_)) or _is_truth(part) for part in index):
            return one_by_one(function, level, args, kwargs)
        return rule(function, level, args, kwargs)

    return checked


def _is_truth(part: Any) -> bool:
    return getattr(getattr(part, "dtype", None), "kind", "") == "b" and part.ndim == 0


RULES: dict[str, Rule] = {
    "getitem": _unless_odd(1, _getitem),
    "scatter_add": _unless_odd(1, _scatter_add),
    "setitem": _unless_odd(2, _setitem),
    "take": _take,
}
