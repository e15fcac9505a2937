"""Which nodes of a graph a NaN or infinity comes from, as far as values are known.

[node.op for node in marked(nodes) if node.mark == "nonfinite"]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .model import Node


def marked(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The nodes, those marked where a NaN or infinity was born: in forward, or if nowhere there, in backward."""
    by_id = {node.id: node for node in nodes}
    spoilt: set[str | None] = set()  # what has a NaN or infinity, or comes from such a value by ways that nobody knows
    for node in nodes:
        if not node.value.finite if node.value is not None else not spoilt.isdisjoint(node.arguments):
            spoilt.add(node.id)

    def born_forward(node: Node) -> bool:
        return (
            node.kind != "output"
            and node.value is not None
            and not node.value.finite
            and spoilt.isdisjoint(node.arguments)
        )

    def born_backward(node: Node) -> bool:
        sent = [by_id[each].gradient for each in node.arguments if each is not None]
        return (
            node.kind == "op"
            and node.gradient is not None
            and node.gradient.finite
            and any(gradient is not None and not gradient.finite for gradient in sent)
        )

    for born in (born_forward, born_backward):
        found = {node.id for node in nodes if born(node)}
        if found:
            return tuple(replace(node, mark="nonfinite") if node.id in found else node for node in nodes)
    return tuple(nodes)
