"""Variances, weighted means, covariances.

Of complex numbers a variance is the mean of |z - μ|², so its change is that of Re(conj(z - μ) dz).
"""

import math
import warnings
from typing import Any

import numpy as np

from ..primitive import general
from .implementing import implements
from .joining import joined
from .reductions import as_factors, count_over, counts, kept, masked
from .words import array_of, conjugate, of_arrays

__all__ = ["average", "corrcoef", "cov", "std", "var"]


def _var(x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, **where: Any) -> Any:
    return np.var(x, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **where)


def _std(x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, **where: Any) -> Any:
    return np.std(x, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **where)


def _slope(x: Any, axis: Any, ddof: float, where: Any) -> tuple[Any, Any]:
    """The derivative of a variance in two factors: (conjugate) deviations, and 2 / (n - ddof) with the axes kept."""
    if where is True:
        left = count_over(x.shape, axis) - ddof
        return conjugate(x - np.mean(x, axis=axis, keepdims=True)), 2 / left if left > 0 else math.nan
    n = counts(where, x.shape, axis)
    mean = np.sum(x, axis=axis, keepdims=True, where=where) * as_factors(1 / np.maximum(n, 1), x.dtype)
    return np.where(where, conjugate(x - mean), 0.0), 2 * _over(n - ddof, x.dtype)


@of_arrays
def _over(free: Any, dtype: Any) -> Any:
    """1 / free, and NaN where no degree of freedom is left."""
    share = np.full(free.shape, math.nan)
    np.divide(1.0, free, out=share, where=free > 0)
    return as_factors(share, dtype)


def var_vjp(g: Any, _ans: Any, x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, *, where: Any = True) -> Any:
    deviations, share = _slope(x, axis, ddof, where)
    return deviations * (g.reshape(kept(x.shape, axis)) * share)


def var_jvp(v: Any, _ans: Any, x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, *, where: Any = True) -> Any:
    deviations, share = _slope(x, axis, ddof, where)
    total = np.sum(deviations * v, axis=axis, keepdims=keepdims)
    return total * (share if where is True else share.reshape(total.shape))


def _half(g: Any, ans: Any) -> Any:
    """The derivative of a square root by its answer, and 0 at 0, as PyTorch has it for `std`."""
    zero = array_of(ans) == 0
    if zero.any():
        return np.where(zero, 0.0, g * 0.5 / np.where(zero, 1.0, ans))
    return g * 0.5 / ans


def std_vjp(g: Any, ans: Any, x: Any, **options: Any) -> Any:
    return var_vjp(_half(g, ans), None, x, **options)


def std_jvp(v: Any, ans: Any, x: Any, **options: Any) -> Any:
    return _half(var_jvp(v, ans, x, **options), ans)


_var_primitive = general(
    np.var, vjps=(var_vjp,), jvps=(var_jvp,), raw=_var,
    math="dy = 2 Σ (x − μ)* dx / (n − ddof);  x̄ = 2 ȳ (x − μ)* / (n − ddof)",
)  # fmt: skip
_std_primitive = general(
    np.std, vjps=(std_vjp,), jvps=(std_jvp,), raw=_std,
    math="dy = Σ (x − μ)* dx / (y (n − ddof));  x̄ = ȳ (x − μ)* / (y (n − ddof))",
)  # fmt: skip


def ddof_of(ddof: float, correction: float | None, name: str) -> float:
    """What is subtracted from n, by its two names."""
    if correction is None:
        return ddof
    if ddof != 0:
        raise ValueError(f"{name}: ddof= and correction= are two names for the same; give one of them")
    return correction


