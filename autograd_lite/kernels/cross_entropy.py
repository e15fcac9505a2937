"""Softmax and cross-entropy against integer labels, in one.

    cross_entropy(logits, labels, reduction="mean")        logits (N, C), labels (N,) integers in [0, C)

The loss of row i is  -log softmax(logits_i)[labels_i] = log sum_c exp(logits_ic) - logits_i,labels_i,
computed with the row's maximum taken out, so that nothing overflows.  Its gradient is the softmax less
the one-hot label, which is why the two belong together.

C. M. Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..primitive import fused
from .reduction import reduced, reduced_raw, spread_cotangent


def reference(logits: Any, labels: Any, *, reduction: str = "mean") -> Any:
    shifted = logits - _detached_maximum(logits)
    log_total = np.log(np.sum(np.exp(shifted), axis=1))
    return reduced(log_total - shifted[_rows(len(labels)), labels], reduction)


def _detached_maximum(logits: Any) -> Any:
    """The maximum of each row, as a constant: what is taken out cancels, in every derivative."""
    from ..ops import stop_gradient

    return np.max(stop_gradient(logits), axis=1, keepdims=True)


def forward(logits: Any, labels: Any, *, reduction: str = "mean") -> tuple[Any, Any]:
    shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
    picked = shifted[_rows(len(labels)), labels]
    softmax = np.exp(shifted, out=shifted)
    totals = np.add.reduce(softmax, axis=1, keepdims=True)
    losses = np.log(totals[:, 0]) - picked
    softmax /= totals
    return reduced_raw(losses, reduction), softmax


def backward(
    g: Any, softmax: Any, _needs: Sequence[bool], _logits: Any, labels: Any, *, reduction: str = "mean"
) -> tuple[Any, None]:
    d = softmax.copy()
    d[_rows(len(labels)), labels] -= 1
    per_row = spread_cotangent(g, reduction, len(labels))
    d *= per_row[:, None] if reduction == "none" else per_row
    return d, None


@lru_cache(maxsize=32)
def _rows(n: int) -> Any:
    rows = np.arange(n)
    rows.flags.writeable = False
    return rows


reference.__name__ = "cross_entropy"
cross_entropy = fused(reference, forward=forward, backward=backward)
