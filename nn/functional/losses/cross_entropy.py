"""Cross-entropy of logits against labels or probabilities, and the negative log-likelihood of labels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.cross_entropy import cross_entropy as _cross_entropy
from autograd_lite.kernels.nll import nll as _nll
from autograd_lite.kernels.reduction import check_reduction
from autograd_lite.kernels.soft_cross_entropy import soft_cross_entropy as _soft_cross_entropy
from autograd_lite.ops.words import whole

from ..arguments import array, raw, require_floating
from .arguments import check_range, class_weight, labels_of

__all__ = ["cross_entropy", "nll_loss"]


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """-w_y log softmax(x)_y for labels y, -sum_c w_c t_c log softmax(x)_c for probabilities t; per sample, reduced.

    The mean over labels divides by the sum of the w_y that count, and is NaN if there are none; the mean over
    probabilities divides by the number of samples.

    Args:
        input: logits x (N, C), (N, C, d1, ...) or (C,): classes on axis 1, or on the only axis.
        target: integer labels in [0, C), of the same shape without the axis of classes; or a probability for each
            class, of the shape and dtype of the logits.
        weight: w, a number per class (C,), to which no gradient flows; 1 if it is None.
        ignore_index: the label of samples that do not count.
        reduction: "mean", "sum" or "none".
        label_smoothing: e in [0, 1]; the target is 1 - e times what it was, and e / C more for each class.

    Raises:
        ValueError: the shapes do not fit, or a label is out of range.
        TypeError: the target is neither integers nor a probability per class.

    Warns:
        UserWarning: the input has been through a softmax already.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> f"{ag.nn.functional.cross_entropy(ag.Tensor([[0.0, 0.0]]), [1]):.4f}"     # log 2
    '0.6931'
    """
    check_reduction("cross_entropy", reduction)
    x = array(input)
    logits = raw(x)
    shape = logits.shape
    if logits.dtype.kind != "f":
        require_floating("cross_entropy", logits)
    if isinstance(x, Tensor) and (node := x._node) is not None:
        made_by = node.primitive
        if made_by is not None and made_by.name in _NORMALIZED:
            _warn_of(made_by.name)
    if label_smoothing:
        _check_smoothing(label_smoothing)
    found = raw(target)
    if getattr(found, "shape", None) == shape and found.dtype.kind == "f" and shape:
        return _of_probabilities(x, target, weight, ignore_index, reduction, label_smoothing)
    given = labels_of("cross_entropy", target)
    labels = raw(given)
    classes = _check_shapes("cross_entropy", shape, labels.shape, "logits")
    ignored = check_range("cross_entropy", whole(labels), classes, ignore_index)
    if weight is None and ignored is None and not label_smoothing:
        losses: Tensor = apply_fused(_cross_entropy, (x, given), (logits, labels), {"reduction": reduction})
        return losses
    w = None if weight is None else class_weight("cross_entropy", weight, classes, logits.dtype)
    if label_smoothing:
        return _smoothed(x, labels, w, ignored, reduction, label_smoothing)
    return _with_weights(_cross_entropy, x, given, w, ignored, reduction)


def nll_loss(
    input: Any, target: Any, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """-w_y x_y for log-probabilities x and labels y, per sample, reduced.

    The mean divides by the sum of the w_y that count, and is NaN if there are none.

    Args:
        input: log-probabilities x (N, C), (N, C, d1, ...) or (C,), as `log_softmax` gives them.
        target: integer labels in [0, C), of the same shape without the axis of classes.
        weight: w, a number per class (C,), to which no gradient flows; 1 if it is None.
        ignore_index: the label of samples that do not count.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit, or a label is out of range.
        TypeError: the labels are not integers.

    Warns:
        UserWarning: the input comes out of a softmax, and is no logarithm.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.nll_loss(np.log([[0.25, 0.75]]), [1], reduction="sum").item()     # log 4/3
    0.2876820724517809
    """
    check_reduction("nll_loss", reduction)
    x = array(input)
    require_floating("nll_loss", x)
    if isinstance(x, Tensor) and x._node is not None and x._node.name in ("softmax", "sigmoid"):
        warnings.warn(
            f"nll_loss takes log-probabilities, but is given the answer of {x._node.name}; use log_softmax, or "
            "cross_entropy on the logits",
            stacklevel=2,
        )
    given = labels_of("nll_loss", target)
    labels = raw(given)
    classes = _check_shapes("nll_loss", x.shape, labels.shape, "input")
    ignored = check_range("nll_loss", whole(labels), classes, ignore_index)
    w = None if weight is None else class_weight("nll_loss", weight, classes, x.dtype)
    return _with_weights(_nll, x, given, w, ignored, reduction)


_NORMALIZED = frozenset({"softmax", "log_softmax"})


def _warn_of(name: str) -> None:
    remedy = "or take nll_loss of it" if name == "log_softmax" else "and use softmax for predictions only"
    warnings.warn(
        f"cross_entropy takes logits, but is given the answer of {name}: the softmax is taken twice; pass what goes "
        f"into {name}, {remedy}",
        stacklevel=3,
    )


def _check_smoothing(label_smoothing: float) -> None:
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing must lie in [0, 1], not {label_smoothing!r}")


def _check_shapes(name: str, shape: tuple[int, ...], labels: tuple[int, ...], what: str) -> int:
    """The number of classes; raises unless the labels have the input's shape without the axis of classes."""
    if not shape or labels != (shape[:1] + shape[2:] if len(shape) > 1 else ()):
        remedy = "; for one-hot rows take np.argmax" if labels == shape else ""
        raise ValueError(
            f"{name}: {what} (N, C, ...) go with labels (N, ...), {what} (C,) with one label; "
            f"{what}.shape={shape}, labels.shape={labels}{remedy}"
        )
    return shape[1] if len(shape) > 1 else shape[0]


