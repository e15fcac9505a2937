"""Arguments of pooling functions, checked: images with or without a batch, and windows on them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autograd_lite.errors import describe
from autograd_lite.kernels.windows import Windows

from .convolution import sizes

AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


def batched(name: str, x: Any, axes: int) -> Any:
    """(N, C, *S) as it is, (C, *S) as a batch of one."""
    if x.ndim not in (axes + 1, axes + 2):
        raise ValueError(f"{name}: input must be (N, C, {AXES[axes]}) or (C, {AXES[axes]}), not {describe(x)}")
    return x if x.ndim == axes + 2 else x[None]


def check_window(
    name: str, axes: int, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1
) -> tuple[tuple[int, ...], ...]:
    """The sizes of windows, a number for each axis: kernel_size, stride, padding, dilation."""
    size = sizes(name, "kernel_size", kernel_size, axes, least=1)
    steps = size if stride is None else sizes(name, "stride", stride, axes, least=1)
    around = sizes(name, "padding", padding, axes)
    apart = sizes(name, "dilation", dilation, axes, least=1)
    if any(2 * p > k for p, k in zip(around, size, strict=True)):
        raise ValueError(f"{name}: padding may be at most half of kernel_size; padding={around}, kernel_size={size}")
    return size, steps, around, apart


def windows_on(
    name: str,
    image: Sequence[int],
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Windows:
    """Windows of some size on an image, checked."""
    given = (kernel_size, stride, padding, dilation)
    hashable = [tuple(each) if isinstance(each, list) else each for each in given]
    return _windows(name, tuple(image), *hashable, ceil_mode)


@lru_cache(maxsize=256, typed=True)
def _windows(
    name: str, image: tuple[int, ...], kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Windows:
    size, steps, around, apart = check_window(name, len(image), kernel_size, stride, padding, dilation)
    places = []
    for n, k, s, p, d in zip(image, size, steps, around, apart, strict=True):
        rest = n + 2 * p - d * (k - 1) - 1
        count = (-(-rest // s) if ceil_mode else rest // s) + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1  # a window must begin in the image, or in the padding before it
        jumps = any(start % d >= n for start in range(-p, 0, s))  # the elements of a window lie on both sides of it
        if count < 1 or jumps:
            raise ValueError(
                f"{name}: the window {size}, with dilation {apart}, is larger than the image {image} with its "
                f"padding {around}"
            )
        places.append(count)
    return Windows(image, size, steps, around, apart, tuple(places))
