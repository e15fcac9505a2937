"""Inverses and linear equations.

    Y = A^-1         dY = -Y dA Y
    X = A^-1 B       dX = A^-1 (dB - dA X)
    P = A^+          dP = -P dA P + P P^H dA^H (1 - A P) + (1 - P A) dA^H P^H P

The last holds where the rank does not change near A (G. H. Golub and V. Pereyra, "The differentiation of
pseudo-inverses and nonlinear least squares problems whose variables separate", SIAM J. Numer. Anal. 10, 1973).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops.implementing import implements
from ..primitive import general
from .matrices import adjoint, columns, conjugate, gradient_rule, plain

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]

inv = general(
    np.linalg.inv,
    vjps=(lambda g, ans, _a: -(ans.mT @ g @ ans.mT),),
    jvps=(lambda v, ans, _a: -(ans @ v @ ans),),
    math="dY = −Y dA Y;  Ā = −Yᵀ Ȳ Yᵀ",
)

_solve = general(
    np.linalg.solve,
    vjps=(
        lambda g, ans, a, _b: -(np.linalg.solve(a.mT, g) @ ans.mT),
        lambda g, _ans, a, _b: np.linalg.solve(a.mT, g),
    ),
    jvps=(
        lambda v, ans, a, _b: -np.linalg.solve(a, v @ ans),
        lambda v, _ans, a, _b: np.linalg.solve(a, v),
    ),
    math="dX = A⁻¹ (dB − dA X);  B̄ = A⁻ᵀ X̄,  Ā = −B̄ Xᵀ",
)


@implements(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The X with A X = B, for stacks of square matrices A and of matrices B; a b of one axis is one vector.

    Raises:
        LinAlgError: a matrix is singular, or not square.
    """
    if len(np.shape(b)) == 1:
        return _solve(a, np.reshape(b, (-1, 1)))[..., 0]
    return _solve(a, b)


def _pinv_vjp(g: Any, ans: Any, a: Any, **_options: Any) -> Any:
    p, ph, gh = ans, adjoint(ans), adjoint(g)
    left, right = gh @ p, p @ gh  # g^H P and P g^H
    total = -(ph @ g @ ph)
    total = total + (left @ ph - a @ (p @ left @ ph))
    return total + (ph @ right - (ph @ right @ p) @ a)


def _pinv_jvp(v: Any, ans: Any, a: Any, **_options: Any) -> Any:
    p, ph, vh = ans, adjoint(ans), adjoint(v)
    left, right = p @ ph @ vh, vh @ ph @ p
    return -(p @ v @ p) + (left - left @ a @ p) + (right - p @ (a @ right))


_pinv = general(
    np.linalg.pinv,
    vjps=(gradient_rule(_pinv_vjp),),
    jvps=(_pinv_jvp,),
    math="dP = −P dA P + P Pᴴ dAᴴ (1 − A P) + (1 − P A) dAᴴ Pᴴ P",
)


@implements(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """The Moore-Penrose inverse of each matrix, in which singular values up to `rtol` times the largest count as 0.

    By default that is 1e-15, as NumPy has it; with `rtol=None` it is max(M, N) eps.  `rcond` is an older name for
    `rtol`.  The derivative is that at constant rank.
    """
    return _pinv(a, rcond=rcond, hermitian=hermitian, rtol=rtol)


def _lstsq_solution(a: Any, b: Any, rcond: float) -> Any:
    return np.linalg.lstsq(a, b, rcond)[0]


def _with_columns(b: Any) -> Any:
    """A vector as a matrix of one column."""
    return columns(b) if len(b.shape) == 1 else b


def _lstsq_vjp(g: Any, _ans: Any, a: Any, b: Any, rcond: float) -> Any:
    p = np.linalg.pinv(a, rcond)
    return _pinv_vjp(_with_columns(g) @ adjoint(_with_columns(b)), p, a)


_lstsq_solution.__name__ = "lstsq"
_lstsq = general(
    _lstsq_solution,
    vjps=(
        gradient_rule(_lstsq_vjp),
        lambda g, _ans, a, _b, rcond: np.linalg.pinv(a, rcond).mT @ g,
    ),
    jvps=(
        lambda v, _ans, a, b, rcond: _pinv_jvp(v, np.linalg.pinv(a, rcond), a) @ b,
        lambda v, _ans, a, _b, rcond: np.linalg.pinv(a, rcond) @ v,
    ),
    math="x = A⁺ b;  dx = dA⁺ b + A⁺ db",
)


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The x of smallest norm that minimizes |A x - b|, the sums of squared residuals, A's rank and singular values.

    x, the residuals and the singular values carry gradients, also where A has not full rank (through A^+).  Singular
    values up to `rcond` (by default max(M, N) eps) times the largest count as 0.
    """
    m, n = np.shape(a)
    _, misses, rank, _ = np.linalg.lstsq(plain(a), plain(b), rcond)
    if rcond is None:
        rcond = max(m, n) * float(np.finfo(np.result_type(a.dtype, b.dtype)).eps)
    x = _lstsq(a, b, rcond=max(float(rcond), 0.0))
    if misses.size:
        miss = a @ x - b
        misses = np.sum(np.real(miss * conjugate(miss)), axis=0, keepdims=len(b.shape) == 1)
    return x, misses, rank, np.linalg.svdvals(a)


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of the map that `tensordot(a, ., axes)` is, from the last axes of `a` to its first `ind`.

    Raises:
        ValueError: `ind` is not positive.
        LinAlgError: the map is not square, or singular.
    """
    if ind <= 0:
        raise ValueError(f"tensorinv: ind must be positive, not {ind}")
    before, after = a.shape[:ind], a.shape[ind:]
    return np.reshape(np.linalg.inv(np.reshape(a, (math.prod(before), math.prod(after)))), (*after, *before))


@implements(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with `tensordot(a, x, x.ndim) == b`; `axes` of a are moved to its end first.

    Raises:
        LinAlgError: the map is not square, or singular.
    """
    if axes is not None:
        a = np.moveaxis(a, tuple(axes), tuple(range(-len(axes), 0)))
    unknown = a.shape[len(np.shape(b)) :]
    size = math.prod(unknown)
    if math.prod(a.shape) != size * size:
        raise np.linalg.LinAlgError(
            f"tensorsolve: {math.prod(a.shape[: len(np.shape(b))])} equations for {size} unknowns; "
            f"a has shape {tuple(a.shape)}, b {tuple(np.shape(b))}"
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.reshape(b, (-1,))), unknown)
