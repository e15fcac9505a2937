"""Parameters and gradients as views of one array each, so that an update is a few passes over everything."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.peers.problems import MOMENTUM, Problem

BLOCK = 32_768
"""So many numbers are updated at a time: they stay in the cache."""


class Flat:
    """The parameters by name, their gradients, and the optimizer's step."""

    def __init__(self, problem: Problem) -> None:
        self.values, self.p = _views(problem.parameters)
        self.gradients, self.g = _views(problem.parameters)
        for name, value in problem.parameters.items():
            self.p[name][...] = value
        self.first, self.second, self.room = (np.zeros_like(self.values) for _ in range(3))
        self.rate, self.t = problem.rate, 0
        self.update = {"SGD": self._sgd, "momentum": self._momentum, "Adam": self._adam}[problem.optimizer or "SGD"]

    def _sgd(self) -> None:
        np.multiply(self.gradients, self.rate, out=self.room)
        np.subtract(self.values, self.room, out=self.values)

    def _momentum(self) -> None:
        np.multiply(self.first, MOMENTUM, out=self.first)
        np.add(self.first, self.gradients, out=self.first)
        np.multiply(self.first, self.rate, out=self.room)
        np.subtract(self.values, self.room, out=self.values)

    def _adam(self) -> None:
        self.t += 1
        root = math.sqrt(1 - 0.999**self.t)
        for start in range(0, self.values.size, BLOCK):
            at = slice(start, start + BLOCK)
            m, v, g, room = self.first[at], self.second[at], self.gradients[at], self.room[at]
            np.subtract(g, m, out=room)
            np.multiply(room, 0.1, out=room)
            np.add(m, room, out=m)
            np.multiply(g, g, out=room)
            np.multiply(room, 0.001, out=room)
            np.multiply(v, 0.999, out=v)
            np.add(v, room, out=v)
            np.sqrt(v, out=room)
            np.add(room, 1e-8 * root, out=room)
            np.divide(m, room, out=room)
            np.multiply(room, self.rate * root / (1 - 0.9**self.t), out=room)
            np.subtract(self.values[at], room, out=self.values[at])


def _views(like: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """One array for all, and its parts in the shapes of `like`; matrices, (out, in), lie transposed in memory, so that
    x W^T is a product of two plain arrays."""
    flat = np.zeros(sum(each.size for each in like.values()), np.float32)
    parts, at = {}, 0
    for name, each in like.items():
        part = flat[at : at + each.size]
        parts[name] = part.reshape(each.shape[::-1]).T if each.ndim == 2 else part.reshape(each.shape)
        at += each.size
    return flat, parts
