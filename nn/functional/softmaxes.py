"""Probabilities out of any numbers, and vectors of length 1."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, special
from autograd_lite.errors import describe
from autograd_lite.ops import stop_gradient
from autograd_lite.random import generator_or_default

from .arguments import array, raw, require_floating, tensor

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["gumbel_softmax", "log_softmax", "normalize", "one_hot", "softmax", "softmin"]


def softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """exp(x_i) / sum over j of exp(x_j) along an axis, without overflow.

    Args:
        input: x, of any shape.
        dim: the axis.  None chooses it as PyTorch does, the first of 1 or 3 axes and else the second, and warns.
        dtype: to convert x to first.

    >>> from autograd_lite import nn
    >>> nn.functional.softmax([0.0, 0.0], dim=0).tolist()
    [0.5, 0.5]
    """
    x, axis = _prepared("softmax", input, dim, dtype)
    answer: Tensor = special.softmax(x, axis=axis)
    return answer


def log_softmax(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """x_i - log(sum over j of exp(x_j)) along an axis, without overflow; arguments as of `softmax`."""
    x, axis = _prepared("log_softmax", input, dim, dtype)
    answer: Tensor = special.log_softmax(x, axis=axis)
    return answer


def softmin(input: Any, dim: int | None = None, dtype: Any = None) -> Tensor:
    """The softmax of -x; arguments as of `softmax`."""
    x, axis = _prepared("softmin", input, dim, dtype)
    answer: Tensor = special.softmax(-x, axis=axis)
    return answer


def gumbel_softmax(
    logits: Any, tau: float = 1.0, hard: bool = False, dim: int = -1, *, generator: Generator | None = None
) -> Tensor:
    """softmax((x + g) / tau) along an axis, with g drawn from the standard Gumbel distribution.

    A sample from the categorical distribution of logits x, made smooth; it becomes one-hot as tau goes to 0.

    Args:
        logits: x, of any shape.
        tau: the temperature, above 0.
        hard: give the one-hot vector itself, with the gradient of the smooth one.
        dim: the axis.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    E. Jang, S. Gu and B. Poole, Categorical Reparameterization with Gumbel-Softmax, ICLR (2017).
    """
    x, axis = _prepared("gumbel_softmax", logits, dim, None)
    if tau <= 0:
        raise ValueError(f"gumbel_softmax: tau must be above 0, not {tau}")
    noise = generator_or_default(generator).gumbel(size=x.shape).astype(x.dtype)
    soft: Tensor = special.softmax((x + noise) / tau, axis=axis)
    if not hard:
        return soft
    values = raw(soft)
    chosen = np.zeros_like(values)
    np.put_along_axis(chosen, np.argmax(values, axis=axis, keepdims=True), 1, axis=axis)
    found: Tensor = soft - stop_gradient(soft) + chosen
    return found


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """x / max(norm(x), eps), with the norm (sum of |x|^p)^(1/p) along an axis."""
    x: Any = tensor(input)
    require_floating("normalize", x)
    norms = np.linalg.norm(x, p, axis=dim, keepdims=True)
    answer: Tensor = x / np.where(raw(norms) > eps, norms, raw(x).dtype.type(eps))
    return answer


def one_hot(tensor: Any, num_classes: int = -1) -> Tensor:
    """1 at the index and 0 elsewhere, on a new last axis: integers (...) to integers (..., C).

    Args:
        tensor: indices in [0, C).
        num_classes: C; one more than the largest index if it is -1.

    Raises:
        ValueError: an index is out of range.
        TypeError: they are not integers.

    >>> from autograd_lite import nn
    >>> nn.functional.one_hot([0, 2]).tolist()
    [[1, 0, 0], [0, 0, 1]]
    """
    indices = np.asarray(raw(array(tensor)))
    if indices.dtype.kind not in "iu":
        raise TypeError(f"one_hot: indices must be integers, not {indices.dtype}; convert them, x.astype(np.int64)")
    if num_classes == -1:
        if not indices.size:
            raise ValueError("one_hot: of no indices the number of classes cannot be told; give num_classes=")
        num_classes = int(indices.max()) + 1
    if indices.size and (indices.min() < 0 or indices.max() >= num_classes):
        raise ValueError(
            f"one_hot: indices must lie in [0, {num_classes}), but they range from {indices.min()} to {indices.max()}"
        )
    return Tensor((indices[..., None] == np.arange(num_classes)).astype(np.int64))


def _prepared(name: str, input: Any, dim: int | None, dtype: Any) -> tuple[Any, int]:
    x: Any = tensor(input)
    x = x if dtype is None else x.astype(dtype)
    require_floating(name, x)
    if dim is None:
        dim = 0 if x.ndim in (0, 1, 3) else 1
        warnings.warn(f"{name}: dim= is not given, and axis {dim} is taken; say which axis is meant", stacklevel=3)
    if not -max(x.ndim, 1) <= dim < max(x.ndim, 1):
        raise ValueError(f"{name}: there is no axis {dim} in {describe(x)}")
    if x.ndim == 0:
        return x.reshape(1)[0] * 1, None  # type: ignore[return-value]  # all there is
    return x, dim
