"""Values that are not finite: how bad, where the first one is, and how a message tells of it.

badness_of(value)          FINITE, INFINITE or NAN: of an array, a Tensor, a batch, or what a sweep carries
first_bad(value, NAN)      the array and the index of the first NaN
summary(array)             "finite: float32[3], from 0 to 2", or "inf at [1] of float32[3], where ..."
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import describe
from .primitive import Traced
from .several import Bundle
from .source_lines import line_of
from .tape import Node

FINITE, INFINITE, NAN = range(3)


def arrays_of(value: Any) -> Iterator[ndarray[Any, Any]]:
    """The arrays of floating-point or complex numbers in an argument, an answer, or what a sweep carries."""
    while isinstance(value, Traced):  # a Tensor, or a batch inside of vmap, whose hidden axis is the first
        value = value.physical if hasattr(value, "physical") else value._data
    if isinstance(value, Bundle):
        value = list(value.parts.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays_of(part)
    elif isinstance(value, (ndarray, float, complex, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind in "fc":
            yield array


def badness_of(value: Any) -> int:
    """FINITE, INFINITE (somewhere), or NAN (somewhere)."""
    worst = FINITE
    for array in arrays_of(value):
        if not np.isfinite(array).all():
            worst = NAN if worst == NAN or np.isnan(array).any() else INFINITE
    return worst


def first_bad(value: Any, badness: int) -> tuple[ndarray[Any, Any], tuple[int, ...]]:
    """The first element that is so bad: its array and its index."""
    for array in arrays_of(value):
        bad = np.isnan(array) if badness == NAN else ~np.isfinite(array)
        if bad.any():
            return array, tuple(int(i) for i in np.argwhere(bad)[0])
    raise AssertionError("nothing is bad")


# -- words


def word(badness: int) -> str:
    return ("", "infinity", "NaN")[badness]


def located(array: ndarray[Any, Any], index: tuple[int, ...]) -> str:
    """An element and where it lies: "inf at [1] of float32[3], where 2 of 3 elements are not finite"."""
    if not array.ndim:
        return f"{array[()]}, {describe(array)}"
    bad = int((~np.isfinite(array)).sum())
    many = f"{bad} of {array.size} elements {'is' if bad == 1 else 'are'} not finite"
    return f"{array[index]} at {list(index)} of {describe(array)}, where {many}"


def summary(array: ndarray[Any, Any]) -> str:
    """An array in a few words."""
    badness = badness_of(array)
    if badness != FINITE:
        return located(*first_bad(array, badness))
    if not array.ndim:
        return f"{array[()]:.4g}, {describe(array)}"
    between = f", from {array.min():.4g} to {array.max():.4g}" if array.size else ""
    return f"finite: {describe(array)}{between}"


def summaries(value: Any, index: tuple[int, ...] | None, shape: tuple[int, ...]) -> Iterator[str]:
    """What arrays were, and what stands in them at the index of the bad element, where they are broadcast to it."""
    for array in arrays_of(value):
        text = summary(array)
        if index is not None and array.ndim:
            with suppress(ValueError):
                text += f"; there {np.broadcast_to(array, shape)[index]:.4g}"
        yield text


def argument_lines(
    args: Sequence[Any], parents: Sequence[Node | None], index: tuple[int, ...] | None, shape: tuple[int, ...]
) -> list[str]:
    """A line for each argument that has floating-point numbers."""
    report = []
    for i, (arg, parent) in enumerate(zip(args, parents, strict=True)):
        origin = "" if parent is None else f", {named(parent)},"
        report += [f"its argument {i}{origin} was {text}" for text in summaries(arg, index, shape)]
    return report


def named(node: Node) -> str:
    """A node as a message shows it: the name of a leaf, or what made it and where."""
    if node.primitive is None:
        return "a leaf" if node.name == "leaf" else f"the leaf {node.name!r}"
    line = line_of(node)
    return f"what {node.name} made" + (f" at {line.place}" if line else "")
