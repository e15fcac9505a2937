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
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .oracles.directions import Array
from .strategies_matrices import spd_matrices, well_conditioned_matrices
from .strategies_numbers import Numbers, Shape, composite, hypothesis_strategies, parts_of, real_dtype, shape_of

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = [
    "arrays",
    "broadcastable_pairs",
    "directions",
    "positive",
    "shapes",
    "spd_matrices",
    "unit_interval",
    "well_conditioned_matrices",
]


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
    numbers = Numbers.of(dtype, -math.inf, math.inf, away_from, margin, separation, bound)
    return composite(lambda draw: numbers.draw(draw, shape_of(draw, shape)))


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
    numbers = Numbers.of(real_dtype(dtype), margin, math.inf, (0.0,), margin, separation, bound)
    return composite(lambda draw: numbers.draw(draw, shape_of(draw, shape)))


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
    numbers = Numbers.of(real_dtype(dtype), margin, 1.0 - margin, (0.0, 1.0), margin, separation, 1.0)
    return composite(lambda draw: numbers.draw(draw, shape_of(draw, shape)))


def directions(dtype: Any, shape: int | Shape | SearchStrategy[Shape]) -> SearchStrategy[Array]:
    """Arrays of length 1 (to rounding) in which no element is zero or below an eighth of the largest.

    For the derivative along a direction, and for cotangents: an error in any element of a gradient shows.

    Raises: as for `arrays`.

    >>> from hypothesis import find
    >>> find(directions("float64", 4), lambda v: True)
    array([0.5, 0.5, 0.5, 0.5])
    """
    numbers = Numbers.of(dtype, -1.0, 1.0, (0.0,), 0.125 * math.sqrt(parts_of(dtype)), 0.0, math.sqrt(parts_of(dtype)))

    def direction(draw: DrawFn) -> Array:
        x = numbers.draw(draw, shape_of(draw, shape))
        wide = x.astype(np.result_type(x, np.float64))
        return np.asarray(wide / np.sqrt(np.sum(np.abs(wide) ** 2)), x.dtype)

    return composite(direction)


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
    st = hypothesis_strategies()

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

    return composite(shape)


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
    st = hypothesis_strategies()
    numbers = Numbers.of(dtype, -math.inf, math.inf, away_from, margin, separation, bound)

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

    return composite(pair)
