"""Determinants: d det A = tr(adj(A) dA), Jacobi's formula, also where A is singular."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..ops.implementing import implements
from ..primitive import general
from .matrices import plain

__all__ = ["det", "slogdet"]


def _cofactors(a: Any, ans: Any) -> Any:
    """The matrix of cofactors of each matrix: d det / dA.

    It is det(A) A^-T, unless A is singular or so near to it that the inverse has lost half of its digits; then each
    cofactor is worked out as the determinant it is.
    """
    values = plain(a)
    n = values.shape[-1]
    if n == 0:
        return np.zeros(values.shape, values.dtype)
    if _is_well_conditioned(values):
        return np.reshape(ans, (*ans.shape, 1, 1)) * np.linalg.inv(a).mT
    if n == 1:
        return np.ones(values.shape, values.dtype)
    others = np.array([[j for j in range(n) if j != i] for i in range(n)])
    minors = a[..., others[:, None, :, None], others[None, :, None, :]]
    signs = (-1.0) ** np.add.outer(np.arange(n), np.arange(n))
    return np.linalg.det(minors) * signs.astype(values.dtype)


def _is_well_conditioned(values: Any) -> bool:
    try:
        inverse = np.linalg.inv(values)
    except np.linalg.LinAlgError:
        return False
    with np.errstate(all="ignore"):
        condition = np.abs(values).sum(-2).max(-1) * np.abs(inverse).sum(-2).max(-1)
    return bool(np.all(condition < np.finfo(values.dtype).eps ** -0.5))


det = general(
    np.linalg.det,
    vjps=(lambda g, ans, a: np.reshape(g, (*g.shape, 1, 1)) * _cofactors(a, ans),),
    jvps=(lambda v, ans, a: np.sum(v * _cofactors(a, ans), axis=(-2, -1)),),
    math="dy = tr(adj(A) dA);  Ā = ȳ adj(A)ᵀ",
)


class SlogdetResult(NamedTuple):
    """The sign of a determinant (of a complex one: its direction) and the logarithm of its modulus."""

    sign: Any
    logabsdet: Any


def _slogdet(a: Any) -> list[Any]:
    return list(np.linalg.slogdet(a))


def _slogdet_vjp(g: list[Any], ans: Any, a: Any) -> Any:
    """From d log det A = tr(A^-1 dA): its real part moves the modulus, its imaginary part turns the sign."""
    sign, _ = ans
    scale = g[1]
    if a.dtype.kind == "c":
        scale = scale - 1j * np.real(g[0] * sign * 1j)
    return np.reshape(scale, (*scale.shape, 1, 1)) * np.linalg.inv(a).mT


def _slogdet_jvp(v: Any, ans: Any, a: Any) -> list[Any]:
    change = np.sum(v * np.linalg.inv(a).mT, axis=(-2, -1))
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
    return SlogdetResult(*_slogdet_primitive(a))
