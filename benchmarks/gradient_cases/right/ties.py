"""Equal elements where a function chooses: the gradient may go to any of them, or be shared."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import matrices as m
from .. import networks as n
from ..case import Case, right

ROWS = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.5, -1.0, 0.0]])
WINDOWS = np.array([[1.0, 1.0, 2.0, 0.5], [0.0, 0.0, -1.0, -1.0]])
TIED = np.array([2.0, -1.0, 2.0, 0.5, 2.0])


def shared(g: Any, x: Any) -> Any:
    best = x == x.max(-1, keepdims=True)
    return g[:, None] * best / best.sum(-1, keepdims=True)


def to_first(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[np.arange(len(x)), x.argmax(-1)] = g
    return out


def to_last(g: Any, x: Any) -> Any:
    return to_first(g, x[:, ::-1])[:, ::-1]


def pooled(give: Any) -> Any:
    def vjp(g: Any, x: Any) -> Any:
        windows = n.pairs(x).reshape(-1, 2)
        return give(g.ravel(), windows).reshape(x.shape)

    return vjp


def sorted_by(kind: Any, order: int = 1) -> Any:
    def vjp(g: Any, x: Any) -> Any:
        out = np.empty_like(x)
        out[np.argsort(x[::order], kind=kind)] = g
        return out[::order]

    return vjp


def larger(share: float) -> Any:
    """Of max(x, y), with a share of a tie for x."""

    def vjp(g: Any, x: Any, y: Any) -> Any:
        part = np.where(x > y, 1, np.where(x < y, 0, share))
        return g * part, g * (1 - part)

    return vjp


def median(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[np.argsort(x, kind="stable")[len(x) // 2]] = g
    return out


def spread(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[x.argmax()] += g
    out[x.argmin()] -= g
    return out


def top_two(g: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    out[np.argsort(-x, kind="stable")[:2]] = g
    return out


def farthest(g: Any, a: Any, points: Any) -> Any:
    i = np.argmax(np.sum((points - a) ** 2, axis=1))
    out = np.zeros_like(points)
    out[i] = 2 * g * (points[i] - a)
    return -out[i], out


def largest(give: Any) -> Any:
    """Of the largest of all."""
    return lambda g, x: give(np.array([g]), x[None])[0]


PAIR = np.array([1.0, 2.0, -1.0]), np.array([1.0, 0.0, -1.0])

CASES: list[Case] = [
    right("max of rows: shared", m.row_max.f, shared, ROWS),
    right("max of rows: to the first", m.row_max.f, to_first, ROWS),
    right("max of rows: to the last", m.row_max.f, to_last, ROWS),
    right("max of rows: shared", m.row_max.f, shared, ROWS, dtype=np.float32),
    right("max of all: shared", np.max, largest(shared), TIED),
    right("max of all: to the first", np.max, largest(to_first), TIED),
    right("max of zeros: shared", np.max, largest(shared), np.zeros(4)),
    right("min of all: to the first", np.min, lambda g, x: largest(to_first)(g, -x), -TIED),
    right("max-pooling: shared", lambda x: np.max(n.pairs(x), axis=-1), pooled(shared), WINDOWS),
    right("max-pooling: to the first", lambda x: np.max(n.pairs(x), axis=-1), pooled(to_first), WINDOWS),
    right("max-pooling: to the first", lambda x: np.max(n.pairs(x), axis=-1), pooled(to_first), WINDOWS,
          dtype=np.float32),
    right("larger of two: shared", lambda x, y: np.sum(np.maximum(x, y)), larger(0.5), *PAIR),
    right("larger of two: to x", lambda x, y: np.sum(np.maximum(x, y)), larger(1.0), *PAIR),
    right("larger of two: to y", lambda x, y: np.sum(np.maximum(x, y)), larger(0.0), *PAIR),
    right("larger of two, elementwise: to x", np.maximum, larger(1.0), *PAIR),
    right("larger of two: to x", lambda x, y: np.sum(np.maximum(x, y)), larger(1.0), *PAIR, dtype=np.float32),
    right("smaller of two: to y", lambda x, y: np.sum(np.minimum(x, y)), lambda g, x, y: larger(0.0)(g, -x, -y), *PAIR),
    right("sort, stable", m.sort.f, sorted_by("stable"), TIED),
    right("sort, ties from the back", m.sort.f, sorted_by("stable", -1), TIED),
    right("weighted order statistics", lambda x: np.sum(np.sort(x) * np.arange(5)),
          lambda g, x: sorted_by("stable")(g * np.arange(5), x), TIED),
    right("median", lambda x: np.sort(x)[len(x) // 2], median, TIED),
    right("median of equals", lambda x: np.sort(x)[len(x) // 2], median, np.ones(3)),
    right("spread", lambda x: np.max(x) - np.min(x), spread, np.array([1.0, 3.0, 3.0, 1.0, 2.0])),
    right("sum of the two largest", lambda x: np.sum(np.sort(x)[-2:]), top_two, TIED),
    right("distance of the farthest", lambda a, p: np.max(np.sum((p - a) ** 2, axis=1)), farthest, np.zeros(2),
          np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])),
    right("largest norm", lambda x: np.max(abs(x)), lambda g, x: np.sign(x) * largest(shared)(g, abs(x)),
          np.array([1.0, -1.0, 0.5])),
    right("almost a tie", np.max, largest(to_first), np.array([1.0 + 1e-9, 1.0, 0.5])),
    right("almost a tie of two", lambda x, y: np.sum(np.maximum(x, y)), larger(0.5), np.array([1.0, 2.0]),
          np.array([1 + 1e-10, 2 - 1e-10])),
]  # fmt: skip
