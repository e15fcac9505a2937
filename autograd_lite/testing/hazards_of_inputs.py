"""What those who write derivative rules forget about inputs: their layout and shape, and that two may be one.

Each hazard gives the function inputs of another kind made out of a case's, and holds it to what it does with plain
copies of the same numbers.

>>> import numpy as np
>>> from autograd_lite.primitive import elementwise, registry
>>> def doubled(x):
...     return np.ravel(2 * np.ravel(x, "K")).reshape(x.shape)  # right only while memory is in C order
>>> rule = elementwise(doubled, lambda v, _ans, _x: 2 * v)
>>> for problem in INPUT_HAZARDS["non-contiguous"](Case(rule, (np.arange(4.0).reshape(2, 2),))):
...     print(problem)
... # doctest: +ELLIPSIS
with inputs in Fortran order the value is another: 2 of 4 differ; ...
>>> _ = registry.pop(doubled)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import describe
from ..sweeps import unbroadcast
from .hazards import Hazard
from .hazards_of_dtypes import single_precision
from .oracles.directions import Array
from .runs import (
    Case,
    Pairs,
    Run,
    answers_of,
    call_plain,
    difference,
    differences,
    gradients,
    nudged,
    recorded,
    run,
)

# --- layouts -----------------------------------------------------------------------------------------------


def spread(x: Array) -> Array:
    """The same numbers, every other one of a larger array."""
    wide = np.full((*x.shape[:-1], 2 * x.shape[-1]), np.nan, x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def backwards(x: Array) -> Array:
    """The same numbers with negative strides."""
    turned = (slice(None, None, -1),) * x.ndim
    return np.ascontiguousarray(x[turned])[turned]


def read_only(x: Array) -> Array:
    """The same numbers, where nothing may be written."""
    kept = x.copy()
    kept.flags.writeable = False
    return kept


Layout = Callable[[Array], Array]

LAYOUTS: Mapping[str, Layout] = {
    "in Fortran order": np.asfortranarray,
    "of every other element": spread,
    "with negative strides": backwards,
    "that are read-only": read_only,
}


def repeated(x: Array) -> Array:
    """The first row for all rows: overlapping memory with a stride of 0."""
    return np.broadcast_to(x[:1], x.shape)


def windows(x: Array) -> Array:
    """Windows that slide over the first numbers of x: each number is several elements."""
    step = x.itemsize
    return as_strided(np.ascontiguousarray(x).ravel(), x.shape, (step,) * x.ndim, writeable=False)


OVERLAPS: Mapping[str, Layout] = {
    "broadcast from one row": repeated,
    "that are sliding windows": windows,
}


def non_contiguous(case: Case) -> Iterator[str]:
    """Inputs, cotangents and tangents laid out in any way give what their copies give."""

    def pairs(case: Case) -> Pairs:
        right = run(case)
        for words, layout in LAYOUTS.items():
            lay = _with_axes(layout)
            yield from _beside(f"with inputs {words}", run(case.at([lay(x) for x in case.points])), right)
            yield from _beside(f"with cotangents and tangents {words}", run(case, lay, lay), right)

    return differences(case, pairs)


def overlapping(case: Case) -> Iterator[str]:
    """Inputs, cotangents and tangents in which one number is several elements give what their copies give."""
    for words, overlap in OVERLAPS.items():
        lay = _with_axes(overlap)
        for k, x in enumerate(case.points):
            if not x.ndim or not x.size:
                continue
            points = [lay(y) if i == k else y for i, y in enumerate(case.points)]
            right = settled(case.at([np.array(y, order="C") for y in points]))
            if right is not None:
                for what, got, expected in _beside("", run(case.at(points)), right):
                    text = difference(got, expected)
                    if text:
                        yield f"with elements of {case.name(k)} {words}{what}: {text}"

        def copied(y: Array, lay: Layout = lay) -> Array:
            return np.array(lay(y), order="C")

        def moves(case: Case, lay: Layout = lay, copied: Layout = copied, words: str = words) -> Pairs:
            return _beside(f"with cotangents and tangents {words}", run(case, lay, lay), run(case, copied, copied))

        yield from differences(case, moves)


def same_tensor_twice(case: Case) -> Iterator[str]:
    """f(x, x) has the gradient by its first argument and that by its second, added up."""
    for i, first in enumerate(case.points):
        for j, second in enumerate(case.points[:i]):
            if (first.shape, first.dtype) != (second.shape, second.dtype):
                continue
            copies = case.at([second.copy() if k == i else x for k, x in enumerate(case.points)])
            if settled(copies) is None:
                continue

            def pairs(case: Case, i: int = i, j: int = j) -> Pairs:
                right = run(case.at([case.points[j].copy() if k == i else x for k, x in enumerate(case.points)]))
                inputs, _ = recorded(case)
                given = dict(zip(case.floating, inputs, strict=True))
                given[case.floating[i]] = given[case.floating[j]]
                answers = answers_of(case.function(*(given.get(k, x) for k, x in enumerate(case.args))))
                (found,) = gradients([inputs[j]], answers, right.cotangents)
                words = f"one Tensor as both {case.name(j)} and {case.name(i)} gets another gradient"
                yield words, found, right.gradients[j] + right.gradients[i]

            yield from differences(copies, pairs)


# --- shapes ------------------------------------------------------------------------------------------------

SHAPES: Sequence[tuple[int, ...]] = ((3,), (2, 1), (), (1, 1), (2, 3))


def broadcast(case: Case) -> Iterator[str]:
    """Of an elementwise function: a smaller argument gets the sum over where it was repeated."""
    count = len(case.floating)
    for shift in range(len(SHAPES)):
        shapes = [SHAPES[(shift + k) % len(SHAPES)] for k in range(count)] if count > 1 else [SHAPES[shift]]
        full = np.broadcast_shapes(*shapes)
        points = [np.resize(x, shape) for x, shape in zip(case.points, shapes, strict=True)]
        right = settled(case.at([np.broadcast_to(x, full).copy() for x in points]))
        if right is None:
            continue
        got = run(case.at(points))
        where = f"with shapes {', '.join(map(str, shapes))}"
        for value, expected in zip(got.values, right.values, strict=True):
            text = difference(value, expected)
            if text:
                yield f"{where} the value is another: {text}"
                return
        for k, (g, expected) in enumerate(zip(got.gradients, right.gradients, strict=True)):
            text = difference(g, unbroadcast(expected, shapes[k]))
            if text:
                yield f"{where} the gradient by input {case.floating[k]} is another: {text}"


EDGES: Mapping[str, Mapping[str, Callable[[Array], Array]]] = {
    "empty": {
        "nothing along the first axis": lambda x: x[:0] if x.ndim else x,
        "nothing along the last axis": lambda x: x[..., :0] if x.ndim else x,
        "nothing along any axis": lambda x: x[(slice(0),) * x.ndim],
    },
    "length one": {
        "one along the first axis": lambda x: x[:1] if x.ndim else x,
        "one along the last axis": lambda x: x[..., :1] if x.ndim else x,
        "one element": lambda x: x[(slice(1),) * x.ndim],
    },
    "0-d": {"no axes": lambda x: np.array(x.ravel()[0] if x.size else 0.0, x.dtype)},
}


def edges(kind: str) -> Hazard:
    """The hazard of a kind of small shapes: "empty", "length one" or "0-d"."""

    def hazard(case: Case) -> Iterator[str]:
        """Where the function takes these shapes at all, its derivatives have the shapes, and both modes agree."""
        for words, edge in EDGES[kind].items():
            there = case.at([edge(x) for x in case.points])
            if not _takes(there):
                continue
            with np.errstate(all="ignore"):
                yield from _inconsistent(f"with {words}", run(there))

    return hazard


# --- numbers -----------------------------------------------------------------------------------------------


def made_complex(case: Case) -> Case | None:
    """The case with complex inputs, no two of one modulus; None where the function takes none, or they were already."""
    if any(x.dtype.kind == "c" for x in case.points):
        return None
    turned = case.at([np.asarray(x + 0.7j * np.roll(np.flip(x), 1)) for x in case.points])
    return turned if _takes(turned) else None


INPUT_HAZARDS: Mapping[str, Hazard] = {
    "non-contiguous": non_contiguous,
    "overlapping": overlapping,
    "same Tensor twice": same_tensor_twice,
    "0-d": edges("0-d"),
    "length one": edges("length one"),
    "empty": edges("empty"),
    "single precision": single_precision,
}
"""By name, in the order in which they are looked for; `broadcast` is for elementwise functions only."""


# --- what they share ---------------------------------------------------------------------------------------


def settled(case: Case) -> Run | None:
    """A run that rounding does not change; None where the function does not take the inputs, or is singular there."""
    if not _takes(case):
        return None
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        once = run(case)
        near = run(nudged(case))
    if not all(np.isfinite(x).all() for _, x in once.numbers):
        return None
    alike = zip(once.numbers, near.numbers, strict=True)
    return once if not any(difference(y, x) for (_, x), (_, y) in alike) else None


def _takes(case: Case) -> bool:
    """Whether the function takes these inputs, derivatives aside, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            answers_of(call_plain(case))
        except Exception:  # each function has its own way to refuse
            return False
    return True


