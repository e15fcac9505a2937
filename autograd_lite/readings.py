"""Which leaves a stretch of computation reads, and the arrays they had then.

with reading(Reader(start)) as reader:         # leaves made before `start`
    ...
reader.arrays                                  # from the node of a leaf to its array
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from numpy import ndarray

from .mode import _mode, current
from .sweeps import pullback, pushforward
from .tape import Node


class Changed(Exception):
    """A leaf has another array than it had before."""


class Reader:
    """Stands where an examiner of calls stands (see `anomaly`), and lets the one before it go on looking.

    Args:
        start: leaves older than this are noted (orders fall).
        before: what leaves had at an earlier time; Changed is raised where it is another array now.
    """

    def __init__(self, start: int, before: Mapping[Node, ndarray[Any, Any]] | None = None) -> None:
        self.start, self.before = start, before
        self.arrays: dict[Node, ndarray[Any, Any]] = {}
        self.next = current().examiner

    def examine_call(
        self, primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Node | None]
    ) -> None:
        """Note the leaves among the operands of a call that is recorded."""
        for node, array in zip(parents, args, strict=True):
            if node is not None and node.primitive is None and node.order > self.start and isinstance(array, ndarray):
                if self.before is not None and self.before.get(node, array) is not array:
                    raise Changed
                self.arrays[node] = array
        if self.next is not None:
            self.next.examine_call(primitive, ans, args, kwargs, parents)

    def examine_update(self, doing: str, params: Any) -> None:
        """An optimizer's step: nothing to note."""
        if self.next is not None:
            self.next.examine_update(doing, params)

    def sweep(self, *args: Any, **options: Any) -> list[Any]:
        """A backward sweep inside; what its rules record is not read from leaves for the first time."""
        return self._passed_on(pullback, args, options)

    def push(self, *args: Any, **options: Any) -> list[Any]:
        """A forward sweep inside."""
        return self._passed_on(pushforward, args, options)

    def _passed_on(self, sweep: Any, args: Any, options: Any) -> list[Any]:
        token = _mode.set(current().with_examiner(self.next))
        try:
            return sweep(*args, **options)  # type: ignore[no-any-return]
        finally:
            _mode.reset(token)


@contextmanager
def reading(reader: Reader) -> Iterator[Reader]:
    """Let `reader` see the calls that are recorded in the block."""
    token = _mode.set(current().with_examiner(reader))
    try:
        yield reader
    finally:
        _mode.reset(token)
