"""Layers and losses as functions, under PyTorch's names; the modules only hold their parameters.

They take Tensors, ndarrays and lists, and give Tensors.

Each checks what it is given before any work is done, and says what does not fit and how to mend it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, kernels, ops
from autograd_lite.calls import apply, apply_fused
from autograd_lite.data import from_python
from autograd_lite.errors import describe
from autograd_lite.kernels.reduction import check_reduction
from autograd_lite.operators import unary
from autograd_lite.ops.words import whole
from autograd_lite.primitive import Traced
from autograd_lite.random import generator_or_default
from autograd_lite.tape import wrap

if TYPE_CHECKING:
    from numpy.random import Generator


_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)
_relu, _tanh, _sigmoid = unary(ops.relu), unary(ops.tanh), unary(ops.sigmoid)


def linear(input: Any, weight: Any, bias: Any = None) -> Tensor:
    """y = x W^T + b over the last axis: x (..., in), W (out, in), b (out,) or None, y (..., out).

    Raises:
        ValueError: the shapes do not fit.
        TypeError: the dtypes differ.
    """
    x = input if isinstance(input, (Tensor, np.ndarray)) else from_python(input)
    data = x._data if isinstance(x, Tensor) else x
    w = weight._data if isinstance(weight, Tensor) else weight
    shape, features = data.shape, w.shape
    if not shape or len(features) != 2 or shape[-1] != features[1] or data.dtype != w.dtype:
        raise _misfit(data, w)
    args: tuple[Any, ...] = (x, weight)
    raw: tuple[Any, ...] = (data, w)
    if bias is not None:
        b = bias._data if isinstance(bias, Tensor) else bias
        if b.ndim != 1 or len(b) != len(w) or b.dtype != w.dtype:
            raise ValueError(
                f"linear: bias must have the length and dtype of weight's first axis; bias is {describe(b)}, "
                f"weight {describe(w)}"
            )
        args, raw = (x, weight, bias), (data, w, b)
    answer: Tensor = apply_fused(kernels.linear, args, raw, {})
    return answer


def _misfit(x: Any, weight: Any) -> Exception:
    """Why an input does not go into a linear layer."""
    if x.shape[-1:] != weight.shape[1:]:
        return ValueError(
            f"linear: x has {x.shape[-1] if x.shape else 'no'} features in its last axis but weight expects "
            f"{weight.shape[-1]}; x.shape={x.shape}, weight.shape={weight.shape}"
        )
    return TypeError(
        f"linear: x is {x.dtype} but weight is {weight.dtype}; convert the input, x.astype(np.{weight.dtype}), or "
        "make the layer with that dtype="
    )


def relu(input: Any) -> Tensor:
    """max(x, 0), element by element; its slope at 0 is 0."""
    return _relu(input if isinstance(input, Tensor) else Tensor(input))


def tanh(input: Any) -> Tensor:
    """tanh(x), element by element."""
    return _tanh(_tensor(input))


def sigmoid(input: Any) -> Tensor:
    """1 / (1 + exp(-x)), element by element, without overflow."""
    return _sigmoid(_tensor(input))


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The axes from `start_dim` to `end_dim`, both included, laid in one."""
    x = _array(input)
    axes = max(x.ndim, 1)
    if not (-axes <= start_dim < axes and -axes <= end_dim < axes and start_dim % axes <= end_dim % axes):
        raise ValueError(f"flatten: start_dim={start_dim}, end_dim={end_dim} name no axes of {describe(x)} in order")
    start, end = start_dim % axes, end_dim % axes + 1
    tensor = x if isinstance(x, Tensor) else wrap(x, None)
    answer: Tensor = ops.reshape(tensor, (*x.shape[:start], math.prod(x.shape[start:end]), *x.shape[end:]))
    return answer


def check_probability(name: str, p: float) -> None:
    """Raise ValueError unless p is in [0, 1]."""
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p is a probability and must lie in [0, 1], not {p!r}")


