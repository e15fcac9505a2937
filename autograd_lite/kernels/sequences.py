"""Sequences of different lengths in one array of rows, and how a recurrent layer walks over them.

Rows stand as in PyTorch's packed sequences: those of the first time step for all sequences, then those of the second
for all that are that long, and so on; the longest sequence is the first.  Sequences of one length are the case in which
all steps have the same number of rows: (T, B, features) with its first two axes laid in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .constants import ones
from .room import room

Sizes = tuple[int, ...]


def steps(sizes: Sizes, reverse: bool) -> Iterator[slice]:
    """The rows of each time step, in the order in which they are visited."""
    ends = np.cumsum(sizes).tolist()
    found = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return reversed(found) if reverse else iter(found)


def previous(states: Any, first: Any, sizes: Sizes, reverse: bool) -> Any:
    """For each row the state before it: that of the step visited before, or the first one, (B, H).

    states  (S, H), after each row
    """
    before = np.empty_like(states)
    if min(sizes) == max(sizes):
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


def walk(step: Any, rows: Any, state: tuple[Any, ...], sizes: Sizes, reverse: bool) -> tuple[Any, tuple[Any, ...]]:
    """`state = step(rows of a time step, state)` for one step after the other, on arrays and Tensors alike.

    `state` is a tuple of arrays (B, ...); where a sequence has ended, or not begun, its state stays what it is.  Gives
    the first parts of the states after all rows, (S, ...), and the last state.
    """
    after = []
    total = len(state[0])
    for at in steps(sizes, reverse):
        n = at.stop - at.start
        new = step(rows[at], tuple(part[:n] for part in state))
        after.append(new[0])
        state = (
            new if n == total else tuple(np.concatenate([part, old[n:]]) for part, old in zip(new, state, strict=True))
        )
    return np.concatenate(after[::-1] if reverse else after), state


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
