"""Modules that move numbers from place to place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["ChannelShuffle", "Fold", "Identity", "PixelShuffle", "PixelUnshuffle", "Unflatten", "Unfold"]

Sizes = int | Sequence[int]


class Identity(Module):
    """x itself; what it is made with is not looked at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, x: Any) -> Any:
        return x


class Unflatten(Module):
    """One axis as several: the inverse of `Flatten`.

    Args:
        dim: the axis.
        unflattened_size: the lengths of those that come in its place; one of them may be -1.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Unflatten(1, (2, -1))(np.ones((5, 8))).shape
    (5, 2, 4)
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x: Any) -> Tensor:
        return F.unflatten(x, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class PixelShuffle(Module):
    """Channels as places: (..., C r^2, H, W) to (..., C, H r, W r).

    Args:
        upscale_factor: r.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x: Any) -> Tensor:
        return F.pixel_shuffle(x, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Places as channels: (..., C, H r, W r) to (..., C r^2, H, W).

    Args:
        downscale_factor: r.
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, x: Any) -> Tensor:
        return F.pixel_unshuffle(x, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """The channels of groups taken in turn: x (N, C, ...).

    Args:
        groups: into how many groups the channels are divided.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Any) -> Tensor:
        return F.channel_shuffle(x, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Unfold(Module):
    """All patches of images as columns: x (N, C, H, W) or (C, H, W) to (N, C KH KW, L) or (C KH KW, L).

    Args:
        kernel_size: (KH, KW), or one number for both.
        dilation: steps between the elements of a patch.
        padding: zeros beside the image.
        stride: steps between places.
    """

    def __init__(self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, x: Any) -> Tensor:
        return F.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Images of columns, added up where they overlap, the transpose of `Unfold`: (N, C KH KW, L) to (N, C, H, W).

    Args:
        output_size: (H, W), or one number for both.
        kernel_size: (KH, KW).
        dilation: steps between the elements of a patch.
        padding: zeros beside the image, which are cut off.
        stride: steps between places.
    """

    def __init__(
        self, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, x: Any) -> Tensor:
        return F.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
