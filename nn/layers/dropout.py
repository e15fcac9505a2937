"""Dropout: elements, or whole channels, put out at random while training.

N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15 (2014).
J. Tompson et al., Efficient Object Localization Using Convolutional Networks, CVPR (2015), for whole channels.
G. Klambauer et al., Self-Normalizing Neural Networks, NeurIPS (2017), for those that keep mean and variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.arguments import check_probability
from ..module import Module

if TYPE_CHECKING:
    from numpy.random import Generator

    from autograd_lite import Tensor

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False, *, generator: Generator | None = None) -> None:
        super().__init__()
        check_probability(type(self).__name__, p)
        self.p, self.inplace, self.generator = p, inplace, generator

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """While training, sets each element to 0 with probability p and scales the others by 1 / (1 - p).

    In evaluation it passes everything through, which is why the scaling is done in training.

    Args:
        p: the probability, in [0, 1].
        inplace: as in PyTorch; what is given is left as it is all the same.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Dropout(0.5, generator=np.random.default_rng(0))(np.ones(6))
    Tensor([2., 2., 2., 0., 0., 0.], dtype=float64)
    """

    def forward(self, x: Any) -> Tensor:
        return F.dropout(x, self.p, self.training, generator=self.generator)


class Dropout1d(_Dropout):
    """While training, sets each channel to 0 with probability p, else scales it: x (N, C, L) or (C, L); see `Dropout`.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Dropout1d(0.5, generator=np.random.default_rng(2))(np.ones((3, 2)))
    Tensor([[2., 2.],
            [0., 0.],
            [0., 0.]], dtype=float64)
    """

    def forward(self, x: Any) -> Tensor:
        return F.dropout1d(x, self.p, self.training, generator=self.generator)


class Dropout2d(_Dropout):
    """While training, sets each channel to 0 with probability p, else scales it: x (N, C, H, W); see `Dropout`."""

    def forward(self, x: Any) -> Tensor:
        return F.dropout2d(x, self.p, self.training, generator=self.generator)


class Dropout3d(_Dropout):
    """While training, sets each channel to 0 with probability p, else scales it: x (N, C, D, H, W) or (C, D, H, W)."""

    def forward(self, x: Any) -> Tensor:
        return F.dropout3d(x, self.p, self.training, generator=self.generator)


class AlphaDropout(_Dropout):
    """While training, sets each element to SELU's limit with probability p, then scales and moves all.

    y = a (x kept + s (1 - kept)) + b, with s = -1.758..., so that mean 0 and variance 1 stay; see `Dropout`.
    """

    def forward(self, x: Any) -> Tensor:
        return F.alpha_dropout(x, self.p, self.training, generator=self.generator)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels: x (N, C, ...)."""

    def forward(self, x: Any) -> Tensor:
        return F.feature_alpha_dropout(x, self.p, self.training, generator=self.generator)