@implements(np.var)
def var(
    a: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """The variance over axes: the sum of |a - mean|² over n - correction.

    Args:
        ddof: NumPy's older name for `correction`.
        where: only what stands where this mask is True counts.
        mean: of `a`, with the axes kept, if it is known already; a gradient flows to it.
    """
    ddof = ddof_of(ddof, correction, "var")
    if mean is None:
        return _var_primitive(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **masked(where))
    deviations = a - mean
    squares = deviations * deviations if deviations.dtype.kind != "c" else np.square(np.abs(deviations))
    total = np.sum(squares, axis, dtype, keepdims=keepdims, where=where)
    if where is True:
        left = count_over(squares.shape, axis) - ddof
        return total / (left if left > 0 else math.nan)
    share = _over(counts(where, squares.shape, axis) - ddof, squares.dtype)
    return total * share.reshape(total.shape)


@implements(np.std)
def std(
    a: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """The standard deviation over axes: the root of the variance, with slope 0 at 0.  Arguments as of `var`."""
    ddof = ddof_of(ddof, correction, "std")
    if mean is not None:
        return np.sqrt(var(a, axis, dtype, ddof, keepdims, where=where, mean=mean))
    return _std_primitive(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **masked(where))


@implements(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """The weighted mean over axes, Σ w a / Σ w; gradients flow to the weights too.

    Args:
        weights: of the shape of `a`, or of its axes `axis` alone; None for the mean.
        returned: give the sums of the weights too.

    Raises:
        ZeroDivisionError: the weights add up to 0.
        TypeError, ValueError: their shape does not fit.
    """
    a = joined(a)
    if weights is None:
        mean = np.mean(a, axis, keepdims=keepdims)
        return (mean, np.full(mean.shape, count_over(a.shape, axis), mean.dtype)) if returned else mean
    weights = aligned(joined(weights), a.shape, axis, "average")
    dtype = np.result_type(a.dtype, weights.dtype, *([np.float64] if a.dtype.kind in "biu" else []))
    total = np.sum(weights, axis, dtype, keepdims=keepdims)
    if (array_of(total) == 0).any():
        raise ZeroDivisionError("average: the weights add up to 0, and cannot be normalized")
    mean = np.sum(a * weights, axis, dtype, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def aligned(weights: Any, shape: tuple[int, ...], axis: Any, name: str) -> Any:
    """Weights of some axes of an array, with axes of length 1 for the others."""
    if weights.shape == shape:
        return weights
    if axis is None:
        raise TypeError(f"{name}: weights of shape {weights.shape} for an array of shape {shape} need axis=")
    axes = [a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))]
    if weights.shape != tuple(shape[a] for a in axes):
        raise ValueError(
            f"{name}: weights of shape {weights.shape} for axis {axis} of an array of shape {shape}; they must have "
            f"the shape of the array, or {tuple(shape[a] for a in axes)}"
        )
    ordered = np.transpose(weights, sorted(range(len(axes)), key=axes.__getitem__))
    return np.reshape(ordered, tuple(n if i in axes else 1 for i, n in enumerate(shape)))


@implements(np.cov)
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    """The covariance matrix of variables, each a row of observations: C = Σ w (x - μ)(x - μ)ᴴ / f.

    f is Σ w - ddof without weights, and else Σ w - ddof Σ w a / Σ w.

    float32 stays float32, where NumPy goes over to float64; `dtype` asks for another.

    Args:
        m: the observations; of a complex variable the second factor is conjugated.
        y: more variables.
        rowvar: False if each column is a variable.
        bias: ddof is 0 and not 1.
        fweights: how often each observation counts, whole numbers.
        aweights: how much each observation weighs; a gradient flows to them.
    """
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"cov: ddof must be an integer, not {ddof}")
    x, given = joined(m), None if y is None else joined(y)
    for array in (x, given):
        if array is not None and array.ndim > 2:
            raise ValueError(f"cov: an array of shape {array.shape} has more than two axes")
    rows = [_rows(x, rowvar or x.ndim < 2)]
    if not rows[0].shape[0]:
        return rows[0] @ rows[0].mT
    if given is not None:
        rows.append(_rows(given, rowvar or given.ndim < 2 or given.shape[0] == 1))
    x = np.concatenate(rows) if len(rows) > 1 else rows[0]
    if dtype is not None or x.dtype.kind in "biu":
        x = x.astype(np.dtype(dtype or np.float64))
    ddof = (0 if bias else 1) if ddof is None else int(ddof)
    n, real = x.shape[1], np.finfo(x.dtype).dtype
    w, free = None, n - ddof
    if fweights is not None or aweights is not None:
        frequencies = _observation_weights("fweights", fweights, n, real)
        importance = _observation_weights("aweights", aweights, n, real)
        w = frequencies * importance
        total = np.sum(w)
        free = total - ddof * (np.sum(w * importance) / total)
    if np.less_equal(array_of(free), 0).any():
        warnings.warn("cov: there are no degrees of freedom, n <= ddof", RuntimeWarning, stacklevel=2)
        free = math.nan
    x = x - (np.mean(x, 1, keepdims=True) if w is None else np.sum(x * w, 1, keepdims=True) / total)
    right = x if w is None else x * w
    return np.squeeze((x @ conjugate(right).mT) / free)


def _rows(m: Any, rowvar: bool) -> Any:
    m = np.reshape(m, (1, -1)) if m.ndim < 2 else m
    return m if rowvar else m.mT


def _observation_weights(name: str, given: Any, n: int, dtype: Any) -> Any:
    """Weights of n observations in a dtype, checked; ones if none are given."""
    if given is None:
        return np.ones(n, dtype)
    weights = joined(given)
    if weights.shape != (n,):
        raise ValueError(f"cov: {name} of shape {weights.shape} for {n} observations; there is one for each")
    plain = array_of(weights)
    if (plain < 0).any() or (name == "fweights" and (plain != np.round(plain)).any()):
        raise ValueError(f"cov: {name} cannot be negative" + (", and are whole numbers" if name == "fweights" else ""))
    return weights.astype(dtype)


@implements(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of variables, Cᵢⱼ / √(Cᵢᵢ Cⱼⱼ) with C their covariance; arguments as of `cov`."""
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.ndim:
        return c / c
    deviations = np.sqrt(np.real(np.diagonal(c)))
    found = c / deviations[:, None] / deviations[None, :]
    return np.clip(found, -1, 1) if found.dtype.kind != "c" else found
