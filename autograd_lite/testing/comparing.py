"""One order of derivatives compared: by each input, in each mode, with what an oracle says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from .adapters import Engine, Gradients
from .compare import Table, judge, listing
from .expected import Expected, as_expected, ask, by_differences, by_forward_mode, by_reference, projected
from .explaining import by_taylor, changing, explained, misshapen
from .kinks import AWAY, along_ties, nearby
from .oracles.differences import size_nearby
from .oracles.directions import Array, Direction, directions, projections, unit
from .reports import Comparison
from .subject import NotComparable, Part, Subject, by_hand, parts_of
from .tables import Column, Run, Settings
from .tolerances import largest_terms, settled

MODES = ("reverse", "forward")
ORACLES = ("auto", "differences", "complex step", "forward", "taylor")
KINKS = ("between", "resample", "reject")


class Result(NamedTuple):
    """What was found; and the inputs to go on with, if those given sit on kinks."""

    comparisons: list[Comparison]
    notes: list[str]
    moved_to: list[Any] | None


def compared(
    subject: Subject, written: Callable[..., Any] | None, settings: Settings, title: str, order: int, size: float
) -> Result:
    """The derivatives of a function compared, by all of its inputs; `written` is a gradient written by hand."""
    run = _run(subject, written, settings, title, order, size)
    columns, found = _compared(run, strict=written is None)
    notes = _of_underflow(subject)
    met = [column for column in columns if np.any(column.expected.low < column.expected.high)]
    if len(met) > 1 and all(column.complete for column in met) and all(comparison.ok for comparison in found):
        found += _ties_between_inputs(run, met)
    result = _beyond_kinks(found, met, run, written) if met else Result(found, [], None)
    return result._replace(notes=[*notes, *result.notes])


def _of_underflow(subject: Subject) -> list[str]:
    """What is to be said of an answer so small that there are few digits left in it."""
    info, size = np.finfo(np.float64), float(np.abs(subject.answer).max(initial=0.0))
    if not 0 < size < info.tiny / info.eps:
        return []
    return [f"f is {size:.3g}, where numbers have few digits: its derivatives are checked to no more of them"]


def _compared(run: Run, *, strict: bool) -> tuple[list[Column], list[Comparison]]:
    """The tables of a run, and what is to be said of them."""
    found: list[Comparison] = []
    columns: list[Column] = []
    for part in parts_of(run.subject.values, run.subject.floating):
        whole = run.subject.values[part.input]
        name = f"{part.name} ({describe(whole)})"
        wrong = _of_wrong_kind(run.gradients, part, whole, strict=strict)
        if wrong is not None:
            found.append(misshapen(run, part, name, wrong))
        elif _changes(run, part):
            found.append(changing(run, name))
        elif run.subject.answer.size:
            columns.append(_column(run, part, name))
    for column in columns:
        for mode, got in column.got.items():
            if run.settings.oracle == "taylor":
                found.append(by_taylor(run, column, mode))
                continue
            verdict = judge(got, column.expected, column.allowed)
            comparison = Comparison(
                column.title, mode, run.order, column.expected.oracle, got.size, int(verdict.wrong.sum()),
                verdict.worst, kinks=int((column.expected.low < column.expected.high).sum()),
            )  # fmt: skip
            if verdict.wrong.any():
                comparison = explained(comparison, run, columns, column, verdict)
            found.append(comparison)
    return columns, found


def _run(
    subject: Subject, written: Callable[..., Any] | None, settings: Settings, title: str, order: int, size: float
) -> Run:
    """The gradients that are to be compared."""
    frame = subject.frame
    modes = settings.modes if isinstance(frame, Engine) else (frame.name,)
    if settings.oracle == "forward":
        modes = ("reverse",)
    rows = list(projections(subject.answer, np.random.default_rng(settings.seed)))
    if written is not None:
        rows = [unit(subject.answer, (0,) * subject.answer.ndim)]
    weights = [row.array for row in rows]
    get: Callable[[], Gradients] = partial(by_hand, subject, written) if written else partial(subject.reverse, weights)
    again = get if written else partial(subject.reverse, weights[-1:])
    gradients, repeated = ([], []) if modes == ("forward",) else (get(), again())
    answers = None if settings.reference is None else ask(settings.reference, subject, weights)
    return Run(subject, settings, title, order, size, modes, rows, get, gradients, repeated, answers)


def _of_wrong_kind(gradients: Gradients, part: Part, whole: Array, *, strict: bool) -> Array | None:
    """A gradient that has not the shape of its input, or not its kind of dtype (a framework's: not its dtype)."""
    for g in gradients:
        given = g[part.input]
        if given.dtype.kind not in "fciub":
            return given
        complex_for_real = given.dtype.kind == "c" and whole.dtype.kind != "c"
        if given.shape != whole.shape or (strict and given.dtype != whole.dtype) or complex_for_real:
            return given
    return None


def _changes(run: Run, part: Part) -> bool:
    """Whether the last of the gradients was another one when it was asked for again."""
    pairs = zip(run.gradients[-1:], run.repeated[-1:], strict=True)
    return not all(np.array_equal(a[part.input], b[part.input], equal_nan=True) for a, b in pairs)


def _column(run: Run, part: Part, title: str) -> Column:
    """The tables of a part of the inputs: what is expected, and what each mode gives."""
    subject, settings = run.subject, run.settings
    dtype = subject.values[part.input].dtype
    x = part.of(subject.values[part.input]).astype(np.float64)
    weights = np.stack([row.array.ravel() for row in run.rows])
    moves, expected = _expected(run, part, x, weights)
    one_sided = expected.low, expected.high
    if settings.kinks == "reject":
        expected = expected._replace(low=expected.value, high=expected.value)
    elif len([m for m in moves if m.place is not None]) < x.size:  # along kinks that are not known, only NaN is wrong
        unknown = np.any(one_sided[0] < one_sided[1], axis=0) & [m.place is None for m in moves]
        expected = expected._replace(
            low=np.where(unknown, -np.inf, expected.low), high=np.where(unknown, np.inf, expected.high)
        )
    f = subject.moved(part)
    size = max([run.size, *(size_nearby(f, x, m, subject.answer) for m in moves if m.place is None)])
    if not settled(expected.error, np.stack([expected.value, *one_sided]), moves, size):
        raise NotComparable(
            f"by {title} there are no finite differences to be compared with: they do not settle as the step shrinks "
            "(f has a jump here, or noise in its answer)"
        )
    reach = np.abs(weights).sum(-1)[:, None] * np.array([np.abs(m.array).sum() for m in moves])
    largest = largest_terms(expected.value, moves, x, size)
    dtypes = (np.zeros((), dtype).real.dtype, subject.answer.dtype)
    allowed = settings.tolerances.allowed(expected.value, expected.error, largest, reach, dtypes)
    places = [m.place for m in moves], [row.place for row in run.rows]
    table = Table(*places, part.name, subject.shape, subject.dtype.kind == "c")
    got = {}
    for mode in run.modes:
        if mode == "forward":
            columns = [projected(weights, v) for v in subject.forward(part, [m.array for m in moves])]
        else:
            found = [part.of(g[part.input]).astype(np.float64) for g in run.gradients]
            columns = [np.array([projected(m.array.ravel(), g) for g in found]) for m in moves]
        got[mode] = np.stack(columns, axis=-1)
    return Column(part, title, table, moves, expected, one_sided, allowed, got)


def _expected(run: Run, part: Part, x: Array, weights: Array) -> tuple[list[Direction], Expected]:
    """The directions that a part of the inputs is moved in, and its table by the oracle that was asked for."""
    seed, oracle = run.settings.seed, run.settings.oracle
    rng = np.random.default_rng((seed, part.input) if part.which != "Im" else (seed, part.input, 1))
    if oracle == "forward":
        moves = list(directions(x, rng))
        return moves, by_forward_mode(run.subject, part, moves, weights)
    if run.answers is not None:
        moves = list(directions(x, rng))
        return moves, by_reference(run.answers, part, moves)
    stepping = oracle in ("auto", "complex step")
    moves, expected = by_differences(run.subject, part, rng, weights, use_complex_step=stepping)
    if oracle == "complex step" and expected.oracle != "complex step":
        raise NotComparable("the complex step does not apply: f takes no complex numbers, or is not analytic here")
    return moves, expected


def _ties_between_inputs(run: Run, met: list[Column]) -> list[Comparison]:
    """Whether the derivatives by inputs that are tied to each other have the right sum: all of them are moved at once.

    Each by itself may be anything between its one-sided slopes: at x = y, that of max(x, y) by x may be 0, and by y 0.
    """
    subject = run.subject
    xs = [column.part.of(subject.values[column.part.input]).astype(np.float64).ravel() for column in met]
    bent = [np.any(column.expected.low < column.expected.high, axis=0) for column in met]
    places = [[b for b, m in zip(bends, c.moves, strict=True) if m.place is not None]
              for bends, c in zip(bent, met, strict=True)]  # fmt: skip
    kinked = [int(k) for k in np.flatnonzero(np.concatenate(places))]
    rng = np.random.default_rng([run.settings.seed, 11])
    direction, slope = along_ties(subject.moved_together([c.part for c in met]), np.concatenate(xs), kinked, rng)
    weights = np.stack([row.array.ravel() for row in run.rows])
    expected = as_expected([slope], weights)
    pieces = np.split(direction.array, np.cumsum([x.size for x in xs])[:-1])
    names = " and ".join(c.part.name for c in met)
    found = []
    for mode in run.modes:
        got = np.zeros(len(run.rows))
        for column, piece in zip(met, pieces, strict=True):
            move = piece.reshape(column.moves[0].array.shape)
            if mode == "forward":
                got += projected(weights, subject.forward(column.part, [move])[0])
            else:
                parts = [column.part.of(g[column.part.input]).astype(np.float64) for g in run.gradients]
                got += np.array([projected(piece, g) for g in parts])
        dtypes = [subject.values[c.part.input].real.dtype for c in met] + [subject.answer.dtype]
        reach = np.abs(weights).sum(-1)[:, None] * np.abs(direction.array).sum()
        largest = np.max([np.abs(c.expected.high).max() + np.abs(c.expected.low).max() for c in met]) * reach + run.size
        allowed = run.settings.tolerances.allowed(expected.value, expected.error, largest, reach, dtypes)
        verdict = judge(got[:, None], expected, allowed)
        text = ""
        if verdict.wrong.any():
            written = "in forward mode" if mode == "forward" else subject.frame.written
            table = Table([None], [row.place for row in run.rows], names, subject.shape, subject.dtype.kind == "c")
            text = (f"{run.title} by {names}, {written}, is wrong: {listing(got[:, None], expected, verdict, table)}\n"
                    "    diagnosis: they are tied to each other, and together have not the slope of both")  # fmt: skip
        found.append(Comparison(names, mode, run.order, "ties moved together", got.size, int(verdict.wrong.sum()),
                                verdict.worst, diagnosis="kink" if text else "", text=text))  # fmt: skip
    return found


def _beyond_kinks(found: list[Comparison], met: list[Column], run: Run, written: Callable[..., Any] | None) -> Result:
    """What is to be done where kinks were met: nothing more but a note, or all once more at a point beside them."""
    names = ", ".join(column.part.name for column in met)
    beside = _beside(run, {column.part.input for column in met})
    known = all(column.complete or not _along_kinks(column).any() for column in met)
    resampled = run.settings.kinks == "resample"
    if beside is None:
        note = f"{names}: f has kinks there, and is not finite at points beside them"
        return Result(found, [note], None)
    if known and not resampled:
        note = f"{names}: f has kinks there, where any slope between the one-sided ones is right"
        return Result(found, [note], beside.values)
    # Of a large input it may not be known which elements sit on kinks, and what to make of a random direction.
    _, again = _compared(_run(beside, written, run.settings, run.title, run.order, run.size), strict=written is None)
    kept = [] if resampled else found
    note = f"{names}: f has kinks there, and was checked at a point beside them"
    return Result([*kept, *again], [note], beside.values)


def _beside(run: Run, inputs: set[int]) -> Subject | None:
    """The function at a point close by, where it has no kinks; None if it is not finite at any that was tried."""
    rng = np.random.default_rng([run.settings.seed, 7])
    for away in (AWAY, AWAY**2, AWAY**3):
        moved = [nearby(x, rng, away) if i in inputs else x for i, x in enumerate(run.subject.values)]
        try:
            with np.errstate(all="ignore"):
                return run.subject.at(moved)
        except NotComparable:
            continue
    return None


def _along_kinks(column: Column) -> Array:
    """Which of the random directions go along kinks: those that nothing is known of."""
    dense = [place is None for place in column.table.columns]
    return np.asarray(np.any(column.one_sided[0] < column.one_sided[1], axis=0) & dense)
