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
    shifted = logits - _row_maximum(logits)[:, None]
    picked = shifted[positions(count), labels]
    softmax = np.exp(shifted, out=shifted)
    totals = softmax.dot(ones(classes, softmax.dtype))  # sums of short rows, in half the time of a reduction
    losses = np.log(totals)
    losses -= picked
    softmax /= totals[:, None]
    return reduced_raw(losses, reduction), softmax


def backward(
    g: Any, softmax: Any, _needs: Sequence[Any], _logits: Any, labels: Any, *, reduction: str = "mean"
) -> tuple[Any, None]:
    per_row = spread_cotangent(g, reduction, len(labels))
    d = softmax * (per_row[:, None] if reduction == "none" else per_row)
    d[positions(len(labels)), labels] -= per_row
    return d, None


def _row_maximum(x: Any) -> Any:
    """The maximum of each row.  NumPy reduces along short rows one by one; turned, it does many at a time."""
    return np.maximum.reduce(x.T.copy(), axis=0) if x.shape[1] <= 32 else np.maximum.reduce(x, axis=1)


reference.__name__ = "cross_entropy"
cross_entropy = fused(reference, forward=forward, backward=backward)
