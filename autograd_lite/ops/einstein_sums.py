"""Einstein sums: any number of arrays, as contractions of two at a time in an order that costs little.

What is in between is shared by the value and the gradients of all arguments.  The order is found once for each
subscripts and shapes, by `np.einsum_path`.
"""

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .contraction import as_array, contract, letters, summed
from .implementing import implements

__all__ = ["einsum", "einsum_path"]

_LABELS = letters(52)
_INTERLEAVED = _LABELS[26:] + _LABELS[:26]  # NumPy's letters for the integers from 0 on


@implements(np.einsum)
def einsum(*operands: Any, optimize: Any = True, dtype: Any = None) -> Any:
    """The sum of products that subscripts say: `einsum("ij,jk->ik", a, b)`, or `einsum(a, [0, 1], b, [1, 2], [0, 2])`.

    A letter that two arguments share is multiplied; one that is not in the answer is summed over; one that an argument
    has twice is its diagonal; without `->` the answer has the letters that occur once, in alphabetical order.  An
    ellipsis stands for the axes that have no letter, and these are broadcast.

    Args:
        optimize: the order in which arguments are contracted, two at a time: True or "greedy", "optimal", a path as
            `einsum_path` gives it, or False for left to right.
        dtype: of the computation and the answer, if not that of the arguments together.

    Raises:
        ValueError: the subscripts do not fit the shapes.

    >>> import autograd_lite as ag
    >>> a = ag.Tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> ag.einsum("ij,kj,k->i", a, a, [1.0, -1.0])
    Tensor([-6., -14.], dtype=float32)
    """
    subscripts, arrays = _told_apart(operands)
    if dtype is not None:
        arrays = [array.astype(dtype) for array in arrays]
    inputs, out = _parsed(subscripts, tuple(array.shape for array in arrays))
    terms = [_simplified(array, inputs, i, out) for i, array in enumerate(arrays)]
    if isinstance(optimize, (list, tuple)):
        optimize = tuple(tuple(step) if isinstance(step, list) else step for step in optimize)
    for step in _path(tuple(labels for _, labels in terms), out, tuple(array.shape for array, _ in terms), optimize):
        chosen = [terms[i] for i in sorted(step)]
        terms = [term for i, term in enumerate(terms) if i not in step]
        joined, *others = chosen
        while others:
            joined = _joined(joined, others.pop(0), [*terms, *others], out)
        terms.append(joined)
    ((found, labels),) = terms
    return found if labels == out else np.transpose(found, [labels.index(label) for label in out])


Term = tuple[Any, str]
"""An array, and the labels of its axes."""


