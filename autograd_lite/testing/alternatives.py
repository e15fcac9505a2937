"""Mistakes made on purpose in a recorded graph, to find out which of them gives the gradient that was got.

Whoever writes a gradient by hand walks the graph in their mind, and goes wrong at one of its nodes: leaves out the
derivative of an activation, takes it at the wrong place, forgets one of two paths, does not sum where there was
broadcasting.  Here each node gets such a rule in turn, and the graph is swept again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from ..mode import fusion
from ..primitive import Primitive, Rule
from ..several import StandIn
from ..sweeps import ALIAS, pullback
from ..tape import Node
from ..tensor import Tensor
from .diagnosis import Alternative, Diagnosis
from .oracles.directions import Array

NODES = 48
"""Of a larger graph only the newest this many nodes are tried."""


def alternatives(f: Callable[..., Any], values: Sequence[Any], input: int, weights: Array) -> Iterator[Alternative]:
    """Each common mistake at each node of the graph of sum(weights * f(values)), and the gradient by one input.

    Yields nothing where f cannot be recorded.
    """
    answer, points, _ = _recorded(f, values)
    if answer is None or not isinstance(points[input], Tensor):
        return
    sweep = _Sweep(answer._node, weights.reshape(answer.shape).astype(answer.dtype), points[input]._node)
    nodes = _nodes(answer._node)
    for node in nodes:
        for i, parent in enumerate(node.parents):
            for diagnosis, rule in _mistakes(node, i, parent) if parent is not None else ():
                rules: Any = node.primitive.vjps  # type: ignore[union-attr]
                gradient = sweep(node, (*rules[:i], rule, *rules[i + 1 :]))
                if gradient is not None:
                    yield Alternative(diagnosis, gradient)
    leaves = {point._node: point.data for point in points if isinstance(point, Tensor)}
    yield from _of_stretches(nodes, _values(nodes, leaves), sweep)


def why_not(f: Callable[..., Any], values: Sequence[Any]) -> str:
    """Why no mistakes are tried in the graph of f; "" where they are."""
    return _recorded(f, values)[2]


def _recorded(f: Callable[..., Any], values: Sequence[Any]) -> tuple[Any, list[Any], str]:
    """What f gives for Tensors, these Tensors, and why that is not recorded: then what it gives is None."""
    if isinstance(f, Primitive):  # whose own function shows what it is made of
        f = f.function
    points = [Tensor(x, requires_grad=True) if _is_real(x) else x for x in values]
    with fusion(False), np.errstate(all="ignore"):
        try:
            answer = f(*points)
        except Exception as error:  # it is made for something else than Tensors, and that is no reason to fail
            return None, points, f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    if not isinstance(answer, Tensor):
        return None, points, f"it gives a {type(answer).__name__} for Tensors"
    return (answer, points, "") if answer.requires_grad else (None, points, "nothing in it depends on the inputs")


def _is_real(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _nodes(root: Node) -> list[Node]:
    """The nodes that have a rule per argument, newest first."""
    seen, stack = {root}, [root]
    while stack:
        for parent in stack.pop().parents:
            if parent is not None and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    inner = [node for node in seen if node.primitive is not None and not node.primitive.together]
    return sorted(inner, key=attrgetter("order"))[:NODES]


class _Sweep(NamedTuple):
    """The sweep from a root to a leaf, with other rules at one of the nodes, or past a stretch of them."""

    root: Node
    seed: Array
    leaf: Node

    def __call__(self, node: Node, rules: Sequence[Rule | None], past: Node | None = None) -> Array | None:
        """The gradient by the leaf; None where it cannot be worked out.  `past` is then the node's one parent."""
        original = node.primitive, node.parents, node.saved
        changed = copy.copy(node.primitive if past is None else ALIAS)
        assert changed is not None
        changed.vjps = tuple(rules)
        node.primitive = changed
        if past is not None:
            node.parents, node.saved = (past,), (None, None)
        try:
            with np.errstate(all="ignore"):
                (gradient,) = pullback([self.root], [self.seed], inputs=[self.leaf], retain_graph=True)
        except Exception:  # the mistake does not fit the shapes, or reads what was not kept
            return None
        finally:
            node.primitive, node.parents, node.saved = original
        return None if gradient is None else np.asarray(gradient)


