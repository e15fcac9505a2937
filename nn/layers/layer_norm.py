"""Layer normalization:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each sample; RMS normalization.

J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization (2016).
B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, NeurIPS (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["LayerNorm", "RMSNorm"]


class LayerNorm(Module):
    """Each sample with mean 0 and variance 1 over its last axes, then scaled and moved: x (..., *normalized_shape).

    Args:
        normalized_shape: the shape of the last axes, or the length of the last one.
        eps: what keeps the root away from 0.
        elementwise_affine: whether there is a weight of the shape `normalized_shape`, ones at the start.
        bias: whether there is a bias too, zeros at the start.
        dtype: of the parameters.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.LayerNorm(2, eps=0.0)(np.array([[1.0, 3.0]], np.float32)).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(type(self).__name__, normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(self.normalized_shape, dtype)) if elementwise_affine and bias else None

    def reset_parameters(self) -> None:
        """Forget what was learned."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, x: Any) -> Tensor:
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
            f", bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Each sample with a mean square of 1 over its last axes, then scaled: x (..., *normalized_shape).

    Args:
        normalized_shape: the shape of the last axes, or the length of the last one.
        eps: what keeps the root away from 0; the distance from 1 to the next number of x's dtype if it is None.
        elementwise_affine: whether there is a weight of the shape `normalized_shape`, ones at the start.
        dtype: of the parameter.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.RMSNorm(2)(np.array([[2.0, -2.0]], np.float32)).tolist()
    [[1.0, -1.0]]
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(type(self).__name__, normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if elementwise_affine else None

    def reset_parameters(self) -> None:
        """Forget what was learned."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Any) -> Tensor:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


def _shape(name: str, shape: int | Sequence[int]) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    if not sizes or not all(isinstance(size, (int, np.integer)) and size >= 0 for size in sizes):
        raise ValueError(f"{name}: normalized_shape must be one or several whole numbers of at least 0, not {shape!r}")
    return tuple(map(int, sizes))
