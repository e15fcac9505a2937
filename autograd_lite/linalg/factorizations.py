"""Cholesky and QR factorizations.

    A = L L^H    dL = L phi(L^-1 dA L^-H),     phi: the lower triangle, with half of the diagonal
    A = Q R      dR = (Q^H X - W) R,  dQ = X - Q (Q^H X) + Q W,    X = dA R^-1,

with the skew-Hermitian W that keeps dR triangular and its diagonal real: W takes the lower triangle of Q^H X.
(S. F. Walter, L. Lehmann and R. Lamour, "On evaluating higher-order derivatives of the QR decomposition of tall
matrices with full column rank in forward and reverse mode", Optim. Methods Softw. 27, 2012; I. Murray,
"Differentiation of the Cholesky decomposition", 2016.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.implementing import implements
from ..primitive import general
from .matrices import adjoint, array, columns, diagonal_of, gradient_rule, hermitian, identity, real_dtype

__all__ = ["cholesky", "qr"]


def _below(n: int, dtype: Any, diagonal: float) -> Any:
    """1 below the diagonal, `diagonal` on it, 0 above."""
    real = real_dtype(dtype)
    return np.tril(np.ones((n, n), real), -1) + identity(n, real) * diagonal


def _cholesky_vjp(g: Any, ans: Any, _a: Any) -> Any:
    lower = adjoint(ans) @ g
    inner = lower * _below(_a.shape[-1], _a.dtype, 0.5)
    left = np.linalg.solve(adjoint(ans), inner)
    return hermitian(adjoint(np.linalg.solve(adjoint(ans), adjoint(left))))


def _cholesky_jvp(v: Any, ans: Any, _a: Any) -> Any:
    left = np.linalg.solve(ans, hermitian(v))
    inner = adjoint(np.linalg.solve(ans, adjoint(left)))
    return ans @ (inner * _below(_a.shape[-1], _a.dtype, 0.5))


_cholesky = general(
    np.linalg.cholesky,
    vjps=(gradient_rule(_cholesky_vjp),),
    jvps=(_cholesky_jvp,),
    math="dL = L φ(L⁻¹ dA L⁻ᴴ), φ the lower triangle with half of the diagonal",
)


@implements(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular L with A = L L^H of each Hermitian positive definite matrix (`upper`: L^H).

    Only the lower triangle of A is read (`upper`: the upper one).  The gradient is that among Hermitian matrices,
    itself Hermitian, as PyTorch's.

    Raises:
        LinAlgError: a matrix is not positive definite.
    """
    a = array(a)
    if upper:
        return adjoint(_cholesky(adjoint(a)))
    return _cholesky(a)


class QRResult(NamedTuple):
    """An orthonormal Q and an upper triangular R."""

    Q: Any
    R: Any


def _qr(a: Any, mode: Any) -> list[Any]:
    return list(np.linalg.qr(a, mode))


def _qr_vjp(g: list[Any], ans: Any, _a: Any, mode: Any) -> Any:
    """For M >= N; of a complete Q the other columns turn as the first ones make them."""
    n = _a.shape[-1]
    (q, r), (gq, gr) = ans, g
    rest, grest = q[..., n:], gq[..., n:]
    q, gq, r, gr = q[..., :n], gq[..., :n], r[..., :n, :], gr[..., :n, :]
    m = gr @ adjoint(r) - adjoint(q) @ gq
    upper = m * (1 - _below(n, _a.dtype, 1.0))
    middle = upper + adjoint(upper) + np.real(diagonal_of(m))[..., None, :] * identity(n, real_dtype(_a.dtype))
    total = gq + q @ middle
    if mode == "complete" and rest.shape[-1]:
        total = total - rest @ (adjoint(grest) @ q)
    return adjoint(np.linalg.solve(r, adjoint(total)))


def _turning(v: Any, q: Any, r: Any) -> tuple[Any, Any, Any]:
    """X, Q^H X and W, for a Q of N columns."""
    n, dtype = r.shape[-1], r.dtype
    x = np.linalg.solve(r.mT, v.mT).mT
    qx = adjoint(q) @ x
    lower = qx * _below(n, dtype, 0.0)
    turn = lower - adjoint(lower)
    if dtype.kind == "c":
        turn = turn + columns(1j * np.imag(diagonal_of(qx))) * identity(n, real_dtype(dtype))
    return x, qx, turn


def _qr_jvp(v: Any, ans: Any, _a: Any, mode: Any) -> list[Any]:
    n = _a.shape[-1]
    q, r = ans
    rest = q[..., n:]
    first, top = q[..., :n], r[..., :n, :]
    x, qx, turn = _turning(v, first, top)
    dq, dr = x - first @ qx + first @ turn, (qx - turn) @ top
    if mode == "complete":
        dq = np.concatenate([dq, -(first @ (adjoint(x) @ rest))], axis=-1)
        dr = np.concatenate([dr, r[..., n:, :] * 0.0], axis=-2)
    return [dq, dr]


_qr.__name__ = "qr"
_qr_primitive = general(
    _qr,
    vjps=(gradient_rule(_qr_vjp),),
    jvps=(_qr_jvp,),
    many=True,
    math="X = dA R⁻¹;  dR = (Qᴴ X − W) R,  dQ = X − Q Qᴴ X + Q W, W skew, of the lower triangle of Qᴴ X",
)


def _upper(a: Any) -> Any:
    return np.linalg.qr(a, "r")


def _upper_vjp(g: Any, _ans: Any, a: Any) -> Any:
    q, r = np.linalg.qr(a)
    return _qr_vjp([q * 0.0, g], [q, r], a, "reduced")


def _upper_jvp(v: Any, _ans: Any, a: Any) -> Any:
    q, r = np.linalg.qr(a)
    _, qx, turn = _turning(v, q, r)
    return (qx - turn) @ r


_upper.__name__ = "qr_r"
_r_alone = general(
    _upper,
    vjps=(gradient_rule(_upper_vjp),),
    jvps=(_upper_jvp,),
    math="dR as of qr; backward works out Q",
)


@implements(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R with A = Q R, of each matrix of shape (M, N).

    Args:
        a: of full rank min(M, N), for the derivative to exist (of a wide matrix, its first M columns).
        mode: "reduced": Q is (M, K) and R (K, N) with K = min(M, N); "complete": Q is (M, M), R (M, N); "r": R alone.
            The columns that "complete" adds to Q are not determined by A but for the space they span; derivatives
            are right for what depends on nothing else.

    Raises:
        ValueError: another mode; "raw" has no derivative.
    """
    a = array(a)
    if len(a.shape) < 2:
        raise np.linalg.LinAlgError(f"qr: a has shape {tuple(a.shape)}, and must have two axes or more")
    if mode == "r":
        return _r_alone(a) if a.shape[-2] >= a.shape[-1] else qr(a).R
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr: mode must be 'reduced', 'complete' or 'r' on a Tensor, not {mode!r}")
    m, n = a.shape[-2:]
    if m >= n:
        return QRResult(*_qr_primitive(a, mode=mode))
    q, r = _qr_primitive(a[..., :m], mode="reduced")
    return QRResult(q, np.concatenate([r, adjoint(q) @ a[..., m:]], axis=-1))
