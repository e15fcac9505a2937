"""Running sums, products, and sums of exponentials.

    cumsum         yₖ = x₀ + ... + xₖ
    cumprod        yₖ = x₀ ⋯ xₖ
    logcumsumexp   yₖ = log(exp x₀ + ... + exp xₖ)

The derivative of a running product is a linear recurrence, hₖ = aₖ hₖ₋₁ + bₖ, and so is that of `logcumsumexp`.
`_recurrence` solves it without dividing, in O(n) operations and O(log n) calls of NumPy.  Where no product has vanished
a division is faster.
"""

from typing import Any

import numpy as np

from ..primitive import Primitive, general, linear
from .implementing import implements
from .reductions import regular
from .words import array_of

__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "logcumsumexp"]


def _row(a: Any, axis: int | None) -> tuple[Any, int]:
    """The array and the axis to run along; with axis None, all elements in a row."""
    if axis is None or not np.ndim(a):
        return np.reshape(a, (-1,)), 0
    return a, axis


def _from_the_end(x: Any, axis: int) -> Any:
    """For each element the sum of it and all that follow."""
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


# --- sums


def _cumsum(x: Any, axis: int, dtype: Any = None) -> Any:
    return np.cumsum(x, axis, dtype)


_cumsum_primitive = linear(
    np.cumsum,
    lambda g, _ans, _x, axis, dtype=None: _from_the_end(g, axis),
    raw=_cumsum,
    math="dyₖ = Σ dxᵢ over i ≤ k;  x̄ᵢ = Σ ȳₖ over k ≥ i",
)


