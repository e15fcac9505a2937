"""The transpose of a convolution: each number of the image is a factor of the whole kernel, laid where it came from.

    convolution_transpose(x, weight, bias=None, geometry=..., image=...)     x (N, C, *S), weight (C, O / groups, *K)

gives (N, O, *image): the gradient, in its input of the size `image`, of the convolution with the same weight and
geometry whose output's cotangent is x.

V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from . import convolution as forward_convolution
from .convolution import channel_sums
from .patches import Geometry, channels_first, correlate, spread, weight_gradient
from .room import room


def reference(x: Any, weight: Any, bias: Any = None, *, geometry: Geometry, image: tuple[int, ...]) -> Any:
    """The convolution of x, its numbers moved apart by the stride, with the kernels turned round."""
    for axis, stride in enumerate(geometry.stride, 2):
        x = _moved_apart(x, axis, stride)
    kernel, groups = weight.shape[2:], geometry.groups
    padding = []
    for size, apart, k, dilation, (before, _) in zip(
        image, x.shape[2:], kernel, geometry.dilation, geometry.padding, strict=True
    ):
        reach = dilation * (k - 1)
        padding.append((reach - before, size - apart + before))
    turned = weight[:, :, *(slice(None, None, -1) for _ in kernel)]
    turned = turned.reshape(groups, weight.shape[0] // groups, *weight.shape[1:]).swapaxes(1, 2)
    turned = turned.reshape(groups * weight.shape[1], weight.shape[0] // groups, *kernel)
    plain = Geometry((1,) * len(kernel), tuple(padding), geometry.dilation, groups)
    return forward_convolution.reference(x, turned, bias, geometry=plain)


def _moved_apart(x: Any, axis: int, stride: int) -> Any:
    """`stride` - 1 zeros between neighbours along an axis."""
    if stride == 1:
        return x
    size = x.shape[axis]
    widths = [(0, 0)] * (x.ndim + 1)
    widths[axis + 1] = (0, stride - 1)
    apart = np.pad(np.expand_dims(x, axis + 1), widths).reshape(*x.shape[:axis], size * stride, *x.shape[axis + 1 :])
    return apart[(slice(None),) * axis + (slice(0, (size - 1) * stride + 1),)]


def forward(x: Any, weight: Any, bias: Any = None, *, geometry: Geometry, image: tuple[int, ...]) -> tuple[Any, None]:
    y = spread(x, weight, image, geometry)
    if bias is not None:
        channels = y.swapaxes(0, 1)
        channels += bias.reshape(-1, *(1,) * (y.ndim - 1))
    return y, None


def backward(
    g: Any,
    _residual: None,
    needs: Sequence[Any],
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    geometry: Geometry,
    image: tuple[int, ...],  # the size of g
) -> tuple[Any, Any, Any]:
    g = channels_first(g).swapaxes(0, 1)
    dx = dweight = dbias = None
    if needs[0] is not None:
        dx = correlate(g, weight, geometry)
    if needs[1] is not None:
        dweight = weight_gradient(g, x, weight.shape[2:], geometry, out=room(needs[1]))
    if bias is not None and needs[2] is not None:
        dbias = channel_sums(g, room(needs[2]))
    return dx, dweight, dbias


reference.__name__ = "convolution_transpose"
convolution_transpose = fused(
    reference,
    forward=forward,
    backward=backward,
    math="yᵢ = Σ Wₖᵀ xₚ + b over s p + k = i, with the stride s;  x̄ₚ = Σₖ Wₖ ȳₛₚ₊ₖ,  W̄ₖ = Σₚ xₚ ȳₛₚ₊ₖᵀ,  b̄ = Σ ȳᵢ",
)
