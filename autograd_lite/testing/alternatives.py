"""Mistakes made on purpose in a recorded graph, to find out which of them gives the gradient that was got.

Whoever writes a gradient by hand walks the graph in their mind, and goes wrong at one of its nodes: leaves out the
derivative of an activation, takes it at the wrong place, forgets one of two paths, does not sum where there was
broadcasting.  Here each node gets such a rule in turn, and the graph is swept again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from ..mode import fusion
from ..primitive import Rule
from ..sweeps import pullback
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
    points = [Tensor(x, requires_grad=True) if _is_real(x) else x for x in values]
    with fusion(False):
        try:
            answer = f(*points)
        except Exception:  # it is made for something else than Tensors, and that is no reason to fail
            return
    if not isinstance(answer, Tensor) or not answer.requires_grad or not isinstance(points[input], Tensor):
        return
    seed = weights.reshape(answer.shape).astype(answer.dtype)
    for node in _nodes(answer._node):
        for i, parent in enumerate(node.parents):
            if parent is None:
                continue
            for diagnosis, rule in _mistakes(node, i, parent):
                gradient = _swept(answer._node, seed, points[input]._node, node, i, rule)
                if gradient is not None:
                    yield Alternative(diagnosis, gradient)


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


def _swept(root: Node, seed: Array, leaf: Node, node: Node, i: int, rule: Rule) -> Array | None:
    """The gradient by a leaf with another rule for the argument i of a node; None where that cannot be worked out."""
    original: Any = node.primitive
    changed = copy.copy(original)
    changed.vjps = (*original.vjps[:i], rule, *original.vjps[i + 1 :])
    node.primitive = changed
    try:
        with np.errstate(all="ignore"):
            (gradient,) = pullback([root], [seed], inputs=[leaf], retain_graph=True)
    except Exception:  # the mistake does not fit the shapes, or reads what was not kept
        return None
    finally:
        node.primitive = original
    return None if gradient is None else np.asarray(gradient)


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
