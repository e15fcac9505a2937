"""Tensors out of what others have: `asarray`, `from_dlpack`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..interchange import check_device
from ..tape import wrap
from ..tensor import Tensor

__all__ = ["asarray", "from_dlpack"]


def asarray(
    obj: Any, /, dtype: Any = None, *, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """A Tensor of `obj`: itself if it is one already, else as `Tensor(obj)`, which copies.

    Args:
        copy: True copies a Tensor too.  With False the memory of an ndarray is shared instead of copied; then it
            must not be written to while a backward that needs it is pending, which nothing can watch over.
        requires_grad: whether `backward` shall leave a gradient in it; a Tensor given without stays without.

    Raises:
        ValueError: `copy=False` cannot be kept (another dtype, or no ndarray); `device` is not "cpu".
        TypeError: `obj` is not numbers.
    """
    check_device(device)
    if isinstance(obj, Tensor):
        tensor = _converted(obj, obj.dtype if dtype is None else np.dtype(dtype), copy)
    elif copy is False:
        tensor = _sharing(obj, dtype)
    else:
        tensor = Tensor(obj, dtype)
    if not requires_grad or tensor.requires_grad:
        return tensor
    return (tensor.detach() if tensor is obj else tensor).requires_grad_()


def _converted(tensor: Tensor, dtype: Any, copy: bool | None) -> Tensor:
    if tensor.dtype == dtype:
        return tensor.copy() if copy else tensor
    if copy is False:
        raise ValueError(f"asarray: a Tensor of {tensor.dtype} becomes one of {dtype} only by a copy")
    return tensor.astype(dtype)


def _sharing(obj: Any, dtype: Any) -> Tensor:
    """A Tensor on the memory of an ndarray."""
    fits = isinstance(obj, np.ndarray) and obj.dtype.kind in "biufc" and (dtype is None or obj.dtype == np.dtype(dtype))
    if not fits:
        raise ValueError(f"asarray: copy=False needs an ndarray of the dtype, not {type(obj).__name__}")
    return wrap(obj, None)  # type: ignore[no-any-return]


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor of an array of another library, which gives it by DLPack.

    It copies, as `Tensor(array)` does, unless `copy=False` asks to share the memory, which must then not be written
    to while a backward that needs it is pending.

    Raises:
        BufferError: `copy=False` cannot be kept.
        ValueError: `device` is not "cpu".

    >>> import numpy as np, autograd_lite as ag
    >>> ag.from_dlpack(np.arange(3))
    Tensor([0, 1, 2], dtype=int64)
    """
    check_device(device)
    array = np.from_dlpack(x)
    return wrap(array if copy is False else array.copy(), None)  # type: ignore[no-any-return]
