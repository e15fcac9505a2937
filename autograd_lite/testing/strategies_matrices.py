"""Hypothesis strategies for matrices whose decompositions have derivatives; `strategies` offers them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .oracles.directions import Array
from .strategies_numbers import Shape, composite, dtype_of, integers, parts_of

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy


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
    dtype_of(dtype)
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

    return composite(stack)


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
    dtype_of(dtype)
    _check_condition(condition)

    def stack(draw: DrawFn) -> Array:
        *batch, m, n = _matrix_shape(draw, shape)

        def one() -> Array:
            k = min(m, n)
            left, right = _unitary(draw, m, dtype), _unitary(draw, n, dtype)
            return np.asarray((left[:, :k] * _spread(draw, k, condition)) @ right[:, :k].conj().T)

        return _stacked(one, batch, (m, n), dtype)

    return composite(stack)


def _spread(draw: DrawFn, n: int, condition: float) -> Array:
    """n numbers from 1 to the condition, in ascending order, each above the last by a quarter of the mean distance."""
    least = (condition - 1) / (4 * max(n - 1, 1))
    left = 1024  # the rest of the room is given out in parts of this
    values = []
    for _ in range(n):
        taken = draw(integers(0, left))
        left -= taken
        values.append(1024 - left)
    free = (condition - 1) - least * max(n - 1, 0)
    return np.asarray(1.0 + free * np.array(values) / 1024 + least * np.arange(n))


def _unitary(draw: DrawFn, n: int, dtype: Any) -> Array:
    """A product of two reflections x -> x - 2 v (v* x) / (v* v) of integer vectors v, of which 0 reflects nothing."""
    q: Array = np.eye(n)
    for _ in range(2):
        v: Array = np.array([draw(integers(-8, 8)) for _ in range(n)], np.float64)
        if parts_of(dtype) == 2:
            v = v + 1j * np.array([draw(integers(-8, 8)) for _ in range(n)])
        if v.any():
            q = q - 2 * np.outer(q @ v, v.conj()) / np.sum(np.abs(v) ** 2)
    return q


def _stacked(one: Callable[[], Array], batch: Sequence[int], shape: Shape, dtype: Any) -> Array:
    made = [one() for _ in range(math.prod(batch))]
    stack = np.stack(made) if made else np.zeros((0, *shape))
    return np.asarray(stack.reshape(*batch, *shape), dtype_of(dtype))


def _check_condition(condition: float) -> None:
    if not 1 <= condition < math.inf:
        raise ValueError(f"a condition number is 1 or more, not {condition!r}")


def _matrix_shape(draw: DrawFn, shape: Any) -> Shape:
    found = shape if isinstance(shape, (int, tuple)) else draw(shape)
    found = (found, found) if isinstance(found, int) else tuple(found)
    if len(found) < 2:
        raise ValueError(f"the shape of matrices is n or (..., m, n), not {found!r}")
    return found
