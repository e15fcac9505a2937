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
from ..ops.words import array_of, conjugate
from ..primitive import Traced, general
from .matrices import adjoint, array, columns, gradient_rule
from .singular_values import svdvals_gradient, svdvals_tangent

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]

_inv = general(
    np.linalg.inv,
    vjps=(lambda g, ans, _a: -(ans.mT @ g @ ans.mT),),
    jvps=(lambda v, ans, _a: -(ans @ v @ ans),),
    math="dY = −Y dA Y;  Ā = −Yᵀ Ȳ Yᵀ",
)


@implements(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse of each square matrix.

    Raises:
        LinAlgError: a matrix is singular, or not square.
    """
    return _inv(array(a))


def _solve_vjp(g: Any, ans: Any, a: Any, _b: Any) -> tuple[Any, Any]:
    of_b = np.linalg.solve(a.mT, g)
    return -(of_b @ ans.mT), of_b


_solve = general(
    np.linalg.solve,
    joint=_solve_vjp,
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
    a, b = array(a), array(b)
    if len(b.shape) == 1:
        return _solve(a, b[:, None])[..., 0]
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
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = ...) -> Any:
    """The Moore-Penrose inverse of each matrix, in which singular values up to `rtol` times the largest count as 0.

    By default that is 1e-15, as NumPy has it; with `rtol=None` it is max(M, N) eps.  `rcond` is an older name for
    `rtol`.  The derivative is that at constant rank.
    """
    given = {} if rtol is ... else {"rtol": rtol}
    return _pinv(array(a), rcond=rcond, hermitian=hermitian, **given)


def _lstsq(a: Any, b: Any, rcond: float) -> list[Any]:
    """The solution, the residuals and the singular values."""
    x, residuals, _, values = np.linalg.lstsq(a, b, rcond)
    return [x, residuals, values]


def _with_columns(b: Any) -> Any:
    """A vector as a matrix of one column."""
    return columns(b) if len(b.shape) == 1 else b


def _lstsq_vjp_a(g: list[Any], ans: Any, a: Any, b: Any, rcond: float) -> Any:
    (gx, gresiduals, gvalues), x = g, ans[0]
    total = _pinv_vjp(_with_columns(gx) @ adjoint(_with_columns(b)), np.linalg.pinv(a, rcond), a)
    if gresiduals.shape[0]:
        total = total + _with_columns((a @ x - b) * (gresiduals * 2.0)) @ adjoint(_with_columns(x))
    if isinstance(gvalues, Traced) or gvalues.any():  # they are seldom asked for, and the vectors are dear
        total = total + svdvals_gradient(gvalues, a)
    return total


def _lstsq_vjp_b(g: list[Any], ans: Any, a: Any, b: Any, rcond: float) -> Any:
    (gx, gresiduals, _), x = g, ans[0]
    total = adjoint(np.linalg.pinv(a, rcond)) @ gx
    return total - (a @ x - b) * (gresiduals * 2.0) if gresiduals.shape[0] else total


def _lstsq_change(dx: Any, dmiss: Any, dvalues: Any, ans: Any, a: Any, b: Any) -> list[Any]:
    """Tangents, where `dmiss` is the change of A x - b for this x: it is orthogonal to what x adds to it."""
    x, residuals, _ = ans
    if not residuals.shape[0]:
        return [dx, residuals, dvalues]
    change = np.real(conjugate(a @ x - b) * dmiss)
    return [dx, np.sum(change, axis=0, keepdims=len(b.shape) == 1) * 2.0, dvalues]


def _lstsq_jvp_a(v: Any, ans: Any, a: Any, b: Any, rcond: float) -> list[Any]:
    dx = _pinv_jvp(v, np.linalg.pinv(a, rcond), a) @ b
    return _lstsq_change(dx, v @ ans[0], svdvals_tangent(v, a), ans, a, b)


def _lstsq_jvp_b(v: Any, ans: Any, a: Any, b: Any, rcond: float) -> list[Any]:
    return _lstsq_change(np.linalg.pinv(a, rcond) @ v, -v, ans[2] * 0.0, ans, a, b)


_lstsq.__name__ = "lstsq"
_lstsq_primitive = general(
    _lstsq,
    vjps=(gradient_rule(_lstsq_vjp_a), gradient_rule(_lstsq_vjp_b)),
    jvps=(_lstsq_jvp_a, _lstsq_jvp_b),
    many=True,
    math="x = A⁺ b, m = A x − b;  dx = dA⁺ b + A⁺ db,  d|m|² = 2 Re mᴴ (dA x − db),  dS = Re diag(Uᴴ dA V)",
)


@implements(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The x of smallest norm that minimizes |A x - b|, the sums of squared residuals, A's rank and singular values.

    x, the residuals and the singular values carry gradients, also where A has not full rank: they are right along
    directions that keep the rank (see `pinv`).

    Args:
        a: one matrix (M, N).
        b: a vector (M,), or a matrix (M, K) of K right-hand sides.
        rcond: singular values up to this times the largest count as 0; by default max(M, N) eps.
    """
    a, b = array(a), array(b)
    if len(a.shape) != 2:
        raise np.linalg.LinAlgError(f"lstsq: a must be one matrix, and has shape {tuple(a.shape)}")
    eps = float(np.finfo(np.result_type(a.dtype, b.dtype, np.float32)).eps)
    if rcond is None:
        rcond = max(a.shape) * eps
    elif rcond < 0:  # as LAPACK has it
        rcond = eps
    x, residuals, values = _lstsq_primitive(a, b, rcond=float(rcond))
    found = array_of(values)
    rank = np.count_nonzero(found > rcond * found[:1])
    return x, residuals, rank if isinstance(rank, Traced) else int(rank), values


@implements(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of the map that `tensordot(a, ., axes)` is, from the last axes of `a` to its first `ind`.

    Raises:
        ValueError: `ind` is not positive.
        LinAlgError: the map is not square, or singular.
    """
    a = array(a)
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
    a, b = array(a), array(b)
    if axes is not None:
        for axis in axes:  # one after the other, as NumPy does
            a = np.moveaxis(a, axis, -1)
    unknown = a.shape[len(b.shape) :]
    size = math.prod(unknown)
    if math.prod(a.shape) != size * size:
        raise np.linalg.LinAlgError(
            f"tensorsolve: {math.prod(a.shape[: len(b.shape)])} equations for {size} unknowns; "
            f"a has shape {tuple(a.shape)}, b {tuple(b.shape)}"
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.reshape(b, (-1,))), unknown)
