"""Two tensors of two models beside each other: do they agree, up to what rounding leaves uncertain.

How far rounding carries is measured (`model_rounding`): a tensor may be off by some times as much as it moves when
rounding errors are made on purpose, and by some units in the last place of its largest element.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import describe
from .diagnosis import Diagnosis, Evidence, diagnose
from .model_runs import Seen
from .oracles.directions import Array

ROUNDING = 64
"""In units of the last place of the largest element."""

SPREAD = 32
"""How many times as far as rounding errors made on purpose have moved it."""


class Judged(NamedTuple):
    """How a tensor differs from that of the reference.

    absolute, relative  the largest error, by itself and next to the largest element of the reference's tensor
    text                how they differ, in words; "" if they agree
    allowed             by how much each element may be off
    differing, worst    how many elements are further off, and the largest error in units of what is allowed
    """

    absolute: float
    relative: float
    text: str
    got: Array
    expected: Array
    allowed: Array
    differing: int
    worst: float

    @property
    def ok(self) -> bool:
        return not self.text

    def diagnosis(self, name: str) -> Diagnosis | None:
        """In what way it differs, where that is one of the common ways."""
        if self.got.shape != self.expected.shape or self.got.dtype.kind != "f" or not self.got.size:
            return None
        got, expected = (a.astype(np.float64) for a in (self.got, self.expected))
        if not np.isfinite(expected).all():
            return None
        return diagnose(Evidence(name, got, expected, self.allowed, shape=got.shape))


class Judge(NamedTuple):
    """The tolerances asked for; with neither, those that are measured."""

    rtol: float | None
    atol: float | None

    def values(self, a: Seen, b: Seen) -> Judged:
        """The values of two tensors."""
        return self.arrays(a.array, b.array, a.noise)

    def gradients(self, a: Seen, b: Seen) -> Judged:
        """The gradients by two tensors; none at all is a gradient of zeros."""
        if a.gradient is None and b.gradient is None:
            return self.arrays(np.zeros(a.array.shape), np.zeros(a.array.shape), 0.0)
        got = np.zeros_like(b.gradient) if a.gradient is None else a.gradient
        expected = np.zeros_like(got) if b.gradient is None else b.gradient
        judged = self.arrays(got, expected, a.gradient_noise)
        if judged.ok or (a.gradient is not None and b.gradient is not None):
            return judged
        where = "the model" if a.gradient is None else "the reference"
        return judged._replace(text=f"no gradient flows to it in {where}; {judged.text}")

    def arrays(self, got: Array, expected: Array, noise: float) -> Judged:
        """Two arrays, the first of which moves by `noise` when rounding errors are made."""
        nothing = np.zeros(())
        if (got.shape, got.dtype) != (expected.shape, expected.dtype):
            text = f"it is {describe(got)}, in the reference {describe(expected)}"
            return Judged(np.inf, np.inf, text, got, expected, nothing, max(got.size, 1), np.inf)
        if got.dtype.kind not in "fc" or not got.size:
            count = int(np.count_nonzero(got != expected))
            text, worst = (f"{count} of {got.size} differ", np.inf) if count else ("", 0.0)
            return Judged(0.0, 0.0, text, got, expected, nothing, count, worst)
        precision = float(np.finfo(got.dtype).eps)
        with np.errstate(all="ignore"):
            size = float(np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
            same = (got == expected) | (np.isnan(got) & np.isnan(expected))  # infinities among them
            off = np.where(same, 0.0, np.abs(got - expected).astype(np.float64))
            allowed = np.full(got.shape, ROUNDING * precision * size + SPREAD * noise)
            if self.rtol is not None or self.atol is not None:
                allowed = (self.atol or 0.0) + (self.rtol or 0.0) * np.abs(expected).astype(np.float64)
            wrong = ~(off <= allowed)
            off = np.where(np.isnan(off), np.inf, off)
            worst = float(off.max())
            units = float(np.where(off > 0, off / allowed, 0.0).max())
        return Judged(
            worst, worst / size if worst and size else worst, _told(got, expected, off, wrong), got, expected,
            np.asarray(allowed), int(np.count_nonzero(wrong)), units,
        )  # fmt: skip


def _told(got: Array, expected: Array, off: Array, wrong: Array) -> str:
    if not wrong.any():
        return ""
    place = np.unravel_index(int(np.argmax(np.where(wrong, np.nan_to_num(off, nan=np.inf), -1.0))), got.shape)
    at = f", the worst at [{', '.join(map(str, place))}]" if place else ""
    count = f"{np.count_nonzero(wrong)} of {wrong.size} differ{at}"
    return f"{count}: {_number(got[place])} beside {_number(expected[place])}"


def _number(x: complex) -> str:
    return f"{x:.6g}"
