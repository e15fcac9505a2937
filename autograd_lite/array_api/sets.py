"""The different elements of an array, without gradient: which they are, where, and how often."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.words import array_of
from ..tape import wrap
from ..tensor import Tensor

__all__ = ["unique_all", "unique_counts", "unique_inverse", "unique_values"]


class UniqueAllResult(NamedTuple):
    """What `unique_all` gives."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCountsResult(NamedTuple):
    """What `unique_counts` gives."""

    values: Tensor
    counts: Tensor


class UniqueInverseResult(NamedTuple):
    """What `unique_inverse` gives."""

    values: Tensor
    inverse_indices: Tensor


def _unique(function: Any, x: Any) -> list[Any]:
    return [wrap(answer, None) for answer in function(array_of(x))]


def unique_all(x: Any, /) -> UniqueAllResult:
    """The different elements, where each is found first, which of them each element of x is, how often each is there.

    NaNs count as different from each other.

    >>> import autograd_lite as ag
    >>> found = ag.unique_all(ag.asarray([2, 1, 2]))
    >>> found.values, found.counts
    (Tensor([1, 2], dtype=int64), Tensor([1, 2], dtype=int64))
    """
    return UniqueAllResult(*_unique(np.unique_all, x))


def unique_counts(x: Any, /) -> UniqueCountsResult:
    """The different elements, and how often each is there."""
    return UniqueCountsResult(*_unique(np.unique_counts, x))


def unique_inverse(x: Any, /) -> UniqueInverseResult:
    """The different elements, and which of them each element of x is, in the shape of x."""
    return UniqueInverseResult(*_unique(np.unique_inverse, x))


def unique_values(x: Any, /) -> Tensor:
    """The different elements, in no particular order."""
    return wrap(np.unique_values(array_of(x)), None)  # type: ignore[no-any-return]
