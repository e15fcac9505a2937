"""Einstein sums: any number of arrays, as contractions of two at a time in an order that costs little.

What is in between is shared by the value and the gradients of all arguments.  The order is found once for each
subscripts and shapes, by `np.einsum_path`.
"""

import functools
import operator
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .contraction import Labels, as_array, contract, letters, sum_over
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
    Tensor([ -6., -14.], dtype=float32)
    """
    subscripts, arrays = _told_apart(operands)
    if dtype is not None:
        arrays = [array.astype(dtype) for array in arrays]
    if isinstance(optimize, (list, tuple)):
        optimize = tuple(tuple(step) if isinstance(step, list) else step for step in optimize)
    alone, pairs, order = _program(subscripts, tuple([array.shape for array in arrays]), optimize)
    for i, diagonals, axes in alone:
        for first, second in diagonals:
            arrays[i] = np.diagonal(arrays[i], 0, first, second)
        if axes:
            arrays[i] = sum_over(arrays[i], axes)
    for i, j, labels in pairs:
        b, a = arrays.pop(j), arrays.pop(i)
        arrays.append(contract(a, b, labels))
    return arrays[0] if order is None else np.transpose(arrays[0], order)


class Program(NamedTuple):
    """How an Einstein sum is computed.

    alone  arguments to be reduced by themselves: which, pairs of axes to take diagonals of, axes to sum over then
    pairs  which two arrays are contracted, by what labels; what they give becomes the last of those that are left
    order  of the axes of what is left then, for the answer
    """

    alone: list[tuple[int, list[tuple[int, int]], tuple[int, ...]]]
    pairs: list[tuple[int, int, Labels]]
    order: list[int] | None


@functools.lru_cache(maxsize=1024)
def _program(subscripts: str, shapes: tuple[tuple[int, ...], ...], optimize: Any) -> Program:
    inputs, out = _parsed(subscripts, shapes)
    program = Program([], [], None)
    sizes: dict[str, int] = {}
    terms = []
    for i, (given, shape) in enumerate(zip(inputs, shapes, strict=True)):
        for label, n in zip(given, shape, strict=True):
            sizes[label] = max(n, sizes.get(label, n)) if n else 0
        labels, diagonals = _without_diagonals(given)
        needed = set(out).union(*inputs[:i], *inputs[i + 1 :])
        axes = tuple(k for k, label in enumerate(labels) if label not in needed)
        if diagonals or axes:
            program.alone.append((i, diagonals, axes))
        terms.append("".join(label for label in labels if label in needed))
    for step in _path(tuple(terms), out, sizes, optimize):
        waiting = sorted(step)
        while len(waiting) > 1:
            i, j, *waiting = waiting
            b, a = terms.pop(j), terms.pop(i)
            needed = set(out).union(*terms)
            both = "".join(label for label in dict.fromkeys(a + b) if label in needed)
            terms.append(both if terms else out)
            program.pairs.append((i, j, (a, b, terms[-1])))
            waiting = [k - 2 for k in waiting] + [len(terms) - 1] * bool(waiting)
    (last,) = terms
    return program if last == out else program._replace(order=[last.index(label) for label in out])


def _without_diagonals(labels: str) -> tuple[str, list[tuple[int, int]]]:
    """What labels are left, and which pairs of axes have become one, at the end, for each that is there again."""
    diagonals = []
    for label in dict.fromkeys(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            diagonals.append((first, second))
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    return labels, diagonals


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


def _path(inputs: tuple[str, ...], out: str, sizes: dict[str, int], optimize: Any) -> Any:
    """Which arguments are contracted in each step; what they give becomes the last of those that are left."""
    if len(inputs) < 3 or optimize is False:
        return [tuple(range(len(inputs)))]
    if isinstance(optimize, tuple) and optimize[0] == "einsum_path":
        return optimize[1:]
    shadows = _shadows(tuple(sizes[label] for label in labels) for labels in inputs)
    path: Any = np.einsum_path
    return path(f"{','.join(inputs)}->{out}", *shadows, optimize=optimize)[0][1:]


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
