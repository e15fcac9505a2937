"""Solvers inside of `vmap`: the problems of all examples are one large problem, of parts that do not meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..batching import Batched, enter, leave
from ..batching.rules.parts import spread_out
from ..tensor import Tensor


def solved_together(
    solve: Callable[[Callable[..., Any], Any], Any],
    f: Callable[..., Any],
    x0: Any,
    *others: Any,
    summed: bool = False,
    ahead: int = 0,
) -> Any:
    """`solve(f, x0)`, which takes ndarrays to start from, of batches too.

    f is called as `f(*others, x)`, with a Tensor x.  `summed` says that it gives a number, and that the numbers of all
    examples are to be added up; `ahead` is how many axes the solution has before those of x0.
    """
    value = f(*others, Tensor(x0))
    batches = [x for x in (x0, value._data if isinstance(value, Tensor) else value) if isinstance(x, Batched)]
    if not batches:
        return solve(f, x0)
    newest = max(batches, key=lambda x: x.level)
    level, n = newest.level, int(newest.physical.shape[0])

    def of_all(*args: Any) -> Any:
        *rest, x = args
        values = leave(f(*rest, enter(x, level)), level, n)
        return values.sum() if summed else values

    found = solved_together(solve, of_all, spread_out(x0, level, n), *others, summed=summed, ahead=ahead)
    return Batched(np.moveaxis(found, ahead, 0), level)
