"""Activation functions."""

from __future__ import annotations

from typing import Any

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply_fused
from autograd_lite.kernels.gelu import gelu as _gelu
from autograd_lite.operators import unary

from .arguments import array, raw, require_floating, tensor

__all__ = ["gelu", "relu", "sigmoid", "tanh"]

_relu, _tanh, _sigmoid = unary(ops.relu), unary(ops.tanh), unary(ops.sigmoid)


def relu(input: Any) -> Tensor:
    """max(x, 0), element by element; its slope at 0 is 0."""
    return _relu(input if isinstance(input, Tensor) else Tensor(input))


def tanh(input: Any) -> Tensor:
    """tanh(x), element by element."""
    return _tanh(tensor(input))


def sigmoid(input: Any) -> Tensor:
    """1 / (1 + exp(-x)), element by element, without overflow."""
    return _sigmoid(tensor(input))


def gelu(input: Any, approximate: str = "none") -> Tensor:
    """x P(X <= x), element by element, for a standard normal X.

    Args:
        input: x, of any shape.
        approximate: "tanh" for the probability as (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.

    D. Hendrycks and K. Gimpel, Gaussian Error Linear Units (2016).
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f'gelu: approximate must be "none" or "tanh", not {approximate!r}')
    x = array(input)
    require_floating("gelu", x)
    answer: Tensor = apply_fused(_gelu, (x,), (raw(x),), {"approximate": approximate})
    return answer
