"""Activations brought to mean 0 and variance 1: over the batch, over a sample, over groups of channels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.batch_norm import batch_norm as _batch_norm
from autograd_lite.kernels.batch_norm import statistics_of
from autograd_lite.kernels.group_norm import group_norm as _group_norm
from autograd_lite.kernels.layer_norm import layer_norm as _layer_norm
from autograd_lite.kernels.rms_norm import rms_norm as _rms_norm

from .arguments import array, raw, require_floating, tensor

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """y = (x - mean) / sqrt(variance + eps) weight + bias, for each channel.

    Args:
        input: x (N, C, *S).
        running_mean: (C,), a Tensor that holds a running mean, or None.
        running_var: the same for the variance.
        weight: (C,), or None.
        bias: (C,), or None.
        training: mean and (biased) variance are those of x over N and *S, and the running ones move towards the mean
            and the unbiased variance; else they are the running ones.
        momentum: running <- (1 - momentum) running + momentum that of x.
        eps: what keeps the root away from 0.

    Raises:
        ValueError: shapes do not fit, or there is one value per channel only while training, or no running ones else.

    S. Ioffe and C. Szegedy, Batch Normalization, ICML (2015).
    """
    x = array(input)
    require_floating("batch_norm", x)
    if x.ndim < 2:
        raise ValueError(f"batch_norm: x is (N, C, ...), and this one is {describe(x)}")
    given = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    _check_parameters("batch_norm", x, x.shape[1:2], given)
    if not training:
        return _with_running(x, running_mean, running_var, weight, bias, eps)
    count = x.size // x.shape[1] if x.shape[1] else 0
    if count < 2:
        raise ValueError(
            f"batch_norm: there must be more than 1 value per channel while training, and x.shape={x.shape}; use more "
            "samples, or module.eval()"
        )
    values = raw(x)
    known = statistics_of(values) if isinstance(values, np.ndarray) else None
    if running_mean is not None or running_var is not None:
        if known is None:
            raise RuntimeError(
                "batch_norm: inside of vmap there is no one running mean; use track_running_stats=False, or "
                "module.eval()"
            )
        _move(running_mean, known[0], momentum)
        _move(running_var, known[1] * (count / (count - 1)), momentum)
    args = _given(x, weight, bias)
    answer: Tensor = apply_fused(_batch_norm, args, tuple(map(raw, args)), {"eps": eps, "statistics": known})
    return answer


def _with_running(x: Any, mean: Any, variance: Any, weight: Any, bias: Any, eps: float) -> Tensor:
    if mean is None or variance is None:
        raise ValueError("batch_norm: without running_mean and running_var it works with training=True only")
    x, scale = tensor(x), 1 / np.sqrt(variance + eps)
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    shape = (-1, *(1,) * (x.ndim - 2))
    answer: Tensor = x * scale.reshape(shape) + shift.reshape(shape)
    return answer


def _move(running: Any, now: Any, momentum: float) -> None:
    """Towards the statistics of a batch; what is recorded with the old ones keeps them."""
    if running is None:
        return
    if not isinstance(running, Tensor):
        raise TypeError(
            f"running_mean and running_var change while training: each must be a Tensor, not {describe(running)}"
        )
    running.data = (1 - momentum) * running.data + momentum * now


def layer_norm(
    input: Any, normalized_shape: int | Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """y = (x - mean) / sqrt(variance + eps) weight + bias, with mean and variance over the last axes.

    Args:
        input: x (..., *normalized_shape).
        normalized_shape: the shape of the last axes.
        weight: of the shape `normalized_shape`, or None.
        bias: the same.
        eps: what keeps the root away from 0.

    Raises:
        ValueError: shapes do not fit.

    J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization (2016).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.layer_norm(np.array([[1.0, 3.0]]), 2, eps=0.0)
    Tensor([[-1.,  1.]], dtype=float64)
    """
    x, axes = _last_axes("layer_norm", input, normalized_shape, weight, bias)
    args = _given(x, weight, bias)
    answer: Tensor = apply_fused(_layer_norm, args, tuple(map(raw, args)), {"axes": axes, "eps": eps})
    return answer


def rms_norm(input: Any, normalized_shape: int | Sequence[int], weight: Any = None, eps: float | None = None) -> Tensor:
    """y = x / sqrt(mean of x^2 + eps) weight, with the mean over the last axes.

    Args:
        input: x (..., *normalized_shape).
        normalized_shape: the shape of the last axes.
        weight: of the shape `normalized_shape`, or None.
        eps: what keeps the root away from 0; the distance from 1 to the next number of x's dtype if it is None.

    Raises:
        ValueError: shapes do not fit.

    B. Zhang and R. Sennrich, Root Mean Square Layer Normalization, NeurIPS (2019).

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.rms_norm(np.array([[2.0, -2.0]]), 2)
    Tensor([[ 1., -1.]], dtype=float64)
    """
    x, axes = _last_axes("rms_norm", input, normalized_shape, weight, None)
    args = _given(x, weight, None)
    eps = float(np.finfo(raw(x).dtype).eps) if eps is None else eps
    answer: Tensor = apply_fused(_rms_norm, args, tuple(map(raw, args)), {"axes": axes, "eps": eps})
    return answer


def group_norm(input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Tensor:
    """y = (x - mean) / sqrt(variance + eps) weight + bias, with mean and variance over a group of channels and *S.

    Args:
        input: x (N, C, *S).
        num_groups: into how many groups the channels are divided.
        weight: (C,), or None.
        bias: (C,), or None.
        eps: what keeps the root away from 0.

    Raises:
        ValueError: shapes do not fit.

    Y. Wu and K. He, Group Normalization, ECCV (2018).
    """
    x = array(input)
    require_floating("group_norm", x)
    if x.ndim < 2 or num_groups < 1 or x.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: x is (N, C, ...) with C divisible by num_groups; x.shape={x.shape}, num_groups={num_groups}"
        )
    _check_parameters("group_norm", x, x.shape[1:2], {"weight": weight, "bias": bias})
    args = _given(x, weight, bias)
    answer: Tensor = apply_fused(_group_norm, args, tuple(map(raw, args)), {"groups": num_groups, "eps": eps})
    return answer


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """y = (x - mean) / sqrt(variance + eps) weight + bias, for each channel of each sample.

    Args:
        input: x (N, C, *S).
        running_mean: (C,), a Tensor that holds a running mean over samples, or None.
        running_var: the same for the variance.
        weight: (C,), or None.
        bias: (C,), or None.
        use_input_stats: mean and (biased) variance are those of x over *S, and the running ones move towards the mean
            over samples of these; else they are the running ones.
        momentum: running <- (1 - momentum) running + momentum that of x.
        eps: what keeps the root away from 0.

    Raises:
        ValueError: shapes do not fit, or there is one value per channel only.

    D. Ulyanov, A. Vedaldi and V. Lempitsky, Instance Normalization (2016).
    """
    x = array(input)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    require_floating("instance_norm", x)
    count = math.prod(x.shape[2:])
    if x.ndim < 3 or count < 2:
        raise ValueError(
            f"instance_norm: x is (N, C, ...) with more than 1 value per channel of a sample, and x.shape={x.shape}"
        )
    if running_mean is not None or running_var is not None:
        _check_parameters("instance_norm", x, x.shape[1:2], {"running_mean": running_mean, "running_var": running_var})
        values = raw(x).reshape(-1, count)
        mean, variance = (part.reshape(x.shape[:2]).mean(0) for part in (values.mean(1), values.var(1, ddof=1)))
        _move(running_mean, mean, momentum)
        _move(running_var, variance, momentum)
    return group_norm(x, x.shape[1], weight, bias, eps)


def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """y[n, c] = x[n, c] / (k + alpha / size sum over neighbours c' of x[n, c']^2)^beta, over `size` channels.

    Args:
        input: x (N, C, *S).
        size: how many channels are neighbours: from c - size // 2 to c + (size - 1) // 2.
        alpha: how much they count.
        beta: the exponent.
        k: what is added.

    A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep Convolutional Neural Networks (2012).
    """
    x = tensor(input)
    require_floating("local_response_norm", x)
    if x.ndim < 3:
        raise ValueError(f"local_response_norm: x is (N, C, ...) with at least one more axis, not {describe(x)}")
    if size < 1:
        raise ValueError(f"local_response_norm: size must be at least 1, not {size}")
    widths = [(0, 0)] * x.ndim
    widths[1] = (size // 2, (size - 1) // 2)
    squares: Any = np.pad(x * x, widths)
    near = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    answer: Tensor = x / (near * (alpha / size) + k) ** beta
    return answer


def _last_axes(name: str, input: Any, shape: int | Sequence[int], weight: Any, bias: Any) -> tuple[Any, int]:
    """The input, and how many of its axes are normalized, once all fits."""
    x = array(input)
    require_floating(name, x)
    last = (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if not last or tuple(x.shape[x.ndim - len(last) :]) != last or x.ndim < len(last):
        raise ValueError(f"{name}: the last axes of x must be {last}, and x.shape={x.shape}")
    _check_parameters(name, x, last, {"weight": weight, "bias": bias})
    return x, len(last)


def _check_parameters(name: str, x: Any, shape: tuple[int, ...], parameters: Mapping[str, Any]) -> None:
    """Raise unless each has this shape, and x's dtype."""
    for what, value in parameters.items():
        if value is None:
            continue
        if tuple(value.shape) != tuple(shape):
            raise ValueError(
                f"{name}: {what} must have the shape {tuple(shape)} for x.shape={x.shape}, not {tuple(value.shape)}"
            )
        if value.dtype != x.dtype:
            raise TypeError(
                f"{name}: x is {x.dtype} but {what} is {value.dtype}; convert the input, x.astype(np.{value.dtype}), "
                "or the layer, layer.astype(...)"
            )


def _given(x: Any, weight: Any, bias: Any) -> tuple[Any, ...]:
    """The arguments, without Nones at the end."""
    if bias is not None:
        return x, weight, bias
    return (x,) if weight is None else (x, weight)
