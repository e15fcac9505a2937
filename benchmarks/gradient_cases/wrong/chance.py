"""The gradient, or the function, changes from call to call."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function, only

KIND = "non-determinism"

Change = Callable[[Any], Any]


def noisy(size: float) -> Change:
    """Noise drawn anew at each call."""
    rng = np.random.default_rng(1)
    return lambda v: v + (size * rng.normal(size=v.shape)).astype(v.dtype)


def dropped() -> Change:
    """A mask drawn anew at each call."""
    rng = np.random.default_rng(2)
    return lambda v: v * (rng.random(v.shape) < 0.5)


def sampled() -> Change:
    """Only one example, chosen at each call."""
    rng = np.random.default_rng(3)

    def change(v: Any) -> Any:
        out = np.zeros_like(v)
        i = rng.integers(len(v))
        out[i] = v[i] * len(v)
        return out

    return change


def accumulated() -> Change:
    """Added to what earlier calls left."""
    total: list[Any] = []

    def change(v: Any) -> Any:
        total.append(v)
        return np.sum(total, axis=0)

    return change


def decayed() -> Change:
    """Smaller at each call, as with a counter of steps."""
    steps = itertools.count(1)
    return lambda v: v * (0.9 ** next(steps))


def shuffled() -> Change:
    """In another order at each call."""
    rng = np.random.default_rng(4)
    return rng.permutation


def rounded() -> Change:
    """Rounded up or down by chance."""
    rng = np.random.default_rng(5)
    return lambda v: (np.floor(v * 64 + rng.random(v.shape)) / 64).astype(v.dtype)


def alternating() -> Change:
    """Right at every other call only."""
    sign = itertools.cycle([1, -1])
    return lambda v: v * next(sign)


def changing(function: Function, change: Change, what: str, which: int = 0, **options: Any) -> Case:
    """The gradient by one input changes from call to call."""
    return function.spoiled(what, only(which, change), kind=KIND, **options)


def unsteady(function: Function, change: Callable[[Any], Any], what: str, **options: Any) -> Case:
    """The function changes from call to call."""
    return function.wrong(what, function.vjp, kind=KIND, f=lambda *inputs: change(function.f(*inputs)), **options)


def drifting(rate: float) -> Change:
    """A running mean that moves at each call."""
    steps = itertools.count()
    return lambda answer: answer * (1 + rate * next(steps))


def random_scale() -> Change:
    rng = np.random.default_rng(6)
    return lambda answer: answer * rng.uniform(0.9, 1.1)


CASES = [
    changing(n.dropout, dropped(), "another mask in backward"),
    changing(n.NETWORKS["relu"], dropped(), "another mask in backward", 1),
    changing(n.attention, dropped(), "another mask for the values", 2),
    changing(l.linear_regression, sampled(), "of one example at a time", 3),
    changing(l.cross_entropy, sampled(), "of one example at a time"),
    changing(l.mse, noisy(0.01), "with noise"),
    changing(l.kl, noisy(1e-3), "with little noise", 1),
    changing(l.cosine, noisy(0.1), "with noise in float32", dtype=np.float32),
    changing(e.variance, noisy(1e-4), "with very little noise"),
    changing(l.gaussian, accumulated(), "added to earlier calls", 2),
    changing(n.layer_norm, accumulated(), "added to earlier calls", 1),
    changing(l.logistic_regression, accumulated(), "added to earlier calls, in float32", 1, dtype=np.float32),
    changing(m.quadratic, decayed(), "smaller at each call"),
    changing(n.NETWORKS["tanh"], decayed(), "smaller at each call", 3),
    changing(l.poisson, shuffled(), "in another order each time"),
    changing(m.cumsum, shuffled(), "in another order each time"),
    changing(e.norm, rounded(), "rounded by chance"),
    changing(n.rnn, rounded(), "rounded by chance", 2),
    changing(l.huber, alternating(), "right every other time"),
    changing(m.matmul, alternating(), "right every other time", 1),
    changing(e.abs2, noisy(0.05), "with noise in complex numbers"),
    unsteady(n.NETWORKS["sigmoid"], random_scale(), "the function draws a scale"),
    unsteady(l.entropy, random_scale(), "the function draws a scale"),
    unsteady(n.batch_norm, drifting(0.01), "the function keeps a running mean"),
    unsteady(l.mse, drifting(0.1), "the function counts its calls", dtype=np.float32),
    unsteady(e.logsumexp, noisy(1e-3), "the function adds noise"),
]  # fmt: skip