def _beside(words: str, got: Run, right: Run) -> Pairs:
    """All the numbers of two runs."""
    for (name, x), (_, expected) in zip(got.numbers, right.numbers, strict=True):
        yield f"{words} {name} is another", x, expected


def _inconsistent(words: str, once: Run) -> Iterator[str]:
    """Whether the derivatives have the shapes of what they belong to, and <c, J v> = <J^T c, v>."""
    for name, got, like in (("the gradient", once.gradients, once.inputs), ("the tangent", once.moved, once.answers)):
        for k, (x, owner) in enumerate(zip(got, like, strict=True)):
            if (x.shape, x.dtype) != (owner._data.shape, owner._data.dtype):
                yield f"{words} {name} {k} is {describe(x)}, not {describe(owner._data)}"
                return
    pushed = sum(np.sum(np.real(np.conj(c) * v)) for c, v in zip(once.cotangents, once.moved, strict=True))
    pulled = sum(np.sum(np.real(np.conj(g) * v)) for g, v in zip(once.gradients, once.tangents, strict=True))
    size = sum(np.sum(np.abs(c * v)) for c, v in zip(once.cotangents, once.moved, strict=True))
    eps = max((np.finfo(x.dtype).eps for x in (*once.gradients, *once.moved)), default=0.0)
    if not (abs(pushed - pulled) <= eps**0.75 * max(float(size), 1.0) or np.isnan(pushed) or np.isnan(pulled)):
        yield f"{words} reverse and forward mode disagree: <c, J v> is {pushed:.10g}, <J^T c, v> is {pulled:.10g}"


def _with_axes(layout: Layout) -> Layout:
    """A layout that leaves alone what has no axes or no elements."""
    return lambda x: layout(x) if x.ndim and x.size else x
