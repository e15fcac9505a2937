"""Rules of operations as formulas: what `primitive.math` says in plain Unicode, as LaTeX or as MathML.

    >>> from autograd_lite.graph.mathematics import latex, mathml
    >>> latex("Ȳ = x̄ᵢ Wᵀ")
    '\\\\bar{Y} = \\\\bar{x}_{i}\\\\thinspace W^{T}'
    >>> mathml("y = √x where x > 0")[:48]
    '<span class="math"><math><mi>y</mi><mo>=</mo><ms'

The language is what one would write by hand.  A single letter is a variable, with a macron (x̄) the gradient by it;
"dx" is a small change of x.  Sub- and superscripts are those of Unicode, or follow "_" and "^".  √ covers one thing, or
what is in parentheses after it.  Names of functions are known; any other word of more than one letter is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape
from typing import Literal

COMMANDS = frozenset(("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "det"))
"""Functions that LaTeX knows too."""
FUNCTIONS = COMMANDS | {"softmax", "onehot", "clip", "sign", "trunc", "conj", "diag", "tr", "adj", "Re", "Im"}
_FUNCTIONS_OR_WORDS = {"mean", "cof"}  # functions if a parenthesis follows

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ℓ": "ell",
}  # fmt: skip
_SYMBOLS = {
    "Σ": r"\sum", "Π": r"\prod", "−": "-", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "⊗": r"\otimes",
    "∘": r"\circ", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "≈": r"\approx", "∞": r"\infty", "⌊": r"\lfloor",
    "⌋": r"\rfloor", "‖": r"\Vert", "|": r"\vert", "...": r"\ldots", "…": r"\ldots", "′": r"\prime", "*": r"\ast",
    "+=": "{+}{=}",
    "→": r"\to", "∂": r"\partial", "∈": r"\in", "±": r"\pm", "{": r"\lbrace", "}": r"\rbrace", "%": r"\%", "#": r"\#",
    "$": r"\$", "_": r"\_", "^": r"\wedge", "~": r"\sim", "√": r"\sqrt{\ }", "\\": r"\backslash",
}  # fmt: skip
_EMPTY = r"\ "
_LARGE = {"Σ": "∑", "Π": "∏"}
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
        elif kind == "letter" and token not in _LARGE:
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


# -- LaTeX


def latex(math: str) -> str:
    """A formula as LaTeX for math mode, in ASCII: what KaTeX, MathJax and matplotlib's mathtext all take."""
    return _latex(parse(math))


def _latex(atoms: Sequence[Atom]) -> str:
    parts: list[str] = []
    before: Atom | None = None
    for atom in atoms:
        parts.append(_latex_space(before, atom))
        parts.append(_latex_of(atom))
        before = atom
    return "".join(parts).strip()


def _latex_space(before: Atom | None, atom: Atom) -> str:
    if before is None:
        return ""
    if not atom.gap:
        command = _latex_of(before)
        return " " if re.search(r"\\[A-Za-z]+$", command) and not atom.text.startswith("\\") else ""
    if atom.gap == 2:
        return r"\quad "
    if "words" in (before.kind, atom.kind):
        return r"\ "
    if before.solid and atom.solid and before.text not in COMMANDS | {"Σ", "Π"}:
        return r"\thinspace "
    return " "


def _latex_of(atom: Atom) -> str:
    if atom.kind == "words":
        body = rf"\text{{{atom.text}}}"
    elif atom.kind == "name":
        body = f"\\{atom.text}" if atom.text in COMMANDS else rf"\mathrm{{{atom.text}}}"
    elif atom.kind == "upright":
        body = rf"\mathrm{{{atom.text}}}"
    elif atom.kind == "root":
        body = rf"\sqrt{{{_latex(atom.inside) or _EMPTY}}}"
    elif atom.text in _GREEK:
        body = f"\\{_GREEK[atom.text]}"
    elif atom.text in _SYMBOLS:
        body = _SYMBOLS[atom.text]
    elif atom.text.isascii() and atom.text.isprintable() and atom.text not in ('"', "`", "&"):
        body = atom.text
    else:
        body = rf"\mathrm{{U{ord(atom.text[0]):04X}}}"
    if atom.barred:
        body = rf"\bar{{{body}}}"
    if atom.below:
        body += f"_{{{_latex(atom.below)}}}"
    if atom.above:
        body += f"^{{{_latex(atom.above)}}}"
    return body


# -- MathML


def mathml(math: str) -> str:
    """A formula as HTML with MathML Core, which browsers show by themselves: `<span class="math">...</span>`.

    Words outside of brackets stand between formulas as text, and each clause is a formula of its own, so that long
    rules break into lines.
    """
    parts: list[str] = []
    run: list[Atom] = []
    depth = 0
    atoms = parse(math)
    for i, atom in enumerate(atoms):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(atom.text, 0)
        ends = atom.text in (",", ";", ":") and depth <= 0 and (i + 1 == len(atoms) or atoms[i + 1].gap > 0)
        if not ends and (atom.kind != "words" or depth > 0):
            run.append(atom)
            continue
        parts.append(_island(run))
        run = []
        parts.append(" " * min(atom.gap, 1) + escape(atom.text))
    parts.append(_island(run))
    return f'<span class="math">{"".join(parts)}</span>'


def _island(atoms: Sequence[Atom]) -> str:
    if not atoms:
        return ""
    return " " * min(atoms[0].gap, 1) + f"<math>{_mathml(atoms)}</math>"


def _mathml(atoms: Sequence[Atom]) -> str:
    parts: list[str] = []
    before: Atom | None = None
    for atom in atoms:
        if before is not None and atom.gap and before.solid and atom.solid:
            parts.append('<mspace width="0.2em"/>')
        parts.append(_mathml_of(atom))
        before = atom
    return "".join(parts)


def _mathml_of(atom: Atom) -> str:
    text = escape(_LARGE.get(atom.text, atom.text))
    if atom.kind == "root":
        body = f"<msqrt>{_mathml(atom.inside)}</msqrt>"
    elif atom.kind == "number":
        body = f"<mn>{text}</mn>"
    elif atom.kind == "words":
        body = f"<mtext>{text}</mtext>"
    elif atom.kind == "upright":
        body = f'<mi mathvariant="normal">{text}</mi>'
    elif atom.kind == "operator":
        tight = ' lspace="0" rspace="0"' if text in ("|", "‖") else ""
        body = f"<mo{tight}>{text}</mo>"
    else:
        body = f"<mi>{text}</mi>"
    if atom.barred:
        body = f'<mover accent="true">{body}<mo stretchy="false">¯</mo></mover>'
    below, above = (f"<mrow>{_mathml(script)}</mrow>" for script in (atom.below, atom.above))
    if atom.below and atom.above:
        return f"<msubsup>{body}{below}{above}</msubsup>"
    if atom.below:
        return f"<msub>{body}{below}</msub>"
    return f"<msup>{body}{above}</msup>" if atom.above else body
