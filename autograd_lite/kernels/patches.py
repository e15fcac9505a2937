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

from .lines import Line
from .long_products import product_of_rows
from .scratch import scratch

Sizes = tuple[int, ...]
MOST = 1 << 22
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


def correlate(x: Any, weight: Any, geometry: Geometry, bias: Any = None) -> Any:
    """sum over c, k of weight[o, c, k] x[n, c, place + k], and bias[o]: x (N, C, *S), weight (O, C / groups, *K) ->
    (N, O, *P)."""
    kernel, places = weight.shape[2:], geometry.places(x.shape[2:], weight.shape[2:])
    groups, line = geometry.groups, Line.of(len(x), x.shape[2:], kernel, geometry, places)
    y = np.empty((len(weight), len(x), *places), x.dtype)
    cells = y if line is None else scratch("cells", (len(weight), line.shape[0]), x.dtype)
    rows, count = cells.reshape(groups, len(weight) // groups, -1), _per_image(places, line)
    matrix = weight.reshape(groups, len(weight) // groups, -1)
    for start, stop, columns in _patches(x, kernel, places, geometry, line):
        _multiply(matrix, columns, rows[..., start * count : stop * count])
    found = y if line is None else line.at_places(cells)
    if bias is not None:
        np.add(found, bias.reshape(-1, *(1,) * (y.ndim - 1)), out=y)
    elif line is not None:
        np.copyto(y, found)
    return y.swapaxes(0, 1)


def laid_out(g: Any, image: Sizes, kernel: Sizes, geometry: Geometry) -> tuple[Line | None, Any]:
    """The line that images lie on, if they do, and g (N, O, *P) with its channels first, at the cells of the line."""
    line = Line.of(len(g), image, kernel, geometry, g.shape[2:])
    return line, channels_first(g) if line is None else line.lay_places(g.swapaxes(0, 1))


def weight_gradient(
    x: Any, g: Any, kernel: Sizes, geometry: Geometry, out: Any = None, laid: tuple[Line | None, Any] | None = None
) -> Any:
    """sum over n, places of g[n, o, place] x[n, c, place + k]: (O, C / groups, *K).

    Args:
        out: where to write it, or None.
        laid: what `laid_out` gives for g, if that is known.
    """
    places, groups = g.shape[2:], geometry.groups
    line, cells = laid or laid_out(g, x.shape[2:], kernel, geometry)
    rows, count = cells.reshape(groups, g.shape[1] // groups, -1), _per_image(places, line)
    if out is None or not out.flags.c_contiguous:
        out = np.empty((g.shape[1], x.shape[1] // groups, *kernel), x.dtype)
    matrix = out.reshape(groups, g.shape[1] // groups, -1)
    if not len(x):
        matrix[...] = 0
    for start, stop, columns in _patches(x, kernel, places, geometry, line):
        part = rows[..., start * count : stop * count]
        total = _weight_product(part, columns)
        if start == 0:
            matrix[...] = total
        else:
            matrix += total
    return out


def spread(g: Any, weight: Any, image: Sizes, geometry: Geometry, laid: tuple[Line | None, Any] | None = None) -> Any:
    """The transpose of `correlate` in x: g (N, O, *P), weight (O, C / groups, *K) -> (N, C, *S) with S = `image`.

    `laid` is what `laid_out` gives for g, if that is known.
    """
    kernel, places, groups = weight.shape[2:], g.shape[2:], geometry.groups
    line, cells = laid or laid_out(g, image, kernel, geometry)
    channels, count = weight.shape[1] * groups, _per_image(places, line)
    rows = cells.reshape(groups, len(weight) // groups, -1)
    matrix = weight.reshape(groups, len(weight) // groups, -1).mT
    sizes = [s + max(a, 0) + max(b, 0) for s, (a, b) in zip(image, geometry.padding, strict=True)]
    padded = np.zeros((channels, len(g), *sizes) if line is None else (channels, line.shape[1]), g.dtype)
    for start, stop in _chunks(len(g), channels * math.prod(kernel) * count * g.itemsize):
        columns = scratch("columns", (groups, matrix.shape[1], (stop - start) * count), g.dtype)
        _multiply(matrix, rows[..., start * count : stop * count], columns)
        if line is None:
            _add(columns.reshape(channels, *kernel, stop - start, *places), padded[:, start:stop], geometry)
        else:
            line.gather(columns.reshape(channels, *kernel, -1), padded, start)
    if line is not None:
        return line.images(padded).swapaxes(0, 1)
    inside = tuple(slice(max(a, 0), max(a, 0) + s) for s, (a, _) in zip(image, geometry.padding, strict=True))
    return padded[:, :, *inside].swapaxes(0, 1)


def _add(patches: Any, padded: Any, geometry: Geometry) -> None:
    """Add patches (C, *K, N, *P) to the image (C, N, *padded) they are of."""
    axes = len(geometry.stride)
    for at in product(*map(range, patches.shape[1 : 1 + axes])):
        where = tuple(
            slice(k * d - min(before, 0), k * d - min(before, 0) + (p - 1) * s + 1, s)
            for k, d, (before, _), p, s in zip(
                at, geometry.dilation, geometry.padding, patches.shape[2 + axes :], geometry.stride, strict=True
            )
        )
        padded[:, :, *where] += patches[:, *at]


def channels_first(x: Any) -> Any:
    """(N, C, *S) as a contiguous (C, N, *S); without a copy if it lies so in memory."""
    return np.ascontiguousarray(x.swapaxes(0, 1))


def _per_image(places: Sizes, line: Line | None) -> int:
    """How many columns the patches of an image are."""
    return math.prod(places) if line is None else line.cells


def _patches(
    x: Any, kernel: Sizes, places: Sizes, geometry: Geometry, line: Line | None
) -> Iterator[tuple[int, int, Any]]:
    """Parts of the batch with all their patches, as a matrix for each group: (groups, C K / groups, N P)."""
    groups, channels = geometry.groups, x.shape[1]
    rows = groups, channels // groups * math.prod(kernel)
    if line is not None:
        laid = line.lay(x.swapaxes(0, 1))
        for start, stop in _chunks(len(x), channels * math.prod(kernel) * line.cells * x.itemsize):
            yield start, stop, _copied(line.patches(laid, start, stop), rows)
        return
    padded = _padded(x.swapaxes(0, 1), geometry.padding)
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
        yield start, stop, _copied(windows[(slice(None),) * axis + (slice(start, stop),)], rows)


def _copied(patches: Any, shape: tuple[int, int]) -> Any:
    """Patches (C, *K, ...) as a matrix of that shape for each group, (groups, C K / groups, N P), in memory of the
    kernel's own."""
    columns = scratch("columns", patches.shape, patches.dtype)
    np.copyto(columns, patches)
    return columns.reshape(*shape, -1)


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


def _weight_product(g: Any, columns: Any) -> Any:
    """g columns^T for each group; BLAS takes two thirds of the time where the larger one stands on the left."""
    if columns.shape[1] > g.shape[1]:
        return _weight_product(columns, g).mT
    return product_of_rows(g[0], columns[0])[None] if len(g) == 1 else np.matmul(g, columns.mT)


def _multiply(a: Any, b: Any, out: Any) -> None:
    """a @ b for each group; `np.dot` is the quicker of the two where it can be used."""
    if len(a) == 1 and out.flags.c_contiguous:
        np.dot(a[0], b[0], out=out[0])
    else:
        np.matmul(a, b, out=out)
