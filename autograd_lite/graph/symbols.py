"""What the values of a graph are called in formulas: their own names where they have some, else z1, z2, ...

    >>> import autograd_lite as ag
    >>> from autograd_lite.graph.symbols import symbols_of
    >>> w = ag.Tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> symbols = symbols_of(ag.graph.Graph.of((w * w).sum()))
    >>> [symbol.text for symbol in symbols.values()]
    ['w', 'z1', 'L', 'L']
    >>> symbols["n0"].barred.text, symbols["n0"].barred.latex
    ('w̄', '\\\\bar{w}')

A symbol is letters, digits, underscores and dots, whatever the names are: one that is anything else gets a letter and a
number instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from .mathematics import latex
from .model import Graph, Node
from .written import constants_of

_FITTING = re.compile(r"[^\W\d_]\w{0,29}(\.\w{1,30}){0,8}")
_LETTER = re.compile(r"([^\W\d_])(\d*)((?:_\w+)?)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """What stands for a value in formulas, as text and as LaTeX."""

    text: str
    latex: str

    @property
    def barred(self) -> Symbol:
        """What stands for the derivative of the output by it: x̄, or ∂name for a name of several letters."""
        match = _LETTER.fullmatch(self.text)
        if match is None:
            return Symbol(f"∂{self.text}", rf"\overline{{{self.latex}}}")
        body, scripts = _parts(self.text)
        text = unicodedata.normalize("NFC", f"{match[1]}\u0304") + match[2] + match[3]
        return Symbol(text, rf"\bar{{{body}}}{scripts}")


def named(text: str) -> Symbol:
    """The symbol of a name."""
    return Symbol(text, "".join(_parts(text)))


def _parts(text: str) -> tuple[str, str]:
    """LaTeX of a name, and of what stands below it: x_train is x with "train" below, z1 is z with 1 below."""
    match = _LETTER.fullmatch(text)
    if match is not None:
        below = [match[2], *match[3].split("_")]
        scripts = ",".join(_upright(part) for part in below if part)
        return latex(match[1]) if match[1].isascii() or _greek(match[1]) else _upright(match[1]), (
            f"_{{{scripts}}}" if scripts else ""
        )
    name, *below = text.split("_")
    scripts = ",".join(_upright(part) for part in below if part)
    return _upright(name), f"_{{{scripts}}}" if scripts else ""


def _greek(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("GREEK")


def _upright(word: str) -> str:
    if word.isdecimal() and word.isascii():
        return word
    return rf"\mathrm{{{word}}}" if word.isascii() else rf"\text{{{word}}}"


def symbols_of(graph: Graph) -> dict[str, Symbol]:
    """A symbol for each node, by id; an output has that of the value that it is."""
    wishes = {id: text for id, text in constants_of(graph).items() if text.isidentifier() and _FITTING.fullmatch(text)}
    wishes |= {node.id: wish for node in graph.nodes if (wish := _wish(node))}
    paths = {call.id: call.path.partition(".")[2] for call in graph.calls}
    for id, name in _repeated(wishes):
        node = graph[id]
        path = paths.get(node.call or "", "")
        key = f"{path}.{name}" if path[:1].isalpha() else f"{name}_{path.replace('.', '_')}"
        if node.kind == "parameter" and path and _FITTING.fullmatch(key):
            wishes[id] = key
    counts: Counter[str] = Counter()
    for id, name in _repeated(wishes):
        counts[name] += 1
        wishes[id] = f"{name}_{counts[name]}"
    taken: set[str] = set()
    names: dict[str, str] = {}
    for id, name in wishes.items():
        if name not in taken:
            taken.add(name)
            names[id] = name
    ends = [node.arguments[0] for node in graph.nodes if node.kind == "output"]
    if len(ends) == 1 and ends[0] is not None and "L" not in taken:
        names.setdefault(ends[0], "L")
        taken.add("L")
    numbers: Counter[str] = Counter()
    for node in graph.nodes:
        if node.kind == "output":
            names[node.id] = names[node.arguments[0] or ""]
        while node.id not in names:
            letter = {"op": "z", "constant": "c"}.get(node.kind, "x")
            numbers[letter] += 1
            name = f"{letter}{numbers[letter]}"
            if name not in taken:
                names[node.id] = name
    return {node.id: named(names[node.id]) for node in graph.nodes}


def _wish(node: Node) -> str | None:
    """The name that a node has, if it may stand in formulas."""
    name = node.name or node.variable
    return name if name is not None and node.kind != "output" and _FITTING.fullmatch(name) else None


def _repeated(wishes: dict[str, str]) -> list[tuple[str, str]]:
    """The nodes whose names are those of others too, in their order."""
    counts = Counter(wishes.values())
    return [(id, name) for id, name in wishes.items() if counts[name] > 1]
