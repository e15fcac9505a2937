"""Where in a sequence a vector stands, told by sines and cosines.

A. Vaswani et al., Attention Is All You Need, NeurIPS (2017).
J. Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding (2021).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor

from .. import functional as F
from ..functional.positions import sines_and_cosines
from ..module import Module

__all__ = ["RotaryPositions", "SinusoidalPositions"]


class SinusoidalPositions(Module):
    """x + p, with p[t, 2 i] = sin(t / base^(2 i / E)) and p[t, 2 i + 1] = cos of it: x (..., T, E).

    Args:
        embedding_dim: E, even.
        max_len: the largest T.
        base: how fast frequencies fall.
        dtype: of p; the input must have it too.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.SinusoidalPositions(4)(np.zeros((1, 2, 4), np.float32))[0, 0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """

    table: Tensor

    def __init__(
        self, embedding_dim: int, max_len: int = 5000, base: float = 10000.0, *, dtype: Any = np.float32
    ) -> None:
        super().__init__()
        sines, cosines = sines_and_cosines(np.arange(max_len), embedding_dim, base, np.float64)
        table = np.stack([sines, cosines], axis=-1).reshape(max_len, embedding_dim).astype(dtype)
        self.embedding_dim, self.max_len = embedding_dim, max_len
        self.register_buffer("table", table, persistent=False)

    def forward(self, x: Any) -> Tensor:
        if x.ndim < 2 or x.shape[-1] != self.embedding_dim or x.shape[-2] > self.max_len:
            raise ValueError(
                f"SinusoidalPositions: x is (..., T, {self.embedding_dim}) with T up to {self.max_len}, not "
                f"of the shape {x.shape}"
            )
        answer: Tensor = x + self.table[: x.shape[-2]]
        return answer

    def extra_repr(self) -> str:
        return f"{self.embedding_dim}, max_len={self.max_len}"


class RotaryPositions(Module):
    """Pairs of numbers turned by an angle that grows with the position: x (..., T, E), queries or keys of a head.

    The product of a query and a key then depends on how far they are from each other.  See `nn.functional.rotary`.

    Args:
        base: how fast frequencies fall.
        interleaved: whether neighbours are pairs, as in the paper; else the first half goes with the second.
    """

    def __init__(self, base: float = 10000.0, interleaved: bool = False) -> None:
        super().__init__()
        self.base, self.interleaved = base, interleaved

    def forward(self, x: Any, positions: Any = None) -> Tensor:
        return F.rotary(x, positions, self.base, self.interleaved)

    def extra_repr(self) -> str:
        return f"base={self.base}, interleaved={self.interleaved}"
