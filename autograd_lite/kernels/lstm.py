"""A layer of long short-term memory over whole sequences, in one direction.

    lstm(x, h, c, w_ih, w_hh, b_ih=None, b_hh=None, sizes=..., reverse=False, batch_first=False)

With x_t, h and c the input and the states before it, and s the sigmoid:

    i, f, g, o = s, s, tanh, s  of the four parts of  w_ih x_t + b_ih + w_hh h + b_hh
    c <- f c + i g
    h <- o tanh(c)

x are sequences, S elements with I features (see `sequences`), h and c (B, H), w_ih (4 H, I), w_hh (4 H, H), the biases
(4 H,).  The answer is (S + 2 B, H): h after each element of x, then the last h and the last c of all sequences.

All that does not wait for the step before is done for all steps at once: the products with the inputs, and in backward
the factors by which gradients are multiplied.  Kept for backward are the gates and the states; where all
sequences are equally long, the gates of a step lie together, (T, 4, B, H), else those of a row do, (S, 4, 1, H).

S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..ops import sigmoid
from ..primitive import fused
from .scratch import scratch
from .sequences import (
    Sizes,
    arranged,
    as_given,
    by_time,
    equally_long,
    previous,
    product_gradients,
    rows_of,
    steps,
    walk,
)


def reference(
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    sizes: Sizes,
    reverse: bool = False,
    batch_first: bool = False,
) -> Any:
    inputs = np.matmul(x, w_ih.mT)
    for bias in (b_ih, b_hh):
        inputs = inputs if bias is None else inputs + bias
    y, (last, cell) = walk(
        lambda row, state: step(row, state[0], state[1], w_hh), inputs, (h, c), sizes, reverse, batch_first
    )
    return np.concatenate([y, last, cell])


def step(inputs: Any, h: Any, c: Any, w_hh: Any) -> tuple[Any, Any]:
    """The next h and c, out of w_ih x_t and the biases."""
    z = inputs + np.matmul(h, w_hh.mT)
    size = c.shape[-1]
    i, f, g, o = (z[:, k * size : (k + 1) * size] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@lru_cache(maxsize=64)
def _as_tanh(batch: int, size: int, together: bool, dtype: Any) -> tuple[Any, Any]:
    """What makes all four gates one tanh, s(z) = tanh(z / 2) / 2 + 1/2: factors before and after, and what is added.

    For a whole batch, (4, B, H) or (B, 4 H): NumPy takes twice as long with one number for many.
    """
    factor = np.full((4, batch, size), 0.5, dtype)
    factor[2] = 1
    if not together:
        factor = factor.swapaxes(0, 1).reshape(batch, 4 * size)
    return factor, 1 - factor


def forward(
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    sizes: Sizes,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, Any]:
    inputs, (batch, size) = by_time(x, batch_first), h.shape
    rows = len(inputs)
    together = equally_long(sizes)
    factor, added = _as_tanh(batch, size, together, x.dtype)
    row = _as_tanh(1, size, True, x.dtype)[0]
    z = np.dot(inputs, w_ih.T, out=scratch("inputs", (rows, 4 * size), x.dtype))
    if b_ih is not None:
        z += b_ih + b_hh
    if together:
        gates = np.empty((len(sizes), 4, batch, size), x.dtype)
        np.multiply(z.reshape(len(sizes), batch, 4, size).swapaxes(1, 2), row, out=gates)
        weight = np.multiply(w_hh.reshape(4, size, size).mT, row, order="C")
    else:
        gates = np.multiply(z, row.reshape(-1)).reshape(rows, 4, 1, size)
        weight = np.multiply(w_hh.T, row.reshape(-1), order="C")
    answer = np.empty((rows + 2 * batch, size), x.dtype)
    cells = np.empty((rows, size), x.dtype)
    h, c = h.copy(), c.copy()
    product, new = scratch("product", factor.shape, x.dtype), scratch("squashed", (batch, size), x.dtype)
    for t, at in enumerate(steps(sizes, reverse)):
        n = at.stop - at.start
        if n != len(new):  # else nothing is cut: views take their time
            factor, added = _as_tanh(n, size, together, x.dtype)
            product, new = scratch("product", factor.shape, x.dtype), scratch("squashed", (n, size), x.dtype)
        before, c_before = (h, c) if n == batch else (h[:n], c[:n])
        now, cell = answer[at], cells[at]
        four = gates[-1 - t if reverse else t] if together else gates[at].reshape(n, 4 * size)
        four += np.matmul(before, weight, out=product)
        np.tanh(four, out=four)
        four *= factor
        four += added
        i, f, g, o = four if together else four.reshape(n, 4, size).swapaxes(0, 1)
        np.multiply(f, c_before, out=cell)
        np.multiply(i, g, out=new)
        cell += new
        np.tanh(cell, out=new)
        np.multiply(o, new, out=now)
        if n == batch:
            h, c = now, cell
        else:
            h, c = h if h.base is None else h.copy(), c if c.base is None else c.copy()
            h[:n], c[:n] = now, cell
    answer[rows : rows + batch] = h
    answer[rows + batch :] = c
    answer = arranged(answer, x, batch_first)
    return answer, (gates, cells, answer)


def backward(
    g: Any,
    residual: Any,
    needs: Sequence[Any],
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    sizes: Sizes,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, ...]:
    gates, cells, answer = residual
    inputs, arrived, (batch, size) = by_time(x, batch_first), rows_of(g, x, batch_first), h.shape
    rows, states = len(inputs), rows_of(answer, x, batch_first)
    factors, through = _factors(gates, cells, previous(cells, c, sizes, reverse), states)
    dh, dc = g[rows : rows + batch].copy(), g[rows + batch :].copy()
    together = equally_long(sizes)
    moved = scratch("squashed", (batch, size), x.dtype)
    for t, at in enumerate(steps(sizes, not reverse)):
        n = at.stop - at.start
        dz, dhn, dcn, room = (factors[at], dh, dc, moved) if n == batch else (factors[at], dh[:n], dc[:n], moved[:n])
        dhn += arrived[at]
        dcn += np.multiply(dhn, through[at], out=room)
        dz[:, :3] *= dcn[:, None]
        dz[:, 3] *= dhn
        dcn *= gates[t if reverse else -1 - t, 1] if together else gates[at, 1, 0]
        np.dot(dz.reshape(n, 4 * size), w_hh, out=dhn)
    dz = factors.reshape(rows, 4 * size)
    biases = None if b_ih is None else (5, 6)
    before = previous(states, h, sizes, reverse)
    dx, dw_ih, dw_hh, *dbiases = product_gradients(dz, dz, needs, (0, 3, 4), biases, inputs, w_ih, before)
    return (as_given(dx, x, batch_first), dh, dc, dw_ih, dw_hh, *dbiases)


def _factors(gates: Any, cells: Any, before: Any, h: Any) -> tuple[Any, Any]:
    """What cotangents are multiplied by, for all rows.

    The gates' arguments get (dc g i', dc c f', dc i g', dh tanh(c) o'), (S, 4, H), with c from before the row; c gets
    dh o (1 - tanh(c)^2) of h.
    """
    i, f, g, o = gates.swapaxes(0, 1)
    cells, before, h = (array.reshape(i.shape) for array in (cells, before, h))
    factors = np.empty((*i.shape[:2], 4, i.shape[2]), gates.dtype)
    one, other = (scratch(name, i.shape, gates.dtype) for name in ("slope", "slope 2"))
    np.multiply(i, g, out=one)
    np.subtract(1, i, out=other)
    np.multiply(one, other, out=factors[:, :, 0])  # i' g = i (1 - i) g
    one *= g
    np.subtract(i, one, out=factors[:, :, 2])  # i g' = i - i g^2
    np.subtract(1, f, out=one)
    one *= f
    np.multiply(one, before, out=factors[:, :, 1])
    np.subtract(1, o, out=one)
    np.multiply(one, h, out=factors[:, :, 3])  # o' tanh(c) = (1 - o) h
    through = np.tanh(cells)
    through *= h
    np.subtract(o, through, out=through)  # o (1 - tanh(c)^2) = o - h tanh(c)
    return factors.reshape(-1, 4, i.shape[2]), through.reshape(-1, i.shape[2])


reference.__name__ = "lstm"
lstm = fused(
    reference,
    forward=forward,
    backward=backward,
    math="aₜ = U xₜ + W hₜ₋₁ + b in four parts,  i, f, g, o = σ(a₁), σ(a₂), tanh(a₃), σ(a₄),  "
    "cₜ = f cₜ₋₁ + i g,  yₜ = hₜ = o tanh(cₜ);  "
    "h̄ₜ = ȳₜ + Wᵀ āₜ₊₁,  c̄ₜ = o (1 − tanh²(cₜ)) h̄ₜ + fₜ₊₁ c̄ₜ₊₁,  "
    "ā₁ = i (1 − i) g c̄ₜ,  ā₂ = f (1 − f) cₜ₋₁ c̄ₜ,  ā₃ = (1 − g²) i c̄ₜ,  ā₄ = o (1 − o) tanh(cₜ) h̄ₜ,  "
    "x̄ₜ = Uᵀ āₜ,  Ū = Σ āₜ xₜᵀ,  W̄ = Σ āₜ hₜ₋₁ᵀ,  b̄ = Σ āₜ",
)
