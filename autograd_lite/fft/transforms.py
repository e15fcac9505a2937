"""Discrete Fourier transforms, over any axes, of any length, in any normalization.

A transform is a linear map, and its matrix w^(jk) is symmetric: it is its own transpose, but for the zeros that were
added to the input or the elements that were cut from it, which the transpose cuts or adds.  The real transforms keep
only half of a spectrum whose other half is its mirror image.  With dL = Re(c dy), for a real x and K kept frequencies,

    rfft:    c_x = Re sum_k c_k w^(jk),      which is `irfft` of conj(c), with those k halved that have a mirror image;
    irfft:   c_x = m_k conj(rfft(c))_k,      m_k = 2 for those k that have a mirror image, else 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..ops.implementing import implements
from ..ops.joining import joined
from ..ops.words import axis_in
from ..primitive import linear

__all__ = [
    "fft", "fft2", "fftn", "hfft", "ifft", "ifft2", "ifftn", "ihfft", "irfft", "irfft2", "irfftn", "rfft", "rfft2",
    "rfftn",
]  # fmt: skip

_OTHER_WAY: dict[str | None, Any] = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
"""The normalization with which the inverse transform has the same factor."""


def _fitted(x: Any, lengths: Sequence[int], axes: Sequence[int]) -> Any:
    """x cut or filled up with zeros at the end of each axis."""
    for n, axis in zip(lengths, axes, strict=True):
        have = x.shape[axis]
        axis = axis % len(x.shape)
        if have > n:
            x = x[(slice(None),) * axis + (slice(n),)]
        elif have < n:
            missing = (*x.shape[:axis], n - have, *x.shape[axis + 1 :])
            x = np.concatenate([x, np.zeros(missing, x.dtype)], axis=axis)
    return x


def _mirrored(n: int, axis: int, ndim: int, dtype: Any, factor: float) -> Any:
    """`factor` for each frequency of n real numbers that has a mirror image, 1 for the others."""
    weights = np.full(n // 2 + 1, factor, np.empty(0, dtype).real.dtype)
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    return weights.reshape([-1 if i == axis % ndim else 1 for i in range(ndim)])


def _complex_transpose(function: Callable[..., Any]) -> Callable[..., Any]:
    def transpose(g: Any, _ans: Any, _x: Any, s: Any, axes: Any, norm: Any) -> Any:
        return _fitted(function(g, None, axes, norm), [_x.shape[axis] for axis in axes], axes)

    return transpose


def _of_one_axis(function: Callable[..., Any], of_several: Callable[..., Any]) -> Callable[..., Any]:
    """How a transform runs on arrays: along one axis by NumPy's function for that, which has less to prepare."""

    def run(x: Any, s: Any, axes: Any, norm: Any) -> Any:
        if len(axes) == 1:
            return function(x, None if s is None else s[0], axes[0], norm)
        return of_several(x, s, axes, norm)

    return run


_fftn = linear(
    np.fft.fftn,
    _complex_transpose(np.fft.fftn),
    raw=_of_one_axis(np.fft.fft, np.fft.fftn),
    math="Yₖ = Σⱼ wʲᵏ xⱼ, w = exp(−2πi/n);  x̄ⱼ = Σₖ wʲᵏ Ȳₖ",
)
_ifftn = linear(
    np.fft.ifftn,
    _complex_transpose(np.fft.ifftn),
    raw=_of_one_axis(np.fft.ifft, np.fft.ifftn),
    math="Yₖ = Σⱼ w⁻ʲᵏ xⱼ / n;  x̄ⱼ = Σₖ w⁻ʲᵏ Ȳₖ / n",
)


def _summed(c: Any, x: Any, s: Any, axes: Any, norm: Any) -> Any:
    """Re sum_k conj(c_k) w^(jk) over the frequencies that `rfftn` gives, for all j of x."""
    lengths = [x.shape[axis] for axis in axes]
    sizes = lengths if s is None else s
    halved = c * _mirrored(sizes[-1], axes[-1], len(x.shape), c.dtype, 0.5)
    return _fitted(np.fft.irfftn(halved, sizes, axes, _OTHER_WAY[norm]), lengths, axes)