def _simplified(array: Any, inputs: Sequence[str], i: int, out: str) -> Term:
    """An argument with the diagonal taken of labels it has twice, and summed over those that only it has."""
    labels = inputs[i]
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            array = np.diagonal(array, 0, first, second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    needed = set(out).union(*inputs[:i], *inputs[i + 1 :])
    axes = tuple(k for k, label in enumerate(labels) if label not in needed)
    return (summed(array, axes) if axes else array), "".join(label for label in labels if label in needed)


def _joined(left: Term, right: Term, others: Sequence[Term], out: str) -> Term:
    """Two arguments contracted, summed over the labels that neither the others nor the answer has."""
    (a, a_labels), (b, b_labels) = left, right
    labels = out
    if others:
        needed = set(out).union(*(labels for _, labels in others))
        labels = "".join(label for label in dict.fromkeys(a_labels + b_labels) if label in needed)
    return contract(a, b, (a_labels, b_labels, labels)), labels


@implements(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """The order of contraction that `einsum` takes, to be given to it as `optimize`, and a text on what it costs."""
    subscripts, arrays = _told_apart(operands)
    shadows = _shadows(array.shape for array in arrays)
    path: Any = np.einsum_path
    return path(subscripts, *shadows, optimize=optimize, einsum_call=einsum_call)


def _shadows(shapes: Iterable[tuple[int, ...]]) -> list[Any]:
    """Arrays of these shapes, and of no memory."""
    return [np.broadcast_to(np.empty(()), shape) for shape in shapes]


@functools.lru_cache(maxsize=256)
def _path(inputs: tuple[str, ...], out: str, shapes: tuple[tuple[int, ...], ...], optimize: Any) -> Any:
    """Which arguments are contracted in each step; what they give becomes the last of those that are left."""
    if len(inputs) < 3 or optimize is False:
        return [tuple(range(len(inputs)))]
    if isinstance(optimize, tuple) and optimize[0] == "einsum_path":
        return optimize[1:]
    found: Any = np.einsum_path(f"{','.join(inputs)}->{out}", *_shadows(shapes), optimize=optimize)
    return found[0][1:]


# -- subscripts


def _told_apart(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """The subscripts as a string, and the arrays, out of either form of the arguments."""
    if not operands:
        raise ValueError('einsum takes subscripts and arrays: einsum("ij,j->i", a, x)')
    if isinstance(operands[0], str):
        return operands[0].replace(" ", ""), [as_array(operand) for operand in operands[1:]]
    lists = operands[1::2] if len(operands) % 2 == 0 else [*operands[1::2], operands[-1]]
    arrays = operands[: 2 * (len(operands) // 2) : 2]
    written = ["".join("..." if place is Ellipsis else _letter(place) for place in places) for places in lists]
    subscripts = ",".join(written[: len(arrays)])
    return "->".join([subscripts, *written[len(arrays) :]]), [as_array(array) for array in arrays]


def _letter(place: Any) -> str:
    """NumPy's letter for an integer, so that the order of letters is that of integers."""
    if not 0 <= place < len(_INTERLEAVED):
        raise ValueError(f"einsum: labels of axes are integers from 0 to {len(_INTERLEAVED) - 1}, not {place}")
    return _INTERLEAVED[operator.index(place)]


@functools.lru_cache(maxsize=1024)
def _parsed(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[tuple[str, ...], str]:
    """The labels of each argument and of the answer, a letter for each axis; raises where the shapes do not fit."""

    def wrong(reason: str) -> ValueError:
        listed = ", ".join(str(list(shape)) for shape in shapes)
        return ValueError(f"einsum({subscripts!r}) of arrays of the shapes {listed}: {reason}")

    given, arrow, out = subscripts.partition("->")
    parts = given.split(",")
    if len(parts) != len(shapes):
        raise wrong(f"the subscripts are for {len(parts)} arrays, and {len(shapes)} are given")
    for part in [*parts, out]:
        if not set(part.replace("...", "", 1)) <= set(_LABELS):
            raise wrong(f"{part!r} is made of letters and at most one ellipsis '...', nothing else")
    unused = [label for label in _LABELS if label not in subscripts]
    spare = [len(shape) - len(part.replace("...", "")) for part, shape in zip(parts, shapes, strict=True)]
    for part, shape, rest in zip(parts, shapes, spare, strict=True):
        if rest < 0 or (rest > 0 and "..." not in part):
            raise wrong(
                f"{part!r} is for {len(shape) - rest} axes, and the array has {len(shape)}; '...' stands for the rest"
            )
    most = max(spare)
    if most > len(unused):
        raise wrong(f"there are letters for {len(_LABELS)} axes in all")
    ellipsis = "".join(unused[:most])
    inputs = tuple(part.replace("...", ellipsis[most - rest :]) for part, rest in zip(parts, spare, strict=True))
    if not arrow:
        letters_given = given.replace("...", "").replace(",", "")
        out = "..." + "".join(sorted(label for label in letters_given if letters_given.count(label) == 1))
    elif most and "..." not in out:
        raise wrong("the answer must have an ellipsis '...' too, or reduce its axes by letters")
    out = out.replace("...", ellipsis)
    for label in out:
        if out.count(label) > 1:
            raise wrong(f"the answer has {label!r} more than once")
        if not any(label in part for part in inputs):
            raise wrong(f"the answer has {label!r}, which no argument has")
    sizes: dict[str, int] = {}
    for labels, shape in zip(inputs, shapes, strict=True):
        own: dict[str, int] = {}
        for label, n in zip(labels, shape, strict=True):
            if own.setdefault(label, n) != n or (n != 1 and sizes.get(label, 1) not in (1, n)):
                name = "an axis of '...'" if label in ellipsis else f"the axis {label!r}"
                raise wrong(
                    f"{name} is {own[label] if own[label] != n else sizes[label]} long once and {n} another time"
                )
            sizes[label] = n if label not in sizes or n != 1 else sizes[label]
    return inputs, out
