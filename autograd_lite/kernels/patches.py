"""Correlation, its transpose, and the gradient of its weights: each a matrix product with the patches of an image.

A patch is what the kernel sees at one place.  Channels stand first in memory, (C, N, *S): all patches are then one
matrix of C K rows (K the elements of a kernel) and N P columns (P the places), and one product serves the whole batch.

K. Chellapilla, S. Puri and P. Simard, High Performance Convolutional Neural Networks for Document Processing (2006).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .scratch import scratch

Sizes = tuple[int, ...]
MOST = 1 << 23
"""So many bytes of patches at a time, at most; of one image at least."""


class Geometry(NamedTuple):
    """How a kernel moves over an image; an entry per spatial axis.

    stride    steps between places
    padding   (before, after): zeros beside the image; below 0, what is cut off
    dilation  steps between the elements of a kernel
    groups    into how many groups of channels image and kernels are divided
    """

    stride: Sizes
    padding: tuple[tuple[int, int], ...]
    dilation: Sizes
    groups: int

    def places(self, image: Sizes, kernel: Sizes) -> Sizes:
        """How many places there are along each axis."""
        return tuple(
            (size + before + after - dilation * (k - 1) - 1) // stride + 1
            for size, k, stride, (before, after), dilation in zip(
                image, kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )


def correlate(x: Any, weight: Any, geometry: Geometry) -> Any:
    """sum over c, k of weight[o, c, k] x[n, c, place + k]: x (N, C, *S), weight (O, C / groups, *K) -> (N, O, *P)."""
    kernel, places = weight.shape[2:], geometry.places(x.shape[2:], weight.shape[2:])
    count, groups = math.prod(places), geometry.groups
    y = np.empty((len(weight), len(x), *places), x.dtype)
    rows = y.reshape(groups, len(weight) // groups, -1)
    matrix = weight.reshape(groups, len(weight) // groups, -1)
    for start, stop, columns in _patches(x, kernel, places, geometry):
        _multiply(matrix, columns, rows[..., start * count : stop * count])
    return y.swapaxes(0, 1)


def weight_gradient(x: Any, g: Any, kernel: Sizes, geometry: Geometry, out: Any = None) -> Any:
    """sum over n, places of g[n, o, place] x[n, c, place + k]: (O, C / groups, *K)."""
    places, groups = g.shape[2:], geometry.groups
    count = math.prod(places)
    rows = channels_first(g).reshape(groups, g.shape[1] // groups, -1)
    if out is None or not out.flags.c_contiguous:
        out = np.empty((g.shape[1], x.shape[1] // groups, *kernel), x.dtype)
    matrix = out.reshape(groups, g.shape[1] // groups, -1)
    if not len(x):
        matrix[...] = 0
    for start, stop, columns in _patches(x, kernel, places, geometry):
        part = rows[..., start * count : stop * count]
        if start == 0:
            _multiply(part, columns.mT, matrix)
        else:
            matrix += np.matmul(part, columns.mT)
    return out


def spread(g: Any, weight: Any, image: Sizes, geometry: Geometry) -> Any:
    """The transpose of `correlate` in x: g (N, O, *P), weight (O, C / groups, *K) -> (N, C, *S) with S = `image`."""
    kernel, places, groups = weight.shape[2:], g.shape[2:], geometry.groups
    count, channels = math.prod(places), weight.shape[1] * groups
    rows = channels_first(g).reshape(groups, len(weight) // groups, -1)
    matrix = weight.reshape(groups, len(weight) // groups, -1).mT
    cut = [min(before, 0) for before, _ in geometry.padding]
    sizes = [s + max(a, 0) + max(b, 0) for s, (a, b) in zip(image, geometry.padding, strict=True)]
    padded = np.zeros((channels, len(g), *sizes), g.dtype)
    for start, stop in _chunks(len(g), channels * math.prod(kernel) * count * g.itemsize):
        columns = scratch("columns", (groups, matrix.shape[1], (stop - start) * count), g.dtype)
        _multiply(matrix, rows[..., start * count : stop * count], columns)
        patches = columns.reshape(channels, *kernel, stop - start, *places)
        for at in product(*map(range, kernel)):
            where = tuple(
                slice(k * d - c, k * d - c + (p - 1) * s + 1, s)
                for k, d, c, p, s in zip(at, geometry.dilation, cut, places, geometry.stride, strict=True)
            )
            padded[:, start:stop, *where] += patches[:, *at]
    inside = tuple(slice(max(a, 0), max(a, 0) + s) for s, (a, _) in zip(image, geometry.padding, strict=True))
    return padded[:, :, *inside].swapaxes(0, 1)


def channels_first(x: Any) -> Any:
    """(N, C, *S) as a contiguous (C, N, *S); without a copy if it lies so in memory."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def _patches(x: Any, kernel: Sizes, places: Sizes, geometry: Geometry) -> Iterator[tuple[int, int, Any]]:
    """Parts of the batch with all their patches, as a matrix for each group: (groups, C K / groups, N P)."""
    padded, groups = _padded(x.swapaxes(0, 1), geometry.padding), geometry.groups
    channels = x.shape[1]
    if math.prod(kernel) == 1 and max(geometry.stride) == 1:  # the image itself
        yield 0, len(x), padded.reshape(groups, channels // groups, -1)
        return
    steps = padded.strides
    windows = as_strided(
        padded,
        (channels, *kernel, len(x), *places),
        (
            steps[0],
            *(step * d for step, d in zip(steps[2:], geometry.dilation, strict=True)),
            steps[1],
            *(step * s for step, s in zip(steps[2:], geometry.stride, strict=True)),
        ),
        writeable=False,
    )
    axis = 1 + len(kernel)
    for start, stop in _chunks(len(x), windows.size // max(len(x), 1) * x.itemsize):
        part = windows[(slice(None),) * axis + (slice(start, stop),)]
        columns = scratch("columns", part.shape, x.dtype)
        np.copyto(columns, part)
        yield start, stop, columns.reshape(groups, channels // groups * math.prod(kernel), -1)


def _chunks(count: int, bytes_each: int) -> Iterator[tuple[int, int]]:
    """The batch in parts whose patches are of some size, (start, stop)."""
    step = max(1, MOST // max(bytes_each, 1))
    if 2 * step > count:
        step = max(count, 1) if step >= count else -(-count // 2)
    for start in range(0, count, step):
        yield start, min(start + step, count)


def _padded(x: Any, padding: tuple[tuple[int, int], ...]) -> Any:
    """(C, N, *S) with zeros around it, in memory of the kernel's own; without what padding below 0 cuts off."""
    x = x[:, :, *(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(x.shape[2:], padding, strict=True))]
    around = [(max(a, 0), max(b, 0)) for a, b in padding]
    if not any(map(any, around)):
        return x
    sizes = [s + a + b for s, (a, b) in zip(x.shape[2:], around, strict=True)]
    padded = scratch("padded", (*x.shape[:2], *sizes), x.dtype)
    for axis, (before, after) in enumerate(around, 2):
        border = (slice(None),) * axis
        padded[(*border, slice(0, before))] = 0
        padded[(*border, slice(padded.shape[axis] - after, None))] = 0
    padded[:, :, *(slice(a, a + s) for s, (a, _) in zip(x.shape[2:], around, strict=True))] = x
    return padded


def _multiply(a: Any, b: Any, out: Any) -> None:
    """a @ b for each group; `np.dot` is the quicker of the two where it can be used."""
    if len(a) == 1 and out.flags.c_contiguous:
        np.dot(a[0], b[0], out=out[0])
    else:
        np.matmul(a, b, out=out)
