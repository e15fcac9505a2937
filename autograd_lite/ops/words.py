"""Words that the families of operations share."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ..primitive import Traced

F = TypeVar("F", bound=Callable[..., Any])


def array_of(x: Any) -> Any:
    """The array of a Tensor, anything else as it is: what is found out from it carries no gradient."""
    return x._data if isinstance(x, Traced) else x


def plain_array(x: Any) -> Any:
    """An array of what is not one yet; a Tensor, or a batch inside of vmap, as it is."""
    return x if isinstance(x, Traced) else np.asarray(x)


def own_array(x: Any, dtype: Any = None) -> Any:
    """An array of its own, which nobody else can change; a batch inside of vmap, which nobody changes, as it is."""
    if isinstance(x, Traced):
        return x if dtype is None else x.astype(dtype)  # type: ignore[attr-defined]
    return np.array(x, dtype)


def whole(x: Any) -> Any:
    """The array of a Tensor; inside of vmap that of all examples, for what is decided for all of them at once."""
    x = array_of(x)
    while isinstance(x, Traced):
        x = x.physical  # type: ignore[attr-defined]
    return x


def of_arrays(function: F) -> F:
    """A function that finds something out about arrays, to which no gradient flows: of Tensors it takes the arrays.

    It may be written in any way that serves ndarrays.  Inside of vmap it is a function like any other that has a rule
    for batches, or runs for one example after the other.
    """

    @functools.wraps(function)
    def found(*args: Any, **kwargs: Any) -> Any:
        arrays = [array_of(arg) for arg in args]
        for array in arrays:
            if isinstance(array, Traced):
                return array._call(found, arrays, kwargs)  # type: ignore[attr-defined]
        return function(*arrays, **kwargs)

    return found  # type: ignore[return-value]  # wraps keeps the signature, which F says


def conjugate(x: Any) -> Any:
    """The complex conjugate; of real numbers themselves, without the copy that NumPy would make."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def as_vector(x: Any) -> Any:
    """All elements of an array one after the other; a vector as it is, without an operation."""
    return x if x.ndim == 1 else np.reshape(x, (-1,))


def axis_in(axis: int, ndim: int) -> int:
    """An axis counted from the front; raises for one that is not there."""
    if not -ndim <= axis < ndim:
        last = f"; an axis must lie between -{ndim} and {ndim - 1}" if ndim else "; there are no axes"
        raise np.exceptions.AxisError(f"axis {axis} is out of bounds for array of dimension {ndim}{last}")
    return axis % ndim


def in_a_row(a: Any, axis: int | None) -> tuple[Any, int]:
    """The array and the axis to work along; with axis None, all elements in a row."""
    if axis is None:
        return as_vector(a), 0
    return a, axis_in(axis, a.ndim)
