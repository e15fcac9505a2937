"""Determinants: d det A = tr(adj(A) dA), Jacobi's formula, also where A is singular."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.implementing import implements
from ..ops.words import array_of, conjugate
from ..primitive import general
from .matrices import array, columns, diagonal_of, identity, off_diagonal, rows

__all__ = ["det", "slogdet"]


def _pairs_left_out(s: Any) -> Any:
    """At i, j the product of all of s but s_i and s_j, without a division; 0 for i = j."""
    n = s.shape[-1]
    one = np.ones((*s.shape[:-1], 1), s.dtype)
    before = np.cumprod(np.concatenate([one, s[..., :-1]], axis=-1), axis=-1)
    after = np.flip(np.cumprod(np.concatenate([one, np.flip(s, -1)[..., :-1]], axis=-1), axis=-1), -1)
    later = np.triu(np.ones((n, n), bool), 1)
    between = np.cumprod(np.where(later, rows(s), 1.0), axis=-1)  # at i, j the product of s_(i+1) to s_j
    between = np.concatenate([np.ones((*s.shape, 1), s.dtype), between[..., :-1]], axis=-1)
    upper = np.where(later, columns(before) * between * rows(after), 0.0)
    return upper + upper.mT


def _others(s: Any) -> Any:
    """At i the product of all of s but s_i."""
    return np.prod(np.where(off_diagonal(s.shape[-1]), rows(s), 1.0), axis=-1)


def _bases(a: Any) -> tuple[Any, Any, Any, Any]:
    """U, S and V^H of A, and det U det V^H; U and V^H as a matrix of determinants multiplies with them, conjugated."""
    u, s, vh = np.linalg.svd(a)
    scale = np.linalg.det(u) * np.linalg.det(vh)
    return conjugate(u), s, conjugate(vh), np.reshape(scale, (*scale.shape, 1, 1))


def _cofactors(a: Any) -> Any:
    """The matrix of cofactors of each matrix, d det / dA: by its singular values, so that its rank does not matter.

    cof(U S V^H) = cof(U) cof(S) cof(V^H), and cof(U) = det(U) conj(U).
    (N. J. Higham, "What is the adjugate of a matrix?", 2020.)
    """
    u, s, vh, scale = _bases(a)
    return scale * (u * rows(_others(s))) @ vh


def _cofactors_derivative(v: Any, _ans: Any, a: Any) -> Any:
    """Both ways, since it is the second derivative of det: minors of two rows and columns, in the bases of U and V.

    With B = U^H V' V: of diag(s) the cofactor at i, i moves by the sum of L_ik B_kk, that at i, j by -L_ij B_ji, with
    L_ij the product of the other singular values.
    """
    u, s, vh, scale = _bases(a)
    left_out = _pairs_left_out(s)
    b = u.mT @ v @ vh.mT
    on_diagonal = np.sum(left_out * rows(diagonal_of(b)), axis=-1)
    return scale * (u @ (columns(on_diagonal) * identity(s.shape[-1], s.dtype) - left_out * b.mT) @ vh)


_cofactors.__name__ = "cofactors"
cofactors = general(
    _cofactors,
    vjps=(_cofactors_derivative,),
    jvps=(_cofactors_derivative,),
    math="d cof(A) = the minors of A without two rows and columns, times dA;  Ā likewise, of Ȳ",
)


def _slope(a: Any, ans: Any) -> Any:
    """The cofactors: det(A) A^-T, unless A is singular or so near to it that the inverse has lost half its digits."""
    try:
        inverse = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return cofactors(a)
    with np.errstate(all="ignore"):
        size, inverse_size = (np.abs(array_of(x)).sum(-2).max(-1, initial=0.0) for x in (a, inverse))  # their 1-norms
        condition = size * inverse_size
    if not (condition < np.finfo(condition.dtype).eps ** -0.5).all():
        return cofactors(a)
    return np.reshape(ans, (*ans.shape, 1, 1)) * inverse.mT


_det = general(
    np.linalg.det,
    vjps=(lambda g, ans, a: np.reshape(g, (*g.shape, 1, 1)) * _slope(a, ans),),
    jvps=(lambda v, ans, a: np.sum(v * _slope(a, ans), axis=(-2, -1)),),
    math="dy = tr(adj(A) dA);  Ā = ȳ adj(A)ᵀ",
)


@implements(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant of each square matrix.

    Its first and second derivatives are right for singular matrices too, of any rank; a third one divides by
    differences of singular values there (see `svd`).

    Raises:
        LinAlgError: a matrix is not square.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor(np.diag([2.0, 3.0, 0.0]), requires_grad=True)
    >>> ag.linalg.det(x).backward()
    >>> x.grad
    Tensor([[0., 0., 0.],
            [0., 0., 0.],
            [0., 0., 6.]], dtype=float64)
    """
    return _det(array(a))


class SlogdetResult(NamedTuple):
    """The sign of a determinant (of a complex one: its direction) and the logarithm of its modulus."""

    sign: Any
    logabsdet: Any


def _slogdet(a: Any) -> list[Any]:
    return list(np.linalg.slogdet(a))


def _inverse(a: Any) -> Any:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            "slogdet: the logarithm of the determinant of a singular matrix is -inf, and has no derivative"
        ) from error


def _slogdet_vjp(g: list[Any], ans: Any, a: Any) -> Any:
    """From d log det A = tr(A^-1 dA): its real part moves the modulus, its imaginary part turns the sign."""
    sign, _ = ans
    scale = g[1]
    if a.dtype.kind == "c":
        scale = scale - 1j * np.real(g[0] * sign * 1j)
    return np.reshape(scale, (*scale.shape, 1, 1)) * _inverse(a).mT


def _slogdet_jvp(v: Any, ans: Any, a: Any) -> list[Any]:
    change = np.sum(v * _inverse(a).mT, axis=(-2, -1))
    if a.dtype.kind != "c":
        return [change * 0.0, change]
    return [ans[0] * (1j * np.imag(change)), np.real(change)]


_slogdet.__name__ = "slogdet"
_slogdet_primitive = general(
    _slogdet,
    vjps=(_slogdet_vjp,),
    jvps=(_slogdet_jvp,),
    many=True,
    math="d log|det A| = Re tr(A⁻¹ dA),  d sign = i sign Im tr(A⁻¹ dA)",
)


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> SlogdetResult:
    """The sign and the logarithm of the modulus of the determinant of each matrix.

    Of a singular matrix the logarithm is -inf, and its derivative does not exist (LinAlgError in backward).
    """
    return SlogdetResult(*_slogdet_primitive(array(a)))
