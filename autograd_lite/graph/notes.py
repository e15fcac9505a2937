"""What is noted of the nodes of the tape for pictures, and how it becomes plain data.

noted[node].value                  # the statistics of a value that was recorded inside of `details`
line_of_details(noted[node])       # where in the user's program it was made
options_of(primitive, args, ...)   # (("axis", "1"),)
"""

from __future__ import annotations

import dis
import inspect
import linecache
import re
from bisect import bisect_right
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy import ndarray

from ..primitive import Primitive, Traced
from ..several import StandIn
from ..tape import Node
from .model import Line
from .statistics import Statistics

_LONGEST = 60  # of the text of an option


class Details:
    """What is noted of one node."""

    __slots__ = (
        "backward_seconds",
        "code",
        "flows",
        "forward_seconds",
        "gradient",
        "instruction",
        "number",
        "options",
        "value",
    )

    def __init__(self) -> None:
        self.options: tuple[tuple[str, str], ...] | None = None
        self.value: Statistics | None = None
        self.gradient: Statistics | None = None
        self.flows: dict[int, float] = {}
        self.forward_seconds: float | None = None
        self.backward_seconds: float | None = None
        self.code: CodeType | None = None  # of the user's function that was running,
        self.instruction = -1  # the instruction in it, as an offset in bytes,
        self.number = 0  # and its line


Notes = MutableMapping[Node, Details]

noted: Notes = WeakKeyDictionary()
"""What was recorded, or swept, inside of `details`."""


# -- options


def options_of(
    primitive: Primitive, args: Sequence[Any], kwargs: dict[str, Any] | None, parents: Sequence[Node | None]
) -> tuple[tuple[str, str], ...]:
    """The arguments of a call that are no arrays, by name, as text."""
    defaults = _defaults(primitive)
    named = [*defaults]
    pairs = [
        (named[i] if i < len(named) else f"argument {i}", value)
        for i, (value, parent) in enumerate(zip(args, parents, strict=True))
        if parent is None and not isinstance(value, (ndarray, Traced, StandIn))
    ]
    pairs += (kwargs or {}).items()
    texts = [(name, shown(value)) for name, value in pairs if not _is_ours(value)]
    return tuple((name, text) for name, text in texts if text not in (defaults.get(name), "None"))


def _is_ours(value: Any) -> bool:
    """Whether a value is no argument of the user's, but what the library keeps of a call for its rules."""
    return type(value).__name__.startswith("_") and type(value).__module__.startswith("autograd_lite.")


@lru_cache(maxsize=512)
def _defaults(primitive: Primitive) -> dict[str, str | None]:
    """The arguments of a primitive by name, in order up to the first that takes any number, with their defaults."""
    kinds = inspect.Parameter
    found: dict[str, str | None] = {}
    try:
        parameters = inspect.signature(primitive).parameters.values()
    except (TypeError, ValueError):
        return found
    for parameter in parameters:
        if parameter.kind is kinds.VAR_POSITIONAL:
            break
        found[parameter.name] = None if parameter.default is kinds.empty else shown(parameter.default)
    if "keepdims" in found:  # what runs is told
        found["keepdims"] = "False"
    return found


def shown(value: Any) -> str:
    """A value as short text on one line."""
    if isinstance(value, ndarray) and value.size > 8:
        return f"array {value.shape} {value.dtype}"
    if isinstance(value, (ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        text = ", ".join(shown(each) for each in value[:9])
        text += ", ..." if len(value) > 9 else "," if len(value) == 1 and isinstance(value, tuple) else ""
        return f"[{text}]" if isinstance(value, list) else f"({text})"
    if isinstance(value, slice):
        return ":".join("" if part is None else str(part) for part in (value.start, value.stop)) + (
            "" if value.step is None else f":{value.step}"
        )
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = repr(value)
    if re.search(r" at 0x[0-9a-fA-F]+>$", text):  # an address, another one in each run
        return type(value).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


# -- places in the user's program


def line_of_details(about: Details) -> Line | None:
    """Where a node was made, with the expression that made it."""
    code = about.code
    if code is None:
        return None
    text = linecache.getline(code.co_filename, about.number)
    expression = ""
    first, last, start, end = _positions(code).get(about.instruction, (None,) * 4)
    if first == last == about.number and start is not None and end is not None:
        expression = text.encode()[start:end].decode(errors="replace")
    return Line(code.co_filename, about.number, code.co_name, text.strip(), expression)


def variables_of(notes: Sequence[tuple[Details, int | None]]) -> list[str | None]:
    """The variables that values were assigned to, of nodes from the oldest to the newest.

    A node comes with its number among several results, if it is one of them.  A call that recorded many nodes gave
    the value of the last.
    """
    names: list[str | None] = []
    for i, (about, index) in enumerate(notes):
        stored = [] if about.code is None else _stored_after(about.code, about.instruction)
        following = notes[i + 1][0] if i + 1 < len(notes) else None
        last = following is None or (following.code, following.instruction) != (about.code, about.instruction)
        if len(stored) > 1:
            names.append(stored[index] if index is not None and index < len(stored) else None)
        else:
            names.append(stored[0] if stored and last else None)
    return names


@lru_cache(maxsize=256)
def _positions(code: CodeType) -> dict[int, tuple[int | None, ...]]:
    return {2 * i: position for i, position in enumerate(code.co_positions())}


_STORES = ("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")


def _stored_after(code: CodeType, offset: int) -> list[str]:
    """The variables that what an instruction leaves is at once stored in; an offset may lie in its inline caches."""
    stores = _stores(code)
    return stores[bisect_right(_offsets(code), offset) - 1] if offset >= 0 else []


@lru_cache(maxsize=256)
def _offsets(code: CodeType) -> list[int]:
    return [each.offset for each in dis.get_instructions(code)]


@lru_cache(maxsize=256)
def _stores(code: CodeType) -> list[list[str]]:
    """For each instruction, the variables that what it leaves is at once stored in."""
    instructions = [*dis.get_instructions(code)]
    found: list[list[str]] = []
    for i, here in enumerate(instructions):
        # Python 3.11 calls in two steps, and may stand at the first
        first = i + 2 if here.opname == "PRECALL" else i + 1
        after = instructions[first] if first < len(instructions) else here
        several = after.opname == "UNPACK_SEQUENCE"
        stores = instructions[first + 1 : first + 1 + int(after.arg or 0)] if several else [after]
        if here.opname == "UNPACK_SEQUENCE" or not all(each.opname.startswith(_STORES) for each in stores):
            stores = []
        # one instruction may store twice, or store and load: its argument is then a pair of names
        found.append([each.argval if isinstance(each.argval, str) else each.argval[0] for each in stores])
    return found
