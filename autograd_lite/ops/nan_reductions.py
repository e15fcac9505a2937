"""Reductions that pass over NaN: no gradient flows to the elements that are NaN."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..primitive import Primitive, elementwise, general
from .implementing import implements
from .joining import joined
from .quantiles import as_quantiles, find
from .reductions import bounds, extreme_jvp, extreme_vjp, masked, mean_transpose
from .statistics import ddof_of, std_jvp, std_vjp, var_jvp, var_vjp
from .words import array_of

__all__ = [
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
]

# --- a number in the place of NaN


def _nan_filled(x: Any, number: float) -> Any:
    """x with a number in the place of NaN."""
    if x.dtype.kind not in "fc":
        return x
    filled = np.array(x)
    np.copyto(filled, number, where=np.isnan(x))
    return filled


_nan_filled.__name__ = "nan_filled"
_nan_filled_primitive: Primitive = elementwise(
    _nan_filled,
    lambda v, _ans, x, number: v * (x == x).astype(v.dtype),
    math="dy = dx, and 0 where x is NaN",
)


@implements(np.nansum)
def nansum(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The sum over axes with 0 in the place of NaN; arguments as of `sum`."""
    return np.sum(_nan_filled_primitive(a, 0), axis, dtype, keepdims=keepdims, where=where, **_given(initial))


@implements(np.nanprod)
def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The product over axes with 1 in the place of NaN; arguments as of `prod`."""
    return np.prod(_nan_filled_primitive(a, 1), axis, dtype, keepdims=keepdims, where=where, **_given(initial))


def _given(initial: Any) -> dict[str, Any]:
    return {} if initial is None else {"initial": initial}


@implements(np.nancumsum)
def nancumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running sums with 0 in the place of NaN; arguments as of `cumsum`."""
    return np.cumsum(_nan_filled_primitive(a, 0), axis, dtype)


