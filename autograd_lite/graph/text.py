"""A graph as text for a terminal: a line per node, oldest first, which reads like a program."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from .model import Graph, Node


def listing(graph: Graph) -> str:
    """The lines of all nodes: what it is, its shape and dtype, and the module it belongs to."""
    paths = {call.id: printable(call.path) for call in graph.calls}
    rows = [(node.id, _what(node), " ".join(values_of(node)), paths.get(node.call or "", "")) for node in graph.nodes]
    # One endless name or list of arguments shall not push all the other columns away.
    widths = [min(max((len(row[i]) for row in rows), default=0), limit) for i, limit in enumerate((9, 40, 28))]
    return "\n".join(_line(row, widths) for row in rows)


def printable(text: str) -> str:
    """Text on one line: what cannot be printed (a newline, a control character) as its escape sequence."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def values_of(node: Node) -> Iterator[str]:
    """Shape and dtype of what a node gives; equal neighbours among several are counted."""
    for value, equal in groupby(node.values):
        count = len(list(equal))
        yield f"{count} x {value}" if count > 1 else str(value)


def line_of_node(node: Node, path: str) -> str:
    """The line of one node, without columns; `path` is that of its module."""
    options = options_of(node)
    what = f"{_what(node)} {printable(options)}" if options else _what(node)
    return "  ".join(filter(None, (node.id, what, " ".join(values_of(node)), printable(path))))


def options_of(node: Node) -> str:
    """The options of an operation on a line: "axis=1"; "" if there are none."""
    return " ".join(f"{name}={value}" for name, value in node.options)


def number(count: int, what: str) -> str:
    """So many of something: "1 operation", "12 operations"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _what(node: Node) -> str:
    if node.kind in ("op", "output"):
        return f"{printable(node.title)}({', '.join(argument or '_' for argument in node.arguments)})"
    return f"{node.kind} {printable(node.name)}" if node.name else node.kind


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    *columns, last = row
    return "  ".join([*(text.ljust(width) for text, width in zip(columns, widths, strict=True)), last]).rstrip()
