"""Choosing, element by element, among several arrays: `choose`, `select`, `piecewise`."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..primitive import Traced, linear
from .assignment import setitem
from .implementing import implements
from .indexing import as_index, getitem, within
from .words import array_of, own_array, plain_array

__all__ = ["choose", "piecewise", "select"]


def _choose(*choices: Any, a: Any, mode: str = "raise") -> Any:
    return np.choose(a, choices, mode=mode)  # type: ignore[call-overload]


def _chosen(g: Any, _ans: Any, *_choices: Any, a: Any, mode: str = "raise") -> list[Any]:
    a = within(a, len(_choices), mode)
    return [np.where(a == i, g, 0.0) for i in range(len(_choices))]


_choose.__name__ = "choose"
_choose_primitive = linear(_choose, joint=_chosen, math="dyᵢ = dcₖᵢ with k = aᵢ;  c̄ₖᵢ = ȳᵢ where aᵢ = k, else 0")


@implements(np.choose)
def choose(a: Any, choices: Sequence[Any], *, mode: str = "raise") -> Any:
    """At each place the element of that one of the choices whose number stands there: out[i] = choices[a[i]][i].

    `a` and the choices are broadcast together; `mode` is for numbers out of range, as in `take`.
    """
    return _choose_primitive(*_arrays(choices), a=own_array(as_index(a)), mode=mode)


def _select(*choices: Any, conditions: tuple[Any, ...]) -> Any:
    return np.select(list(conditions), list(choices[:-1]), choices[-1])


def _selected(g: Any, _ans: Any, *_choices: Any, conditions: tuple[Any, ...]) -> list[Any]:
    parts = []
    left: Any = True
    for condition in conditions:
        parts.append(np.where(left & condition, g, 0.0))
        left = left & ~condition
    return [*parts, np.where(left, g, 0.0)]


_select.__name__ = "select"
_select_primitive = linear(
    _select, joint=_selected, math="dy = dcₖ with k the first condition that holds;  c̄ₖ = ȳ there, 0 elsewhere"
)


@implements(np.select)
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """At each place the choice that belongs to the first condition that holds there; `default` where none does.

    Raises:
        ValueError: there are not as many choices as conditions, or none.
        TypeError: a condition is not boolean.
    """
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(
            f"select: {len(condlist)} conditions and {len(choicelist)} choices; each condition has a choice"
        )
    conditions = tuple(own_array(as_index(condition)) for condition in condlist)
    for i, condition in enumerate(conditions):
        if condition.dtype != bool:
            raise TypeError(f"select: condition {i} must be boolean, not {condition.dtype}; write it as a comparison")
    return _select_primitive(*_arrays([*choicelist, default]), conditions=conditions)


def _arrays(choices: Any) -> list[Any]:
    """Choices as arrays; plain numbers take the dtype that the others have together."""
    found = list(choices)
    arrays = [choice if hasattr(choice, "dtype") else np.asarray(choice) for choice in found]
    plain = [array_of(c) for c in found]
    dtype = np.result_type(*(c if isinstance(c, (int, float, complex)) else plain_array(c) for c in plain))
    return [
        array.astype(dtype) if isinstance(choice, (int, float, complex)) else array
        for choice, array in zip(found, arrays, strict=True)
    ]


@implements(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """A function in pieces: where condition k holds, funclist[k] of those elements of x.

    Args:
        condlist: a boolean array, or a list of them.  Of several that hold the last one counts.
        funclist: functions of an array (called as f(x[condition], *args, **kw)), or numbers.  One more than there
            are conditions is for where none holds, which is else 0.

    >>> import numpy as np, autograd_lite as ag
    >>> x = ag.Tensor([-2.0, 3.0], requires_grad=True)
    >>> np.piecewise(x, [x < 0], [lambda t: t * t, 0.5])
    Tensor([4. , 0.5], dtype=float32, made_by=setitem)
    """
    conditions = _conditions(condlist, x.ndim)
    if len(funclist) == len(conditions) + 1:
        conditions.append(~functools.reduce(operator.or_, conditions))
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"piecewise: {len(conditions)} conditions take {len(conditions)} functions, or one more for where none of "
            f"them holds, and not {len(funclist)}"
        )
    out = np.zeros_like(x)
    for condition, function in zip(conditions, funclist, strict=True):
        value = function
        if isinstance(function, Callable):  # type: ignore[arg-type]
            picked = getitem(x, condition)
            if not picked.size:
                continue
            value = function(picked, *args, **kw)
        out = setitem(out, value, condition, x.shape)
    return out


def _conditions(condlist: Any, ndim: int) -> list[Any]:
    """The conditions one by one; a single one, for an array with axes, need not stand in a list."""
    given = as_index(condlist) if isinstance(condlist, Traced) else condlist
    single = np.isscalar(given) or (ndim > 0 and not isinstance(given[0], (list, np.ndarray, Traced)))
    return [own_array(as_index(condition), bool) for condition in ([given] if single else given)]
