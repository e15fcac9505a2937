"""A decoder-only transformer in pre-norm form, with GELU and causal attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.peers.problems import Problem

from .flat import Flat
from .head import CrossEntropy
from .letters import add_rows

EPS = 1e-5
HEADS = 4


class Linear:
    """y = x W^T + b, into a buffer."""

    def __init__(self, flat: Flat, name: str, rows: int) -> None:
        self.w, self.b = flat.p[f"{name}.weight"], flat.p[f"{name}.bias"]
        self.dw, self.db = flat.g[f"{name}.weight"], flat.g[f"{name}.bias"]
        outputs, inputs = self.w.shape
        self.y, self.dx = np.empty((rows, outputs), np.float32), np.empty((rows, inputs), np.float32)
        self.ones = np.ones(rows, np.float32)

    def forward(self, x: Any) -> Any:
        self.x = x
        np.dot(x, self.w.T, out=self.y)
        return np.add(self.y, self.b, out=self.y)

    def backward(self, g: Any) -> Any:
        np.dot(self.x.T, g, out=self.dw.T)
        np.dot(self.ones, g, out=self.db)
        return np.dot(g, self.w, out=self.dx)


class Norm:
    """Layer normalization of rows."""

    def __init__(self, flat: Flat, name: str, rows: int) -> None:
        self.w, self.b = flat.p[f"{name}.weight"], flat.p[f"{name}.bias"]
        self.dw, self.db = flat.g[f"{name}.weight"], flat.g[f"{name}.bias"]
        width = len(self.w)
        self.z, self.y, self.dx, self.room = np.empty((4, rows, width), np.float32)
        self.mean, self.rstd = np.empty((2, rows, 1), np.float32)
        self.share, self.ones = np.full(width, 1 / width, np.float32), np.ones(rows, np.float32)

    def forward(self, x: Any) -> Any:
        z, width = self.z, len(self.w)
        np.dot(x, self.share, out=self.mean[:, 0])
        np.subtract(x, self.mean, out=z)
        np.vecdot(z, z, out=self.rstd[:, 0])
        np.divide(self.rstd, width, out=self.rstd)
        np.add(self.rstd, EPS, out=self.rstd)
        np.sqrt(self.rstd, out=self.rstd)
        np.divide(1.0, self.rstd, out=self.rstd)
        np.multiply(z, self.rstd, out=z)
        np.multiply(z, self.w, out=self.y)
        return np.add(self.y, self.b, out=self.y)

    def backward(self, g: Any) -> Any:
        z, dx, room, width = self.z, self.dx, self.room, len(self.w)
        np.multiply(g, z, out=room)
        np.dot(self.ones, room, out=self.dw)
        np.dot(self.ones, g, out=self.db)
        np.multiply(g, self.w, out=dx)
        np.dot(dx, self.share, out=self.mean[:, 0])
        along = np.vecdot(dx, z)[:, None] / np.float32(width)
        np.subtract(dx, self.mean, out=dx)
        np.subtract(dx, np.multiply(z, along, out=room), out=dx)
        return np.multiply(dx, self.rstd, out=dx)


class Gelu:
    """x P(X <= x), by the polynomial inside of a tanh that is off by 2.9e-8 at most."""

    COEFFICIENTS = (
        1.7561714197148978e-09, -1.3226335310731689e-07, 3.964744451668849e-06, -5.530619312129799e-05,
        -3.259497903342856e-05, 0.036333084579443266, 0.7978849414582482,
    )  # fmt: skip

    def __init__(self, rows: int, width: int) -> None:
        self.p, self.y, self.square, self.dx = np.empty((4, rows, width), np.float32)

    def forward(self, x: Any) -> Any:
        self.x, p, s = x, self.p, self.square
        np.multiply(x, x, out=s)
        np.minimum(s, 36.0, out=s)
        np.multiply(s, self.COEFFICIENTS[0], out=p)
        for coefficient in self.COEFFICIENTS[1:-1]:
            np.add(p, coefficient, out=p)
            np.multiply(p, s, out=p)
        np.add(p, self.COEFFICIENTS[-1], out=p)
        np.multiply(p, x, out=p)
        np.tanh(p, out=p)
        np.multiply(p, 0.5, out=p)
        np.add(p, 0.5, out=p)
        return np.multiply(x, p, out=self.y)

    def backward(self, g: Any) -> Any:
        dx = self.dx
        np.multiply(self.square, -0.5, out=dx)
        np.exp(dx, out=dx)
        np.multiply(dx, 1 / math.sqrt(2 * math.pi), out=dx)
        np.multiply(dx, self.x, out=dx)
        np.add(dx, self.p, out=dx)
        return np.multiply(dx, g, out=dx)


class Attention:
    """softmax(q k^T / sqrt(d)) v with q, k and v side by side, causal."""

    def __init__(self, count: int, length: int, width: int) -> None:
        self.shape = (count, length, 3, HEADS, width // HEADS)
        self.scale = 1 / math.sqrt(width // HEADS)
        self.p, self.d = np.empty((2, count, HEADS, length, length), np.float32)
        self.y = np.empty((count, length, HEADS, width // HEADS), np.float32)
        self.dqkv = np.empty(self.shape, np.float32)
        self.allowed = np.tri(length, dtype=np.float32)
        self.ones = np.ones(length, np.float32)

    def _parts(self, array: Any) -> Any:
        """q, k and v, (batch, heads, time, d)."""
        return array.reshape(self.shape).transpose(2, 0, 3, 1, 4)

    def forward(self, qkv: Any) -> Any:
        self.q, self.k, self.v = self._parts(qkv)
        p = self.p
        np.matmul(self.q, self.k.swapaxes(-1, -2), out=p)
        np.multiply(p, self.scale, out=p)
        np.subtract(p, p.max(), out=p)
        np.exp(p, out=p)
        np.multiply(p, self.allowed, out=p)
        rows = p.reshape(-1, p.shape[-1])
        np.divide(rows, np.dot(rows, self.ones)[:, None], out=rows)
        np.matmul(p, self.v, out=self.y.swapaxes(1, 2))
        return self.y.reshape(-1, self.y.shape[2] * self.y.shape[3])

    def backward(self, g: Any) -> Any:
        p, d = self.p, self.d
        dq, dk, dv = self._parts(self.dqkv)
        g = g.reshape(self.y.shape).swapaxes(1, 2)
        np.matmul(p.swapaxes(-1, -2), g, out=dv)
        np.matmul(g, self.v.swapaxes(-1, -2), out=d)
        rows, weights = d.reshape(-1, d.shape[-1]), p.reshape(-1, p.shape[-1])
        np.subtract(rows, np.vecdot(rows, weights)[:, None], out=rows)
        np.multiply(d, p, out=d)
        np.multiply(d, self.scale, out=d)
        np.matmul(d, self.k, out=dq)
        np.matmul(d.swapaxes(-1, -2), self.q, out=dk)
        return self.dqkv.reshape(-1, self.shape[2] * self.shape[3] * self.shape[4])


class Block:
    """x + out(attention(qkv(norm(x)))), and x + mlp(norm(x))."""

    def __init__(self, flat: Flat, name: str, count: int, length: int, width: int) -> None:
        rows = count * length
        self.norm1, self.norm2 = Norm(flat, f"{name}.norm1", rows), Norm(flat, f"{name}.norm2", rows)
        self.qkv, self.out = Linear(flat, f"{name}.qkv", rows), Linear(flat, f"{name}.out", rows)
        self.up, self.down = Linear(flat, f"{name}.mlp.0", rows), Linear(flat, f"{name}.mlp.2", rows)
        self.attention, self.gelu = Attention(count, length, width), Gelu(rows, 4 * width)

    def forward(self, x: Any) -> Any:
        """Changes x."""
        attended = self.attention.forward(self.qkv.forward(self.norm1.forward(x)))
        x = np.add(x, self.out.forward(attended), out=x)
        return np.add(x, self.down.forward(self.gelu.forward(self.up.forward(self.norm2.forward(x)))), out=x)

    def backward(self, g: Any) -> Any:
        """Changes g."""
        g = np.add(g, self.norm2.backward(self.up.backward(self.gelu.backward(self.down.backward(g)))), out=g)
        attended = self.attention.backward(self.out.backward(g))
        return np.add(g, self.norm1.backward(self.qkv.backward(attended)), out=g)


class Decoder:
    """A training step, with cross-entropy."""

    def __init__(self, problem: Problem) -> None:
        self.flat = flat = Flat(problem)
        self.batches = [(x.reshape(-1), y) for x, y in problem.batches]
        count, length = problem.batches[0][0].shape
        width = flat.p["letters.weight"].shape[1]
        self.shape = (count, length, width)
        rows = count * length
        self.x = np.empty((rows, width), np.float32)
        names = sorted({name.rsplit(".norm1", 1)[0] for name in flat.p if ".norm1." in name})
        self.blocks = [Block(flat, name, count, length, width) for name in names]
        self.norm, self.linear = Norm(flat, "norm", rows), Linear(flat, "head", rows)
        self.head = CrossEntropy(*self.linear.y.shape)

    def step(self, i: int) -> float:
        loss = self.gradients(*self.batches[i % len(self.batches)])
        self.flat.update()
        return loss

    def arrays(self) -> list[Any]:
        self.gradients(*self.batches[0])
        return [g.copy() for g in self.flat.g.values()]

    def gradients(self, letters: Any, labels: Any) -> float:
        """Forward and backward; gives the loss."""
        p, g = self.flat.p, self.flat.g
        x = np.take(p["letters.weight"], letters, axis=0, out=self.x)
        by_image = x.reshape(self.shape)
        np.add(by_image, p["positions.weight"], out=by_image)
        for block in self.blocks:
            x = block.forward(x)
        loss = self.head(self.linear.forward(self.norm.forward(x)), labels)
        d = self.norm.backward(self.linear.backward(self.head.gradient))
        for block in reversed(self.blocks):
            d = block.backward(d)
        np.add.reduce(d.reshape(self.shape), axis=0, out=g["positions.weight"])
        add_rows(d, letters, g["letters.weight"])
        return loss
