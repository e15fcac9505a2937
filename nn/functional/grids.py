"""Images looked at in any places: what a spatial transformer does.

M. Jaderberg, K. Simonyan, A. Zisserman and K. Kavukcuoglu, Spatial Transformer Networks (2015), arXiv:1506.02025.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe
from autograd_lite.ops import stop_gradient

from .arguments import array, raw, require_floating, tensor

__all__ = ["affine_grid", "grid_sample"]

MODES = ("bilinear", "nearest", "bicubic")
PADDINGS = ("zeros", "border", "reflection")
SLOPE = -0.75
"""Of the cubic of Keys, at 1; see `interpolation`."""


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """Where the elements of an image go under an affine map: a grid for `grid_sample`.

    grid[n, p, q] = theta[n] (x_q, y_p, 1), where x and y go from -1 to 1 over the image.

    Args:
        theta: (N, 2, 3), or (N, 3, 4) for images with three axes.
        size: (N, C, H, W) or (N, C, D, H, W), of the image that `grid_sample` shall give.
        align_corners: whether -1 and 1 are the middles of the outermost elements, instead of their outer edges.

    Returns:
        (N, H, W, 2) or (N, D, H, W, 3).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> turned = np.array([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    >>> grid = nn.functional.affine_grid(turned, (1, 1, 2, 2), align_corners=False)
    >>> nn.functional.grid_sample(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), grid, align_corners=False)
    Tensor([[[[2., 4.],
              [1., 3.]]]], dtype=float64)
    """
    theta = array(theta)
    require_floating("affine_grid", theta)
    axes = len(size) - 2
    if axes not in (2, 3):
        raise ValueError(f"affine_grid: size must be (N, C, H, W) or (N, C, D, H, W), not {tuple(size)}")
    if theta.shape != (size[0], axes, axes + 1):
        raise ValueError(
            f"affine_grid: for an image {tuple(size)} theta must be {(size[0], axes, axes + 1)}, not {describe(theta)}"
        )
    if min(size) < 1:
        raise ValueError(f"affine_grid: the image must not be empty, but size={tuple(size)}")
    lines = [_line(n, bool(align_corners)) for n in size[2:]]
    base = np.stack([*np.meshgrid(*lines, indexing="ij")[::-1], np.ones(size[2:])], -1).astype(theta.dtype)
    places = np.matmul(base.reshape(-1, axes + 1), tensor(theta).mT)
    grid: Tensor = places.reshape(size[0], *size[2:], axes)
    return grid


def _line(n: int, align: bool) -> Any:
    """The middles of n elements between -1 and 1."""
    if n == 1:
        return np.zeros(1)
    return np.linspace(-1, 1, n) * (1 if align else (n - 1) / n)


def grid_sample(
    input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Tensor:
    """y[n, c, p, q] = x[n, c] at the place grid[n, p, q], with gradients to both.

    Args:
        input: x (N, C, H, W) or (N, C, D, H, W).
        grid: (N, P, Q, 2), of pairs (along W, along H), or (N, P, Q, R, 3), of (along W, along H, along D); from -1 to
            1 over the image.
        mode: "bilinear", between neighbours; "nearest"; "bicubic", a cubic through four, for two axes alone.
        padding_mode: what is beyond the image: "zeros", the element at the "border", or its "reflection".
        align_corners: whether -1 and 1 are the middles of the outermost elements, instead of their outer edges.

    Returns:
        (N, C, P, Q) or (N, C, P, Q, R).

    Raises:
        ValueError: shapes do not fit, or there is no such mode.
        TypeError: the dtypes differ.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> grid = np.array([[[[0.0, 0.0], [1.0, 1.0]]]])
    >>> nn.functional.grid_sample(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), grid, align_corners=True)
    Tensor([[[[2.5, 4. ]]]], dtype=float64)
    """
    x, grid = array(input), array(grid)
    _check(x, grid, mode, padding_mode)
    axes, align = x.ndim - 2, bool(align_corners)
    image, places = x.shape[2:], grid.shape[1:-1]
    count = math.prod(places)
    along = grid.reshape(len(grid), count, axes)
    taps = []
    for axis, n in enumerate(image):
        at = along[:, :, axes - 1 - axis]
        s = (at + 1) * ((n - 1) / 2) if align else ((at + 1) * n - 1) / 2
        taps.append(_cubic_taps(s, n, padding_mode, align) if mode == "bicubic" else _taps(
            _in_image(s, n, padding_mode, align), n, mode))  # fmt: skip
    flat = x.reshape(*x.shape[:2], math.prod(image))
    beyond = np.zeros((*x.shape[:2], 1), x.dtype)  # what stands for all that is not in the image
    y = _gathered(np.concatenate([flat, beyond], -1), taps, image, 0, True)
    answer: Tensor = tensor(y).reshape(*x.shape[:2], *places)
    return answer


Taps = list[tuple[Any, Any]]
"""Elements along an axis that add up to an answer: where each is, an array of integers, and its weight."""


def _gathered(flat: Any, taps: Sequence[Taps], image: Sequence[int], first: Any, inside: Any) -> Any:
    """The sum over the elements of the axes that are left; `first` is where they begin in the flattened image."""
    if not image:
        where = np.where(inside, first, flat.shape[-1] - 1)
        return np.take_along_axis(flat, where[:, None], -1)
    total: Any = None
    n = image[0]
    for at, weight in taps[0]:
        part = _gathered(flat, taps[1:], image[1:], first * n + at, inside & (at >= 0) & (at < n))
        if weight is not None:
            part = part * weight[:, None]
        total = part if total is None else total + part
    return total


def _in_image(s: Any, n: int, padding_mode: str, align: bool) -> Any:
    """Places brought into the image; no gradient flows to those at its ends."""
    if padding_mode == "zeros":
        return s
    if padding_mode == "reflection":
        s = _reflected(s, n, align)
    fixed = stop_gradient(s)
    ends = np.where(fixed > 0, np.minimum(fixed, n - 1), 0).astype(s.dtype)
    return np.where((fixed > 0) & (fixed < n - 1), s, ends)


def _reflected(s: Any, n: int, align: bool) -> Any:
    """Folded up between mirrors, at the middles of the outermost elements or at their outer edges."""
    low, span = (0.0, n - 1.0) if align else (-0.5, float(n))
    if span == 0:
        return s * 0
    folds = np.floor((stop_gradient(s) - low) / span)
    odd = folds % 2
    return s * (1 - 2 * odd) + (odd * (2 * low + (folds + 1) * span) - (1 - odd) * folds * span)


def _whole(s: Any, n: int) -> Any:
    """Whole numbers; those far beyond the image, and NaNs, come to lie just beyond it."""
    return np.clip(np.nan_to_num(s, nan=-9, posinf=n + 9, neginf=-9), -9, n + 9).astype(np.int64)


def _taps(s: Any, n: int, mode: str) -> Taps:
    if mode == "nearest":
        return [(_whole(np.rint(stop_gradient(s)), n), None)]
    low = np.floor(stop_gradient(s))
    t = s - low
    at = _whole(low, n)
    return [(at, 1 - t), (at + 1, t)]


def _cubic_taps(s: Any, n: int, padding_mode: str, align: bool) -> Taps:
    low = np.floor(stop_gradient(s))
    t = s - low
    taps = []
    for offset in range(-1, 3):
        place = _whole(_in_image(low + offset, n, padding_mode, align), n)
        d = t - offset if offset <= 0 else offset - t
        if offset in (0, 1):
            weight = ((SLOPE + 2) * d - (SLOPE + 3)) * d * d + 1
        else:
            weight = (((d - 5) * d + 8) * d - 4) * SLOPE
        taps.append((place, weight))
    return taps


def _check(x: Any, grid: Any, mode: str, padding_mode: str) -> None:
    for what, given, known in (("mode", mode, MODES), ("padding_mode", padding_mode, PADDINGS)):
        if given not in known:
            raise ValueError(f"grid_sample: {what} must be one of {list(known)}, not {given!r}")
    axes = x.ndim - 2
    if axes not in (2, 3) or 0 in x.shape[2:]:
        raise ValueError(f"grid_sample: input must be an image (N, C, H, W) or (N, C, D, H, W), not {describe(x)}")
    if mode == "bicubic" and axes == 3:
        raise ValueError("grid_sample: mode 'bicubic' is for images (N, C, H, W), not " + describe(x))
    if grid.ndim != x.ndim or grid.shape[-1] != axes or len(grid) != len(x):
        places = "P, Q" if axes == 2 else "P, Q, R"
        raise ValueError(f"grid_sample: for an input {describe(x)} the grid must be ({len(x)}, {places}, {axes}), not "
                         f"{describe(grid)}")  # fmt: skip
    require_floating("grid_sample", x)
    if raw(grid).dtype != raw(x).dtype:
        raise TypeError(f"grid_sample: input is {x.dtype} and grid {grid.dtype}; convert one: grid.astype({x.dtype})")
