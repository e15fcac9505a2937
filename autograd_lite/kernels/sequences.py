"""Sequences in one array, and how a recurrent layer walks over them.

Sequences of one length are (T, B, features), or with `batch_first` (B, T, features).  Those of different lengths are
rows, (S, features), that stand as in PyTorch's packed sequences: those of the first time step for all sequences, then
those of the second for all that are that long, and so on; the longest sequence is the first.  Kernels work on rows in
this order whatever they are given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .constants import ones
from .room import room

Sizes = tuple[int, ...]


def equally_long(sizes: Sizes) -> bool:
    """Whether all sequences have an element at each time step."""
    return sizes[0] == sizes[-1]  # they fall


def by_time(x: Any, batch_first: bool) -> Any:
    """Rows (S, features) in the order of time, of sequences in any form."""
    if x.ndim == 2:
        return x
    return (x.swapaxes(0, 1) if batch_first else x).reshape(-1, x.shape[2])


def as_given(rows: Any, x: Any, batch_first: bool) -> Any:
    """The inverse: rows in the order of time in the form that `x` has, with features of their own."""
    if rows is None or x.ndim == 2:
        return rows
    if not batch_first:
        return rows.reshape(*x.shape[:2], rows.shape[1])
    return rows.reshape(x.shape[1], x.shape[0], rows.shape[1]).swapaxes(0, 1)


def rows_of(answer: Any, x: Any, batch_first: bool) -> Any:
    """The rows of an answer, or of its cotangent, in the order of time; below them stand the last states."""
    if x.ndim == 2 or not batch_first:
        return answer[: math.prod(x.shape[:-1])]
    batch, steps, _ = x.shape
    return by_time(answer[: batch * steps].reshape(batch, steps, answer.shape[1]), batch_first)


def arranged(answer: Any, x: Any, batch_first: bool) -> Any:
    """An answer whose rows are in the order of time, with its rows in the order of those of x."""
    if x.ndim == 2 or not batch_first:
        return answer
    batch, steps, _ = x.shape
    rows, size = batch * steps, answer.shape[1]
    found = np.empty_like(answer)
    found[:rows].reshape(batch, steps, size)[...] = answer[:rows].reshape(steps, batch, size).swapaxes(0, 1)
    found[rows:] = answer[rows:]
    return found


@lru_cache(maxsize=64)
def steps(sizes: Sizes, reverse: bool) -> tuple[slice, ...]:
    """The rows of each time step, in the order in which they are visited."""
    ends = np.cumsum(sizes).tolist()
    found = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return tuple(found[::-1] if reverse else found)


def previous(states: Any, first: Any, sizes: Sizes, reverse: bool) -> Any:
    """For each row the state before it: that of the step visited before, or the first one, (B, H).

    states  (S, H), after each row
    """
    before = np.empty_like(states)
    if equally_long(sizes):
        n = sizes[0]
        if reverse:
            before[len(states) - n :] = first
            before[: len(states) - n] = states[n:]
        else:
            before[:n] = first
            before[n:] = states[: len(states) - n]
        return before
    state = first.copy()
    for rows in steps(sizes, reverse):
        n = rows.stop - rows.start
        before[rows] = state[:n]
        state[:n] = states[rows]
    return before


def walk(
    step: Any, inputs: Any, state: tuple[Any, ...], sizes: Sizes, reverse: bool, batch_first: bool = False
) -> tuple[Any, tuple[Any, ...]]:
    """`state = step(inputs of a time step, state)` for one step after the other, on arrays and Tensors alike.

    `state` is a tuple of arrays (B, ...); where a sequence has ended, or not begun, its state stays what it is.  Gives
    the first parts of the states after all rows, (S, ...) in the order of the inputs' rows, and the last state.
    """
    after = []
    total = len(state[0])
    in_rows = inputs.ndim == 2
    for i, at in enumerate(steps(sizes, reverse)):
        n = at.stop - at.start
        t = len(sizes) - 1 - i if reverse else i
        now = inputs[at] if in_rows else inputs[:, t] if batch_first else inputs[t]
        new = step(now, tuple(part[:n] for part in state))
        after.append(new[0])
        state = (
            new if n == total else tuple(np.concatenate([part, old[n:]]) for part, old in zip(new, state, strict=True))
        )
    after = after[::-1] if reverse else after
    if in_rows or not batch_first:
        return np.concatenate(after), state
    return np.stack(after, axis=1).reshape(total * len(after), after[0].shape[-1]), state


def product_gradients(
    dinputs: Any,
    dstates: Any,
    needs: Sequence[Any],
    places: tuple[int, int, int],
    biases: tuple[int, int] | None,
    x: Any,
    w_ih: Any,
    before: Any,
) -> list[Any]:
    """The cotangents of x, w_ih, w_hh and the biases, b_ih and b_hh, out of those of their products, for all rows.

    Args:
        dinputs: of w_ih x + b_ih, (S, G H).
        dstates: of w_hh h + b_hh, (S, G H).
        needs: those of the kernel.
        places: where x, w_ih and w_hh are among its arguments.
        biases: where b_ih and b_hh are, or None.
        x: (S, I).
        w_ih: (G H, I).
        before: the states before each row, (S, H).
    """
    wanted = [needs[i] for i in places]
    dx = np.dot(dinputs, w_ih) if wanted[0] is not None else None
    dw_ih = np.dot(dinputs.T, x, out=room(wanted[1])) if wanted[1] is not None else None
    dw_hh = np.dot(dstates.T, before, out=room(wanted[2])) if wanted[2] is not None else None
    found = [dx, dw_ih, dw_hh]
    total = None
    for place, d in zip(biases or (), (dinputs, dstates), strict=False):
        if needs[place] is None:
            found.append(None)
        elif total is not None and dinputs is dstates:
            found.append(total.copy())
        else:
            total = np.dot(ones(len(d), d.dtype), d, out=room(needs[place]))
            found.append(total)
    return found
