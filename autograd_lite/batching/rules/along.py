"""Operations along axes: the axes are counted behind that of the batch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .looping import loop
from .parts import (
    Rule,
    ahead,
    batch_size,
    get,
    is_batched,
    mentions,
    named,
    ndim_of,
    only_first,
    put,
    side_by_side,
    spread_out,
)


def along(position: int, name: str = "axis", *, default: Any = None, none: str = "all") -> Rule:
    """The rule for a function of an array and axes, which are its argument `name`.

    `none` says what None stands for: "all" axes, or the elements in a "row".
    """

    def rule(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        where = kwargs.get("where", True)
        if is_batched(where, level) or (is_batched(args[0], level) and where is not True):
            args, kwargs = _masked(level, args, kwargs, where)
        if not only_first(level, args, kwargs):
            return loop(function, level, args, kwargs)
        x = args[0].physical
        ndim = len(x.shape) - 1
        axis = get(args, kwargs, position, name, default)
        if axis is None:
            if none == "row":
                x = np.reshape(x, (x.shape[0], -1)) if x.size else np.reshape(x, (x.shape[0], args[0].size))
                axis = 1
            else:
                axis = tuple(range(1, ndim + 1))
        elif ndim == 0:  # NumPy lets an array without axes have an axis 0 in reductions
            axis = ()
        else:
            axis = ahead(axis, ndim)
        args, kwargs = put([x, *args[1:]], kwargs, position, name, axis)
        return function(*args, **kwargs)

    return rule


def _masked(level: int, args: Any, kwargs: dict[str, Any], where: Any) -> Any:
    """The arguments of a reduction with a mask: both the array and the mask for each example."""
    n = batch_size(level, args[0], where)
    x = spread_out(args[0], level, n)
    mask = np.broadcast_to(spread_out(where, level, n, len(x.shape) - 1), x.shape)
    return [_Physical(x, level), *args[1:]], {**kwargs, "where": mask}


class _Physical:
    """What a rule asks of a batch."""

    def __init__(self, physical: Any, level: int) -> None:
        self.physical, self.level, self.shape = physical, level, physical.shape[1:]
        self.ndim = len(self.shape)
        self.size = math.prod(self.shape)


def ranked(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """Functions of rows and places in them, `f(x, ranks)` or `f(answer, x, ranks)`, along the last axis."""
    *arrays, ranks = args
    n = batch_size(level, *args)
    if is_batched(ranks, level) or ranks.ndim != 1:
        ranks = spread_out(ranks, level, n, max(map(ndim_of, [*arrays, ranks])))
    return function(*[spread_out(x, level, n) for x in arrays], ranks, **kwargs)


def shifted(*places: tuple[int, str, Any]) -> Rule:
    """The same for a function with several arguments that are axes: (position, name, default) of each."""

    def rule(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        if not only_first(level, args, kwargs):
            return loop(function, level, args, kwargs)
        ndim = args[0].ndim
        args = [args[0].physical, *args[1:]]
        for position, name, default in places:
            axis = ahead(get(args, kwargs, position, name, default), ndim)
            args, kwargs = put(args, kwargs, position, name, axis)
        return function(*args, **kwargs)

    return rule


def ordered(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """`permuted(x, order, axis)` and its inverse: an order may be that of one example, or of all."""
    x, order, axis = args
    x, order = side_by_side([x, order], level)
    shape = np.broadcast_shapes(x.shape, order.shape)
    return function(np.broadcast_to(x, shape), np.broadcast_to(order, shape), axis if axis < 0 else axis + 1, **kwargs)


RULES: dict[str, Rule] = {
    **named("sum mean max min prod var std nanmean nanvar nanstd nanmax nanmin sum_over", along(1)),
    **named("cumsum cumprod logcumsumexp sort partition gradient gradient_transposed", along(1)),
    **named("logsumexp softmax log_softmax", along(99)),
    **named("flip fftshift ifftshift", along(1, "axes")),
    "flip": along(1),
    **named("fftn ifftn rfftn irfftn", along(2, "axes")),
    "ihfft": along(2, default=-1),
    "norm": along(2),
    "diff": along(2),
    "diff_transposed": along(2),
    "delete": along(2, none="row"),
    "repeat": along(2, none="row"),
    "unwrap": along(2, default=-1),
    "split": along(2, default=0),
    "unstack": along(1, default=0),
    "sliding_window_view": along(2),
    "add_windows": along(2),
    "swapaxes": shifted((1, "axis1", 0), (2, "axis2", 1)),
    "diagonal": shifted((2, "axis1", 0), (3, "axis2", 1)),
    "rot90": shifted((2, "axes", (0, 1))),
    "permuted": ordered,
    "ranked": ranked,
    "permuted_back": ordered,
}


def _ties(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """`share_of_ties(answer, x, axis, initial, where)`, of an answer whose axes may have been dropped."""
    ans, x, axis, *rest = args
    if mentions([*rest, kwargs], level) or not is_batched(x, level):
        return loop(function, level, args, kwargs)
    ndim, n = x.ndim, x.physical.shape[0]
    axis = tuple(range(1, ndim + 1)) if axis is None else ahead(axis, ndim) if ndim else ()
    return function(spread_out(ans, level, n), x.physical, axis, *rest, **kwargs)


OF_NUMPY: dict[str, Rule] = {
    **named("any all count_nonzero", along(1)),
    **named("argmax argmin nanargmax nanargmin", along(1, none="row")),
    "share_of_ties": _ties,
    "_partition_order": ordered,
    "_places_of_ranks": ranked,
    "_order": along(1),
    "argsort": along(1, default=-1, none="row"),
    "argpartition": along(2, default=-1, none="row"),
}


def reduced(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """`ufunc.reduce` and `ufunc.accumulate`, whose axis is 0 if it is not given."""
    return along(1, default=0)(function, level, args, kwargs)
