"""Convolution, as this field calls it: the correlation of images with kernels, over any number of axes.

    convolution(x, weight, bias=None, geometry=...)        x (N, C, *S), weight (O, C / groups, *K), bias (O,)

    y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, stride p + dilation k - padding]

Kept for backward are x and weight; the patches are cut out again.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .constants import ones
from .patches import Geometry, channels_first, correlate, laid_out, spread, weight_gradient
from .room import room


def reference(x: Any, weight: Any, bias: Any = None, *, geometry: Geometry) -> Any:
    axes, kernel, groups = len(geometry.stride), weight.shape[2:], geometry.groups
    spatial = tuple(range(2, 2 + axes))
    x = x[:, :, *(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(x.shape[2:], geometry.padding, strict=True))]
    x = np.pad(x, ((0, 0), (0, 0), *((max(a, 0), max(b, 0)) for a, b in geometry.padding)))
    seen = tuple(d * (k - 1) + 1 for k, d in zip(kernel, geometry.dilation, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(x, seen, axis=spatial)
    windows = windows[:, :, *(slice(None, None, s) for s in geometry.stride),
                      *(slice(None, None, d) for d in geometry.dilation)]  # fmt: skip
    places = windows.shape[2 : 2 + axes]
    windows = windows.reshape(len(x), groups, x.shape[1] // groups, *places, *kernel)
    kernels = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    p, k = "xyz"[:axes], "ijk"[:axes]
    y = np.einsum(f"ngc{p}{k},goc{k}->ngo{p}", windows, kernels)
    y = y.reshape(len(x), weight.shape[0], *places)
    return y if bias is None else y + bias.reshape(-1, *(1,) * axes)


def forward(x: Any, weight: Any, bias: Any = None, *, geometry: Geometry) -> tuple[Any, None]:
    return correlate(x, weight, geometry, bias), None


def backward(
    g: Any, _residual: None, needs: Sequence[Any], x: Any, weight: Any, bias: Any = None, *, geometry: Geometry
) -> tuple[Any, Any, Any]:
    g = channels_first(g).swapaxes(0, 1)  # once for all three
    dx = dweight = dbias = None
    image, kernel = x.shape[2:], weight.shape[2:]
    laid = None if needs[0] is None and needs[1] is None else laid_out(g, image, kernel, geometry)
    if needs[0] is not None:
        dx = spread(g, weight, image, geometry, laid)
    if needs[1] is not None:
        dweight = weight_gradient(x, g, kernel, geometry, out=room(needs[1]), laid=laid)
    if bias is not None and needs[2] is not None:
        dbias = channel_sums(g, room(needs[2]))
    return dx, dweight, dbias


def channel_sums(g: Any, out: Any) -> Any:
    """The sum over all axes but the second, of an array that lies with its channels first in memory."""
    rows = g.swapaxes(0, 1).reshape(g.shape[1], -1)
    return np.dot(rows, ones(rows.shape[1], g.dtype), out=out)


reference.__name__ = "convolution"
convolution = fused(
    reference,
    forward=forward,
    backward=backward,
    math="yₚ = Σₖ Wₖ xₛₚ₊ₖ + b with the stride s;  x̄ᵢ = Σ Wₖᵀ ȳₚ over s p + k = i,  W̄ₖ = Σₚ ȳₚ xₛₚ₊ₖᵀ,  b̄ = Σ ȳₚ",
)
