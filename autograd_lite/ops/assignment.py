"""Assignment with value semantics: `t[index] = v`, and the functions of NumPy that write into an array.

The Tensor t gets a new array, and a node `setitem` of which both the old value and v are arguments.  The old array is
left as it is, to whoever has it: other Tensors, views, a backward that is pending.  So assigning costs a copy of t.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..mode import current
from ..primitive import Primitive, Traced, general
from .implementing import implements
from .indexing import as_index, getitem, grid_along, last_written, lone_array, may_repeat, within
from .joining import joined
from .words import array_of, axis_in

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


def _setitem(x: Any, v: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """x, with v at `index`; `shape` is that of x, for rules when x itself carries no gradient and is not kept."""
    into = np.array(x)
    into[index] = v
    return into


def _zeroed(g: Any, _ans: Any, _x: Any, _v: Any, index: Any, shape: tuple[int, ...]) -> Any:
    return setitem(g, 0.0, index, shape)


def _picked(g: Any, _ans: Any, _x: Any, _v: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """g at `index`; 0 for what was written over by what the same index names later."""
    picked = getitem(g, index)
    if may_repeat(index):
        lasting = _lasting(index, shape)
        if not lasting.all():
            picked = picked * lasting.astype(g.dtype)
    extra = len(_v.shape) - len(picked.shape)  # NumPy lets v have more axes, of length 1
    return np.reshape(picked, (1,) * extra + picked.shape) if extra > 0 else picked


def _lasting(index: Any, shape: tuple[int, ...]) -> Any:
    lone = lone_array(index, len(shape))
    if lone is not None and lone[0].ndim == 1:
        places, axis = lone
        return last_written(places, shape[axis]).reshape(-1, *[1] * (len(shape) - axis - 1))
    size = math.prod(shape)
    return last_written(np.arange(size).reshape(shape)[index], size)


_setitem.__name__ = "setitem"
setitem: Primitive = general(
    _setitem,
    vjps=(_zeroed, _picked),
    jvps=(_zeroed, lambda v, _ans, _x, _v, index, shape: setitem(np.zeros(shape, v.dtype), v, index, shape)),
    math="Y = X, dY[i] = dV, dY = dX elsewhere;  X̄ = Ȳ, X̄[i] = 0,  V̄ = Ȳ[i]",
)


# -- a Tensor that changes its value


def _check_can_change(t: Any, doing: str) -> None:
    """Raise if t may not get a new value, before any work is done."""
    node = t._node
    if node is None:
        return
    if node.primitive is None and current().recording:
        raise RuntimeError(
            f"{doing} on a leaf that requires a gradient would lose it: assign to a copy (`t = t.copy()`), or update "
            "the leaf inside `with ag.no_grad():`"
        )
    if node.primitive is not None and not current().recording:
        raise RuntimeError(
            f"{doing} where nothing is recorded: this Tensor was computed by {node.name}, whose gradient would not "
            "be that of the new value; assign outside of no_grad, or detach() it first"
        )


def _check_can_hold(t: Any, value: Any, doing: str) -> None:
    """Raise if t, which keeps its dtype, would lose the imaginary part or the gradient of a value."""
    kind = np.result_type(array_of(value)).kind
    if kind == "c" and t.dtype.kind != "c":
        raise TypeError(
            f"{doing}: the value is complex and t stays {t.dtype}; convert t first (t.astype), or take np.real"
        )
    if t.dtype.kind not in "fc" and isinstance(value, Traced) and value._node is not None and current().recording:
        raise TypeError(f"{doing}: the value requires a gradient and t stays {t.dtype}; convert t first (t.astype)")


def _become(t: Any, new: Any) -> None:
    """Give t the value and the node of a Tensor that was made for it."""
    if new._node is not None:
        if t._node is not None and t._node.watch is not None:  # as after retain_grad: of the value it has last
            new._node.watch = t._node.watch.hand_on(new.dtype)
        t._node = new._node
    t._data = new._data


def assign(t: Any, index: Any, value: Any, doing: str = "`t[index] = v`") -> None:
    """`t[index] = value`, where t is a Tensor."""
    _check_can_change(t, doing)
    value = joined(value)
    _check_can_hold(t, value, doing)
    kept = t._node is not None or (isinstance(value, Traced) and value._node is not None)
    _become(t, setitem(t, value, as_index(index, kept=kept), t.shape))


# -- functions that write into their first argument

Writer = Callable[..., None]


def _writes(function: Callable[..., Any]) -> Callable[[Writer], Writer]:
    """Run the decorated function for a NumPy function that writes into its first argument, if that is a Tensor.

    Into an ndarray NumPy itself writes, but nothing that requires a gradient.
    """

    def declare(write: Writer) -> Writer:
        signature = inspect.signature(write)
        name = f"np.{function.__name__}"

        @implements(function)
        @functools.wraps(write)
        def run(*args: Any, **kwargs: Any) -> None:
            bound = signature.bind(*args, **kwargs)
            target, *others = bound.args
            if isinstance(target, Traced):
                _check_can_change(target, name)
                write(*bound.args, **bound.kwargs)
                return
            if current().recording and any(isinstance(other, Traced) and other._node is not None for other in others):
                raise TypeError(
                    f"{name} would write a Tensor that requires a gradient into an ndarray, and the gradient would be "
                    "lost: make the array a Tensor first, or detach() the Tensor"
                )
            function(target, *(array_of(other) for other in others))

        return run

    return declare


def _set(t: Any, value: Any, index: Any, doing: str) -> None:
    """Put a value into t at an index of plain arrays."""
    _check_can_hold(t, value, doing)
    _become(t, setitem(t, value, index, t.shape))


def _set_in_a_row(t: Any, value: Any, index: Any, doing: str) -> None:
    """The same for an index into all elements of t in a row."""
    _check_can_hold(t, value, doing)
    _become(t, np.reshape(setitem(np.reshape(t, (-1,)), value, index, (t.size,)), t.shape))


def _repeated(values: Any, count: int) -> Any:
    """Values in a row, repeated or cut off so that there are `count`; a single one is left to broadcasting."""
    values = joined(values)
    return np.reshape(values, ()) if np.size(values) == 1 else np.resize(values, (count,))


def _mask_like(mask: Any, t: Any, doing: str) -> Any:
    mask = np.array(as_index(mask), bool)
    if mask.size != t.size:
        raise ValueError(f"{doing}: the mask has shape {mask.shape} and the array {t.shape}; they must be the same")
    return mask.reshape(t.shape)


@_writes(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """a.flat[ind] = v, where v is repeated if it is shorter; `mode` as for `take`."""
    places = within(np.array(as_index(ind), np.intp).reshape(-1), a.size, mode)
    if np.size(v) and places.size:
        _set_in_a_row(a, _repeated(v, places.size), places, "np.put")


@_writes(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """arr[mask] = the first values, which are repeated if there are too few of them."""
    mask = _mask_like(mask, arr, "np.place")
    count = int(np.count_nonzero(mask))
    if count and np.size(vals) == 0:
        raise ValueError("np.place: there are no values to put where the mask holds")
    if count:
        _set(arr, _repeated(vals, count), mask, "np.place")


@_writes(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """a.flat[n] = values[n] where mask.flat[n]; values are repeated if they are fewer than elements of `a`."""
    mask = _mask_like(mask, a, "np.putmask")
    if mask.any() and np.size(values):
        values = _repeated(values, a.size)
        _set(a, np.reshape(values, a.shape)[mask] if values.shape else values, mask, "np.putmask")


@_writes(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """dst[where] = src[where], both broadcast to the shape of dst; raises TypeError for what `casting` forbids."""
    src = joined(src)
    kind = src.dtype if hasattr(src, "dtype") else np.asarray(src).dtype
    weak = isinstance(src, (int, float, complex)) and np.result_type(src, dst.dtype) == dst.dtype
    if not weak and not np.can_cast(kind, dst.dtype, casting):
        raise TypeError(f"np.copyto: cannot cast {kind} to {dst.dtype} by the rule {casting!r}; use src.astype")
    if where is True:
        _set(dst, src, Ellipsis, "np.copyto")
    else:
        mask = np.array(np.broadcast_to(as_index(where), dst.shape), bool)
        _set(dst, np.broadcast_to(src, dst.shape)[mask] if np.shape(src) else src, mask, "np.copyto")


@_writes(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None = -1) -> None:
    """arr[i, indices[i, j]] = values[i, j] for axis -1: what `take_along_axis` picks is assigned to."""
    places = np.array(as_index(indices))
    if axis is None:
        _set_in_a_row(arr, joined(values), places, "np.put_along_axis")
    else:
        grid = grid_along(places, arr.shape, axis_in(axis, arr.ndim))
        _set(arr, joined(values), grid, "np.put_along_axis")


@_writes(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """The elements whose indices are all equal become val; with `wrap`, the diagonal of a tall matrix begins anew.

    Raises:
        ValueError: `a` has fewer than two axes, or more than two that are not all equally long.
    """
    shape = a.shape
    if len(shape) < 2:
        raise ValueError(f"np.fill_diagonal: the array must have at least two axes, not the shape {shape}")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise ValueError(f"np.fill_diagonal: all axes must be equally long where they are more than two, not {shape}")
    step = sum(math.prod(shape[i + 1 :]) for i in range(len(shape)))
    end = shape[1] * shape[1] if len(shape) == 2 and not wrap else a.size
    diagonal = slice(0, min(end, a.size), step)
    count = len(range(a.size)[diagonal])
    if count:
        _set_in_a_row(a, _repeated(val, count), diagonal, "np.fill_diagonal")
