"""What max pooling has picked, put back where it was; all else is 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.ops.assignment import setitem

from .arguments import array, raw, require_floating, tensor
from .convolution import sizes
from .windows import batched

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]

Sizes = int | Sequence[int]


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """y[n, c, indices[n, c, p]] = x[n, c, p], and 0 elsewhere.

    If indices name a place more than once, the last one stays, and only it gets the gradient.

    Args:
        input: x (N, C, P) or (C, P), what `max_pool1d` gave.
        indices: of the same shape, what it gave with `return_indices`.
        kernel_size, stride, padding: what it was given.
        output_size: (L,), or the shape of what it was given, since several lengths lead to the same P.

    Returns:
        (N, C, L) or (C, L) with L = (P - 1) stride - 2 padding + kernel_size, unless `output_size` says otherwise.

    Raises:
        ValueError: sizes do not fit.
        IndexError: indices lie outside of the image, or are not of integers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, where = nn.functional.max_pool1d(np.array([[1.0, 3.0, 2.0, 0.0]]), 2, return_indices=True)
    >>> nn.functional.max_unpool1d(y, where, 2)
    Tensor([[0., 3., 2., 0.]], dtype=float64)
    """
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """`max_unpool1d` over two axes: x (N, C, P, Q) or (C, P, Q); indices are places in the flattened image."""
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """`max_unpool2d` over three axes: x (N, C, P, Q, R) or (C, P, Q, R)."""
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _unpool(
    axes: int, input: Any, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Tensor:
    name = f"max_unpool{axes}d"
    x, where = array(input), array(indices)
    require_floating(name, x)
    if where.dtype.kind not in "iu":
        raise IndexError(f"{name}: indices must be integers, not {where.dtype}; max_pool{axes}d gives them")
    if where.shape != x.shape:
        raise ValueError(f"{name}: indices must have the shape of the input, {x.shape}, not {where.shape}")
    batch = batched(name, x, axes)
    image = _image(name, batch.shape[2:], kernel_size, stride, padding, output_size)
    size = math.prod(image)
    places = raw(where)
    if not ((places >= 0) & (places < size)).all():
        raise IndexError(f"{name}: indices must lie in an image {image}, from 0 to {size - 1}; output_size= says how "
                         "large it is")  # fmt: skip
    channels = batch.shape[0] * batch.shape[1]
    first = (np.arange(channels) * size).reshape(*batch.shape[:2], *[1] * axes)
    rows = (places.reshape(batch.shape) + first).reshape(batch.size)
    y = setitem(np.zeros(channels * size, x.dtype), tensor(x).reshape(batch.size), rows, (channels * size,))
    answer: Tensor = y.reshape(*x.shape[:-axes], *image)
    return answer


def _image(
    name: str, places: Sequence[int], kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> tuple[int, ...]:
    axes = len(places)
    size = sizes(name, "kernel_size", kernel_size, axes, least=1)
    steps = size if stride is None else sizes(name, "stride", stride, axes, least=1)
    around = sizes(name, "padding", padding, axes)
    image = tuple((p - 1) * s + k - 2 * a for p, k, s, a in zip(places, size, steps, around, strict=True))
    if output_size is not None:
        wanted = tuple(output_size)[-axes:]
        if len(output_size) not in (axes, axes + 1, axes + 2):
            raise ValueError(f"{name}: output_size must have {axes} sizes, or be a whole shape, not {output_size!r}")
        if any(abs(n - usual) >= s for n, usual, s in zip(wanted, image, steps, strict=True)):
            raise ValueError(f"{name}: output_size must be less than a stride away from {image}, not {wanted}; "
                             f"stride={steps}")  # fmt: skip
        image = tuple(map(int, wanted))
    if min(image) < 0:
        raise ValueError(f"{name}: with padding={around} nothing is left of the image: {image}")
    return image
