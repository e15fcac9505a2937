"""What `lint` found, as data: each finding with its node, source line and remedy, printed as a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from ...graph.model import Node
from ...source_lines import SourceLine

Severity = Literal["error", "warning", "note"]
_ORDER = {"error": 0, "warning": 1, "note": 2}


class Found(NamedTuple):
    """What a rule gives: where (a `walk.Step`, or None for what is about no operation), what, and what to do."""

    step: Any
    message: str
    remedy: str
    severity: Severity = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a loss, or looks so.

    Attributes:
        rule: its name, which `rules=` and `ignore=` of `lint` take.
        severity: "error", what cannot be meant; "warning", what nearly always is a mistake; "note", what may be one.
        message: what was seen, with shapes, dtypes and numbers.
        remedy: what to do.
        node: the operation or leaf, as plain data (`graph.Node`); None if it is about no single one.
        module: the call of a module that recorded it, "Net.hidden: Linear"; "" outside of modules.
        line: of the user's program that recorded it; None if the graph was recorded without `source_lines`.
        count: how many operations of this line (without lines: of this name, in this module) it was found at.
    """

    rule: str
    severity: Severity
    message: str
    remedy: str
    node: Node | None = None
    module: str = ""
    line: SourceLine | None = None
    count: int = 1

    @property
    def where(self) -> str:
        """The line, the node and the module, as far as they are known."""
        parts = [] if self.line is None else [str(self.line)]
        if self.node is not None:
            node = f"{self.node.id} {self.node.title}"
            if self.node.shape is not None:
                node += f" {self.node.dtype}{list(self.node.shape)}"
            parts.append(node + (f" (and {self.count - 1} more)" if self.count > 1 else ""))
        if self.module:
            parts.append(f"in {self.module}")
        return "; ".join(parts)

    def __str__(self) -> str:
        lines = [f"{self.severity}: {self.message} [{self.rule}]"]
        if self.where:
            lines.append(f"  at {self.where}")
        return "\n".join([*lines, f"  remedy: {self.remedy}"])


class Findings(list[Finding]):
    """A list of findings, the gravest first, that prints as a report; empty, it is false."""

    def __str__(self) -> str:
        return "\n".join(map(str, self)) if self else "nothing found"

    def __repr__(self) -> str:
        return f"<Findings: {', '.join(finding.rule for finding in self) or 'none'}>"


def collected(pairs: list[tuple[str, Found]]) -> Findings:
    """Findings made of what rules gave; one for all the operations that the same rule finds at the same line."""
    findings: dict[tuple[Any, ...], Finding] = {}
    for rule, found in pairs:
        step = found.step
        if step is None:
            key: tuple[Any, ...] = (rule, found.message)
            finding = Finding(rule, found.severity, found.message, found.remedy)
        else:
            place = step.module if step.line is None else step.line.place
            key = (rule, place, step.op, step.record.name)
            finding = Finding(rule, found.severity, found.message, found.remedy, step.record, step.module, step.line)
        findings[key] = replace(findings[key], count=findings[key].count + 1) if key in findings else finding
    return Findings(sorted(findings.values(), key=lambda finding: _ORDER[finding.severity]))
