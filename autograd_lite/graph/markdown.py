"""An explanation as Markdown: tables, and formulas in LaTeX between $$.

Commands of letters are used throughout (\\cr, \\thinspace), since Markdown may take away a backslash before a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .equations import Equation, Value
from .text import printable

if TYPE_CHECKING:
    from .explanation import Explanation


def markdown_of(explanation: Explanation) -> str:
    """The text of an explanation."""
    parts = []
    if explanation.values:
        parts += ["### Values", _table(explanation.values)]
    if explanation.forward:
        parts += ["### Forward", _block(explanation.forward)]
    if explanation.steps:
        parts += ["### Backward", f"A bar over a value stands for the derivative of ${explanation.loss.latex}$ by it."]
    for number, step in enumerate(explanation.steps, 1):
        operation = step.operation.symbolic
        formula = next(operation.latex_lines()).replace("&", "")
        rule = f", by the rule ${step.rule.latex}$" if step.rule is not None else ""
        parts += [f"**{number}.** ${formula}${rule}", _block(step.equations)]
    if explanation.gradients:
        parts += ["### Gradients", _block(explanation.gradients)]
    parts += [f"- {as_text(note)}" for note in explanation.notes]
    return "\n\n".join(parts) + "\n"


def as_text(text: str) -> str:
    """Text that Markdown shows as it is: all signs that could mean something to it, or to HTML, as entities."""
    shown = printable(text)
    return "".join(c if c.isalnum() or c in " .,:;" or not c.isascii() else f"&#{ord(c)};" for c in shown)


def _block(equations: Iterable[Equation]) -> str:
    lines = [line for equation in equations for line in equation.latex_lines()]
    body = " \\cr\n".join(lines)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _table(values: Sequence[Value]) -> str:
    rows = ["| | kind | array | value |", "|---|---|---|---|"]
    for value in values:
        kind = f"{value.kind} {as_text(value.name)}" if value.name else value.kind
        rows.append(f"| ${value.symbol.latex}$ | {kind} | {as_text(value.array)} | {as_text(value.numbers)} |")
    return "\n".join(rows)
