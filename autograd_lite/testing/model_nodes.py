"""Two recorded graphs walked in parallel: the first operation whose value, or whose backward rule, gives other numbers.

Nodes are paired from known places outward: what went into and came out of the same module, parameters, inputs; and
from there on through operations of the same name, and then of others.  An operation is to blame if its arguments agree
and its answer does not; and going backward, if what it was given and what arrived at it agree, and what it hands on
does not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from ..sweeps import pullback
from ..tape import Node, leaf
from .check import check_gradients
from .model_judging import Judge, Judged
from .model_runs import Run, Seen
from .oracles.directions import Array
from .reports import Comparison

Pairs = dict[Node, Node]


class Blamed(NamedTuple):
    """The operation that is to blame, in the model and in the reference; how what it gives differs."""

    node: Node
    other: Node
    judged: Judged
    remark: str


def paired(model: Run, reference: Run, known: Iterable[tuple[Seen, Seen]]) -> Pairs:
    """For nodes of the model those of the reference that do the same."""
    pairs: Pairs = {}
    taken: set[Node] = set()
    waiting = [(a.handle, b.handle) for a, b in known]
    doubtful: list[tuple[Node | None, Node | None]] = []  # the arguments of operations that have not the same name
    while waiting or doubtful:
        a, b = waiting.pop(0) if waiting else doubtful.pop(0)
        if a is None or b is None or a in pairs or b in taken or a.shape != b.shape:
            continue
        pairs[a] = b
        taken.add(b)
        if len(a.parents) == len(b.parents):
            further = waiting if a.primitive is b.primitive else doubtful
            further += zip(a.parents, b.parents, strict=True)
    return {a: pairs[a] for a in model.nodes if a in pairs and pairs[a] in reference.nodes}


def first_value(
    pairs: Pairs, model: Run, reference: Run, judge: Judge, inside: Callable[[Node], bool]
) -> Blamed | None:
    """The first operation in forward order whose arguments agree and whose answer differs."""
    for a, b in pairs.items():
        if a.primitive is None or not inside(a):
            continue
        judged = judge.values(model.nodes[a], reference.nodes[b])
        if not judged.ok and _arguments_agree(a, b, pairs, model, reference, judge):
            return Blamed(a, b, judged, _remark(a, b))
    return None


def first_gradient(
    pairs: Pairs, model: Run, reference: Run, judge: Judge, inside: Callable[[Node], bool]
) -> Blamed | None:
    """The first operation in backward order that is given the same, and hands on another gradient."""
    for a, b in reversed(pairs.items()):
        if a.primitive is None or not inside(a):
            continue
        g, other_g = model.nodes[a].gradient, reference.nodes[b].gradient
        if g is None or other_g is None or not judge.gradients(model.nodes[a], reference.nodes[b]).ok:
            continue
        if not _arguments_agree(a, b, pairs, model, reference, judge):
            continue
        for (parent, got), (_, expected) in zip(_handed_on(a, g), _handed_on(b, other_g), strict=False):
            noise = model.nodes[parent].gradient_noise if parent in model.nodes else 0.0
            judged = judge.arrays(got, expected, noise)
            if not judged.ok:
                return Blamed(a, b, judged, _remark(a, b))
    return None


def _arguments_agree(a: Node, b: Node, pairs: Pairs, model: Run, reference: Run, judge: Judge) -> bool:
    mine = [p for p in a.parents if p is not None]
    theirs = [q for q in b.parents if q is not None]
    if a.primitive is b.primitive:
        matched = len(mine) == len(theirs) and all(pairs.get(p) is q for p, q in zip(mine, theirs, strict=True))
    else:
        matched = all(pairs.get(p) in theirs for p in mine)
    return matched and all(judge.values(model.nodes[p], reference.nodes[pairs[p]]).ok for p in mine)


def _handed_on(node: Node, gradient: Array) -> Iterator[tuple[Node, Array]]:
    """What the rules of one operation alone make of the cotangent that arrived: for each argument its gradient."""
    fresh: dict[Node, Node] = {}
    for parent in node.parents:
        if parent is not None and parent.dtype is not None and parent not in fresh:
            fresh[parent] = leaf(parent.shape, parent.dtype)
            fresh[parent].order = parent.order
    alone = copy.copy(node)
    alone.parents = tuple(None if parent is None else fresh.get(parent) for parent in node.parents)
    cotangent = np.conj(gradient) if node.dtype.kind == "c" else gradient
    found = pullback([alone], [cotangent], inputs=list(fresh.values()), retain_graph=True)
    for parent, g in zip(fresh, found, strict=True):
        yield parent, np.zeros(parent.shape, parent.dtype) if g is None else np.asarray(g)


def rule_alone(node: Node) -> Comparison | None:
    """What is wrong with the backward rule of one operation at these arguments, beside differences; None if nothing.

    Nothing is said of an operation that cannot be called again with what was saved of it.
    """
    primitive, saved = node.primitive, node.saved
    if primitive is None or primitive.many or saved is None:
        return None
    arguments = saved[1:]
    moving = [i for i, parent in enumerate(node.parents) if parent is not None]
    if not all(isinstance(arguments[i], (np.ndarray, np.generic)) for i in moving):
        return None

    def operation(*points: Any) -> Any:
        given = dict(zip(moving, points, strict=True))
        called = (given.get(i, argument) for i, argument in enumerate(arguments))
        return primitive(*called, **(node.kwargs or {}))

    try:
        report = check_gradients(operation, *(arguments[i] for i in moving), modes=("reverse",))
    except Exception:  # it takes no other numbers than those: nothing can be said
        return None
    return next((comparison for comparison in report.comparisons if not comparison.ok), None)


def _remark(a: Node, b: Node) -> str:
    """What is different about the two calls: the operation, a keyword, a constant."""
    assert a.primitive is not None
    if a.primitive is not b.primitive:
        return f"it is {a.name} here, in the reference {b.name}"
    mine, theirs = a.kwargs or {}, b.kwargs or {}
    for key in {**mine, **theirs}:
        if not _same(mine.get(key), theirs.get(key)):
            return f"its {key}= is {_short(mine.get(key))} here, in the reference {_short(theirs.get(key))}"
    for i, parent in enumerate(a.parents):
        x, y = ((node.saved or ())[1 + i : 2 + i] for node in (a, b))
        if parent is None and x and y and not _same(x[0], y[0]):
            return f"its argument {i} is {_short(x[0])} here, in the reference {_short(y[0])}"
    return ""


def _same(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return bool(np.array_equal(x, y))
    return bool(np.all(x == y))


def _short(x: Any) -> str:
    text = " ".join(repr(x).split())
    return text if len(text) <= 60 else text[:57] + "..."
