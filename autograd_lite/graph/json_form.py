"""A Graph as JSON and back: `Graph.to_json` and `Graph.from_json`.

What is at its default is left out, so that a node of a plain graph takes a line.  A NaN or infinity, which JSON cannot
write as a number, is the string "nan", "inf" or "-inf".  Nothing is executed on the way back, and what is not a graph
is refused with the place where it goes wrong.
"""

from __future__ import annotations

import json
import math
import re
import types
from dataclasses import fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .model import Array, Call, Graph, Line, Node
from .statistics import Statistics

FORMAT = "autograd_lite graph 1"
_CLASSES = (Array, Line, Statistics, Node, Call)
_SURROGATES = re.compile("[\ud800-\udfff]")  # of names of files that are not UTF-8, and cannot be written as it
_NO_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_HINTS = {cls: get_type_hints(cls) for cls in _CLASSES}


def dumps(graph: Graph, indent: int | None = None) -> str:
    """The text of a graph."""
    data = {"format": FORMAT, "nodes": [*map(plain, graph.nodes)], "calls": [*map(plain, graph.calls)]}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent)
    return _SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def loads(text: str | bytes) -> Graph:
    """The graph of a text.

    Raises:
        ValueError: it is not JSON, or not a graph.
    """
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("not a graph: lists or objects are nested too deep") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f'not a graph: it has no "format": "{FORMAT}"')
    nodes = tuple(_list_of(Node, data, "nodes"))
    calls = tuple(_list_of(Call, data, "calls"))
    _check_ids(nodes, calls)
    return Graph(nodes, calls)


def plain(value: Any) -> Any:
    """What JSON knows, of a dataclass of ours; fields at their defaults are left out."""
    if isinstance(value, _CLASSES):
        pairs = [(field, getattr(value, field.name)) for field in fields(value)]
        return {field.name: plain(content) for field, content in pairs if content != field.default}
    if isinstance(value, tuple):
        return [*map(plain, value)]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _list_of(cls: type[Any], data: dict[str, Any], key: str) -> list[Any]:
    items = data.get(key)
    if not isinstance(items, list):
        raise ValueError(f"not a graph: {key!r} is not a list")
    return [_made(cls, item, f"{key}[{i}]") for i, item in enumerate(items)]


def _made(cls: type[Any], data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"not a graph: {place} is not an object")
    hints = _HINTS[cls]
    unknown = sorted(set(data) - set(hints))
    if unknown:
        raise ValueError(f"not a graph: {place} has the unknown {unknown}")
    try:
        return cls(**{name: _as(hints[name], value, f"{place}.{name}") for name, value in data.items()})
    except TypeError as error:  # one is missing
        raise ValueError(f"not a graph: {place}: {error}") from error


def _as(hint: Any, value: Any, place: str) -> Any:
    """A value of JSON as a field of that type."""
    origin = get_origin(hint)
    if hint in _CLASSES:
        return _made(hint, value, place)
    if origin in (types.UnionType, Union):
        *some, _none = get_args(hint)  # ours are all "or None", with None last
        return None if value is None else _as(some[0], value, place)
    if origin is Literal:
        if value in get_args(hint):
            return value
    elif origin is tuple:
        if isinstance(value, list):
            inner, rest = get_args(hint)
            if rest is Ellipsis:
                return tuple(_as(inner, item, f"{place}[{i}]") for i, item in enumerate(value))
            if len(value) == 2:
                return (_as(inner, value[0], f"{place}[0]"), _as(rest, value[1], f"{place}[1]"))
    elif hint is float:
        if isinstance(value, float) or (type(value) is int and abs(value) < 1e308):
            return float(value)
        if isinstance(value, str) and value in _NO_NUMBERS:
            return _NO_NUMBERS[value]
    elif type(value) is hint:
        return value
    raise ValueError(f"not a graph: {place} is {value!r:.80}")


def _check_ids(nodes: tuple[Node, ...], calls: tuple[Call, ...]) -> None:
    """Ids count up, and refer to what comes before, so that pictures can rely on it."""
    call_ids: set[str] = set()
    for i, call in enumerate(calls):
        _refuse_unless(call.id == f"m{i}" and (call.outer is None or call.outer in call_ids), f"calls[{i}]")
        call_ids.add(call.id)
    node_ids: set[str | None] = {None}
    for i, node in enumerate(nodes):
        known = node_ids.issuperset(node.arguments) and (node.call is None or node.call in call_ids)
        _refuse_unless(node.id == f"n{i}" and known, f"nodes[{i}]")
        node_ids.add(node.id)


def _refuse_unless(right: bool, place: str) -> None:
    if not right:
        raise ValueError(f"not a graph: the ids of {place} are out of order, or refer to what is not there")
