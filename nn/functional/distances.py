"""How far vectors are from each other, and a product of two of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor

from .arguments import array, raw, require_floating, tensor

__all__ = ["bilinear", "cosine_similarity", "pairwise_distance", "pdist"]


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along an axis; the shapes are broadcast.

    Where a norm is below eps its gradient is 0 (PyTorch lets it through).

    >>> from autograd_lite import nn
    >>> nn.functional.cosine_similarity([[1.0, 0.0]], [[1.0, 1.0]]).tolist()
    [0.7071067690849304]
    """
    x: Any = tensor(x1)
    y: Any = tensor(x2)
    for each in (x, y):
        require_floating("cosine_similarity", each)
    answer: Tensor = np.sum(_unit(x, dim, eps) * _unit(y, dim, eps), axis=dim)
    return answer


def _unit(x: Any, axis: int, eps: float) -> Any:
    norms = np.linalg.norm(x, axis=axis, keepdims=True)
    return x / np.where(raw(norms) > eps, norms, raw(x).dtype.type(eps))


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """(sum of |x1 - x2 + eps|^p)^(1/p) along the last axis; the shapes are broadcast."""
    x: Any = tensor(x1)
    y: Any = tensor(x2)
    for each in (x, y):
        require_floating("pairwise_distance", each)
    answer: Tensor = np.linalg.norm(x - y + eps, p, axis=-1, keepdims=keepdim)
    return answer


def pdist(input: Any, p: float = 2.0) -> Tensor:
    """The p-norm distances between all pairs of the rows of x (N, M): (N (N - 1) / 2,), row by row."""
    x: Any = tensor(input)
    require_floating("pdist", x)
    if x.ndim != 2:
        raise ValueError(f"pdist: x is (N, M), and its shape is {x.shape}")
    first, second = np.triu_indices(len(x), 1)
    answer: Tensor = np.linalg.norm(x[first] - x[second], p, axis=-1)
    return answer


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Tensor:
    """y_o = sum over i, j of x1_i weight[o, i, j] x2_j + bias_o: x1 (..., I), x2 (..., J), weight (O, I, J).

    Raises:
        ValueError: the shapes do not fit.
    """
    x: Any = tensor(input1)
    y: Any = tensor(input2)
    w = array(weight)
    require_floating("bilinear", x)
    if w.ndim != 3 or x.shape[:-1] != y.shape[:-1] or x.shape[-1:] + y.shape[-1:] != w.shape[1:]:
        raise ValueError(
            f"bilinear: weight (O, I, J) goes with x1 (..., I) and x2 (..., J) of equal other axes; x1.shape={x.shape}"
            f", x2.shape={y.shape}, weight.shape={w.shape}"
        )
    answer: Tensor = np.einsum("...i,oij,...j->...o", x, w, y)
    return answer if bias is None else answer + bias
