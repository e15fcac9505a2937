"""Pooling to an image of a given size.

Window p of P along an axis of length L begins at floor(p L / P) and ends before ceil((p + 1) L / P).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.adaptive_pool import output_sizes
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
]

Sizes = int | None | Sequence[int | None]


class _AdaptiveAvgPool(Module):
    axes: int

    def __init__(self, output_size: Sizes) -> None:
        super().__init__()
        output_sizes(type(self).__name__, output_size, self.axes)
        self.output_size = output_size

    def forward(self, x: Any) -> Tensor:
        pool = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[self.axes - 1]
        return pool(x, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """y[n, c, p] = mean of x[n, c, floor(p L / P) : ceil((p + 1) L / P)]: x (N, C, L) or (C, L), of whatever length L.

    Args:
        output_size: P; None for L.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveAvgPool1d(2)(np.array([[1.0, 3.0, 2.0, 0.0, 4.0]]))
    Tensor([[2., 2.]], dtype=float64)
    """

    axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """`AdaptiveAvgPool1d` over two axes: x (N, C, H, W) or (C, H, W); a size for both, or one for each.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveAvgPool2d((5, None))(np.ones((1, 3, 7, 9))).shape
    (1, 3, 5, 9)
    """

    axes = 2


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """`AdaptiveAvgPool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W); a size for all, or one for each.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveAvgPool3d(2)(np.ones((1, 3, 4, 7, 9))).shape
    (1, 3, 2, 2, 2)
    """

    axes = 3


class _AdaptiveMaxPool(_AdaptiveAvgPool):
    def __init__(self, output_size: Sizes, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, x: Any) -> Any:
        pool = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[self.axes - 1]
        return pool(x, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """y[n, c, p] = max of x[n, c, floor(p L / P) : ceil((p + 1) L / P)]: x (N, C, L) or (C, L), of whatever length L.

    The gradient goes to the first place where the maximum is reached.

    Args:
        output_size: P; None for L.
        return_indices: give also where the maxima are, as `MaxUnpool1d` takes them.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveMaxPool1d(2)(np.array([[1.0, 3.0, 2.0, 0.0, 4.0]]))
    Tensor([[3., 4.]], dtype=float64)
    """

    axes = 1


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """`AdaptiveMaxPool1d` over two axes: x (N, C, H, W) or (C, H, W); a size for both, or one for each.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveMaxPool2d((5, None))(np.ones((1, 3, 7, 9))).shape
    (1, 3, 5, 9)
    """

    axes = 2


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """`AdaptiveMaxPool1d` over three axes: x (N, C, D, H, W) or (C, D, H, W); a size for all, or one for each.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.AdaptiveMaxPool3d(2)(np.ones((1, 3, 4, 7, 9))).shape
    (1, 3, 2, 2, 2)
    """

    axes = 3
