"""Pooling to an image of a given size: windows that cover the image, and overlap where it cannot be divided evenly.

Window p of P along an axis of length L begins at floor(p L / P) and ends before ceil((p + 1) L / P).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.avg_pool import avg_pool
from autograd_lite.kernels.max_pool import largest, max_pool, picked
from autograd_lite.kernels.windows import Windows

from .arguments import array, raw, require_floating, tensor
from .resampling import adaptive_means, adaptive_places, resample
from .windows import batched

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
]

Sizes = int | None | Sequence[int | None]


def adaptive_avg_pool1d(input: Any, output_size: Sizes) -> Tensor:
    """y[n, c, p] = mean of x[n, c, floor(p L / P) : ceil((p + 1) L / P)], for whatever length L.

    Args:
        input: x (N, C, L) or (C, L).
        output_size: P; None for L.

    Returns:
        (N, C, P) or (C, P).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.adaptive_avg_pool1d(np.array([[1.0, 3.0, 2.0, 0.0, 4.0]]), 2)
    Tensor([[2., 2.]], dtype=float64)
    """
    return _average("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Any, output_size: Sizes) -> Tensor:
    """`adaptive_avg_pool1d` over two axes: x (N, C, H, W) or (C, H, W); a size for both, or one for each."""
    return _average("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: Any, output_size: Sizes) -> Tensor:
    """`adaptive_avg_pool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W); a size for all, or one for each."""
    return _average("adaptive_avg_pool3d", 3, input, output_size)


def adaptive_max_pool1d(input: Any, output_size: Sizes, return_indices: bool = False) -> Any:
    """y[n, c, p] = max of x[n, c, floor(p L / P) : ceil((p + 1) L / P)], for whatever length L.

    The gradient goes to the first place where the maximum is reached.

    Args:
        input: x (N, C, L) or (C, L).
        output_size: P; None for L.
        return_indices: give also where the maxima are, as places in the flattened image.

    Returns:
        (N, C, P) or (C, P); with `return_indices` also int64 indices of that shape.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.adaptive_max_pool1d(np.array([[1.0, 3.0, 2.0, 0.0, 4.0]]), 2)
    Tensor([[3., 4.]], dtype=float64)
    """
    return _maximum("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Any, output_size: Sizes, return_indices: bool = False) -> Any:
    """`adaptive_max_pool1d` over two axes: x (N, C, H, W) or (C, H, W); a size for both, or one for each."""
    return _maximum("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Any, output_size: Sizes, return_indices: bool = False) -> Any:
    """`adaptive_max_pool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W); a size for all, or one for each."""
    return _maximum("adaptive_max_pool3d", 3, input, output_size, return_indices)


def _average(name: str, axes: int, input: Any, output_size: Any) -> Tensor:
    x, batch, counts = _checked(name, axes, input, output_size)
    image = batch.shape[2:]
    if all(p == 1 for p in counts):
        y = np.mean(batch, tuple(range(2, batch.ndim)), keepdims=True)
    elif windows := _even(image, counts):
        divisor = math.prod(windows.size)
        y = apply_fused(avg_pool, (batch,), (raw(batch),), {"windows": windows, "divisor": divisor})
    else:
        y = resample(batch, [adaptive_means(n, p) for n, p in zip(image, counts, strict=True)])
    return tensor(y if batch is x else y[0])


def _maximum(name: str, axes: int, input: Any, output_size: Any, return_indices: bool) -> Any:
    x, batch, counts = _checked(name, axes, input, output_size)
    image = batch.shape[2:]
    where: Any = None
    windows = _even(image, counts)
    if windows is None or return_indices:
        where = largest(batch, [adaptive_places(n, p) for n, p in zip(image, counts, strict=True)])
    y = (
        picked(batch, where)
        if windows is None
        else apply_fused(max_pool, (batch,), (raw(batch),), {"windows": windows})
    )
    y = tensor(y if batch is x else y[0])
    return (y, tensor(where if batch is x else where[0])) if return_indices else y


@lru_cache(maxsize=256)
def _even(image: tuple[int, ...], counts: tuple[int, ...]) -> Windows | None:
    """Windows that cover the image and do not overlap, if there are such."""
    if any(p == 0 or n % p for n, p in zip(image, counts, strict=True)):
        return None
    size = tuple(n // p for n, p in zip(image, counts, strict=True))
    return Windows(image, size, size, (0,) * len(size), (1,) * len(size), counts)


def _checked(name: str, axes: int, input: Any, output_size: Any) -> tuple[Any, Any, tuple[int, ...]]:
    """The input, the same as a batch, and the size of the answer."""
    x = array(input)
    require_floating(name, x)
    batch = batched(name, x, axes)
    image = batch.shape[2:]
    if 0 in image:
        raise ValueError(f"{name}: the image must not be empty, but the input is {describe(x)}")
    wanted = output_sizes(name, output_size, axes)
    return x, batch, tuple(n if p is None else p for n, p in zip(image, wanted, strict=True))


def output_sizes(name: str, given: Any, axes: int) -> tuple[int | None, ...]:
    """A size for each axis, out of one for all of them or a sequence; None for that of the image."""
    several = tuple(given) if isinstance(given, Sequence) else (given,) * axes
    if len(several) == 1:
        several *= axes
    if len(several) != axes or not all(p is None or (isinstance(p, (int, np.integer)) and p >= 0) for p in several):
        raise ValueError(f"{name}: output_size must be a whole number of at least 0, None, or {axes} of these, not "
                         f"{given!r}")  # fmt: skip
    return tuple(None if p is None else int(p) for p in several)
