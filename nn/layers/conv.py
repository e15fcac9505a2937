"""Convolutions:  y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, stride p + dilation k - padding].

Y. LeCun et al., Backpropagation Applied to Handwritten Zip Code Recognition, Neural Computation 1 (1989).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functional as F
from .. import init
from ..functional.convolution import same_padding, sizes
from ..module import Module
from ..parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["Conv1d", "Conv2d", "Conv3d"]

Sizes = int | Sequence[int]
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


class ConvNd(Module):
    """What all convolutions hold: sizes, a weight and a bias, uniform in +-1/sqrt(fan in) at the start."""

    axes: int

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes | str,
        dilation: Sizes,
        groups: int,
        bias: bool,
        padding_mode: str,
        dtype: Any,
        generator: Generator | None,
        *,
        transposed: bool = False,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        for what, count in (("in_channels", in_channels), ("out_channels", out_channels), ("groups", groups)):
            if not isinstance(count, (int, np.integer)) or count < 1:
                raise ValueError(f"{name}: {what} must be a whole number of at least 1, not {count!r}")
            if count % groups:
                raise ValueError(f"{name}: {what} must be divisible by groups; {what}={count}, groups={groups}")
        if padding_mode not in MODES:
            raise ValueError(f"{name}: padding_mode must be one of {list(MODES)}, not {padding_mode!r}")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = sizes(name, "kernel_size", kernel_size, self.axes, least=1)
        self.stride = sizes(name, "stride", stride, self.axes, least=1)
        self.dilation = sizes(name, "dilation", dilation, self.axes, least=1)
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(f'{name}: padding must be whole numbers, "valid" or "same", not {padding!r}')
            if padding == "same" and max(self.stride) > 1:
                raise ValueError(f'{name}: padding="same" needs a stride of 1, not {self.stride}')
            self.padding: tuple[int, ...] | str = padding
        else:
            self.padding = sizes(name, "padding", padding, self.axes)
        self.padding_mode = padding_mode
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = Parameter(np.empty((first, second // groups, *self.kernel_size), dtype))
        self.bias = Parameter(np.empty(out_channels, dtype)) if bias else None
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the parameters anew."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))  # kaiming_uniform_ with a = sqrt(5) is this
        init.uniform_(self.weight, -bound, bound, generator=generator)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound, generator=generator)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0,) * self.axes:
            parts.append(f"padding={self.padding}")
        if self.dilation != (1,) * self.axes:
            parts.append(f"dilation={self.dilation}")
        parts += self._more()
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)

    def _more(self) -> list[str]:
        return []


class _Conv(ConvNd):
    function: Callable[..., Tensor]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            dtype,
            generator,
        )

    def forward(self, x: Any) -> Tensor:
        convolve: Any = getattr(F, f"conv{self.axes}d")
        if self.padding_mode == "zeros":
            return convolve(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)  # type: ignore[no-any-return]
        widths: Any = ((0, 0),) * (np.ndim(x) - self.axes)
        if self.padding == "same":
            widths += same_padding(self.kernel_size, self.dilation)
        elif self.padding != "valid":
            widths += tuple((n, n) for n in self.padding)
        else:
            widths += ((0, 0),) * self.axes
        padded = np.pad(x, widths, MODES[self.padding_mode])  # type: ignore[call-overload]  # its modes are literals
        return convolve(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)  # type: ignore[no-any-return]


class Conv1d(_Conv):
    """A convolution over one axis: x (N, C, L) or (C, L) to (N, O, P) or (O, P).

    P = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1.  The weight (O, C / groups, kernel_size) and the
    bias (O,) start uniform in +-1/sqrt(C / groups kernel_size).

    Args:
        in_channels: C.
        out_channels: O.
        kernel_size: K, how many neighbours are seen at once.
        stride: steps between places.
        padding: how much is added on both sides; "valid" for nothing, "same" for as much as keeps L (stride 1).
        dilation: steps between the elements of a kernel.
        groups: the channels are divided into so many groups that do not see each other; C for a depthwise convolution.
        bias: whether there is one.
        padding_mode: what is added: "zeros", "reflect", "replicate" or "circular".
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Conv1d(3, 8, 5, padding="same")(np.ones((2, 3, 20), np.float32)).shape
    (2, 8, 20)
    """

    axes = 1


class Conv2d(_Conv):
    """A convolution over two axes: x (N, C, H, W) or (C, H, W); otherwise as `Conv1d`.

    `kernel_size`, `stride`, `padding` and `dilation` are one number or (height, width); the weight is
    (O, C / groups, KH, KW).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Conv2d(1, 8, 3, stride=2)(np.ones((2, 1, 28, 28), np.float32)).shape
    (2, 8, 13, 13)
    """

    axes = 2


class Conv3d(_Conv):
    """A convolution over three axes: x (N, C, D, H, W) or (C, D, H, W); otherwise as `Conv1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Conv3d(1, 2, (1, 3, 3))(np.ones((1, 4, 8, 8), np.float32)).shape
    (2, 4, 6, 6)
    """

    axes = 3
