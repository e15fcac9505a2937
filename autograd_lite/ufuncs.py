"""What a ufunc can do beside being called, with gradients: its keywords, `reduce`, `accumulate`, `outer`, `at`.

`run(function, ufunc, method, inputs, options)` gives what `ufunc.method(*inputs, **options)` gives, written in
functions that carry gradients; `function` is the ufunc's own rule.  What has no meaning on a Tensor, or no rule,
raises TypeError with the remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from .ops import max as max_
from .ops import min as min_
from .ops import scatter_add
from .ops import sum as sum_
from .ops.assignment import assign
from .ops.indexing import as_index
from .ops.joining import joined
from .primitive import Traced

Function = Callable[..., Any]


def run(function: Function, ufunc: np.ufunc, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """A call of a ufunc, or of one of its methods, that is recorded."""
    if method != "at":
        inputs = [joined(x, *inputs) for x in inputs]
    return _METHODS[method](function, ufunc, inputs, options)


def _call(function: Function, ufunc: np.ufunc, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    name = f"np.{ufunc.__name__}"
    if options.pop("where", True) is not True:
        given = ", ".join(["np.where(mask, t, 1.0)", *"xyz"[1 : ufunc.nin]])
        raise TypeError(
            f"{name} on a Tensor takes no where=, which leaves the rest of a new array undefined, and that of out= as "
            f"it was; write np.where(mask, {name}({given}), rest)"
        )
    for option, usual in (("order", "K"), ("subok", True), ("signature", None)):
        if options.pop(option, usual) != usual:
            raise TypeError(f"{name} on a Tensor takes no {option}=; convert the arguments or the answer (t.astype)")
    if "dtype" in options or "casting" in options:
        inputs = _converted(ufunc, inputs, options.pop("dtype", None), options.pop("casting", "same_kind"))
    if options.keys() & {"axes", "axis", "keepdims"}:
        return _along(function, ufunc, inputs, **options)
    return function(*inputs, **options)


def _converted(ufunc: np.ufunc, inputs: Sequence[Any], dtype: Any, casting: Any) -> list[Any]:
    """The arguments in the dtypes that NumPy would work in; raises its error if `casting` forbids one."""
    given = [
        x.dtype if hasattr(x, "dtype") else type(x) if type(x) in (int, float, complex) else np.asarray(x).dtype
        for x in inputs
    ]
    answers = [None if dtype is None else np.dtype(dtype)] * ufunc.nout
    worked = ufunc.resolve_dtypes(
        (*given, *[None] * ufunc.nout), signature=(*[None] * ufunc.nin, *answers), casting=casting
    )
    return [
        x if was == to else cast("Any", x).astype(to) if isinstance(x, Traced) else np.asarray(x, to)
        for x, was, to in zip(inputs, given, worked, strict=False)
    ]


def _along(
    function: Function,
    ufunc: np.ufunc,
    inputs: Sequence[Any],
    axes: Sequence[Any] | None = None,
    axis: int | None = None,
    keepdims: bool = False,
) -> Any:
    """A product along axes other than the last: these are moved to the end, and those of the answer from there."""
    taken, _, given = (ufunc.signature or "").partition("->")
    cores = [len(names.strip("()").split(",")) for names in taken.split("),(")]
    out = len(given.strip("()").split(",")) if given != "()" else 0
    if out and (axis is not None or keepdims):
        raise TypeError(
            f"np.{ufunc.__name__} takes no axis= or keepdims=, since its answer has axes of its own; use axes="
        )
    if axes is None:
        axes = [-1 if axis is None else axis] * len(cores)
    places = [place if isinstance(place, tuple) else (place,) for place in axes]
    moved = [
        np.moveaxis(x, place, tuple(range(-core, 0))) for x, place, core in zip(inputs, places, cores, strict=False)
    ]
    answer = function(*moved)
    if keepdims:
        return np.expand_dims(answer, places[0])
    return (
        np.moveaxis(answer, tuple(range(-out, 0)), places[len(cores)]) if out and len(places) > len(cores) else answer
    )


# -- reduce, accumulate, reduceat


_REDUCTIONS: dict[np.ufunc, Function] = {
    np.add: sum_, np.multiply: np.prod, np.maximum: max_, np.minimum: min_,
}  # fmt: skip
_ACCUMULATIONS: dict[np.ufunc, Function] = {np.add: np.cumsum, np.multiply: np.cumprod}
_REMEDIES = {
    ("logaddexp", "reduce"): "use ag.special.logsumexp(t, axis)",
    ("logaddexp", "accumulate"): "use ag.logcumsumexp(t, axis)",
    ("fmax", "reduce"): "use np.nanmax(t, axis)",
    ("fmin", "reduce"): "use np.nanmin(t, axis)",
    ("hypot", "reduce"): "use np.linalg.norm(t, axis=axis)",
}


def _undeclared(ufunc: np.ufunc, method: str) -> TypeError:
    remedy = _REMEDIES.get((ufunc.__name__, method), "call the function itself, or detach() the argument")
    return TypeError(f"np.{ufunc.__name__}.{method} has no derivative declared; {remedy}")


def _reduce(_function: Function, ufunc: np.ufunc, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    if ufunc not in _REDUCTIONS:
        raise _undeclared(ufunc, "reduce")
    axis = options.pop("axis", 0)
    if options.get("where", True) is True:
        options.pop("where", None)
    return _REDUCTIONS[ufunc](*inputs, axis=axis, **{key: value for key, value in options.items() if value is not None})


def _accumulate(_function: Function, ufunc: np.ufunc, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    (x,), axis = inputs, options.pop("axis", 0)
    options = {key: value for key, value in options.items() if value is not None}
    if ufunc in (np.maximum, np.minimum) and not options:
        return np.take_along_axis(x, _leading(ufunc, x._data, axis), axis)
    if ufunc not in _ACCUMULATIONS:
        raise _undeclared(ufunc, "accumulate")
    return _ACCUMULATIONS[ufunc](x, axis=axis, **options)


def _leading(ufunc: np.ufunc, x: Any, axis: int) -> Any:
    """Where the largest (smallest) element so far stands along an axis; the last of equal ones, or the last NaN."""
    best = ufunc.accumulate(x, axis=axis)
    places = np.expand_dims(np.arange(x.shape[axis]), tuple(range(1, x.ndim - axis % x.ndim)))
    return np.maximum.accumulate(np.where((x == best) | (x != x), places, 0), axis=axis)


def _reduceat(_function: Function, ufunc: np.ufunc, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Sums over slices [i_k, i_(k+1)); a slice that is empty or runs backward is the element i_k alone."""
    axis, dtype = options.pop("axis", 0), options.pop("dtype", None)
    if ufunc is not np.add or dtype is not None:
        raise _undeclared(ufunc, "reduceat")
    x = np.moveaxis(inputs[0], axis, 0)
    starts = np.asarray(inputs[1]).reshape(-1)
    counts = np.maximum(np.append(starts[1:], len(x)) - starts, 1)
    slices = np.repeat(np.arange(len(starts)), counts)
    places = np.arange(len(slices)) + np.repeat(starts - np.cumsum(counts) + counts, counts)
    return np.moveaxis(scatter_add(np.take(x, places, axis=0), slices, (len(starts), *x.shape[1:])), 0, axis)


