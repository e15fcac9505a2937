"""What losses are given: of one shape and dtype, and floating."""

from __future__ import annotations

from typing import Any

from autograd_lite.kernels.reduction import check_reduction

from ..arguments import array, require_floating


def same_kind(name: str, input: Any, target: Any, reduction: str) -> tuple[Any, Any]:
    """Input and target as arrays; raises unless they have one shape and one floating dtype."""
    check_reduction(name, reduction)
    x, y = array(input), array(target)
    require_floating(name, x)
    if x.shape != y.shape:
        raise ValueError(
            f"{name}: input and target must have one shape, they are not broadcast; input.shape={x.shape}, "
            f"target.shape={y.shape}"
        )
    if x.dtype != y.dtype:
        raise TypeError(f"{name}: input is {x.dtype} but target is {y.dtype}; convert it: target.astype(np.{x.dtype})")
    return x, y
