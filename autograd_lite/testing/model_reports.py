"""What a comparison of two models found, as data; as text, Markdown, JSON and HTML (by `model_pages`)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

from .pages import as_data
from .reports import Comparison, Report


@dataclass(frozen=True)
class Row:
    """A tensor of the model beside that of the reference.

    Attributes:
        kind: "parameter"; "value" of a module's output, "output" of the model, "loss"; or "gradient" by a module's
            output, "input gradient", "parameter gradient".
        name: dotted, of the module or parameter; "input 0".
        shape: of the tensor.
        dtype: its name.
        absolute: the largest error of an element.
        relative: the same next to the largest element of the reference's tensor.
        text: how they differ; "" if they agree.
        differing: how many elements are further off than allowed.
        worst: the largest error, in units of what is allowed.
    """

    kind: str
    name: str
    shape: tuple[int, ...]
    dtype: str
    absolute: float
    relative: float
    text: str
    differing: int
    worst: float

    @property
    def ok(self) -> bool:
        return not self.text


@dataclass(frozen=True)
class Divergence:
    """The first place where two models diverge.

    Attributes:
        kind: "value", of the forward pass; "gradient", of the backward pass.
        module: the name of the module, "layers.2"; "the model" itself; "the loss".
        type: its class.
        line: of the user's program that called it, "file:line in function: text"; "" if that is not known.
        reference_line: the same in the reference.
        operation: the name of the operation to blame; "" where several may be, as beside a model of PyTorch.
        operation_line: the line that recorded it.
        text: what differs, and how.
        diagnosis: the kind of mistake, a word of `diagnosis.KINDS`; "" if none fits.
        remarks: what else is known of it.
    """

    kind: str
    module: str
    type: str
    line: str
    reference_line: str
    operation: str
    operation_line: str
    text: str
    diagnosis: str
    remarks: tuple[str, ...]

    @property
    def place(self) -> str:
        """The module and the operation, in words."""
        module = f"{self.module} ({self.type})" if self.type else self.module
        return f"{self.operation} in {module}" if self.operation else module

    @property
    def at(self) -> str:
        """The line of the operation, or else of the call: "recorded at net.py:31 in forward"; "" if unknown."""
        line = self.operation_line or self.line
        how = "recorded" if self.operation_line else "called"
        return f"{how} at {line.partition(': ')[0]}" if line else ""

    @property
    def details(self) -> list[str]:
        """Where it is and how it differs, a line each."""
        lines = [self.text, *self.remarks]
        lines += [f"called at {self.line}"] if self.line else []
        if self.operation_line and self.operation_line != self.line:
            lines.append(f"recorded at {self.operation_line}")
        if self.reference_line and self.reference_line != self.line:
            lines.append(f"in the reference at {self.reference_line}")
        return lines


@dataclass(frozen=True)
class ModelComparison:
    """What was found about two models on the same inputs.

    Attributes:
        model: what was compared, "MLP of autograd_lite".
        reference: with what.
        seed: of all random numbers; the same seed gives the same comparison.
        rows: the tensors: parameters, values in forward order, gradients in backward order.
        first_divergence: the first in value, if there is one; else the first in gradient.
        problems: what is wrong beside the numbers: modes that differ, random layers, outputs in another structure.
        notes: what a reader should know even if all is well.
    """

    model: str
    reference: str
    seed: int
    rows: tuple[Row, ...]
    first_divergence: Divergence | None
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems and all(row.ok for row in self.rows)

    @property
    def verdict(self) -> str:
        """What came out of it, in a sentence."""
        values = [row for row in self.rows if row.kind in ("value", "output", "loss")]
        gradients = [row for row in self.rows if row.kind.endswith("gradient")]
        wrong = sum(not row.ok for row in gradients)
        first = self.first_divergence
        if self.ok:
            return f"the models agree: {_count(values, 'value')} and {_count(gradients, 'gradient')}"
        if first is None:
            parameters = [row.name for row in self.rows if row.kind == "parameter" and not row.ok]
            if parameters and not any(not row.ok for row in [*values, *gradients]):
                return f"values and gradients agree, but the parameters {', '.join(parameters)} differ"
            return "the models differ" if any(not row.ok for row in self.rows) else self.problems[0]
        at = f", {first.at}" if first.at else ""
        if first.kind == "gradient":
            return (
                f"the forward values agree everywhere; going backward, the gradients first diverge at {first.place}{at}"
                f" ({wrong} of {len(gradients)} gradients differ)"
            )
        after = f"; {wrong} of {len(gradients)} gradients differ after it" if wrong else ""
        return f"the forward values first diverge at {first.place}{at}{after}"

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers."""
        return {**asdict(self), "ok": self.ok, "verdict": self.verdict}

    def as_report(self) -> Report:
        """The same as one of the reports that `reports.observers` are told of: a comparison for each tensor."""
        found = []
        for row in self.rows:
            title = f"{row.kind} {row.name} ({row.dtype}[{', '.join(map(str, row.shape))}])"
            mode, order = ("reverse", 1) if row.kind.endswith("gradient") else ("value", 0)
            text = f"{row.kind} {row.name}: {row.text}" if row.text else ""
            found.append(
                Comparison(title, mode, order, "the reference", prod(row.shape), row.differing, row.worst, text=text)
            )
        return Report(f"{self.model} beside {self.reference}", "", self.seed, tuple(found), self.problems, self.notes)

    def to_json(self) -> str:
        """All of it as JSON; numbers that are not finite are the strings "inf" and "nan"."""
        return json.dumps(as_data(self.as_dict()), indent=2, allow_nan=False)

    def to_markdown(self) -> str:
        """A page with the verdict, where the models diverge, and a table of all tensors."""
        from .model_pages import markdown

        return markdown(self)

    def to_html(self) -> str:
        """The same page in HTML, with nothing outside of it."""
        from .model_pages import html

        return html(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file: Markdown, JSON or HTML by the suffix .md, .json or .html.

        Raises:
            ValueError: the suffix is another one.
        """
        writers = {".md": self.to_markdown, ".json": self.to_json, ".html": self.to_html}
        target = Path(path)
        if target.suffix not in writers:
            raise ValueError(f"a comparison is saved as one of {', '.join(writers)}, not as {str(target)!r}")
        target.write_text(writers[target.suffix](), encoding="utf-8")

    def __str__(self) -> str:
        lines = [f"{self.model} beside {self.reference}: {self.verdict}"]
        if self.first_divergence is not None:
            lines += [f"    {line}" for line in self.first_divergence.details]
        lines += [problem for problem in self.problems if problem != self.verdict]
        wrong = [row for row in self.rows if not row.ok]
        lines += [f"    {row.kind} {row.name}: {row.text}" for row in wrong[:_MOST]]
        if len(wrong) > _MOST:
            lines.append(f"    ... and {len(wrong) - _MOST} more")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


_MOST = 8
"""How many tensors that differ the short text lists."""


class ModelsDiffer(AssertionError):
    """Two models differ; `comparison` says which tensors, where first, and how."""

    def __init__(self, comparison: ModelComparison) -> None:
        super().__init__(str(comparison))
        self.comparison = comparison


def _count(rows: list[Row], what: str) -> str:
    return f"{len(rows)} {what}{'' if len(rows) == 1 else 's'}"
