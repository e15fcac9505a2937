"""Positions in a sequence, as rotations."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import describe

from .arguments import array, raw, require_floating, tensor

__all__ = ["rotary"]


def rotary(input: Any, positions: Any = None, base: float = 10000.0, interleaved: bool = False) -> Tensor:
    """Pairs (a, b) of numbers turned by angles t / base^(2 i / E): (a cos - b sin, a sin + b cos).

    Args:
        input: x (..., T, E), with E even.
        positions: t, (T,) or broadcast to (..., T); 0, 1, ..., T - 1 if it is None.
        base: how fast frequencies fall with i.
        interleaved: whether the pairs are neighbours, (x[2 i], x[2 i + 1]), or (x[i], x[i + E / 2]).

    J. Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding (2021).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.rotary(np.ones((2, 2)))[0].tolist()
    [1.0, 1.0]
    """
    x: Any = tensor(input)
    require_floating("rotary", x)
    if x.ndim < 2 or x.shape[-1] % 2:
        raise ValueError(f"rotary: x is (..., T, E) with an even E, not {describe(x)}")
    times = np.arange(x.shape[-2]) if positions is None else np.asarray(raw(array(positions)))
    sines, cosines = sines_and_cosines(times, x.shape[-1], base, raw(x).dtype)
    if interleaved:
        a, b = x[..., ::2], x[..., 1::2]
        turned: Any = np.stack([a * cosines - b * sines, a * sines + b * cosines], axis=-1)
        answer: Tensor = turned.reshape(x.shape)
        return answer
    halves: Any = np.split(x, 2, axis=-1)
    a, b = halves
    found: Any = np.concatenate([a * cosines - b * sines, a * sines + b * cosines], axis=-1)
    joined: Tensor = found
    return joined


def sines_and_cosines(times: Any, width: int, base: float, dtype: Any) -> tuple[Any, Any]:
    """Those of t / base^(2 i / E): (..., T, E / 2)."""
    if width % 2:
        raise ValueError(f"positions are told by pairs of numbers: the width must be even, not {width}")
    angles = np.asarray(times)[..., None] / base ** (np.arange(0, width, 2) / width)
    return np.sin(angles).astype(dtype), np.cos(angles).astype(dtype)
