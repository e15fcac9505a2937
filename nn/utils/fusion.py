"""Batch normalization in evaluation, taken into the layer before it: one layer that gives the same.

With s = weight / sqrt(running_var + eps):  W' = s W,  b' = s (b - running_mean) + bias.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import numpy as np

from ..functional.arguments import raw
from ..layers.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..layers.linear import Linear
from ..module import Module
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]

M = TypeVar("M", bound=Module)


def fuse_conv_bn_eval(conv: M, bn: Module, transpose: bool = False) -> M:
    """A convolution that gives what `bn(conv(x))` gives in evaluation.

    Args:
        conv: a convolution, or a transposed one; it is left as it is.
        bn: the batch normalization after it.
        transpose: as in PyTorch; whether the convolution is a transposed one is seen by itself.

    Raises:
        ValueError: a module is in training mode, has no running statistics, or not as many channels.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> conv, bn = nn.Conv2d(1, 2, 3).eval(), nn.BatchNorm2d(2).eval()
    >>> x = np.ones((1, 1, 5, 5), np.float32)
    >>> bool(np.allclose(nn.utils.fuse_conv_bn_eval(conv, bn)(x).data, bn(conv(x)).data, atol=1e-6))
    True
    """
    transpose = transpose or isinstance(conv, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d))
    return _fused("fuse_conv_bn_eval", conv, bn, transpose, getattr(conv, "groups", 1))


def fuse_linear_bn_eval(linear: Linear, bn: Module) -> Linear:
    """A linear layer that gives what `bn(linear(x))` gives in evaluation; see `fuse_conv_bn_eval`."""
    return _fused("fuse_linear_bn_eval", linear, bn, False, 1)


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the fused convolution, out of those of both, running mean and variance; None for none."""
    return _weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose, 1)


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Parameter, Parameter]:
    """Weight and bias of the fused linear layer; see `fuse_conv_bn_weights`."""
    return _weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, False, 1)


def _fused(name: str, layer: M, bn: Any, transpose: bool, groups: int) -> M:
    if layer.training or bn.training:
        raise ValueError(f"{name}: both modules must be in evaluation; call eval() on them")
    if bn.running_mean is None:
        raise ValueError(f"{name}: {bn!r} has no running statistics, and depends on the batch")
    given: Any = layer
    channels = given.weight.shape[1] * groups if transpose else given.weight.shape[0]
    if bn.num_features != channels:
        raise ValueError(
            f"{name}: {type(layer).__name__} gives {channels} channels, and the batch normalization has "
            f"{bn.num_features}"
        )
    new: Any = copy.deepcopy(layer)
    new.weight, new.bias = _weights(
        given.weight, given.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose, groups
    )
    return new  # type: ignore[no-any-return]


def _weights(
    weight: Any, bias: Any, mean: Any, variance: Any, eps: float, scale: Any, shift: Any, transpose: bool, groups: int
) -> tuple[Parameter, Parameter]:
    w, mean, variance = map(raw, (weight, mean, variance))
    b, s, moved = (
        np.full_like(mean, value) if each is None else raw(each) for each, value in ((bias, 0), (scale, 1), (shift, 0))
    )
    factor = s / np.sqrt(variance + eps)
    if transpose:  # (C_in, C_out / groups, ...): the group of an output is seen by that of the input
        parts = w.reshape(groups, len(w) // groups, w.shape[1], -1)
        fused = (parts * factor.reshape(groups, 1, w.shape[1], 1)).reshape(w.shape)
    else:
        fused = w * factor.reshape(-1, *(1,) * (w.ndim - 1))
    trained = getattr(weight, "requires_grad", True)
    new_bias = ((b - mean) * factor + moved).astype(b.dtype, copy=False)
    return (
        Parameter(fused.astype(w.dtype, copy=False), trained),
        Parameter(new_bias, trained if bias is None else getattr(bias, "requires_grad", True)),
    )
