"""The negative log-likelihood of integer labels:  -w_y x_y  for a sample of log-probabilities x with the label y.

    nll(x, labels, weight=None, reduction="mean", ignored=None)

Shapes, weight and `ignored` are those of `cross_entropy`, and so is the mean.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .cross_entropy import picked, scaled_mean
from .labels import counted
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(x: Any, labels: Any, weight: Any = None, *, reduction: str = "mean", ignored: int | None = None) -> Any:
    places, count = counted(labels, weight, ignored, x.dtype)
    losses = -picked(x, places)
    if count is None:
        return reduced(losses, reduction)
    losses = (losses if ignored is None else np.where(labels == ignored, 0.0, losses)) * count
    return np.sum(losses) / np.sum(count) if reduction == "mean" else reduced(losses, reduction)


def forward(
    x: Any, labels: Any, weight: Any = None, *, reduction: str = "mean", ignored: int | None = None
) -> tuple[Any, Any]:
    places, scale = counted(labels, weight, ignored, x.dtype)
    losses = np.negative(_at(x, places))
    if scale is None:
        return reduced_raw(losses, reduction), (places, None)
    losses = np.asarray(losses * scale)
    if ignored is not None:
        losses[labels == ignored] = 0  # whatever x is, NaN too
    return scaled_mean(losses, scale, reduction, places)


def backward(
    g: Any,
    residual: Any,
    _needs: Sequence[Any],
    x: Any,
    labels: Any,
    weight: Any = None,
    *,
    reduction: str = "mean",
    ignored: int | None = None,
) -> tuple[Any, ...]:
    places, scale = residual
    each = spread_cotangent(g, reduction, labels.size) if scale is None else g * scale.reshape(labels.shape)
    axis = min(x.ndim - 1, 1)
    dx = np.zeros(x.shape, x.dtype)
    values = np.negative(each) if each.ndim == 0 else np.expand_dims(np.negative(each), axis)
    np.put_along_axis(dx, np.expand_dims(places, axis), values, axis)
    return dx, None, None


def _at(x: Any, labels: Any) -> Any:
    """Of x (N, C, ...) or (C,) what stands at the labels."""
    axis = min(x.ndim - 1, 1)
    return np.take_along_axis(x, np.expand_dims(labels, axis), axis).reshape(labels.shape)


reference.__name__ = "nll"
nll = fused(
    reference,
    forward=forward,
    backward=backward,
    math="ℓ = −w_y x_y,  L = ℓ reduced;  x̄_y = −w_y ℓ̄, 0 elsewhere,  ℓ̄ = L̄ / Σ w_y for a mean, else L̄",
)
