"""Connectionist temporal classification: -log of the probability of all alignments of a label sequence with an input.

    ctc(log_probs, states=States(targets, input_lengths, target_lengths, blank, steps), zero_infinity=False)
    log_probs (T, N, C), targets (N, S), lengths (N,)  ->  (N,)

An alignment is a sequence of classes, one per time step, that becomes the target when repetitions are merged and then
blanks taken out.  With l the target with blanks around each label (2S + 1 states), the forward variables are

    alpha_t(s) = log p_t(l_s) + log(e^alpha_t-1(s) + e^alpha_t-1(s-1) + e^alpha_t-1(s-2)),

the last of which only where l_s is neither blank nor l_s-2; before the first step it is 0 in the first state alone.
The probability is that of the last two states at the end.  With beta the same from the end, the gradient in log p_t(c)
is minus the sum of e^(alpha_t(s) + beta_t(s)) / probability over the states s of the class c.  Both recursions run over
all samples and states at once.  What cannot be is a large negative number and not -inf, so that no difference is NaN.

A. Graves, S. Fernandez, F. Gomez and J. Schmidhuber, Connectionist temporal classification, ICML (2006).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import stop_gradient
from ..primitive import fused

NEVER = -1e30
"""The logarithm of what cannot be: no sum over time steps brings it back, or overflows in float32."""


class States:
    """The states of each sample, and which way leads through them: all that is known without the log-probabilities."""

    def __init__(self, targets: Any, input_lengths: Any, target_lengths: Any, blank: int, steps: int) -> None:
        count, longest = targets.shape
        self.targets, self.blank = targets, blank
        self.rows = np.arange(count)
        self.classes = np.full((count, 2 * longest + 1), blank)
        self.classes[:, 1::2] = targets
        self.before = np.full((count, 2), NEVER)  # on both sides of the states there is nothing
        self.start = np.full(self.classes.shape, NEVER)
        self.start[:, 0] = 0
        self.skip = np.full(self.classes.shape, NEVER)  # what coming from two states before adds
        self.skip[:, 3::2][targets[:, 1:] != targets[:, :-1]] = 0
        self.last = 2 * target_lengths
        self.end = np.full(self.classes.shape, NEVER)
        self.end[self.rows, self.last] = 0
        self.end[self.rows, np.maximum(self.last - 1, 0)] = 0
        self.running = np.arange(steps)[:, None] < input_lengths  # (T, N)


def reference(log_probs: Any, *, states: States, zero_infinity: bool = False) -> Any:
    wide = np.promote_types(log_probs.dtype, np.float32)
    log_p = log_probs.astype(wide)
    skip, before, alpha = (x.astype(wide) for x in (states.skip, states.before, states.start))
    for t, running in enumerate(states.running):
        padded = np.concatenate((before, alpha), axis=1)
        moved = _log_sum((alpha, padded[:, 1:-1], padded[:, :-2] + skip))
        moved = moved + np.maximum(log_p[t][states.rows[:, None], states.classes], NEVER)
        alpha = np.where(running[:, None], moved, alpha)
    loss = -_log_sum(tuple(np.moveaxis(alpha + states.end.astype(wide), -1, 0)))
    return (loss * _finite_or(stop_gradient(loss), 0 if zero_infinity else np.inf, wide)).astype(log_probs.dtype)


def _log_sum(terms: Any) -> Any:
    """log of the sum of exp of the terms, in NumPy syntax."""
    top = stop_gradient(terms[0])
    for term in terms[1:]:
        top = np.maximum(top, stop_gradient(term))
    total = np.exp(terms[0] - top)
    for term in terms[1:]:
        total = total + np.exp(term - top)
    return np.log(total) + top


def _finite_or(loss: Any, otherwise: float, dtype: Any) -> Any:
    """1 for samples that have an alignment, `otherwise` for the others."""
    return np.where(loss > -0.1 * NEVER, otherwise, 1.0).astype(dtype)


def forward(log_probs: Any, *, states: States, zero_infinity: bool = False) -> tuple[Any, Any]:
    emitted, wide = _emitted(log_probs, states)
    steps, count, length = emitted.shape
    skip = states.skip.astype(wide)
    alpha = np.full((steps + 1, count, length + 2), NEVER, wide)  # two columns more, so that neighbours are views
    alpha[0, :, 2] = 0
    total, term, top = np.empty((3, count, length), wide)
    always = states.running.all(axis=1)
    for t in range(steps):
        before, after = alpha[t], alpha[t + 1, :, 2:]
        _advance(before[:, 2:], before[:, 1:-1], np.add(before[:, :-2], skip, out=after), total, term, top)
        np.add(total, emitted[t], out=after)
        if not always[t]:
            np.copyto(after, before[:, 2:], where=~states.running[t][:, None])
    ends = alpha[steps, :, 2:] + states.end.astype(wide)
    top = np.maximum.reduce(ends, axis=1, keepdims=True)
    loss = -(np.log(np.add.reduce(np.exp(ends - top), axis=1)) + top[:, 0])
    answer = loss * _finite_or(loss, 0 if zero_infinity else np.inf, wide)
    return answer.astype(log_probs.dtype, copy=False), (alpha, loss)


def _emitted(log_probs: Any, states: States) -> tuple[Any, Any]:
    """log p_t(l_s) as (T, N, 2S + 1), and the dtype to compute in, at least float32."""
    wide = np.promote_types(log_probs.dtype, np.float32)
    emitted = log_probs[:, states.rows[:, None], states.classes].astype(wide, copy=False)
    return np.maximum(emitted, NEVER, out=emitted), wide


def _advance(a: Any, b: Any, c: Any, total: Any, term: Any, top: Any) -> None:
    """The logarithm of e^a + e^b + e^c into total; `term` and `top` are room."""
    np.maximum(a, b, out=top)
    np.maximum(top, c, out=top)
    np.subtract(a, top, out=total)
    np.exp(total, out=total)
    for each in (b, c):
        np.subtract(each, top, out=term)
        np.exp(term, out=term)
        np.add(total, term, out=total)
    np.log(total, out=total)
    np.add(total, top, out=total)


def backward(
    g: Any, residual: Any, _needs: Sequence[Any], log_probs: Any, *, states: States, zero_infinity: bool = False
) -> tuple[Any]:
    alpha, loss = residual
    emitted, wide = _emitted(log_probs, states)
    steps, count, length = emitted.shape
    skip = np.full((count, length), NEVER, wide)
    skip[:, :-2] = states.skip[:, 2:]
    beta = np.full((count, length + 2), NEVER, wide)
    beta[:, :-2] = states.end
    ahead = np.full((count, length + 2), NEVER, wide)  # beta, with the step that leads there
    total, term, top, far = np.empty((4, count, length), wide)
    always = states.running.all(axis=1)
    share = alpha[1:, :, 2:] + loss[:, None]
    for t in range(steps - 1, -1, -1):
        share[t] += beta[:, :-2]
        np.add(beta[:, :-2], emitted[t], out=ahead[:, :-2])
        _advance(ahead[:, :-2], ahead[:, 1:-1], np.add(ahead[:, 2:], skip, out=far), total, term, top)
        np.copyto(beta[:, :-2], total, where=True if always[t] else states.running[t][:, None])
    np.exp(share, out=share)
    scale = -g * _finite_or(loss, 0 if zero_infinity else np.nan, wide)
    share *= states.running[:, :, None] * scale[:, None]
    dx = np.zeros(log_probs.shape, wide)
    dx[:, :, states.blank] = np.add.reduce(share[:, :, ::2], axis=2)
    for s in range(states.targets.shape[1]):
        dx[:, states.rows, states.targets[:, s]] += share[:, :, 2 * s + 1]
    return (dx.astype(log_probs.dtype, copy=False),)


reference.__name__ = "ctc"
ctc = fused(
    reference,
    forward=forward,
    backward=backward,
    math="x = log p,  L = −log Σₐ Πₜ pₜ(aₜ) over the alignments of the target;  "
    "x̄ₜ(k) = −L̄ times the probability of aₜ = k",
)
