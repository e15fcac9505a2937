"""What a comparison of gradients found, as data: for messages, for files, for programs.

A `Report` is about one function at one point; it has a `Comparison` for each of its inputs, mode and order.  Whoever
wants to know of every report that is made, as the pytest plugin does, appends a function to `observers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """The derivatives by one input, in one mode and order, beside what they should be.

    Attributes:
        input: which one, with dtype and shape: "input 0 (float64[3, 4])".
        mode: "reverse", "forward", or where the gradient is from ("by hand", "torch", "jax"); "value" of a tensor of a
            model beside that of another.
        order: of the derivative; 0 for a value.
        oracle: what it was compared with: "central differences", "complex step", ...
        compared: how many derivatives were.
        differing: how many of them are further off than allowed.
        worst: the largest error, in units of what is allowed: up to 1 all is well.
        kinks: how many of them sit on a kink, where any slope between the one-sided ones is right.
        diagnosis: the kind of mistake, a word of `diagnosis.KINDS`; "" where nothing is wrong or none fits.
        text: what is wrong, for people; "" where nothing is.
    """

    input: str
    mode: str
    order: int
    oracle: str
    compared: int
    differing: int = 0
    worst: float = 0.0
    kinks: int = 0
    diagnosis: str = ""
    text: str = ""

    @property
    def ok(self) -> bool:
        return not self.text


@dataclass(frozen=True)
class Report:
    """What was found about a function at a point.

    Attributes:
        function: its name.
        place: where it was defined, "file:line"; "" if that is not known.
        seed: of the random directions; the same seed gives the same report.
        comparisons: one for each input, mode and order.
        problems: what is wrong beside them: an answer that is not finite or changes from call to call, ...
        notes: what a reader should know even if all is well: kinks that were met, points that were moved.
    """

    function: str
    place: str
    seed: int
    comparisons: tuple[Comparison, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.problems and all(comparison.ok for comparison in self.comparisons)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The kinds of mistakes found, each once."""
        return tuple(dict.fromkeys(c.diagnosis for c in self.comparisons if c.diagnosis))

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers, as JSON takes them."""
        return {**asdict(self), "ok": self.ok}

    def __str__(self) -> str:
        if self.ok:
            oracles = ", ".join(dict.fromkeys(c.oracle for c in self.comparisons))
            compared = sum(c.compared for c in self.comparisons)
            lines = [f"{self.function}: {compared} derivatives are right, by {oracles} (seed {self.seed})"]
        else:
            lines = [*self.problems, *(c.text for c in self.comparisons if not c.ok)]
            lines.append(f"(seed {self.seed}{f'; {self.place}' if self.place else ''})")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


class GradientsDiffer(AssertionError):
    """A derivative is wrong; `report` says which, where and how."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


observers: list[Callable[[Report], None]] = []
"""Each is called with every report that is made."""

default_seed = 0
"""The seed of checks that are given none; the pytest plugin sets it from `--gradient-seed`."""


def publish(report: Report) -> Report:
    """Tell the observers of a report, and hand it on."""
    for observer in observers:
        observer(report)
    return report
