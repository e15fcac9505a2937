"""Activation functions."""

from __future__ import annotations

from typing import Any

from autograd_lite import Tensor, ops
from autograd_lite.operators import unary

from .arguments import tensor

__all__ = ["relu", "sigmoid", "tanh"]

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
