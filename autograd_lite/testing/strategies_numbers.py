"""What the strategies draw: numbers on a grid of binary fractions, off kinks and apart from each other.

>>> Numbers.of("float64", 0.0, 1.0, (0.5,), 0.25, None, 1.0).points[[0, -1]].tolist()
[0.0, 1.0]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .oracles.directions import Array

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

Shape = tuple[int, ...]
T = TypeVar("T")

FRACTION_BITS = 14
"""Grids have at most 2^15 points up to the bound, and in float16 at most 2^10."""

SPACED = {"integers": 0.0, "half-integers": 0.5}
"""Kinks in a row, one unit apart, by name: of floor and ceil, and of round."""


class Numbers(NamedTuple):
    """Which numbers there are.

    points      all that an element may be, in ascending order
    step        the least distance between two of them
    separation  of the elements of an array; None for what fits their number
    margin      the most that a separation of None may be
    simplest    what an element shrinks towards
    """

    dtype: np.dtype[Any]
    points: Array
    step: float
    separation: float | None
    margin: float
    simplest: float

    @classmethod
    def of(
        cls,
        dtype: Any,
        low: float,
        high: float,
        away_from: Sequence[float] | str,
        margin: float,
        separation: float | None,
        bound: float | None,
    ) -> Numbers:
        dtype = dtype_of(dtype)
        if isinstance(away_from, str) and away_from not in SPACED:
            raise ValueError(f"away_from is numbers, or one of {', '.join(map(repr, SPACED))}, not {away_from!r}")
        if not margin >= 0 or (separation is not None and not separation >= 0):
            raise ValueError(f"margin and separation are not negative; they are {margin!r} and {separation!r}")
        info = np.finfo(dtype)
        limit = min(10.0, math.floor(math.log(float(info.max))) / 2) if bound is None else float(bound)
        if not float(info.tiny) < limit < float(info.max):
            raise ValueError(f"the bound must be a positive number that {dtype} can hold, not {bound!r}")
        limit /= math.sqrt(parts_of(dtype))
        kinks = away_from if isinstance(away_from, str) else tuple(map(float, away_from))
        bits = min(FRACTION_BITS, info.nmant)
        points, step = _grid(max(low, -limit), min(high, limit), kinks, margin, limit, bits)
        if not points.size:
            raise ValueError(
                f"no numbers from {max(low, -limit):.6g} to {min(high, limit):.6g} are {margin:g} away from "
                f"{away_from!r}: make the margin smaller or the bound larger"
            )
        simplest = 1.0 if points[0] <= 1.0 <= points[-1] else float(points[0] + points[-1]) / 2
        return cls(dtype, points, step, separation, margin, simplest)

    def draw(self, draw: DrawFn, shape: Shape) -> Array:
        """An array of them."""
        if self.dtype.kind == "c":
            real = self._real(draw, math.prod(shape), self.separation)
            return np.asarray(real + 1j * self._real(draw, math.prod(shape), 0.0), self.dtype).reshape(shape)
        return np.asarray(self._real(draw, math.prod(shape), self.separation), self.dtype).reshape(shape)

    def _real(self, draw: DrawFn, n: int, separation: float | None) -> Array:
        """n of the points: those drawn, the second smallest moved up by the separation, the third by twice that, ...

        So each choice of points that are far enough apart can be drawn, and none has to be thrown away.
        """
        last = len(self.points) - 1
        if separation is None:
            apart = max(1, min(math.ceil(self.margin / self.step), last // (4 * max(n, 1))))
        else:
            apart = math.ceil(separation / self.step)
        room = last - max(n - 1, 0) * apart
        if room < 0:
            wanted = "apart" if separation is None else f"{separation:g} apart"
            raise ValueError(
                f"{n} numbers from {self.points[0]:.6g} to {self.points[-1]:.6g} cannot all be {wanted}: "
                "make the separation smaller (0 allows ties) or the bound larger"
            )
        simplest = min(int(np.argmin(np.abs(self.points - self.simplest))), room)
        drawn = simplest + np.array([draw(integers(-simplest, room - simplest)) for _ in range(n)], np.intp)
        rank = np.empty(n, np.intp)
        rank[np.argsort(drawn, kind="stable")] = np.arange(n)
        return np.asarray(self.points[drawn + apart * rank])


@lru_cache(maxsize=64)
def _grid(
    low: float, high: float, kinks: tuple[float, ...] | str, margin: float, limit: float, bits: int
) -> tuple[Array, float]:
    """The multiples of a power of 2 from low to high that are off the kinks, and that power."""
    step = 2.0 ** (math.ceil(math.log2(limit)) - bits)
    points = step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)
    off = np.full(points.shape, np.inf)
    if isinstance(kinks, str):
        off = np.abs((points - SPACED[kinks]) - np.round(points - SPACED[kinks]))
    for kink in () if isinstance(kinks, str) else kinks:
        off = np.minimum(off, np.abs(points - kink))
    return points[(off >= margin) & (off > 0)], step


@lru_cache(maxsize=1024)
def integers(low: int, high: int) -> SearchStrategy[int]:
    """Integers that shrink towards 0."""
    return hypothesis_strategies().integers(low, high)  # type: ignore[no-any-return]


def dtype_of(dtype: Any) -> np.dtype[Any]:
    found: np.dtype[Any] = np.dtype(dtype)
    if found.kind not in "fc" or found.itemsize > (16 if found.kind == "c" else 8):
        raise TypeError(f"the dtype is float16, float32, float64, complex64 or complex128, not {found}")
    return found


def real_dtype(dtype: Any) -> np.dtype[Any]:
    found = dtype_of(dtype)
    if found.kind == "c":
        raise TypeError(f"only real numbers are ordered: the dtype is float16, float32 or float64, not {found}")
    return found


def parts_of(dtype: Any) -> int:
    """How many real numbers one is made of."""
    return 2 if np.dtype(dtype).kind == "c" else 1


def shape_of(draw: DrawFn, shape: Any) -> Shape:
    found = shape if isinstance(shape, (int, tuple)) else draw(shape)
    return (found,) if isinstance(found, int) else tuple(found)


def hypothesis_strategies() -> Any:
    """hypothesis.strategies."""
    try:
        from hypothesis import strategies
    except ModuleNotFoundError as error:
        raise ImportError(
            'the strategies are made with hypothesis, which is not installed: pip install "autograd_lite[hypothesis]"'
        ) from error
    return strategies


def composite(make: Callable[[DrawFn], T]) -> SearchStrategy[T]:
    """A strategy out of a function that draws."""
    return hypothesis_strategies().composite(make)()  # type: ignore[no-any-return]
