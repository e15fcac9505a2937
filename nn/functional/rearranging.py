"""Images whose channels become places, and places channels; images cut in patches, and put together from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe
from autograd_lite.kernels.patches import Geometry

from .arguments import tensor
from .convolution import sizes

__all__ = ["channel_shuffle", "fold", "pixel_shuffle", "pixel_unshuffle", "unflatten", "unfold"]

Sizes = int | Sequence[int]


def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """Channels as places: (..., C r^2, H, W) to (..., C, H r, W r).

    W. Shi et al., Real-Time Single Image and Video Super-Resolution Using Sub-Pixel Convolution, CVPR (2016).
    """
    x: Any = tensor(input)
    r = upscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-3] % r**2:
        raise ValueError(
            f"pixel_shuffle: x is (..., C, H, W) with C divisible by upscale_factor^2; upscale_factor={r}, x is "
            f"{describe(x)}"
        )
    *lead, channels, height, width = x.shape
    axes = len(lead)
    parts = x.reshape(*lead, channels // r**2, r, r, height, width)
    order = (*range(axes), axes, axes + 3, axes + 1, axes + 4, axes + 2)
    moved: Any = np.transpose(parts, order)
    answer: Tensor = moved.reshape(*lead, channels // r**2, height * r, width * r)
    return answer


def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """Places as channels, the inverse of `pixel_shuffle`: (..., C, H r, W r) to (..., C r^2, H, W)."""
    x: Any = tensor(input)
    r = downscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-2] % r or x.shape[-1] % r:
        raise ValueError(
            f"pixel_unshuffle: x is (..., C, H, W) with H and W divisible by downscale_factor; downscale_factor={r}, x "
            f"is {describe(x)}"
        )
    *lead, channels, height, width = x.shape
    axes = len(lead)
    parts = x.reshape(*lead, channels, height // r, r, width // r, r)
    order = (*range(axes), axes, axes + 2, axes + 4, axes + 1, axes + 3)
    moved: Any = np.transpose(parts, order)
    answer: Tensor = moved.reshape(*lead, channels * r**2, height // r, width // r)
    return answer


def channel_shuffle(input: Any, groups: int) -> Tensor:
    """The channels of groups taken in turn: x (N, C, ...), with channel (g, c) of (groups, C / groups) at (c, g).

    X. Zhang et al., ShuffleNet, CVPR (2018).
    """
    x: Any = tensor(input)
    if x.ndim < 3 or groups < 1 or x.shape[1] % groups:
        raise ValueError(
            f"channel_shuffle: x is (N, C, ...) with C divisible by groups; groups={groups}, x is {describe(x)}"
        )
    parts = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    answer: Tensor = np.swapaxes(parts, 1, 2).reshape(x.shape)
    return answer


def unflatten(input: Any, dim: int, unflattened_size: Sequence[int]) -> Tensor:
    """One axis as several; one of the sizes may be -1."""
    x: Any = tensor(input)
    if not -x.ndim <= dim < x.ndim:
        raise ValueError(f"unflatten: there is no axis {dim} in {describe(x)}")
    axis, new = dim % x.ndim, list(unflattened_size)
    if new.count(-1) == 1:
        known = -math.prod(new)
        new[new.index(-1)] = x.shape[axis] // known if known else 0
    if math.prod(new) != x.shape[axis] or min(new, default=0) < 0:
        raise ValueError(f"unflatten: axis {dim} of {describe(x)} cannot be laid out as {tuple(unflattened_size)}")
    answer: Tensor = x.reshape(*x.shape[:axis], *new, *x.shape[axis + 1 :])
    return answer


def unfold(input: Any, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Tensor:
    """All patches of images as columns: x (N, C, H, W) or (C, H, W) to (N, C KH KW, L) or (C KH KW, L).

    L is the number of places, in reading order; see `conv2d` for how they are counted.

    Raises:
        ValueError: sizes do not fit.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.unfold(np.arange(9.0).reshape(1, 3, 3), 2)[:, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    x: Any = tensor(input)
    if x.ndim not in (3, 4):
        raise ValueError(f"unfold: x is (N, C, H, W) or (C, H, W), not {describe(x)}")
    batch = x if x.ndim == 4 else x[None]
    kernel, geometry = _geometry("unfold", kernel_size, dilation, padding, stride)
    places = geometry.places(batch.shape[2:], kernel)
    if min(places) < 1:
        raise ValueError(f"unfold: the kernel {kernel} is larger than the padded image; x is {describe(x)}")
    batch = np.pad(batch, ((0, 0), (0, 0), *geometry.padding))
    seen = tuple(d * (k - 1) + 1 for k, d in zip(kernel, geometry.dilation, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(batch, seen, axis=(2, 3))
    steps, apart = geometry.stride, geometry.dilation
    windows = windows[:, :, :: steps[0], :: steps[1], :: apart[0], :: apart[1]]
    count = batch.shape[1] * math.prod(kernel)
    moved: Any = np.transpose(windows, (0, 1, 4, 5, 2, 3))
    columns: Tensor = moved.reshape(len(batch), count, math.prod(places))
    return columns if x.ndim == 4 else columns[0]


def fold(
    input: Any,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """Images of columns as `unfold` gives them, added up where they overlap: its transpose, not its inverse.

    Args:
        input: x (N, C KH KW, L) or (C KH KW, L).
        output_size: (H, W).
        kernel_size: (KH, KW).
        dilation: steps between the elements of a patch.
        padding: zeros beside the image, which are cut off.
        stride: steps between places.

    Returns:
        (N, C, H, W) or (C, H, W).

    Raises:
        ValueError: sizes do not fit.
    """
    x: Any = tensor(input)
    size = sizes("fold", "output_size", output_size, 2, least=1)
    kernel, geometry = _geometry("fold", kernel_size, dilation, padding, stride)
    places = geometry.places(size, kernel)
    if x.ndim not in (2, 3) or x.shape[-2] % math.prod(kernel) or x.shape[-1] != math.prod(places):
        raise ValueError(
            f"fold: for an image {size} and the kernel {kernel}, x must be (N, C * {math.prod(kernel)}, "
            f"{math.prod(places)}), or without N; x is {describe(x)}"
        )
    batch = x if x.ndim == 3 else x[None]
    channels = batch.shape[1] // math.prod(kernel)
    parts = batch.reshape(len(batch), channels, *kernel, *places)
    padded = [s + 2 * p for s, (p, _) in zip(size, geometry.padding, strict=True)]
    where = [
        np.arange(k)[:, None] * d + np.arange(n) * s
        for k, d, n, s in zip(kernel, geometry.dilation, places, geometry.stride, strict=True)
    ]
    rows, columns = (_placed(at, length, batch.dtype) for at, length in zip(where, padded, strict=True))
    images: Any = np.einsum("ncijpq,ipy,jqx->ncyx", parts, rows, columns)
    (top, _), (left, _) = geometry.padding
    images = images[:, :, top : top + size[0], left : left + size[1]]
    return images if x.ndim == 3 else images[0]  # type: ignore[no-any-return]


def _placed(where: Any, length: int, dtype: Any) -> Any:
    """1 where an element of a kernel lies at a place, (K, P, length)."""
    return (where[..., None] == np.arange(length)).astype(dtype)


def _geometry(
    name: str, kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes
) -> tuple[tuple[int, ...], Geometry]:
    kernel = sizes(name, "kernel_size", kernel_size, 2, least=1)
    around = sizes(name, "padding", padding, 2)
    steps, apart = sizes(name, "stride", stride, 2, least=1), sizes(name, "dilation", dilation, 2, least=1)
    return kernel, Geometry(steps, tuple((n, n) for n in around), apart, 1)
