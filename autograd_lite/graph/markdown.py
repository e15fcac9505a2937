"""An explanation as Markdown: tables, and formulas in LaTeX between $$.

Commands of letters are used throughout (\\cr, \\thinspace), since Markdown may take away a backslash before a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .equations import Equation, ExplainedStep, Value


def markdown_of(
    values: Sequence[Value],
    forward: Sequence[Equation],
    steps: Sequence[ExplainedStep],
    gradients: Sequence[Equation],
    notes: Sequence[str],
    meaning: str,
) -> str:
    """The text of an explanation; see `Explanation` for its parts."""
    parts = []
    if values:
        parts += ["### Values", _table(values)]
    if forward:
        parts += ["### Forward", _block(forward)]
    if steps:
        parts += ["### Backward", f"{as_text(meaning)}."]
    for number, step in enumerate(steps, 1):
        operation = step.operation.symbolic
        formula = next(operation.latex_lines()).replace("&", "")
        rule = f", by the rule ${step.rule.latex}$" if step.rule is not None else ""
        parts += [f"**{number}.** ${formula}${rule}", _block(step.equations)]
    if gradients:
        parts += ["### Gradients", _block(gradients)]
    parts += [f"- {as_text(note)}" for note in notes]
    return "\n\n".join(parts) + "\n"


def as_text(text: str) -> str:
    """Text that Markdown shows as it is: all signs that could mean something to it, or to HTML, as entities."""
    return "".join(c if c.isalnum() or c in " .,:;" or not c.isascii() else f"&#{ord(c)};" for c in text)


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
