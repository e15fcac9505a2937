"""What a diagnosis goes by: the derivatives that were got and expected, and what else is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from .oracles.directions import Array

KINDS = (
    "NaN", "infinite", "non-determinism", "all zero", "sign", "constant factor", "transpose", "permutation",
    "swapped arguments", "missing un-broadcast sum", "one row or column", "kink", "float32 noise",
    "activation derivative", "missing term", "wrong shape",
)  # fmt: skip


class Diagnosis(NamedTuple):
    """What kind of mistake it is, one of `KINDS`, and in words."""

    kind: str
    text: str


class Alternative(NamedTuple):
    """A mistake that could have been made, and the gradient that it would give."""

    diagnosis: Diagnosis
    gradient: Array


class Evidence(NamedTuple):
    """What there is to go by: derivatives of one number by elements of an input.

    got, expected, allowed  of the input's shape if `complete`, else for a sample of its elements, in a row
    shape         of the input
    answer        the shape of what f gives
    slopes        the one-sided slopes, the lower and the higher; they differ on a kink
    others        what is expected of the other inputs, by name
    again         what a second call gave
    double        whether the input is in double precision
    kinks_rejected  whether slopes between the one-sided ones are held to be wrong
    alternatives  makes mistakes in the recorded graph, one after another
    """

    name: str
    got: Array
    expected: Array
    allowed: Array
    complete: bool = True
    shape: tuple[int, ...] = ()
    answer: tuple[int, ...] = ()
    slopes: tuple[Array, Array] | None = None
    others: Mapping[str, Array] = {}
    again: Array | None = None
    double: bool = True
    kinks_rejected: bool = False
    alternatives: Callable[[], Iterator[Alternative]] | None = None

    def fits(self, candidate: Array) -> bool:
        """Whether a gradient is what was got, within what is allowed."""
        return candidate.shape == self.got.shape and bool(np.all(_apart(candidate, self.got) <= self.slack))

    @property
    def slack(self) -> Array:
        """What numbers may be off by that stand in other places than where they belong: the most allowed anywhere."""
        return np.asarray(np.maximum(self.allowed, self.allowed.max(initial=0.0)))

    @property
    def error(self) -> float:
        """The largest error."""
        return float(_apart(self.got, self.expected).max(initial=0.0))

    @property
    def far(self) -> bool:
        """Whether numbers could be in wrong places: the error is not small beside them."""
        return self.error > 1e-3 * float(np.abs(self.expected).max(initial=0.0))

    @property
    def wrong(self) -> Array:
        """Which derivatives are wrong."""
        return np.asarray(~(_apart(self.got, self.expected) <= self.allowed))


def _apart(got: Array, expected: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):  # infinity minus infinity is not within anything
        return np.asarray(np.abs(got - expected))
