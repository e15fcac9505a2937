"""A comparison of models as a page: Markdown and HTML, with the same parts in the same order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from .model_reports import ModelComparison, Row

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
    lines = [f"# {_plain(comparison.model)} beside {_plain(comparison.reference)}", ""]
    lines += [f"**{_plain(comparison.verdict)}**", ""]
    first = comparison.first_divergence
    if first is not None:
        lines += [f"First divergence, of a {first.kind}: {_plain(first.place)}", ""]
        lines += [*(f"- {_plain(line)}" for line in first.details), ""]
    for title, texts in (("Problems", comparison.problems), ("Notes", comparison.notes)):
        if texts:
            lines += [f"{title}:", "", *(f"- {_plain(text)}" for text in texts), ""]
    lines += [_line(_HEADINGS), _line(["---"] * len(_HEADINGS))]
    lines += [_line([_plain(cell) for cell in _cells(row)]) for row in comparison.rows]
    return "\n".join([*lines, "", f"Seed {comparison.seed}.", ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    text = re.sub(r"[\\`*<|]", r"\\\g<0>", " ".join(text.split()))
    # Inside of a word an underscore is one; at its edge it would begin or end what is emphasised.
    return re.sub(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])", lambda found: "\\_" * len(found[0]), text)


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
