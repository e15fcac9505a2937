"""What max pooling has picked, put back where it was: y[n, c, indices[n, c, p]] = x[n, c, p], and 0 elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.windows import check_window
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]

Sizes = int | Sequence[int]


class _MaxUnpool(Module):
    axes: int

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding, _ = check_window(
            type(self).__name__, self.axes, kernel_size, stride, padding
        )

    def forward(self, x: Any, indices: Any, output_size: Sequence[int] | None = None) -> Tensor:
        unpool = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)[self.axes - 1]
        return unpool(x, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """The maxima that `MaxPool1d` picked, back where they were, among zeros: x (N, C, P) or (C, P) to L elements each.

    L = (P - 1) stride - 2 padding + kernel_size, unless the call says otherwise by `output_size`.  If indices name a
    place more than once, the last one stays, and only it gets the gradient.

    Args:
        kernel_size, stride, padding: as of the `MaxPool1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, where = nn.MaxPool1d(2, return_indices=True)(np.array([[1.0, 3.0, 2.0, 0.0]]))
    >>> nn.MaxUnpool1d(2)(y, where)
    Tensor([[0., 3., 2., 0.]], dtype=float64)
    """

    axes = 1


class MaxUnpool2d(_MaxUnpool):
    """`MaxUnpool1d` over two axes: x (N, C, P, Q) or (C, P, Q).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, where = nn.MaxPool2d(2, return_indices=True)(np.ones((1, 3, 5, 6)))
    >>> nn.MaxUnpool2d(2)(y, where, output_size=(5, 6)).shape
    (1, 3, 5, 6)
    """

    axes = 2


class MaxUnpool3d(_MaxUnpool):
    """`MaxUnpool1d` over three axes: x (N, C, P, Q, R) or (C, P, Q, R).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> y, where = nn.MaxPool3d(2, return_indices=True)(np.ones((1, 3, 4, 6, 2)))
    >>> nn.MaxUnpool3d(2)(y, where).shape
    (1, 3, 4, 6, 2)
    """

    axes = 3
