"""What those who write derivative rules forget, whatever the inputs: memory, buffers, undefined gradients, chance.

A hazard is a function that looks at a case and yields what is wrong with it, in words:

>>> import numpy as np
>>> calls = iter(range(100))
>>> def drifting(x):
...     return x * float(next(calls))
>>> list(HAZARDS["value determinism"](Case(drifting, (np.ones(2),))))
['two calls give different values: 2 of 2 differ; the worst, at [0]: 1 beside 0']

What depends on how the inputs look, their layout, shape and dtype, is in `hazards_of_inputs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..mode import fusion
from ..primitive import Fused
from ..sweeps import pullback
from ..tape import Node
from .hazards_of_sweeps import forward_linearity, linearity, recorded_gradients, reverse_over_forward
from .oracles.directions import Array
from .runs import (
    Case,
    Pairs,
    difference,
    differences,
    drawn,
    gradients,
    nodes_of,
    recorded,
    run,
    tangents_of,
)

Hazard = Callable[[Case], Iterator[str]]


def value_determinism(case: Case) -> Iterator[str]:
    """The same inputs give the same values."""
    with_first, with_second = recorded(case)[1], recorded(case)[1]
    for first, second in zip(with_first, with_second, strict=True):
        text = difference(second._data, first._data, 0.0)
        if text:
            yield f"two calls give different values: {text}"


def gradient_determinism(case: Case) -> Iterator[str]:
    """The same graph swept twice, and another one of the same call, give the same derivatives."""
    once, again = run(case), run(case)
    swept = gradients(once.inputs, once.answers, once.cotangents) if once.gradients else []
    for k, first in enumerate(once.gradients):
        for words, second in (("of one graph", swept[k]), ("of two equal calls", again.gradients[k])):
            text = difference(second, first, case.nondet_tol)
            if text:
                yield f"two gradients {words} by {case.name(k)} are not the same: {text}"
    for first, second in zip(once.moved, again.moved, strict=True):
        text = difference(second, first, case.nondet_tol)
        if text:
            yield f"two forward sweeps are not the same: {text}"


def changed_in_place(case: Case) -> Iterator[str]:
    """Neither the call nor the sweeps write to the inputs, the values, the cotangents, or what was saved."""
    arrays = [(case.name(k), x) for k, x in enumerate(case.points)]
    before = _copies(arrays)
    inputs, answers = recorded(case)
    yield from _changes("the call", arrays, before)
    cotangents, tangents = drawn([y._data for y in answers], case.seed, 1), drawn(case.points, case.seed, 2)
    arrays += [(f"its answer {k}", y._data) for k, y in enumerate(answers) if isinstance(y._data, np.ndarray)]
    arrays += [(f"the cotangent of answer {k}", c) for k, c in enumerate(cotangents)]
    arrays += [(f"the tangent of {case.name(k)}", v) for k, v in enumerate(tangents)]
    arrays += [pair for node in nodes_of(answers) for pair in _saved(node)]
    before = _copies(arrays)
    if "reverse" in case.modes:
        gradients(inputs, answers, cotangents)
        yield from _changes("the backward sweep", arrays, before)
    before = _copies(arrays)
    if "forward" in case.modes:
        tangents_of(inputs, answers, tangents)
        yield from _changes("the forward sweep", arrays, before)


def kept_buffers(case: Case) -> Iterator[str]:
    """What one call gave, and its gradients, are not overwritten by the next call: no array is kept and used again."""
    near = case.at([np.asarray(x * x.dtype.type(1 + 2**-10)) for x in case.points])
    near = replace(near, seed=case.seed + 1)  # with other cotangents: a linear function has the same gradient anywhere
    values, cotangents, right = [], [], []
    for each in (case, near):
        alone = run(each)
        values += [np.array(value) for value in alone.values]
        cotangents += alone.cotangents
        right += alone.gradients
    (first_inputs, first), (second_inputs, second) = recorded(case), recorded(near)
    for k, (answer, value) in enumerate(zip(first + second, values, strict=True)):
        text = difference(answer._data, value)
        if text:
            yield f"the value {k % len(first)} of one call is overwritten by the next: {text}"
            return
    found = gradients(first_inputs + second_inputs, first + second, cotangents)
    for k, g in enumerate(found):
        text = difference(g, right[k])
        if text:
            yield (
                f"where it is called twice in one graph, the gradient by {case.name(k % len(case.floating))} is "
                f"another: {text}; an array that a rule gives must not be used again"
            )


def undefined_gradients(case: Case) -> Iterator[str]:
    """Answers that nothing is asked of: zero cotangents give zero, and each answer's part is there by itself."""
    once = run(case)
    zeros = [np.zeros_like(c) for c in once.cotangents]
    for k, g in enumerate(gradients(once.inputs, once.answers, zeros)):
        if g.any():
            yield f"zero cotangents give a gradient by {case.name(k)} that is not zero: {g.ravel()[np.argmax(g != 0)]}"
    if len(once.answers) < 2:
        return
    total = [np.zeros_like(g) for g in once.gradients]
    for j, c in enumerate(once.cotangents):
        alone = [c if i == j else None for i in range(len(once.answers))]
        filled = [c if i == j else zero for i, zero in enumerate(zeros)]
        pairs = [gradients(once.inputs, once.answers, cs) for cs in (alone, filled)]
        for k, (g, right) in enumerate(zip(*pairs, strict=True)):
            text = difference(g, right)
            if text:
                yield f"with cotangents of answer {j} alone, the gradient by {case.name(k)} is another: {text}"
            total[k] = total[k] + g
    for k, (g, right) in enumerate(zip(total, once.gradients, strict=True)):
        text = difference(g, right)
        if text:
            yield f"the gradients by {case.name(k)} of each answer alone do not add up to that of all: {text}"


