"""The singular value decomposition A = U diag(S) V^H, and what is made of it.

With P = U^H dA V, its Hermitian part H and the rest K,

    dS = Re diag P,
    dU = U (H / (S_j - S_i) + K / (S_j + S_i)) + (1 - U U^H) dA V S^-1,
    dV = V (H / (S_j - S_i) - K / (S_j + S_i)) + (1 - V V^H) dA^H U S^-1,

where H counts as 0 on the diagonal.  It is the form with F_ij = 1 / (S_j^2 - S_i^2), taken apart so that
nothing cancels.  Singular vectors are determined up to a phase, up to a rotation where a singular value is repeated,
and where it is 0, left and right ones apart.  What is said of `eigenvalues` holds here too: a gradient is NaN where it
would take a limit of 0 / 0 that the values at that point do not tell.
(J. Townsend, "Differentiating the singular value decomposition", 2016.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.implementing import implements
from ..ops.words import array_of, conjugate
from ..primitive import general
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
    refuse_phases,
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


def _over_gaps(x: Any, s: Any, lost: Any) -> Any:
    return quotient(x, rows(s) - columns(s), largest(s), lost & off_diagonal(s.shape[-1]))


def _over_sums(x: Any, s: Any, lost: Any) -> Any:
    return quotient(x, rows(s) + columns(s), largest(s), lost)


def _either(x: Any) -> Any:
    return x | np.swapaxes(x, -2, -1)


def _svd_vjp(g: list[Any], ans: Any, _a: Any, full_matrices: bool) -> Any:
    (u, s, vh), (gu, gs, gvh) = ans, g
    (m, n), k = _a.shape[-2:], s.shape[-1]
    rest_u, grest_u, rest_vh, grest_vh = u[..., k:], gu[..., k:], vh[..., k:, :], gvh[..., k:, :]
    u, gu, vh, gvh = u[..., :k], gu[..., :k], vh[..., :k, :], gvh[..., :k, :]
    turns_u, turns_v = adjoint(u) @ gu, vh @ adjoint(gvh)
    refuse_phases("svd", turns_u + turns_v)
    outside_u, outside_v = gu - u @ turns_u, adjoint(gvh) - adjoint(vh) @ turns_v
    if full_matrices:
        outside_u = outside_u - rest_u @ (adjoint(grest_u) @ u)
        outside_v = outside_v - adjoint(rest_vh) @ (grest_vh @ adjoint(vh))

    # which vectors something reaches, by U and V or by shares of S, and so may not be left out where they are free
    by_vectors = np.any(array_of(gu) != 0, axis=(-2, -1), keepdims=True) | (largest(s) == 0)
    by_vectors = by_vectors | np.any(array_of(gvh) != 0, axis=(-2, -1), keepdims=True)
    shared = matters(rows(gs)) & by_vectors
    different = matters(rows(gs) - columns(gs), beside=rows(gs)) & by_vectors
    turned = _either(matters(turns_u) | matters(turns_v))
    pairs = off_diagonal(k) if _a.dtype.kind != "c" else True  # a single real vector has no phase
    inner = _over_gaps(skew(turns_u) + skew(turns_v), s, turned | different)
    inner = inner + _over_sums(skew(turns_u) - skew(turns_v), s, (turned | _either(shared)) & pairs)
    total = u @ (inner * 0.5 + columns(gs) * identity(k, s.dtype)) @ vh
    if m > k:
        lost = matters(outside_u, beside=gu).any(axis=-2, keepdims=True) | shared
        total = total + quotient(outside_u, rows(s), largest(s), lost) @ vh
    if n > k:
        lost = matters(outside_v, beside=gvh).any(axis=-2, keepdims=True) | shared
        total = total + u @ adjoint(quotient(outside_v, rows(s), largest(s), lost))
    return total


def _svd_jvp(t: Any, ans: Any, _a: Any, full_matrices: bool) -> list[Any]:
    u, s, vh = ans
    (m, n), k = _a.shape[-2:], s.shape[-1]
    rest_u, rest_vh = u[..., k:], vh[..., k:, :]
    u, vh = u[..., :k], vh[..., :k, :]
    v = adjoint(vh)
    tv, tu = t @ v, adjoint(t) @ u
    p = adjoint(u) @ tv
    even, odd = hermitian(p), skew(p) * 0.5
    even, odd = _over_gaps(even, s, matters(even, beside=p)), _over_sums(odd, s, matters(odd, beside=p))
    du, dv = u @ (even + odd), v @ (even - odd)
    if m > k:
        outside = tv - u @ p
        outside = quotient(outside, rows(s), largest(s), matters(outside, beside=t).any(axis=-2, keepdims=True))
        du = du + outside
        if full_matrices:
            du = np.concatenate([du, -(u @ (adjoint(outside) @ rest_u))], axis=-1)
    if n > k:
        outside = tu - v @ adjoint(p)
        outside = quotient(outside, rows(s), largest(s), matters(outside, beside=t).any(axis=-2, keepdims=True))
        dv = dv + outside
        if full_matrices:
            dv = np.concatenate([dv, -(v @ (adjoint(outside) @ adjoint(rest_vh)))], axis=-1)
    return [du, np.real(diagonal_of(p)), adjoint(dv)]


_svd.__name__ = "svd"
_svd_primitive = general(
    _svd,
    vjps=(gradient_rule(_svd_vjp),),
    jvps=(_svd_jvp,),
    many=True,
    math="P = Uᴴ dA V = H + K;  dS = Re diag P,  dU = U (Hᵢⱼ / (Sⱼ − Sᵢ) + Kᵢⱼ / (Sⱼ + Sᵢ)) + (1 − U Uᴴ) dA V S⁻¹",
)


@implements(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular value decomposition of each matrix of shape (M, N).

    Args:
        a: the matrices.
        full_matrices: U is (M, M) and V^H (N, N); otherwise (M, K) and (K, N) with K = min(M, N).  The vectors that are
            added are determined only up to the space they span; derivatives are right for what depends on nothing else.
        compute_uv: False gives the singular values alone.
        hermitian: A is Hermitian (only its lower triangle is read): they are found from its eigenvalues, as U S is V w.

    Raises:
        LinAlgError: in backward, if the loss depends on the phases of complex vectors.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor(np.diag([3.0, 2.0]), requires_grad=True)
    >>> u, s, vh = np.linalg.svd(x)
    >>> np.sum((u[:, :1] * s[:1]) @ vh[:1]).backward()  # the best approximation of rank 1
    >>> x.grad
    Tensor([[1., 3.],
            [3., 0.]], dtype=float64)
    """
    a = array(a)
    if hermitian:
        return _of_hermitian(a, compute_uv)
    if not compute_uv:
        return svdvals(a)
    return SVDResult(*_svd_primitive(a, full_matrices=full_matrices))


