"""Hypothesis strategies for arrays at which functions can be differentiated.

    from hypothesis import given
    from autograd_lite.testing import assert_gradients_close, strategies

    @given(strategies.arrays(np.float64, (3, 4)))
    def test_softplus(x):
        assert_gradients_close(softplus, x)

The elements keep away from kinks (0, or what is said), from each other, and from what overflows.  They lie on a grid of
binary fractions, so that these distances are exact in every dtype; they shrink towards 1.  Hypothesis itself is
imported when a strategy is made: pip install "autograd_lite[hypothesis]".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

Array = ndarray[Any, Any]
Shape = tuple[int, ...]
T = TypeVar("T")

FRACTION_BITS = 14
"""Grids have at most 2^15 points up to the bound, and in float16 at most 2^10."""

SPACED = {"integers": 0.0, "half-integers": 0.5}
"""Kinks in a row, one unit apart, by name: of floor and ceil, and of round."""


def arrays(
    dtype: Any,
    shape: int | Shape | SearchStrategy[Shape],
    *,
    away_from: Sequence[float] | str = (0.0,),
    margin: float = 0.0625,
    separation: float | None = None,
    bound: float | None = None,
) -> SearchStrategy[Array]:
    """Arrays of numbers x with |x| <= bound, |x - k| >= margin for each kink k, and |x_i - x_j| >= separation.

    Args:
        dtype: float16, float32, float64, complex64 or complex128.  Of complex numbers the real parts are so, and the
            imaginary parts but for their distance from each other, and |z| <= bound.
        shape: of the arrays, or a strategy for it.
        away_from: the kinks: numbers, "integers" or "half-integers".
        margin: how far from them each element is; 0 to be only off them, by a step of the grid.
        separation: how far elements are from each other (sort, max and median have no derivative at ties); by default
            the margin, or less if there are so many elements that they would fill more than a quarter of the room;
            0 allows ties.
        bound: of the magnitude; by default 10, and 5.5 in float16: exp(x)^2 and x^4 are finite then.

    Raises:
        ImportError: hypothesis is not installed.
        TypeError: the dtype is none of those.
        ValueError: numbers like that do not exist; or, when an array is drawn, not so many of them.

    >>> import numpy as np
    >>> from hypothesis import find
    >>> find(arrays(np.float32, 3), lambda x: True)
    array([1.    , 1.0625, 1.125 ], dtype=float32)
    >>> find(arrays(np.float64, 2, separation=0), lambda x: x[1] < -0.5)
    array([ 1.        , -0.50097656])
    """
    numbers = _Numbers.of(dtype, -math.inf, math.inf, away_from, margin, separation, bound)
    return _composite(lambda draw: numbers.draw(draw, _shape(draw, shape)))


def positive(
    dtype: Any,
    shape: int | Shape | SearchStrategy[Shape],
    *,
    margin: float = 0.0625,
    separation: float | None = None,
    bound: float | None = None,
) -> SearchStrategy[Array]:
    """Arrays of numbers from margin to bound, apart from each other: for logarithms, roots, powers.

    Args, Raises: as for `arrays`; the dtype is real.

    >>> from hypothesis import find
    >>> find(positive("float64", 2), lambda x: x[0] > 2)
    array([2.00097656, 1.        ])
    """
    numbers = _Numbers.of(_real(dtype), margin, math.inf, (0.0,), margin, separation, bound)
    return _composite(lambda draw: numbers.draw(draw, _shape(draw, shape)))


def unit_interval(
    dtype: Any,
    shape: int | Shape | SearchStrategy[Shape],
    *,
    margin: float = 0.0625,
    separation: float | None = None,
) -> SearchStrategy[Array]:
    """Arrays of numbers from margin to 1 - margin, apart from each other: for probabilities, logit, arcsin.

    Args, Raises: as for `arrays`; the dtype is real.

    >>> from hypothesis import find
    >>> find(unit_interval("float32", 2), lambda x: True)
    array([0.5   , 0.5625], dtype=float32)
    """
    numbers = _Numbers.of(_real(dtype), margin, 1.0 - margin, (0.0, 1.0), margin, separation, 1.0)
    return _composite(lambda draw: numbers.draw(draw, _shape(draw, shape)))


def directions(dtype: Any, shape: int | Shape | SearchStrategy[Shape]) -> SearchStrategy[Array]:
    """Arrays of length 1 (to rounding) in which no element is zero or below an eighth of the largest.

    For the derivative along a direction, and for cotangents: an error in any element of a gradient shows.

    Raises: as for `arrays`.

    >>> from hypothesis import find
    >>> find(directions("float64", 4), lambda v: True)
    array([0.5, 0.5, 0.5, 0.5])
    """
    numbers = _Numbers.of(dtype, -1.0, 1.0, (0.0,), 0.125 * math.sqrt(_parts(dtype)), 0.0, math.sqrt(_parts(dtype)))

    def direction(draw: DrawFn) -> Array:
        x = numbers.draw(draw, _shape(draw, shape))
        wide = x.astype(np.result_type(x, np.float64))
        return np.asarray(wide / np.sqrt(np.sum(np.abs(wide) ** 2)), x.dtype)

    return _composite(direction)


def shapes(
    *, min_dims: int = 0, max_dims: int = 3, min_side: int = 1, max_side: int = 4, max_size: int = 24
) -> SearchStrategy[Shape]:
    """Shapes with so many axes, of such lengths, of at most `max_size` elements: small enough for whole Jacobians.

    They shrink towards few axes, and short ones.

    Raises:
        ImportError: hypothesis is not installed.
        ValueError: there are no such shapes.

    >>> from hypothesis import find
    >>> find(shapes(), lambda shape: len(shape) > 1)
    (1, 1)
    """
    if not (0 <= min_dims <= max_dims and 0 <= min_side <= max_side and min_side**min_dims <= max_size):
        raise ValueError(
            f"no shapes have {min_dims} to {max_dims} axes of length {min_side} to {max_side} and at most "
            f"{max_size} elements"
        )
    st = _hypothesis()

    def shape(draw: DrawFn) -> Shape:
        sides: list[int] = []
        dims = draw(st.integers(min_dims, max_dims))
        for axis in range(dims):
            # what is left for this axis, if those to come take the least
            later = max(1, min_side) ** (dims - axis - 1)
            room = max_size // max(1, math.prod(sides) * later) if max_size else 0
            if room < min_side:
                break
            sides.append(draw(st.integers(min_side, min(max_side, room))))
        return tuple(sides)

    return _composite(shape)


def broadcastable_pairs(
    dtype: Any,
    *,
    max_dims: int = 3,
    max_side: int = 3,
    away_from: Sequence[float] | str = (0.0,),
    margin: float = 0.0625,
    separation: float | None = None,
    bound: float | None = None,
) -> SearchStrategy[tuple[Array, Array]]:
    """Two arrays whose shapes broadcast to one: axes are missing or have length 1 in either of them.

    No element of one is near one of the other, so that np.maximum, comparisons and np.where have no ties.

    Args:
        max_dims, max_side: of the shapes.
        away_from, margin, separation, bound: as for `arrays`, for the elements of both together.

    Raises: as for `arrays`.

    >>> from hypothesis import find
    >>> a, b = find(broadcastable_pairs("float64"), lambda pair: pair[0].shape != pair[1].shape)
    >>> (a + b).shape in (a.shape, b.shape), bool(np.any(a == b))
    (True, False)
    """
    st = _hypothesis()
    numbers = _Numbers.of(dtype, -math.inf, math.inf, away_from, margin, separation, bound)

    def pair(draw: DrawFn) -> tuple[Array, Array]:
        # the more axes, the more shapes there are, and the likelier they are drawn
        dims = draw(st.sampled_from([n for n in range(max_dims + 1) for _ in range(n + 1)]))
        first, second = [], []
        for _ in range(dims):
            stretched = draw(st.sampled_from(("neither", "first", "second"))) if max_side > 1 else "neither"
            side = draw(st.integers(1 if stretched == "neither" else 2, max_side))
            first.append(1 if stretched == "first" else side)
            second.append(1 if stretched == "second" else side)
        shorter = draw(st.sampled_from(("neither", "first", "second")))
        lacking = 0 if shorter == "neither" else draw(st.integers(0, dims))  # of the leading axes
        a = tuple(first[lacking if shorter == "first" else 0 :])
        b = tuple(second[lacking if shorter == "second" else 0 :])
        both = numbers.draw(draw, (math.prod(a) + math.prod(b),))
        return both[: math.prod(a)].reshape(a), both[math.prod(a) :].reshape(b)

    return _composite(pair)


def spd_matrices(
    dtype: Any, shape: int | Shape | SearchStrategy[int | Shape], *, condition: float = 10.0
) -> SearchStrategy[Array]:
    """Symmetric (complex: Hermitian) positive definite matrices for cholesky, eigh, inv, logdet.

    The eigenvalues lie between 1 and `condition`, at least a quarter of their mean distance apart: eigenvectors have
    derivatives.  Both holds to rounding; the symmetry is exact.  They shrink towards diagonal matrices.

    Args:
        dtype: as for `arrays`.
        shape: n, or (..., n, n) for a stack of them, or a strategy for one of these.
        condition: the largest condition number.

    Raises:
        ImportError, TypeError: as for `arrays`.
        ValueError: the shape is not square, or the condition is below 1.

    >>> from hypothesis import find
    >>> find(spd_matrices("float64", 2, condition=4.0), lambda a: True)
    array([[1.  , 0.  ],
           [0.  , 1.75]])
    """
    _dtype(dtype)
    _check_condition(condition)

    def stack(draw: DrawFn) -> Array:
        *batch, m, n = _matrix_shape(draw, shape)
        if m != n:
            raise ValueError(f"symmetric matrices are square, not {[*batch, m, n]}")

        def one() -> Array:
            q = _unitary(draw, n, dtype)
            a = (q * _spread(draw, n, condition)) @ q.conj().T
            return np.asarray((a + a.conj().T) / 2)

        return _stacked(one, batch, (n, n), dtype)

    return _composite(stack)


def well_conditioned_matrices(
    dtype: Any, shape: int | Shape | SearchStrategy[int | Shape], *, condition: float = 10.0
) -> SearchStrategy[Array]:
    """Matrices of full rank for solve, inv, det, qr, svd, lstsq.

    The singular values lie between 1 and `condition`, at least a quarter of their mean distance apart: singular
    vectors have derivatives.  It holds to rounding.  They shrink towards diagonal matrices.

    Args, Raises: as for `spd_matrices`, but that the shape is n or (..., m, n).

    >>> from hypothesis import find
    >>> find(well_conditioned_matrices("float32", (1, 2)), lambda a: True)
    array([[1., 0.]], dtype=float32)
    """
    _dtype(dtype)
    _check_condition(condition)

    def stack(draw: DrawFn) -> Array:
        *batch, m, n = _matrix_shape(draw, shape)

        def one() -> Array:
            k = min(m, n)
            left, right = _unitary(draw, m, dtype), _unitary(draw, n, dtype)
            return np.asarray((left[:, :k] * _spread(draw, k, condition)) @ right[:, :k].conj().T)

        return _stacked(one, batch, (m, n), dtype)

    return _composite(stack)


# --- numbers on a grid -------------------------------------------------------------------------------------


class _Numbers(NamedTuple):
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
    ) -> _Numbers:
        dtype = _dtype(dtype)
        if isinstance(away_from, str) and away_from not in SPACED:
            raise ValueError(f"away_from is numbers, or one of {', '.join(map(repr, SPACED))}, not {away_from!r}")
        if not margin >= 0 or (separation is not None and not separation >= 0):
            raise ValueError(f"margin and separation are not negative; they are {margin!r} and {separation!r}")
        info = np.finfo(dtype)
        limit = min(10.0, math.floor(math.log(float(info.max))) / 2) if bound is None else float(bound)
        if not float(info.tiny) < limit < float(info.max):
            raise ValueError(f"the bound must be a positive number that {dtype} can hold, not {bound!r}")
        limit /= math.sqrt(_parts(dtype))
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
        drawn = simplest + np.array([draw(_integers(-simplest, room - simplest)) for _ in range(n)], np.intp)
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
def _integers(low: int, high: int) -> SearchStrategy[int]:
    """Integers that shrink towards 0."""
    return _hypothesis().integers(low, high)  # type: ignore[no-any-return]


# --- matrices ----------------------------------------------------------------------------------------------


def _spread(draw: DrawFn, n: int, condition: float) -> Array:
    """n numbers from 1 to the condition, in ascending order, each above the last by a quarter of the mean distance."""
    least = (condition - 1) / (4 * max(n - 1, 1))
    left = 1024  # the rest of the room is given out in parts of this
    values = []
    for _ in range(n):
        taken = draw(_integers(0, left))
        left -= taken
        values.append(1024 - left)
    free = (condition - 1) - least * max(n - 1, 0)
    return np.asarray(1.0 + free * np.array(values) / 1024 + least * np.arange(n))


def _unitary(draw: DrawFn, n: int, dtype: Any) -> Array:
    """A product of two reflections x -> x - 2 v (v* x) / (v* v) of integer vectors v, of which 0 reflects nothing."""
    q: Array = np.eye(n)
    for _ in range(2):
        v: Array = np.array([draw(_integers(-8, 8)) for _ in range(n)], np.float64)
        if _parts(dtype) == 2:
            v = v + 1j * np.array([draw(_integers(-8, 8)) for _ in range(n)])
        if v.any():
            q = q - 2 * np.outer(q @ v, v.conj()) / np.sum(np.abs(v) ** 2)
    return q


def _stacked(one: Callable[[], Array], batch: Sequence[int], shape: Shape, dtype: Any) -> Array:
    made = [one() for _ in range(math.prod(batch))]
    stack = np.stack(made) if made else np.zeros((0, *shape))
    return np.asarray(stack.reshape(*batch, *shape), _dtype(dtype))


def _check_condition(condition: float) -> None:
    if not 1 <= condition < math.inf:
        raise ValueError(f"a condition number is 1 or more, not {condition!r}")


def _matrix_shape(draw: DrawFn, shape: Any) -> Shape:
    found = shape if isinstance(shape, (int, tuple)) else draw(shape)
    found = (found, found) if isinstance(found, int) else tuple(found)
    if len(found) < 2:
        raise ValueError(f"the shape of matrices is n or (..., m, n), not {found!r}")
    return found


# --- dtypes, shapes, hypothesis ----------------------------------------------------------------------------


def _dtype(dtype: Any) -> np.dtype[Any]:
    found: np.dtype[Any] = np.dtype(dtype)
    if found.kind not in "fc" or found.itemsize > (16 if found.kind == "c" else 8):
        raise TypeError(f"the dtype is float16, float32, float64, complex64 or complex128, not {found}")
    return found


def _real(dtype: Any) -> np.dtype[Any]:
    found = _dtype(dtype)
    if found.kind == "c":
        raise TypeError(f"only real numbers are ordered: the dtype is float16, float32 or float64, not {found}")
    return found


def _parts(dtype: Any) -> int:
    """How many real numbers one is made of."""
    return 2 if np.dtype(dtype).kind == "c" else 1


def _shape(draw: DrawFn, shape: Any) -> Shape:
    found = shape if isinstance(shape, (int, tuple)) else draw(shape)
    return (found,) if isinstance(found, int) else tuple(found)


def _hypothesis() -> Any:
    """hypothesis.strategies."""
    try:
        from hypothesis import strategies
    except ModuleNotFoundError as error:
        raise ImportError(
            'the strategies are made with hypothesis, which is not installed: pip install "autograd_lite[hypothesis]"'
        ) from error
    return strategies


def _composite(make: Callable[[DrawFn], T]) -> SearchStrategy[T]:
    """A strategy out of a function that draws."""
    return _hypothesis().composite(make)()  # type: ignore[no-any-return]