@implements(np.nancumprod)
def nancumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running products with 1 in the place of NaN; arguments as of `cumprod`."""
    return np.cumprod(_nan_filled_primitive(a, 1), axis, dtype)


# --- means and variances: their rules are those of the elements that are not NaN


def _valid(x: Any, where: Any) -> Any:
    valid = ~np.isnan(array_of(x))
    return valid if where is True else valid & where


def _nanmean(x: Any, axis: Any, dtype: Any, keepdims: bool, **where: Any) -> Any:
    return np.nanmean(x, axis, dtype, keepdims=keepdims, **where)


def _nanmean_vjp(g: Any, _ans: Any, x: Any, *, where: Any = True, **options: Any) -> Any:
    return mean_transpose(g, None, x, where=_valid(x, where), **options)


def _nanmean_jvp(v: Any, _ans: Any, x: Any, axis: Any, dtype: Any, keepdims: bool, *, where: Any = True) -> Any:
    return np.mean(v, axis, dtype, keepdims=keepdims, where=_valid(x, where))


def _nanvar(x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, **where: Any) -> Any:
    return np.nanvar(x, axis, dtype, ddof=ddof, keepdims=keepdims, **where)


def _nanstd(x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, **where: Any) -> Any:
    return np.nanstd(x, axis, dtype, ddof=ddof, keepdims=keepdims, **where)


def _of_valid(rule: Any) -> Any:
    """A rule of a variance, of those elements that are not NaN."""

    def of_valid(v: Any, ans: Any, x: Any, *, where: Any = True, **options: Any) -> Any:
        return rule(v, ans, _nan_filled_primitive(x, 0), where=_valid(x, where), **options)

    return of_valid


_nanmean_primitive = general(
    np.nanmean,
    vjps=(_nanmean_vjp,),
    jvps=(_nanmean_jvp,),
    raw=_nanmean,
    math="as of the mean of the elements that are not NaN",
)
_nanvar_primitive = general(
    np.nanvar,
    vjps=(_of_valid(var_vjp),),
    jvps=(_of_valid(var_jvp),),
    raw=_nanvar,
    math="as of the variance of the elements that are not NaN",
)
_nanstd_primitive = general(
    np.nanstd,
    vjps=(_of_valid(std_vjp),),
    jvps=(_of_valid(std_jvp),),
    raw=_nanstd,
    math="as of the standard deviation of the elements that are not NaN",
)


@implements(np.nanmean)
def nanmean(a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """The mean over axes of the elements that are not NaN; arguments as of `mean`."""
    return _nanmean_primitive(a, axis=axis, dtype=dtype, keepdims=keepdims, **masked(where))


@implements(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """The variance over axes of the elements that are not NaN; arguments as of `var`."""
    ddof = ddof_of(ddof, correction, "nanvar")
    if mean is None:
        return _nanvar_primitive(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **masked(where))
    return np.var(
        _nan_filled_primitive(a, 0), axis, dtype, ddof=ddof, keepdims=keepdims, where=_valid(a, where), mean=mean
    )


@implements(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, where: Any = True,
    mean: Any = None, correction: float | None = None,
) -> Any:  # fmt: skip
    """The standard deviation over axes of the elements that are not NaN; arguments as of `var`."""
    ddof = ddof_of(ddof, correction, "nanstd")
    if mean is None:
        return _nanstd_primitive(a, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims, **masked(where))
    return np.sqrt(nanvar(a, axis, dtype, ddof, keepdims, where=where, mean=mean))


# --- extremes


def _nanmax(x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    return np.nanmax(x, axis, keepdims=keepdims, **options)


def _nanmin(x: Any, axis: Any, keepdims: bool, **options: Any) -> Any:
    return np.nanmin(x, axis, keepdims=keepdims, **options)


_EXTREME = "dy = the mean of dx over the k elements that equal y;  x̄ = ȳ/k there, 0 elsewhere"
_nanmax_primitive = general(np.nanmax, vjps=(extreme_vjp,), jvps=(extreme_jvp,), raw=_nanmax, math=_EXTREME)
_nanmin_primitive = general(np.nanmin, vjps=(extreme_vjp,), jvps=(extreme_jvp,), raw=_nanmin, math=_EXTREME)


@implements(np.nanmax)
def nanmax(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
    """The largest element over axes that is not NaN; ties share the gradient equally.  Arguments as of `max`."""
    return _nanmax_primitive(a, axis=axis, keepdims=keepdims, **bounds(initial, where))


@implements(np.nanmin)
def nanmin(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
    """The smallest element over axes that is not NaN; ties share the gradient equally.  Arguments as of `min`."""
    return _nanmin_primitive(a, axis=axis, keepdims=keepdims, **bounds(initial, where))


# --- medians and quantiles


def _quantile(a: Any, q: Any, axis: Any, method: str, keepdims: bool, weights: Any, weak: bool) -> Any:
    answer = find(a, q, axis, method, keepdims, weights, skip_nan=True, weak=weak)
    if a.dtype.kind == "f" and np.isnan(array_of(answer)).any():
        warnings.warn("there is a slice of nothing but NaN", RuntimeWarning, stacklevel=3)
    return answer


@implements(np.nanquantile)
def nanquantile(
    a: Any, q: Any, axis: Any = None, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    *, weights: Any = None,
) -> Any:  # fmt: skip
    """The quantiles over axes of the elements that are not NaN; arguments as of `quantile`."""
    a = joined(a)
    q, weak = as_quantiles(q, a, "nanquantile")
    return _quantile(a, q, axis, method, keepdims, weights, weak)


@implements(np.nanpercentile)
def nanpercentile(
    a: Any, q: Any, axis: Any = None, overwrite_input: bool = False, method: str = "linear", keepdims: bool = False,
    *, weights: Any = None,
) -> Any:  # fmt: skip
    """The percentiles over axes of the elements that are not NaN; arguments as of `quantile`."""
    a = joined(a)
    q, weak = as_quantiles(q, a, "nanpercentile")
    return _quantile(a, q / 100, axis, method, keepdims, weights, weak)


@implements(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The median over axes of the elements that are not NaN; arguments as of `median`."""
    a = joined(a)
    if not (a.dtype.kind == "f" and np.isnan(array_of(a)).any()):
        return np.median(a, axis, keepdims=keepdims)
    return _quantile(a, np.asarray(0.5), axis, "linear", keepdims, None, weak=True)
