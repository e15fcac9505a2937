"""What was asked for and what was got: the data that comparing and explaining share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .adapters import Gradients, Reference
from .compare import Table
from .expected import Answers, Expected
from .oracles.directions import Array, Direction
from .subject import Part, Subject
from .tolerances import Tolerances


class Settings(NamedTuple):
    """What was asked for."""

    modes: tuple[str, ...]
    tolerances: Tolerances
    seed: int
    oracle: str
    kinks: str
    reference: Reference | None


class Run(NamedTuple):
    """One order of derivatives of a function at a point.

    size       of the function's answers
    modes      the sweeps, or whose gradient it is
    rows       the weights that the answer's elements are summed with; and the element, if it is one
    ask        gives the gradients of these sums
    gradients  what it gave
    repeated   what it gave when it was asked again
    answers    what a reference gave
    """

    subject: Subject
    settings: Settings
    title: str
    order: int
    size: float
    modes: tuple[str, ...]
    rows: list[Direction]
    ask: Callable[[], Gradients]
    gradients: Gradients
    repeated: Gradients
    answers: Answers | None


class Column(NamedTuple):
    """All about one part of the inputs: its table, what that should be, and what was got in each mode.

    one_sided  the lower and the higher of the one-sided slopes; they differ on kinks
    """

    part: Part
    title: str
    table: Table
    moves: list[Direction]
    expected: Expected
    one_sided: tuple[Array, Array]
    allowed: Array
    got: dict[str, Array]

    @property
    def complete(self) -> bool:
        """Whether every element was moved by itself."""
        return len([p for p in self.table.columns if p is not None]) == self.size

    @property
    def size(self) -> int:
        return int(self.moves[0].array.size) if self.moves else 0
