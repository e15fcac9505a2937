"""How far off a derivative may be: what rounding and the oracle leave uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .oracles.directions import Array, Direction

RELATIVE = {8: 1e-8, 4: 1e-4, 2: 2e-2}
"""The relative tolerance, by the bytes of a number: what finite differences and rounding leave certain."""

ROUNDING, HALF_ROUNDING = 64, 4
"""In units of the last place of the largest element: what an element that is a sum may be off by; in float16, where
64 of them would be 6%, less."""

UNSURE = 1e-3
"""Finite differences whose error may be more than this, relative to the largest element, prove nothing."""

NOISE = 1e9
"""... unless it is no more than this, in units of the last place of f: steps had to be small, and nothing was there."""


class Tolerances(NamedTuple):
    """The tolerances asked for; None for those that fit the dtypes."""

    rtol: float | None
    atol: float | None

    def allowed(self, expected: Array, error: Array, largest: Array, reach: Array, dtypes: Sequence[Any]) -> Array:
        """By how much each place of a table may be off.

        expected, error  what the oracle says
        largest          the largest terms in each column
        reach            how many elements are summed at each place, with weights: 1 for a single element
        dtypes           those that f was computed in
        """
        coarsest = max(dtypes, key=lambda dtype: np.finfo(dtype).eps)
        size = min(8, np.zeros((), coarsest).real.itemsize)
        rtol = RELATIVE[size] if self.rtol is None else self.rtol
        units = HALF_ROUNDING if size == 2 else ROUNDING
        atol = units * np.finfo(coarsest).eps * largest if self.atol is None else self.atol * reach
        return np.asarray(atol + rtol * np.abs(expected) + 10 * error)


def largest_terms(right: Array, moves: Sequence[Direction], x: Array, size: float) -> Array:
    """For each column, the largest terms that its elements are sums of: what their rounding is relative to.

    Terms of the size of f itself may have cancelled: the elements of a softmax have a constant sum.
    """
    single = np.array([direction.place is not None for direction in moves], bool)
    elements, sums = np.abs(right[:, single]), np.abs(right[:, ~single])
    if single.sum() == x.size:  # each sum is known term by term
        sums = elements @ np.stack([np.abs(d.array.ravel()) for d in moves if d.place is None], axis=-1)
    with np.errstate(over="ignore"):  # an infinite term would allow for everything
        cancelled = size / np.abs(x).max(initial=0.0) if x.any() else size
        largest = np.where(single, elements.max(initial=0.0) + cancelled, sums.max(initial=0.0) + size)
        return np.asarray(np.minimum(largest, np.finfo(np.float64).max))


def settled(error: Array, slopes: Array, moves: Sequence[Direction], size: float) -> bool:
    """Whether finite differences mean anything: their errors are small next to the slopes, or are noise of f."""
    info = np.finfo(np.float64)
    noise = NOISE * max(info.eps * size, float(info.smallest_subnormal))
    return bool(np.all(error <= UNSURE * np.abs(slopes).max(initial=0.0) + noise / np.array([m.scale for m in moves])))
