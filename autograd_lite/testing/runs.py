"""A function called and differentiated once, with all that came of it, to be held against another run of it.

>>> import numpy as np
>>> case = Case(np.sin, (np.array([0.0, 1.0]),))
>>> once, again = run(case), run(case)
>>> difference(again.gradients[0], once.gradients[0])
''
>>> difference(-once.gradients[0], once.gradients[0])
'2 of 2 differ; the worst, at [0]: -1 beside 1'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import describe
from ..gradients import grad, sweep
from ..primitive import Traced
from ..sweeps import pushforward
from ..tape import Node, leaf, wrap
from .oracles.directions import Array, dense

Arrays = list[Array]

NOISE = 64
"""How many times what a nudge of the inputs does is still taken for rounding."""


@dataclass(frozen=True)
class Case:
    """A function at a point: `args` are ndarrays where they are differentiated, and anything else elsewhere.

    modes: those that its derivatives are there in; what is not among them is never run.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    seed: int = 0
    nondet_tol: float = 0.0
    modes: tuple[str, ...] = ("reverse", "forward")

    @property
    def floating(self) -> tuple[int, ...]:
        return tuple(i for i, x in enumerate(self.args) if isinstance(x, np.ndarray) and x.dtype.kind in "fc")

    @property
    def points(self) -> Arrays:
        """The arguments that are differentiated."""
        return [self.args[i] for i in self.floating]

    def at(self, points: Sequence[Array]) -> Case:
        """The same function with other floating arguments."""
        new = dict(zip(self.floating, points, strict=True))
        return replace(self, args=tuple(new.get(i, x) for i, x in enumerate(self.args)))

    def copied(self) -> Case:
        """The case with arrays of its own, which a function that writes to its inputs may spoil."""
        return self.at([np.array(x) for x in self.points])

    def name(self, position: int) -> str:
        """A floating argument, in words."""
        i = self.floating[position]
        return f"input {i} ({describe(self.args[i])})"


@dataclass
class Run:
    """What came of a call.

    inputs     the Tensors that were differentiated, over the very arrays of the case
    answers    the differentiable Tensors that it gave
    cotangents, gradients   of the answers, and by the inputs (none without reverse mode)
    tangents, moved         of the inputs, and of the answers (none without forward mode)
    """

    inputs: list[Any]
    answers: list[Any]
    cotangents: Arrays
    gradients: Arrays
    tangents: Arrays
    moved: Arrays

    @property
    def values(self) -> Arrays:
        return [np.asarray(answer._data) for answer in self.answers]

    @property
    def numbers(self) -> list[tuple[str, Array]]:
        """All that can be compared, with what it is."""
        return [
            *((f"the value{_nth(k, self.values)}", value) for k, value in enumerate(self.values)),
            *((f"the gradient by input {i}", g) for i, g in enumerate(self.gradients)),
            *((f"the tangent{_nth(k, self.moved)}", v) for k, v in enumerate(self.moved)),
        ]


def answers_of(answer: Any) -> list[Any]:
    """The differentiable Tensors among what a function gave: one, or a sequence of them; integers are left out.

    Raises TypeError if there is none.
    """
    several = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    found = [part for part in several if isinstance(part, Traced) and part._data.dtype.kind in "fc"]
    if not found:
        raise TypeError(
            f"the function must give a floating-point or complex Tensor, or several, not {describe(answer)}; "
            "np.asarray, float() and .data take a Tensor out of the graph"
        )
    return found


def random_like(x: Array, seed: int | Sequence[int]) -> Array:
    """A random array in which each element is about as large as that of x; complex, if x is."""
    rng = np.random.default_rng(seed)
    real = dense(x, rng).array
    return np.asarray(real + 1j * dense(x, rng).array if x.dtype.kind == "c" else real, x.dtype)


def drawn(like: Sequence[Array], seed: int, salt: int) -> Arrays:
    """Random arrays of the shapes and dtypes given, of the size 1 and of few binary digits."""
    return [_drawn(x.shape, x.dtype, seed, salt, i).copy() for i, x in enumerate(like)]


@lru_cache(maxsize=1024)
def _drawn(shape: tuple[int, ...], dtype: Any, *seed: int) -> Array:
    return random_like(np.ones(shape, dtype), seed)


def recorded(case: Case, wanted: Sequence[int] | None = None) -> tuple[list[Any], list[Any]]:
    """The case called with Tensors that share its arrays: these Tensors, and the answers.

    `wanted` says which of the floating arguments require a gradient: by default all.
    """
    inputs = [
        wrap(x, leaf(x.shape, x.dtype) if wanted is None or k in wanted else None) for k, x in enumerate(case.points)
    ]
    given = dict(zip(case.floating, inputs, strict=True))
    return inputs, answers_of(case.function(*(given.get(i, x) for i, x in enumerate(case.args))))


def call_plain(case: Case) -> Any:
    """What the function of a case gives, with no derivatives."""
    given = dict(zip(case.floating, case.copied().points, strict=True))
    return case.function(*(wrap(given[i], None) if i in given else x for i, x in enumerate(case.args)))


