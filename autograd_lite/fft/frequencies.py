"""The order of frequencies: zero moved to the middle and back, and what each place stands for."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.implementing import implements
from ..ops.joining import joined
from ..primitive import linear
from ..tensor import Tensor

__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq"]

_fftshift = linear(
    np.fft.fftshift,
    lambda g, _ans, _x, axes=None: np.fft.ifftshift(g, axes),
    math="the halves of each axis exchanged;  the transpose exchanges them back",
)
_ifftshift = linear(
    np.fft.ifftshift,
    lambda g, _ans, _x, axes=None: np.fft.fftshift(g, axes),
    math="the halves of each axis exchanged back;  the transpose exchanges them",
)


@implements(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """The frequency zero moved from the first place to the middle, along `axes`: a number, several, or None for all.

    >>> import autograd_lite as ag
    >>> ag.fft.fftshift(ag.fft.fftfreq(4)).tolist()
    [-0.5, -0.25, 0.0, 0.25]
    """
    return _fftshift(joined(x), axes)


@implements(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of `fftshift`; they differ on axes of odd length."""
    return _ifftshift(joined(x), axes)


def fftfreq(n: int, *, d: float = 1.0, dtype: Any = None, device: str | None = None) -> Tensor:
    """The frequency that each place of `fft` of n numbers stands for, in cycles per unit of the spacing d.

    Args:
        n: how many numbers were transformed.
        d: the spacing between them.
        dtype: of the answer, by default float32.
        device: "cpu" or None, the only place there is.

    >>> import autograd_lite as ag
    >>> ag.fft.fftfreq(4).tolist()
    [0.0, 0.25, -0.5, -0.25]
    """
    _on_cpu(device)
    return Tensor(np.fft.fftfreq(n, d), dtype or np.float32)


def rfftfreq(n: int, *, d: float = 1.0, dtype: Any = None, device: str | None = None) -> Tensor:
    """The frequency that each place of `rfft` of n numbers stands for; as `fftfreq`."""
    _on_cpu(device)
    return Tensor(np.fft.rfftfreq(n, d), dtype or np.float32)


def _on_cpu(device: str | None) -> None:
    if device not in (None, "cpu"):
        raise ValueError(f"device must be 'cpu' or None, not {device!r}")
