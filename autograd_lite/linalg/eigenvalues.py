"""Eigenvalues and eigenvectors.

With A V = V diag(w) and P = V^-1 dA V,

    dw_i = P_ii,     dV = V (F * P), up to what keeps the columns normalized,    F_ij = 1 / (w_j - w_i), F_ii = 0.

Eigenvectors are determined up to a factor, and where an eigenvalue is repeated up to a rotation.  For every function
that does not depend on which are chosen, P is 0 where F is infinite, as far as the rule sees it: but of 0 / 0 it does
not see the limit.  That of f(A) = V diag(f(w)) V^H is f'(w), that of a projector 0, and what reaches V may be the same.
So a gradient is NaN if something reaches a pair of vectors of one eigenvalue, by V or by different shares of w, and
right if not: if the function is one of the eigenvalues alone, or of the other vectors.
(M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..mode import is_grad_enabled
from ..ops.implementing import implements
from ..ops.words import conjugate
from ..primitive import Traced, general
from .matrices import (
    adjoint,
    array,
    columns,
    diagonal_of,
    gradient_rule,
    hermitian,
    identity,
    largest,
    matters,
    off_diagonal,
    quotient,
    real_dtype,
    refuse_phases,
    rows,
    undifferentiated,
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


def _over_gaps(x: Any, w: Any, lost: Any) -> Any:
    """F * x, with NaN where eigenvalues are equal and `lost`."""
    return quotient(x, rows(w) - columns(w), largest(w), lost & off_diagonal(w.shape[-1]))


def _lost(turns: Any, gw: Any, w: Any) -> Any:
    """The pairs of vectors that something reaches: by `turns`, V^H gV, or by different shares of their eigenvalues.

    Different shares alone, and nothing by V, come of a function of the eigenvalues alone, as the largest of them;
    or of one like V diag(w) V^H where A is 0.
    """
    turned = matters(turns)
    different = matters(rows(gw) - columns(gw), beside=rows(gw))
    by_vectors = turned.any(axis=(-2, -1), keepdims=True) | (largest(w) == 0)
    return turned | np.swapaxes(turned, -2, -1) | different & by_vectors


def _eigh(a: Any, UPLO: Any) -> list[Any]:
    return list(np.linalg.eigh(a, UPLO))


def _eigh_vjp(g: list[Any], ans: Any, _a: Any, UPLO: Any) -> Any:
    (w, v), (gw, gv) = ans, g
    turns = adjoint(v) @ gv
    refuse_phases("eigh", turns)
    inner = _over_gaps(turns, w, _lost(turns, gw, w)) + columns(gw) * identity(w.shape[-1], w.dtype)
    return hermitian(v @ inner @ adjoint(v))


def _eigh_jvp(t: Any, ans: Any, _a: Any, UPLO: Any) -> list[Any]:
    w, v = ans
    p = adjoint(v) @ hermitian(t) @ v
    return [np.real(diagonal_of(p)), v @ _over_gaps(p, w, matters(p))]


_eigh.__name__ = "eigh"
_eigh_primitive = general(
    _eigh,
    vjps=(gradient_rule(_eigh_vjp),),
    jvps=(_eigh_jvp,),
    many=True,
    math="P = Vᴴ dA V;  dw = diag P,  dV = V (F ⊙ P), Fᵢⱼ = 1 / (wⱼ − wᵢ), Fᵢᵢ = 0",
)


@implements(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of each Hermitian matrix, of which one triangle is read.

    The gradient is that among Hermitian matrices, itself Hermitian.
    """
    return EighResult(*_eigh_primitive(array(a), UPLO=UPLO))


def _eigvalsh(a: Any, UPLO: Any) -> Any:
    return np.linalg.eigvalsh(a, UPLO)


def _eigvalsh_vjp(g: Any, _ans: Any, a: Any, UPLO: Any) -> Any:
    v = np.linalg.eigh(a, UPLO).eigenvectors
    return hermitian((v * rows(g)) @ adjoint(v))


def _eigvalsh_jvp(t: Any, _ans: Any, a: Any, UPLO: Any) -> Any:
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
    return _eigvalsh_primitive(array(a), UPLO=UPLO)


def _eig(a: Any) -> list[Any]:
    return list(np.linalg.eig(a))


def _eig_vjp(g: list[Any], ans: Any, _a: Any) -> Any:
    (w, v), (gw, gv) = ans, g
    vh = adjoint(v)
    turns = vh @ gv
    refuse_phases("eig", turns)
    along = np.real(diagonal_of(turns))  # of a column of norm 1: what would change its norm
    turns = vh @ (gv - v * rows(along))
    inner = _over_gaps(turns, conjugate(w), _lost(turns, gw, w))
    inner = inner + columns(gw) * identity(w.shape[-1], real_dtype(w.dtype))
    return np.linalg.solve(vh, inner @ vh)


def _eig_jvp(t: Any, ans: Any, _a: Any) -> list[Any]:
    w, v = ans
    p = np.linalg.solve(v, t @ v)
    dv = v @ _over_gaps(p, w, matters(p))
    along = np.real(np.sum(conjugate(v) * dv, axis=-2))
    return [diagonal_of(p), dv - v * rows(along)]


_eig.__name__ = "eig"
_eig_primitive = general(
    _eig,
    vjps=(gradient_rule(_eig_vjp),),
    jvps=(_eig_jvp,),
    many=True,
    math="P = V⁻¹ dA V;  dw = diag P,  dV = V (F ⊙ P) − V Re diag(Vᴴ V (F ⊙ P)), Fᵢⱼ = 1 / (wⱼ − wᵢ)",
)


@implements(np.linalg.eig)
def eig(a: Any) -> EigResult:
    """Eigenvalues and eigenvectors of each square matrix; real if all of them are, as NumPy has it, else complex."""
    return EigResult(*_eig_primitive(array(a)))


@implements(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """Eigenvalues of each square matrix, in no particular order.

    Without a gradient they are worked out alone, which may give another order; with one, backward needs the vectors.
    """
    a = array(a)
    if isinstance(a, Traced) and a._node is not None and is_grad_enabled():
        return eig(a).eigenvalues
    return undifferentiated(np.linalg.eigvals, a)
