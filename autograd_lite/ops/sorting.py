"""Sorting: the gradient goes back to where each element came from.

Which element stands where is found out again in backward, with equal ones in their order, as PyTorch has it: forward
so runs NumPy's own sort, which is several times as fast as finding the order.
"""

from typing import Any

import numpy as np

from ..primitive import Primitive, general, linear
from .implementing import implements
from .indexing import getitem, grid_along, scatter
from .words import array_of, in_a_row, of_arrays

__all__ = ["partition", "sort_complex"]


def _permuted(x: Any, order: Any, axis: int) -> Any:
    """The elements along an axis in another order: yᵢ = x[orderᵢ]."""
    return np.take_along_axis(x, order, axis)


def _permuted_back(y: Any, order: Any, axis: int) -> Any:
    """The inverse: x[orderᵢ] = yᵢ."""
    x = np.empty(y.shape, y.dtype)
    np.put_along_axis(x, order, y, axis)
    return x


_permuted.__name__ = "permuted"
_permuted_back.__name__ = "permuted_back"
permuted: Primitive = linear(
    _permuted,
    lambda g, _ans, _x, order, axis: permuted_back(g, order, axis),
    math="dyᵢ = dx[σᵢ];  x̄[σᵢ] = ȳᵢ",
)
permuted_back: Primitive = linear(
    _permuted_back, lambda g, _ans, _y, order, axis: permuted(g, order, axis), math="dx[σᵢ] = dyᵢ;  ȳᵢ = x̄[σᵢ]"
)


@of_arrays
def _order(x: Any, axis: int) -> Any:
    """The order that sorts x, equal elements as they stand.

    NumPy's quick argsort leaves equal ones in any order.  If they are few, it is several times as fast to bring these
    into theirs afterwards as to sort stably.
    """
    order = np.moveaxis(np.argsort(x, axis), axis, -1)
    ordered = np.take_along_axis(np.moveaxis(x, axis, -1), order, -1)
    rises = np.ones(order.shape, bool)
    np.less(ordered[..., :-1], ordered[..., 1:], out=rises[..., 1:])
    ties = rises.size - np.count_nonzero(rises)
    if ties > rises.size // 8:
        return np.argsort(x, axis, kind="stable")
    if ties:
        tied = ~rises
        tied[..., :-1] |= ~rises[..., 1:]
        group = np.cumsum(rises)[tied.reshape(-1)]
        order = order.copy()
        order[tied] = order[tied][np.lexsort((order[tied], group))]
    return np.moveaxis(order, -1, axis)


def _sort(x: Any, axis: int, kind: Any = None, stable: bool | None = None) -> Any:
    return np.sort(x, axis, kind=kind, stable=stable)


_sort_primitive = general(
    np.sort,
    vjps=(lambda g, _ans, x, axis, _kind=None, _stable=None: permuted_back(g, _order(x, axis), axis),),
    jvps=(lambda v, _ans, x, axis, _kind=None, _stable=None: permuted(v, _order(x, axis), axis),),
    raw=_sort,
    math="dyᵢ = dx[σᵢ];  x̄[σᵢ] = ȳᵢ, with σ the order that sorts x",
)


def _no_fields(order: Any, name: str) -> None:
    if order is not None:
        raise TypeError(f"{name}: order= names the fields of structured arrays, which Tensors are not; leave it out")


@implements(np.sort)
def sort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> Any:
    """The elements along an axis in rising order; with axis None, all of them.

    The gradient goes back through the permutation; equal elements count as kept in their order.
    """
    _no_fields(order, "sort")
    return _sort_primitive(*in_a_row(a, axis), kind, stable)


def _partition(x: Any, axis: int, kth: Any, kind: str) -> Any:
    return np.partition(x, kth, axis, kind)  # type: ignore[call-overload]


@of_arrays
def _partition_order(ans: Any, x: Any, axis: int) -> Any:
    """Where each element of a partition came from: both are brought into order."""
    return _permuted_back(_order(x, axis), _order(ans, axis), axis)


_partition_primitive = general(
    np.partition,
    vjps=(lambda g, ans, x, axis, _kth, _kind: permuted_back(g, _partition_order(ans, x, axis), axis),),
    jvps=(lambda v, ans, x, axis, _kth, _kind: permuted(v, _partition_order(ans, x, axis), axis),),
    raw=_partition,
    math="dyᵢ = dx[σᵢ];  x̄[σᵢ] = ȳᵢ, with σ the order that partitions x",
)


@implements(np.partition)
def partition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The elements along an axis so that the kth stands where `sort` has it, smaller ones before it, larger ones after.

    `kth` may be a sequence of places.  The gradient goes back through the permutation.
    """
    _no_fields(order, "partition")
    return _partition_primitive(*in_a_row(a, axis), kth if isinstance(kth, int) else np.array(array_of(kth)), kind)


@implements(np.sort_complex)
def sort_complex(a: Any) -> Any:
    """The elements along the last axis as complex numbers, in order of their real parts, then of the imaginary ones."""
    return np.sort(a).astype(np.result_type(a.dtype, np.complex64))


# --- single elements of the sorted array


FEW = 4
"""Up to so many ranks it is faster to look for each than to sort all."""


def _ranked(x: Any, ranks: Any) -> Any:
    """The elements that sorting would bring to the places `ranks` of the last axis.

    `ranks` is one row of places, or one for each row of x.
    """
    if ranks.ndim == 1:
        return np.partition(x, ranks, -1)[..., ranks] if ranks.size else x[..., ranks]
    return np.take_along_axis(np.sort(x, -1), ranks, -1)


@of_arrays
def _places_of_ranks(ans: Any, x: Any, ranks: Any) -> Any:
    """Where in x these elements stand; equal ones are ranked as they stand."""
    if ranks.shape[-1] > FEW or np.isnan(ans).any():
        order = _order(x, -1)
        return order[..., ranks] if ranks.ndim == 1 else np.take_along_axis(order, ranks, -1)
    places = np.empty(ans.shape, np.intp)
    for i in range(ranks.shape[-1]):
        found = ans[..., i : i + 1]
        equal = x == found
        before = ranks[..., i] - np.count_nonzero(x < found, -1)  # so many equal ones stand before it
        if np.any(before):
            equal = np.cumsum(equal, -1) > np.expand_dims(before, -1)
        places[..., i] = np.argmax(equal, -1)
    return places


def _ranked_vjp(g: Any, ans: Any, x: Any, ranks: Any) -> Any:
    return scatter(g, grid_along(_places_of_ranks(ans, x, ranks), x.shape, x.ndim - 1), x.shape)


def _ranked_jvp(v: Any, ans: Any, x: Any, ranks: Any) -> Any:
    return getitem(v, grid_along(_places_of_ranks(ans, x, ranks), x.shape, x.ndim - 1))


_ranked.__name__ = "ranked"
ranked: Primitive = general(
    _ranked,
    vjps=(_ranked_vjp,),
    jvps=(_ranked_jvp,),
    math="dyₖ = dx[σₖ];  x̄[σₖ] += ȳₖ, with σ the order that sorts x",
)
