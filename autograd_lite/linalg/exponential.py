"""The exponential of matrices, by scaling and squaring.

exp(A) = exp(A / 2^s)^(2^s), and of a small matrix a quotient of polynomials: r(A) = (V - U)^-1 (V + U), with the odd
part U and the even part V of a Padé approximant.  How small A must be is asked of the norms of its powers, not of its
own, which may be far too large a bound for a matrix that is not normal: fewer squarings are less rounding.
(A. H. Al-Mohy and N. J. Higham, "A new scaling and squaring algorithm for the matrix exponential", SIAM J. Matrix
Anal. Appl. 31, 2009; names of constants are theirs.)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..ops.words import array_of, whole
from .matrices import array, identity

__all__ = ["expm"]

_PADE = {
    3: (120.0, 60.0, 12.0, 1.0),
    5: (30240.0, 15120.0, 3360.0, 420.0, 30.0, 1.0),
    7: (17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0, 1.0),
    9: (17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0, 3960.0, 90.0, 1.0),
    13: (
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
    ),
}  # fmt: skip
"""By degree, the coefficients of the numerator."""

_THETA = {3: 1.495585217958292e-2, 5: 2.539398330063230e-1, 7: 9.504178996162932e-1, 9: 2.097847961257068}
"""By degree, the norm up to which the error is that of rounding in float64."""

_THETA_13 = 4.25


def _norm(x: Any) -> Any:
    """The largest sum of a column of |x|, of each matrix."""
    return np.abs(x).sum(-2).max(-1, initial=0.0)


def _squarings(a: Any, size: Any) -> Any:
    """How often each matrix is to be halved for the approximant of degree 13; `size` is its norm."""
    whole = np.where(size == 0, 1.0, size)
    a = a / whole[..., None, None]  # no power of it overflows
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    d6, d8, d10 = _norm(a6) ** (1 / 6), _norm(a4 @ a4) ** (1 / 8), _norm(a4 @ a6) ** (1 / 10)
    eta = np.minimum(np.maximum(d6, d8), np.maximum(d8, d10)) * whole / _THETA_13
    halvings = np.ceil(np.log2(np.maximum(eta, 1.0)))
    # ell: what the norms of powers leave out, by that of |A|^27; as a logarithm, since it may be beyond all numbers
    sums, power = np.ones((*a.shape[:-2], 1, a.shape[-1])), np.zeros(whole.shape)
    for _ in range(27):
        sums = sums @ np.abs(a)
        step = sums.max((-2, -1), initial=0.0)
        step = np.where(step == 0, 1.0, step)
        power, sums = power + np.log2(step), sums / step[..., None, None]
    lead = math.factorial(13) ** 2 / (math.factorial(26) * math.factorial(27)) * 2.0**53
    alpha = np.where(sums.any((-2, -1)), math.log2(lead) + power + 26 * (np.log2(whole) - halvings), 0.0)
    return halvings + np.maximum(np.ceil(alpha / 26), 0.0)


def _approximant(degree: int, a: Any) -> Any:
    b = [c / _PADE[degree][0] for c in _PADE[degree]]
    one = identity(a.shape[-1], a.dtype)
    a2 = a @ a
    even, odd = one * b[0] + a2 * b[2], one * b[1] + a2 * b[3]
    if degree < 13:
        power = a2
        for k in range(4, degree, 2):
            power = power @ a2
            even, odd = even + power * b[k], odd + power * b[k + 1]
    else:
        a4 = a2 @ a2
        a6 = a4 @ a2
        even = even + a4 * b[4] + a6 * b[6] + a6 @ (a2 * b[8] + a4 * b[10] + a6 * b[12])
        odd = odd + a4 * b[5] + a6 * b[7] + a6 @ (a2 * b[9] + a4 * b[11] + a6 * b[13])
    odd = a @ odd
    return np.linalg.solve(even - odd, even + odd)


def expm(a: Any) -> Any:
    """The exponential of each square matrix, sum_k A^k / k!.

    It is made of products and one solution of equations, and so are its derivatives, of any order.  A matrix with an
    element that is not finite gives NaN.

    Raises:
        LinAlgError: a matrix is not square.

    >>> import numpy as np, autograd_lite as ag
    >>> turn = ag.linalg.expm(np.array([[0.0, -np.pi / 2], [np.pi / 2, 0.0]]))
    >>> bool(np.allclose(turn, [[0.0, -1.0], [1.0, 0.0]]))
    True
    """
    a = array(a)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"expm: the last two axes must be square, and A has shape {tuple(a.shape)}")
    if a.dtype.kind not in "fc":
        a = a.astype(np.float64)
    finite = np.isfinite(array_of(a)).all((-2, -1), keepdims=True)
    if not finite.all():
        a = np.where(finite, a, np.nan)
    values = np.where(finite, array_of(a), 0.0)
    size = _norm(values.astype(np.result_type(values, np.float64)))
    degree = next((degree for degree, theta in _THETA.items() if (size <= theta).all()), 13)
    if degree < 13:
        return _approximant(degree, a)
    squarings = _squarings(values.astype(np.result_type(values, np.float64)), size)
    found = _approximant(13, a * (2.0**-squarings)[..., None, None].astype(values.real.dtype))
    for i in range(int(whole(squarings).max())):
        again = squarings[..., None, None] > i
        found = found @ found if again.all() else np.where(again, found @ found, found)
    return found
