"""Elements, or whole channels, put out at random."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite import Tensor, ops
from autograd_lite.calls import apply
from autograd_lite.errors import describe
from autograd_lite.random import generator_or_default

from .arguments import array, check_probability, require_floating, tensor

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]

SATURATION = -1.7580993408473766
"""Where SELU goes to for large negative numbers: -scale alpha."""


def dropout(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Each element 0 with probability p, else scaled by 1 / (1 - p); everything as it is if not `training`.

    Args:
        input: x of any shape.
        p: the probability, in [0, 1].
        training: whether to do anything.
        inplace: as in PyTorch; what is given is left as it is all the same.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.
    """
    return _dropped("dropout", input, p, training, generator, None)


def dropout1d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Each channel 0 with probability p, else scaled by 1 / (1 - p): x (N, C, L) or (C, L); see `dropout`."""
    x = array(input)
    if x.ndim not in (2, 3):
        raise ValueError(f"dropout1d: x is (N, C, L) or (C, L), and this one is {describe(x)}; or use dropout")
    return _dropped("dropout1d", x, p, training, generator, x.ndim - 1)


def dropout2d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Each channel 0 with probability p, else scaled by 1 / (1 - p): x (N, C, H, W); see `dropout`.

    As in PyTorch three axes are taken for (N, C, L), with a warning; x[None] makes a batch of one image.
    """
    x = array(input)
    if x.ndim not in (3, 4):
        raise ValueError(f"dropout2d: x is (N, C, H, W), and this one is {describe(x)}; or use dropout")
    if x.ndim == 3:
        warnings.warn(
            "dropout2d: x has three axes, which are taken for (N, C, L), as in PyTorch; use dropout1d, or x[None] for "
            "one image",
            stacklevel=2,
        )
    return _dropped("dropout2d", x, p, training, generator, 2)


def dropout3d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Each channel 0 with probability p, else scaled by 1 / (1 - p): x (N, C, D, H, W) or (C, D, H, W)."""
    x = array(input)
    if x.ndim not in (4, 5):
        raise ValueError(f"dropout3d: x is (N, C, D, H, W) or (C, D, H, W), and this one is {describe(x)}")
    return _dropped("dropout3d", x, p, training, generator, x.ndim - 3)


def alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Each element SELU's limit with probability p; then all scaled and moved, so that mean 0 and variance 1 stay.

    For networks with SELU; arguments as in `dropout`.

    G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, Self-Normalizing Neural Networks, NeurIPS (2017).
    """
    return _dropped("alpha_dropout", input, p, training, generator, None, SATURATION)


def feature_alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """`alpha_dropout` of whole channels: x (N, C, ...)."""
    x = array(input)
    if x.ndim < 2:
        raise ValueError(f"feature_alpha_dropout: x is (N, C, ...), and this one is {describe(x)}")
    return _dropped("feature_alpha_dropout", x, p, training, generator, 2, SATURATION)


def _dropped(
    name: str,
    input: Any,
    p: float,
    training: bool,
    generator: Generator | None,
    leading: int | None,
    value: float = 0.0,
) -> Tensor:
    """What is put out is `value` for a moment; mean 0 and variance 1 stay as they are if it is not 0.

    With `leading` axes given, one draw decides for all that they share.
    """
    check_probability(name, p)
    x = array(input)
    require_floating(name, x)
    if not training or p == 0:
        return tensor(x)
    shape = x.shape if leading is None else (*x.shape[:leading], *(1,) * (x.ndim - leading))
    mask = np.zeros(shape, x.dtype)
    scale = 0.0
    if p < 1:
        scale = 1 / (1 - p) if value == 0 else 1 / math.sqrt((1 - p) * (1 + p * value**2))
        draws = generator_or_default(generator).random(shape, np.float32)
        np.multiply(draws >= p, scale, out=mask, casting="same_kind")
    mask.flags.writeable = False
    answer: Tensor = apply(ops.multiply, (x, mask), {})
    if value == 0 or p == 1:
        return answer
    # x -> scale (x kept + value (1 - kept) - value p), with scale kept = mask
    return answer + (scale * value * (1 - p) - mask * value).astype(x.dtype)
