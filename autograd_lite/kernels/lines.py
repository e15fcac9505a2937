"""Images one after another on a line, with zeros between their rows: where a kernel moves by single steps, what one of
its elements sees is the line itself, moved by an offset.

    line = Line.of((64, 16, 14, 14), (3, 3), geometry, places=(14, 14))
    laid = line.lay(x)                    # (C, N * prod(sizes) + reach)
    line.patches(laid, 0, 64)             # a view (C, *K, N * prod(sizes)): every row of it is one piece of memory

So patches are copied, and spread again, in pieces as long as the batch, where a copy out of the image goes row by row.
The places in the zeros between the images are computed too, and thrown away: 7% to 30% more products.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .scratch import scratch

if TYPE_CHECKING:
    from .patches import Geometry

Sizes = tuple[int, ...]
WASTE = 1.7
"""At most so many times as many places as there are."""


class Line(NamedTuple):
    """How images lie on a line; an entry per spatial axis.

    batch    how many images
    image    how large they are
    kernel   how many elements it has
    places   where the kernel is put, which is counted from where the image begins
    sizes    of an image with its zeros
    steps    from an element of the kernel to the next one, on the line
    lead     zeros before the first image
    """

    batch: int
    image: Sizes
    kernel: Sizes
    places: Sizes
    sizes: Sizes
    steps: Sizes
    lead: int

    @classmethod
    def of(cls, batch: int, image: Sizes, kernel: Sizes, geometry: Geometry, places: Sizes) -> Line | None:
        """None where the kernel moves by more than one step, images are cut, or the zeros would be too many."""
        if max(geometry.stride) > 1 or math.prod(kernel) == 1 or min(map(min, geometry.padding)) < 0:
            return None
        before = [a for a, _ in geometry.padding]
        sizes = tuple(
            size + max(a, p - a + dilation * (k - 1) - size, p - size, 0)
            for size, k, dilation, a, p in zip(image, kernel, geometry.dilation, before, places, strict=True)
        )
        if math.prod(sizes) > WASTE * math.prod(places):
            return None
        along = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
        steps = tuple(dilation * step for dilation, step in zip(geometry.dilation, along, strict=True))
        lead = sum(a * step for a, step in zip(before, along, strict=True))
        return cls(batch, image, kernel, places, sizes, steps, lead)

    @property
    def cells(self) -> int:
        """Of an image with its zeros."""
        return math.prod(self.sizes)

    @property
    def shape(self) -> tuple[int, int]:
        """Of the cells of all images, and with what the last element of the kernel sees beyond them."""
        length = self.batch * self.cells
        seen = sum((k - 1) * step for k, step in zip(self.kernel, self.steps, strict=True))
        return length, length + max(seen, self.lead)

    def lay(self, x: Any) -> Any:
        """x (C, N, *image) on the line, in memory of the kernel's own."""
        line = scratch("line", (len(x), self.shape[1]), x.dtype)
        line[...] = 0
        np.copyto(self._images(line), x)
        return line

    def patches(self, line: Any, start: int, stop: int) -> Any:
        """What each element of the kernel sees of some of the images: a view (C, *K, cells of these)."""
        step = line.itemsize
        strides = (line.strides[0], *(step * each for each in self.steps), step)
        shape = (len(line), *self.kernel, (stop - start) * self.cells)
        return as_strided(line[:, start * self.cells :], shape, strides, writeable=False)

    def gather(self, columns: Any, line: Any, start: int) -> None:
        """Add to the line what each element of the kernel has, (C, *K, cells), of the images from `start` on."""
        for at in product(*map(range, self.kernel)):
            first = start * self.cells + sum(i * step for i, step in zip(at, self.steps, strict=True))
            part = line[:, first : first + columns.shape[-1]]
            np.add(part, columns[:, *at], out=part)

    def images(self, line: Any) -> Any:
        """A copy (C, N, *image) of the images that lie on a line."""
        return self._images(line).copy()

    def _images(self, line: Any) -> Any:
        images = line[:, self.lead : self.lead + self.shape[0]]
        return images.reshape(len(line), self.batch, *self.sizes)[:, :, *map(slice, self.image)]

    def lay_places(self, g: Any) -> Any:
        """g (O, N, *places) at the cells of these places, and zeros at the others: (O, N cells)."""
        cells = scratch("cells", (len(g), self.shape[0]), g.dtype)
        cells[...] = 0
        np.copyto(self.at_places(cells), g)
        return cells

    def at_places(self, cells: Any) -> Any:
        """The numbers at the places, a view (O, N, *places) of cells (O, N cells)."""
        return cells.reshape(len(cells), self.batch, *self.sizes)[:, :, *map(slice, self.places)]
