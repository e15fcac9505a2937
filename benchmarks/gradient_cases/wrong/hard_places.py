"""Mistakes where it is hard to see: the places at which checkers reject right gradients must not be let off.

Close to kinks, at ties of three, near poles and the ends of domains, at extreme sizes, in flat and in steep parts.  Any
diagnosis will do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from ..case import Case, right
from ..right import landscapes, ties


def wrong(name: str, f: Any, vjp: Any, *inputs: Any, dtype: Any = None) -> Case:
    return right(name, f, vjp, *inputs, dtype=dtype)._replace(kind="")


def scalar(name: str, f: Any, slope: Any, x: Any, dtype: Any = None) -> Case:
    return landscapes.scalar(name, f, slope, x, dtype)._replace(kind="")


def stable(g: Any, x: Any) -> Any:
    return ties.sorted_by("stable")(g, x)


def middle(x: Any) -> Any:
    return np.sort(x)[1]


CASES: list[Case] = [
    # close to a kink
    wrong("clip at 1 + 1e-7, taken for inside", e.clip.f, lambda g, x: g * (abs(x) <= 1.001),
          np.array([1 + 1e-7, 0.5])),
    wrong("clip at 1 + 1e-3, taken for inside", e.clip.f, lambda g, x: g * (abs(x) <= 1.1), np.array([1 + 1e-3, 0.5])),
    scalar("hinge at 1e-8 from its margin, on the wrong side", lambda x: np.maximum(0, 1 - x),
           lambda x: -1.0 * (x < 1.001),
           [1 + 1e-8, 0.3]),
    scalar("hinge at 1e-8 from its margin, the mean slope", lambda x: np.maximum(0, 1 - x),
           lambda x: -np.where(abs(x - 1) < 1e-3, 0.5, x < 1), [1 + 1e-8, 0.3]),
    wrong("almost a tie, to the smaller one", np.max, lambda g, x: g * np.array([0.0, 1.0, 0.0]),
          np.array([1 + 1e-9, 1.0, 0.5])),
    scalar("two kinks that make none", lambda x: np.maximum(x, 0) - np.maximum(-x, 0), lambda x: 1.0 * (x != 0),
           [0.0, 1.0]),
    # ties of three
    wrong("sort of ties, twice", m.sort.f, lambda g, x: 2 * stable(g, x), ties.TIED),
    wrong("sort of ties, reversed", m.sort.f, lambda g, x: stable(g[::-1], x), ties.TIED),
    wrong("sort of ties, one forgotten", m.sort.f, lambda g, x: stable(g, x) * np.array([1, 1, 0, 1, 1]), ties.TIED),
    wrong("median of equals, to none", middle, lambda g, x: 0 * x, np.ones(3)),
    wrong("median of equals, to all", middle, lambda g, x: g * np.ones_like(x), np.ones(3)),
    wrong("absolute errors of an exact fit, of x only", lambda x, y: np.sum(abs(x - y)),
          lambda g, x, y: (g * np.ones_like(x), 0 * y), np.array([1.0, 2.0]), np.array([1.0, 2.0])),
    # near a pole, or the end of the domain
    scalar("1/(x - 1) close to 1, the sign", lambda x: 1 / (x - 1), lambda x: 1 / (x - 1) ** 2, [1 + 1e-6, 1 - 1e-5]),
    scalar("arcsine close to 1, by 1%", np.arcsin, lambda x: 1.01 / np.sqrt(1 - x * x), [1 - 1e-6, -0.999]),
    scalar("log of (1 - x) close to 1, by 1%", lambda x: np.log(1 - x), lambda x: -1.01 / (1 - x), [1 - 1e-8, 0.5]),
    # extreme sizes
    wrong("exp of 700, by 1e-3", np.exp, lambda g, x: 1.001 * g * np.exp(x), np.array([700.0, 690.0])),
    wrong("hypot of 1e200, exchanged", np.hypot, lambda g, x, y: (g * (y / np.hypot(x, y)), g * (x / np.hypot(x, y))),
          np.array([3e200]), np.array([4e200])),
    scalar("linear at the smallest numbers, 2 for 3", lambda x: 3 * x, lambda x: np.array([2.0, 3.0]), [5e-324, 1.0]),
    wrong("log of 1e-300, by 1%", np.log, lambda g, x: 1.01 * g / x, np.array([1e-300, 1e-200])),
    wrong("root of 1e-300, without the 2", np.sqrt, lambda g, x: g / np.sqrt(x), np.array([1e-300, 1e-200])),
    wrong("squares of sizes 1e-12 to 1e12, the smallest", lambda x: np.sum(x * x), lambda g,
          x: g * np.where(x < 1, x, 2 * x),
          np.array([1e-5, 1.0, 1e2])),
    wrong("variance about 100 in float32, by n - 1", e.variance.f, lambda g, x: 2 * g * (x - x.mean()) / (x.size - 1),
          100 + np.arange(8.0) / 4, dtype=np.float32),
    scalar("square in half precision, half of it", lambda x: x * x, lambda x: x,
           np.array([1.0, -2.5, 0.3], np.float16)),
    scalar("1e10 and a square, by 1e-4", lambda x: 1e10 * np.array([1, 0]) + x * x, lambda x: 2.0002 * x, [0.3, 1.0]),
    # flat, steep, oscillating
    wrong("two equal distributions, not 0", l.kl.f, lambda g, a, b: (1e-3 * np.ones_like(a), l.kl.vjp(g, a, b)[1]),
          np.array([[1.0, 2.0, 0.0]]), np.array([[2.0, 3.0, 1.0]])),
    scalar("saturated tanh, not 0", np.tanh, lambda x: np.array([1e-6, 0.0]), [20.0, -400.0]),
    scalar("steps, straight through", np.floor, np.ones_like, [0.4, 1.6]),
    scalar("sin 1000 x, without the 1000", lambda x: np.sin(1000 * x), lambda x: np.cos(1000 * x), [0.3, 1.0]),
    scalar("narrow bump, overlooked", lambda x: np.exp(-((1000 * x) ** 2)), np.zeros_like, [5e-4, 1e-3]),
    scalar("saturated sigmoid of a steep one, overlooked", lambda x: l.sigmoid(1000 * x), np.zeros_like,
           [0.001, -0.002]),
]  # fmt: skip
