"""New Tensors: of zeros, of ones, of numbers at equal distances.

`dtype` is float32 where it is not said and nothing says it.  With `requires_grad=True` the Tensor is a leaf in
which `backward` leaves a gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import from_python
from ..interchange import check_device
from ..ops import astype, broadcast_to
from ..ops.words import array_of
from ..primitive import Traced
from ..tape import wrap
from ..tensor import Tensor

__all__ = [
    "arange",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]

_DEFAULT = np.dtype(np.float32)


def _tensor(array: Any, device: Any, requires_grad: bool) -> Tensor:
    check_device(device)
    tensor: Tensor = wrap(array, None)
    return tensor.requires_grad_() if requires_grad else tensor


def _shape(shape: Any) -> Any:
    """A shape whose lengths may be Tensors."""
    return tuple(map(int, shape)) if isinstance(shape, (tuple, list)) else shape


def zeros(shape: Any, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros, of a shape that is an int or a tuple of them.

    >>> import autograd_lite as ag
    >>> ag.zeros(2)
    Tensor([0., 0.], dtype=float32)
    """
    return _tensor(np.zeros(_shape(shape), _DEFAULT if dtype is None else dtype), device, requires_grad)


def ones(shape: Any, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones, of a shape that is an int or a tuple of them."""
    return _tensor(np.ones(_shape(shape), _DEFAULT if dtype is None else dtype), device, requires_grad)


def empty(shape: Any, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor whose elements are whatever is in memory."""
    return _tensor(np.empty(_shape(shape), _DEFAULT if dtype is None else dtype), device, requires_grad)


def full(shape: Any, fill_value: Any, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """`fill_value` everywhere; in its own dtype, if none is given.  A gradient flows to it, if it is a Tensor.

    >>> import autograd_lite as ag
    >>> ag.full((2, 2), 7)
    Tensor([[7, 7],
            [7, 7]], dtype=int64)
    """
    if isinstance(fill_value, Traced) and fill_value._node is not None:
        check_device(device)
        filled: Tensor = broadcast_to(fill_value, _shape(shape))
        return filled if dtype is None else astype(filled, np.dtype(dtype))
    value: Any = from_python(fill_value) if dtype is None else array_of(fill_value)
    return _tensor(np.full(_shape(shape), value, dtype), device, requires_grad)


def zeros_like(x: Any, /, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape of x, and of its dtype, if none is given."""
    return _tensor(np.zeros_like(array_of(x), dtype), device, requires_grad)


def ones_like(x: Any, /, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape of x, and of its dtype, if none is given."""
    return _tensor(np.ones_like(array_of(x), dtype), device, requires_grad)


def empty_like(x: Any, /, dtype: Any = None, *, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor of the shape of x whose elements are whatever is in memory; of its dtype, if none is given."""
    return _tensor(np.empty_like(array_of(x), dtype), device, requires_grad)


def full_like(
    x: Any, /, fill_value: Any, dtype: Any = None, *, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`fill_value` in the shape of x, and in its dtype, if none is given."""
    return full(x.shape, fill_value, x.dtype if dtype is None else dtype, device=device, requires_grad=requires_grad)


def _narrowed(numbers: Any, *given: Any) -> Any:
    """Numbers that NumPy worked out in float64, in the dtype of the floating arrays given, or else the default one."""
    if numbers.dtype.kind not in "fc":
        return numbers
    floating = [value.dtype for value in given if hasattr(value, "dtype") and value.dtype.kind in "fc"]
    default = np.float32 if numbers.dtype.kind == "f" else np.complex64
    return numbers.astype(np.result_type(*floating) if floating else default, copy=False)


def arange(
    start: Any,
    /,
    stop: Any = None,
    step: Any = 1,
    dtype: Any = None,
    *,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from `start` up to but not including `stop`, a `step` apart; `arange(stop)` starts at 0.

    It has ceil((stop - start) / step) elements.  Of Python's integers it is int64, of floats float32.

    >>> import autograd_lite as ag
    >>> ag.arange(0.0, 1.0, 0.25)
    Tensor([0.  , 0.25, 0.5 , 0.75], dtype=float32)
    """
    if stop is None:
        start, stop = 0, start
    first, last, by = array_of(start), array_of(stop), array_of(step)
    numbers: Any = np.arange(first, last, by, dtype=dtype)
    return _tensor(numbers if dtype is not None else _narrowed(numbers, first, last, by), device, requires_grad)


def linspace(
    start: Any,
    stop: Any,
    /,
    num: int = 50,
    *,
    dtype: Any = None,
    device: Any = None,
    endpoint: bool = True,
    requires_grad: bool = False,
) -> Tensor:
    """`num` numbers at equal distances from `start` to `stop`, which is the last of them if `endpoint`.

    >>> import autograd_lite as ag
    >>> ag.linspace(0, 1, 5)
    Tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    numbers: Any = np.linspace(start, stop, num, endpoint=endpoint, dtype=dtype)
    if isinstance(numbers, Traced):
        check_device(device)
        return numbers  # type: ignore[return-value]
    return _tensor(numbers if dtype is not None else _narrowed(numbers, start, stop), device, requires_grad)


def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    *,
    k: int = 0,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on the k-th diagonal and zeros elsewhere, square if `n_cols` is not given."""
    return _tensor(np.eye(n_rows, n_cols, k=k, dtype=_DEFAULT if dtype is None else dtype), device, requires_grad)