def _of_hermitian(a: Any, compute_uv: bool) -> Any:
    if not compute_uv:
        return np.flip(np.sort(np.abs(np.linalg.eigvalsh(a)), axis=-1), -1)
    w, v = np.linalg.eigh(a)
    order = np.argsort(np.abs(array_of(w)), axis=-1)[..., ::-1]
    w, u = np.take_along_axis(w, order, -1), np.take_along_axis(v, order[..., None, :], -1)
    signs = np.where(array_of(w) < 0, -1.0, 1.0).astype(w.dtype)
    return SVDResult(u, np.abs(w), adjoint(u * rows(signs)))


def _svdvals(a: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def svdvals_gradient(g: Any, a: Any) -> Any:
    """The gradient by A, of that by its singular values."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return (u * rows(g)) @ vh


def svdvals_tangent(t: Any, a: Any) -> Any:
    """How the singular values move with A."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.real(np.sum(conjugate(u) * (t @ adjoint(vh)), axis=-2))


_svdvals.__name__ = "svdvals"
_svdvals_primitive = general(
    _svdvals,
    vjps=(gradient_rule(lambda g, _ans, a: svdvals_gradient(g, a)),),
    jvps=(lambda t, _ans, a: svdvals_tangent(t, a),),
    math="dS = Re diag(Uᴴ dA V);  Ā = U diag(S̄) Vᴴ",
)


@implements(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """Singular values of each matrix in descending order; backward works out the singular vectors."""
    return _svdvals_primitive(array(x))
