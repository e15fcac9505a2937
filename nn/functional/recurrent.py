"""One layer of a recurrent network, in one direction over whole sequences, or one step of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels import lstm as _lstm_kernel
from autograd_lite.kernels.gru import gru as _gru
from autograd_lite.kernels.rnn import rnn as _rnn
from autograd_lite.kernels.sequences import walk

from .arguments import array, raw, require_floating

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn", "rnn_relu_cell", "rnn_tanh_cell"]


def lstm(
    input: Any,
    hx: tuple[Any, Any],
    weight_ih: Any,
    weight_hh: Any,
    bias_ih: Any = None,
    bias_hh: Any = None,
    weight_hr: Any = None,
    *,
    batch_sizes: Sequence[int] | None = None,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, tuple[Any, Any]]:
    """i, f, g, o = s, s, tanh, s of w_ih x_t + b_ih + w_hh h + b_hh;  c <- f c + i g;  h <- o tanh(c).

    Args:
        input: x (T, B, I), or with `batch_first` (B, T, I); or rows (S, I) with `batch_sizes`, as a `PackedSequence`
            has them.
        hx: h (B, H) and c (B, H) before the first step.
        weight_ih: (4 H, I), the parts for i, f, g, o one below the other.
        weight_hh: (4 H, H).
        bias_ih: (4 H,), or None.
        bias_hh: (4 H,), or None.
        weight_hr: (P, H), or None: h <- w_hr (o tanh(c)), and h and w_hh have P in the place of their H.
        batch_sizes: how many sequences have an element at each time step, falling.
        reverse: from the last step to the first.
        batch_first: whether the batch is the first axis of x, and of the answer.

    Returns:
        h after each step, (T, B, H), (B, T, H) or (S, H), and the last (h, c).

    S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997).
    """
    x, sizes = _sequences("lstm", input, batch_sizes, batch_first)
    h, c = (array(state) for state in hx)
    args = tuple(a for a in (x, h, c, weight_ih, weight_hh, bias_ih, bias_hh) if a is not None)
    _check("lstm", x, sizes, h, (weight_ih, weight_hh, bias_ih, bias_hh), 4)
    if c.shape != (len(h), weight_hh.shape[0] // 4):
        raise ValueError(f"lstm: c must have the shape {(len(h), weight_hh.shape[0] // 4)}, not {c.shape}")
    if weight_hr is not None:
        weights = (weight_ih, weight_hh, bias_ih, bias_hh, weight_hr)
        y, (h, c) = _projected(x, h, c, *weights, sizes, reverse, batch_first)
        return _like(x, y), (h, c)
    kwargs = {"sizes": sizes, "reverse": reverse, "batch_first": batch_first}
    answer = apply_fused(_lstm_kernel.lstm, args, tuple(map(raw, args)), kwargs)
    count, batch = sum(sizes), len(h)
    return _like(x, answer[:count]), (answer[count : count + batch], answer[count + batch :])


def gru(
    input: Any,
    hx: Any,
    weight_ih: Any,
    weight_hh: Any,
    bias_ih: Any = None,
    bias_hh: Any = None,
    *,
    batch_sizes: Sequence[int] | None = None,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, Any]:
    """r, z = s of a + b;  n = tanh(a_n + r b_n);  h <- (1 - z) n + z h,  with a = w_ih x_t + b_ih, b = w_hh h + b_hh.

    Args and returns are those of `lstm`, with h alone in the place of (h, c) and 3 H in the place of 4 H.

    K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, EMNLP (2014).
    """
    options = {"reverse": reverse, "batch_first": batch_first}
    return _plain("gru", _gru, 3, input, hx, (weight_ih, weight_hh, bias_ih, bias_hh), batch_sizes, options)


def rnn(
    input: Any,
    hx: Any,
    weight_ih: Any,
    weight_hh: Any,
    bias_ih: Any = None,
    bias_hh: Any = None,
    nonlinearity: str = "tanh",
    *,
    batch_sizes: Sequence[int] | None = None,
    reverse: bool = False,
    batch_first: bool = False,
) -> tuple[Any, Any]:
    """h <- f(w_ih x_t + b_ih + w_hh h + b_hh), with f the `nonlinearity`, "tanh" or "relu".

    Args and returns are those of `lstm`, with h alone in the place of (h, c) and H in the place of 4 H.

    J. L. Elman, Finding Structure in Time, Cognitive Science 14 (1990).
    """
    weights = (weight_ih, weight_hh, bias_ih, bias_hh)
    options = {"reverse": reverse, "batch_first": batch_first, "nonlinearity": nonlinearity}
    return _plain("rnn", _rnn, 1, input, hx, weights, batch_sizes, options)


def lstm_cell(
    input: Any, hx: tuple[Any, Any], w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> tuple[Any, Any]:
    """One step of `lstm`: x (B, I), h and c (B, H) to the next h and c."""
    x = array(input)
    _, state = lstm(x, hx, w_ih, w_hh, b_ih, b_hh, batch_sizes=(len(x),))
    return state


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of `gru`: x (B, I), h (B, H) to the next h."""
    x = array(input)
    return gru(x, hx, w_ih, w_hh, b_ih, b_hh, batch_sizes=(len(x),))[1]


