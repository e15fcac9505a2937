"""One order of derivatives compared: by each input, in each mode, with what an oracle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from .adapters import Engine, Gradients
from .alternatives import alternatives
from .compare import Table, Verdict, judge, listing
from .diagnosis import Diagnosis, Evidence, diagnose, diagnose_shape
from .expected import Expected, by_differences, by_forward_mode, by_reference, nearby, projected
from .oracles.differences import size_nearby
from .oracles.directions import Array, Direction, directions, unit
from .oracles.taylor import remainder_slope
from .reports import Comparison
from .subject import NotComparable, Part, Subject, by_hand, parts_of
from .tolerances import Tolerances, largest_terms, settled

MODES = ("reverse", "forward")
ORACLES = ("auto", "differences", "complex step", "forward", "taylor")
KINKS = ("between", "resample", "reject")

EVERY_ELEMENT = 2048
"""Up to this many elements, a wrong gradient is worked out element by element for the diagnosis."""

RIGHT_ORDER = 1.5
"""Taylor remainders of this order and more prove a gradient right."""


class Settings(NamedTuple):
    """What was asked for."""

    modes: tuple[str, ...]
    tolerances: Tolerances
    seed: int
    oracle: str
    kinks: str
    reference: Callable[..., Any] | None


class Result(NamedTuple):
    """What was found; and the inputs to go on with, if those given sit on kinks."""

    comparisons: list[Comparison]
    notes: list[str]
    moved_to: list[Any] | None


class _Column(NamedTuple):
    """All about one part of the inputs: its table, what it should be, and what was got in each mode."""

    part: Part
    title: str
    table: Table
    moves: list[Direction]
    expected: Expected
    one_sided: tuple[Array, Array]
    allowed: Array
    got: dict[str, Array]


def compared(
    subject: Subject, written: Callable[..., Any] | None, settings: Settings, title: str, order: int, size: float
) -> Result:
    """The derivatives of a function compared, by all of its inputs."""
    frame = subject.frame
    modes = settings.modes if isinstance(frame, Engine) else (frame.name,)
    if settings.oracle == "forward":
        modes = ("reverse",)
    weights = list(directions(subject.answer, np.random.default_rng(settings.seed)))
    if written is not None:
        weights = [unit(subject.answer, (0,) * subject.answer.ndim)]
    rows = [w.array for w in weights]
    ask: Callable[[], Gradients] = partial(by_hand, subject, written) if written else partial(subject.reverse, rows)
    gradients = [] if modes == ("forward",) else ask()
    found: list[Comparison] = []
    columns: list[_Column] = []
    for part in parts_of(subject.values, subject.floating):
        whole = subject.values[part.input]
        name = f"{part.name} ({describe(whole)})"
        wrong = _of_wrong_kind(gradients, part, whole, strict=written is None)
        if wrong is not None:
            found.append(_misshapen(subject, part, name, wrong, title, order, modes[0]))
        elif subject.answer.size:
            columns.append(
                _column(subject, part, name, settings, modes, rows, [w.place for w in weights], gradients, size)
            )
    if settings.oracle == "taylor":
        found += [_by_taylor(subject, column, mode, rows, title, order) for column in columns for mode in column.got]
        return Result(found, [], None)
    for column in columns:
        for mode, got in column.got.items():
            verdict = judge(got, column.expected, column.allowed)
            kinked = int((column.expected.low < column.expected.high).sum())
            comparison = Comparison(column.title, mode, order, column.expected.oracle, got.size,
                                    int(verdict.wrong.sum()), verdict.worst, kinked)  # fmt: skip
            if verdict.wrong.any():
                comparison = _explained(comparison, subject, columns, column, mode, verdict, rows, title, ask)
            found.append(comparison)
    return _beyond_kinks(Result(found, [], None), columns, subject, written, settings, title, order, size)


# --- one part of the inputs --------------------------------------------------------------------------------


def _column(
    subject: Subject,
    part: Part,
    title: str,
    settings: Settings,
    modes: Sequence[str],
    rows: Sequence[Array],
    row_places: Sequence[tuple[int, ...] | None],
    gradients: Gradients,
    size: float,
) -> _Column:
    """The tables of a part of the inputs: what is expected, and what each mode gives."""
    whole = subject.values[part.input]
    x = part.of(whole).astype(np.float64)
    weights = np.stack([row.ravel() for row in rows])
    rng = np.random.default_rng((settings.seed, part.input) if part.which != "Im" else (settings.seed, part.input, 1))
    if settings.oracle == "forward":
        moves = list(directions(x, rng))
        expected = by_forward_mode(subject, part, moves, weights)
    elif settings.reference is not None:
        moves = list(directions(x, rng))
        expected = by_reference(settings.reference, subject, part, moves, rows)
    else:
        stepping = settings.oracle in ("auto", "complex step")
        moves, expected = by_differences(subject, part, rng, weights, use_complex_step=stepping)
        if settings.oracle == "complex step" and expected.oracle != "complex step":
            raise NotComparable("the complex step does not apply: f takes no complex numbers, or is not analytic here")
    one_sided = expected.low, expected.high
    if settings.kinks == "reject":
        expected = expected._replace(low=expected.value, high=expected.value)
    f = subject.moved(part)
    size = max([size, *(size_nearby(f, x, m, subject.answer) for m in moves if m.place is None)])
    if not settled(expected.error, expected.value, moves, size):
        raise NotComparable(
            f"by {title} there are no finite differences to be compared with: they do not settle as the step shrinks "
            "(f has a jump here, or noise in its answer)"
        )
    reach = np.abs(weights).sum(-1)[:, None] * np.array([np.abs(m.array).sum() for m in moves])
    largest = largest_terms(expected.value, moves, x, size)
    allowed = settings.tolerances.allowed(
        expected.value, expected.error, largest, reach, (part.of(whole).dtype, subject.answer.dtype)
    )
    table = Table([m.place for m in moves], row_places, part.name, subject.shape, subject.dtype.kind == "c")
    got = {}
    for mode in modes:
        if mode == "forward":
            columns = [projected(weights, subject.forward(part, m.array)) for m in moves]
        else:
            found = [part.of(g[part.input]).astype(np.float64) for g in gradients]
            columns = [np.array([projected(m.array.ravel(), g) for g in found]) for m in moves]
        got[mode] = np.stack(columns, axis=-1)
    return _Column(part, title, table, moves, expected, one_sided, allowed, got)


def _of_wrong_kind(gradients: Gradients, part: Part, whole: Array, *, strict: bool) -> Array | None:
    """A gradient that has not the shape of its input, or not its kind of dtype (a framework's: not its dtype)."""
    for g in gradients:
        given = g[part.input]
        if (
            given.shape != whole.shape
            or (strict and given.dtype != whole.dtype)
            or (given.dtype.kind == "c" and whole.dtype.kind != "c")
        ):
            return given
    return None


def _misshapen(subject: Subject, part: Part, name: str, given: Array, title: str, order: int, mode: str) -> Comparison:
    """What is wrong with a gradient that cannot even be compared."""
    text = f"{title} by {name} has the wrong shape or dtype: it is {describe(given)}"
    whole = subject.values[part.input]
    kind = "wrong shape"
    if given.shape != whole.shape and subject.answer.size == 1 and whole.size <= EVERY_ELEMENT:
        expected, sure = _by_element(subject, part, np.ones(subject.answer.shape))
        found = diagnose_shape(part.name, part.of(given), expected, sure)
        kind = found.kind
        text += f"\n    diagnosis: {found.text}"
    return Comparison(name, mode, order, "shapes", 0, diagnosis=kind, text=text)


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


# --- what is wrong -----------------------------------------------------------------------------------------


def _explained(
    comparison: Comparison,
    subject: Subject,
    columns: Sequence[_Column],
    column: _Column,
    mode: str,
    verdict: Verdict,
    rows: Sequence[Array],
    title: str,
    ask: Callable[[], Gradients],
) -> Comparison:
    """The comparison with a text for people: what differs, a diagnosis, and what the Taylor remainder says."""
    got = column.got[mode]
    row = _telling_row(verdict, column.table)
    evidence = _evidence(subject, columns, column, mode, row, rows, ask)
    found = diagnose(evidence)
    written = {"forward": "in forward mode"}.get(mode, subject.frame.written)
    text = f"{title} by {column.title}, {written}, is wrong: {listing(got, column.expected, verdict, column.table)}"
    if found is not None:
        text += f"\n    diagnosis: {found.text}"
    order = _remainder_order(subject, column, got, row, rows)
    text += f"\n    by: {column.expected.oracle}"
    if order is not None and order < RIGHT_ORDER:
        text += f"; the Taylor remainder is of order {order:.1f}, with a right gradient it is of order 2"
    kind = found.kind if found is not None else ""
    return Comparison(**{**comparison.__dict__, "diagnosis": kind, "text": text})


def _telling_row(verdict: Verdict, table: Table) -> int:
    """The row to look at closely: a wrong one in which all of the answer takes part, if there is one."""
    wrong = [i for i in range(len(table.rows)) if verdict.wrong[i].any()]
    return next((i for i in reversed(wrong) if table.rows[i] is None), wrong[-1] if len(wrong) == 1 else max(
        wrong, key=lambda i: int(verdict.wrong[i].sum())))  # fmt: skip


def _evidence(
    subject: Subject,
    columns: Sequence[_Column],
    column: _Column,
    mode: str,
    row: int,
    rows: Sequence[Array],
    ask: Callable[[], Gradients],
) -> Evidence:
    part = column.part
    x = subject.values[part.input]
    single = [j for j, place in enumerate(column.table.columns) if place is not None]
    complete = len(single) == x.size
    expected, allowed = column.expected.value[row, single], column.allowed[row, single]
    slopes: tuple[Array, Array] | None = column.one_sided[0][row, single], column.one_sided[1][row, single]
    got = column.got[mode][row, single]
    again = None
    if mode != "forward":
        first, second = ([part.of(g[part.input]) for g in gradients] for gradients in (ask(), ask()))
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True)):
            again = np.full(got.shape, np.nan)
        if not complete and x.size <= EVERY_ELEMENT:
            expected, sure = _by_element(subject, part, rows[row])
            got, allowed = first[row].astype(np.float64), np.full(x.shape, max(sure, float(allowed.max(initial=0.0))))
            complete, slopes = True, None
    if complete:
        expected, allowed, got = (np.reshape(a, x.shape) for a in (expected, allowed, got))
        slopes = None if slopes is None else (slopes[0].reshape(x.shape), slopes[1].reshape(x.shape))
        again = None if again is None else again.reshape(x.shape)
    others = {}
    for other in columns:
        places = [j for j, place in enumerate(other.table.columns) if place is not None]
        shape = subject.values[other.part.input].shape
        if other is not column and len(places) == np.prod(shape, dtype=int):
            others[other.part.name] = other.expected.value[row, places].reshape(shape)
    possible = None
    if complete and not part.which and subject.dtype.kind == "f":
        possible = partial(alternatives, subject.f, subject.values, part.input, rows[row])
    return Evidence(
        part.name, got, expected, allowed, complete, x.shape, subject.shape, slopes, others, again, possible
    )


