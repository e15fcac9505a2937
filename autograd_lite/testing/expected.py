"""The table of derivatives that a gradient is held against: rows by columns, weights times directions.

A column is a direction that an input moves in, a row a sum of the answer's elements with weights.  An oracle fills
the table: `by_differences` for every function, with the complex step in its place where that is confirmed;
`by_forward_mode` for functions of the engine; `by_reference` for those that another implementation is given for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .adapters import Engine, Gradients, Reference
from .kinks import beside_kinks, between_branches, kinked_places, tied
from .oracles.complex_step import agrees, complex_step, noise
from .oracles.differences import Slope, derivative_along, glance
from .oracles.directions import COMPLETE, Array, Direction, directions, unit
from .subject import Part, Subject, widened

EVERY_ELEMENT = 2048
"""Up to this many elements, each one is looked at by itself where f has kinks."""

LONGEST = 16
"""How many times a sum of derivatives is still to be finite: it is multiplied by weights, and compared with others."""

EXACT = 16
"""In units of the last place: what a derivative without differences may be off by."""


NOISES = 4
"""By how many times the noise of the complex step, as two of them differ, an element may be off."""


class Expected(NamedTuple):
    """What a table of derivatives should be.

    value, error  rows by columns
    low, high     between these every number is right; they are `value` itself but on a kink
    oracle        how it was found out
    """

    value: Array
    error: Array
    low: Array
    high: Array
    oracle: str


def exactly(value: Array, oracle: str) -> Expected:
    """A table that is right to rounding."""
    return Expected(value, EXACT * np.finfo(np.float64).eps * np.abs(value), value, value, oracle)


def projected(weights: Array, values: Array) -> Array:
    """The sums of `values` with each row of weights.  A zero weight leaves its value out, even one that is NaN."""
    with np.errstate(over="ignore", invalid="ignore"):  # of wrong gradients; zero times infinity
        return np.asarray(np.sum(np.where(weights != 0, weights * values.ravel(), 0.0), axis=-1))


def by_differences(
    subject: Subject, part: Part, rng: np.random.Generator, weights: Array, *, use_complex_step: bool
) -> tuple[list[Direction], Expected]:
    """The directions that a part of the inputs is moved in, and the table by finite differences."""
    x = part.of(subject.values[part.input]).astype(np.float64)
    f = subject.moved(part)
    analytic = use_complex_step and not part.which and subject.dtype.kind != "c"
    here = f(x)
    moves: list[Direction] = []
    slopes: list[Slope] = []
    exact: list[Array] = []
    searched = False
    for move in directions(x, rng):
        if move.place is None and any(slope.kinked.any() for slope in slopes):
            move = beside_kinks(f, x, move, moves, slopes)
        if move.place is None:
            move = within_range(move, slopes)
        slope = None
        if analytic:
            found = complex_step(f, x, move)
            if found is not None:
                slope = glance(f, x, move, here)
                if slope is None or not agrees(found, slope):
                    slope = derivative_along(f, x, move, here)
                exact.append(found)
            analytic = found is not None and slope is not None and agrees(found, slope)
        if slope is None:
            slope = derivative_along(f, x, move, here)
        if move.place is None and not searched and COMPLETE < x.size <= EVERY_ELEMENT and slope.kinked.any():
            searched = True
            on_kinks = [place for place in kinked_places(f, x, here) if place not in {m.place for m in moves}]
            if len(on_kinks) <= COMPLETE:
                moves += [unit(x, place) for place in on_kinks]
                slopes += [derivative_along(f, x, unit(x, place), here) for place in on_kinks]
                move = beside_kinks(f, x, move, moves, slopes)
                slope = derivative_along(f, x, move, here)
        moves.append(move)
        slopes.append(slope)
    if tied(x, moves, slopes):
        analytic, slopes = False, between_branches(f, x, moves, slopes, rng)
    if analytic:
        value = np.stack([projected(weights, slope) for slope in exact], axis=-1)
        terms = np.stack([projected(np.abs(weights), np.abs(slope)) for slope in exact], axis=-1)
        error = EXACT * np.finfo(np.float64).eps * terms
        few = [*range(0, len(moves), max(1, len(moves) // 3)), -1]
        rounded = NOISES * noise(f, x, [moves[i] for i in few], [exact[i] for i in few])
        if rounded:
            error = error + rounded * np.abs(weights).max(-1)[:, None] * [np.abs(s).max(initial=0.0) for s in exact]
        return moves, exactly(value, "complex step")._replace(error=error)
    return moves, as_expected(slopes, weights)


def within_range(move: Direction, slopes: Sequence[Slope]) -> Direction:
    """A random direction, made shorter if the derivative along it would overflow, as single elements show it."""
    with np.errstate(all="ignore"):
        steepest = max((float(np.abs(slope.value).max(initial=0.0)) for slope in slopes), default=0.0)
        if np.isfinite(LONGEST * steepest * np.abs(move.array).sum()):
            return move
    longest = 2.0 ** np.floor(np.log2(np.abs(move.array).max()))
    return move._replace(array=np.asarray(move.array / longest), scale=move.scale * longest)


def as_expected(slopes: Sequence[Slope], weights: Array) -> Expected:
    """The table of slopes along directions, of sums with weights."""
    absolute, up, down = np.abs(weights), np.maximum(weights, 0.0), np.maximum(-weights, 0.0)
    under, over = [s.value - s.low for s in slopes], [s.high - s.value for s in slopes]
    value = np.stack([projected(weights, s.value) for s in slopes], axis=-1)
    error = np.stack([projected(absolute, s.error) for s in slopes], axis=-1)
    below = np.stack([projected(up, u) + projected(down, o) for u, o in zip(under, over, strict=True)], axis=-1)
    above = np.stack([projected(up, o) + projected(down, u) for u, o in zip(under, over, strict=True)], axis=-1)
    return Expected(value, error, value - below, value + above, "finite differences")


def by_forward_mode(subject: Subject, part: Part, moves: Sequence[Direction], weights: Array) -> Expected:
    """The table by the engine's own forward sweep: dual numbers."""
    pushed = subject.forward(part, [m.array for m in moves])
    value = np.stack([projected(weights, v) for v in pushed], axis=-1)
    return exactly(value, "forward mode")


class Answers(NamedTuple):
    """The gradients of another implementation of a function: for each cotangent, by each input."""

    gradients: Gradients
    oracle: str


def ask(reference: Reference, subject: Subject, rows: Sequence[Array]) -> Answers:
    """What another implementation of the same function says, in double precision."""
    frame = reference.frame
    wide = widened(subject.values, subject.floating)
    with frame.precision():
        other = Subject(reference.f, wide, subject.floating, frame)
        if other.shape != subject.shape or not np.allclose(other.answer, subject.answer, rtol=1e-3, atol=1e-6):
            raise ValueError(
                f"the reference is another function: it gives {other.answer!r} where f gives {subject.answer!r}"
            )
        gradients = other.reverse(rows)
    return Answers(gradients, "reference" if isinstance(frame, Engine) else f"{frame.name} reference")


def by_reference(answers: Answers, part: Part, moves: Sequence[Direction]) -> Expected:
    """The table by the gradients of another implementation."""
    found = [part.of(g[part.input]).astype(np.float64) for g in answers.gradients]
    value = np.stack([np.array([projected(m.array.ravel(), g) for g in found]) for m in moves], axis=-1)
    return exactly(value, answers.oracle)
