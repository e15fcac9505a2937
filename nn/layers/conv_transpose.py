"""Transposed convolutions:  y[n, o, stride p + dilation k - padding] += weight[c, o, k] x[n, c, p], plus bias[o].

V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functional as F
from ..functional.convolution import sizes
from .conv import ConvNd, Sizes

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class _ConvTranspose(ConvNd):
    output_padding: tuple[int, ...]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'{type(self).__name__}: the only padding_mode is "zeros", not {padding_mode!r}')
        self.__dict__["output_padding"] = sizes(type(self).__name__, "output_padding", output_padding, self.axes)
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, dtype,
            generator, transposed=True,
        )  # fmt: skip

    def forward(self, x: Any, output_size: Sequence[int] | None = None) -> Tensor:
        longer = self.output_padding if output_size is None else self._output_padding(x, output_size)
        convolve: Any = getattr(F, f"conv_transpose{self.axes}d")
        return convolve(  # type: ignore[no-any-return]
            x, self.weight, self.bias, self.stride, self.padding, longer, self.groups, self.dilation
        )

    def _output_padding(self, x: Any, output_size: Sequence[int]) -> tuple[int, ...]:
        """What leads to an output of that size, of which there are `stride` to choose from along each axis."""
        wanted, cut = tuple(output_size)[-self.axes :], sizes(type(self).__name__, "padding", self.padding, self.axes)
        least = [
            (p - 1) * s - 2 * c + d * (k - 1) + 1
            for p, s, c, d, k in zip(
                np.shape(x)[-self.axes :], self.stride, cut, self.dilation, self.kernel_size, strict=True
            )
        ]
        longer = tuple(int(size - smallest) for size, smallest in zip(wanted, least, strict=True))
        if not all(0 <= more < s for more, s in zip(longer, self.stride, strict=True)):
            most = tuple(smallest + s - 1 for smallest, s in zip(least, self.stride, strict=True))
            raise ValueError(
                f"{type(self).__name__}: an input of shape {np.shape(x)} gives sizes {tuple(least)} to {most}, not "
                f"{wanted}"
            )
        return longer

    def _more(self) -> list[str]:
        return [] if self.output_padding == (0,) * self.axes else [f"output_padding={self.output_padding}"]


class ConvTranspose1d(_ConvTranspose):
    """The transpose of a convolution: x (N, C, P) or (C, P) to (N, O, L) or (O, L).

    L = (P - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1.  The weight
    (C, O / groups, kernel_size) and the bias (O,) start uniform in +-1/sqrt(O / groups kernel_size).

    Args:
        in_channels: C.
        out_channels: O.
        kernel_size: K.
        stride: steps between the places where the kernels are laid.
        padding: by how much the output is cut on both sides.
        output_padding: by how much it is longer at its end, less than `stride` or `dilation`.
        groups: the channels are divided into so many groups that do not see each other.
        bias: whether there is one.
        dilation: steps between the elements of a kernel.
        padding_mode: "zeros".
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    Called with `output_size`, the size along each spatial axis, it finds the `output_padding` that leads to it.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> up = nn.ConvTranspose1d(8, 3, 4, stride=2, padding=1)
    >>> up(np.ones((2, 8, 10), np.float32)).shape
    (2, 3, 20)
    >>> up(np.ones((2, 8, 10), np.float32), output_size=(21,)).shape
    (2, 3, 21)
    """

    axes = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of a convolution over two axes: x (N, C, H, W) or (C, H, W); otherwise as `ConvTranspose1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ConvTranspose2d(8, 1, 2, stride=2)(np.ones((2, 8, 7, 7), np.float32)).shape
    (2, 1, 14, 14)
    """

    axes = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of a convolution over three axes: x (N, C, D, H, W) or (C, D, H, W); else as `ConvTranspose1d`."""

    axes = 3
