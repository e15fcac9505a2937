"""Images made larger or smaller; see `functional.interpolate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import functional as F
from ..functional.interpolation import check_mode
from ..module import Module

if TYPE_CHECKING:
    from autograd_lite import Tensor

__all__ = ["Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"]

Sizes = int | Sequence[int]
Factors = float | Sequence[float]


class Upsample(Module):
    """An image in another size, from (N, C, *S) to (N, C, *P).

    Element p of the answer lies at scale (p + 1/2) - 1/2 of the image, with scale = S / P or 1 / scale_factor; or, with
    `align_corners`, at p (S - 1) / (P - 1).

    Args:
        size: P, a number for all axes or one for each.
        scale_factor: instead of it, by what S is multiplied; P is rounded down.
        mode: "nearest", "nearest-exact", "area"; "linear" for one axis, "bilinear" or "bicubic" for two, "trilinear"
            for three.
        align_corners: for the linear modes and "bicubic", whether the first and the last elements lie on each other,
            instead of the outer edges of them.
        recompute_scale_factor: whether the scale is that of the sizes, and not 1 / scale_factor, where these differ.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.Upsample(scale_factor=2)(np.array([[[1.0, 2.0]]]))
    Tensor([[[1., 1., 2., 2.]]], dtype=float64)
    """

    def __init__(
        self,
        size: Sizes | None = None,
        scale_factor: Factors | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if (size is None) == (scale_factor is None):
            raise ValueError(f"{name}: give either size or scale_factor; {size=}, {scale_factor=}")
        check_mode(name, mode, align_corners, antialias=mode == "lanczos")
        self.size = size
        self.scale_factor: Any = scale_factor
        if scale_factor is not None:
            several = isinstance(scale_factor, Sequence)
            self.scale_factor = tuple(map(float, scale_factor)) if several else float(scale_factor)  # type: ignore
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, x: Any) -> Tensor:
        return F.interpolate(
            x, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        target = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{target}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` with mode "nearest", of (N, C, H, W).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.UpsamplingNearest2d(scale_factor=2)(np.array([[[[1.0, 2.0]]]]))
    Tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]], dtype=float64)
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` with mode "bilinear" and the corners aligned, of (N, C, H, W).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.UpsamplingBilinear2d(size=(1, 3))(np.array([[[[1.0, 2.0]]]]))
    Tensor([[[[1. , 1.5, 2. ]]]], dtype=float64)
    """

    def __init__(self, size: Sizes | None = None, scale_factor: Factors | None = None) -> None:
        super().__init__(size, scale_factor, "bilinear", align_corners=True)
