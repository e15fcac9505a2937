"""Functions that only change the shape."""

from __future__ import annotations

import math
from typing import Any

from autograd_lite import Tensor, ops
from autograd_lite.errors import describe
from autograd_lite.tape import wrap

from .arguments import array

__all__ = ["flatten"]


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The axes from `start_dim` to `end_dim`, both included, laid in one."""
    x = array(input)
    axes = max(x.ndim, 1)
    if not (-axes <= start_dim < axes and -axes <= end_dim < axes and start_dim % axes <= end_dim % axes):
        raise ValueError(f"flatten: start_dim={start_dim}, end_dim={end_dim} name no axes of {describe(x)} in order")
    start, end = start_dim % axes, end_dim % axes + 1
    tensor = x if isinstance(x, Tensor) else wrap(x, None)
    answer: Tensor = ops.reshape(tensor, (*x.shape[:start], math.prod(x.shape[start:end]), *x.shape[end:]))
    return answer