# -- outer, at


def _outer(function: Function, ufunc: np.ufunc, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x, y = inputs
    return _call(function, ufunc, [np.reshape(x, (*np.shape(x), *[1] * np.ndim(y))), y], options)


def _at(function: Function, ufunc: np.ufunc, inputs: Sequence[Any], _options: dict[str, Any]) -> Any:
    name = f"np.{ufunc.__name__}.at"
    target, index, *values = inputs
    if not isinstance(target, Traced):
        raise TypeError(
            f"{name} would write a Tensor that requires a gradient into an ndarray, and the gradient would be lost: "
            "make the array a Tensor first (ag.asarray), or detach() the Tensor"
        )
    if ufunc not in (np.add, np.subtract):
        raise TypeError(f"{name} has no derivative declared; write `t[index] = ...` where no index repeats")
    index, value = as_index(index), joined(values[0])
    shape = target._data.shape
    spread = np.broadcast_to(value, np.empty(shape, bool)[index].shape)
    assign(target, Ellipsis, function(target, scatter_add(spread, index, shape)), f"`{name}`")


_METHODS: dict[str, Callable[[Function, np.ufunc, Sequence[Any], dict[str, Any]], Any]] = {
    "__call__": _call,
    "reduce": _reduce,
    "accumulate": _accumulate,
    "reduceat": _reduceat,
    "outer": _outer,
    "at": _at,
}
