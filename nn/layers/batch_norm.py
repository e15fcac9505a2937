"""Batch normalization:  y = (x - mean) / sqrt(variance + eps) weight + bias, for each channel over the batch.

S. Ioffe and C. Szegedy, Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift,
ICML (2015).
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

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"]


class NormWithStatistics(Module):
    """What batch and instance normalization hold: weight and bias, running mean and variance."""

    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        dtype: Any,
    ) -> None:
        super().__init__()
        if not isinstance(num_features, (int, np.integer)) or num_features < 0:
            raise ValueError(
                f"{type(self).__name__}: num_features must be a whole number of at least 0, not {num_features!r}"
            )
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(np.ones(num_features, dtype)) if affine else None
        self.bias = Parameter(np.zeros(num_features, dtype)) if affine and bias else None
        self.register_buffer("running_mean", np.zeros(num_features, dtype) if track_running_stats else None)
        self.register_buffer("running_var", np.ones(num_features, dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", np.array(0) if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forget the running mean and variance."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Forget what was learned."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(NormWithStatistics):
    axes: tuple[int, ...]
    averages_batches = True  # with momentum None; `optim.swa_utils.update_bn` looks for it

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def forward(self, x: Any) -> Tensor:
        x = array(x)
        if x.ndim not in self.axes or x.shape[1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: x must have {' or '.join(map(str, self.axes))} axes, the second of the length "
                f"{self.num_features}; x is {describe(x)}"
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        tracking = self.training and self.track_running_stats
        if tracking:
            self.num_batches_tracked += 1
            if self.momentum is None:  # the average of all batches so far
                momentum = 1 / self.num_batches_tracked.item()
        own = self.training or self.running_mean is None
        mean, variance = (self.running_mean, self.running_var) if tracking or not own else (None, None)
        return F.batch_norm(x, mean, variance, self.weight, self.bias, own, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    """Each channel with mean 0 and variance 1 over the batch: x (N, C) or (N, C, L), of the same shape after it.

    While training, mean and (biased) variance are those of the batch, and the running ones move towards its mean and
    its unbiased variance; in evaluation they are the running ones.

    Args:
        num_features: C.
        eps: what keeps the root away from 0.
        momentum: running <- (1 - momentum) running + momentum that of the batch; None for the average of all batches.
        affine: whether there are a weight (ones at the start) and a bias (zeros), one number per channel.
        track_running_stats: without it evaluation uses the batch's too.
        bias: False for a weight alone.
        dtype: of parameters and buffers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.BatchNorm1d(1, affine=False, eps=0.0)(np.array([[1.0], [3.0]], np.float32))
    Tensor([[-1.],
            [ 1.]], dtype=float32)
    """

    axes = 2, 3


class BatchNorm2d(_BatchNorm):
    """Each channel with mean 0 and variance 1 over the batch and the image: x (N, C, H, W); else as `BatchNorm1d`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.BatchNorm2d(3)(np.ones((2, 3, 5, 5), np.float32)).shape
    (2, 3, 5, 5)
    """

    axes = (4,)


class BatchNorm3d(_BatchNorm):
    """Each channel with mean 0 and variance 1 over batch and volume: x (N, C, D, H, W); else as `BatchNorm1d`."""

    axes = (5,)
