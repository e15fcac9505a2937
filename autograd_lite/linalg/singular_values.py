"""The singular value decomposition A = U diag(S) V^H, and what is made of it.

With P = U^H dA V and F_ij = 1 / (S_j^2 - S_i^2), F_ii = 0,

    dS = Re diag P,
    dU = U (F * (P S + S P^H)) + (1 - U U^H) dA V S^-1,
    dV = V (F * (S P + P^H S)) + (1 - V V^H) dA^H U S^-1,

and for complex matrices a turn of each pair of vectors by Im P_ii / 2 S_i, one this way, one that.  Singular vectors
are determined up to such a turn, up to rotations where a singular value is repeated, and where it is 0 not at all: what
is said of `eigenvalues` holds here too.
(J. Townsend, "Differentiating the singular value decomposition", 2016.)
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
    identity,
    reciprocal_or_zero,
    rows,
    skew,
)

__all__ = ["svd", "svdvals"]


class SVDResult(NamedTuple):
    """Left singular vectors as columns, singular values in descending order, right singular vectors as rows."""

    U: Any
    S: Any
    Vh: Any


def _svd(a: Any, full_matrices: bool) -> list[Any]:
    return list(np.linalg.svd(a, full_matrices))


def _inverses(s: Any) -> tuple[Any, Any]:
    """1 / (S_j^2 - S_i^2) and 1 / S, with zeros where they are not determined."""
    largest = np.max(s, axis=-1, keepdims=True) if s.shape[-1] else s
    # of the difference as a product, which has no cancellation: (S_j - S_i)(S_j + S_i)
    gaps = reciprocal_or_zero(rows(s) - columns(s), largest[..., None])
    sums = reciprocal_or_zero(rows(s) + columns(s), largest[..., None])
    return gaps * sums, reciprocal_or_zero(s, largest)


def _svd_vjp(g: list[Any], ans: Any, _a: Any, full_matrices: bool) -> Any:
    (u, s, vh), (gu, gs, gvh) = ans, g
    k = s.shape[-1]
    rest_u, grest_u, rest_vh, grest_vh = u[..., k:], gu[..., k:], vh[..., k:, :], gvh[..., k:, :]
    u, gu, vh, gvh = u[..., :k], gu[..., :k], vh[..., :k, :], gvh[..., :k, :]
    f, inverse = _inverses(s)
    uu, vv = adjoint(u) @ gu, vh @ adjoint(gvh)
    inner = (skew(uu) * f) * rows(s) + columns(s) * (skew(vv) * f) + columns(gs) * identity(k, s.dtype)
    if _a.dtype.kind == "c":
        inner = inner + columns(1j * np.imag(diagonal_of(uu - vv)) * inverse * 0.5) * identity(k, s.dtype)
    total = u @ inner @ vh
    m, n = _a.shape[-2:]
    if m > k:
        outside = gu - u @ uu
        if full_matrices:
            outside = outside - rest_u @ (adjoint(grest_u) @ u)
        total = total + (outside * rows(inverse)) @ vh
    if n > k:
        outside = gvh - adjoint(vv) @ vh
        if full_matrices:
            outside = outside - (vh @ adjoint(grest_vh)) @ rest_vh
        total = total + u @ (columns(inverse) * outside)
    return total


def _svd_jvp(t: Any, ans: Any, _a: Any, full_matrices: bool) -> list[Any]:
    u, s, vh = ans
    k = s.shape[-1]
    rest_u, rest_vh = u[..., k:], vh[..., k:, :]
    u, vh = u[..., :k], vh[..., :k, :]
    v = adjoint(vh)
    f, inverse = _inverses(s)
    tv, ut = t @ v, adjoint(u) @ t
    p = ut @ v
    turn_u = f * (p * rows(s) + columns(s) * adjoint(p))
    turn_v = f * (columns(s) * p + adjoint(p) * rows(s))
    if _a.dtype.kind == "c":
        phase = columns(1j * np.imag(diagonal_of(p)) * inverse * 0.5) * identity(k, s.dtype)
        turn_u, turn_v = turn_u + phase, turn_v - phase
    du, dvh = u @ turn_u, adjoint(turn_v) @ vh
    m, n = _a.shape[-2:]
    if m > k:
        outside = (tv - u @ p) * rows(inverse)
        du = du + outside
        if full_matrices:
            du = np.concatenate([du, -(u @ (adjoint(outside) @ rest_u))], axis=-1)
    if n > k:
        beside = columns(inverse) * (ut - p @ vh)
        dvh = dvh + beside
        if full_matrices:
            dvh = np.concatenate([dvh, -((rest_vh @ adjoint(beside)) @ vh)], axis=-2)
    return [du, np.real(diagonal_of(p)), dvh]


_svd.__name__ = "svd"
_svd_primitive = general(
    _svd,
    vjps=(gradient_rule(_svd_vjp),),
    jvps=(_svd_jvp,),
    many=True,
    math="P = Uᴴ dA V;  dS = Re diag P,  dU = U (F ∘ (P S + S Pᴴ)) + (1 − U Uᴴ) dA V S⁻¹, Fᵢⱼ = 1 / (Sⱼ² − Sᵢ²)",
)


@implements(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular value decomposition of each matrix of shape (M, N).

    Args:
        a: the matrices.
        full_matrices: U is (M, M) and V^H (N, N); otherwise (M, K) and (K, N) with K = min(M, N).  The vectors that are
            added are determined only up to the space they span; derivatives are right for what depends on nothing else.
        compute_uv: False gives the singular values alone.
        hermitian: says that A is Hermitian; the general algorithm serves it too, on a Tensor.
    """
    if not compute_uv:
        return svdvals(a)
    return SVDResult(*_svd_primitive(a, full_matrices=full_matrices))


def _svdvals(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def _svdvals_vjp(g: Any, _ans: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return (u * rows(g)) @ vh


def _svdvals_jvp(t: Any, _ans: Any, a: Any) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.real(np.sum(conjugate(u) * (t @ adjoint(vh)), axis=-2))


_svdvals.__name__ = "svdvals"
_svdvals_primitive = general(
    _svdvals,
    vjps=(gradient_rule(_svdvals_vjp),),
    jvps=(_svdvals_jvp,),
    math="dS = Re diag(Uᴴ dA V);  Ā = U diag(S̄) Vᴴ",
)


@implements(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values of each matrix in descending order; backward works out the singular vectors."""
    return _svdvals_primitive(x)
