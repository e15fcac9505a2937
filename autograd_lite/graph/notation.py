"""The language of `primitive.math`: what one would write by hand, in pieces.

    >>> from autograd_lite.graph.notation import parse
    >>> [(atom.kind, atom.text) for atom in parse("ȳ = √x where x > 0")][:4]
    [('letter', 'y'), ('operator', '='), ('root', '√'), ('words', 'where')]

A single letter is a variable, with a macron (x̄) the gradient by it; "dx" is a small change of x.  Sub- and
superscripts are those of Unicode, or follow "_" and "^".  √ covers one thing, or what is in parentheses after it.  Some
words are names of functions; any other word of more than one letter is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

COMMANDS = frozenset(("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "det"))
"""Functions that LaTeX knows too."""
FUNCTIONS = COMMANDS | {"softmax", "onehot", "clip", "sign", "trunc", "conj", "diag", "tr", "adj", "Re", "Im"}
_FUNCTIONS_OR_WORDS = {"mean", "cof"}  # functions if a parenthesis follows

LARGE = {"Σ": "∑", "Π": "∏"}
"""Letters that are signs here, and the signs."""
_MACRON = "\u0304"

_TOKEN = re.compile(
    rf"""(?P<gap>\s+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<run>[A-Za-z]+(?!{_MACRON}))
    | (?P<letter>[^\W\d_]{_MACRON}?)
    | (?P<marked>[_^][A-Za-z0-9]+)
    | (?P<operator>\+=|\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a formula.

    Attributes:
        kind: a "letter" that stands for something, a "number", a "name" of a function, an "upright" d, an "operator"
            (brackets and commas too), "words", or a "root" of what is `inside`.
        text: as it is written, without macron and scripts.
        gap: how wide the space before it is: 0, 1 or 2.
    """

    kind: Literal["letter", "number", "name", "upright", "operator", "words", "root"]
    text: str
    gap: int = 0
    barred: bool = False
    below: tuple[Atom, ...] = ()
    above: tuple[Atom, ...] = ()
    inside: tuple[Atom, ...] = ()

    @property
    def solid(self) -> bool:
        """Whether a space between it and another one such means something: a product, or an argument."""
        return self.kind not in ("operator", "words") or self.text in ("(", ")", "[", "]", "|", "‖", "⌊", "⌋", "Σ", "Π")


@lru_cache(maxsize=512)
def parse(math: str) -> tuple[Atom, ...]:
    """The pieces of a formula in their order; anything at all is one."""
    return tuple(_worded(_rooted(_scripted(_pieces(math)))))


def _pieces(math: str) -> Iterator[Atom]:
    """Letters, words and symbols one by one; a script is an operator with its text in `below` or `above`."""
    text = "".join(_apart(c) for c in math.strip())
    gap = 0
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "gap":
            gap = min(len(token), 2)
            continue
        if kind == "number":
            yield Atom("number", token, gap)
        elif kind == "run":
            yield from _run(token, gap, text[match.end() : match.end() + 1])
        elif kind == "marked":
            script = parse(token[1:])
            yield (
                Atom("operator", "", gap, below=script) if token[0] == "_" else Atom("operator", "", gap, above=script)
            )
        elif unicodedata.decomposition(token[0]).startswith(("<sub>", "<super>")):
            yield _script(token[0], gap)
        elif kind == "letter" and token not in LARGE:
            yield Atom("letter", token[0], gap, barred=token.endswith(_MACRON))
        else:
            yield Atom("operator", token, gap)
        gap = 0


def _apart(c: str) -> str:
    """A letter with a macron as the letter and the macron."""
    parts = unicodedata.normalize("NFD", c)
    return parts if parts.endswith(_MACRON) else c


def _script(c: str, gap: int) -> Atom:
    plain = unicodedata.normalize("NFKC", c)
    kind = "number" if plain.isdecimal() else "letter" if plain.isalpha() else "operator"
    script = (Atom(kind, plain),)  # type: ignore[arg-type]
    lowered = unicodedata.decomposition(c).startswith("<sub>")
    return Atom("operator", "", gap, below=script) if lowered else Atom("operator", "", gap, above=script)


def _run(token: str, gap: int, following: str) -> Iterator[Atom]:
    """Latin letters without space between."""
    if len(token) == 1:
        yield Atom("letter", token, gap)
    elif token in FUNCTIONS or (token in _FUNCTIONS_OR_WORDS and following == "("):
        yield Atom("name", token, gap)
    elif len(token) == 2 and token[0] == "d" and token != "do":
        yield Atom("upright", "d", gap)
        yield Atom("letter", token[1])
    else:
        yield Atom("words", token, gap)


def _scripted(pieces: Iterator[Atom]) -> Iterator[Atom]:
    """Scripts, primes and stars put where they belong: on the piece before them."""
    last: Atom | None = None
    for piece in pieces:
        touching = last is not None and not piece.gap and last.kind != "words" and last.text not in ("(", "[", ",", "=")
        is_script = bool(piece.below or piece.above)
        if not is_script and piece.text in ("′", "*") and touching:
            piece, is_script = Atom("operator", "", above=(replace(piece, gap=0),)), True
        if is_script and last is not None and touching:
            last = replace(last, below=last.below + piece.below, above=last.above + piece.above)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _rooted(pieces: Iterator[Atom]) -> Iterator[Atom]:
    """√ with what it covers as one piece."""
    left = list(pieces)
    at = 0
    while at < len(left):
        if left[at].text != "√" or at + 1 == len(left):
            yield left[at]
            at += 1
            continue
        end = at + 2
        inside = left[at + 1 : end]
        scripts: dict[str, tuple[Atom, ...]] = {}
        if inside[0].text == "(":
            depth = 1
            while depth and end < len(left):
                depth += {"(": 1, ")": -1}.get(left[end].text, 0)
                end += 1
            closed = depth == 0
            last = left[end - 1]
            inside = left[at + 2 : end - 1 if closed else end]
            if closed:
                scripts = {"below": last.below, "above": last.above}
        yield Atom("root", "√", left[at].gap, inside=tuple(inside), **scripts)  # type: ignore[arg-type]
        at = end


def _worded(pieces: Iterator[Atom]) -> Iterator[Atom]:
    """Neighbouring words as one piece; "a" between words is a word; a d before a function or a bar is upright."""
    given = list(pieces)
    words: list[str] = []
    gap = 0
    for i, piece in enumerate(given):
        before = given[i - 1] if i else None
        after = given[i + 1] if i + 1 < len(given) else None
        plain = not (piece.barred or piece.below or piece.above)
        if piece.text == "a" and plain and all(each is None or each.kind == "words" for each in (before, after)):
            piece = replace(piece, kind="words")
        if piece.text == "d" and plain and after is not None and (after.kind == "name" or after.text in ("|", "‖")):
            piece = replace(piece, kind="upright")
        if piece.kind == "words":
            gap = gap if words else piece.gap
            words.append(piece.text)
            continue
        if words:
            yield Atom("words", " ".join(words), gap)
            words = []
        yield piece
    if words:
        yield Atom("words", " ".join(words), gap)
