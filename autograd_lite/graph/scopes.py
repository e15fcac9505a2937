"""Which calls of modules each node was recorded in, worked out from the marks that calls leave on what they give.

A call leaves a Span: the stretch of time, in the tape's numbers, that it took.  Calls in one thread lie inside
or after each other like brackets, so going through the nodes in order of time with a stack of the calls that are
open gives each node its innermost one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..tape import Node, Span


class Scope:
    """A call of a module; `outer` is the call it was made in."""

    __slots__ = ("kind", "module", "outer")

    def __init__(self, kind: str, module: Callable[[], Any], outer: Scope | None) -> None:
        self.kind = kind
        self.module = module
        self.outer = outer


def scopes_of(nodes: Sequence[Node]) -> dict[Node, Scope | None]:
    """The innermost call around each of the nodes, which are given oldest first (time runs downwards)."""
    spans: dict[int, Span] = {}
    for node in nodes:
        span = node.span
        while span is not None:
            start, *_, before = span
            spans[start] = span
            span = before
    coming = [spans[start] for start in sorted(spans)]  # the next to begin is last
    open_calls: list[tuple[int, Scope]] = []
    scopes: dict[Node, Scope | None] = {}
    for node in nodes:
        while coming and coming[-1][0] > node.order:
            start, end, kind, module, _ = coming.pop()
            _close(open_calls, start)
            open_calls.append((end, Scope(kind, module, open_calls[-1][1] if open_calls else None)))
        _close(open_calls, node.order)
        scopes[node] = open_calls[-1][1] if open_calls and node.primitive is not None else None
    return scopes


def _close(open_calls: list[tuple[int, Scope]], now: int) -> None:
    while open_calls and open_calls[-1][0] > now:
        open_calls.pop()
