"""What those who write derivative rules forget about inputs: their layout, shape and dtype, and that two may be one.

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
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..errors import describe
from ..primitive import Kernel, Primitive
from ..sweeps import unbroadcast
from .hazards import Hazard
from .oracles.directions import Array
from .runs import Case, Run, answers_of, call_plain, difference, gradients, nodes_of, recorded, run

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


LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
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


OVERLAPS: Mapping[str, Callable[[Array], Array]] = {
    "broadcast from one row": repeated,
    "that are sliding windows": windows,
}


def non_contiguous(case: Case) -> Iterator[str]:
    """Inputs, cotangents and tangents laid out in any way give what their copies give."""
    right = run(case)
    for words, layout in LAYOUTS.items():
        lay = _with_axes(layout)
        yield from _unlike(f"with inputs {words}", run(case.at([lay(x) for x in case.points])), right)
        yield from _unlike(f"with cotangents and tangents {words}", run(case, lay, lay), right)


def overlapping(case: Case) -> Iterator[str]:
    """Inputs, cotangents and tangents in which one number is several elements give what their copies give."""
    for words, overlap in OVERLAPS.items():
        lay = _with_axes(overlap)
        for k, x in enumerate(case.points):
            if not x.ndim or not x.size:
                continue
            points = [lay(y) if i == k else y for i, y in enumerate(case.points)]
            copies = case.at([np.array(y, order="C") for y in points])
            right = settled(copies)
            if right is not None:
                yield from _unlike(f"with elements of {case.name(k)} {words}", run(case.at(points)), right)

        def copy(y: Array, lay: Callable[[Array], Array] = lay) -> Array:
            return np.array(lay(y), order="C")

        yield from _unlike(f"with cotangents and tangents {words}", run(case, lay, lay), run(case, copy, copy))


def same_tensor_twice(case: Case) -> Iterator[str]:
    """f(x, x) has the gradient by its first argument and that by its second, added up."""
    for i, first in enumerate(case.points):
        for j, second in enumerate(case.points[:i]):
            if (first.shape, first.dtype) != (second.shape, second.dtype):
                continue
            right = settled(case.at([second.copy() if k == i else x for k, x in enumerate(case.points)]))
            if right is None:
                continue
            inputs, _ = recorded(case)
            given = dict(zip(case.floating, inputs, strict=True))
            given[case.floating[i]] = given[case.floating[j]]
            answers = answers_of(case.function(*(given.get(k, x) for k, x in enumerate(case.args))))
            (found,) = gradients([inputs[j]], answers, right.cotangents)
            text = difference(found, right.gradients[j] + right.gradients[i])
            if text:
                yield f"one Tensor as both {case.name(j)} and {case.name(i)} gets another gradient: {text}"


# --- shapes ------------------------------------------------------------------------------------------------

FULL = (2, 3)
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


# --- dtypes ------------------------------------------------------------------------------------------------

NARROW = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}


def narrowed(case: Case) -> Case:
    """The case in single precision."""
    return case.at([x.astype(NARROW.get(x.dtype, x.dtype)) for x in case.points])


def single_precision(case: Case) -> Iterator[str]:
    """float32 in, float32 out: the value, the tangent, the gradient; and what the rules themselves give."""
    narrow = narrowed(case)
    once = run(narrow)
    for words, x in once.numbers:
        if x.dtype.itemsize > np.dtype(np.complex64 if x.dtype.kind == "c" else np.float32).itemsize:
            yield f"{words} is {x.dtype} for inputs in single precision"
    yield from rule_dtypes(narrow)


def rule_dtypes(case: Case) -> Iterator[str]:
    """What rules give is no wider than the inputs: the tape would cast it, in silence and at twice the price."""
    widest = max(np.finfo(x.dtype).bits for x in case.points)
    _, answers = recorded(case)
    used = {node.primitive for node in nodes_of(answers) if node.primitive is not None}
    if any(np.finfo(y._data.dtype).bits > widest for y in answers):  # whose own cotangents are as wide
        return
    seen: list[tuple[str, Any]] = []
    with _watched(used, seen):
        run(case)
    for words, dtype in dict.fromkeys(seen):
        if np.finfo(dtype).bits > widest:
            yield f"{words} gives {dtype} where the inputs have {widest} bits"


@contextmanager
def _watched(primitives: set[Primitive], seen: list[tuple[str, Any]]) -> Iterator[None]:
    """Inside it, the dtypes that the rules of these primitives give are written down."""

    def watch(words: str, rule: Callable[..., Any] | None) -> Any:
        if rule is None:
            return None

        @wraps(rule)  # whose signature says what is kept
        def watched(*args: Any, **kwargs: Any) -> Any:
            given = rule(*args, **kwargs)
            for part in given if isinstance(given, (list, tuple)) else [given]:
                dtype = getattr(part, "dtype", None)  # a bundle of cotangents has none; what is in it came from rules
                if dtype is not None and dtype.kind in "fc":
                    seen.append((words, dtype))
            return given

        return watched

    before = [(p, p.vjps, p.joint, p.jvp, getattr(p, "kernel", None)) for p in primitives]
    try:
        for p, vjps, joint, jvp, kernel in before:
            backward = f"the backward rule of {p.name}"
            p.vjps = tuple(watch(f"{backward} for argument {i}", rule) for i, rule in enumerate(vjps))
            p.joint = watch(backward, joint)
            p.jvp = watch(f"the forward rule of {p.name}", jvp)
            if kernel is not None:
                p.kernel = Kernel(kernel.forward, watch(f"the kernel of {p.name}", kernel.backward))
        yield
    finally:
        for p, vjps, joint, jvp, kernel in before:
            p.vjps, p.joint, p.jvp = vjps, joint, jvp
            if kernel is not None:
                p.kernel = kernel


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
        near = run(case.at([np.asarray(x * x.dtype.type(1 + 4 * np.finfo(x.dtype).eps)) for x in case.points]))
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


def _unlike(words: str, got: Run, right: Run) -> Iterator[str]:
    """In what two runs differ: the first thing."""
    for (name, x), (_, expected) in zip(got.numbers, right.numbers, strict=True):
        text = difference(x, expected)
        if text:
            yield f"{words} {name} is another: {text}"
            return


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


def _with_axes(layout: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A layout that leaves alone what has no axes or no elements."""
    return lambda x: layout(x) if x.ndim and x.size else x
