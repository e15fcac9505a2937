"""Two tables of derivatives compared: where they differ, by how much, and in what way.

>>> import numpy as np
>>> expected = np.array([1.0, 2.0, 3.0, 4.0])
>>> table = Table([(i,) for i in range(4)], [()], "x", shape=(4,), answer=())
>>> print(report(expected / 4, expected, 1e-9 * expected, table))
4 of 4 differ
    d f / d x[3]: got 1, expected 4
    d f / d x[2]: got 0.75, expected 3
    d f / d x[1]: got 0.5, expected 2
    d f / d x[0]: got 0.25, expected 1
    diagnosis: all are 0.25 times what they should be, and that is 1/n for n = 4, the number of elements of x
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .oracles import Array

WORST = 5
"""How many elements a report lists."""

Index = tuple[int, ...] | None


class Table(NamedTuple):
    """What the rows and columns of a table of derivatives are.

    columns  the element of the input that moves, or None for a random direction
    rows     the element of the answer that is looked at, or None for a random projection of it
    name     of the input
    shape    of the input
    answer   the shape of the answer
    complex  whether the answer is: its elements then have one index more, 0 for the real and 1 for the imaginary part
    """

    columns: Sequence[Index]
    rows: Sequence[Index]
    name: str
    shape: tuple[int, ...]
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


def report(got: Array, expected: Array, allowed: Array, table: Table) -> str | None:
    """What is wrong with the table `got`, rows by columns, or None if it is within what is allowed.

    Single elements are reported if one of them is wrong, and random directions only if none is.
    """
    got, expected, allowed = (np.reshape(a, (len(table.rows), len(table.columns))) for a in (got, expected, allowed))
    with np.errstate(invalid="ignore"):  # infinity minus infinity: NaN, which is not within anything
        excess = np.abs(got - expected)
    wrong = ~(excess <= allowed)
    if not wrong.any():
        return None
    rows = [i for i, index in enumerate(table.rows) if index is not None]
    columns = [j for j, index in enumerate(table.columns) if index is not None]
    single = np.ix_(rows, columns)
    if wrong[single].any():
        table = table._replace(rows=[table.rows[i] for i in rows], columns=[table.columns[j] for j in columns])
        got, expected, allowed, excess, wrong = (a[single] for a in (got, expected, allowed, excess, wrong))
    badness = np.where(wrong, np.where(np.isnan(excess), np.inf, excess), -1.0)
    worst = np.argsort(-badness, axis=None, kind="stable")[: min(WORST, int(wrong.sum()))]
    places = [divmod(int(flat), len(table.columns)) for flat in worst]
    lines = [f"{wrong.sum()} of {wrong.size} differ"]
    lines += [f"    {table.label(*place)}: got {got[place]:.10g}, expected {expected[place]:.10g}" for place in places]
    lines += [f"    diagnosis: {text}" for text in diagnose(got, expected, allowed, table)]
    return "\n".join(lines)


def diagnose(got: Array, expected: Array, allowed: Array, table: Table) -> Iterator[str]:
    """In what way a wrong table is wrong, where that is one of the common ways."""
    missing = np.isnan(got)
    if missing.any():
        yield "all are NaN" if missing.all() else f"{missing.sum()} of {got.size} are NaN"
        return
    if not np.isfinite(got).all():
        yield f"{np.isinf(got).sum()} of {got.size} are infinite"
        return
    if not got.any():
        yield "all are zero: no gradient flows here"
        return
    factor = _constant_factor(got, expected, allowed)
    if factor is not None:
        yield _name_factor(factor, table)
    if _is_transposed(got, expected, allowed, table):
        yield "the gradient is transposed"


def _constant_factor(got: Array, expected: Array, allowed: Array) -> float | None:
    """The r for which got = r expected, fitted by least squares, if there is one."""
    size = np.abs(expected).max(initial=0.0)
    if size == 0.0 or np.count_nonzero(expected) == 1 < expected.size:
        return None
    factor = float(np.sum(got / size * (expected / size)) / np.sum((expected / size) ** 2))
    fits = np.abs(got - factor * expected) <= allowed * max(1.0, abs(factor))
    return factor if fits.all() else None


def _name_factor(factor: float, table: Table) -> str:
    if math.isclose(factor, -1.0, rel_tol=1e-3):
        return "the sign is flipped"
    text = f"all are {factor:.6g} times what they should be"
    counts = {f"the number of elements of {table.name}": math.prod(table.shape)}
    counts |= {f"the length of axis {axis} of {table.name}": n for axis, n in enumerate(table.shape)}
    counts |= {f"the length of axis {axis} of f": n for axis, n in enumerate(table.answer)}
    for what, n in counts.items():
        for value, written in ((n, "n"), (1 / n if n else 0.0, "1/n")):
            if n > 1 and math.isclose(abs(factor), value, rel_tol=1e-3):
                return f"{text}, and that is {'-' if factor < 0 else ''}{written} for n = {n}, {what}"
    return text


def _is_transposed(got: Array, expected: Array, allowed: Array, table: Table) -> bool:
    """Whether every row, in the shape of the input, is the right one with its last two axes exchanged."""
    if len(table.shape) < 2 or len(table.columns) != math.prod(table.shape) or None in table.columns:
        return False
    shape, exchanged = (-1, *table.shape), (-1, *table.shape[:-2], table.shape[-1], table.shape[-2])
    turned = np.swapaxes(got.reshape(exchanged), -1, -2).reshape(shape)
    return bool(np.all(np.abs(turned - expected.reshape(shape)) <= allowed.reshape(shape)))
