"""Softmax and cross-entropy against a number per class, in one.

    soft_cross_entropy(logits, target, reduction="mean")        both (N, C), (N, C, d1, ...) or (C,)

The loss of a sample is  -sum_c t_c log softmax(x)_c = (sum_c t_c) log sum_c exp(x_c) - sum_c t_c x_c.  The t_c may be
probabilities, times weights of classes: they need not sum to 1.  The gradient in x is (sum_c t_c) softmax(x) - t.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..primitive import fused
from .constants import ones
from .cross_entropy import classes_back, classes_first, log_softmax
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(logits: Any, target: Any, *, reduction: str = "mean") -> Any:
    return reduced(-np.sum(target * log_softmax(logits), axis=min(logits.ndim - 1, 1)), reduction)


def forward(logits: Any, target: Any, *, reduction: str = "mean") -> tuple[Any, Any]:
    z, t = classes_first(logits)[0], classes_first(target)[0]
    z -= np.maximum.reduce(z)
    one = ones(len(z), z.dtype)
    mass = one.dot(t)
    losses = one.dot(t * z)
    np.exp(z, out=z)
    totals = one.dot(z)
    np.subtract(mass * np.log(totals), losses, out=losses)
    z *= mass / totals
    z -= t
    if logits.ndim != 2:
        losses = losses.reshape(logits.shape[:1] + logits.shape[2:] if logits.ndim > 1 else ())
    return reduced_raw(losses, reduction), z


def backward(
    g: Any, gradient: Any, needs: Sequence[Any], logits: Any, _target: Any, *, reduction: str = "mean"
) -> tuple[Any, Any]:
    if reduction == "none" and logits.ndim != 2:
        g = g.reshape(-1)
    each = spread_cotangent(g, reduction, gradient.shape[1])
    dx = classes_back(gradient * each, logits.shape) if needs[0] is not None else None
    if needs[1] is None:
        return dx, None
    z = classes_first(logits)[0]
    z -= np.maximum.reduce(z)
    np.subtract(np.log(ones(len(z), z.dtype).dot(np.exp(z))), z, out=z)
    z *= each
    return dx, classes_back(z, logits.shape)


reference.__name__ = "soft_cross_entropy"
soft_cross_entropy = fused(
    reference,
    forward=forward,
    backward=backward,
    math="p = softmax(x),  ℓ = −Σⱼ tⱼ log pⱼ,  L = ℓ reduced;  "
    "x̄ = (p Σⱼ tⱼ − t) ℓ̄,  t̄ = −ℓ̄ log p,  ℓ̄ = L̄ / n for a mean, else L̄",
)
