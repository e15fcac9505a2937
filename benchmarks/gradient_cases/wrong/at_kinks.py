"""At kinks and ties much is right, but not everything: slopes outside of the one-sided ones, ties counted twice.

Any diagnosis will do but "not a bug".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import right
from ..right import kinks, ties


def wrong(name: str, f: Any, vjp: Any, *inputs: Any, dtype: Any = None) -> Any:
    return right(name, f, vjp, *inputs, dtype=dtype)._replace(kind="")


def to_both(g: Any, x: Any, y: Any) -> Any:
    return g * (x >= y), g * (y >= x)


def to_none(g: Any, x: Any, y: Any) -> Any:
    return g * (x > y), g * (y > x)


def to_all(g: Any, x: Any) -> Any:
    return g * (x == x.max())


def larger(x: Any, y: Any) -> Any:
    return np.sum(np.maximum(x, y))


CASES = [
    wrong("|x| at 0: 2", e.absolute.f, lambda g, x: g * np.where(x == 0, 2, np.sign(x)), kinks.ZEROS),
    wrong("|x| at 0: -1.1", e.absolute.f, lambda g, x: g * np.where(x == 0, -1.1, np.sign(x)), kinks.ZEROS),
    wrong("relu at 0: -1", kinks.relu, lambda g, x: g * np.where(x == 0, -1, x > 0), kinks.ZEROS),
    wrong("relu at 0: 1.5", kinks.relu, lambda g, x: g * np.where(x == 0, 1.5, x > 0), kinks.ZEROS, dtype=np.float32),
    wrong("relu with its mask the wrong way", kinks.relu, lambda g, x: g * (x <= 0), kinks.ZEROS),
    wrong("relu at 0, wrong elsewhere", kinks.relu, lambda g, x: g * (x >= 0) * 0.9, kinks.ZEROS),
    wrong("relu at 1e-9 taken for 0", kinks.relu, lambda g, x: g * (x > 1e-6), np.array([1e-9, -1e-9, 1.0])),
    wrong("leaky relu at 0: 2", kinks.leaky, lambda g, x: g * np.where(x == 0, 2, np.where(x > 0, 1, 0.01)),
          kinks.ZEROS),
    wrong("clip at its ends: 2", e.clip.f, lambda g, x: g * np.where(abs(x) == 1, 2, abs(x) < 1), kinks.ENDS),
    wrong("hinge at the margin, the wrong sign", l.hinge.f, lambda g, w, x, labels: (
        -kinks.margins(np.less_equal)(g, w, x, labels)[0], kinks.margins(np.less_equal)(g, w, x, labels)[1]),
        *kinks.MARGINS),
    wrong("norm at 0: 2", e.norm.f, lambda g, x: 2 * g * np.ones_like(x), np.zeros(3)),
    wrong("larger of two: to both", larger, to_both, *ties.PAIR),
    wrong("larger of two: to both", larger, to_both, *ties.PAIR, dtype=np.float32),
    wrong("larger of two: to none", larger, to_none, *ties.PAIR),
    wrong("max of all: to all", np.max, to_all, ties.TIED),
    wrong("max of zeros: to none", np.max, lambda g, x: np.zeros_like(x), np.zeros(4)),
    wrong("max-pooling: to both", lambda x: np.max(n.pairs(x), axis=-1), n.max_pool.vjp, ties.WINDOWS),
    wrong("max of rows: to all that are equal", m.row_max.f, m.row_max.vjp, ties.ROWS),
    wrong("sort: ties given to one twice", lambda x: np.sum(np.sort(x) * np.arange(3)),
          lambda g, x: g * np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.5])),
    wrong("spread: only of the largest", lambda x: np.max(x) - np.min(x),
          ties.largest(ties.to_first), np.array([1.0, 3.0, 3.0, 1.0, 2.0])),
    wrong("distance of the farthest: to all of them", lambda a, p: np.max(np.sum((p - a) ** 2, axis=1)),
          lambda g, a, p: (-2 * g * (p[:2] - a).sum(0), 2 * g * (p - a) * np.array([[1], [1], [0]])), np.zeros(2),
          np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])),
    wrong("squared positive part at 0: 1", lambda x: np.sum(np.maximum(x, 0) ** 2),
          lambda g, x: g * np.where(x == 0, 1, 2 * np.maximum(x, 0)), kinks.ZEROS),
    wrong("interpolation at knots: the sum of both slopes", e.interpolation.f, lambda g, x, values: (
        kinks.interpolation(-1)(g, x, values)[0] + kinks.interpolation(1)(g, x, values)[0],
        kinks.interpolation(1)(g, x, values)[1]), np.array([1.0, 3.0]), np.array([0.0, 1.0, 3.0, 3.5, 5.0])),
]  # fmt: skip
