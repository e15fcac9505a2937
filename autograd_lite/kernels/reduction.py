"""How a loss per element becomes one number: `reduction` is "mean", "sum" or "none"."""

import math
from typing import Any

import numpy as np

from .constants import ones

REDUCTIONS = ("mean", "sum", "none")


def check_reduction(name: str, reduction: str, *more: str) -> None:
    """Raise ValueError unless `reduction` is one of the three, or one of those that this loss has too."""
    if reduction not in REDUCTIONS and reduction not in more:
        known = "".join(f'"{each}", ' for each in more) + '"mean", "sum" or "none"'
        raise ValueError(f"{name}: reduction must be {known}, not {reduction!r}")


def reduced(losses: Any, reduction: str) -> Any:
    """The losses reduced, in NumPy syntax: on arrays and Tensors alike."""
    if reduction == "mean":
        return np.mean(losses)
    return np.sum(losses) if reduction == "sum" else losses


def reduced_raw(losses: Any, reduction: str) -> Any:
    """The same on ndarrays, by the calls that cost least."""
    if reduction == "none":
        return losses
    if losses.dtype.itemsize < 4:  # half precision holds neither the sum nor the count
        return losses.mean() if reduction == "mean" else losses.sum()
    flat = losses if losses.ndim == 1 else losses.reshape(-1)
    total = flat.dot(ones(flat.size, flat.dtype))
    return total / flat.size if reduction == "mean" else total


def spread_cotangent(g: Any, reduction: str, count: int) -> Any:
    """What each element's loss receives of the cotangent of the reduced loss."""
    return g * (1 / count if count else math.inf) if reduction == "mean" else g
