"""The comparisons of a session as a file: JSON for programs, Markdown and HTML for people, with the same content.

A check is a `Report` as a dict, with its `test` and the test's `outcome`.  A wrong gradient that a test expects, in
`pytest.raises`, is wrong in a test that passed.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Check = dict[str, Any]

HEADINGS = (
    "test",
    "outcome",
    "function",
    "input",
    "mode",
    "order",
    "oracle",
    "compared",
    "differing",
    "worst",
    "verdict",
)
NUMBERS = {"order", "compared", "differing", "worst"}

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem; border-bottom: 1px solid #8884; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.wrong { background: #c6282822; }
pre { white-space: pre-wrap; background: #8881; padding: 0.75rem; }
:root { color-scheme: light dark; }
"""


def write(path: Path, checks: Sequence[Check], root: Path) -> None:
    """Write a report in the format of the path's suffix; a reader finds the old file or the new one, never a part."""
    formats = {".json": as_json, ".md": as_markdown, ".html": as_html}
    text = formats[path.suffix](checks, root)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def summary(checks: Sequence[Check]) -> dict[str, int]:
    """How many there are."""
    wrong = [check for check in checks if not check["ok"]]
    failed = sum(check["outcome"] == "failed" for check in wrong)
    return {"checks": len(checks), "wrong": len(wrong), "wrong in failed tests": failed}


def as_json(checks: Sequence[Check], root: Path) -> str:
    """All there is, as it is."""
    return json.dumps({"root": str(root), "summary": summary(checks), "checks": list(checks)}, indent=1) + "\n"


def rows(checks: Sequence[Check], root: Path) -> Iterator[tuple[str, ...]]:
    """A row for each comparison; one for a check that came to none, because f could not be compared."""
    for check in checks:
        head = (check["test"] or "(outside of tests)", check["outcome"], _function(check, root))
        for c in check["comparisons"]:
            verdict = f"wrong: {c['diagnosis']}".removesuffix(": ") if c["text"] else "right"
            numbers = (str(c["compared"]), str(c["differing"]), _number(c["worst"]))
            yield (*head, c["input"], c["mode"], str(c["order"]), c["oracle"], *numbers, verdict)
        if check["problems"] or not check["comparisons"]:
            verdict = "right" if check["ok"] else f"wrong: {'; '.join(check['problems'])}"
            yield (*head, *[""] * (len(HEADINGS) - 4), verdict)


def details(checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """For each check that found something wrong, its test and all that was said."""
    for check in checks:
        if not check["ok"]:
            texts = [*check["problems"], *(c["text"] for c in check["comparisons"] if c["text"])]
            notes = [f"note: {note}" for note in check["notes"]]
            yield check["test"], "\n".join([*texts, f"(seed {check['seed']})", *notes])


def as_markdown(checks: Sequence[Check], root: Path) -> str:
    """A table, and under it what is wrong."""
    from autograd_lite.testing.pages import escaped, line

    lines = ["# Gradients compared", "", _counted(checks), "", line(HEADINGS), line(["---"] * len(HEADINGS))]
    lines += [line([escaped(cell) for cell in row]) for row in rows(checks, root)]
    for test, text in details(checks):
        fence = "`" * max(3, 1 + max(map(len, text.split("`")), default=0)) if "```" in text else "```"
        lines += ["", f"## {escaped(test)}", "", f"{fence}text", text, fence]
    return "\n".join(lines) + "\n"


def as_html(checks: Sequence[Check], root: Path) -> str:
    """The same as a page that needs nothing else."""
    head = "".join(f'<th scope="col">{name}</th>' for name in HEADINGS)
    body = []
    for row in rows(checks, root):
        marked = ' class="wrong"' if row[-1].startswith("wrong") else ""
        cells = (
            f"<td{' class=number' if name in NUMBERS else ''}>{html.escape(cell)}</td>"
            for name, cell in zip(HEADINGS, row, strict=True)
        )
        body.append(f"<tr{marked}>{''.join(cells)}</tr>")
    found = [f"<h2>{html.escape(test)}</h2>\n<pre>{html.escape(text)}</pre>" for test, text in details(checks)]
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8"><title>Gradients compared</title>',
        f"<style>{STYLE}</style></head><body>", "<h1>Gradients compared</h1>", f"<p>{_counted(checks)}</p>",
        f"<table><thead><tr>{head}</tr></thead>", "<tbody>", *body, "</tbody></table>", *found, "</body></html>", "",
    ])  # fmt: skip


def _counted(checks: Sequence[Check]) -> str:
    counts = summary(checks)
    wrong = f"{counts['wrong']} wrong ({counts['wrong in failed tests']} of them in failed tests)"
    return f"{counts['checks']} checks, {wrong}. The worst error is in units of what is allowed."


def _function(check: Check, root: Path) -> str:
    file, colon, line = str(check["place"]).rpartition(":")
    if not file:
        return str(check["function"])
    path = os.path.relpath(file, root) if Path(file).is_relative_to(root) else file
    return f"{check['function']} ({path}{colon}{line})"


def _number(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
