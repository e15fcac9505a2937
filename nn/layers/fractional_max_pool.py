"""Maxima of windows that step on by random lengths: y[n, c, p, q] = max over k, l of x[n, c, s_p + k, t_q + l].

Ben Graham, Fractional Max-Pooling (2014), arXiv:1412.6071.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.convolution import sizes
from ..functional.fractional_max_pool import check_target
from ..module import Module

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d"]

Sizes = int | Sequence[int]
Ratios = float | Sequence[float]


class _FractionalMaxPool(Module):
    axes: int

    def __init__(
        self,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: Ratios | None = None,
        return_indices: bool = False,
        _random_samples: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size = sizes(name, "kernel_size", kernel_size, self.axes, least=1)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size, self.output_ratio = check_target(name, self.axes, output_size, output_ratio)
        self.generator = generator

    def forward(self, x: Any) -> Any:
        pool = F.fractional_max_pool2d if self.axes == 2 else F.fractional_max_pool3d
        return pool(
            x,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            self._random_samples,  # type: ignore[attr-defined]  # a buffer
            generator=self.generator,
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """The maxima of windows that step on by random lengths: x (N, C, H, W) or (C, H, W) to (N, C, P, Q) or (C, P, Q).

    With a = (H - K) / (P - 1) and u uniform in [0, 1), window p begins at floor(a (p + u)) - floor(a u), the last one
    at H - K.  Each channel of each image has a u of its own for each axis, drawn anew at every call.

    Args:
        kernel_size: K, how many elements a window has along each axis.
        output_size: P, how many windows there are along each axis.
        output_ratio: instead of it, P / H, between 0 and 1.
        return_indices: give also where the maxima are, as `MaxUnpool2d` takes them.
        _random_samples: u (N, C, 2), of the last axis first, instead of random numbers.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.FractionalMaxPool2d(2, output_ratio=0.7)(np.ones((1, 3, 10, 10), np.float32)).shape
    (1, 3, 7, 7)
    """

    axes = 2


class FractionalMaxPool3d(_FractionalMaxPool):
    """`FractionalMaxPool2d` over three axes: x (N, C, D, H, W) or (C, D, H, W), samples (N, C, 3) in that order.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.FractionalMaxPool3d(2, output_size=(3, 4, 5))(np.ones((1, 3, 6, 6, 6), np.float32)).shape
    (1, 3, 3, 4, 5)
    """

    axes = 3
