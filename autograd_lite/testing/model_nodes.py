"""Two recorded graphs walked in parallel: the first operation whose value, or whose backward rule, gives other numbers.

Nodes are paired from known places outward: what went into and came out of the same module, parameters, inputs; and
from there on through operations of the same name, and then of others.  An operation is to blame if its arguments agree
and its answer does not; and going backward, if what it was given and what arrived at it agree, and what it hands on
does not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import zip_longest
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
    waiting: list[tuple[Node | None, Node | None]] = [(a.handle, b.handle) for a, b in known]
    doubtful: list[tuple[Node | None, Node | None]] = []  # the arguments of operations that have not the same name
    while waiting or doubtful:
        a, b = waiting.pop(0) if waiting else doubtful.pop(0)
        if a is None or b is None or a in pairs or b in taken or a.shape != b.shape:
            continue
        pairs[a] = b
        taken.add(b)
        if a.primitive is b.primitive:
            waiting.extend(zip(a.parents, b.parents, strict=False))
        else:
            mine, theirs = ([p for p in node.parents if p is not None] for node in (a, b))
            doubtful.extend(zip(mine, theirs, strict=False))
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
        handed, other_handed = _handed_on(a, g), _handed_on(b, other_g)
        for i, (parent, other) in enumerate(zip_longest(a.parents, b.parents)):
            expected = other_handed.get(other)
            got = handed.get(parent)
            if got is None and expected is None:
                continue
            got = np.zeros_like(expected) if got is None else got
            noise = model.nodes[parent].gradient_noise if parent in model.nodes else 0.0
            judged = judge.arrays(got, np.zeros_like(got) if expected is None else expected, noise)
            if not judged.ok:
                cut = f"its argument {i} carries no gradient"
                remark = f"{cut} here" if parent is None else f"{cut} in the reference" if other is None else ""
                return Blamed(a, b, judged, remark or _remark(a, b))
    return None


def first_without_like(nodes: Iterable[Node], model: Run, reference: Run, judge: Judge) -> Node | None:
    """The first operation that gives what no operation of the reference gives, out of what some of them give."""
    by_shape: dict[tuple[int, ...], list[Seen]] = {}
    for node, seen in reference.nodes.items():
        by_shape.setdefault(tuple(node.shape), []).append(seen)

    def known(node: Node) -> bool:
        one = model.nodes.get(node)
        return one is not None and any(judge.values(one, other).ok for other in by_shape.get(tuple(node.shape), ()))

    for node in nodes:
        if not known(node) and all(known(parent) for parent in node.parents if parent is not None):
            return node
    return None


def _arguments_agree(a: Node, b: Node, pairs: Pairs, model: Run, reference: Run, judge: Judge) -> bool:
    if a.primitive is not b.primitive:
        mine = [(p, pairs.get(p)) for p in a.parents if p is not None]
        return all(q is not None and q in b.parents and _agree(p, q, model, reference, judge) for p, q in mine)
    for p, q in zip_longest(a.parents, b.parents):
        if p is None or q is None:  # a constant on one side may be none on the other: that is what is to be found out
            continue
        partner = pairs.get(p)
        if partner is None or partner is not q or not _agree(p, partner, model, reference, judge):
            return False
    return True


def _agree(a: Node, b: Node, model: Run, reference: Run, judge: Judge) -> bool:
    return judge.values(model.nodes[a], reference.nodes[b]).ok


def _handed_on(node: Node, gradient: Array) -> dict[Node | None, Array]:
    """What the rules of one operation alone make of the cotangent that arrived: the gradient for each argument."""
    fresh: dict[Node, Node] = {}
    for parent in node.parents:
        if parent is not None and parent.dtype is not None and parent not in fresh:
            fresh[parent] = leaf(parent.shape, parent.dtype)
            fresh[parent].order = parent.order
    alone = copy.copy(node)
    alone.parents = tuple(None if parent is None else fresh.get(parent) for parent in node.parents)
    cotangent = np.conj(gradient) if node.dtype.kind == "c" else gradient
    found = pullback([alone], [cotangent], inputs=list(fresh.values()), retain_graph=True)
    return {
        parent: np.zeros(parent.shape, parent.dtype) if g is None else np.asarray(g)
        for parent, g in zip(fresh, found, strict=True)
    }


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
    for i, (parent, other) in enumerate(zip_longest(a.parents, b.parents)):
        x, y = ((node.saved or ())[1 + i : 2 + i] for node in (a, b))
        if parent is None and other is None and x and y and not _same(x[0], y[0]):
            return f"its argument {i} is {_short(x[0])} here, in the reference {_short(y[0])}"
    return ""


def _same(x: Any, y: Any) -> bool:
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        return bool(np.array_equal(x, y))
    return bool(np.all(x == y))


def _short(x: Any) -> str:
    text = " ".join(repr(x).split())
    return text if len(text) <= 60 else text[:57] + "..."
