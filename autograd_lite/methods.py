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
        return ops.indexing.getitem(self, index)  # type: ignore[no-any-return]

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
            return wrap(answer, None)  # type: ignore[no-any-return]
        except Exception as error:
            raise explain(name, (self,), options, error) from error

    # -- reductions: `where=` and `initial=` are taken as NumPy's functions take them

    def sum(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The sum over `axis` (an int, a tuple of ints, or None for all)."""
        return ops.sum(self, axis=axis, dtype=dtype, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def prod(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The product over `axis`."""
        return _np.prod(self, axis=axis, dtype=dtype, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def mean(self, axis: Axis = None, dtype: Any = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The mean over `axis`."""
        return ops.mean(self, axis=axis, dtype=dtype, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def var(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The variance over `axis`: squared deviations summed, over n - `correction=` (0), or `ddof=`."""
        return ops.var(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def std(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The standard deviation over `axis`: the root of the variance, with its arguments."""
        return ops.std(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def max(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The largest element over `axis`; ties share the gradient equally."""
        return ops.max(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def min(self, axis: Axis = None, *, keepdims: bool = False, **options: Any) -> Tensor:
        """The smallest element over `axis`; ties share the gradient equally."""
        return ops.min(self, axis=axis, keepdims=keepdims, **options)  # type: ignore[no-any-return]

    def cumsum(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """Running sums along `axis`; with axis None, of all elements in a row."""
        return _np.cumsum(self, axis=axis, dtype=dtype)  # type: ignore[no-any-return]

    def cumprod(self, axis: int | None = None, dtype: Any = None) -> Tensor:
        """Running products along `axis`; with axis None, of all elements in a row."""
        return _np.cumprod(self, axis=axis, dtype=dtype)  # type: ignore[no-any-return]

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Tensor:
        """The sum of a diagonal."""
        return _np.trace(self, offset, axis1, axis2, dtype)  # type: ignore[no-any-return]

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
        return _np.argsort(self, axis=axis, kind=kind, stable=stable)  # type: ignore[no-any-return]

    def argpartition(self, kth: Any, axis: int | None = -1) -> Tensor:
        """The places along `axis` of the elements, those before and after the kth told apart."""
        return _np.argpartition(self, kth, axis=axis)  # type: ignore[no-any-return]

    def nonzero(self) -> tuple[Tensor, ...]:
        """The places of the elements that are not 0, an array of indices for each axis."""
        return cast("tuple[Tensor, ...]", _np.nonzero(self))

    def searchsorted(self, v: Any, side: Any = "left", sorter: Any = None) -> Tensor:
        """The places at which the elements of v belong into this Tensor, which is sorted."""
        return _np.searchsorted(self, v, side=side, sorter=sorter)  # type: ignore[no-any-return]

    # -- shapes

    def reshape(self, *shape: Any, **options: Any) -> Tensor:
        """The same elements in another shape, `t.reshape(2, -1)` or `t.reshape((2, -1))`; `order=`, `copy=` as np's."""
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        return ops.reshape(self, shape, **options)  # type: ignore[no-any-return]

    def ravel(self, order: Any = "C") -> Tensor:
        """All elements along one axis."""
        return ops.reshape(self, (-1,), order)  # type: ignore[no-any-return]

    def flatten(self, order: Any = "C") -> Tensor:
        """All elements along one axis."""
        return ops.reshape(self, (-1,), order)  # type: ignore[no-any-return]

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order; without arguments, reversed."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = () if axes[0] is None else tuple(axes[0])
        return ops.permute_dims(self, axes or None)  # type: ignore[no-any-return]

    @property
    def T(self) -> Tensor:
        """The axes reversed."""
        return ops.permute_dims(self)  # type: ignore[no-any-return]

    @property
    def mT(self) -> Tensor:
        """The last two axes swapped."""
        if len(self._data.shape) < 2:
            raise ValueError(f"mT swaps the last two axes, but this Tensor has shape {self._data.shape}")
        return ops.matrix_transpose(self)  # type: ignore[no-any-return]

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes swapped."""
        return ops.swapaxes(self, axis1, axis2)  # type: ignore[no-any-return]

    def squeeze(self, axis: Axis = None) -> Tensor:
        """Without the axes of length 1."""
        return ops.squeeze(self, axis)  # type: ignore[no-any-return]

    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Each element several times, along `axis`; with axis None, all of them in a row."""
        return _np.repeat(self, repeats, axis)  # type: ignore[no-any-return]

    # -- elements

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """Held between two bounds (None: no bound); the gradient passes where it lies between or on them."""
        return ops.clip(self, min, max)  # type: ignore[no-any-return]

    def round(self, decimals: int = 0) -> Tensor:
        """Rounded to a number of decimals, without gradient."""
        return _np.round(self, decimals)  # type: ignore[no-any-return]

    @property
    def real(self) -> Tensor:
        """The real parts."""
        return ops.real(self)  # type: ignore[no-any-return]

    @property
    def imag(self) -> Tensor:
        """The imaginary parts."""
        return ops.imag(self)  # type: ignore[no-any-return]

    def conj(self) -> Tensor:
        """The complex conjugates."""
        return ops.conj(self)  # type: ignore[no-any-return]

    conjugate = conj

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """A diagonal of the matrices that two axes make up."""
        return _np.diagonal(self, offset, axis1, axis2)  # type: ignore[no-any-return]

    def take(self, indices: Any, axis: int | None = None, *, mode: Any = "raise") -> Tensor:
        """The elements at `indices` along `axis`; with axis None, of all in a row."""
        return _np.take(self, indices, axis, mode=mode)  # type: ignore[no-any-return]

    def compress(self, condition: Any, axis: int | None = None) -> Tensor:
        """The slices along `axis` for which the condition holds."""
        return _np.compress(condition, self, axis)  # type: ignore[no-any-return]

    def choose(self, choices: Any, *, mode: Any = "raise") -> Tensor:
        """From the arrays `choices`, at each place the element of that one whose number stands here."""
        return _np.choose(self, choices, mode=mode)  # type: ignore[no-any-return]

    def dot(self, b: Any) -> Tensor:
        """The product with b as np.dot has it: over the last axis of this and the second-last of b."""
        return _np.dot(self, b)  # type: ignore[no-any-return]

    def astype(self, dtype: Any, *, copy: bool = True) -> Tensor:
        """In another dtype; the gradient comes back in this one.  With `copy=False` itself, if it has the dtype."""
        dtype = np.dtype(dtype)
        return cast("Tensor", self if self._data.dtype == dtype and not copy else ops.astype(self, dtype))

    def copy(self, order: str = "C") -> Tensor:  # noqa: ARG002  # as an array's method has it
        """The same values in memory of their own; gradients flow through.  `order` changes no value."""
        return ops.copy(self)  # type: ignore[no-any-return]

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
