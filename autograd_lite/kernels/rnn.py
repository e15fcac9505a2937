"""A plain recurrent layer over whole sequences, in one direction.

    rnn(x, h, w_ih, w_hh, b_ih=None, b_hh=None, sizes=..., reverse=False, batch_first=False, nonlinearity="tanh")

    h <- f(w_ih x_t + b_ih + w_hh h + b_hh)        with f the tanh or the ReLU

x are sequences, S elements with I features (see `sequences`), h (B, H), w_ih (H, I), w_hh (H, H), the biases (H,).  The
answer is (S + B, H): h after each element of x, then the last h of all sequences.

J. L. Elman, Finding Structure in Time, Cognitive Science 14 (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import relu
from ..primitive import fused
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
    nonlinearity: str = "tanh",
) -> Any:
    squash = np.tanh if nonlinearity == "tanh" else relu
    inputs = np.matmul(x, w_ih.mT)
    for bias in (b_ih, b_hh):
        inputs = inputs if bias is None else inputs + bias
    y, (last,) = walk(
        lambda row, state: (squash(row + np.matmul(state[0], w_hh.mT)),), inputs, (h,), sizes, reverse, batch_first
    )
    return np.concatenate([y, last])


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
    nonlinearity: str = "tanh",
) -> tuple[Any, Any]:
    inputs, batch = by_time(x, batch_first), len(h)
    rows = len(inputs)
    answer = np.empty((rows + batch, h.shape[1]), x.dtype)
    y = answer[:rows]
    np.dot(inputs, w_ih.T, out=y)
    for bias in (b_ih, b_hh):
        if bias is not None:
            y += bias
    weight, state = w_hh.T.copy(), h.copy()
    for at in steps(sizes, reverse):
        n, now = at.stop - at.start, y[at]
        now += np.dot(state[:n], weight)
        if nonlinearity == "tanh":
            np.tanh(now, out=now)
        else:
            np.maximum(now, 0, out=now)
        state[:n] = now
    answer[rows:] = state
    answer = arranged(answer, x, batch_first)
    return answer, answer


def backward(
    g: Any,
    answer: Any,
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
    nonlinearity: str = "tanh",
) -> tuple[Any, ...]:
    inputs, given, y = by_time(x, batch_first), rows_of(g, x, batch_first), rows_of(answer, x, batch_first)
    d = 1 - y * y if nonlinearity == "tanh" else (y != 0).astype(y.dtype)  # NaN passes, as in `relu`
    dh = g[len(inputs) :].copy()
    for at in steps(sizes, not reverse):
        n = at.stop - at.start
        state, here = dh[:n], d[at]
        state += given[at]
        here *= state
        np.dot(here, w_hh, out=state)
    biases = None if b_ih is None else (4, 5)
    before = previous(y, h, sizes, reverse)
    dx, dw_ih, dw_hh, *dbiases = product_gradients(d, d, needs, (0, 2, 3), biases, inputs, w_ih, before)
    return (as_given(dx, x, batch_first), dh, dw_ih, dw_hh, *dbiases)


reference.__name__ = "rnn"
rnn = fused(
    reference,
    forward=forward,
    backward=backward,
    math="aₜ = U xₜ + W hₜ₋₁ + b,  yₜ = hₜ = f(aₜ);  h̄ₜ = ȳₜ + Wᵀ āₜ₊₁,  āₜ = f′(aₜ) h̄ₜ,  "
    "x̄ₜ = Uᵀ āₜ,  Ū = Σ āₜ xₜᵀ,  W̄ = Σ āₜ hₜ₋₁ᵀ,  b̄ = Σ āₜ",
)
