"""Which leaves a stretch of computation reads, and the arrays they had then.

with looking(Reader(start)) as reader:         # leaves made before `start`
    ...
reader.arrays                                  # from the node of a leaf to its array
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy import ndarray

from .onlooking import Onlooker
from .tape import Node


class Changed(Exception):
    """A leaf has another array than it had before."""


class Reader(Onlooker):
    """Notes the leaves among the operands of calls that are recorded; the examiner before it goes on looking.

    Args:
        start: leaves older than this are noted (orders fall).
        before: what leaves had at an earlier time; Changed is raised where it is another array now.
    """

    def __init__(self, start: int, before: Mapping[Node, ndarray[Any, Any]] | None = None) -> None:
        super().__init__()
        self.start, self.before = start, before
        self.arrays: dict[Node, ndarray[Any, Any]] = {}

    def examine_call(
        self, primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Node | None]
    ) -> None:
        """Note the leaves among the operands of a call that is recorded."""
        for node, array in zip(parents, args, strict=True):
            if node is not None and node.primitive is None and node.order > self.start and isinstance(array, ndarray):
                if self.before is not None and self.before.get(node, array) is not array:
                    raise Changed
                self.arrays[node] = array
        super().examine_call(primitive, ans, args, kwargs, parents)
