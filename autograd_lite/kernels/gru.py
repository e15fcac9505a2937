"""A layer of gated recurrent units over whole sequences, in one direction.

    gru(x, h, w_ih, w_hh, b_ih=None, b_hh=None, sizes=..., reverse=False, batch_first=False)

With x_t and h the input and the state before it, s the sigmoid, and a and b the products w_ih x_t + b_ih and
w_hh h + b_hh, each in three parts:

    r = s(a_r + b_r),  z = s(a_z + b_z),  n = tanh(a_n + r b_n)
    h <- (1 - z) n + z h

x are sequences, S elements with I features (see `sequences`), h (B, H), w_ih (3 H, I), w_hh (3 H, H), the biases
(3 H,).  The answer is (S + B, H): h after each element of x, then the last h of all sequences.

K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, EMNLP (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import sigmoid
from ..primitive import fused
from .scratch import scratch
from .sequences import Sizes, arranged, as_given, by_time, previous, product_gradients, rows_of, steps, walk


def reference(
    x: Any,
    h: Any,
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
    inputs = inputs if b_ih is None else inputs + b_ih
    y, (last,) = walk(lambda row, state: (step(row, state[0], w_hh, b_hh),), inputs, (h,), sizes, reverse, batch_first)
    return np.concatenate([y, last])


def step(inputs: Any, h: Any, w_hh: Any, b_hh: Any) -> Any:
    """The next h, out of w_ih x_t + b_ih."""
    states = np.matmul(h, w_hh.mT)
    states = states if b_hh is None else states + b_hh
    size = h.shape[-1]
    r = sigmoid(inputs[:, :size] + states[:, :size])
    z = sigmoid(inputs[:, size : 2 * size] + states[:, size : 2 * size])
    n = np.tanh(inputs[:, 2 * size :] + r * states[:, 2 * size :])
    return (1 - z) * n + z * h


def forward(
    x: Any,
    h: Any,
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
    gates = np.dot(inputs, w_ih.T)  # r, z and n, once all is done
    if b_ih is not None:
        gates += b_ih
    if b_hh is not None:
        gates[:, : 2 * size] += b_hh[: 2 * size]
    weight = w_hh.T.copy()
    gates[:, : 2 * size] *= 0.5  # s(a) = tanh(a / 2) / 2 + 1/2: one function for all gates
    weight[:, : 2 * size] *= 0.5
    inner = np.empty((rows, size), x.dtype)  # b_n
    answer = np.empty((rows + batch, size), x.dtype)
    h = h.copy()
    product, spare = scratch("product", (batch, 3 * size), x.dtype), scratch("squashed", (batch, size), x.dtype)
    for at in steps(sizes, reverse):
        n = at.stop - at.start
        both, new, states, work, b_n = gates[at, : 2 * size], gates[at, 2 * size :], product[:n], spare[:n], inner[at]
        np.dot(h[:n], weight, out=states)
        both += states[:, : 2 * size]
        np.tanh(both, out=both)
        both *= 0.5
        both += 0.5
        b_n[...] = states[:, 2 * size :]
        if b_hh is not None:
            b_n += b_hh[2 * size :]
        new += np.multiply(both[:, :size], b_n, out=work)
        np.tanh(new, out=new)
        state = h[:n]
        np.subtract(state, new, out=work)
        work *= both[:, size:]
        np.add(new, work, out=state)
        answer[at] = state
    answer[rows:] = h
    answer = arranged(answer, x, batch_first)
    return answer, (gates, inner, answer)


def backward(
    g: Any,
    residual: Any,
    needs: Sequence[Any],
    x: Any,
    h: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    sizes: Sizes,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, ...]:
    gates, inner, answer = residual
    inputs, given, size = by_time(x, batch_first), rows_of(g, x, batch_first), h.shape[1]
    rows = len(inputs)
    before = previous(rows_of(answer, x, batch_first), h, sizes, reverse)
    factors, of_n = _factors(gates, inner, before)
    z = gates[:, size : 2 * size]
    dh = g[rows:].copy()
    arrived = np.empty((rows, size), x.dtype)
    product = scratch("squashed", h.shape, x.dtype)
    for at in steps(sizes, not reverse):
        n = at.stop - at.start
        state, here, d = dh[:n], arrived[at], factors[at]
        np.add(state, given[at], out=here)
        d *= here[:, None]
        np.multiply(here, z[at], out=state)
        state += np.dot(d.reshape(n, 3 * size), w_hh, out=product[:n])
    dstates = factors.reshape(rows, 3 * size)
    dinputs = dstates.copy()
    np.multiply(arrived, of_n, out=dinputs[:, 2 * size :])
    biases = None if b_ih is None else (4, 5)
    dx, dw_ih, dw_hh, *dbiases = product_gradients(dinputs, dstates, needs, (0, 2, 3), biases, inputs, w_ih, before)
    return (as_given(dx, x, batch_first), dh, dw_ih, dw_hh, *dbiases)


def _factors(gates: Any, inner: Any, before: Any) -> tuple[Any, Any]:
    """What the cotangent of h is multiplied by, for all rows, to be that of b_r, b_z and b_n, and that of a_n."""
    rows, size = inner.shape
    r, z, n = (gates[:, k * size : (k + 1) * size] for k in range(3))
    factors = np.empty((rows, 3, size), gates.dtype)
    of_n = (1 - z) * (1 - n * n)
    np.multiply(of_n, r, out=factors[:, 2])
    np.multiply(factors[:, 2], inner * (1 - r), out=factors[:, 0])
    np.multiply((before - n) * z, 1 - z, out=factors[:, 1])
    return factors, of_n


reference.__name__ = "gru"
gru = fused(
    reference,
    forward=forward,
    backward=backward,
    math="u = U xₜ + b,  v = W hₜ₋₁ + c, each in three parts,  r = σ(u₁ + v₁),  z = σ(u₂ + v₂),  n = tanh(u₃ + r v₃),  "
    "yₜ = hₜ = (1 − z) n + z hₜ₋₁;  "
    "ū₃ = (1 − z) (1 − n²) h̄ₜ,  v̄₃ = r ū₃,  ū₁ = v̄₁ = r (1 − r) v₃ ū₃,  ū₂ = v̄₂ = z (1 − z) (hₜ₋₁ − n) h̄ₜ,  "
    "h̄ₜ₋₁ = ȳₜ₋₁ + z h̄ₜ + Wᵀ v̄,  x̄ₜ = Uᵀ ū,  Ū = Σ ū xₜᵀ,  W̄ = Σ v̄ hₜ₋₁ᵀ,  b̄ = Σ ū,  c̄ = Σ v̄",
)