def _remainder_order(subject: Subject, column: _Column, got: Array, row: int, rows: Sequence[Array]) -> float | None:
    """The order of the Taylor remainder along the random direction; None where the gradient is not finite."""
    dense = [j for j, place in enumerate(column.table.columns) if place is None]
    if not dense or not np.isfinite(got[row, dense[-1]]):
        return None
    x = column.part.of(subject.values[column.part.input]).astype(np.float64)
    f = subject.moved(column.part)
    return remainder_slope(
        lambda x: np.sum(rows[row] * f(x)), x, column.moves[dense[-1]].array, got[row, dense[-1]]
    )  # fmt: skip


def _by_taylor(
    subject: Subject, column: _Column, mode: str, rows: Sequence[Array], title: str, order: int
) -> Comparison:
    """The verdict of the Taylor remainder alone, for each random direction and projection."""
    got = column.got[mode]
    found = [
        _order_along(subject, column, got, i, j, rows)
        for i in range(len(rows))
        for j, place in enumerate(column.table.columns)
        if place is None
    ]
    wrong = [value for value in found if not value >= RIGHT_ORDER]
    text = ""
    if wrong:
        text = (f"{title} by {column.title} is wrong: the Taylor remainder is of order {min(wrong):.2f}, with a right "
                f"gradient it is of order 2 ({len(wrong)} of {len(found)} projections)")  # fmt: skip
    return Comparison(column.title, mode, order, "Taylor remainder", len(found), len(wrong), text=text)