def dropout(input: Any, p: float = 0.5, training: bool = True, *, generator: Generator | None = None) -> Tensor:
    """Each element 0 with probability p, else scaled by 1 / (1 - p); everything as it is if not `training`."""
    check_probability("dropout", p)
    x = _array(input)
    _require_floating("dropout", x)
    if not training or p == 0:
        return _tensor(x)
    mask = np.zeros(x.shape, x.dtype)
    if p < 1:
        draws = generator_or_default(generator).random(x.shape, np.float32)
        np.multiply(draws >= p, 1 / (1 - p), out=mask, casting="same_kind")
    mask.flags.writeable = False
    answer: Tensor = apply(ops.multiply, (x, mask), {})
    return answer


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
    x, given = _array(input), _labels(target)
    logits, labels = _raw(x), _raw(given)
    shape = logits.shape
    if logits.dtype.kind != "f":
        _require_floating("cross_entropy", logits)
    if not shape or labels.shape != (shape[:1] + shape[2:] if len(shape) > 1 else ()):
        raise ValueError(
            "cross_entropy: logits (N, C, ...) go with labels (N, ...), logits (C,) with one label; "
            f"logits.shape={shape}, labels.shape={labels.shape}"
        )
    classes = shape[1] if len(shape) > 1 else shape[0]
    _check_range(whole(labels), classes)
    if len(shape) == 2:
        losses: Tensor = apply_fused(kernels.cross_entropy, (x, given), (logits, labels), {"reduction": reduction})
        return losses
    if len(shape) == 1 and (isinstance(logits, Traced) or isinstance(labels, Traced)):
        shifted = x - np.max(ops.stop_gradient(x))  # inside of vmap: the kernel's reference, without its rows
        loss: Tensor = np.log(np.sum(np.exp(shifted))) - shifted[given]
        return loss
    rows = np.moveaxis(x, 1, -1).reshape(-1, classes) if len(shape) > 2 else x.reshape(1, -1)
    labels = labels.reshape(-1)
    losses = apply_fused(kernels.cross_entropy, (rows, labels), (_raw(rows), labels), {"reduction": reduction})
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


def binary_cross_entropy_with_logits(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """-y log s(x) - (1 - y) log(1 - s(x)) with s the sigmoid, per element, reduced.

    Args:
        input: logits of any shape.
        target: numbers in [0, 1] of the same shape and dtype.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or a target lies outside [0, 1].
        TypeError: the dtypes differ.
    """
    x, y = _same_kind("binary_cross_entropy_with_logits", input, target, reduction)
    values = whole(y)
    if values.size and not (np.minimum.reduce(values, axis=None) >= 0 and np.maximum.reduce(values, axis=None) <= 1):
        raise ValueError(
            f"binary_cross_entropy_with_logits: targets are probabilities in [0, 1], but they range from "
            f"{values.min()} to {values.max()}"
        )
    answer: Tensor = apply_fused(
        kernels.binary_cross_entropy_with_logits, (x, y), (_raw(x), _raw(y)), {"reduction": reduction}
    )
    return answer


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Tensor:
    """(x - y)^2, per element, reduced.

    Raises:
        ValueError: the shapes differ; they are not broadcast, since (N, 1) against (N,) would give N x N errors.
        TypeError: the dtypes differ.
    """
    x, y = _same_kind("mse_loss", input, target, reduction)
    answer: Tensor = apply_fused(kernels.mse_loss, (x, y), (_raw(x), _raw(y)), {"reduction": reduction})
    return answer


def _same_kind(name: str, input: Any, target: Any, reduction: str) -> tuple[Any, Any]:
    check_reduction(name, reduction)
    x, y = _array(input), _array(target)
    _require_floating(name, x)
    if x.shape != y.shape:
        raise ValueError(
            f"{name}: input and target must have one shape, they are not broadcast; input.shape={x.shape}, "
            f"target.shape={y.shape}"
        )
    if x.dtype != y.dtype:
        raise TypeError(f"{name}: input is {x.dtype} but target is {y.dtype}; convert it: target.astype(np.{x.dtype})")
    return x, y


def _require_floating(name: str, x: Any) -> None:
    dtype = _raw(x).dtype
    if dtype.kind != "f":
        raise TypeError(
            f"{name}: input must be of a floating-point dtype, not {dtype}; convert it: x.astype(np.float32)"
        )


def _raw(x: Any) -> Any:
    """The array itself, without the detour over a Tensor's properties."""
    return x._data if isinstance(x, Tensor) else x


def _tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else Tensor(value)


def _array(value: Any) -> Any:
    """Tensors and ndarrays as they are, lists as arrays."""
    return value if isinstance(value, (Tensor, np.ndarray)) else from_python(value)
