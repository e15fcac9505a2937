"""Maxima of windows of an image, over one, two or three spatial axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.max_pool import largest
from autograd_lite.kernels.max_pool import max_pool as _max_pool

from .arguments import array, raw, require_floating, tensor
from .windows import batched, windows_on

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d"]

Sizes = int | Sequence[int]


def max_pool1d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """y[n, c, p] = max over k of x[n, c, stride p + dilation k - padding].

    The gradient goes to the first place where the maximum is reached.

    Args:
        input: x (N, C, L) or (C, L).
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        padding: how far windows reach beyond the image, at most half of `kernel_size`; nothing is there.
        dilation: steps between the elements of a window.
        ceil_mode: whether a window that reaches beyond the end of the padded image counts.
        return_indices: give also where the maxima are, as places in the flattened image.

    Returns:
        (N, C, P) or (C, P) with P = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1, rounded up with
        `ceil_mode`; with `return_indices` also int64 indices of that shape.

    Raises:
        ValueError: sizes do not fit.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.max_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2)
    Tensor([[3., 2.]], dtype=float64)
    """
    return _pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` over two axes: x (N, C, H, W) or (C, H, W)."""
    return _pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W)."""
    return _pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _pool(
    name: str,
    axes: int,
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    x = array(input)
    require_floating(name, x)
    batch = batched(name, x, axes)
    windows = windows_on(name, batch.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    y: Tensor = apply_fused(_max_pool, (batch,), (raw(batch),), {"windows": windows})
    answer = y if x is batch else y[0]
    if not return_indices:
        return answer
    where = tensor(largest(raw(batch), windows.tables))
    return answer, where if x is batch else where[0]
