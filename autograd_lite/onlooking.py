"""What looks on while operations are recorded, and lets whoever looked before go on looking.

A `Mode` has one examiner: `detect_anomaly` is one.  An Onlooker takes its place for a while and hands on to it.

with looking(Onlooker()):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from .mode import _mode, current
from .sweeps import pullback, pushforward

O = TypeVar("O", bound="Onlooker")  # noqa: E741


class Onlooker:
    """Sees the calls that are recorded, as an examiner does (see `anomaly`); this one makes nothing of them."""

    def __init__(self) -> None:
        self.next = current().examiner

    def examine_call(
        self, primitive: Any, ans: Any, args: Sequence[Any], kwargs: dict[str, Any], parents: Sequence[Any]
    ) -> None:
        """A primitive has run on arrays and will be recorded."""
        if self.next is not None:
            self.next.examine_call(primitive, ans, args, kwargs, parents)

    def examine_update(self, doing: str, params: Any) -> None:
        """An optimizer has moved its parameters."""
        if self.next is not None:
            self.next.examine_update(doing, params)

    def sweep(self, *args: Any, **options: Any) -> list[Any]:
        """A backward sweep."""
        return self._passed_on(pullback, args, options)

    def push(self, *args: Any, **options: Any) -> list[Any]:
        """A forward sweep."""
        return self._passed_on(pushforward, args, options)

    def _passed_on(self, sweep: Any, args: Any, options: Any) -> list[Any]:
        token = _mode.set(current().with_examiner(self.next))
        try:
            return sweep(*args, **options)  # type: ignore[no-any-return]
        finally:
            _mode.reset(token)


@contextmanager
def looking(onlooker: O) -> Iterator[O]:
    """Let an Onlooker see what is recorded in the block."""
    token = _mode.set(current().with_examiner(onlooker))
    try:
        yield onlooker
    finally:
        _mode.reset(token)
