"""Losses of vectors that should be near to each other, or far apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.kernels.reduction import check_reduction, reduced

from ..arguments import tensor
from ..distances import pairwise_distance
from .arguments import floating_pair, signs

__all__ = ["cosine_embedding_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss"]

_TINY = 1e-12  # added to the squares of both lengths, as in PyTorch


def cosine_embedding_loss(
    input1: Any, input2: Any, target: Any, margin: float = 0, *, reduction: str = "mean"
) -> Tensor:
    """1 - cos(x1, x2) where y = 1, max(0, cos(x1, x2) - margin) where y = -1; per pair, reduced.

    Args:
        input1: vectors x1 (N, D), or one (D,).
        input2: vectors x2 of the same shape and dtype.
        target: y (N,) or (), 1 for a pair that is alike, -1 for one that is not.
        margin: the cosine that vectors that are not alike may have, in [-1, 1].
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit, or a target is neither 1 nor -1.
        TypeError: the dtypes differ.
    """
    name = "cosine_embedding_loss"
    check_reduction(name, reduction)
    a, b = floating_pair(name, input1, input2)
    if a.ndim not in (1, 2):
        raise ValueError(f"{name}: inputs are (N, D) or (D,), not {a.shape}")
    y = signs(name, target, a.shape[:-1], a.dtype)
    lengths = np.sqrt((np.sum(a * a, axis=-1) + _TINY) * (np.sum(b * b, axis=-1) + _TINY))
    cosine = np.sum(a * b, axis=-1) / lengths
    return tensor(reduced(np.where(y > 0, 1 - cosine, np.clip(cosine - margin, 0, None)), reduction))


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    *,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(a, x) - d(a, z)) with the distance d(u, v) = |u - v + eps|_p; per triplet, reduced.

    Args:
        anchor: vectors a (N, D), or one (D,).
        positive: x of the same shape and dtype, which should be near to a.
        negative: z of the same shape and dtype, which should be farther from it, by the margin.
        margin: by how much.
        p: of the norm.
        eps: added to each difference.
        swap: take d(x, z) instead of d(a, z) where that is less.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or the margin is not positive.
        TypeError: the dtypes differ.

    V. Balntas et al., Learning local feature descriptors with triplets and shallow convolutional neural networks,
    BMVC (2016).
    """
    return _triplets(
        "triplet_margin_loss",
        anchor,
        positive,
        negative,
        lambda u, v: pairwise_distance(u, v, p, eps),
        margin,
        swap,
        reduction,
    )


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with any distance.

    Args:
        anchor: a, of any shape that the distance takes.
        positive: x of the same shape and dtype.
        negative: z of the same shape and dtype.
        distance_function: d(u, v), of Tensors; |u - v + 1e-6| over the last axis if it is None.
        margin: by how much the negative one should be farther.
        swap: take d(x, z) instead of d(a, z) where that is less.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ, or the margin is not positive.
        TypeError: the dtypes differ.
    """
    distance = pairwise_distance if distance_function is None else distance_function
    return _triplets("triplet_margin_with_distance_loss", anchor, positive, negative, distance, margin, swap, reduction)


def _triplets(
    name: str, anchor: Any, positive: Any, negative: Any, distance: Any, margin: float, swap: bool, reduction: str
) -> Tensor:
    check_reduction(name, reduction)
    if not margin > 0:
        raise ValueError(f"{name}: margin must be positive, not {margin!r}")
    a, x = floating_pair(name, anchor, positive, "anchor and positive")
    _, z = floating_pair(name, a, negative, "anchor and negative")
    a, x, z = tensor(a), tensor(x), tensor(z)
    far = distance(a, z)
    if swap:
        far = np.minimum(far, distance(x, z))
    return tensor(reduced(np.clip(margin + distance(a, x) - far, 0, None), reduction))
