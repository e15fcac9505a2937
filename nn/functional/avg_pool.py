"""Means of windows of an image, and their p-norms, over one, two or three spatial axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.avg_pool import avg_pool as _avg_pool
from autograd_lite.kernels.windows import Windows

from .arguments import array, raw, require_floating, tensor
from .convolution import sizes
from .max_pool import max_pool1d, max_pool2d, max_pool3d
from .windows import batched, windows_on

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "lp_pool1d", "lp_pool2d", "lp_pool3d"]

Sizes = int | Sequence[int]


def avg_pool1d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """y[n, c, p] = mean over k of x[n, c, stride p + k - padding].

    Args:
        input: x (N, C, L) or (C, L).
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        padding: zeros on both sides, at most half of `kernel_size`.
        ceil_mode: whether a window that reaches beyond the end of the padded image counts; what is there does not.
        count_include_pad: whether the zeros count when the sum is divided.

    Returns:
        (N, C, P) or (C, P) with P = (L + 2 padding - kernel_size) // stride + 1, rounded up with `ceil_mode`.

    Raises:
        ValueError: sizes do not fit.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    Tensor([[2., 1.]], dtype=float64)
    """
    return _average("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """`avg_pool1d` over two axes: x (N, C, H, W) or (C, H, W).

    The sum is divided by `divisor_override` if it is given, otherwise by the number of elements.
    """
    return _average(
        "avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool3d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """`avg_pool2d` over three axes: x (N, C, D, H, W) or (C, D, H, W)."""
    return _average(
        "avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def _average(
    name: str,
    axes: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    x = array(input)
    require_floating(name, x)
    if divisor_override == 0:
        raise ValueError(f"{name}: divisor_override must not be 0")
    batch = batched(name, x, axes)
    image = batch.shape[2:]
    windows = windows_on(name, image, kernel_size, stride, padding, 1, ceil_mode)
    divisor = _counts(windows, count_include_pad) if divisor_override is None else divisor_override
    y: Tensor = apply_fused(_avg_pool, (batch,), (raw(batch),), {"windows": windows, "divisor": divisor})
    return y if batch is x else y[0]


@lru_cache(maxsize=256)
def _counts(windows: Windows, count_include_pad: bool) -> Any:
    """How many elements each window has: a number, or an array if they differ."""
    if windows.inside:
        return math.prod(windows.size)
    counts = np.ones(())
    sizes = (windows.image, windows.size, windows.stride, windows.padding, windows.places)
    for n, k, s, p, count in zip(*sizes, strict=True):
        start = np.arange(count) * s - p
        end = np.minimum(start + k, n + p)
        if not count_include_pad:
            start, end = np.maximum(start, 0), np.minimum(end, n)
        counts = counts[..., None] * (end - start)
    return counts


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """y[n, c, p] = (sum over k of x[n, c, stride p + k]^q)^(1/q), with q = `norm_type`.

    It is no norm for an odd q, since the sum is not one of absolute values.  With q infinite it is the largest of the
    absolute values, with -inf the smallest.  Where the sum is 0 the gradient is 0.

    Args:
        input: x (N, C, L) or (C, L).
        norm_type: q.
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        ceil_mode: whether a window that reaches beyond the end of the image counts.  Its sum is scaled up to that of a
            whole window.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.lp_pool1d(np.array([[3.0, 4.0, 5.0, 12.0]]), 2, 2)
    Tensor([[ 5., 13.]], dtype=float64)
    """
    return _power(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """`lp_pool1d` over two axes: x (N, C, H, W) or (C, H, W)."""
    return _power(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Any, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """`lp_pool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W)."""
    return _power(3, input, norm_type, kernel_size, stride, ceil_mode)


def _power(axes: int, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool) -> Tensor:
    name = f"lp_pool{axes}d"
    x = array(input)
    require_floating(name, x)
    if norm_type == 0:
        raise ValueError(f"{name}: norm_type must not be 0")
    if math.isinf(norm_type):
        largest = (max_pool1d, max_pool2d, max_pool3d)[axes - 1]
        sign = math.copysign(1.0, norm_type)
        found: Tensor = largest(np.abs(x) * sign, kernel_size, stride, 0, 1, ceil_mode) * sign
        return found
    mean = _average(name, axes, x**norm_type, kernel_size, stride, 0, ceil_mode, True, None)
    count = math.prod(sizes(name, "kernel_size", kernel_size, axes, least=1))
    powers = mean * count
    if norm_type < 0:
        return tensor(powers ** (1.0 / norm_type))
    zero = raw(powers) == 0  # there the slope of the root is infinite, and the gradient is to be 0
    return tensor(np.where(zero, 0.0, np.where(zero, 1.0, powers) ** (1.0 / norm_type)))