def _of_stretches(nodes: Sequence[Node], values: dict[Node, Array], sweep: _Sweep) -> Iterator[Alternative]:
    """An activation may be a stretch of several operations: its derivative left out, or another function."""
    for last in nodes:
        for first in _stretch_above(last):
            z, h = values.get(first), values.get(last)
            for words, factor in [("left out", 1.0), *_wrong_slopes(z, h)]:
                gradient = sweep(last, (lambda g, _ans, _x, _factor=factor: g * _factor,), first)
                if gradient is not None:
                    taken = words if words == "left out" else f"taken to be {words}"
                    text = f"the derivative of what {last.name} ends, of h = a(z), is {taken}"
                    yield Alternative(Diagnosis("activation derivative", text), gradient)


def _stretch_above(node: Node) -> list[Node]:
    """The values z of which a node's value is a function element by element."""
    found: list[Node] = []
    stack = [node]
    while stack:
        here = stack.pop()
        if here.primitive is not None and here.primitive.kind == "elementwise":
            for parent in here.parents:
                if parent is not None and parent.shape == node.shape and parent not in found:
                    found.append(parent)
                    stack.append(parent)
    return found


def _values(nodes: Sequence[Node], leaves: dict[Node, Array]) -> dict[Node, Array]:
    """The values of nodes, where those of the leaves and what was kept for rules are enough to know them."""
    values = dict(leaves)
    for node in reversed(nodes):
        saved: Any = node.saved
        if isinstance(saved[0], np.ndarray):
            values[node] = saved[0]
            continue
        given = [values.get(parent, kept) for parent, kept in zip(node.parents, saved[1:], strict=True)]  # type: ignore[arg-type]
        if not any(x is None or isinstance(x, (Node, StandIn)) for x in given):
            with np.errstate(all="ignore"):
                values[node] = np.asarray(node.primitive.raw(*given, **(node.kwargs or {})))  # type: ignore[union-attr]
    return values


def _wrong_slopes(z: Any, h: Any) -> Iterator[tuple[str, Array]]:
    """What is taken for the derivative of an activation h = a(z) by mistake."""
    for name, x in (("z", z), ("h", h)):
        if x is not None:
            yield from _slopes_at(name, x)


def _slopes_at(name: str, x: Array) -> list[tuple[str, Array]]:
    with np.errstate(all="ignore"):
        sigmoid = 1 / (1 + np.exp(-x))
        return [
            (f"{name} (1 - {name})", x * (1 - x)),
            (f"1 - {name}^2", 1 - x * x),
            (f"the logistic function's at {name}", sigmoid * (1 - sigmoid)),
            (f"tanh's at {name}", 1 - np.tanh(x) ** 2),
            (f"sigmoid({name})", sigmoid),
            (f"1 where {name} > 0", np.asarray(x > 0)),
            (name, x),
            (f"2 {name}", 2 * x),
            (f"exp({name})", np.exp(x)),
            (f"cos({name})", np.cos(x)),
            (f"1 / (1 + {name}^2)", 1 / (1 + x * x)),
        ]


