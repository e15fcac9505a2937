"""Connectionist temporal classification."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.ctc import States
from autograd_lite.kernels.ctc import ctc as _ctc
from autograd_lite.kernels.reduction import check_reduction, reduced

from ..arguments import array, raw, require_floating
from .arguments import check_range, labels_of

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability that an input reads as its target, whichever time steps the labels fall on.

    The gradient is that in the log-probabilities as they are; behind a `log_softmax` it equals PyTorch's, which has the
    softmax in it already.  The mean is over the batch of losses divided by the lengths of their targets (at least 1).

    Args:
        log_probs: logarithms of probabilities (T, N, C), or (T, C) of one sample.
        targets: labels in [0, C) without `blank`: (N, S), of which the first `target_lengths` of a row count; or all
            in a row, (sum of target_lengths,).
        input_lengths: how many of the T steps count, (N,) or a number for one sample.
        target_lengths: how many labels there are, (N,) or a number for one sample.
        blank: the class that stands for no label.
        reduction: "mean", "sum" or "none".
        zero_infinity: give 0, with a gradient of 0, where the input is too short for its target, instead of infinity.

    Raises:
        ValueError: the shapes or lengths do not fit, or a label is out of range.
        TypeError: labels or lengths are not integers.

    A. Graves, S. Fernandez, F. Gomez and J. Schmidhuber, Connectionist temporal classification, ICML (2006).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> log_probs = np.log(np.full((2, 1, 2), 0.5))             # "a" is read from aa, a-, -a
    >>> np.exp(-nn.functional.ctc_loss(log_probs, [[1]], [2], [1]).item()).round(4).item()
    0.75
    """
    name = "ctc_loss"
    check_reduction(name, reduction)
    x = array(log_probs)
    require_floating(name, x)
    if x.ndim not in (2, 3):
        raise ValueError(f"{name}: log_probs are (T, N, C), or (T, C) of one sample; log_probs.shape={x.shape}")
    batched = x.ndim == 3
    if not batched:
        x = x.reshape(x.shape[0], 1, x.shape[1])
    steps, count, classes = x.shape
    if not 0 <= blank < classes:
        raise ValueError(f"{name}: blank must be one of the {classes} classes, not {blank!r}")
    taken = _lengths("input_lengths", input_lengths, count, steps)
    labels = np.asarray(raw(labels_of(name, targets)))
    spoken = _lengths("target_lengths", target_lengths, count, labels.shape[-1] if labels.ndim == 2 else labels.size)
    padded = _padded(labels, spoken, blank, classes, batched)
    states = States(padded, taken, spoken, blank, steps)
    losses: Tensor = apply_fused(_ctc, (x,), (raw(x),), {"states": states, "zero_infinity": bool(zero_infinity)})
    if reduction == "mean":
        losses = losses / np.maximum(spoken, 1).astype(x.dtype)
    answer: Tensor = reduced(losses if batched or reduction != "none" else losses.reshape(()), reduction)
    return answer


def _lengths(what: str, lengths: Any, count: int, most: int) -> Any:
    """One length per sample, (N,)."""
    found = np.asarray(raw(lengths))
    if found.size == 0:
        found = found.astype(np.int64)
    if found.dtype.kind not in "iu":
        raise TypeError(f"ctc_loss: {what} must be integers, not {found.dtype}; convert them, {what}.astype(np.int64)")
    found = found.astype(np.int64).reshape(-1) if found.ndim == 0 else found.astype(np.int64)
    if found.shape != (count,):
        raise ValueError(f"ctc_loss: {what} must be one number for each of {count} samples; {what}.shape={found.shape}")
    wrong = np.flatnonzero((found < 0) | (found > most))
    if len(wrong):
        raise ValueError(f"ctc_loss: {what} must lie in [0, {most}], not {found[wrong[0]]} at position {wrong[0]}")
    return found


def _padded(labels: Any, lengths: Any, blank: int, classes: int, batched: bool) -> Any:
    """The labels as (N, S), with blanks where a target has ended; raises for labels that are no classes."""
    count, longest = len(lengths), int(lengths.max(initial=0))
    there = np.arange(longest) < lengths[:, None]
    padded = np.full((count, longest), blank)
    if labels.ndim == 2 and len(labels) == count:
        padded[there] = labels[:, :longest][there]
    elif labels.ndim == 1 and len(labels) == lengths.sum():
        padded[there] = labels
    elif labels.ndim == 1 and not batched:
        padded[0] = labels[:longest]
    else:
        raise ValueError(
            f"ctc_loss: targets are (N, S) with N = {count}, or all in a row, ({lengths.sum()},), the sum of "
            f"target_lengths; targets.shape={labels.shape}"
        )
    check_range("ctc_loss", padded, classes)
    wrong = np.argwhere(there & (padded == blank))
    if len(wrong):
        sample, position = wrong[0].tolist()
        raise ValueError(
            f"ctc_loss: a target cannot contain the blank, {blank}, but that of sample {sample} does at position "
            f"{position}; give blank= a class that is no label"
        )
    return padded