@implements(np.cumsum)
def cumsum(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running sums along an axis; with axis None, of all elements in a row."""
    a, axis = _row(a, axis)
    return _cumsum_primitive(a, axis=axis, dtype=dtype)


def cumulative_sum(x: Any, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False) -> Any:
    """Running sums along an axis, which may be left out for an array of one axis.

    With `include_initial` they begin with 0, the sum of nothing.

    >>> import autograd_lite as ag
    >>> ag.cumulative_sum(ag.Tensor([1.0, 2.0, 4.0]), include_initial=True)
    Tensor([0., 1., 3., 7.], dtype=float32)
    """
    return _beginning_with(0, cumsum(x, _only_axis(x, axis, "cumulative_sum"), dtype), axis, include_initial)


# --- products


def _cumprod(x: Any, axis: int, dtype: Any = None) -> Any:
    return np.cumprod(x, axis, dtype)


def _cumprod_vjp(g: Any, ans: Any, x: Any, axis: int, dtype: Any = None) -> Any:
    if regular(ans):
        return _from_the_end(g * ans, axis) / x
    factors, g = np.moveaxis(x, axis, -1), np.moveaxis(g, axis, -1)
    after = np.flip(_recurrence(_shifted(np.flip(factors, -1)), np.flip(g, -1)), -1)
    return np.moveaxis(np.cumprod(_shifted(factors), -1) * after, -1, axis)


def _cumprod_jvp(v: Any, ans: Any, x: Any, axis: int, dtype: Any = None) -> Any:
    if regular(ans):
        return ans * np.cumsum(v / x, axis)
    factors, v = np.moveaxis(x, axis, -1), np.moveaxis(v, axis, -1)
    return np.moveaxis(_recurrence(factors, v * np.cumprod(_shifted(factors), -1)), -1, axis)


def _shifted(a: Any) -> Any:
    """One place on along the last axis, with a 1 at the beginning."""
    return np.concatenate([np.ones(a[..., :1].shape, a.dtype), a[..., :-1]], -1)


def _recurrence(a: Any, b: Any) -> Any:
    """The solution of hₖ = aₖ hₖ₋₁ + bₖ along the last axis, with h₀ = b₀.

    Two steps together are one of the same kind, with the factor a′a and the term a′b + b′.  So half as many steps give
    every other h, and one more step from each of those the rest (Blelloch, Prefix sums and their applications, 1990).
    """
    n = b.shape[-1]
    if n < 2:
        return b
    even, odd = a[..., 0 : n - 1 : 2], a[..., 1::2]
    every_other = _recurrence(odd * even, odd * b[..., 0 : n - 1 : 2] + b[..., 1::2])
    between = a[..., 2::2] * every_other[..., : (n - 1) // 2] + b[..., 2::2]
    rest = np.concatenate([b[..., :1], between], -1)
    pairs = np.stack([rest[..., : n // 2], every_other], -1)
    joined = np.reshape(pairs, (*b.shape[:-1], n - n % 2))
    return np.concatenate([joined, rest[..., -1:]], -1) if n % 2 else joined


_cumprod_primitive = general(
    np.cumprod,
    vjps=(_cumprod_vjp,),
    jvps=(_cumprod_jvp,),
    raw=_cumprod,
    math="dyₖ = xₖ dyₖ₋₁ + yₖ₋₁ dxₖ;  x̄ᵢ = Σ ȳₖ yₖ / xᵢ over k ≥ i",
)


@implements(np.cumprod)
def cumprod(a: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Running products along an axis; with axis None, of all elements in a row.

    Derivatives of all orders are right where factors are 0 too.
    """
    a, axis = _row(a, axis)
    return _cumprod_primitive(a, axis=axis, dtype=dtype)


def cumulative_prod(x: Any, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False) -> Any:
    """Running products along an axis, which may be left out for an array of one axis.

    With `include_initial` they begin with 1, the product of nothing.
    """
    return _beginning_with(1, cumprod(x, _only_axis(x, axis, "cumulative_prod"), dtype), axis, include_initial)


def _only_axis(x: Any, axis: int | None, name: str) -> int:
    if axis is None and np.ndim(x) > 1:
        raise ValueError(f"{name}: an array of shape {np.shape(x)} needs axis=")
    return 0 if axis is None else axis


def _beginning_with(number: float, running: Any, axis: int | None, include_initial: bool) -> Any:
    if not include_initial:
        return running
    axis = 0 if axis is None else axis
    shape = [1 if i == axis % running.ndim else n for i, n in enumerate(running.shape)]
    return np.concatenate([np.full(shape, number, running.dtype), running], axis)


implements(np.cumulative_sum)(cumulative_sum)
implements(np.cumulative_prod)(cumulative_prod)


# --- sums of exponentials


def _logcumsumexp(x: Any, axis: int) -> Any:
    return np.logaddexp.accumulate(x, axis)


def _weights(ans: Any, x: Any, axis: int) -> tuple[Any, Any]:
    """exp(xᵢ - yᵢ), and exp(yᵢ - yᵢ₊₁), both between 0 and 1, along the last axis.

    Where y is -inf, as at the beginning of a row of -inf, the first is 0.
    """
    x, y = np.moveaxis(x, axis, -1), np.moveaxis(ans, axis, -1)
    if np.isneginf(array_of(y)[..., :1]).any():  # y does not decrease
        y = np.maximum(y, float(np.finfo(y.dtype).min))
    return np.exp(x - y), np.exp(y[..., :-1] - y[..., 1:])


def _logcumsumexp_vjp(g: Any, ans: Any, x: Any, axis: int) -> Any:
    weights, decay = _weights(ans, x, axis)
    g = np.flip(np.moveaxis(g, axis, -1), -1)
    factors = np.concatenate([np.ones(g[..., :1].shape, g.dtype), np.flip(decay, -1)], -1)
    return np.moveaxis(weights * np.flip(_recurrence(factors, g), -1), -1, axis)


def _logcumsumexp_jvp(v: Any, ans: Any, x: Any, axis: int) -> Any:
    weights, decay = _weights(ans, x, axis)
    factors = np.concatenate([np.ones(weights[..., :1].shape, v.dtype), decay], -1)
    return np.moveaxis(_recurrence(factors, weights * np.moveaxis(v, axis, -1)), -1, axis)


_logcumsumexp.__name__ = "logcumsumexp"
_logcumsumexp_primitive: Primitive = general(
    _logcumsumexp,
    vjps=(_logcumsumexp_vjp,),
    jvps=(_logcumsumexp_jvp,),
    math="dyₖ = Σ exp(xᵢ − yₖ) dxᵢ over i ≤ k;  x̄ᵢ = Σ exp(xᵢ − yₖ) ȳₖ over k ≥ i",
)


def logcumsumexp(x: Any, /, axis: int | None = None) -> Any:
    """The logarithms of running sums of exponentials along an axis; with axis None, of all elements in a row.

    Nothing overflows: yₖ = log(exp(yₖ₋₁) + exp(xₖ)) is computed by `logaddexp`, and derivatives by recurrences whose
    factors lie between 0 and 1.

    >>> import autograd_lite as ag
    >>> ag.logcumsumexp(ag.Tensor([-1000.0, 1000.0, 0.0]))
    Tensor([-1000.,  1000.,  1000.], dtype=float32)
    """
    return _logcumsumexp_primitive(*_row(x, axis))
