"""Margins around the last axes of an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe

from .arguments import array, tensor

__all__ = ["pad"]

MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """The array with margins: of a value, or made of what is there.

    With n elements, y[i] = x[i - before], and beside it
        "constant"   value
        "reflect"    the image in a mirror that stands on the outermost element, which is not doubled: 2 1 | 0 1 2
        "replicate"  the outermost element: 0 0 | 0 1 2
        "circular"   what is at the other end: 1 2 | 0 1 2

    Args:
        input: x (*, L), (*, H, W), ...: of any number of axes for "constant"; else (N, C, *S) or (C, *S), with as many
            axes S as there are pairs of widths.
        pad: widths (before, after) of the last axis, then of the last but one, and so on.  Below 0, what is cut off.
        mode: one of these.
        value: of "constant", 0 if it is None.

    Raises:
        ValueError: widths do not fit.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.pad(np.array([[1.0, 2.0, 3.0]]), (2, 1), "reflect")
    Tensor([[3., 2., 1., 2., 3., 2.]], dtype=float64)
    >>> nn.functional.pad(np.array([[1.0, 2.0, 3.0]]), (-1, 1))
    Tensor([[2., 3., 0.]], dtype=float64)
    """
    x = array(input)
    if mode not in MODES:
        raise ValueError(f"pad: mode must be one of {list(MODES)}, not {mode!r}")
    flat = tuple(pad)
    if len(flat) % 2 or not all(isinstance(width, (int, np.integer)) for width in flat):
        raise ValueError(f"pad: widths must be whole numbers, two for each axis, not {pad!r}")
    axes = len(flat) // 2
    if axes > x.ndim or (mode != "constant" and x.ndim not in (axes + 1, axes + 2)):
        wanted = f"at least {axes} axes" if mode == "constant" else f"{axes + 2} or {axes + 1} axes"
        raise ValueError(f"pad: with {len(flat)} widths and mode {mode!r} the input must have {wanted}, not "
                         f"{describe(x)}")  # fmt: skip
    if mode != "constant" and value is not None:
        raise ValueError(f"pad: mode {mode!r} takes no value, but {value=}")
    widths = [(0, 0)] * (x.ndim - axes) + [(flat[2 * i], flat[2 * i + 1]) for i in reversed(range(axes))]
    _check(mode, x.shape, widths)
    if mode == "constant":
        x = _cut(x, widths)
        wider = _above_0(widths)
        return tensor(np.pad(x, wider, constant_values=0 if value is None else value) if wider else x)
    if mode == "circular":  # what is cut off does not come back at the other end
        x = _cut(x, widths)
    wider = _above_0(widths)
    if wider:
        x = np.pad(x, wider, MODES[mode])  # type: ignore[call-overload]  # a mode is one of a list of literals to it
    return tensor(x if mode == "circular" else _cut(x, widths))


def _check(mode: str, shape: Sequence[int], widths: Sequence[tuple[int, int]]) -> None:
    for n, (before, after) in zip(shape, widths, strict=True):
        left = n + min(before, 0) + min(after, 0)
        most = {"reflect": n - 1, "circular": max(left, 0)}.get(mode)
        if most is not None and max(before, after) > max(most, 0):
            raise ValueError(f"pad: mode {mode!r} has only {most} elements for a margin of {max(before, after)}, in an "
                             f"axis of {n}; pad={(before, after)}")  # fmt: skip
        if mode == "replicate" and n == 0 and max(before, after) > 0:
            raise ValueError("pad: mode 'replicate' has no element for a margin, in an axis of 0")
        if n + before + after < 0 or (mode in ("constant", "circular") and left < 0):
            raise ValueError(f"pad: more is cut off than there is, in an axis of {n}: pad={(before, after)}")


def _above_0(widths: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The widths without what is cut off; an empty list if none is left."""
    wider = [(max(before, 0), max(after, 0)) for before, after in widths]
    return wider if any(map(any, wider)) else []


def _cut(x: Any, widths: Sequence[tuple[int, int]]) -> Any:
    """Without what widths below 0 cut off."""
    if all(min(pair) >= 0 for pair in widths):
        return x
    return x[tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape, widths, strict=True))]
