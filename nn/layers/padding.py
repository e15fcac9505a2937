"""Margins: of a constant, or made of what is there; see `functional.pad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functional as F
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]

Sizes = int | Sequence[int]


class _Pad(Module):
    axes: int
    mode: str

    def __init__(self, padding: Sizes) -> None:
        super().__init__()
        count = 2 * self.axes
        widths = (padding,) * count if not isinstance(padding, Sequence) else tuple(padding)
        if len(widths) != count or not all(isinstance(width, (int, np.integer)) for width in widths):
            raise ValueError(
                f"{type(self).__name__}: padding must be a whole number, or {count} of them, not {padding!r}"
            )
        self.padding = widths

    def forward(self, x: Any) -> Tensor:
        return F.pad(x, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Sizes, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, x: Any) -> Tensor:
        return F.pad(x, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Sizes) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ReflectionPad(_Pad):
    mode = "reflect"


class _ReplicationPad(_Pad):
    mode = "replicate"


class _CircularPad(_Pad):
    mode = "circular"


class CircularPad1d(_CircularPad):
    """What is at the other end, on both sides: y[i] = x[(i - before) mod L].

    x (N, C, L) or (C, L) to the same with L + before + after elements.

    Args:
        padding: (before, after), each at most L, or a number for both; below 0, what is cut off.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.CircularPad1d(2)(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[2., 3., 1., 2., 3., 1., 2.]], dtype=float64)
    """

    axes = 1


class CircularPad2d(_CircularPad):
    """`CircularPad1d` over two axes: x (N, C, H, W) or (C, H, W).

    padding is (left, right, top, bottom), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.CircularPad2d(1)(np.ones((1, 3, 4, 5))).shape
    (1, 3, 6, 7)
    """

    axes = 2


class CircularPad3d(_CircularPad):
    """`CircularPad1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    padding is (left, right, top, bottom, front, back), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.CircularPad3d(1)(np.ones((1, 3, 2, 4, 5))).shape
    (1, 3, 4, 6, 7)
    """

    axes = 3


class ConstantPad1d(_ConstantPad):
    """A value on both sides: y[i] = x[i - before], and `value` where there is none.

    x (N, C, L) or (C, L) to the same with L + before + after elements.

    Args:
        padding: (before, after), or a number for both; below 0, what is cut off.
        value: what the margins are filled with.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ConstantPad1d((2, 1), 0.5)(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[0.5, 0.5, 1. , 2. , 3. , 0.5]], dtype=float64)
    """

    axes = 1


class ConstantPad2d(_ConstantPad):
    """`ConstantPad1d` over two axes: x (N, C, H, W) or (C, H, W).

    padding is (left, right, top, bottom), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ConstantPad2d(1, 0.5)(np.ones((1, 3, 4, 5))).shape
    (1, 3, 6, 7)
    """

    axes = 2


class ConstantPad3d(_ConstantPad):
    """`ConstantPad1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    padding is (left, right, top, bottom, front, back), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ConstantPad3d(1, 0.5)(np.ones((1, 3, 2, 4, 5))).shape
    (1, 3, 4, 6, 7)
    """

    axes = 3


class ReflectionPad1d(_ReflectionPad):
    """The image in a mirror on both sides, without the outermost element: y[i] = x[|i - before|] before it.

    x (N, C, L) or (C, L) to the same with L + before + after elements.

    Args:
        padding: (before, after), each less than L, or a number for both; below 0, what is cut off.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReflectionPad1d(2)(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[3., 2., 1., 2., 3., 2., 1.]], dtype=float64)
    """

    axes = 1


class ReflectionPad2d(_ReflectionPad):
    """`ReflectionPad1d` over two axes: x (N, C, H, W) or (C, H, W).

    padding is (left, right, top, bottom), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReflectionPad2d(1)(np.ones((1, 3, 4, 5))).shape
    (1, 3, 6, 7)
    """

    axes = 2


class ReflectionPad3d(_ReflectionPad):
    """`ReflectionPad1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    padding is (left, right, top, bottom, front, back), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReflectionPad3d(1)(np.ones((1, 3, 2, 4, 5))).shape
    (1, 3, 4, 6, 7)
    """

    axes = 3


class ReplicationPad1d(_ReplicationPad):
    """The outermost element on both sides: y[i] = x[clip(i - before, 0, L - 1)].

    x (N, C, L) or (C, L) to the same with L + before + after elements.

    Args:
        padding: (before, after), or a number for both; below 0, what is cut off.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReplicationPad1d(2)(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[1., 1., 1., 2., 3., 3., 3.]], dtype=float64)
    """

    axes = 1


class ReplicationPad2d(_ReplicationPad):
    """`ReplicationPad1d` over two axes: x (N, C, H, W) or (C, H, W).

    padding is (left, right, top, bottom), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReplicationPad2d(1)(np.ones((1, 3, 4, 5))).shape
    (1, 3, 6, 7)
    """

    axes = 2


class ReplicationPad3d(_ReplicationPad):
    """`ReplicationPad1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    padding is (left, right, top, bottom, front, back), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ReplicationPad3d(1)(np.ones((1, 3, 2, 4, 5))).shape
    (1, 3, 4, 6, 7)
    """

    axes = 3


class ZeroPad1d(_ZeroPad):
    """Zeros on both sides: y[i] = x[i - before], and 0 where there is none.

    x (N, C, L) or (C, L) to the same with L + before + after elements.

    Args:
        padding: (before, after), or a number for both; below 0, what is cut off.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ZeroPad1d((2, -1))(np.array([[1.0, 2.0, 3.0]]))
    Tensor([[0., 0., 1., 2.]], dtype=float64)
    """

    axes = 1


class ZeroPad2d(_ZeroPad):
    """`ZeroPad1d` over two axes: x (N, C, H, W) or (C, H, W).

    padding is (left, right, top, bottom), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ZeroPad2d(1)(np.ones((1, 3, 4, 5))).shape
    (1, 3, 6, 7)
    """

    axes = 2


class ZeroPad3d(_ZeroPad):
    """`ZeroPad1d` over three axes: x (N, C, D, H, W) or (C, D, H, W).

    padding is (left, right, top, bottom, front, back), or a number.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.ZeroPad3d(1)(np.ones((1, 3, 2, 4, 5))).shape
    (1, 3, 4, 6, 7)
    """

    axes = 3
