"""NumPy's own functions on Tensors: `np.sin(t)`, `np.concatenate([t, t])`, `np.ones(3) + t`.

NumPy hands a call that has a Tensor among its arguments to `__array_ufunc__` (its elementwise
functions) or `__array_function__` (the others).  What the engine declares is recorded.  What has no
derivative (comparisons, `argmax`, `isnan`, `floor`) gives a Tensor without gradient.  What nobody
declared raises, naming the function: nothing is ever detached silently.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import explain
from .mode import current
from .ops import max as max_
from .ops import min as min_
from .ops import sum as sum_
from .ops.implementing import implementations
from .primitive import Traced, registry
from .tape import wrap

WITHOUT_DERIVATIVE: frozenset[Callable[..., Any]] = frozenset({
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
    np.isfinite, np.isinf, np.isnan, np.signbit, np.sign,
    np.floor, np.ceil, np.trunc, np.rint, np.floor_divide,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift,
    np.round, np.fix, np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero,
    np.searchsorted, np.digitize, np.bincount, np.unique, np.isin, np.any, np.all,
    np.array_equal, np.allclose, np.isclose, np.array_equiv,
    np.zeros_like, np.ones_like, np.empty_like, np.full_like,
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.may_share_memory, np.shares_memory,
    np.array_repr, np.array_str, np.array2string,
})  # fmt: skip
"""Functions whose derivative is zero wherever it exists, or whose answer is not made of real numbers."""

_REDUCTIONS: dict[Any, Callable[..., Any]] = {np.add: sum_, np.maximum: max_, np.minimum: min_}

_FAMILIES = {"numpy.linalg": "linalg", "numpy.fft": "fft", "scipy.special": "special"}
"""From the beginning of the name of a function's module to the module of ours that declares such functions."""

DETACH = "detach() the argument if no gradient is to flow through it"


def plain(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
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
        return wrap(value, None)
    if type(value) in (list, tuple):
        return type(value)(_tensors(item) for item in value)
    return value


def _carries_gradient(value: Any) -> bool:
    if isinstance(value, Traced):
        return value._node is not None
    if isinstance(value, (list, tuple)):
        return any(_carries_gradient(item) for item in value)
    return isinstance(value, dict) and any(_carries_gradient(item) for item in value.values())


def _rule_for(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """What runs when a NumPy function is called on a Tensor; families that are seldom used are imported here."""
    found = implementations.get(function) or registry.get(function)
    if found is None:
        module = getattr(function, "__module__", None) or ""
        family = next((family for start, family in _FAMILIES.items() if module.startswith(start)), None)
        if family is None and isinstance(function, np.ufunc) and "scipy.special" in sys.modules:
            family = "special"
        if family is not None and f"{__package__}.{family}" not in sys.modules:
            import_module(f"{__package__}.{family}")
            found = implementations.get(function) or registry.get(function)
    return found


class NumpyProtocol(Traced):
    """How NumPy meets a Tensor; `Tensor` inherits it."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        recorded = current().recording and _carries_gradient(inputs)
        if method == "__call__":
            function = _rule_for(ufunc)
            if function is not None and recorded:
                if "where" in kwargs:
                    raise TypeError(f"np.{ufunc.__name__} on a Tensor takes no where=; use np.where on the answer")
                answer = function(*inputs, **kwargs)
            elif ufunc in WITHOUT_DERIVATIVE or not recorded:
                answer = plain(ufunc, inputs, kwargs)
            else:
                raise TypeError(f"np.{ufunc.__name__} has no derivative declared; {DETACH}")
        elif method == "reduce" and ufunc in _REDUCTIONS:
            kwargs.setdefault("axis", 0)
            answer = _REDUCTIONS[ufunc](*inputs, **kwargs)
        elif not recorded and method != "at":
            answer = plain(getattr(ufunc, method), inputs, kwargs)
        else:
            raise TypeError(
                f"np.{ufunc.__name__}.{method} has no derivative declared; {DETACH}"
                if method != "at"
                else f"np.{ufunc.__name__}.at would change a Tensor in place; use np functions that give a new array"
            )
        return answer if out is None else self._into(ufunc.__name__, out, answer)

    @staticmethod
    def _into(name: str, out: tuple[Any, ...], answer: Any) -> Any:
        """Write an answer into `out=`, which is also how `array += tensor` arrives."""
        target = out[0]
        if len(out) != 1 or not isinstance(target, ndarray):
            raise TypeError(f"np.{name}: out= must be an ndarray; a Tensor is not changed in place")
        if _carries_gradient(answer):
            raise TypeError(
                f"np.{name} would write a Tensor that requires a gradient into an ndarray (out= or `array += tensor`), "
                "and the gradient would be lost; write `array = array + tensor`, or detach() the Tensor"
            )
        target[...] = answer._data
        return target

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        function = _rule_for(func)
        if function is not None:
            if kwargs.get("out") is not None:
                raise TypeError(f"np.{func.__name__}: out= is not taken on a Tensor; use the answer")
            try:
                return function(*args, **kwargs)
            except TypeError as error:
                if "unexpected keyword" in str(error) or "positional argument" in str(error):
                    raise explain(f"np.{func.__name__}", args, kwargs, error) from error
                raise
        if func in WITHOUT_DERIVATIVE or not (
            current().recording and (_carries_gradient(args) or _carries_gradient(kwargs))
        ):
            return plain(func, args, kwargs)
        raise TypeError(f"np.{func.__name__} has no derivative declared; {DETACH}")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ndarray[Any, Any]:
        if self._node is not None:
            raise TypeError(
                "this Tensor requires a gradient, which an ndarray would lose: use t.detach() to give it up, or "
                "ag.stack / ag.concat to join Tensors"
            )
        array = np.array(self._data, dtype=dtype, copy=copy)
        return array if copy else read_only(array)


def read_only(array: Any) -> ndarray[Any, Any]:
    """A view that cannot be written through: what Tensors share is not changed behind their back."""
    view: ndarray[Any, Any] = np.asarray(array).view()
    view.flags.writeable = False
    return view