def _order_along(subject: Subject, column: _Column, got: Array, i: int, j: int, rows: Sequence[Array]) -> float:
    x = column.part.of(subject.values[column.part.input]).astype(np.float64)
    f = subject.moved(column.part)
    return remainder_slope(lambda x: np.sum(rows[i] * f(x)), x, column.moves[j].array, got[i, j])


# --- kinks -------------------------------------------------------------------------------------------------


def _beyond_kinks(
    result: Result,
    columns: Sequence[_Column],
    subject: Subject,
    written: Callable[..., Any] | None,
    settings: Settings,
    title: str,
    order: int,
    size: float,
) -> Result:
    """What is to be done where kinks were met: nothing more, a note, or all once more at a point beside them."""
    met = [c for c in columns if (c.expected.low < c.expected.high).any()]
    if not met or settings.kinks == "reject":
        return result
    names = ", ".join(column.part.name for column in met)
    large = [c for c in met if any(p is None for p in _kinked_columns(c)) and not _is_complete(c, subject)]
    rng = np.random.default_rng([settings.seed, 7])
    moved = list(subject.values)
    for i in {column.part.input for column in met}:
        moved[i] = nearby(moved[i], rng) if moved[i].dtype.kind == "f" else moved[i]
    if settings.kinks == "resample" or large:
        again = compared(subject.at(moved), written, settings._replace(kinks="between"), title, order, size)
        kept = [] if settings.kinks == "resample" else [c for c in result.comparisons if c.ok or not c.kinks]
        note = f"{names}: f has kinks there, and was checked at a point beside them"
        return Result([*kept, *again.comparisons], [note, *again.notes], moved)
    note = f"{names}: f has kinks there, where any slope between the one-sided ones is right"
    return Result(result.comparisons, [note], moved)


def _kinked_columns(column: _Column) -> Iterator[tuple[int, ...] | None]:
    kinked = np.any(column.expected.low < column.expected.high, axis=0)
    return (place for place, bent in zip(column.table.columns, kinked, strict=True) if bent)


def _is_complete(column: _Column, subject: Subject) -> bool:
    return len([p for p in column.table.columns if p is not None]) == int(subject.values[column.part.input].size)


__all__ = ["KINKS", "MODES", "ORACLES", "Diagnosis", "Result", "Settings", "compared"]
