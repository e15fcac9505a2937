"""NumPy's own functions on Tensors: `np.sin(t)`, `np.concatenate([t, t])`, `np.ones(3) + t`.

NumPy hands a call that has a Tensor among its arguments to `__array_ufunc__` (its elementwise
functions) or `__array_function__` (the others).  What the engine declares is recorded.  What has no
derivative (comparisons, `argmax`, `isnan`, `floor`) gives a Tensor without gradient.  What nobody
declared raises, naming the function: nothing is ever detached silently.  Where no gradient is carried,
all of NumPy runs on the values.

An answer is written into `out=` where no gradient is lost: into an ndarray if none is carried, into a
Tensor as `t[...] = answer` does.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy import ndarray

from . import ufuncs
from .errors import describe, explain, foreign
from .mode import current
from .operators import binary, unary
from .ops.assignment import assign
from .ops.implementing import implementations
from .primitive import Traced, registry
from .tape import wrap
from .without_derivative import CONSTANT, REFUSED, WITHOUT_DERIVATIVE

Function = Callable[..., Any]

_FAMILIES = {"numpy.linalg": "linalg", "numpy.fft": "fft", "scipy.special": "special.with_scipy"}
"""From the beginning of the name of a function's module to the module of ours that declares such functions."""

_OF_NUMPY = {ndarray, float, int, bool, complex, list, tuple, np.float64, np.float32}

DETACH = "detach() the argument if no gradient is to flow through it"


def plain(function: Function, args: Any, kwargs: dict[str, Any]) -> Any:
    """Call a NumPy function on the arrays inside; arrays in its answer become Tensors without gradient."""
    try:
        answer = function(*_arrays(args), **_arrays(kwargs))
    except Exception as error:
        raise explain(getattr(function, "__name__", str(function)), args, kwargs, error) from error
    return _tensors(answer)


def _arrays(value: Any) -> Any:
    if isinstance(value, Traced):
        return value._data
    if type(value) in (list, tuple):
        return type(value)(_arrays(item) for item in value)
    if isinstance(value, dict):
        return {key: _arrays(item) for key, item in value.items()}
    return value


def _tensors(value: Any) -> Any:
    if isinstance(value, (ndarray, np.generic)):
        return wrap(value, None) if value.dtype.kind in "biufc" else value
    if type(value) in (list, tuple):
        return type(value)(_tensors(item) for item in value)
    if isinstance(value, tuple) and hasattr(value, "_make"):  # a named one
        return value._make(map(_tensors, value))
    return value


def _carries_gradient(value: Any) -> bool:
    if isinstance(value, Traced):
        return value._node is not None
    if isinstance(value, (list, tuple)):
        return any(_carries_gradient(item) for item in value)
    return isinstance(value, dict) and any(_carries_gradient(item) for item in value.values())


def declared_for(function: Function) -> Function | None:
    """What runs when a NumPy function is called on a Tensor; families that are seldom used are imported here."""
    found = implementations.get(function) or registry.get(function)
    if found is None:
        module = getattr(function, "__module__", None) or ""
        family = next((family for start, family in _FAMILIES.items() if module.startswith(start)), None)
        if family is None and isinstance(function, np.ufunc) and "scipy.special" in sys.modules:
            family = "special.with_scipy"
        if family is not None and f"{__package__}.{family}" not in sys.modules:
            import_module(f"{__package__}.{family}")
            found = implementations.get(function) or registry.get(function)
    return found


def name_of(function: Function) -> str:
    """A function as its users write it: "np.linalg.inv", "scipy.special.jv"."""
    name = getattr(function, "__name__", repr(function))
    if getattr(np, name, None) is function:
        return f"np.{name}"
    module = getattr(function, "__module__", None)
    if module is None and getattr(sys.modules.get("scipy.special"), name, None) is function:
        module = "scipy.special"
    return f"{module}.{name}".replace("numpy.", "np.", 1) if module else name


def _refusal(function: Function) -> TypeError:
    reason = REFUSED.get(function)
    if reason is None:
        return TypeError(f"{name_of(function)} has no derivative declared; {DETACH}")
    return TypeError(f"{name_of(function)} on a Tensor that requires a gradient: {reason}")


# -- arguments


