"""A layer of long short-term memory over whole sequences, in one direction.

    lstm(x, h, c, w_ih, w_hh, b_ih=None, b_hh=None, sizes=..., reverse=False)

With x_t, h and c the input and the states before it, and s the sigmoid:

    i, f, g, o = s, s, tanh, s  of the four parts of  w_ih x_t + b_ih + w_hh h + b_hh
    c <- f c + i g
    h <- o tanh(c)

x (S, I) are rows of sequences (see `sequences`), h and c (B, H), w_ih (4 H, I), w_hh (4 H, H), the biases (4 H,).  The
answer is (S + 2 B, H): h after each row, then the last h and the last c of all sequences.

All that does not wait for the step before is done for all steps at once: the products with the inputs, and in backward
the factors by which gradients are multiplied.  Kept for backward are the gates and the states.

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
from .sequences import Sizes, previous, product_gradients, steps, walk


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
) -> Any:
    inputs = np.matmul(x, w_ih.mT)
    for bias in (b_ih, b_hh):
        inputs = inputs if bias is None else inputs + bias
    y, (last, cell) = walk(lambda row, state: step(row, state[0], state[1], w_hh), inputs, (h, c), sizes, reverse)
    return np.concatenate([y, last, cell])


def step(inputs: Any, h: Any, c: Any, w_hh: Any) -> tuple[Any, Any]:
    """The next h and c, out of w_ih x_t and the biases."""
    z = inputs + np.matmul(h, w_hh.mT)
    size = c.shape[-1]
    i, f, g, o = (z[:, k * size : (k + 1) * size] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@lru_cache(maxsize=16)
def _as_tanh(size: int, dtype: Any) -> tuple[Any, Any]:
    """What makes all four gates one tanh, s(z) = tanh(z / 2) / 2 + 1/2: factors before and after, and what is added."""
    factor = np.full(4 * size, 0.5, dtype)
    factor[2 * size : 3 * size] = 1
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
) -> tuple[Any, Any]:
    rows, (batch, size) = len(x), h.shape
    factor, added = _as_tanh(size, x.dtype)
    z = np.dot(x, w_ih.T)
    if b_ih is not None:
        z += b_ih
    if b_hh is not None:
        z += b_hh
    z *= factor
    weight = np.multiply(w_hh.T, factor, order="C")
    answer = np.empty((rows + 2 * batch, size), x.dtype)
    cells = np.empty((rows, size), x.dtype)
    h, c = h.copy(), c.copy()
    product, squashed = scratch("product", (batch, 4 * size), x.dtype), scratch("squashed", (batch, size), x.dtype)
    for at in steps(sizes, reverse):
        n = at.stop - at.start
        gates, now, cell = z[at], answer[at], cells[at]
        gates += np.dot(h[:n], weight, out=product[:n])
        np.tanh(gates, out=gates)
        gates *= factor
        gates += added
        new = squashed[:n]
        np.multiply(gates[:, size : 2 * size], c[:n], out=cell)
        np.multiply(gates[:, :size], gates[:, 2 * size : 3 * size], out=new)
        cell += new
        np.tanh(cell, out=new)
        np.multiply(gates[:, 3 * size :], new, out=now)
        if n == batch:
            h, c = now, cell
        else:
            h, c = h if h.base is None else h.copy(), c if c.base is None else c.copy()
            h[:n], c[:n] = now, cell
    answer[rows : rows + batch] = h
    answer[rows + batch :] = c
    return answer, (z, cells, answer)


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
) -> tuple[Any, ...]:
    gates, cells, answer = residual
    rows, (batch, size) = len(x), h.shape
    factors, through, forget = _factors(gates, cells, previous(cells, c, sizes, reverse))
    dh, dc = g[rows : rows + batch].copy(), g[rows + batch :].copy()
    moved = scratch("squashed", (batch, size), x.dtype)
    for at in steps(sizes, not reverse):
        n = at.stop - at.start
        dz, dhn, dcn = factors[at], dh[:n], dc[:n]
        dhn += g[at]
        dcn += np.multiply(dhn, through[at], out=moved[:n])
        dz[:, :3] *= dcn[:, None]
        dz[:, 3] *= dhn
        dcn *= forget[at]
        np.dot(dz.reshape(n, 4 * size), w_hh, out=dhn)
    dz = factors.reshape(rows, 4 * size)
    biases = None if b_ih is None else (5, 6)
    found = product_gradients(dz, dz, needs, (0, 3, 4), biases, x, w_ih, previous(answer[:rows], h, sizes, reverse))
    dx, dw_ih, dw_hh, *dbiases = found
    return (dx, dh, dc, dw_ih, dw_hh, *dbiases)


def _factors(gates: Any, cells: Any, before: Any) -> tuple[Any, Any, Any]:
    """What cotangents are multiplied by, for all rows.

    The gates' arguments get (dc g i', dc c f', dc i g', dh tanh(c) o'), (S, 4, H); c gets dh o (1 - tanh(c)^2) of h,
    and dc f of the c after it.
    """
    rows, size = cells.shape
    i, f, g, o = (gates[:, k * size : (k + 1) * size] for k in range(4))
    factors = np.empty((rows, 4, size), gates.dtype)
    squashed = np.tanh(cells)
    slope = scratch("slope", (rows, size), gates.dtype)
    for k, (gate, other) in enumerate(((i, g), (f, before), (None, i), (o, squashed))):
        if gate is None:
            np.multiply(g, g, out=slope)
            np.subtract(1, slope, out=slope)
        else:
            np.subtract(1, gate, out=slope)
            slope *= gate
        np.multiply(slope, other, out=factors[:, k])
    squashed *= squashed
    np.subtract(1, squashed, out=squashed)
    squashed *= o
    return factors, squashed, f


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
