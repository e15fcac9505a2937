"""Parts: the objects that a parameter group may hold beside numbers, regularizers and constraints.

A part has numbers (a strength, a radius) that may change between steps, by hand or by a schedule:

    optimizer.param_groups[0]["regularization"][0].strength = 1e-4

They are checked when they are set, saved in the optimizer's state dict, and put back when it is loaded.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np

from autograd_lite.errors import describe

from .flat import Array
from .options import Check

P = TypeVar("P", bound="Part")

PARTS = ("regularization", "constraints")
"""The options of a group that hold parts."""


class Part:
    """The base of regularizers and constraints."""

    _checks: ClassVar[dict[str, Check]] = {}
    """The numbers that may change between steps, and what each of them may be."""

    def __setattr__(self, name: str, value: Any) -> None:
        check = self._checks.get(name)
        super().__setattr__(name, value if check is None else check(f"{type(self).__name__}: {name}", value))

    def check_fits(self, shape: tuple[int, ...], label: str) -> None:
        """Raise a ValueError naming `label` if a parameter of this shape is not what this part is for."""

    def numbers(self) -> dict[str, Any]:
        """What is saved of it: {"kind": its class, and each of its numbers}."""
        return {"kind": type(self).__name__, **{name: getattr(self, name) for name in self._checks}}

    def __repr__(self) -> str:
        shown = (
            f"{name}={describe(value) if isinstance(value, np.ndarray) else repr(value)}"
            for name, value in vars(self).items()
            if not name.startswith("_")
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def parts(name: str, value: Any, kind: type[P], example: str) -> tuple[P, ...]:
    """One part or several as a tuple; raises naming the one that is something else."""
    if isinstance(value, kind):
        return (value,)
    wanted = f"a {kind.__name__}, or a list of them, such as {example}"
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; pass {wanted}")
    listed = tuple(value)
    for i, part in enumerate(listed):
        if not isinstance(part, kind):
            called = f"the class {part.__name__}" if isinstance(part, type) else f"a {type(part).__name__}"
            raise TypeError(f"{name}[{i}]={describe(part)} is {called}; pass {wanted}")
    return listed


def apart(groups: Iterable[dict[str, Any]], names: Iterable[str]) -> None:
    """Let no two groups have the same part: each further one gets a copy, so that its numbers are its own."""
    names = tuple(names)
    seen: set[int] = set()
    for group in groups:
        for name in names:
            group[name] = tuple(copy.copy(part) if id(part) in seen else part for part in group[name])
            seen.update(map(id, group[name]))


def check_numbers(what: str, own: Sequence[Part], saved: Any) -> list[tuple[Part, str, Any]]:
    """What loading is to set, (part, name, number) each; raises if `saved` was not saved from such parts."""
    kinds = [type(part).__name__ for part in own]
    if not isinstance(saved, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in saved):
        raise TypeError(f"{what} must be a list of dicts, not {describe(saved)}")
    found = [entry.get("kind") for entry in saved]
    if found != kinds:
        raise ValueError(f"{what} are {found}, but {kinds} in the optimizer; make it with those it was saved with")
    changes = []
    for i, (part, entry) in enumerate(zip(own, saved, strict=True)):
        for name, check in part._checks.items():
            if name not in entry:
                raise ValueError(f"{what}[{i}] lacks {name!r}; it has {', '.join(map(repr, entry))}")
            changes.append((part, name, check(f"{what}[{i}]: {name}", entry[name])))
    return changes


def widened(x: Array) -> Array:
    """x in a dtype to compute norms in: half precision cannot hold the squares of its numbers."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def lengths(x: Array, axis: int | tuple[int, ...] | None) -> Array:
    """The 2-norms along axes, which are kept as axes of length 1; without an array of squares as large as x.

    Where the squares overflow or vanish, and only there, x is divided by its largest number first, and the norms
    are in float64.
    """
    with np.errstate(all="ignore"):
        squares = _sum_of_squares(x, axis)
        least = np.finfo(x.dtype).tiny / np.finfo(x.dtype).eps  # from here on a sum has all its digits
        if x.size == 0 or ((squares >= least) & np.isfinite(squares)).all():
            return np.asarray(np.sqrt(squares))
        largest = np.maximum(x.max(axis=axis, keepdims=True), -x.min(axis=axis, keepdims=True))
        if (largest == 0.0).all():
            return np.asarray(largest)
        scale = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
        # in float64, since the norm of numbers that float32 just holds may be beyond it
        return np.asarray(scale.astype(np.float64) * np.sqrt(_sum_of_squares(x / scale, axis)))


def _sum_of_squares(x: Array, axis: int | tuple[int, ...] | None) -> Array:
    if axis is None:
        line = x.ravel(order="K")
        return np.asarray(np.dot(line, line)).reshape((1,) * x.ndim)
    letters = list(range(x.ndim))
    gone = {one % x.ndim for one in (axis if isinstance(axis, tuple) else (axis,))}
    squares = np.einsum(x, letters, x, letters, [one for one in letters if one not in gone])
    return np.asarray(squares).reshape([1 if one in gone else n for one, n in enumerate(x.shape)])


def check_axis(axis: Any, what: str) -> int | tuple[int, ...] | None:
    """An axis, several, or None, as NumPy takes them; raises naming `what`."""
    given = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    if not all(isinstance(one, (int, np.integer)) and not isinstance(one, bool) for one in given):
        raise TypeError(f"{what}: axis={axis!r} must be an int, a tuple of ints, or None for the whole tensor")
    if axis is None:
        return None
    return tuple(int(one) for one in given) if isinstance(axis, tuple) else int(axis)


def check_has_axis(axis: int | tuple[int, ...] | None, shape: tuple[int, ...], what: str, label: str) -> None:
    """Raise if a parameter has no such axis, or one is named twice."""
    given = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    for one in given:
        if not -len(shape) <= one < len(shape):
            raise ValueError(
                f"{what}: {label} has shape {shape}, and no axis {one}; put it into a group of its own "
                "(optim.split_groups does so by name), or choose another axis"
            )
    if len({one % len(shape) for one in given}) != len(given):
        raise ValueError(f"{what}: axis={axis} names an axis of {label}, which has shape {shape}, twice")
