"""Source lines: which line of the user's program recorded each operation.

    from autograd_lite.source_lines import line_of, source_lines

    with source_lines():
        loss = ((model(x) - y) ** 2).mean()
    print(line_of(loss))                       # train.py:12 in step: loss = ((model(x) - y) ** 2).mean()

To note a line takes a few times as long as to record an operation, so it is done inside the `with` block only; what is
recorded outside of one costs what it always did.  The lines lie on the nodes of the graph and go with them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from itertools import islice
from threading import Lock
from typing import Any, NamedTuple

from .changes import locate_by
from .primitive import Traced
from .tape import Node, make_nodes_by

_DEPTH = 8  # of the lines that are noted per operation: the innermost of the user's
_LIBRARIES = {"autograd_lite", "numpy", "torch", "contextlib", "functools"}

_Note = Callable[[Node, Any], None]
_entered: ContextVar[tuple[_Note | None, ...]] = ContextVar("autograd_lite_source_lines", default=())
_blocks = 0  # how many are open in all threads
_counting = Lock()


class SourceLine(NamedTuple):
    """A place in the user's program: a file, a line in it (from 1), and the function that the line stands in."""

    file: str
    line: int
    function: str

    @property
    def text(self) -> str:
        """What is written there, without its indentation; "" if the file cannot be read."""
        from linecache import getline

        return getline(self.file, self.line).strip()

    @property
    def place(self) -> str:
        """file:line, as editors and terminals take it."""
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        inside = "" if self.function == "<module>" else f" in {self.function}"
        return f"{self.place}{inside}: {self.text}" if self.text else f"{self.place}{inside}"


class _LocatedNode(Node):
    """A Node that knows which lines of the user's led to it, the innermost first."""

    __slots__ = ("lines",)
    lines: tuple[SourceLine, ...]


class source_lines:
    """Note inside a `with` block which line of the user's program records each operation.

    It belongs to the thread, or asyncio task, that enters it.  Operations that our own modules and NumPy record
    belong to the line that called these.

    Args:
        note: called with each node when it has been made, still empty, and with the frame of Python's in which the
            tape makes it.

    >>> import autograd_lite as ag
    >>> from autograd_lite.source_lines import line_of, source_lines
    >>> x = ag.Tensor([1.0, 2.0], requires_grad=True)
    >>> with source_lines():
    ...     loss = (x * x).sum()
    >>> line_of(loss).line, line_of(loss).text
    (2, 'loss = (x * x).sum()')
    """

    def __init__(self, note: _Note | None = None) -> None:
        self.note = note

    def __enter__(self) -> None:
        _entered.set((*_entered.get(), self.note))
        _count(1)

    def __exit__(self, *exception: object) -> None:
        _entered.set(_entered.get()[:-1])
        _count(-1)


def line_of(made: Any) -> SourceLine | None:
    """The line that recorded a Tensor, or a node of the tape; None if it was not recorded inside `source_lines`."""
    return next(iter(lines_of(made)), None)


def lines_of(made: Any) -> tuple[SourceLine, ...]:
    """The user's lines that led to a Tensor or node, innermost first: where it was recorded, who called that, ...

    At most 8 of them; none if it was not recorded inside `source_lines`.
    """
    node = made._node if isinstance(made, Traced) else made
    return node.lines if isinstance(node, _LocatedNode) else ()


def _count(change: int) -> None:
    global _blocks
    with _counting:
        _blocks += change
        make_nodes_by(_located if _blocks else None)
        locate_by(_here if _blocks else None)


def _here() -> SourceLine | None:
    """The user's line that leads here, in any thread: optimizers step in a context that does not know of blocks."""
    return next(iter(lines_above(sys._getframe(1))), None)


def _located(cls: type[Node]) -> Node:
    """An empty Node with the lines that lead here; a plain one in a thread that has not asked for them."""
    entered = _entered.get()
    if not entered:
        return object.__new__(cls)
    frame = sys._getframe(1)  # the tape's
    node = object.__new__(_LocatedNode)
    node.lines = lines_above(frame)
    for note in entered:
        if note is not None:
            note(node, frame)
    return node


def lines_above(frame: Any) -> tuple[SourceLine, ...]:
    """The user's lines that led to a frame of Python's, innermost first."""
    frames = islice(users_frames(frame), _DEPTH)
    return tuple([SourceLine(each.f_code.co_filename, each.f_lineno, each.f_code.co_name) for each in frames])


def users_frames(frame: Any) -> Iterator[Any]:
    """The frames of the user's functions that led to a frame of Python's, innermost first."""
    while frame is not None:
        code = frame.f_code
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in _LIBRARIES or code.co_filename.startswith("<doctest"):  # those of ours are users too
            yield frame
        frame = frame.f_back
