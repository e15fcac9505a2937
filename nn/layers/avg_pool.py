"""Average pooling, y[n, c, p] = mean over k of x[n, c, stride p + k - padding], and pooling by p-norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.windows import check_window
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["AvgPool1d", "AvgPool2d", "AvgPool3d", "LPPool1d", "LPPool2d", "LPPool3d"]

Sizes = int | Sequence[int]


class _AvgPool(Module):
    kernel_size: Any
    stride: Any
    padding: Any

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """The mean of each window: x (N, C, L) or (C, L) to (N, C, P) or (C, P).

    P = (L + 2 padding - kernel_size) // stride + 1, rounded up with `ceil_mode`.

    Args:
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        padding: zeros on both sides, at most half of `kernel_size`.
        ceil_mode: whether a window that reaches beyond the end of the padded image counts; what is there does not.
        count_include_pad: whether the zeros count when the sum is divided.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AvgPool1d(2)(np.array([[1.0, 3.0, 2.0, 0.0]]))
    Tensor([[2., 1.]], dtype=float64)
    """

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding, _ = check_window("AvgPool1d", 1, kernel_size, stride, padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, x: Any) -> Tensor:
        return F.avg_pool1d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _AvgPoolOfSeveral(_AvgPool):
    axes: int

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        check_window(type(self).__name__, self.axes, kernel_size, stride, padding)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, x: Any) -> Tensor:
        pool = F.avg_pool2d if self.axes == 2 else F.avg_pool3d
        return pool(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPoolOfSeveral):
    """The mean of each window of two axes: x (N, C, H, W) or (C, H, W); otherwise as `AvgPool1d`.

    Args:
        kernel_size: how many elements a window has; a number for both axes, or one for each.
        stride: steps between windows; `kernel_size` if it is None.
        padding: zeros on both sides, at most half of `kernel_size`.
        ceil_mode: whether a window that reaches beyond the end of the padded image counts; what is there does not.
        count_include_pad: whether the zeros count when the sum is divided.
        divisor_override: what the sum is divided by instead of the number of elements.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AvgPool2d(2)(np.ones((5, 8, 28, 28), np.float32)).shape
    (5, 8, 14, 14)
    """

    axes = 2


class AvgPool3d(_AvgPoolOfSeveral):
    """The mean of each window of three axes: x (N, C, D, H, W) or (C, D, H, W); otherwise as `AvgPool2d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AvgPool3d(2)(np.ones((5, 8, 4, 4, 6), np.float32)).shape
    (5, 8, 2, 2, 3)
    """

    axes = 3


class _LPPool(Module):
    axes: int

    def __init__(
        self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        check_window(type(self).__name__, self.axes, kernel_size, stride)
        if norm_type == 0:
            raise ValueError(f"{type(self).__name__}: norm_type must not be 0")
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, x: Any) -> Tensor:
        pool = (F.lp_pool1d, F.lp_pool2d, F.lp_pool3d)[self.axes - 1]
        return pool(x, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """y[n, c, p] = (sum over k of x[n, c, stride p + k]^q)^(1/q), from (N, C, L) or (C, L) to (N, C, P) or (C, P).

    It is no norm for an odd q, since the sum is not one of absolute values.  With q infinite it is the largest of the
    absolute values.  Where the sum is 0 the gradient is 0.

    Args:
        norm_type: q.
        kernel_size: how many elements a window has.
        stride: steps between windows; `kernel_size` if it is None.
        ceil_mode: whether a window that reaches beyond the end of the image counts.  Its sum is scaled up to that of a
            whole window.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.LPPool1d(2, 2)(np.array([[3.0, 4.0, 5.0, 12.0]]))
    Tensor([[ 5., 13.]], dtype=float64)
    """

    axes = 1


class LPPool2d(_LPPool):
    """`LPPool1d` over two axes: x (N, C, H, W) or (C, H, W).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.LPPool2d(2, (1, 2))(np.array([[[3.0, 4.0, 5.0, 12.0]]]))
    Tensor([[[ 5., 13.]]], dtype=float64)
    """

    axes = 2


class LPPool3d(_LPPool):
    """`LPPool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.LPPool3d(3, 2)(np.ones((5, 8, 4, 4, 6), np.float32)).shape
    (5, 8, 2, 2, 3)
    """

    axes = 3