def gradients(inputs: Sequence[Any], answers: Sequence[Any], cotangents: Sequence[Any], *, record: bool = False) -> Any:
    """The gradients by `inputs` for cotangents of the answers, where None stands for an undefined one."""
    with_node = [(y, c) for y, c in zip(answers, cotangents, strict=True) if y._node is not None and c is not None]
    if not with_node:
        return [np.zeros(x._data.shape, x._data.dtype) for x in inputs]
    found = grad(
        [y for y, _ in with_node],
        list(inputs),
        [c if isinstance(c, Traced) else wrap(c, None) for _, c in with_node],
        retain_graph=True,
        create_graph=record,
        materialize_grads=True,
    )
    return list(found) if record else [np.asarray(g._data) for g in found]  # type: ignore[union-attr]


def tangents_of(inputs: Sequence[Any], answers: Sequence[Any], tangents: Sequence[Array]) -> Arrays:
    """The tangents of the answers in forward mode."""
    nodes = [x._node for x in inputs]
    with_node = [y._node for y in answers if y._node is not None]
    found = iter(
        sweep(
            lambda outputs, values, **options: pushforward(outputs, nodes, values, **options),
            with_node,
            list(tangents),
            create_graph=False,
        )
    )
    moved = [next(found) if y._node is not None else None for y in answers]
    return [np.zeros_like(y._data) if v is None else np.array(v) for y, v in zip(answers, moved, strict=True)]


def run(
    case: Case,
    cotangents: Callable[[Array], Array] = np.asarray,
    tangents: Callable[[Array], Array] = np.asarray,
) -> Run:
    """Call a case, and sweep it both ways; the cotangents and tangents may be laid out in another way first."""
    inputs, answers = recorded(case)
    cs = [cotangents(c) for c in drawn([y._data for y in answers], case.seed, 1)]
    vs = [tangents(v) for v in drawn(case.points, case.seed, 2)]
    pulled = gradients(inputs, answers, cs) if "reverse" in case.modes else []
    pushed = tangents_of(inputs, answers, vs) if "forward" in case.modes else []
    return Run(inputs, answers, cs, pulled, vs, pushed)


def plain(x: Any) -> Array:
    """The array of a Tensor, or what is one already."""
    return np.asarray(x._data if isinstance(x, Traced) else x)


def nodes_of(answers: Sequence[Any]) -> list[Node]:
    """All nodes of the graph below some Tensors."""
    seen: dict[Node, None] = {}
    stack = [answer._node for answer in answers]
    while stack:
        node = stack.pop()
        if node is not None and node not in seen:
            seen[node] = None
            stack.extend(node.parents)
    return list(seen)


def difference(got: Any, expected: Any, tolerance: float | None = None) -> str:
    """How two arrays differ, in words; "" if they do not.

    They may differ by `tolerance`, by default by `rounding(expected)`.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    if (got.shape, got.dtype) != (expected.shape, expected.dtype):
        return f"{describe(got)} beside {describe(expected)}"
    if not got.size or got.dtype.kind not in "fc":
        return "" if np.array_equal(got, expected) else "they are not equal"
    with np.errstate(all="ignore"):
        tolerance = rounding(expected) if tolerance is None else tolerance
        off = np.abs(got - expected)
        wrong = ~((off <= tolerance) | (got == expected) | (np.isnan(got) & np.isnan(expected)))
    if not wrong.any():
        return ""
    place = np.unravel_index(int(np.argmax(np.where(wrong, np.nan_to_num(off, nan=np.inf), -1.0))), got.shape)
    where = f"; the worst, at [{', '.join(map(str, place))}]" if place else ""
    return f"{wrong.sum()} of {got.size} differ{where}: {got[place]:.10g} beside {expected[place]:.10g}"


def nudged(case: Case) -> Case:
    """The case with its inputs moved by a few units in the last place."""
    return case.at(
        [np.asarray(x + 4 * np.finfo(x.dtype).eps * random_like(x, case.seed), x.dtype) for x in case.points]
    )


Pairs = Iterable[tuple[str, Any, Any]]
"""What is to be compared: the words for it if it differs, what was got, and what is right."""


def differences(case: Case, pairs: Callable[[Case], Pairs]) -> Iterator[str]:
    """In what pairs differ by more than rounding can do: by more than what is right moves by a nudge of the inputs."""
    near: list[tuple[str, Any, Any]] | None = None
    for k, (words, got, expected) in enumerate(pairs(case)):
        if not difference(got, expected):
            continue
        if near is None:
            near = list(pairs(nudged(case)))
        with np.errstate(all="ignore"):
            moved = np.abs(np.asarray(near[k][2]) - np.asarray(expected))
        noise = NOISE * float(np.max(moved[np.isfinite(moved)], initial=0.0))
        text = difference(got, expected, rounding(expected) + noise)
        if text:
            yield f"{words}: {text}"


def rounding(expected: Any) -> float:
    """What another order of the same sums leaves uncertain: the largest element times the precision to the 3/4."""
    expected = np.asarray(expected)
    with np.errstate(all="ignore"):
        size = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
        return float(np.finfo(expected.dtype).eps ** 0.75 * size)


def _nth(k: int, several: Sequence[Any]) -> str:
    return f" {k}" if len(several) > 1 else ""
