"""Two tables of derivatives compared: where they differ, and by how much.

>>> import numpy as np
>>> right = exactly(np.array([[1.0, 2.0, 3.0, 4.0]]), "by heart")
>>> table = Table([(i,) for i in range(4)], [()], "x", answer=())
>>> got = right.value / 4
>>> print(listing(got, right, judge(got, right, np.full((1, 4), 1e-9)), table))
4 of 4 differ
    d f / d x[3]: got 1, expected 4
    d f / d x[2]: got 0.75, expected 3
    d f / d x[1]: got 0.5, expected 2
    d f / d x[0]: got 0.25, expected 1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .expected import Expected, exactly
from .oracles.directions import Array

__all__ = ["Table", "Verdict", "exactly", "judge", "listing"]

WORST = 5
"""How many elements a report lists."""

Index = tuple[int, ...] | None


class Table(NamedTuple):
    """What the rows and columns of a table of derivatives are.

    columns  the element of the input that moves, or None for a random direction
    rows     the element of the answer that is looked at, or None for a random projection of it
    name     of the input
    answer   the shape of the answer
    complex  whether the answer is: its elements then have one index more, 0 for the real and 1 for the imaginary part
    """

    columns: Sequence[Index]
    rows: Sequence[Index]
    name: str
    answer: tuple[int, ...]
    complex: bool = False

    def label(self, row: int, column: int) -> str:
        """The derivative at a place of the table, in words."""
        of, by = self.rows[row], self.columns[column]
        if of is None:
            top = "a projection of f"
        elif self.complex:
            top = f"{'Im' if of[-1] else 'Re'} f{_subscript(of[:-1])}"
        else:
            top = f"f{_subscript(of)}"
        if by is None:
            return f"d {top} along random direction {column} of {self.name}"
        return f"d {top} / d {self.name}{_subscript(by)}"


def _subscript(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


class Verdict(NamedTuple):
    """What a comparison found: which places of the table are wrong, and how far they are off.

    excess  the error beside what is expected; beside the nearest of the one-sided slopes on a kink
    worst   the largest error, in units of what is allowed
    """

    wrong: Array
    excess: Array
    worst: float


def judge(got: Array, expected: Expected, allowed: Array) -> Verdict:
    """Which places of the table `got` are further off than allowed."""
    with np.errstate(all="ignore"):  # infinity minus infinity: NaN, which is not within anything
        excess = np.maximum(np.maximum(expected.low - got, got - expected.high), 0.0)
        excess = np.where(expected.low < expected.high, excess, np.abs(got - expected.value))
        units = np.where(excess > 0, excess / allowed, 0.0)
    wrong = ~(excess <= allowed)
    worst = np.inf if np.isnan(excess).any() else float(units.max(initial=0.0))
    return Verdict(wrong, excess, worst)


def listing(got: Array, expected: Expected, verdict: Verdict, table: Table) -> str:
    """How many differ, and the worst of them, a line each.

    Single elements are listed if one of them is wrong, and random directions only if none is.
    """
    wrong, excess = verdict.wrong, verdict.excess
    rows = [i for i, index in enumerate(table.rows) if index is not None]
    columns = [j for j, index in enumerate(table.columns) if index is not None]
    if not wrong[np.ix_(rows, columns)].any():
        rows, columns = list(range(len(table.rows))), list(range(len(table.columns)))
    single = np.ix_(rows, columns)
    badness = np.where(wrong[single], np.where(np.isnan(excess[single]), np.inf, excess[single]), -1.0)
    worst = np.argsort(-badness, axis=None, kind="stable")[: min(WORST, int(wrong[single].sum()))]
    lines = [f"{wrong[single].sum()} of {wrong[single].size} differ"]
    for flat in worst:
        i, j = divmod(int(flat), len(columns))
        place = rows[i], columns[j]
        lines.append(f"    {table.label(*place)}: got {got[place]:.10g}, expected {_expected(expected, place)}")
    return "\n".join(lines)


def _expected(expected: Expected, place: tuple[int, int]) -> str:
    low, high = expected.low[place], expected.high[place]
    return f"{low:.10g} to {high:.10g} (a kink)" if low < high else f"{expected.value[place]:.10g}"
