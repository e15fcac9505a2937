"""Eigenvalues and eigenvectors.

With A V = V diag(w) and P = V^-1 dA V,

    dw_i = P_ii,     dV = V (F * P), up to what keeps the columns normalized,    F_ij = 1 / (w_j - w_i), F_ii = 0.

Eigenvectors are determined up to a factor, and where an eigenvalue is repeated up to a rotation.  The derivatives
are right for every function that does not depend on which are chosen.  Of such a function nothing arrives where F is
infinite, and F is 0 there; a function that does depend on it has no derivative at such a point.
(M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.implementing import implements
from ..primitive import general
from .matrices import (
    adjoint,
    columns,
    conjugate,
    diagonal_of,
    gradient_rule,
    hermitian,
    identity,
    real_dtype,
    reciprocal_or_zero,
    rows,
)

__all__ = ["eig", "eigh", "eigvals", "eigvalsh"]


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and the eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


class EigResult(NamedTuple):
    """Eigenvalues, and the eigenvectors as columns of norm 1."""

    eigenvalues: Any
    eigenvectors: Any


def _gaps(w: Any) -> Any:
    """F: 1 / (w_j - w_i), and 0 for equal ones."""
    size = np.max(np.abs(w), axis=-1, keepdims=True)[..., None] if w.shape[-1] else w[..., None]
    return reciprocal_or_zero(rows(w) - columns(w), size)


def _eigh(a: Any, UPLO: str) -> list[Any]:
    return list(np.linalg.eigh(a, UPLO))


def _eigh_vjp(g: list[Any], ans: Any, _a: Any, UPLO: str) -> Any:
    (w, v), (gw, gv) = ans, g
    inner = (adjoint(v) @ gv) * _gaps(w) + columns(gw) * identity(w.shape[-1], w.dtype)
    return hermitian(v @ inner @ adjoint(v))


def _eigh_jvp(t: Any, ans: Any, _a: Any, UPLO: str) -> list[Any]:
    w, v = ans
    p = adjoint(v) @ hermitian(t) @ v
    return [np.real(diagonal_of(p)), v @ (p * _gaps(w))]


_eigh.__name__ = "eigh"
_eigh_primitive = general(
    _eigh,
    vjps=(gradient_rule(_eigh_vjp),),
    jvps=(_eigh_jvp,),
    many=True,
    math="P = Vᴴ dA V;  dw = diag P,  dV = V (F ∘ P), Fᵢⱼ = 1 / (wⱼ − wᵢ), Fᵢᵢ = 0",
)


@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of each Hermitian matrix, of which one triangle is read.

    The gradient is that among Hermitian matrices, itself Hermitian.
    """
    return EighResult(*_eigh_primitive(a, UPLO=UPLO))


def _eigvalsh(a: Any, UPLO: str) -> Any:
    return np.linalg.eigvalsh(a, UPLO)


def _eigvalsh_vjp(g: Any, _ans: Any, a: Any, UPLO: str) -> Any:
    v = np.linalg.eigh(a, UPLO).eigenvectors
    return hermitian((v * rows(g)) @ adjoint(v))


def _eigvalsh_jvp(t: Any, _ans: Any, a: Any, UPLO: str) -> Any:
    v = np.linalg.eigh(a, UPLO).eigenvectors
    return np.real(np.sum(conjugate(v) * (hermitian(t) @ v), axis=-2))


_eigvalsh.__name__ = "eigvalsh"
_eigvalsh_primitive = general(
    _eigvalsh,
    vjps=(gradient_rule(_eigvalsh_vjp),),
    jvps=(_eigvalsh_jvp,),
    math="dw = diag(Vᴴ dA V);  Ā = V diag(w̄) Vᴴ",
)


@implements(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of each Hermitian matrix in ascending order; backward works out the eigenvectors."""
    return _eigvalsh_primitive(a, UPLO=UPLO)


def _eig(a: Any) -> list[Any]:
    return list(np.linalg.eig(a))


def _eig_vjp(g: list[Any], ans: Any, _a: Any) -> Any:
    (w, v), (gw, gv) = ans, g
    vh = adjoint(v)
    along = np.real(diagonal_of(vh @ gv))  # of a column of norm 1: what would change its norm
    inner = vh @ (gv - v * rows(along))
    inner = inner * conjugate(_gaps(w)) + columns(gw) * identity(w.shape[-1], real_dtype(w.dtype))
    return np.linalg.solve(vh, inner @ vh)


def _eig_jvp(t: Any, ans: Any, _a: Any) -> list[Any]:
    w, v = ans
    p = np.linalg.solve(v, t @ v)
    dv = v @ (p * _gaps(w))
    along = np.real(np.sum(conjugate(v) * dv, axis=-2))
    return [diagonal_of(p), dv - v * rows(along)]


_eig.__name__ = "eig"
_eig_primitive = general(
    _eig,
    vjps=(gradient_rule(_eig_vjp),),
    jvps=(_eig_jvp,),
    many=True,
    math="P = V⁻¹ dA V;  dw = diag P,  dV = V (F ∘ P) − V Re diag(Vᴴ V (F ∘ P)), Fᵢⱼ = 1 / (wⱼ − wᵢ)",
)


@implements(np.linalg.eig)
def eig(a: Any) -> EigResult:
    """Eigenvalues and eigenvectors of each square matrix; real if all of them are, as NumPy has it, else complex."""
    return EigResult(*_eig_primitive(a))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues of each square matrix, in no particular order."""
    return eig(a).eigenvalues
