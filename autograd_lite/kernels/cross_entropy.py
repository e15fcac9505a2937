"""Softmax and cross-entropy against integer labels, in one.

    cross_entropy(logits, labels, reduction="mean")        logits (N, C), labels (N,) integers in [0, C)

The loss of row i is  -log softmax(logits_i)[labels_i] = log sum_c exp(logits_ic) - logits_i,labels_i,
computed with the row's maximum taken out, so that nothing overflows.  Its gradient is the softmax less
the one-hot label, which is why the two belong together.

C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused
from .constants import ones, positions
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(logits: Any, labels: Any, *, reduction: str = "mean") -> Any:
    shifted = logits - _detached_maximum(logits)
    log_total = np.log(np.sum(np.exp(shifted), axis=1))
    return reduced(log_total - shifted[positions(len(labels)), labels], reduction)


def _detached_maximum(logits: Any) -> Any:
    """The maximum of each row, as a constant: what is taken out cancels, in every derivative."""
    return np.max(stop_gradient(logits), axis=1, keepdims=True)


def forward(logits: Any, labels: Any, *, reduction: str = "mean") -> tuple[Any, Any]:
    count, classes = logits.shape
    if classes <= count:  # classes first, z[c, i]: NumPy works along the samples then, many at a time
        z = logits.T.copy()
        flat, right = z.reshape(-1), labels * count + positions(count)
    else:
        rows = logits.copy()
        z, flat, right = rows.T, rows.reshape(-1), labels + positions(count) * classes
    z -= np.maximum.reduce(z)
    log_p = flat[right]
    np.exp(z, out=z)
    totals = ones(classes, z.dtype).dot(z)
    log_p -= np.log(totals)
    # The gradient is known already, softmax less one-hot: p - 1 is taken from log p, where it loses no digits.
    z /= totals
    flat[right] = np.expm1(log_p)
    return reduced_raw(np.negative(log_p, out=log_p), reduction), z


def backward(
    g: Any, gradient: Any, _needs: Sequence[Any], _logits: Any, labels: Any, *, reduction: str = "mean"
) -> tuple[Any, None]:
    return (gradient * spread_cotangent(g, reduction, len(labels))).T, None


reference.__name__ = "cross_entropy"
cross_entropy = fused(reference, forward=forward, backward=backward)
