"""Rules of operations as formulas: what `primitive.math` says in plain Unicode, as LaTeX or as MathML.

    >>> from autograd_lite.graph.mathematics import latex, mathml
    >>> latex("Ȳ = x̄ᵢ Wᵀ")
    '\\\\bar{Y} = \\\\bar{x}_{i}\\\\thinspace W^{T}'
    >>> mathml("y = √x where x > 0")[:48]
    '<span class="math"><math><mi>y</mi><mo>=</mo><ms'

The language is described in `notation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from .notation import COMMANDS, LARGE, Atom, parse

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
    text = escape(LARGE.get(atom.text, atom.text))
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
