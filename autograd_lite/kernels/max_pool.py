"""The maximum in each window of an image, over any number of axes.

    max_pool(x, window=...)        x (N, C, *S) -> (N, C, *P)

The gradient of a maximum goes to the first place in reading order where it is reached.  Kept for backward are x and
the maxima: places are found again by comparing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused


class Window(NamedTuple):
    """How a window moves over an image; an entry per spatial axis.

    size      elements in it
    stride    steps between places
    padding   (before, after): how far windows reach beyond the image; below 0 after it, what no window sees
    dilation  steps between its elements
    places    how many there are
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    places: tuple[int, ...]

    def slices(self) -> Iterator[tuple[slice, ...]]:
        """For each element of the window, in reading order: where it lies, in the padded image, at all places."""
        for at in product(*map(range, self.size)):
            yield tuple(
                slice(k * d, k * d + (p - 1) * s + 1, s)
                for k, d, p, s in zip(at, self.dilation, self.places, self.stride, strict=True)
            )

    @property
    def padded(self) -> bool:
        """Whether windows reach beyond the image."""
        return any(a > 0 or b > 0 for a, b in self.padding)

    @property
    def apart(self) -> bool:
        """Whether no element lies in two windows."""
        return all(s >= d * (k - 1) + 1 for k, s, d in zip(self.size, self.stride, self.dilation, strict=True))

    def covers(self, image: Sequence[int]) -> bool:
        """Whether each element lies in just one window."""
        return (
            self.apart
            and not self.padded
            and tuple(image) == tuple(p * k for p, k in zip(self.places, self.size, strict=True))
        )


def reference(x: Any, *, window: Window) -> Any:
    where = indices(stop_gradient(x), window)
    flat = x.reshape(*x.shape[:2], math.prod(x.shape[2:]))
    return np.take_along_axis(flat, where.reshape(*flat.shape[:2], math.prod(window.places)), -1).reshape(where.shape)


def indices(x: Any, window: Window) -> Any:
    """Where the maximum of each window is: its place in the flattened image."""
    image = x.shape[2:]
    places = np.arange(math.prod(image)).reshape(image)
    positions = _padded(places[None, None], window, 0)[0, 0]
    values = _padded(x, window, -np.inf)
    seen = np.stack([values[:, :, *where] for where in window.slices()])
    numbers = np.stack([positions[where] for where in window.slices()])
    first = np.argmax(seen, axis=0)
    return np.take_along_axis(numbers[:, None, None], first[None], 0)[0]


def forward(x: Any, *, window: Window) -> tuple[Any, Any]:
    padded = _padded(x, window, -np.inf)
    y: Any = None
    first: Any = None
    for where in window.slices():
        part = padded[:, :, *where]
        if first is None:
            first = part
        elif y is None:
            y = np.maximum(first, part)  # lies in memory as x does
        else:
            np.maximum(y, part, out=y)
    if y is None:
        y = first.copy(order="K")
    return y, y


def backward(g: Any, y: Any, _needs: Sequence[Any], x: Any, *, window: Window) -> tuple[Any]:
    padded = _padded(x, window, -np.inf)
    dx = np.empty_like(padded) if window.covers(x.shape[2:]) else np.zeros_like(padded)
    waiting: Any = None  # the windows whose maximum has not been met
    slices = list(window.slices())
    for number, where in enumerate(slices, 1):
        if number == len(slices) and waiting is not None:
            here = waiting
        else:
            here = padded[:, :, *where] == y
            if waiting is None:
                waiting = ~here
            else:
                here &= waiting
                waiting ^= here
        if window.apart:
            np.multiply(g, here, out=dx[:, :, *where])
        else:
            dx[:, :, *where] += g * here
    return (dx[:, :, *_inside(x.shape[2:], window)],)


def _padded(x: Any, window: Window, value: float) -> Any:
    if not window.padded:
        return x
    widths = ((0, 0), (0, 0), *((a, max(b, 0)) for a, b in window.padding))
    return np.pad(x, widths, constant_values=value)


def _inside(image: Sequence[int], window: Window) -> tuple[slice, ...]:
    return tuple(slice(a, a + s) for s, (a, _) in zip(image, window.padding, strict=True))


reference.__name__ = "max_pool"
max_pool = fused(reference, forward=forward, backward=backward)
