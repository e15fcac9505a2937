"""Sums of exponentials, normalized or as logarithms; of NumPy alone, and never overflowing.

The greatest element is taken out first.  `logsumexp` keeps what the others add to it by log1p, as SciPy does, so that
also the logarithm of a sum near 1 has all its digits.
"""

import math
from typing import Any

import numpy as np

from ..kernels.constants import ones
from ..ops import stop_gradient
from ..ops.contraction import as_array
from ..ops.words import array_of
from ..primitive import Primitive, general

__all__ = ["log_softmax", "logsumexp", "softmax"]

Axis = int | tuple[int, ...] | None
_vecdot: Any = np.vecdot  # whose types know no axis


def _greatest(x: Any, axis: Axis) -> Any:
    return np.max(x.real, axis=axis, keepdims=True, initial=-math.inf)


def _finite(x: Any) -> Any:
    return np.where(np.isfinite(x), x, 0.0)


# -- the logarithm of a sum


def _logsumexp(x: Any, *, axis: Axis) -> Any:
    """log(sum(exp(x))) with the axes kept."""
    top = _finite(_greatest(x, axis))
    with np.errstate(divide="ignore", over="ignore"):  # of nothing, or of -inf alone, it is -inf
        terms = np.exp(x - top)
        if terms.dtype.kind == "c":
            return np.log(np.sum(terms, axis=axis, keepdims=True)) + top
        greatest = x == top
        terms -= greatest  # each of which is 1
        count = np.count_nonzero(greatest, axis=axis, keepdims=True).astype(x.dtype)
        some = np.maximum(count, 1).astype(x.dtype)
        rest = np.sum(terms, axis=axis, keepdims=True) + (count - some)
        return np.log1p(rest / some) + np.log(some) + top


def _shares(ans: Any, x: Any) -> Any:
    """The derivative of logsumexp: the softmax."""
    return np.exp(x - ans)


_logsumexp.__name__ = "logsumexp"
_logsumexp_primitive: Primitive = general(
    _logsumexp,
    vjps=(lambda g, ans, x, *, axis: g * _shares(ans, x),),
    jvps=(lambda v, ans, x, *, axis: np.sum(v * _shares(ans, x), axis=axis, keepdims=True),),
    math="dy = Σ softmax(x)ᵢ dxᵢ;  x̄ = ȳ softmax(x)",
)