def _rfftn_transpose(g: Any, _ans: Any, _x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return _summed(np.conjugate(g), _x, s, axes, norm)


def _ihfft_transpose(g: Any, _ans: Any, _x: Any, n: Any, axis: Any, norm: Any) -> Any:
    return _summed(g, _x, None if n is None else (n,), (axis,), _OTHER_WAY[norm])


def _irfftn_transpose(g: Any, _ans: Any, _x: Any, s: Any, axes: Any, norm: Any) -> Any:
    spectrum = np.conjugate(np.fft.rfftn(g, None, axes, _OTHER_WAY[norm]))
    doubled = spectrum * _mirrored(s[-1], axes[-1], len(_x.shape), spectrum.dtype, 2.0)
    return _fitted(doubled, [_x.shape[axis] for axis in axes], axes)


_rfftn = linear(
    np.fft.rfftn,
    _rfftn_transpose,
    raw=_of_one_axis(np.fft.rfft, np.fft.rfftn),
    math="Yₖ = Σⱼ wʲᵏ xⱼ for k ≤ n/2;  x̄ⱼ = Re Σₖ wʲᵏ Ȳₖ",
)
_irfftn = linear(
    np.fft.irfftn,
    _irfftn_transpose,
    raw=_of_one_axis(np.fft.irfft, np.fft.irfftn),
    math="yⱼ = Re Σₖ mₖ w⁻ʲᵏ Xₖ / n, mₖ = 1 for k = 0, n/2, else 2;  X̄ₖ = mₖ Σⱼ w⁻ʲᵏ ȳⱼ / n",
)
_ihfft = linear(
    np.fft.ihfft,
    _ihfft_transpose,
    math="Yₖ = Σⱼ w⁻ʲᵏ xⱼ / n for k ≤ n/2;  x̄ⱼ = Re Σₖ w⁻ʲᵏ Ȳₖ / n",
)


def _settled(name: str, a: Any, s: Any, axes: Any) -> tuple[Any, Any, tuple[int, ...]]:
    """The array, lengths (None for those it has) and axes, counted from the first, of a transform over several axes."""
    x = joined(a)
    ndim = len(x.shape)
    if axes is None:
        axes = range(ndim) if s is None else range(ndim - len(s), ndim)
    axes = normalize_axis_tuple(tuple(axes), ndim, allow_duplicate=True)
    if s is None:
        return x, None, axes
    if len(s) != len(axes):
        raise ValueError(f"{name}: s has {len(s)} lengths for {len(axes)} axes; s={tuple(s)}, axes={axes}")
    lengths = tuple(x.shape[axis] if n in (None, -1) else index(n) for n, axis in zip(s, axes, strict=True))
    return x, lengths, axes


def _several(primitive: Any, x: Any, s: Any, axes: tuple[int, ...], norm: Any) -> Any:
    if not axes:
        return np.copy(x)
    if len(set(axes)) == len(axes):
        return primitive(x, s=s, axes=axes, norm=norm)
    for i in reversed(range(len(axes))):  # an axis that is named twice is transformed twice, the last one first
        x = primitive(x, s=None if s is None else s[i : i + 1], axes=axes[i : i + 1], norm=norm)
    return x


@implements(np.fft.fft)
def fft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The transform along one axis: Y_k = sum_j x_j exp(-2 pi i j k / n).

    Args:
        a: real or complex numbers.
        n: how many of them are transformed: cut, or filled up with zeros.
        axis: the axis.
        norm: "backward" (the default) divides by n in the inverse transform, "forward" in this one, "ortho" by
            the root of n in both.

    Raises:
        ValueError: n is less than 1, or `norm` another word.
    """
    return _fftn(joined(a), s=None if n is None else (n,), axes=(axis,), norm=norm)


@implements(np.fft.ifft)
def ifft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `fft` along one axis."""
    return _ifftn(joined(a), s=None if n is None else (n,), axes=(axis,), norm=norm)


@implements(np.fft.rfft)
def rfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The transform of real numbers along one axis: the n // 2 + 1 frequencies that are not mirror images."""
    return _rfftn(joined(a), s=None if n is None else (n,), axes=(axis,), norm=norm)


@implements(np.fft.irfft)
def irfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `rfft`: n real numbers, by default 2 (K - 1) for K frequencies."""
    x = joined(a)
    return _irfftn(x, s=(2 * (x.shape[axis_in(axis, x.ndim)] - 1) if n is None else n,), axes=(axis,), norm=norm)


@implements(np.fft.hfft)
def hfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The transform of numbers whose other half is their mirror image, given the first half: n real numbers."""
    if norm not in _OTHER_WAY:
        raise ValueError(f'hfft: norm must be "backward", "ortho" or "forward", not {norm!r}')
    return irfft(np.conjugate(joined(a)), n, axis, _OTHER_WAY[norm])


@implements(np.fft.ihfft)
def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `hfft`."""
    return _ihfft(joined(a), n=n, axis=axis, norm=norm)


@implements(np.fft.fftn)
def fftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The transform over several axes (by default all); `s` are the lengths, as `n` of `fft`, -1 for that of a."""
    return _several(_fftn, *_settled("fftn", a, s, axes), norm)


@implements(np.fft.ifftn)
def ifftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `fftn`."""
    return _several(_ifftn, *_settled("ifftn", a, s, axes), norm)


@implements(np.fft.rfftn)
def rfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The transform of real numbers over several axes: `rfft` along the last one, `fft` along the others."""
    x, s, axes = _settled("rfftn", a, s, axes)
    if len(set(axes)) < len(axes):
        s = tuple(x.shape[axis] for axis in axes) if s is None else s
        return _several(_fftn, _rfftn(x, s=s[-1:], axes=axes[-1:], norm=norm), s[:-1], axes[:-1], norm)
    return _rfftn(x, s=s, axes=axes, norm=norm)


@implements(np.fft.irfftn)
def irfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `rfftn`; the last length is by default 2 (K - 1)."""
    x, s, axes = _settled("irfftn", a, s, axes)
    if s is None:
        s = (*(x.shape[axis] for axis in axes[:-1]), 2 * (x.shape[axes[-1]] - 1))
    if len(set(axes)) < len(axes):  # here NumPy goes through the axes from the first
        x = _several(_ifftn, x, s[-2::-1], axes[-2::-1], norm)
        return _irfftn(x, s=s[-1:], axes=axes[-1:], norm=norm)
    return _irfftn(x, s=s, axes=axes, norm=norm)


@implements(np.fft.fft2)
def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`fftn` over two axes, by default the last ones."""
    return fftn(a, s, axes, norm)


@implements(np.fft.ifft2)
def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`ifftn` over two axes, by default the last ones."""
    return ifftn(a, s, axes, norm)


@implements(np.fft.rfft2)
def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`rfftn` over two axes, by default the last ones."""
    return rfftn(a, s, axes, norm)


@implements(np.fft.irfft2)
def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`irfftn` over two axes, by default the last ones."""
    return irfftn(a, s, axes, norm)
