"""Losses that are negative log-likelihoods of a distribution, or distances of two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.kernels.reduction import check_reduction, reduced
from autograd_lite.ops import stop_gradient
from autograd_lite.ops.words import whole
from autograd_lite.special import xlogy

from ..arguments import array, tensor
from .arguments import same_kind

__all__ = ["gaussian_nll_loss", "kl_div", "poisson_nll_loss"]


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    *,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    """e^x - y x: of counts y, up to log y!, where the expected count is e^x; per element, reduced.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        log_input: whether x is the logarithm of the expected count; if not, the loss is x - y log(x + eps).
        full: add Stirling's approximation of log y!, y log y - y + log(2 pi y) / 2, where y > 1.
        eps: added to x before the logarithm is taken.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes differ.
        TypeError: the dtypes differ.
    """
    x, y = same_kind("poisson_nll_loss", input, target, reduction)
    losses = np.exp(x) - y * x if log_input else x - y * np.log(x + eps)
    if full:
        many = stop_gradient(y) > 1
        count = np.where(many, y, 2.0)
        losses = losses + np.where(many, count * np.log(count) - count + 0.5 * np.log(2 * math.pi * count), 0.0)
    return tensor(reduced(losses, reduction))


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """(log v + (x - y)^2 / v) / 2: of y, up to a constant, for a normal distribution of mean x and variance v.

    Args:
        input: x, of any shape.
        target: y, of the same shape and dtype.
        var: v, of that shape, or without the last axis, or with one axis of length 1; or one number.  A variance below
            eps counts as eps, and gets the gradient it would have there.
        full: add log(2 pi) / 2.
        eps: the least variance.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: the shapes do not fit, or a variance is negative.
        TypeError: the dtypes differ.

    D. A. Nix and A. S. Weigend, Estimating the mean and variance of the target probability distribution, ICNN (1994).
    """
    name = "gaussian_nll_loss"
    x, y = same_kind(name, input, target, reduction)
    if not eps > 0:
        raise ValueError(f"{name}: eps must be positive, not {eps!r}")
    v = np.asarray(var, x.dtype) if isinstance(var, (int, float)) else array(var)
    if v.shape and v.shape == x.shape[:-1] and v.shape != x.shape:
        v = np.expand_dims(v, -1)
    elif v.shape and not _one_axis_of_length_1(v.shape, x.shape):
        raise ValueError(
            f"{name}: var must have the shape of the input, or that without its last axis, or with one axis of length "
            f"1; var.shape={v.shape}, input.shape={x.shape}"
        )
    if v.dtype != x.dtype:
        raise TypeError(f"{name}: input is {x.dtype} but var is {v.dtype}; convert it: var.astype(np.{x.dtype})")
    values = whole(v)
    if (values < 0).any():
        where = np.flatnonzero(values < 0)[0]
        raise ValueError(f"{name}: variances cannot be negative, but {values.flat[where]} at position {where} is")
    constant = stop_gradient(v)
    v = v + (np.maximum(constant, eps) - constant)
    losses = 0.5 * (np.log(v) + (x - y) ** 2 / v)
    if full:
        losses = losses + 0.5 * math.log(2 * math.pi)
    return tensor(reduced(losses, reduction))


def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """t (log t - x), 0 where t is 0: how far probabilities t are from those whose logarithms are x; reduced.

    Args:
        input: log-probabilities x, of any shape.
        target: probabilities t of the same shape and dtype.
        reduction: "mean" over all elements; "batchmean" for the sum divided by the length of the first axis, which is
            the Kullback-Leibler divergence; "sum" or "none".
        log_target: whether the target is log t, and not t.

    Raises:
        ValueError: the shapes differ.
        TypeError: the dtypes differ.

    S. Kullback and R. A. Leibler, On Information and Sufficiency, Annals of Mathematical Statistics 22 (1951).
    """
    check_reduction("kl_div", reduction, "batchmean")
    x, t = same_kind("kl_div", input, target, "sum" if reduction == "batchmean" else reduction)
    losses = np.exp(t) * (t - x) if log_target else xlogy(t, t) - t * x
    if reduction != "batchmean":
        return tensor(reduced(losses, reduction))
    total = np.sum(losses)
    return tensor(total / len(x) if x.ndim else total)


def _one_axis_of_length_1(shape: tuple[int, ...], full: tuple[int, ...]) -> bool:
    different = [(n, whole) for n, whole in zip(shape, full, strict=False) if n != whole]
    return len(shape) == len(full) and (not different or (len(different) == 1 and different[0][0] == 1))
