"""How a failed comparison looks in pytest's output: the user's own lines, the report, and a table of what was compared.

`--full-trace` shows the frames that are left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autograd_lite.testing.reports import Comparison, Report

HEADINGS = ("input", "mode", "order", "oracle", "compared", "differing", "worst error", "verdict")


def _inside(path: Path | str) -> bool:
    """Whether a file is part of the checker."""
    import autograd_lite.testing

    own = (Path(autograd_lite.testing.__file__).parent, Path(__file__).parent)
    return Path(path).is_relative_to(own[0]) or Path(path).is_relative_to(own[1])


def shorten(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Drop the checker's frames, where they say nothing.

    That is where a derivative is wrong, and where the error is the user's: in a function that the checker called.  An
    error of the checker's own keeps its traceback whole.
    """
    from autograd_lite.testing import GradientsDiffer

    entries = list(excinfo.traceback)
    if not entries or (_inside(entries[-1].path) and not isinstance(excinfo.value, GradientsDiffer)):
        return
    frames: list[TracebackType] = []
    tb: TracebackType | None = excinfo.tb
    while tb is not None:
        frames.append(tb)
        tb = tb.tb_next
    kept: TracebackType | None = None  # a chain of its own, as pytest cuts tracebacks by following the chain
    for frame in reversed(frames):
        if not _inside(frame.tb_frame.f_code.co_filename):
            kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    if kept is not None:
        excinfo.traceback = type(excinfo.traceback)(kept)


def explain(report: pytest.TestReport, excinfo: pytest.ExceptionInfo[BaseException], item: pytest.Item) -> None:
    """Add to a failure what was compared, right and wrong.

    Where the test had returned what was checked, none of the frames are the user's: the report stands alone.
    """
    from autograd_lite.testing import GradientsDiffer

    if not isinstance(excinfo.value, GradientsDiffer) or report.outcome != "failed":
        return
    if not item.config.option.fulltrace and not any(entry.path == item.path for entry in excinfo.traceback):
        report.longrepr = pytest.Item.repr_failure(item, excinfo, style="value")
    if excinfo.value.report.comparisons:
        report.sections.append(("gradients compared", table(excinfo.value.report, item.config.rootpath)))


def table(report: Report, root: Path) -> str:
    """All comparisons of a report, a line each, for a terminal."""
    rows = [HEADINGS, *(cells(comparison) for comparison in report.comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    where = f", {place(report, root)}" if report.place else ""
    lines = [f"{report.function}{where} (seed {report.seed})"]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def cells(comparison: Comparison) -> tuple[str, ...]:
    """What a table says of a comparison; the worst error is in units of what is allowed."""
    c = comparison
    verdict = "right" if c.ok else f"wrong: {c.diagnosis}" if c.diagnosis else "wrong"
    return (c.input, c.mode, str(c.order), c.oracle, str(c.compared), str(c.differing), f"{c.worst:.3g}", verdict)


def place(report: Report, root: Path) -> str:
    """Where the function is, from the project's root where it is in there."""
    file, colon, line = report.place.rpartition(":")
    relative = Path(file).is_relative_to(root)
    return f"{os.path.relpath(file, root) if relative else file}{colon}{line}"
