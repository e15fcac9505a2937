"""What is wrong with a derivative, for people: which elements, in what way, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from ..errors import describe
from .adapters import Gradients
from .alternatives import alternatives, why_not
from .compare import WORST, Table, Verdict, listing
from .diagnosis import Evidence, diagnose, diagnose_shape
from .oracles.differences import derivative_along
from .oracles.directions import Array, unit
from .oracles.taylor import remainder_slope
from .reports import Comparison
from .subject import Part, Subject
from .tables import Column, Run

EVERY_ELEMENT = 8192
"""Up to this many elements, a wrong gradient is worked out element by element for the diagnosis."""

KINKS_LOOKED_FOR = 256
"""At up to this many wrong elements of a larger input, it is found out whether they sit on kinks."""

REPETITIONS = 4
"""How often a wrong gradient is asked for again, to see whether it is the same each time."""

RIGHT_ORDER = 1.5
"""Taylor remainders of this order and more prove a gradient right."""


def explained(
    comparison: Comparison, run: Run, columns: Sequence[Column], column: Column, verdict: Verdict
) -> Comparison:
    """The comparison with a text: what differs, a diagnosis, and what the Taylor remainder says."""
    got = column.got[comparison.mode]
    row = _telling_row(verdict, column.table)
    evidence = _evidence(run, columns, column, comparison.mode, row)
    found = diagnose(evidence)
    written = "in forward mode" if comparison.mode == "forward" else run.subject.frame.written
    listed = listing(got, column.expected, verdict, column.table)
    text = f"{run.title} by {column.title}, {written}, is wrong: {listed}"
    if not column.complete and evidence.complete:
        text += _worst_elements(evidence)
    if found is not None:
        text += f"\n    diagnosis: {found.text}"
    else:
        reason = why_not(run.subject.f, run.subject.values) if evidence.alternatives is not None else ""
        if reason:
            text += "\n    no diagnosis: no mistake was tried in the graph of f, as autograd_lite cannot record it"
            text += f" ({reason})"
    text += f"\n    by: {column.expected.oracle}"
    dense = [j for j, place in enumerate(column.table.columns) if place is None]
    if dense and np.isfinite(got[row, dense[-1]]):
        order = order_of_remainder(run, column, got, row, dense[-1])
        if order < RIGHT_ORDER:
            text += f"; the Taylor remainder is of order {order:.1f}, with a right gradient it is of order 2"
    kind = found.kind if found is not None else ""
    return Comparison(**{**comparison.__dict__, "diagnosis": kind, "text": text})


def by_taylor(run: Run, column: Column, mode: str) -> Comparison:
    """The verdict of the Taylor remainder alone, for each random direction and projection."""
    got = column.got[mode]
    dense = [j for j, place in enumerate(column.table.columns) if place is None]
    found = [order_of_remainder(run, column, got, i, j) for i in range(len(run.rows)) for j in dense]
    wrong = [value for value in found if not value >= RIGHT_ORDER]
    text = ""
    if wrong:
        text = (f"{run.title} by {column.title} is wrong: the Taylor remainder is of order {min(wrong):.2f}, with a "
                f"right gradient it is of order 2 ({len(wrong)} of {len(found)} projections)")  # fmt: skip
    return Comparison(column.title, mode, run.order, "Taylor remainder", len(found), len(wrong), text=text)


def order_of_remainder(run: Run, column: Column, got: Array, i: int, j: int) -> float:
    """The order of the Taylor remainder of a row along a column."""
    x = column.part.of(run.subject.values[column.part.input]).astype(np.float64)
    f, weights = run.subject.moved(column.part), run.rows[i].array
    return remainder_slope(lambda x: np.sum(weights * f(x)), x, column.moves[j].array, got[i, j])


def misshapen(run: Run, part: Part, name: str, given: Array) -> Comparison:
    """What is wrong with a gradient that cannot even be compared."""
    text = f"{run.title} by {name} has the wrong shape or dtype: it is {describe(given)}"
    whole = run.subject.values[part.input]
    kind = "wrong shape"
    if given.shape != whole.shape and run.subject.answer.size == 1 and whole.size <= EVERY_ELEMENT:
        expected, sure = _by_element(run.subject, part, np.ones(run.subject.answer.shape))
        found = diagnose_shape(part.name, part.of(given), expected, sure)
        kind = found.kind
        text += f"\n    diagnosis: {found.text}"
    return Comparison(name, run.modes[0], run.order, "shapes", 0, diagnosis=kind, text=text)


def _worst_elements(evidence: Evidence) -> str:
    """The elements of a large input that differ most, in a projection of f: random directions do not tell them."""
    wrong = evidence.wrong
    with np.errstate(invalid="ignore"):
        error = np.where(wrong, np.nan_to_num(np.abs(evidence.got - evidence.expected), nan=np.inf), -1.0)
    worst = np.argsort(-error, axis=None, kind="stable")[: min(WORST, int(wrong.sum()))]
    places = [tuple(int(i) for i in np.unravel_index(k, error.shape)) for k in worst]
    return f"\n    element by element, {wrong.sum()} of {wrong.size} differ" + "".join(
        f"\n    {evidence.name}{list(p)}: got {evidence.got[p]:.10g}, expected {evidence.expected[p]:.10g}"
        for p in places
    )


def changing(run: Run, name: str) -> Comparison:
    """A gradient that is another one each time has nothing to be compared with."""
    text = (f"{run.title} by {name}, {run.subject.frame.written}, changes from call to call: seed what is random in "
            "it, inside it, and keep nothing from one call for the next")  # fmt: skip
    return Comparison(name, run.modes[0], run.order, "repetition", 1, 1, np.inf, diagnosis="non-determinism", text=text)


def _telling_row(verdict: Verdict, table: Table) -> int:
    """The row to look at closely: a wrong one in which all of the answer takes part, or the one most wrong."""
    wrong = [i for i in range(len(table.rows)) if verdict.wrong[i].any()]
    dense = [i for i in wrong if table.rows[i] is None]
    return dense[-1] if dense else max(wrong, key=lambda i: int(verdict.wrong[i].sum()))


def _evidence(run: Run, columns: Sequence[Column], column: Column, mode: str, row: int) -> Evidence:
    """The derivatives of one number by all elements of the input, and what else a diagnosis can go by."""
    subject, part = run.subject, column.part
    x = subject.values[part.input]
    single = [j for j, place in enumerate(column.table.columns) if place is not None]
    complete = column.complete
    got, expected, allowed = (a[row, single] for a in (column.got[mode], column.expected.value, column.allowed))
    slopes: tuple[Array, Array] | None = (column.one_sided[0][row, single], column.one_sided[1][row, single])
    again = None
    if mode != "forward":
        first, *others = ([part.of(g[part.input]) for g in gradients] for gradients in _asked(run))
        if not all(np.array_equal(a, b, equal_nan=True) for o in others for a, b in zip(first, o, strict=True)):
            again = np.full(got.shape, np.nan)
        if not complete and x.size <= EVERY_ELEMENT:
            expected, sure = _by_element(subject, part, run.rows[row].array)
            got, allowed = first[row].astype(np.float64), np.full(x.shape, max(sure, float(allowed.max(initial=0.0))))
            complete, slopes = True, _one_sided(subject, part, run.rows[row].array, got, expected, allowed)
    if complete:
        expected, allowed, got = (np.reshape(a, x.shape) for a in (expected, allowed, got))
        slopes = None if slopes is None else (slopes[0].reshape(x.shape), slopes[1].reshape(x.shape))
        again = None if again is None else np.full(x.shape, np.nan)
    expected_of = {}
    for other in columns:
        if other is not column and other.complete:
            places = [j for j, place in enumerate(other.table.columns) if place is not None]
            shape = subject.values[other.part.input].shape
            expected_of[other.part.name] = other.expected.value[row, places].reshape(shape)
    possible = None
    if complete and not part.which and subject.dtype.kind == "f":
        possible = partial(alternatives, subject.f, subject.values, part.input, run.rows[row].array)
    return Evidence(
        part.name, got, expected, allowed, complete, x.shape, subject.shape, slopes, expected_of, again,
        x.dtype in (np.float64, np.complex128), run.settings.kinks == "reject", possible,
    )  # fmt: skip


def _asked(run: Run) -> list[Gradients]:
    """The gradients, asked for once more and again: some change by chance only, and now and then do not."""
    return [run.gradients, *(run.ask() for _ in range(REPETITIONS))]


def _one_sided(
    subject: Subject, part: Part, row: Array, got: Array, expected: Array, allowed: Array
) -> tuple[Array, Array] | None:
    """The one-sided slopes of sum(row * answer) where the gradient is wrong; None if that is at too many places."""
    with np.errstate(all="ignore"):
        places = [tuple(map(int, place)) for place in np.argwhere(~(np.abs(got - expected) <= allowed))]
    if len(places) > KINKS_LOOKED_FOR:
        return None
    x = part.of(subject.values[part.input]).astype(np.float64)
    f = subject.moved(part)
    low, high = expected.copy(), expected.copy()
    for place in places:
        slope = derivative_along(lambda x: np.sum(row * f(x)), x, unit(x, place))
        low[place], high[place] = float(slope.low), float(slope.high)
    return low, high


def _by_element(subject: Subject, part: Part, row: Array) -> tuple[Array, float]:
    """The gradient of sum(row * answer) by two-step central differences, and what it may be off by anywhere."""
    x = part.of(subject.values[part.input]).astype(np.float64)
    f = subject.moved(part)
    out = np.empty(x.shape)
    with np.errstate(all="ignore"):
        for place in np.ndindex(x.shape):
            direction = unit(x, place)
            slopes = []
            for h in (2.0**-11 * direction.scale, 2.0**-12 * direction.scale):
                away = h * direction.array
                slopes.append(float(np.sum(row * (f(np.asarray(x + away)) - f(np.asarray(x - away)))) / (2 * h)))
            out[place] = (4 * slopes[1] - slopes[0]) / 3
    return out, 1e-6 * float(np.abs(out).max(initial=0.0))
