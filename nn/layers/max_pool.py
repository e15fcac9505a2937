"""Max pooling:  y[n, c, p] = max over k of x[n, c, stride p + dilation k - padding]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import functional as F
from ..functional.windows import check_window
from ..module import Module

__all__ = ["MaxPool1d", "MaxPool2d", "MaxPool3d"]

Sizes = int | Sequence[int]


class _MaxPool(Module):
    axes: int

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        check_window(type(self).__name__, self.axes, kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Any:
        pool: Any = getattr(F, f"max_pool{self.axes}d")
        return pool(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The maximum of each window: x (N, C, L) or (C, L) to (N, C, P) or (C, P).

    P = (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1, rounded up with `ceil_mode`.  The gradient goes
    to the first place where the maximum is reached.

    Args:
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        padding: how far windows reach beyond the image, at most half of `kernel_size`; nothing is there.
        dilation: steps between the elements of a window.
        return_indices: give also where the maxima are, as `MaxUnpool1d` takes them.
        ceil_mode: whether a window that reaches beyond the end of the padded image counts.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.MaxPool1d(2)(np.array([[1.0, 3.0, 2.0, 0.0]]))
    Tensor([[3., 2.]], dtype=float64)
    """

    axes = 1


class MaxPool2d(_MaxPool):
    """The maximum of each window of two axes: x (N, C, H, W) or (C, H, W); otherwise as `MaxPool1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.MaxPool2d(2)(np.ones((5, 8, 28, 28), np.float32)).shape
    (5, 8, 14, 14)
    """

    axes = 2


class MaxPool3d(_MaxPool):
    """The maximum of each window of three axes: x (N, C, D, H, W) or (C, D, H, W); otherwise as `MaxPool1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.MaxPool3d(2)(np.ones((5, 8, 4, 4, 6), np.float32)).shape
    (5, 8, 2, 2, 3)
    """

    axes = 3
