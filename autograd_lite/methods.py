"""The methods a Tensor shares with an ndarray: reductions, reshaping, indexing, with NumPy's meanings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import ops
from .primitive import Traced
from .tape import wrap

if TYPE_CHECKING:
    from .tensor import Tensor

Axis = int | tuple[int, ...] | None


class Methods(Traced):
    """Array methods; `Tensor` inherits them."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Tensor:
        if not isinstance(index, int):
            index = ops.indexing.as_index(index, kept=self._node is not None)
        return cast("Tensor", ops.indexing.getitem(self, index))

    def __setitem__(self, index: Any, value: Any) -> None:
        """This Tensor gets a new array, and a gradient flows to `value`; what shares its memory stays as it is."""
        ops.assignment.assign(self, index, value)

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        if not self._data.shape:
            raise TypeError("iteration over a Tensor with no axes; use t.item() for its value")
        return iter(ops.unstack(self))

    def __contains__(self, value: Any) -> bool:
        return bool((self._data == (value._data if isinstance(value, Traced) else value)).any())

    # -- reductions

    def sum(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Tensor:
        """The sum over `axis` (an int, a tuple of ints, or None for all)."""
        return cast("Tensor", ops.sum(self, axis=axis, dtype=dtype, keepdims=keepdims))

    def mean(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False) -> Tensor:
        """The mean over `axis`."""
        return cast("Tensor", ops.mean(self, axis=axis, dtype=dtype, keepdims=keepdims))

    def var(self, axis: Axis = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
        """The variance over `axis`: squared deviations summed, over n - correction."""
        return cast("Tensor", ops.var(self, axis=axis, correction=correction, keepdims=keepdims))

    def std(self, axis: Axis = None, *, correction: float = 0, keepdims: bool = False) -> Tensor:
        """The standard deviation over `axis`."""
        return cast("Tensor", ops.std(self, axis=axis, correction=correction, keepdims=keepdims))

    def max(self, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        """The largest element over `axis`; ties share the gradient equally."""
        return cast("Tensor", ops.max(self, axis=axis, keepdims=keepdims))

    def min(self, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        """The smallest element over `axis`; ties share the gradient equally."""
        return cast("Tensor", ops.min(self, axis=axis, keepdims=keepdims))

    def cumsum(self, axis: int | None = None) -> Tensor:
        """Running sums along `axis`."""
        return cast("Tensor", ops.cumulative_sum(self, axis=axis))

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
        """Where the largest element is, as integers without gradient."""
        return cast("Tensor", wrap(self._data.argmax(axis=axis, keepdims=keepdims), None))

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
        """Where the smallest element is, as integers without gradient."""
        return cast("Tensor", wrap(self._data.argmin(axis=axis, keepdims=keepdims), None))

    def any(self, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        """Whether any element is true, without gradient."""
        return cast("Tensor", wrap(self._data.any(axis=axis, keepdims=keepdims), None))

    def all(self, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
        """Whether all elements are true, without gradient."""
        return cast("Tensor", wrap(self._data.all(axis=axis, keepdims=keepdims), None))

    # -- shapes

    def reshape(self, *shape: Any) -> Tensor:
        """The same elements in another shape, `t.reshape(2, -1)` or `t.reshape((2, -1))`."""
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return cast("Tensor", ops.reshape(self, shape))

    def ravel(self) -> Tensor:
        """All elements along one axis."""
        return cast("Tensor", ops.reshape(self, (-1,)))

    def flatten(self) -> Tensor:
        """All elements along one axis."""
        return cast("Tensor", ops.reshape(self, (-1,)))

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order; without arguments, reversed."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = () if axes[0] is None else tuple(axes[0])
        return cast("Tensor", ops.permute_dims(self, axes or None))

    @property
    def T(self) -> Tensor:
        """The axes reversed."""
        return cast("Tensor", ops.permute_dims(self))

    @property
    def mT(self) -> Tensor:
        """The last two axes swapped."""
        if len(self._data.shape) < 2:
            raise ValueError(f"mT swaps the last two axes, but this Tensor has shape {self._data.shape}")
        return cast("Tensor", ops.matrix_transpose(self))

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes swapped."""
        return cast("Tensor", ops.swapaxes(self, axis1, axis2))

    def squeeze(self, axis: Axis = None) -> Tensor:
        """Without the axes of length 1."""
        return cast("Tensor", ops.squeeze(self, axis))

    # -- elements

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Held between two bounds (None: no bound); the gradient passes where it lies between or on them."""
        return cast("Tensor", ops.clip(self, min, max))

    def astype(self, dtype: Any) -> Tensor:
        """In another dtype; the gradient comes back in this one."""
        return cast("Tensor", ops.astype(self, np.dtype(dtype)))

    def copy(self) -> Tensor:
        """The same values in memory of their own; gradients flow through."""
        return cast("Tensor", ops.copy(self))
