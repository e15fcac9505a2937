"""Images made larger or smaller.

Element p of the answer lies at s = scale (p + 1/2) - 1/2 of the image, with scale = length / new length or
1 / scale_factor; or, with `align_corners`, at s = p (length - 1) / (new length - 1).  All modes are linear maps of one
axis after the other.

R. Keys, Cubic Convolution Interpolation for Digital Image Processing, IEEE Transactions on Acoustics, Speech, and
Signal Processing 29 (1981).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe

from .adaptive_pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from .arguments import array, raw, require_floating, tensor
from .resampling import Taps, resample

__all__ = ["interpolate"]

ANY = (1, 2, 3)
MODES = {
    "nearest": ANY,
    "nearest-exact": ANY,
    "area": ANY,
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
    "lanczos": (2,),
}
"""Over how many spatial axes each mode goes."""

Sizes = int | Sequence[int]
Factors = float | Sequence[float]


def interpolate(
    input: Any,
    size: Sizes | None = None,
    scale_factor: Factors | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """An image in another size.

    Args:
        input: (N, C, *S), with one to three axes S.
        size: the new S, a number for all axes or one for each.
        scale_factor: instead of it, by what S is multiplied; the new S is rounded down.
        mode: "nearest", the element that p scale lies in; "nearest-exact", that (p + 1/2) scale lies in; "linear",
            "bilinear" or "trilinear", for one, two or three axes, between neighbours; "bicubic", a cubic through four
            of them; "area", as `adaptive_avg_pool2d`; "lanczos", with `antialias` alone.
        align_corners: for the linear modes and "bicubic", whether the first and the last elements lie on each other,
            instead of the outer edges of them.
        recompute_scale_factor: whether the scale is that of the sizes, and not 1 / scale_factor, where these differ.
        antialias: for "bilinear" and "bicubic", whether an image that is made smaller is averaged, so that its fine
            structures leave no pattern.

    Raises:
        ValueError: what is given does not fit.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.interpolate(np.array([[[1.0, 2.0]]]), scale_factor=2)
    Tensor([[[1., 1., 2., 2.]]], dtype=float64)
    >>> nn.functional.interpolate(np.array([[[1.0, 2.0]]]), size=4, mode="linear")
    Tensor([[[1.  , 1.25, 1.75, 2.  ]]], dtype=float64)
    """
    x = array(input)
    axes = x.ndim - 2
    check_mode("interpolate", mode, align_corners, antialias)
    if axes not in MODES[mode]:
        wanted = " or ".join(f"(N, C, {'*' * n if n == 1 else ', '.join('*' * n)})" for n in MODES[mode])
        raise ValueError(f"interpolate: mode {mode!r} takes images {wanted}, not {describe(x)}")
    require_floating("interpolate", x)
    image = x.shape[2:]
    new, factors = _target(image, size, scale_factor, recompute_scale_factor)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[axes - 1](x, new)
    if min(image) < 1 or min(new) < 1:
        raise ValueError(f"interpolate: the image, {image}, and the answer, {new}, must not be empty")
    single = raw(x).dtype != np.float64 or axes == 2  # how PyTorch rounds where an element begins
    taps = [
        _taps(mode, n, p, factor, bool(align_corners), antialias, single)
        for n, p, factor in zip(image, new, factors, strict=True)
    ]
    return tensor(resample(x, taps))


def check_mode(name: str, mode: str, align_corners: bool | None, antialias: bool = False) -> None:
    """Raise ValueError for a mode that there is not, or options that it does not take."""
    if mode not in MODES:
        raise ValueError(f"{name}: mode must be one of {list(MODES)}, not {mode!r}")
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise ValueError(f"{name}: align_corners is for the linear modes and bicubic, not for mode {mode!r}")
    if antialias and mode not in ("bilinear", "bicubic", "lanczos"):
        raise ValueError(f"{name}: antialias is for the modes bilinear, bicubic and lanczos, not {mode!r}")
    if mode == "lanczos" and (align_corners or not antialias):
        raise ValueError(f"{name}: mode 'lanczos' needs antialias=True, and takes no align_corners")


def _target(
    image: Sequence[int], size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[tuple[int, ...], Sequence[float | None]]:
    """The size of the answer, and the factors that scales are taken from (None: from the sizes)."""
    axes = len(image)
    if (size is None) == (scale_factor is None):
        raise ValueError(f"interpolate: give either size or scale_factor; {size=}, {scale_factor=}")
    if size is not None:
        if recompute:
            raise ValueError("interpolate: recompute_scale_factor is for scale_factor, but size was given")
        new = tuple(size) if isinstance(size, Sequence) else (size,) * axes
        if len(new) != axes or not all(isinstance(p, (int, np.integer)) for p in new):
            raise ValueError(
                f"interpolate: size must be a whole number, or {axes} of them for the image {tuple(image)}, not "
                f"{size!r}"
            )
        return tuple(map(int, new)), (None,) * axes
    factors = tuple(scale_factor) if isinstance(scale_factor, Sequence) else (scale_factor,) * axes
    if len(factors) != axes or not all(factor > 0 for factor in factors):
        raise ValueError(
            f"interpolate: scale_factor must be a number above 0, or {axes} of them for the image {tuple(image)}, not "
            f"{scale_factor!r}"
        )
    target = tuple(int(n * factor) for n, factor in zip(image, factors, strict=True))
    return target, (None,) * axes if recompute else factors


@lru_cache(maxsize=32)  # they hold matrices, of some megabytes where images are large
def _taps(mode: str, n: int, count: int, factor: float | None, align: bool, antialias: bool, single: bool) -> Taps:
    """The map of an axis of length n to one of `count`."""
    scale = n / count if factor is None else 1.0 / factor
    if align:
        scale = (n - 1) / (count - 1) if count > 1 else 0.0
    if n == count and (antialias or mode not in ("nearest-exact", "bicubic")):
        scale = 1.0  # PyTorch takes the image as it is, whatever the factor
    elif count == 2 * n and mode == "nearest":
        scale = 0.5
    at = np.arange(count)
    if mode in ("nearest", "nearest-exact"):
        half = mode == "nearest-exact"
        if not single and factor is None:
            places = (2 * at + half) * n // (2 * count)
        else:
            real: Any = np.float32 if single else np.float64
            places = np.floor((at.astype(real) + real(half / 2)) * real(scale)).astype(np.int64)
        return Taps(np.minimum(places, n - 1)[:, None], np.ones((count, 1)), n)
    if antialias:
        return _averaged(n, count, scale, *FILTERS[mode])
    s = at * scale if align else (at + 0.5) * scale - 0.5
    if mode == "bicubic":
        first, offsets, bell = np.floor(s), np.arange(-1, 3), _cubic(-0.75)
    else:
        s = np.maximum(s, 0)
        first, offsets, bell = np.minimum(np.floor(s), n - 1), np.arange(2), _hat
    t = np.clip(s - first, 0, 1)
    places = np.clip(first.astype(np.int64)[:, None] + offsets, 0, n - 1)
    return Taps(places, bell(t[:, None] - offsets), n)


def _averaged(n: int, count: int, scale: float, reach: float, bell: Callable[[Any], Any]) -> Taps:
    """With a bell as wide as an element of the answer, where that is wider than one of the image."""
    wide = max(scale, 1.0)
    centre = scale * (np.arange(count) + 0.5)
    start = np.maximum((centre - reach * wide + 0.5).astype(np.int64), 0)
    end = np.minimum((centre + reach * wide + 0.5).astype(np.int64), n)
    places = start[:, None] + np.arange((end - start).max())
    weights = bell((places - centre[:, None] + 0.5) / wide) * (places < end[:, None])
    return Taps(np.minimum(places, n - 1), weights / weights.sum(axis=1, keepdims=True), n)


def _hat(x: Any) -> Any:
    return np.maximum(1 - np.abs(x), 0)


def _cubic(a: float) -> Callable[[Any], Any]:
    """The piecewise cubic of Keys, of slope a at 1."""

    def bell(x: Any) -> Any:
        x = np.abs(x)
        near, far = ((a + 2) * x - (a + 3)) * x * x + 1, (((x - 5) * x + 8) * x - 4) * a
        return np.where(x < 1, near, np.where(x < 2, far, 0.0))

    return bell


def _lanczos(x: Any) -> Any:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


FILTERS: dict[str, tuple[float, Callable[[Any], Any]]] = {
    "bilinear": (1, _hat),
    "bicubic": (2, _cubic(-0.5)),
    "lanczos": (3, _lanczos),
}
"""How far each reaches, and the bell."""
