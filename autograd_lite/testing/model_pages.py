"""A comparison of models as a page: Markdown and HTML, with the same parts in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .model_reports import ModelComparison, Row
from .pages import escaped, line

_HEADINGS = ("", "kind", "tensor", "shape", "dtype", "absolute error", "relative error", "")
_NUMBERS = 5  # the columns from here on hold numbers, up to the last

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2330;
  background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.7rem; border-bottom: 1px solid #d8dde6; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.differs { background: #fdecea; }
.verdict { padding: 0.7rem 1rem; border-left: 4px solid #b3261e; background: #fdecea; }
.verdict.ok { border-color: #1b7f3b; background: #e7f5eb; }
code, pre { font-family: ui-monospace, monospace; white-space: pre-wrap; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e6ec; background: #14171c; }
  th, td { border-color: #333a45; }
  tr.differs, .verdict { background: #45201d; }
  .verdict.ok { background: #173a22; }
}
"""


def _cells(row: Row) -> tuple[str, ...]:
    shape = "×".join(map(str, row.shape)) or "()"
    errors = (f"{row.absolute:.3g}", f"{row.relative:.3g}")
    return ("ok" if row.ok else "differs", row.kind, row.name, shape, row.dtype, *errors, row.text)


def markdown(comparison: ModelComparison) -> str:
    """The page in Markdown."""
    lines = [f"# {escaped(comparison.model)} beside {escaped(comparison.reference)}", ""]
    lines += [f"**{escaped(comparison.verdict)}**", ""]
    first = comparison.first_divergence
    if first is not None:
        lines += [f"First divergence, of a {first.kind}: {escaped(first.place)}", ""]
        lines += [*(f"- {escaped(text)}" for text in first.details), ""]
    for title, texts in (("Problems", comparison.problems), ("Notes", comparison.notes)):
        if texts:
            lines += [f"{title}:", "", *(f"- {escaped(text)}" for text in texts), ""]
    lines += [line(_HEADINGS), line(["---"] * len(_HEADINGS))]
    lines += [line([escaped(cell) for cell in _cells(row)]) for row in comparison.rows]
    return "\n".join([*lines, "", f"Seed {comparison.seed}.", ""])


def html(comparison: ModelComparison) -> str:
    """The page in HTML; all text in it is escaped, and nothing is loaded."""
    title = escape(f"{comparison.model} beside {comparison.reference}")
    good = " ok" if comparison.ok else ""
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        f'<p class="verdict{good}">{escape(comparison.verdict)}</p>',
    ]
    first = comparison.first_divergence
    if first is not None:
        parts.append(f"<h2>First divergence, of a {first.kind}: {escape(first.place)}</h2>")
        parts.append(_list(first.details))
    for heading, texts in (("Problems", comparison.problems), ("Notes", comparison.notes)):
        if texts:
            parts.append(f"<h2>{heading}</h2>{_list(texts)}")
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    parts.append(f"<table><thead><tr>{headings}</tr></thead><tbody>")
    for row in comparison.rows:
        cells = [escape(cell) for cell in _cells(row)]
        plain = (f"<td>{cell}</td>" for cell in cells[:_NUMBERS])
        numbers = (f'<td class="number">{cell}</td>' for cell in cells[_NUMBERS:-1])
        parts.append(f'<tr class="{cells[0]}">{"".join([*plain, *numbers])}<td>{cells[-1]}</td></tr>')
    parts.append(f"</tbody></table><p>Seed {comparison.seed}.</p></body></html>")
    return "\n".join(parts) + "\n"


def _list(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li><code>{escape(text)}</code></li>" for text in texts) + "</ul>"
