"""What functions that are spelled with others are made of: the operations that their samples record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import autograd_lite as ag
from autograd_lite.ops.implementing import implementations
from autograd_lite.primitive import Traced

from .samples import SAMPLES

Function = Callable[..., Any]


class Parts(NamedTuple):
    """Names of the operations that calls of a function recorded, and the families of the samples that called it."""

    operations: set[str]
    families: set[str]


def parts_of_implementations() -> dict[Function, Parts]:
    """For each NumPy function that is spelled with others and that a sample calls."""
    found: dict[Function, Parts] = defaultdict(lambda: Parts(set(), set()))
    family = ""

    def watched(function: Function, ours: Function) -> Function:
        def call(*args: Any, **kwargs: Any) -> Any:
            inputs = [*args, *kwargs.values()]
            before = set(_nodes(inputs))
            answer = ours(*args, **kwargs)
            parts = found[function]
            parts.operations.update(_names(before, [answer, inputs]))  # some change what they are given
            parts.families.add(family)
            return answer

        return call

    declared = dict(implementations)
    implementations.update({function: watched(function, ours) for function, ours in declared.items()})
    try:
        for sample in SAMPLES:
            family = sample.family
            for factor in (1.0, 1.0 + 0.5j) if sample.complex else (1.0,):
                sample.call(*(ag.Tensor(x * factor, requires_grad=True) for x in sample.arrays()))
    finally:
        implementations.update(declared)
    return found


def parts_of_samples(label: str) -> Parts:
    """For the samples whose label begins with this word."""
    parts = Parts(set(), set())
    for sample in SAMPLES:
        if sample.label.partition(" ")[0].rstrip(",") == label:
            inputs = [ag.Tensor(x, requires_grad=True) for x in sample.arrays()]
            parts.operations.update(_names(set(_nodes(inputs)), sample.call(*inputs)))
            parts.families.add(sample.family)
    return parts


def _names(before: set[Any], outputs: Any) -> set[str]:
    """Names of the operations that lead from nodes to outputs."""
    waiting = list(_nodes(outputs))
    seen = set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in before and node not in seen:
            seen.add(node)
            waiting.extend(node.parents)
    return {node.name for node in seen if node.primitive is not None}


def _nodes(value: Any) -> Iterator[Any]:
    if isinstance(value, Traced):
        yield value._node
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _nodes(item)