def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of `rnn`: x (B, I), h (B, H) to the next h."""
    x = array(input)
    return rnn(x, hx, w_ih, w_hh, b_ih, b_hh, batch_sizes=(len(x),))[1]


def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of `rnn` with the ReLU: x (B, I), h (B, H) to the next h."""
    x = array(input)
    return rnn(x, hx, w_ih, w_hh, b_ih, b_hh, "relu", batch_sizes=(len(x),))[1]


def _plain(
    name: str,
    kernel: Any,
    parts: int,
    input: Any,
    hx: Any,
    weights: tuple[Any, ...],
    batch_sizes: Any,
    options: dict[str, Any],
) -> tuple[Any, Any]:
    """A layer whose state is h alone."""
    x, sizes = _sequences(name, input, batch_sizes, options["batch_first"])
    h = array(hx)
    _check(name, x, sizes, h, weights, parts)
    args = tuple(a for a in (x, h, *weights) if a is not None)
    answer: Tensor = apply_fused(kernel, args, tuple(map(raw, args)), {"sizes": sizes, **options})
    count = sum(sizes)
    return _like(x, answer[:count]), answer[count:]


def _projected(
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    w_hr: Any,
    sizes: tuple[int, ...],
    reverse: bool,
    batch_first: bool,
) -> tuple[Any, Any]:
    """The layer with a projection of h, recorded step by step."""

    def step(row: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
        wide, cell = _lstm_kernel.step(row, *state, w_hh)
        return np.matmul(wide, w_hr.mT), cell

    inputs = np.matmul(x, w_ih.mT)
    for bias in (b_ih, b_hh):
        inputs = inputs if bias is None else inputs + bias
    return walk(step, inputs, (h, c), sizes, reverse, batch_first)


def _sequences(name: str, input: Any, batch_sizes: Any, batch_first: bool) -> tuple[Any, tuple[int, ...]]:
    """x for the kernels, and how many elements there are for each time step."""
    x = array(input)
    require_floating(name, x)
    if batch_sizes is not None:
        sizes = tuple(int(n) for n in batch_sizes)
        if x.ndim != 2 or batch_first:
            raise ValueError(
                f"{name}: with batch_sizes x is rows, (S, features), time step by time step, and batch_first is "
                f"False; x is {describe(x)}, batch_first={batch_first}"
            )
        if not sizes or sum(sizes) != len(x) or sorted(sizes, reverse=True) != list(sizes):
            raise ValueError(
                f"{name}: batch_sizes must fall, and their sum must be the number of rows, {len(x)}; "
                f"batch_sizes={sizes}"
            )
        return x, sizes
    axes = "(B, T, features)" if batch_first else "(T, B, features)"
    if x.ndim != 3:
        raise ValueError(f"{name}: x is {axes}, or rows with batch_sizes=, not {describe(x)}")
    batch, steps = x.shape[:2] if batch_first else x.shape[1::-1]
    if not steps:
        raise ValueError(f"{name}: there must be at least one time step; x.shape={x.shape}")
    return x, (batch,) * steps


def _like(x: Any, rows: Any) -> Any:
    """Rows (S, H) with the axes that x has before its features."""
    return rows if x.ndim == 2 else rows.reshape(*x.shape[:2], rows.shape[1])


def _check(name: str, x: Any, sizes: tuple[int, ...], h: Any, weights: Sequence[Any], parts: int) -> None:
    w_ih, w_hh, b_ih, b_hh = weights
    if x.shape[-1] != w_ih.shape[1]:
        raise ValueError(
            f"{name}: x has {x.shape[-1]} features and w_ih is for {w_ih.shape[1]}; w_ih.shape={tuple(w_ih.shape)}"
        )
    if h.ndim != 2 or h.shape[1] != w_hh.shape[1]:
        raise ValueError(
            f"{name}: h is (B, {w_hh.shape[1]}) for w_hh of the shape {tuple(w_hh.shape)}, not {describe(h)}"
        )
    if len(h) != sizes[0]:
        raise ValueError(f"{name}: h has {len(h)} rows for {sizes[0]} sequences; h.shape={tuple(h.shape)}")
    if (b_ih is None) != (b_hh is None):
        raise ValueError(f"{name}: there must be both biases or none; give zeros for the other")
    if w_ih.shape[0] != w_hh.shape[0] or w_ih.shape[0] % parts:
        raise ValueError(
            f"{name}: w_ih and w_hh have {parts} parts one below the other, of the same sizes; "
            f"w_ih.shape={tuple(w_ih.shape)}, w_hh.shape={tuple(w_hh.shape)}"
        )
    for what, other in (("h", h), ("w_ih", w_ih)):
        if other.dtype != x.dtype:
            raise TypeError(
                f"{name}: x is {x.dtype} but {what} is {other.dtype}; convert the input, "
                f"x.astype(np.{other.dtype}), or make the layer with that dtype="
            )
