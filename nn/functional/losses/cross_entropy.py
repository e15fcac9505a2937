"""Cross-entropy of logits against labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.cross_entropy import cross_entropy as _cross_entropy
from autograd_lite.kernels.reduction import check_reduction
from autograd_lite.ops.words import whole
from autograd_lite.primitive import Traced

from ..arguments import array, raw, require_floating

__all__ = ["cross_entropy"]

_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """-log softmax(logits)[label], per sample, reduced.

    Args:
        input: logits (N, C), (N, C, d1, ...) or (C,): classes on axis 1, or on the only axis.
        target: integer labels in [0, C), of the same shape without the axis of classes.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit, or a label is out of range.
        TypeError: the labels are not integers.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> f"{ag.nn.functional.cross_entropy(ag.Tensor([[0.0, 0.0]]), [1]):.4f}"     # log 2
    '0.6931'
    """
    check_reduction("cross_entropy", reduction)
    x, given = array(input), _labels(target)
    logits, labels = raw(x), raw(given)
    shape = logits.shape
    if logits.dtype.kind != "f":
        require_floating("cross_entropy", logits)
    if not shape or labels.shape != (shape[:1] + shape[2:] if len(shape) > 1 else ()):
        raise ValueError(
            "cross_entropy: logits (N, C, ...) go with labels (N, ...), logits (C,) with one label; "
            f"logits.shape={shape}, labels.shape={labels.shape}"
        )
    classes = shape[1] if len(shape) > 1 else shape[0]
    _check_range(whole(labels), classes)
    if len(shape) == 2:
        losses: Tensor = apply_fused(_cross_entropy, (x, given), (logits, labels), {"reduction": reduction})
        return losses
    if len(shape) == 1 and (isinstance(logits, Traced) or isinstance(labels, Traced)):
        shifted = x - np.max(ops.stop_gradient(x))  # inside of vmap: the kernel's reference, without its rows
        loss: Tensor = np.log(np.sum(np.exp(shifted))) - shifted[given]
        return loss
    rows = np.moveaxis(x, 1, -1).reshape(-1, classes) if len(shape) > 2 else x.reshape(1, -1)
    labels = labels.reshape(-1)
    losses = apply_fused(_cross_entropy, (rows, labels), (raw(rows), labels), {"reduction": reduction})
    if reduction == "none":
        return losses.reshape(shape[:1] + shape[2:] if len(shape) > 1 else ())
    return losses


def _labels(target: Any) -> Any:
    """Labels as int64; as they were given, if they are that already."""
    labels = target._data if isinstance(target, Tensor) else np.asarray(target)
    if labels.dtype == _INT64:
        return target if isinstance(target, Tensor) else labels
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"cross_entropy: labels must be integers, the index of the right class of each sample, not {labels.dtype}; "
            "convert them, labels.astype(np.int64), or take np.argmax of one-hot rows"
        )
    return labels.astype(_INT64)


def _check_range(labels: Any, classes: int) -> None:
    # Seen as unsigned numbers, negative labels are the largest of all: one pass finds both kinds of wrong.
    unsigned = labels.view(_UINT64)
    if unsigned.size and unsigned.item(unsigned.argmax()) >= classes:
        wrong = np.flatnonzero((labels < 0) | (labels >= classes))
        raise ValueError(
            f"cross_entropy: labels must lie in [0, {classes}), the classes of the logits, but {len(wrong)} of "
            f"{labels.size} do not: label {labels.flat[wrong[0]]} at position {wrong[0]}"
        )
