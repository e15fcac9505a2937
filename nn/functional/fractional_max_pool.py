"""Maxima of windows that step on by random lengths, so that an image shrinks by any factor.

Ben Graham, Fractional Max-Pooling (2014), arXiv:1412.6071.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.kernels.max_pool import picked
from autograd_lite.ops.words import of_arrays
from autograd_lite.random import generator_or_default

from .arguments import array, raw, require_floating, tensor
from .convolution import sizes
from .windows import batched

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["fractional_max_pool2d", "fractional_max_pool3d"]

Sizes = int | Sequence[int]
Ratios = float | Sequence[float]


def fractional_max_pool2d(
    input: Any,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Any = None,
    *,
    generator: Generator | None = None,
) -> Any:
    """y[n, c, p, q] = max over k, l of x[n, c, s_p + k, t_q + l], where s and t rise by random steps.

    With a = (H - K) / (P - 1) and u uniform in [0, 1), s_p = floor(a (p + u)) - floor(a u), but H - K for the last p;
    likewise t.  Each channel of each image has a u of its own for each axis.

    Args:
        input: x (N, C, H, W) or (C, H, W).
        kernel_size: K, how many elements a window has along each axis.
        output_size: P, how many windows there are along each axis.
        output_ratio: instead of it, P / H, between 0 and 1.
        return_indices: give also where the maxima are, as places in the flattened image.
        _random_samples: u (N, C, 2), of the last axis first; drawn if it is None.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    Returns:
        (N, C, P, Q) or (C, P, Q); with `return_indices` also int64 indices of that shape.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.fractional_max_pool2d(np.ones((1, 3, 10, 10), np.float32), 2, output_ratio=0.7).shape
    (1, 3, 7, 7)
    """
    return _pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples, generator)


def fractional_max_pool3d(
    input: Any,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: Ratios | None = None,
    return_indices: bool = False,
    _random_samples: Any = None,
    *,
    generator: Generator | None = None,
) -> Any:
    """`fractional_max_pool2d` over three axes: x (N, C, D, H, W) or (C, D, H, W), samples (N, C, 3) in that order."""
    return _pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples, generator)


def check_target(name: str, axes: int, output_size: Any, output_ratio: Any) -> tuple[Any, Any]:
    """The size, or the ratio, of the answer for each axis; the other is None."""
    if (output_size is None) == (output_ratio is None):
        raise ValueError(f"{name}: give either output_size or output_ratio; {output_size=}, {output_ratio=}")
    if output_size is not None:
        return sizes(name, "output_size", output_size, axes, least=1), None
    ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * axes
    if len(ratios) != axes or not all(0 < ratio < 1 for ratio in ratios):
        raise ValueError(
            f"{name}: output_ratio must be a number between 0 and 1, or {axes} of them, not {output_ratio!r}"
        )
    return None, ratios


def _pool(
    axes: int,
    input: Any,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    samples: Any,
    generator: Generator | None,
) -> Any:
    name = f"fractional_max_pool{axes}d"
    x = array(input)
    require_floating(name, x)
    batch = batched(name, x, axes)
    image = batch.shape[2:]
    kernel = sizes(name, "kernel_size", kernel_size, axes, least=1)
    counts, ratios = check_target(name, axes, output_size, output_ratio)
    if ratios is not None:
        counts = tuple(int(n * ratio) for n, ratio in zip(image, ratios, strict=True))
    if any(p < 1 or p + k - 1 > n for n, k, p in zip(image, kernel, counts, strict=True)):
        raise ValueError(
            f"{name}: {counts} windows of {kernel} do not fit into the image {tuple(image)}; along each axis there "
            "must be at least one, and windows + kernel_size - 1 at most the length"
        )
    if samples is None:
        dtype = np.float64 if batch.dtype == np.float64 else np.float32
        samples = generator_or_default(generator).random((*batch.shape[:2], axes), dtype)
    u = array(samples)
    if u.shape != (*batch.shape[:2], axes):
        raise ValueError(f"{name}: _random_samples must be {(*batch.shape[:2], axes)}, not {u.shape}")
    order = range(axes) if axes == 3 else range(axes)[::-1]  # as PyTorch's
    starts = [_starts(raw(u)[:, :, i], n, k, p) for i, n, k, p in zip(order, image, kernel, counts, strict=True)]
    where = _largest(batch, starts, kernel)
    y = picked(batch, where)
    y = tensor(y if batch is x else y[0])
    return (y, tensor(where if batch is x else where[0])) if return_indices else y


def _starts(u: Any, length: int, size: int, count: int) -> Any:
    """Where windows begin along an axis: (N, C, count)."""
    u = u[..., None]
    step = u.dtype.type((length - size) / max(count - 1, 1))
    starts = np.floor((np.arange(count, dtype=u.dtype) + u) * step) - np.floor(u * step)
    last = np.arange(count) == count - 1
    return np.where(last, length - size, starts).astype(np.int64)


@of_arrays
def _largest(x: Any, starts: Sequence[Any], kernel: Sequence[int]) -> Any:
    """Where the maximum of each window is, in the flattened image: the first of them, or the last NaN."""
    corner: Any = 0
    for axis, (n, start) in enumerate(zip(x.shape[2:], starts, strict=True)):
        corner = np.expand_dims(corner * n, -1) + start.reshape(*start.shape[:2], *[1] * axis, start.shape[2])
    flat = x.reshape(*x.shape[:2], -1) if x.size else x.reshape(*x.shape[:2], 1)
    best: Any = None
    where: Any = None
    for at in product(*map(range, kernel)):
        places = corner + int(np.ravel_multi_index(at, x.shape[2:]))
        part = np.take_along_axis(flat, places.reshape(*places.shape[:2], -1), -1).reshape(places.shape)
        if best is None:
            best, where = part, places
            continue
        better = (part > best) | (part != part)
        np.copyto(best, part, where=better)
        np.copyto(where, places, where=better)
    return where