def _mistakes(node: Node, i: int, parent: Node) -> Iterator[tuple[Diagnosis, Rule]]:
    """What could go wrong in the rule of a node for its argument i."""
    primitive: Any = node.primitive
    rule: Any = primitive.vjps[i]
    name = node.name
    if primitive.kind in ("elementwise", "general") and len(node.parents) == 1:
        yield _about_activation(name, "is left out"), lambda g, *_, **__: g
        yield (
            _about_activation(name, "is taken at its answer instead of its argument"),
            lambda g, ans, x, **kw: _at_answer(primitive, rule, g, ans, x, kw),
        )
        yield (
            _about_activation(name, "has the argument where the answer belongs"),
            lambda g, ans, x, **kw: rule(g, _value(x), x, **kw),
        )
        yield (
            _about_activation(name, "is applied twice"),
            lambda g, *saved, **kw: rule(rule(g, *saved, **kw), *saved, **kw),
        )
    if node.shape != parent.shape and primitive.kind in ("elementwise", "bilinear"):
        for words, pick in (("the first", _first), ("the last", _last), ("the mean", _mean)):
            text = f"of the gradients of what {name} has broadcast, {words} was taken instead of the sum"
            yield (
                Diagnosis("missing un-broadcast sum", text),
                lambda g, *saved, _pick=pick, **kw: _pick(rule(g, *saved, **kw), parent.shape),
            )
    if len(node.parents) > 1:
        text = f"the part of it that goes through argument {i} of {name} is missing"
        yield Diagnosis("missing term", text), lambda g, *saved, **kw: np.zeros(parent.shape, parent.dtype)
        other: Any = primitive.vjps[1 - i] if len(primitive.vjps) == 2 else None
        if other is not None:
            text = f"the derivatives of {name} by its two arguments are exchanged"
            yield Diagnosis("swapped arguments", text), other
        text = f"the sign of the part that goes through argument {i} of {name} is flipped"
        yield Diagnosis("sign", text), lambda g, *saved, **kw: -rule(g, *saved, **kw)
    if primitive.kind == "bilinear":
        for turned in (2, 3):
            text = f"in the derivative of {name} by argument {i}, the other argument is not transposed"
            yield (
                Diagnosis("transpose", text),
                lambda g, *saved, _turned=turned, **kw: rule(
                    g, *(a.mT if k + 1 == _turned else a for k, a in enumerate(saved)), **kw
                ),
            )
    if primitive.kind == "linear" and _size(parent.shape) > _size(node.shape) > 0:
        n = _size(parent.shape) / _size(node.shape)
        for words, factor in (("not divided", n), ("divided", 1 / n)):
            text = f"the gradient through {name} is {words} by the number of elements, {n:g}"
            yield (
                Diagnosis("constant factor", text),
                lambda g, *saved, _factor=factor, **kw: rule(g, *saved, **kw) * _factor,
            )


def _about_activation(name: str, words: str) -> Diagnosis:
    return Diagnosis("activation derivative", f"the derivative of {name} {words}")


def _value(x: Any) -> Array:
    if not isinstance(x, np.ndarray):
        raise TypeError("this argument was not kept")
    return x


def _at_answer(primitive: Any, rule: Rule, g: Any, ans: Any, x: Any, kwargs: dict[str, Any]) -> Any:
    """A rule that reads f(x) where it should read x."""
    if ans is None:
        ans = primitive.raw(_value(x), **kwargs)
    return rule(g, primitive.raw(ans, **kwargs), ans, **kwargs)


def _first(g: Array, shape: tuple[int, ...]) -> Array:
    return _along_broadcast(g, shape, lambda a, axis: np.take(a, [0], axis))


def _last(g: Array, shape: tuple[int, ...]) -> Array:
    return _along_broadcast(g, shape, lambda a, axis: np.take(a, [-1], axis))


def _mean(g: Array, shape: tuple[int, ...]) -> Array:
    return _along_broadcast(g, shape, lambda a, axis: np.mean(a, axis, keepdims=True))


def _along_broadcast(g: Array, shape: tuple[int, ...], reduce: Callable[[Array, int], Array]) -> Array:
    extra = g.ndim - len(shape)
    for axis in range(g.ndim):
        if axis < extra or (shape[axis - extra] == 1 and g.shape[axis] != 1):
            g = reduce(g, axis)
    return g.reshape(shape)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size
