"""Elements set to zero at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply
from autograd_lite.random import generator_or_default

from .arguments import array, check_probability, require_floating, tensor

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["dropout"]


def dropout(input: Any, p: float = 0.5, training: bool = True, *, generator: Generator | None = None) -> Tensor:
    """Each element 0 with probability p, else scaled by 1 / (1 - p); everything as it is if not `training`."""
    check_probability("dropout", p)
    x = array(input)
    require_floating("dropout", x)
    if not training or p == 0:
        return tensor(x)
    mask = np.zeros(x.shape, x.dtype)
    if p < 1:
        draws = generator_or_default(generator).random(x.shape, np.float32)
        np.multiply(draws >= p, 1 / (1 - p), out=mask, casting="same_kind")
    mask.flags.writeable = False
    answer: Tensor = apply(ops.multiply, (x, mask), {})
    return answer