def _with_weights(kernel: Any, x: Any, given: Any, weight: Any, ignored: int | None, reduction: str) -> Tensor:
    args = (x, given) if weight is None else (x, given, weight)
    answer: Tensor = apply_fused(kernel, args, tuple(map(raw, args)), {"reduction": reduction, "ignored": ignored})
    return answer


def _per_class(weight: Any, ndim: int) -> Any:
    """A number per class, beside logits of that many axes."""
    return weight.reshape(-1, *[1] * max(ndim - 2, 0))


def _soft(x: Any, target: Any, reduction: str) -> Tensor:
    answer: Tensor = apply_fused(_soft_cross_entropy, (x, target), (raw(x), raw(target)), {"reduction": reduction})
    return answer


def _smoothed(x: Any, labels: Any, weight: Any, ignored: int | None, reduction: str, smoothing: float) -> Tensor:
    """Labels as a number per class: w_c (1 - e) for the right one, and w_c e / C for each."""
    axis = min(x.ndim - 1, 1)
    classes, dtype = x.shape[axis], x.dtype
    numbers = _per_class(np.arange(classes), x.ndim)
    target = (np.expand_dims(labels, axis) == numbers).astype(dtype) * (1 - smoothing) + smoothing / classes
    count = np.ones_like(labels, dtype)
    if weight is not None:
        target = target * _per_class(weight, x.ndim)
    if ignored is not None:
        kept = labels != ignored
        target = target * np.expand_dims(kept, axis).astype(dtype)
        labels, count = labels * kept, kept.astype(dtype)
    if reduction != "mean" or (weight is None and ignored is None):
        return _soft(x, target, reduction)
    total: Any = np.sum(count if weight is None else ops.take(weight, labels) * count)
    answer: Tensor = _soft(x, target, "sum") / total
    return answer


def _of_probabilities(x: Any, target: Any, weight: Any, ignore_index: int, reduction: str, smoothing: float) -> Tensor:
    if target.dtype != x.dtype:
        raise TypeError(
            f"cross_entropy: input is {x.dtype} but the probabilities are {target.dtype}; convert them: "
            f"target.astype(np.{x.dtype})"
        )
    if ignore_index >= 0:
        raise ValueError(
            f"cross_entropy: ignore_index={ignore_index} is for labels, but the target is probabilities; give samples "
            "that do not count a row of zeros"
        )
    classes = x.shape[min(x.ndim - 1, 1)]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    if weight is not None:
        target = target * _per_class(class_weight("cross_entropy", weight, classes, x.dtype), x.ndim)
    return _soft(x, target, reduction)
