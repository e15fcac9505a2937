"""The methods a Tensor shares with an ndarray: reductions, reshaping, indexing, with NumPy's meanings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import ops
from .errors import explain
from .primitive import Traced
from .tape import wrap
from .torch_names import tells_keywords

if TYPE_CHECKING:
    from .tensor import Tensor

_np: Any = np  # for its functions on Tensors, of which its types know nothing

Axis = int | tuple[int, ...] | None


@tells_keywords
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
        return bool(_np.any(self._data == (value._data if isinstance(value, Traced) else value)))

    def _ask(self, name: str, **options: Any) -> Tensor:
        """What a method of the array inside answers, without gradient; NumPy's dispatch would take longer than it."""
        try:
            data = self._data
            answer = getattr(_np, name)(data, **options) if isinstance(data, Traced) else getattr(data, name)(**options)
            return cast("Tensor", wrap(answer, None))
        except Exception as error:
            raise explain(name, (self,), options, error) from error

    # -- reductions: `where=` and `initial=` are taken as NumPy's functions take them

    def sum(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The sum over `axis` (an int, a tuple of ints, or None for all)."""
        return cast("Tensor", ops.sum(self, axis=axis, dtype=dtype, keepdims=keepdims, **options))

    def prod(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The product over `axis`."""
        return cast("Tensor", _np.prod(self, axis=axis, dtype=dtype, keepdims=keepdims, **options))

    def mean(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The mean over `axis`."""
        return cast("Tensor", ops.mean(self, axis=axis, dtype=dtype, keepdims=keepdims, **options))

    def var(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The variance over `axis`: squared deviations summed, over n - `correction=` (0), or `ddof=`."""
        return cast("Tensor", ops.var(self, axis=axis, keepdims=keepdims, **options))

    def std(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The standard deviation over `axis`: the root of the variance, with its arguments."""
        return cast("Tensor", ops.std(self, axis=axis, keepdims=keepdims, **options))

    def max(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The largest element over `axis`; ties share the gradient equally."""
        return cast("Tensor", ops.max(self, axis=axis, keepdims=keepdims, **options))

    def min(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The smallest element over `axis`; ties share the gradient equally."""
        return cast("Tensor", ops.min(self, axis=axis, keepdims=keepdims, **options))

    def cumsum(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """Running sums along `axis`; with axis None, of all elements in a row."""
        return cast("Tensor", _np.cumsum(self, axis=axis, dtype=dtype))

    def cumprod(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """Running products along `axis`; with axis None, of all elements in a row."""
        return cast("Tensor", _np.cumprod(self, axis=axis, dtype=dtype))

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Tensor:
        """The sum of a diagonal."""
        return cast("Tensor", _np.trace(self, offset, axis1, axis2, dtype))

    def any(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """Whether any element is true, without gradient."""
        return self._ask("any", axis=axis, keepdims=keepdims, **options)

    def all(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """Whether all elements are true, without gradient."""
        return self._ask("all", axis=axis, keepdims=keepdims, **options)

    # -- places, as integers without gradient

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
        """Where the largest element is."""
        return self._ask("argmax", axis=axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Tensor:
        """Where the smallest element is."""
        return self._ask("argmin", axis=axis, keepdims=keepdims)

    def argsort(self, axis: int | None = -1, kind: Any = None, *, stable: bool | None = None) -> Tensor:
        """The places along `axis` of the elements in order."""
        return cast("Tensor", _np.argsort(self, axis=axis, kind=kind, stable=stable))

    def argpartition(self, kth: Any, axis: int | None = -1) -> Tensor:
        """The places along `axis` of the elements, those before and after the kth told apart."""
        return cast("Tensor", _np.argpartition(self, kth, axis=axis))

    def nonzero(self) -> tuple[Tensor, ...]:
        """The places of the elements that are not 0, an array of indices for each axis."""
        return cast("tuple[Tensor, ...]", _np.nonzero(self))

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Tensor:
        """The places at which the elements of v belong into this Tensor, which is sorted."""
        return cast("Tensor", _np.searchsorted(self, v, side=side, sorter=sorter))

    # -- shapes

    def reshape(self, *shape: Any, **options: Any) -> Tensor:
        """The same elements in another shape, `t.reshape(2, -1)` or `t.reshape((2, -1))`; `order=`, `copy=` as np's."""
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return cast("Tensor", ops.reshape(self, shape, **options))

    def ravel(self, order: Any = "C") -> Tensor:
        """All elements along one axis."""
        return cast("Tensor", ops.reshape(self, (-1,), order))

    def flatten(self, order: Any = "C") -> Tensor:
        """All elements along one axis."""
        return cast("Tensor", ops.reshape(self, (-1,), order))

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

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Each element several times, along `axis`; with axis None, all of them in a row."""
        return cast("Tensor", _np.repeat(self, repeats, axis))

    # -- elements

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Held between two bounds (None: no bound); the gradient passes where it lies between or on them."""
        return cast("Tensor", ops.clip(self, min, max))

    def round(self, decimals: int = 0) -> Tensor:
        """Rounded to a number of decimals, without gradient."""
        return cast("Tensor", _np.round(self, decimals))

    @property
    def real(self) -> Tensor:
        """The real parts."""
        return cast("Tensor", ops.real(self))

    @property
    def imag(self) -> Tensor:
        """The imaginary parts."""
        return cast("Tensor", ops.imag(self))

    def conj(self) -> Tensor:
        """The complex conjugates."""
        return cast("Tensor", ops.conj(self))

    conjugate = conj

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """A diagonal of the matrices that two axes make up."""
        return cast("Tensor", _np.diagonal(self, offset, axis1, axis2))

    def take(self, indices: Any, axis: int | None = None, *, mode: Any = "raise") -> Tensor:
        """The elements at `indices` along `axis`; with axis None, of all in a row."""
        return cast("Tensor", _np.take(self, indices, axis, mode=mode))

    def compress(self, condition: Any, axis: int | None = None) -> Tensor:
        """The slices along `axis` for which the condition holds."""
        return cast("Tensor", _np.compress(condition, self, axis))

    def choose(self, choices: Any, *, mode: Any = "raise") -> Tensor:
        """From the arrays `choices`, at each place the element of that one whose number stands here."""
        return cast("Tensor", _np.choose(self, choices, mode=mode))

    def dot(self, b: Any) -> Tensor:
        """The product with b as np.dot has it: over the last axis of this and the second-last of b."""
        return cast("Tensor", _np.dot(self, b))

    def astype(self, dtype: Any, *, copy: bool = True) -> Tensor:
        """In another dtype; the gradient comes back in this one.  With `copy=False` itself, if it has the dtype."""
        dtype = np.dtype(dtype)
        return cast("Tensor", self if self._data.dtype == dtype and not copy else ops.astype(self, dtype))

    def copy(self, order: str = "C") -> Tensor:  # noqa: ARG002  # as an array's method has it
        """The same values in memory of their own; gradients flow through.  `order` changes no value."""
        return cast("Tensor", ops.copy(self))

    # -- methods that change an array: this Tensor gets a new value, as by `t[...] = value`

    def fill(self, value: Any) -> None:
        """Set all elements to a value, to which the gradient flows."""
        ops.assignment.assign(self, ..., value, "t.fill(...)")

    def sort(self, axis: int = -1, kind: Any = None, *, stable: bool | None = None) -> None:
        """Put the elements along `axis` in order; `np.sort(t)` gives a new Tensor instead."""
        ops.assignment.assign(self, ..., _np.sort(self, axis=axis, kind=kind, stable=stable), "t.sort()")

    def partition(self, kth: Any, axis: int = -1) -> None:
        """Tell the elements before and after the kth apart; `np.partition(t, kth)` gives a new Tensor instead."""
        ops.assignment.assign(self, ..., _np.partition(self, kth, axis=axis), "t.partition(...)")

    def put(self, indices: Any, values: Any, mode: Any = "raise") -> None:
        """Set the elements at `indices`, counted in a row, to values, to which the gradient flows."""
        _np.put(self, indices, values, mode)
