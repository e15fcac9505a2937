"""Softmax and cross-entropy against integer labels, in one.

    cross_entropy(logits, labels, weight=None, reduction="mean", ignored=None)

Logits are (N, C), (N, C, d1, ...) or (C,), labels the same without C: integers in [0, C), or `ignored` if that is not
None.  The weight is a number per class (C,).

The loss of a sample x with the label y is  -w_y log softmax(x)_y = w_y (log sum_c exp(x_c) - x_y),
computed with the maximum taken out, so that nothing overflows; the mean is divided by the sum of the w_y.
Its gradient is the softmax less the one-hot label, which is why the two belong together.  Kept for backward are the
logits, and the gradient only where they are few: else it takes less to work it out again than to hold it.

C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused
from .constants import ones, positions, strided
from .labels import counted
from .reduction import reduced, reduced_raw, spread_cotangent

FEW = 512
"""Up to so many logits a call of NumPy costs more than their memory."""


def reference(
    logits: Any, labels: Any, weight: Any = None, *, reduction: str = "mean", ignored: int | None = None
) -> Any:
    places, count = counted(labels, weight, ignored, logits.dtype)
    losses = -picked(log_softmax(logits), places)
    if count is None:
        return reduced(losses, reduction)
    losses = (losses if ignored is None else np.where(labels == ignored, 0.0, losses)) * count
    return np.sum(losses) / np.sum(count) if reduction == "mean" else reduced(losses, reduction)


def log_softmax(logits: Any) -> Any:
    """The logarithm of the softmax over the classes, in NumPy syntax."""
    axis = min(logits.ndim - 1, 1)
    # What is taken out is a constant: it cancels, in every derivative.
    shifted = logits - np.max(stop_gradient(logits), axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def picked(x: Any, labels: Any) -> Any:
    """Of x (N, C, ...) or (C,) what stands at the labels (N, ...) or ()."""
    if x.ndim == 1:
        return x[labels]
    if x.ndim == 2:
        return x[positions(len(labels)), labels]
    rows = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    return rows[positions(labels.size), labels.reshape(-1)].reshape(labels.shape)


def forward(
    logits: Any, labels: Any, weight: Any = None, *, reduction: str = "mean", ignored: int | None = None
) -> tuple[Any, Any]:
    places, scale = labels, None
    if weight is not None or ignored is not None:
        places, scale = counted(labels, weight, ignored, logits.dtype)
    log_p, gradient = at_labels(logits, places, logits.size <= FEW)
    losses = np.negative(log_p, out=log_p)
    if labels.ndim != 1:
        losses = losses.reshape(labels.shape)
    if scale is None:
        return reduced_raw(losses, reduction), (gradient, None)
    losses *= scale
    if ignored is not None:
        losses[labels == ignored] = 0  # whatever the logits are, NaN too
    return scaled_mean(losses, scale, reduction, gradient)


def at_labels(logits: Any, places: Any, wanted: bool, each: Any = None) -> tuple[Any, Any]:
    """log softmax at the labels; and, if `wanted`, the softmax less one-hot labels, (C, n), once or `each` times."""
    z, flat, right = laid(logits, places)
    z -= np.maximum.reduce(z)
    log_p = flat[right]
    np.exp(z, out=z)
    totals = ones(len(z), z.dtype).dot(z)
    log_p -= np.log(totals)
    if not wanted:
        return log_p, None
    less = np.expm1(log_p)  # p - 1, of log p, where it loses no digits
    if each is None:
        z /= totals
        flat[right] = less
    else:
        z *= each / totals
        flat[right] = less * each
    return log_p, z


def laid(logits: Any, places: Any) -> tuple[Any, Any, Any]:
    """A copy z (C, n) of the logits, its memory in a row, and where in it the labels are."""
    z, flat, class_step, sample_step = classes_first(logits)
    if places.ndim != 1:
        places = places.reshape(-1)
    return z, flat, places * class_step + strided(len(places), sample_step)


def scaled_mean(losses: Any, scale: Any, reduction: str, *kept: Any) -> tuple[Any, Any]:
    """Losses that count `scale` each reduced, and the residual: what is kept, and how much of g each sample gets."""
    if reduction != "mean":
        return reduced_raw(losses, reduction), (*kept, scale.reshape(-1))
    wide = np.promote_types(losses.dtype, np.float32)
    total = np.add.reduce(scale, axis=None, dtype=wide)
    mean = losses.dtype.type(np.add.reduce(losses, axis=None, dtype=wide) / total)
    share = scale.reshape(-1) / total if total else scale.reshape(-1)
    return mean, (*kept, share.astype(losses.dtype, copy=False))


def classes_first(logits: Any) -> tuple[Any, Any, int, int]:
    """A copy z (C, n), its memory in a row, and how far apart two classes and two samples are in it.

    Classes come first in memory if there are fewer of them: NumPy works along the samples then, many at a time.
    """
    if logits.ndim == 2:
        count, classes = logits.shape
        if classes <= count:
            z = logits.T.copy()
            return z, z.reshape(-1), count, 1
        rows = logits.copy()
        return rows.T, rows.reshape(-1), 1, classes
    last = logits.reshape(1, -1) if logits.ndim == 1 else np.moveaxis(logits, 1, -1)
    *samples, classes = last.shape
    count = math.prod(samples)
    if classes <= count:
        z = np.moveaxis(last, -1, 0).copy().reshape(classes, count)
        return z, z.reshape(-1), count, 1
    rows = last.copy().reshape(count, classes)
    return rows.T, rows.reshape(-1), 1, classes


def classes_back(z: Any, shape: Any) -> Any:
    """What is laid out as z (C, n), in the shape of the logits."""
    if len(shape) == 2:
        return z.T
    if len(shape) == 1:
        return z.reshape(-1)
    return np.moveaxis(z.T.reshape(shape[0], *shape[2:], shape[1]), -1, 1)


def backward(
    g: Any,
    residual: Any,
    _needs: Sequence[Any],
    logits: Any,
    labels: Any,
    weight: Any = None,
    *,
    reduction: str = "mean",
    ignored: int | None = None,
) -> tuple[Any, ...]:
    gradient, scale = residual
    if reduction == "none" and labels.ndim != 1:
        g = g.reshape(-1)
    each = spread_cotangent(g, reduction, labels.size) if scale is None else g * scale
    if gradient is None:
        places = labels if ignored is None else counted(labels, weight, ignored, logits.dtype)[0]
        gradient = at_labels(logits, places, True, each)[1]
    else:
        gradient = gradient * each
    return classes_back(gradient, logits.shape), None, None


reference.__name__ = "cross_entropy"
cross_entropy = fused(
    reference,
    forward=forward,
    backward=backward,
    math="p = softmax(x),  ℓ = −w_y log p_y,  L = ℓ reduced;  "
    "x̄ = w_y (p − onehot(y)) ℓ̄,  ℓ̄ = L̄ / Σ w_y for a mean, else L̄",
)
