"""What losses are given: inputs and targets of one shape and dtype, labels that are indices, weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.kernels.reduction import check_reduction
from autograd_lite.ops.words import whole

from ..arguments import array, raw, require_floating

_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)


def same_kind(name: str, input: Any, target: Any, reduction: str) -> tuple[Any, Any]:
    """Input and target as arrays; raises unless they have one shape and one floating dtype."""
    check_reduction(name, reduction)
    x, y = array(input), array(target)
    require_floating(name, x)
    if x.shape != y.shape:
        raise ValueError(
            f"{name}: input and target must have one shape, they are not broadcast; input.shape={x.shape}, "
            f"target.shape={y.shape}"
        )
    if x.dtype != y.dtype:
        raise TypeError(f"{name}: input is {x.dtype} but target is {y.dtype}; convert it: target.astype(np.{x.dtype})")
    return x, y


def floating_pair(name: str, first: Any, second: Any, names: str = "input1 and input2") -> tuple[Any, Any]:
    """Two inputs as arrays; raises unless they have one shape and one floating dtype."""
    a, b = array(first), array(second)
    require_floating(name, a)
    if a.shape != b.shape or a.dtype != b.dtype:
        raise (ValueError if a.shape != b.shape else TypeError)(
            f"{name}: {names} must have one shape and one dtype, not {a.dtype}{list(a.shape)} and "
            f"{b.dtype}{list(b.shape)}"
        )
    return a, b


def signs(name: str, target: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Targets that are 1 or -1, integers or not, of that shape, as that dtype."""
    y = array(target)
    if y.shape != shape:
        raise ValueError(
            f"{name}: target must have the shape {shape}, it is not broadcast; target.shape={y.shape}; "
            "use target.reshape or input.squeeze"
        )
    values = whole(y)
    wrong = np.flatnonzero(np.abs(values) != 1) if values.dtype.kind != "b" else np.arange(values.size)
    if len(wrong):
        raise ValueError(
            f"{name}: targets must be 1 or -1, but {len(wrong)} of {values.size} are not: {values.flat[wrong[0]]} at "
            f"position {wrong[0]}; from 0 and 1 make them with 2 * target - 1"
        )
    return y if y.dtype == dtype else y.astype(dtype)


def probabilities(name: str, y: Any, what: str = "targets") -> None:
    """Raise ValueError unless all of y lies in [0, 1]."""
    values = whole(y)
    if values.size and not (np.minimum.reduce(values, axis=None) >= 0 and np.maximum.reduce(values, axis=None) <= 1):
        raise ValueError(
            f"{name}: {what} are probabilities in [0, 1], but they range from {values.min()} to {values.max()}"
        )


def labels_of(name: str, target: Any) -> Any:
    """Labels as int64; as they were given, if they are that already."""
    labels = target._data if isinstance(target, Tensor) else np.asarray(target)
    if labels.dtype == _INT64:
        return target if isinstance(target, Tensor) else labels
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: labels must be integers, the index of the right class of each sample, not {labels.dtype}; "
            "convert them, labels.astype(np.int64), or take np.argmax of one-hot rows"
        )
    return labels.astype(_INT64)


def check_range(name: str, labels: Any, classes: int, ignore_index: int | None = None) -> int | None:
    """Raise ValueError for a label outside [0, classes) that is not `ignore_index`; `ignore_index` if it is there."""
    # Seen as unsigned numbers, negative labels are the largest of all: one pass finds both kinds of wrong.
    unsigned = labels.view(_UINT64)
    if unsigned.size and unsigned.item(unsigned.argmax()) >= classes:
        wrong = np.flatnonzero(((labels < 0) | (labels >= classes)) & (labels != ignore_index))
        if len(wrong):
            raise ValueError(
                f"{name}: labels must lie in [0, {classes}), the classes of the input, but {len(wrong)} of "
                f"{labels.size} do not: label {labels.flat[wrong[0]]} at position {wrong[0]}"
            )
        return ignore_index
    if ignore_index is not None and 0 <= ignore_index < classes and (labels == ignore_index).any():
        return ignore_index
    return None


def class_weight(name: str, weight: Any, classes: int, dtype: Any) -> Any:
    """The array of a number per class, in the dtype of the input; no gradient flows to it."""
    w = raw(array(weight))
    if w.shape != (classes,):
        raise ValueError(f"{name}: weight is a number per class, of the shape ({classes},); weight.shape={w.shape}")
    return w if w.dtype == dtype else w.astype(dtype)


def elementwise_weight(name: str, weight: Any, x: Any, what: str = "weight") -> Any:
    """A weight that can be broadcast to the shape of x, in its dtype."""
    w = array(weight)
    try:
        fits = np.broadcast_shapes(w.shape, x.shape) == x.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name}: {what} must have the shape of the input, or one that is broadcast to it; {what}.shape={w.shape}, "
            f"input.shape={x.shape}"
        )
    return w if w.dtype == x.dtype else w.astype(x.dtype)
