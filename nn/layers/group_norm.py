"""Group and instance normalization: mean and variance over the image and some channels, or one, of a sample.

Y. Wu and K. He, Group Normalization, ECCV (2018).
D. Ulyanov, A. Vedaldi and V. Lempitsky, Instance Normalization (2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.errors import describe

from .. import functional as F
from .. import init
from ..functional.arguments import array
from ..module import Module
from ..parameter import Parameter
from .batch_norm import NormWithStatistics

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["GroupNorm", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "LocalResponseNorm"]


class GroupNorm(Module):
    """Each group of channels of a sample with mean 0 and variance 1, then scaled and moved: x (N, C, *S).

    Args:
        num_groups: into how many groups the channels are divided.
        num_channels: C.
        eps: what keeps the root away from 0.
        affine: whether there are a weight (ones at the start) and a bias (zeros), one number per channel.
        bias: False for a weight alone.
        dtype: of the parameters.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.GroupNorm(2, 6)(np.ones((5, 6, 4, 4), np.float32)).shape
    (5, 6, 4, 4)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        bias: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__()
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_channels must be divisible by num_groups; num_channels={num_channels}, "
                f"num_groups={num_groups}"
            )
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = Parameter(np.ones(num_channels, dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_channels, dtype)) if affine and bias else None

    def reset_parameters(self) -> None:
        """Forget what was learned."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, x: Any) -> Tensor:
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class _InstanceNorm(NormWithStatistics):
    axes: int

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def forward(self, x: Any) -> Tensor:
        x = array(x)
        if x.ndim not in (self.axes + 1, self.axes + 2) or x.shape[-self.axes - 1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: x must be (N, {self.num_features}, ...) or ({self.num_features}, ...) with "
                f"{self.axes} more axes; x is {describe(x)}"
            )
        batch = x if x.ndim == self.axes + 2 else x[None]
        y = F.instance_norm(
            batch,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum or 0.0,
            self.eps,
        )
        return y if batch is x else y[0]


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sample with mean 0 and variance 1: x (N, C, L) or (C, L).

    Args:
        num_features: C.
        eps: what keeps the root away from 0.
        momentum: running <- (1 - momentum) running + momentum that of the batch.
        affine: whether there are a weight (ones at the start) and a bias (zeros), one number per channel.
        track_running_stats: whether means over samples are kept, and used in evaluation.
        bias: False for a weight alone.
        dtype: of parameters and buffers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.InstanceNorm1d(1, eps=0.0)(np.array([[[1.0, 3.0]]], np.float32))
    Tensor([[[-1.,  1.]]], dtype=float32)
    """

    axes = 1


class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image with mean 0 and variance 1: x (N, C, H, W) or (C, H, W); else as `InstanceNorm1d`."""

    axes = 2


class InstanceNorm3d(_InstanceNorm):
    """The same for volumes: x (N, C, D, H, W) or (C, D, H, W); otherwise as `InstanceNorm1d`."""

    axes = 3


class LocalResponseNorm(Module):
    """y[n, c] = x[n, c] / (k + alpha / size sum over neighbours c' of x[n, c']^2)^beta: x (N, C, *S).

    Args:
        size: how many channels are neighbours.
        alpha: how much they count.
        beta: the exponent.
        k: what is added.

    A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012).
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        if not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"LocalResponseNorm: size must be a whole number of at least 1, not {size!r}")
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Any) -> Tensor:
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