class _Places:
    """Where NumPy has the arguments of a function: names by position, how many have no default, where `out` is."""

    known: dict[Function, _Places] = {}  # noqa: RUF012  # a store, shared by all

    def __init__(self, function: Function) -> None:
        by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        try:
            parameters = inspect.signature(function).parameters.values()
        except ValueError:  # written in C, by a NumPy that does not tell
            parameters = ()  # type: ignore[assignment]
        positional = [p for p in parameters if p.kind in by_position]
        self.names = [p.name for p in positional]
        self.required = sum(p.default is p.empty for p in positional)
        self.out = self.names.index("out") if "out" in self.names else sys.maxsize
        self.known[function] = self


def bound(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as a rule takes them: what NumPy requires, and Tensors, by position; `out`, and what follows, by
    keyword."""
    places = _Places.known.get(function) or _Places(function)
    if len(args) > places.out:
        kwargs = dict(zip(places.names[places.out :], args[places.out :], strict=False)) | kwargs
        args = args[: places.out]
    if kwargs:
        before = places.names[: places.out]
        last = max((i for i, name in enumerate(before) if isinstance(kwargs.get(name), Traced)), default=-1)
        wanted = places.names[len(args) : max(places.required, last + 1)]
        if wanted and all(name in kwargs for name in wanted):
            kwargs = dict(kwargs)
            args = (*args, *[kwargs.pop(name) for name in wanted])
    return args, kwargs


def _arebound(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the arguments are already as a rule takes them: the usual case, known at one look."""
    places = _Places.known.get(function)
    if places is None or not places.required <= len(args) <= places.out:
        return False
    return not any(name == "out" or isinstance(value, Traced) for name, value in kwargs.items())


def _told_again(function: Function, rule: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a rule; an error about which arguments it takes is told again with the function's name."""
    try:
        return rule(*args, **kwargs)
    except TypeError as error:
        if "unexpected keyword" in str(error) or "positional argument" in str(error):
            raise explain(f"np.{function.__name__}", args, kwargs, error) from error
        raise


def _check_constant(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise if an argument of a function without derivative carries a gradient that would flow, had it one."""
    name, remedy = CONSTANT[function.__name__]
    names = _Places.known[function].names
    place = names.index(name) if name in names else 1  # NumPy before 2.4 does not tell for functions written in C
    given = kwargs.get(name, args[place] if place < len(args) else None)
    if _carries_gradient(given):
        raise TypeError(f"{name_of(function)}: no gradient flows to {name}=; write {remedy}")


# -- out=


def _plain_into(function: Function, args: Any, kwargs: dict[str, Any], out: Any) -> Any:
    """Let NumPy write an answer without gradient into `out`, and give that back."""
    targets = out if isinstance(out, tuple) else (out,)
    arrays = tuple(np.array(target._data) if isinstance(target, Traced) else target for target in targets)
    answer = plain(function, args, {**kwargs, "out": arrays if isinstance(out, tuple) else arrays[0]})
    answers = answer if isinstance(answer, tuple) else (answer,)
    for target, array in zip(targets, arrays, strict=True):
        if isinstance(target, Traced):
            assign(target, Ellipsis, array, "out=")
    given = tuple(found if target is None else target for target, found in zip(targets, answers, strict=True))
    return given if isinstance(answer, tuple) else given[0]


def _recorded_into(name: str, out: Any, run: Callable[[], Any]) -> Any:
    """Write an answer that carries a gradient into `out`, a Tensor; `array += tensor` arrives here too."""
    (target,) = out if isinstance(out, tuple) and len(out) == 1 else (out,)
    if not isinstance(target, Traced):
        raise TypeError(
            f"{name} would write a Tensor that requires a gradient into an ndarray (out= or `array += tensor`), "
            "and the gradient would be lost; write `array = array + tensor`, or detach() the Tensor"
        )
    answer = run()
    if answer.shape != target._data.shape or not np.can_cast(answer.dtype, target._data.dtype, "same_kind"):
        raise ValueError(f"{name}: the answer is {describe(answer)}, and out= is {describe(target)}")
    assign(target, Ellipsis, answer, "out=")
    return target


def _plain_at(ufunc: np.ufunc, target: Any, *others: Any) -> None:
    """`np.add.at(t, index, values)` of constant values: t gets a new array, as in `t[index] += values`."""
    new = np.array(target._data)
    plain(ufunc.at, (new, *others), {})
    assign(target, Ellipsis, new, f"np.{ufunc.__name__}.at")


_USUAL = {ndarray, float, int, np.float32, np.float64}
_quick: dict[np.ufunc, tuple[Function, Function | None]] = {}


def _quickly(ufunc: np.ufunc) -> tuple[Function, Function | None] | None:
    """What runs a ufunc of one argument or two where all is as usual, as operators do: of (t), or of (t, y) and (y, t).

    None for one that is not declared (yet), or does more than a primitive.
    """
    primitive = registry.get(ufunc)
    if primitive is None or ufunc in implementations or not primitive.everywhere or primitive.together:
        return None
    if ufunc.nin > 2 or ufunc.nout > 1:
        return None

    def raw(x: Any, y: Any) -> Any:  # `testing` may put another function in its place
        return primitive.raw(x, y)

    found = (unary(primitive), None) if ufunc.nin == 1 else binary(primitive, raw)
    _quick[ufunc] = found
    return found


class NumpyProtocol(Traced):
    """How NumPy meets a Tensor; `Tensor` inherits it."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs:  # the usual case, without the detours below
            quick = _quick.get(ufunc) or _quickly(ufunc)
            if quick is not None:
                of_tensor, reflected = quick
                if reflected is None:
                    return of_tensor(*inputs)
                x, y = inputs
                if isinstance(x, Traced):
                    if isinstance(y, Traced) or type(y) in _USUAL:
                        return of_tensor(x, y)
                elif type(x) in _USUAL:
                    return reflected(y, x)
        for x in inputs:
            if not isinstance(x, Traced) and type(x) not in _OF_NUMPY:
                if hasattr(x, "__array_ufunc__") and not isinstance(x, ndarray):
                    return NotImplemented
                if foreign(x):
                    raise TypeError(f"{name_of(ufunc)}({', '.join(map(describe, inputs))}): {foreign(x)}")
        out = kwargs.pop("out", None)
        recorded = current().recording and _carries_gradient(inputs)
        function = declared_for(ufunc)
        if recorded and (function is not None or ufunc not in WITHOUT_DERIVATIVE):
            if function is None:
                raise _refusal(ufunc)
            if out is not None:
                return _recorded_into(name_of(ufunc), out, lambda: ufuncs.run(function, ufunc, method, inputs, kwargs))
            if method == "__call__" and not kwargs and list not in map(type, inputs):
                return function(*inputs)
            return ufuncs.run(function, ufunc, method, inputs, kwargs)
        if method == "at" and isinstance(inputs[0], Traced):
            return _plain_at(ufunc, *inputs)
        called = ufunc if method == "__call__" else getattr(ufunc, method)
        return plain(called, inputs, kwargs) if out is None else _plain_into(called, inputs, kwargs, out)

    def __array_function__(self, func: Function, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for kind in types:
            if not issubclass(kind, (Traced, ndarray)):
                return NotImplemented
        function = implementations.get(func) or registry.get(func) or declared_for(func)
        if function is not None and _arebound(func, args, kwargs):
            return _told_again(func, function, args, kwargs)
        recorded = current().recording and (_carries_gradient(args) or _carries_gradient(kwargs))
        if recorded or function is not None:
            args, kwargs = bound(func, args, kwargs)
        out = kwargs.pop("out", None) if "out" in kwargs else None
        if out is not None and not recorded:
            return _plain_into(func, args, kwargs, out)
        if function is None:
            if recorded and func not in WITHOUT_DERIVATIVE:
                raise _refusal(func)
            if recorded and func.__name__ in CONSTANT:
                _check_constant(func, args, kwargs)
            return plain(func, args, kwargs)
        if out is None:
            return _told_again(func, function, args, kwargs)
        return _recorded_into(name_of(func), out, lambda: _told_again(func, function, args, kwargs))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray[Any, Any]:
        if self._node is not None:
            raise TypeError(
                "this Tensor requires a gradient, which an ndarray would lose: use t.detach() to give it up, or "
                "ag.stack / ag.concat to join Tensors"
            )
        array = np.array(self._data, dtype=dtype, copy=copy)
        return array if copy else read_only(array)

    @property
    def _mask(self) -> Any:
        """What np.ma reads, after `_data`, of what it takes for a masked array."""
        if self._node is not None:
            raise TypeError(
                "a masked array carries no gradient, as this Tensor does: use np.where(mask, ...), or detach() it"
            )
        return np.False_


def read_only(array: Any) -> ndarray[Any, Any]:
    """A view that cannot be written through: what Tensors share is not changed behind their back."""
    view: ndarray[Any, Any] = np.asarray(array).view()
    view.flags.writeable = False
    return view