def constant_arguments(case: Case) -> Iterator[str]:
    """Gradients are the same where other arguments are constants, and their arrays are not kept."""
    if len(case.floating) < 2:
        return
    once = run(case)
    for k in range(len(case.floating)):
        inputs, answers = recorded(case, wanted=[k])
        (g,) = gradients([inputs[k]], answers, once.cotangents)
        text = difference(g, once.gradients[k])
        if text:
            yield f"where the other arguments are constants, the gradient by {case.name(k)} is another: {text}"
        others = [x._node for i, x in enumerate(inputs) if i != k]
        if any(others):
            yield f"where only {case.name(k)} requires a gradient, others have become part of the graph"
        v = drawn(case.points, case.seed, 2)[k]
        moved = tangents_of([inputs[k]], answers, [v])
        zeros = [np.zeros_like(x) if i != k else v for i, x in enumerate(case.points)]
        for value, right in zip(moved, tangents_of(once.inputs, once.answers, zeros), strict=True):
            text = difference(value, right)
            if text:
                yield f"where the other arguments are constants, the tangent for {case.name(k)} is another: {text}"


def rooms(case: Case) -> Iterator[str]:
    """A kernel that is given an array to write the gradient to gives it there, whatever was in it."""
    inputs, answers = recorded(case)
    if not any(isinstance(node.primitive, Fused) for node in nodes_of(answers)):
        return
    cotangents = drawn([y._data for y in answers], case.seed, 1)
    right = gradients(inputs, answers, cotangents)
    for x in inputs:
        room = np.full(x._data.shape, np.nan, x._data.dtype)
        x._node.watch.room = lambda room=room: room
    tracked = [(y._node, c) for y, c in zip(answers, cotangents, strict=True) if y._node is not None]
    pullback([node for node, _ in tracked], [np.conjugate(c) for _, c in tracked], retain_graph=True)
    for k, x in enumerate(inputs):
        got = x._node.watch.grad
        text = difference(np.zeros_like(right[k]) if got is None else got, right[k])
        if text:
            yield f"written where the gradient is kept, that by {case.name(k)} is another: {text}"


def references(case: Case) -> Iterator[str]:
    """A fused kernel gives what its reference gives."""
    if not any(isinstance(node.primitive, Fused) for node in nodes_of(recorded(case)[1])):
        return

    def pairs(case: Case) -> Pairs:
        once = run(case)
        with fusion(False):
            reference = run(case)
        for (words, got), (_, right) in zip(once.numbers, reference.numbers, strict=True):
            yield f"{words} of the kernel is not that of the reference", got, right

    yield from differences(case, pairs)


HAZARDS: Mapping[str, Hazard] = {
    "value determinism": value_determinism,
    "gradient determinism": gradient_determinism,
    "changed in place": changed_in_place,
    "kept buffers": kept_buffers,
    "undefined gradients": undefined_gradients,
    "constant arguments": constant_arguments,
    "linearity": linearity,
    "forward linearity": forward_linearity,
    "recorded gradients": recorded_gradients,
    "reverse over forward": reverse_over_forward,
    "rooms": rooms,
    "references": references,
}
"""By name, in the order in which they are looked for."""

SECOND_ORDER = {"recorded gradients", "reverse over forward"}
"""Those that need rules which can themselves be differentiated."""


def found(hazards: Mapping[str, Hazard], case: Case) -> Iterator[str]:
    """What all these hazards find; an error that is raised on the way is a finding too."""
    for name, hazard in hazards.items():
        try:
            for text in hazard(case.copied()):
                yield f"{name}: {text}"
        except Exception as error:
            yield f"{name}: {raised(error)}"


def raised(error: Exception) -> str:
    """An error in words, with the remedy where the rule reads an argument that it has marked as unread."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, (AttributeError, TypeError)) and any(
        word in text for word in ("Node", "StandIn", "NoneType", "Bundle")
    ):
        text += (
            " (does a rule read an argument whose name begins with an underscore? Of such a one only the shape and "
            "dtype are there, and of a constant nothing is)"
        )
    return text


def views_of_inputs(case: Case) -> list[str]:
    """Answers that share memory with an input: right for views, but worth knowing."""
    _, answers = recorded(case)
    return [
        f"answer {j} shares memory with {case.name(k)}: it changes when that array is written to"
        for j, y in enumerate(answers)
        for k, x in enumerate(case.points)
        if isinstance(y._data, np.ndarray) and np.may_share_memory(y._data, x)
    ]


def _saved(node: Node) -> list[tuple[str, Array]]:
    """The arrays that a node has saved for backward, with what they are."""
    return [
        (f"what {node.name} has saved ({'its answer or residual' if i == 0 else f'argument {i - 1}'})", part)
        for i, value in enumerate(node.saved or ())
        for part in (value if isinstance(value, (tuple, list)) else [value])
        if isinstance(part, np.ndarray)
    ]


def _copies(arrays: Sequence[tuple[str, Array]]) -> list[Array]:
    return [x.copy() for _, x in arrays]


def _changes(by: str, arrays: Sequence[tuple[str, Array]], before: Sequence[Array]) -> Iterator[str]:
    for (name, x), old in zip(arrays, before, strict=True):
        text = difference(x, old, 0.0)
        if text:
            yield f"{by} writes to {name}: {text}"
