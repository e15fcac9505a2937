"""Losses of scores that should be on the right side, by a margin."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.kernels.reduction import check_reduction, reduced
from autograd_lite.ops.words import whole

from ..arguments import array, raw, require_floating, tensor
from .arguments import check_range, class_weight, elementwise_weight, floating_pair, labels_of, same_kind, signs
from .binary_cross_entropy import softplus

__all__ = [
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
]


def soft_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """log(1 + exp(-y x)), per element, reduced.

    Args:
        input: scores x, of any shape.
        target: y, 1 or -1, of the same shape.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a target is neither 1 nor -1.
    """
    x, y = _with_signs("soft_margin_loss", input, target, reduction)
    return tensor(reduced(softplus(-y * x), reduction))


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, *, reduction: str = "mean") -> Tensor:
    """x where y = 1, max(0, margin - x) where y = -1; per element, reduced.

    Args:
        input: distances x, of any shape.
        target: y, 1 for a pair that is alike, -1 for one that is not, of the same shape.
        margin: how far apart things that are not alike should be.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a target is neither 1 nor -1.
    """
    x, y = _with_signs("hinge_embedding_loss", input, target, reduction)
    return tensor(reduced(np.where(ops.stop_gradient(y) > 0, x, np.clip(margin - x, 0, None)), reduction))


def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0, *, reduction: str = "mean") -> Tensor:
    """max(0, margin - y (x1 - x2)), per element, reduced.

    Args:
        input1: scores x1, of any shape.
        input2: scores x2, of the same shape and dtype.
        target: y of that shape: 1 where x1 should be the greater, -1 where x2 should.
        margin: by how much.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a target is neither 1 nor -1.
        TypeError: the dtypes differ.
    """
    name = "margin_ranking_loss"
    check_reduction(name, reduction)
    a, b = floating_pair(name, input1, input2)
    y = signs(name, target, a.shape, a.dtype)
    return tensor(reduced(np.clip(-y * (a - b) + margin, 0, None), reduction))


def multi_margin_loss(
    input: Any, target: Any, p: int = 1, margin: float = 1.0, weight: Any = None, *, reduction: str = "mean"
) -> Tensor:
    """1 / C times the sum over classes c other than y of w_y max(0, margin - x_y + x_c)^p, per sample, reduced.

    Args:
        input: scores x (N, C) or (C,).
        target: integer labels y (N,) or ().
        p: 1 or 2.
        margin: by how much the score of the right class should be the greatest.
        weight: w, a number per class (C,), to which no gradient flows; 1 if it is None.  The mean divides by N.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit, a label is out of range, or p is neither 1 nor 2.
        TypeError: the labels are not integers.

    K. Crammer and Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines,
    JMLR 2 (2001).
    """
    name = "multi_margin_loss"
    check_reduction(name, reduction)
    if p not in (1, 2):
        raise ValueError(f"{name}: p must be 1 or 2, not {p!r}")
    x = array(input)
    require_floating(name, x)
    labels = raw(labels_of(name, target))
    if x.ndim not in (1, 2) or labels.shape != x.shape[:-1]:
        raise ValueError(
            f"{name}: input (N, C) goes with labels (N,), input (C,) with one label; input.shape={x.shape}, "
            f"labels.shape={labels.shape}"
        )
    classes = x.shape[-1]
    check_range(name, whole(labels), classes)
    others = np.arange(classes) != np.expand_dims(labels, -1)
    right = np.sum(np.where(others, 0.0, x), axis=-1, keepdims=True)
    losses = np.where(others, ops.relu(margin - right + x), 0.0) ** p
    if weight is not None:
        w = ops.take(class_weight(name, weight, classes, x.dtype), labels)
        losses = losses * np.expand_dims(w, -1)
    return tensor(reduced(np.sum(losses, axis=-1) / max(classes, 1), reduction))


def multilabel_margin_loss(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """1 / C times the sum over right classes y and wrong ones c of max(0, 1 - x_y + x_c), per sample, reduced.

    Args:
        input: scores x (N, C) or (C,).
        target: integers of the same shape: in each row the labels of the right classes, and -1 after the last.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a label is out of range.
        TypeError: the labels are not integers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> scores = np.array([[0.1, 0.2, 0.4, 0.8]])
    >>> nn.functional.multilabel_margin_loss(scores, [[3, 0, -1, 1]])        # (0.4 + 0.6 + 1.1 + 1.3) / 4
    Tensor(0.85, dtype=float64)
    """
    name = "multilabel_margin_loss"
    check_reduction(name, reduction)
    x = array(input)
    require_floating(name, x)
    labels = raw(labels_of(name, target))
    if x.ndim not in (1, 2) or labels.shape != x.shape:
        raise ValueError(
            f"{name}: input (N, C) goes with labels (N, C), padded with -1; input.shape={x.shape}, "
            f"labels.shape={labels.shape}"
        )
    check_range(name, whole(labels), x.shape[-1], -1)
    counts = _counts(labels).astype(x.dtype)
    # [..., y, c]: how often y is named, if c is not
    pairs = np.expand_dims(counts, -1) * np.expand_dims((counts == 0).astype(x.dtype), -2)
    hinges = ops.relu(1 - np.expand_dims(x, -1) + np.expand_dims(x, -2)) * pairs
    return tensor(reduced(np.sum(hinges, axis=(-2, -1)) / max(x.shape[-1], 1), reduction))


def _counts(labels: Any) -> Any:
    """How often each class is named in a row, before the first -1."""
    named = np.cumsum(labels < 0, axis=-1) == 0
    hits = np.expand_dims(labels, -1) == np.arange(labels.shape[-1])
    return np.sum(hits & np.expand_dims(named, -1), axis=-2)


def multilabel_soft_margin_loss(input: Any, target: Any, weight: Any = None, *, reduction: str = "mean") -> Tensor:
    """The mean over classes of -w (y log s(x) + (1 - y) log s(-x)) with s the sigmoid, per sample, reduced.

    Args:
        input: logits x (N, C), or of any other shape with classes on the last axis.
        target: y of the same shape and dtype, 1 for right classes and 0 for others.
        weight: w, of a shape that is broadcast to that of the input; 1 if it is None.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ.
        TypeError: the dtypes differ.
    """
    name = "multilabel_soft_margin_loss"
    x, y = same_kind(name, input, target, reduction)
    losses = softplus(x) - y * x
    if weight is not None:
        losses = losses * elementwise_weight(name, weight, x)
    return tensor(reduced(np.sum(losses, axis=-1) / max(x.shape[-1], 1), reduction))


def _with_signs(name: str, input: Any, target: Any, reduction: str) -> tuple[Any, Any]:
    check_reduction(name, reduction)
    x = array(input)
    require_floating(name, x)
    return x, signs(name, target, x.shape, x.dtype)
