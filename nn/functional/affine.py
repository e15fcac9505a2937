"""The affine map."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.data import from_python
from autograd_lite.errors import describe
from autograd_lite.kernels.linear import linear as _linear

__all__ = ["linear"]


def linear(input: Any, weight: Any, bias: Any = None) -> Tensor:
    """y = x W^T + b over the last axis: x (..., in), W (out, in), b (out,) or None, y (..., out).

    Raises:
        ValueError: the shapes do not fit.
        TypeError: the dtypes differ.
    """
    x = input if isinstance(input, (Tensor, np.ndarray)) else from_python(input)
    data = x._data if isinstance(x, Tensor) else x
    w = weight._data if isinstance(weight, Tensor) else weight
    shape, features = data.shape, w.shape
    if not shape or len(features) != 2 or shape[-1] != features[1] or data.dtype != w.dtype:
        raise _misfit(data, w)
    args: tuple[Any, ...] = (x, weight)
    raw: tuple[Any, ...] = (data, w)
    if bias is not None:
        b = bias._data if isinstance(bias, Tensor) else bias
        if b.ndim != 1 or len(b) != len(w) or b.dtype != w.dtype:
            raise ValueError(
                f"linear: bias must have the length and dtype of weight's first axis; bias is {describe(b)}, "
                f"weight {describe(w)}"
            )
        args, raw = (x, weight, bias), (data, w, b)
    answer: Tensor = apply_fused(_linear, args, raw, {})
    return answer


def _misfit(x: Any, weight: Any) -> Exception:
    """Why an input does not go into a linear layer."""
    if x.shape[-1:] != weight.shape[1:]:
        return ValueError(
            f"linear: x has {x.shape[-1] if x.shape else 'no'} features in its last axis but weight expects "
            f"{weight.shape[-1]}; x.shape={x.shape}, weight.shape={weight.shape}"
        )
    return TypeError(
        f"linear: x is {x.dtype} but weight is {weight.dtype}; convert the input, x.astype(np.{weight.dtype}), or "
        "make the layer with that dtype="
    )
