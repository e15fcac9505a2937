"""A Graph as the page reads it: short keys, tables of what repeats, pictures of arrays as strings of levels.

What is in it is shown as text by the page, never as markup.  It is written into a <script> element, so `<` and the
separators that end a line in JavaScript are escaped.
"""

from __future__ import annotations

import json
import math
from typing import Any

from ...primitive import registry
from ..mathematics import mathml
from ..model import Array, Graph, Node
from ..statistics import Statistics

LEVELS = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # of a picture, from the least to the greatest
)
_EXACT = 12  # an array of no more elements is shown with its numbers


def page_data(graph: Graph, title: str, theme: str) -> str:
    """The JSON of a page, safe inside of a <script> element."""
    lines: dict[Any, int] = {}
    kinds: dict[tuple[str, str | None], int] = {}
    data = {
        "title": title,
        "theme": theme,
        "levels": LEVELS,
        "nodes": [_node(node, lines, kinds) for node in graph.nodes],
        "calls": [
            {"k": call.kind, "n": call.name, "o": None if call.outer is None else int(call.outer[1:]), "p": call.path}
            for call in graph.calls
        ],
        "ops": [_operation(*kind) for kind in kinds],
        "lines": [[line.file, line.line, line.function, line.text] for line in lines],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _node(node: Node, lines: dict[Any, int], kinds: dict[tuple[str, str | None], int]) -> dict[str, Any]:
    line = None
    kind = None if node.op is None else kinds.setdefault((node.op, node.math), len(kinds))
    if node.line is not None:
        place = type(node.line)(node.line.file, node.line.line, node.line.function, node.line.text)
        line = lines.setdefault(place, len(lines))
    about = {
        "k": node.kind,
        "t": node.title,
        "o": node.op,
        "r": kind,
        "a": [None if each is None else int(each[1:]) for each in node.arguments],
        "s": [_array(value) for value in node.values],
        "c": None if node.call is None else int(node.call[1:]),
        "x": [list(option) for option in node.options],
        "b": node.kept or None,
        "m": node.mark,
        "l": line,
        "e": node.line.expression if node.line is not None else "",
        "n": node.variable,
        "ft": _seconds(node.forward_seconds),
        "bt": _seconds(node.backward_seconds),
        "v": _statistics(node.value),
        "g": _statistics(node.gradient),
        "f": [None if each is None else _rounded(each) for each in node.flows],
    }
    return {key: value for key, value in about.items() if value is not None and value != "" and value != []}


def _array(value: Array) -> str:
    return str(value)


def _seconds(seconds: float | None) -> int | None:
    """In nanoseconds."""
    return None if seconds is None else round(seconds * 1e9)


def _rounded(number: float | None) -> Any:
    """Six significant digits; what JSON cannot write as JavaScript spells it."""
    if number is None:
        return None
    short = float(f"{number:.6g}")
    if math.isinf(short):
        return "Infinity" if short > 0 else "-Infinity"
    if math.isnan(short):
        return "NaN"
    return int(short) if short == int(short) and abs(short) < 1e15 else short


def _statistics(about: Statistics | None) -> list[Any] | None:
    """Numbers by position; then the histogram and the picture as levels; then the numbers of a small array."""
    if about is None:
        return None
    numbers = [_rounded(each) for each in (about.min, about.max, about.mean, about.std, about.norm)]
    most = max(about.histogram) or 1
    histogram = "".join(LEVELS[-(-each * (len(LEVELS) - 1) // most)] for each in about.histogram)
    rows = len(about.heatmap)
    picture = "".join(_level(each, about.min, about.max) for row in about.heatmap for each in row)
    exact = [_rounded(each) for row in about.heatmap for each in row] if about.size <= _EXACT and rows <= _EXACT else []
    if rows and len(exact) != about.size:
        exact = []
    return [about.size, *numbers, about.zeros, about.nans, about.infinities, histogram, rows, picture, exact]


def _level(number: float | None, low: float | None, high: float | None) -> str:
    """A number as a letter by its place between the extremes; "!" for what is not finite."""
    if number is None or low is None or high is None:
        return "!"
    width = high / 2 - low / 2
    place = 0.5 if width == 0 else (number / 2 - low / 2) / width
    return LEVELS[round(min(max(place, 0.0), 1.0) * (len(LEVELS) - 1))]


def _operation(name: str, kind: str | None) -> dict[str, Any]:
    """Of an operation its kind, and its rule, as words and as MathML; a function of the user's has no rule here.

    It is of another kind than the operation of that name, if there is one.
    """
    known = [each for each in registry.values() if each.name == name and kind in (None, each.kind)]  # None if it failed
    rules = [each.math for each in known if each.math]
    return {"kind": kind, "rule": rules[-1] if rules else "", "mathml": mathml(rules[-1]) if rules else ""}
