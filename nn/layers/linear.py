"""The fully connected layer: y = x W^T + b."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["Linear"]


class Linear(Module):
    """An affine map of the last axis: y = x W^T + b, from (..., in_features) to (..., out_features).

    W (out_features, in_features) and b (out_features) start uniform in +-1/sqrt(in_features), as
    PyTorch's do.

    Args:
        in_features: the length of the last axis that goes in.
        out_features: the length of the last axis that comes out.
        bias: whether to add b.
        dtype: of the parameters; the input must have it too.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Linear(3, 2)(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(size, (int, np.integer)) or size < 0:
                raise ValueError(f"Linear: {name} must be a whole number of at least 0, not {size!r}")
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(np.empty((in_features, out_features), dtype).T)  # the layout `kernels.linear` likes
        self.bias = Parameter(np.empty(out_features, dtype)) if bias else None
        self.reset_parameters(generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw the parameters anew."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        init.uniform_(self.weight, -bound, bound, generator=generator)  # kaiming_uniform_ with a = sqrt(5) is this
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound, generator=generator)

    def forward(self, x: Any) -> Tensor:
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
