"""In what way a wrong gradient is wrong, where that is one of the common ways.

>>> import numpy as np
>>> expected = np.array([1.0, 2.0, 3.0, 4.0])
>>> evidence = Evidence("x", got=expected / 4, expected=expected, allowed=1e-9 * expected)
>>> diagnose(evidence).kind
'constant factor'
>>> diagnose(evidence).text
'all are 0.25 times what they should be, and that is 1/n for n = 4, the number of elements of x'
>>> diagnose(evidence._replace(got=expected[::-1])).text
'the right numbers are there in another order: reversed along axis 0'

Each test is a function of the evidence, and the first that fits is the diagnosis.  What stands first explains most:
a gradient of zeros is a permutation of nothing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np

from ..sweeps import unbroadcast
from .evidence import KINDS, Alternative, Diagnosis, Evidence
from .oracles.directions import Array

__all__ = ["KINDS", "Alternative", "Diagnosis", "Evidence", "diagnose", "diagnose_shape"]


def diagnose(evidence: Evidence) -> Diagnosis | None:
    """The first of the common mistakes that explains what was got, or None."""
    for test in TESTS:
        found = test(evidence)
        if found is not None:
            return found
    return None


def diagnose_shape(name: str, got: Array, expected: Array, allowed: float) -> Diagnosis:
    """What is wrong with a gradient that has not the shape of its input."""
    if _is_broadcast(expected.shape, got.shape):
        summed = unbroadcast(got, expected.shape)
        if np.all(np.abs(summed - expected) <= allowed * max(1, got.size // max(expected.size, 1))):
            text = f"{name} was broadcast: sum its gradient over the axes that are new or had length 1"
            return Diagnosis("missing un-broadcast sum", f"{text}, from {list(got.shape)} to {list(expected.shape)}")
    for count in range(1, got.ndim):
        for axes in itertools.combinations(range(got.ndim), count):
            summed = got.sum(axes)
            if summed.shape == expected.shape and np.all(np.abs(summed - expected) <= allowed * got.size):
                text = f"the gradient of {name} has not been summed over axis {', '.join(map(str, axes))}"
                return Diagnosis("missing un-broadcast sum", f"{text}, along which {name} was repeated")
    if got.size == expected.size:
        for turn, words in ((got.T, "transposed"), (got, "not reshaped to the shape of the input")):
            if np.all(np.abs(turn.reshape(expected.shape) - expected) <= allowed):
                return Diagnosis("transpose" if turn is not got else "wrong shape", f"the gradient is {words}")
    return Diagnosis("wrong shape", f"the gradient must have the shape of {name}, {list(expected.shape)}")


def _is_broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


# --- the tests, in order -----------------------------------------------------------------------------------


def _not_a_number(e: Evidence) -> Diagnosis | None:
    missing = np.isnan(e.got)
    if not missing.any():
        if np.isfinite(e.got).all():
            return None
        return Diagnosis("infinite", f"{np.isinf(e.got).sum()} of {e.got.size} are infinite")
    text = "all are NaN" if missing.all() else f"{missing.sum()} of {e.got.size} are NaN"
    if e.slopes is not None and np.all((e.slopes[0] < e.slopes[1])[missing]):
        text += ", where f has a kink: guard the formula there, and give any slope between the one-sided ones"
    return Diagnosis("NaN", text)


def _changing(e: Evidence) -> Diagnosis | None:
    if e.again is None or np.array_equal(e.again, e.got, equal_nan=True):
        return None
    return Diagnosis("non-determinism", "a second call gives another gradient: seed what is random in it, inside it")


def _zero(e: Evidence) -> Diagnosis | None:
    return None if e.got.any() else Diagnosis("all zero", "all are zero: no gradient flows here")


def _factor(e: Evidence) -> Diagnosis | None:
    """got = r expected, with r fitted by least squares; one element alone proves nothing, unless r has a name."""
    size = np.abs(e.expected).max(initial=0.0)
    if size == 0.0 or np.count_nonzero(e.expected) == 1 < e.expected.size:
        return None
    factor = float(np.sum(e.got / size * (e.expected / size)) / np.sum((e.expected / size) ** 2))
    left = np.abs(e.got - factor * e.expected)
    if not np.all(left <= e.allowed * max(1.0, abs(factor))) or left.max() > 0.1 * e.error:
        return None
    if math.isclose(factor, -1.0, rel_tol=1e-3):
        return Diagnosis("sign", "the sign is flipped")
    shown = f"{factor:.6g}" if abs(factor - 1) > 1e-3 else f"{factor:.12g}"
    text = f"all are {shown} times what they should be"
    counts = {f"the number of elements of {e.name}": math.prod(e.shape or e.got.shape)}
    counts |= {f"the length of axis {axis} of {e.name}": n for axis, n in enumerate(e.shape or e.got.shape)}
    counts |= {f"the length of axis {axis} of f": n for axis, n in enumerate(e.answer)}
    for what, n in counts.items():
        for value, written in ((n, "n"), (1 / n if n else 0.0, "1/n")):
            if n > 1 and math.isclose(abs(factor), value, rel_tol=1e-3):
                minus = "-" if factor < 0 else ""
                return Diagnosis("constant factor", f"{text}, and that is {minus}{written} for n = {n}, {what}")
    if e.got.size == 1 and not _is_plain(factor):
        return None
    return Diagnosis("constant factor", text)


def _lone_factor(e: Evidence) -> Diagnosis | None:
    """The factor of a single element, where nothing else explains it."""
    if e.got.size != 1 or not e.expected.all():
        return None
    factor = float(e.got.item() / e.expected.item())
    return Diagnosis("constant factor", f"it is {factor:.6g} times what it should be")


def _is_plain(factor: float) -> bool:
    """Whether a number, or one over it, is a small integer."""
    return any(abs(r) < 1e3 and math.isclose(r, round(r), rel_tol=1e-6) and round(r) != 0 for r in (factor, 1 / factor))


def _transposed(e: Evidence) -> Diagnosis | None:
    if not e.complete or not e.far or e.got.ndim < 2 or min(e.got.shape[-2:]) == 1:
        return None
    exchanged = (*e.got.shape[:-2], e.got.shape[-1], e.got.shape[-2])
    if e.fits(np.swapaxes(e.expected, -1, -2).reshape(e.got.shape)) or e.fits(
        np.swapaxes(e.expected.reshape(exchanged), -1, -2)
    ):
        return Diagnosis("transpose", "the gradient is transposed")
    return None


def _permuted(e: Evidence) -> Diagnosis | None:
    if not e.complete or not e.far or e.got.size < 2:
        return None
    for words, candidate in _rearranged(e.expected):
        if e.fits(candidate):
            return Diagnosis("permutation", f"the right numbers are there in another order: {words}")
    a, b = np.sort(e.got, axis=None), np.sort(e.expected, axis=None)
    if e.got.size > 2 and np.all(np.abs(a - b) <= e.slack.max()) and b[-1] - b[0] > 4 * e.slack.max():
        return Diagnosis("permutation", "the right numbers are there in another order")
    return None


def _rearranged(a: Array) -> Iterator[tuple[str, Array]]:
    """The usual ways to get an order wrong."""
    for axis, n in enumerate(a.shape):
        if n > 1:
            yield f"reversed along axis {axis}", np.flip(a, axis)
            for shift in {s for s in (1, -1, 2, -2) if abs(s) < n}:
                yield f"shifted by {shift} along axis {axis}, cyclically", np.roll(a, shift, axis)
    if a.ndim > 1:
        yield "reversed along all axes", np.flip(a)
        yield "flattened in Fortran's order", a.ravel(order="F").reshape(a.shape)
        yield "taken out of a flat array in Fortran's order", np.reshape(a.ravel(), a.shape, order="F")
        for axes in itertools.permutations(range(a.ndim)):
            if a.ndim <= 4 and axes != tuple(range(a.ndim)):
                yield f"axes permuted as {axes}", a.transpose(axes).reshape(a.shape)


def _swapped(e: Evidence) -> Diagnosis | None:
    if not e.complete or not e.far:
        return None
    for name, other in e.others.items():
        if other.size == e.got.size and other.any():
            for candidate in (other, other.T):
                if e.fits(candidate.reshape(e.got.shape)):
                    return Diagnosis("swapped arguments", f"it is the gradient by {name}: the arguments are exchanged")
    return None


def _one_slice(e: Evidence) -> Diagnosis | None:
    """All that is wrong lies in one slice along an axis, or all but one slice is zero."""
    if not e.complete or e.got.size < 3:
        return None
    for what, marked in (("only {} is wrong", e.wrong), ("only {} has a gradient, the rest is zero", e.got != 0)):
        for axis, n in enumerate(e.got.shape):
            places = np.flatnonzero(marked.any(axis=tuple(i for i in range(e.got.ndim) if i != axis)))
            if n > 1 and len(places) == 1:
                kind = "element" if e.got.ndim == 1 else {0: "row", 1: "column"}.get(axis, "slice")
                where = f"{kind} {places[0]}" + (f" (axis {axis})" if e.got.ndim > 1 else "")
                zero = "" if np.take(e.got, places[0], axis).any() else ": it is zero"
                return Diagnosis("one row or column", what.format(where) + zero)
    return None


def _kink(e: Evidence) -> Diagnosis | None:
    if e.slopes is None or not e.kinks_rejected:
        return None
    low, high = (slope[e.wrong] for slope in e.slopes)
    got, slack = e.got[e.wrong], e.allowed[e.wrong]
    if not np.all((low < high) & (got >= low - slack) & (got <= high + slack)):
        return None
    text = "all differing elements sit on a kink, and each is between the one-sided slopes there: not a bug"
    return Diagnosis("kink", f"{text} (kinks='between' accepts them)")


def _rounded(e: Evidence) -> Diagnosis | None:
    """A double-precision gradient whose numbers are all single-precision ones."""
    if not e.double or not e.got.any() or not np.isfinite(e.got).all():
        return None
    with np.errstate(over="ignore"):
        narrow = e.got.astype(np.float32)
    sizes = np.maximum(np.abs(e.expected), 0.1 * np.abs(e.expected).max(initial=0.0))
    close = np.abs(e.got - e.expected) <= 1e-6 * sizes + e.allowed
    if close.all() and np.array_equal(narrow.astype(np.float64), e.got):
        return Diagnosis("float32 noise", "its numbers have been rounded to float32")
    return None


def _explained(e: Evidence) -> Diagnosis | None:
    if not e.complete or e.alternatives is None:
        return None
    for alternative in e.alternatives():
        if alternative.gradient.shape == e.got.shape and e.fits(alternative.gradient):
            return alternative.diagnosis
    return None


def _noise(e: Evidence) -> Diagnosis | None:
    """Errors of the size of single precision's rounding, in both directions."""
    size = np.abs(e.expected).max(initial=0.0)
    error = (e.got - e.expected)[e.wrong]
    near = np.abs(error) <= 1e-5 * np.maximum(np.abs(e.expected[e.wrong]), 0.1 * size)
    if error.size > 1 and near.all() and error.min() < 0 < error.max():
        return Diagnosis(
            "float32 noise", "the errors are of the size of float32's rounding: some of it is computed in float32"
        )
    return None


TESTS: tuple[Callable[[Evidence], Diagnosis | None], ...] = (
    _changing, _not_a_number, _kink, _zero, _factor, _transposed, _swapped, _permuted, _rounded, _explained,
    _one_slice, _lone_factor, _noise,
)  # fmt: skip
