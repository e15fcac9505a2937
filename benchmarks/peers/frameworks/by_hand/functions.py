"""Derivatives of functions of one array, and the update alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.problems import CHAIN, Problem

from .flat import Flat


class ScalarChain:
    """y <- 1.001 y + 0.001, over and over: the gradient is a product of factors, one multiplication per operation."""

    def __init__(self, problem: Problem) -> None:
        self.x = np.float32(problem.parameters["x"])

    def step(self, i: int) -> float:
        factor, shift = np.float32(1.001), np.float32(0.001)
        y, g = self.x, np.float32(1)
        for _ in range(CHAIN // 2):
            y = y * factor
            y = y + shift
        for _ in range(CHAIN // 2):
            g = g * factor
        return float(g)

    def arrays(self) -> list[Any]:
        return [np.asarray(self.step(0), np.float32)]


class Elementwise:
    """The value of sum(tanh(x) sin(x) + exp(-x x)), and its gradient tanh'(x) sin(x) + tanh(x) cos(x) - 2 x exp(-x x),
    in blocks that stay in the cache."""

    BLOCK = 16_384

    def __init__(self, problem: Problem) -> None:
        self.x = problem.parameters["x"]
        self.g = np.empty_like(self.x)
        self.a, self.b, self.c = np.empty((3, self.BLOCK), np.float32)

    def step(self, i: int) -> float:
        total = 0.0
        for start in range(0, self.x.size, self.BLOCK):
            x, g = self.x[start : start + self.BLOCK], self.g[start : start + self.BLOCK]
            a, b, c = self.a[: x.size], self.b[: x.size], self.c[: x.size]
            np.tanh(x, out=a)
            np.sin(x, out=b)
            total += float(np.dot(a, b))
            np.cos(x, out=c)
            np.multiply(a, c, out=g)
            np.multiply(a, a, out=c)
            np.subtract(1.0, c, out=c)
            np.multiply(c, b, out=c)
            np.add(g, c, out=g)
            np.multiply(x, x, out=a)
            np.negative(a, out=a)
            np.exp(a, out=a)
            total += float(np.add.reduce(a))
            np.multiply(a, x, out=a)
            np.multiply(a, 2.0, out=a)
            np.subtract(g, a, out=g)
        assert np.isfinite(total)
        return float(self.g[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [self.g.copy()]


class SoftmaxLayerNorm:
    """The gradient of sum(y y) with y = softmax(z), z = layer norm(x), along the rows."""

    def __init__(self, problem: Problem) -> None:
        self.x = problem.parameters["x"]
        rows, self.width = self.x.shape
        self.z, self.y, self.room = np.empty((3, rows, self.width), np.float32)
        self.mean, self.rstd, self.total, self.inner, self.along = np.empty((5, rows, 1), np.float32)
        self.ones = np.ones(self.width, np.float32)

    def step(self, i: int) -> float:
        z, y, room, ones, n = self.z, self.y, self.room, self.ones, self.width
        np.dot(self.x, ones, out=self.mean[:, 0])
        np.divide(self.mean, n, out=self.mean)
        np.subtract(self.x, self.mean, out=z)
        np.vecdot(z, z, out=self.rstd[:, 0])
        np.divide(self.rstd, n, out=self.rstd)
        np.add(self.rstd, 1e-5, out=self.rstd)
        np.sqrt(self.rstd, out=self.rstd)
        np.divide(1.0, self.rstd, out=self.rstd)
        np.multiply(z, self.rstd, out=z)
        np.subtract(z, z.max(), out=y)
        np.exp(y, out=y)
        np.dot(y, ones, out=self.total[:, 0])
        np.divide(y, self.total, out=y)
        # dy = 2 y; dz = y (dy - sum(y dy)); dx = rstd (dz - mean(dz) - z mean(z dz))
        np.vecdot(y, y, out=self.inner[:, 0])
        value = float(self.inner.sum())
        np.subtract(y, self.inner, out=room)
        np.multiply(room, y, out=room)
        np.multiply(room, 2.0, out=room)
        np.dot(room, ones, out=self.total[:, 0])
        np.vecdot(room, z, out=self.along[:, 0])
        np.divide(self.total, n, out=self.total)
        np.divide(self.along, n, out=self.along)
        np.subtract(room, self.total, out=room)
        np.multiply(z, self.along, out=z)
        np.subtract(room, z, out=room)
        np.multiply(room, self.rstd, out=room)
        assert value > 0
        return float(room[0, 0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [self.room.copy()]


class Jacobian:
    """W2^T diag(1 - tanh^2) W1^T, which nobody has to sweep for."""

    def __init__(self, problem: Problem) -> None:
        (self.w1, self.b1, self.w2, _), self.x = problem.batches[0], problem.parameters["x"]
        self.h, self.found = np.empty(len(self.b1), np.float32), np.empty((self.w2.shape[1], len(self.x)), np.float32)
        self.scaled = np.empty_like(self.w2)

    def step(self, i: int) -> float:
        h = self.h
        np.dot(self.x, self.w1, out=h)
        np.add(h, self.b1, out=h)
        np.tanh(h, out=h)
        np.multiply(h, h, out=h)
        np.subtract(1.0, h, out=h)
        np.multiply(self.w2, h[:, None], out=self.scaled)
        np.dot(self.scaled.T, self.w1.T, out=self.found)
        return float(self.found[0, 0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [self.found.copy()]


class Hessian:
    """X^T diag(s (1 - s) / n) X with s the sigmoid of X w."""

    def __init__(self, problem: Problem) -> None:
        (self.x, _), self.w = problem.batches[0], problem.parameters["w"]
        self.s, self.found = np.empty(len(self.x), np.float32), np.empty((len(self.w),) * 2, np.float32)
        self.scaled = np.empty_like(self.x)

    def step(self, i: int) -> float:
        s = self.s
        np.dot(self.x, self.w, out=s)
        np.multiply(s, 0.5, out=s)
        np.tanh(s, out=s)  # s (1 - s) = (1 - tanh^2) / 4
        np.multiply(s, s, out=s)
        np.subtract(1.0, s, out=s)
        np.multiply(s, 0.25 / len(s), out=s)
        np.multiply(self.x, s[:, None], out=self.scaled)
        np.dot(self.scaled.T, self.x, out=self.found)
        return float(self.found[0, 0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [self.found.copy()]


class Updates:
    """Steps of Adam."""

    def __init__(self, problem: Problem) -> None:
        self.flat = Flat(problem)
        for g, given in zip(self.flat.g.values(), problem.batches[0], strict=True):
            g[...] = given

    def step(self, i: int) -> float:
        self.flat.update()
        return float(self.flat.values[0])

    def arrays(self) -> list[Any]:
        self.step(0)
        return [p.copy() for p in self.flat.p.values()]