def logsumexp(a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log(sum(b exp(a))) over axes (all, if None), without overflow; b is 1 if it is not given.

    Its gradient is `softmax(a)`; of nothing, and where all of `a` is -inf, it is -inf.

    Args:
        b: factors, broadcast against `a`; a gradient flows to them too.
        return_sign: give log(abs(sum)) and the sign of the sum, as two arrays.  Without, a negative sum gives NaN.

    >>> import autograd_lite as ag
    >>> ag.special.logsumexp(ag.Tensor([1000.0, 1000.0]))
    Tensor(1000.6932, dtype=float32)
    """
    a = _floating(a)
    if return_sign and a.dtype.kind == "c":
        raise TypeError("logsumexp: return_sign is for real numbers; the logarithm of a complex sum has its phase")
    if b is None:
        found = _logsumexp_primitive(a, axis=axis)
        sign = np.ones(found.shape, found.dtype)
    else:
        found, sign = _weighted(a, as_array(b), axis, return_sign)
    if not keepdims:
        found, sign = np.squeeze(found, axis), np.squeeze(sign, axis)
    return (found, sign) if return_sign else found


def _weighted(a: Any, b: Any, axis: Axis, return_sign: bool) -> tuple[Any, Any]:
    """log |sum(b exp(a))| and the sign of the sum, with the axes kept."""
    a = np.broadcast_to(a, np.broadcast_shapes(a.shape, b.shape))
    if math.prod(a.shape) == 0:  # sums of nothing, to which no factor matters
        found = _logsumexp_primitive(a, axis=axis)
        return found, np.zeros(found.shape, found.dtype)
    fixed, factors = array_of(a), array_of(b)
    top = _finite(_greatest(np.where(factors == 0, -math.inf, fixed), axis))
    # what has the factor 0 may be so much greater that exp overflows
    hidden = (factors == 0) & ((fixed - top).real > math.log(np.finfo(top.dtype).max))
    total = np.sum(b * np.exp(np.where(hidden, -math.inf, a) - top), axis=axis, keepdims=True)
    with np.errstate(divide="ignore"):
        if array_of(total).dtype.kind == "c":
            return np.log(total) + top, None
        found = np.log(np.abs(total)) + top
    if not return_sign:
        found = np.where(array_of(total) < 0, math.nan, found)
    return found, np.sign(stop_gradient(total))


def _floating(x: Any) -> Any:
    x = as_array(x)
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


# -- normalized exponentials


def _softmax(x: Any, *, axis: Axis) -> Any:
    with np.errstate(invalid="ignore", over="ignore"):  # of inf, and of -inf alone, it is NaN
        terms = x - _greatest(x, axis)
        terms = np.exp(terms, out=terms if type(terms) is np.ndarray else None)
        terms /= _total(terms, axis)
    return terms


def _total(x: Any, axis: Axis) -> Any:
    """The sum over axes, which stay; along the last one as a product with ones, in a third of the time."""
    if type(x) is np.ndarray and axis in (-1, x.ndim - 1) and x.dtype.char in "fd":
        return x.dot(ones(x.shape[-1], x.dtype))[..., None]
    return np.sum(x, axis=axis, keepdims=True)


def _softmax_rule(g: Any, ans: Any, _x: Any, *, axis: Axis) -> Any:
    """diag(y) - y y^T, which is symmetric: the rule of both modes."""
    if isinstance(axis, int) and ans.dtype.kind == "f":
        return (g - np.expand_dims(_vecdot(g, ans, axis=axis), axis)) * ans
    return (g - np.sum(g * ans, axis=axis, keepdims=True)) * ans


def _log_softmax(x: Any, *, axis: Axis) -> Any:
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        below = x - _greatest(x, axis)
        below -= np.log(np.sum(np.exp(below), axis=axis, keepdims=True))
    return below


_softmax.__name__, _log_softmax.__name__ = "softmax", "log_softmax"
_softmax_primitive: Primitive = general(
    _softmax, vjps=(_softmax_rule,), jvps=(_softmax_rule,), math="dy = y ⊙ dx − y Σ yᵢ dxᵢ;  x̄ = y ⊙ ȳ − y Σ yᵢ ȳᵢ"
)
_log_softmax_primitive: Primitive = general(
    _log_softmax,
    vjps=(lambda g, ans, _x, *, axis: g - np.exp(ans) * np.sum(g, axis=axis, keepdims=True),),
    jvps=(lambda v, ans, _x, *, axis: v - np.sum(np.exp(ans) * v, axis=axis, keepdims=True),),
    math="dy = dx − Σ softmax(x)ᵢ dxᵢ;  x̄ = ȳ − softmax(x) Σ ȳᵢ",
)


def softmax(x: Any, axis: Axis = None) -> Any:
    """exp(x) / sum(exp(x)) over axes (all, if None), without overflow.

    >>> import autograd_lite as ag
    >>> ag.special.softmax(ag.Tensor([1000.0, 1000.0, -1000.0]))
    Tensor([0.5, 0.5, 0. ], dtype=float32)
    """
    return _softmax_primitive(_floating(x), axis=axis)


def log_softmax(x: Any, axis: Axis = None) -> Any:
    """log(softmax(x)), without the infinities that a softmax of 0 would give.

    >>> import autograd_lite as ag
    >>> ag.special.log_softmax(ag.Tensor([1000.0, 0.0]))
    Tensor([    0., -1000.], dtype=float32)
    """
    return _log_softmax_primitive(_floating(x), axis=axis)
