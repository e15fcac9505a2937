"""Letters predicted one after the other by an LSTM."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.problems import Problem

from .flat import Flat
from .head import CrossEntropy


class Letters:
    """A training step, with cross-entropy.  Rows are (time, batch); gates stand side by side, i f g o."""

    def __init__(self, problem: Problem) -> None:
        self.flat = flat = Flat(problem)
        self.count, self.length = problem.batches[0][0].shape
        # by time, and the labels, which are by sequence, likewise
        self.batches = [
            (x.T.reshape(-1).copy(), y.reshape(self.count, self.length).T.reshape(-1).copy())
            for x, y in problem.batches
        ]
        h, rows = flat.p["lstm.weight_hh_l0"].shape[1], self.count * self.length
        self.hidden = h
        self.x, self.dx, self.states, self.cells, self.before, self.tanh, self.slope = np.empty(
            (7, rows, h), np.float32
        )
        self.gates, self.dgates = np.empty((2, rows, 4 * h), np.float32)
        self.room = np.empty((self.count, 4 * h), np.float32)
        self.small, self.dh, self.dc = np.empty((3, self.count, h), np.float32)
        self.factor = np.full((self.count, 4 * h), 0.5, np.float32)  # sigmoid(z) = tanh(z / 2) / 2 + 1/2
        self.factor[:, 2 * h : 3 * h] = 1
        self.added = 1 - self.factor
        self.logits = np.empty((rows, len(flat.p["head.bias"])), np.float32)
        self.head = CrossEntropy(*self.logits.shape)
        self.ones = np.ones(rows, np.float32)
        self.weight = np.empty((h, 4 * h), np.float32)
        self.dstates = np.empty_like(self.states)

    def step(self, i: int) -> float:
        loss = self.gradients(*self.batches[i % len(self.batches)])
        self.flat.update()
        return loss

    def arrays(self) -> list[Any]:
        self.gradients(*self.batches[0])
        return [g.copy() for g in self.flat.g.values()]

    def gradients(self, letters: Any, labels: Any) -> float:
        """Forward and backward; gives the loss."""
        self._forward(letters)
        p, g = self.flat.p, self.flat.g
        np.dot(self.states, p["head.weight"].T, out=self.logits)
        np.add(self.logits, p["head.bias"], out=self.logits)
        loss = self.head(self.logits, labels)
        d = self.head.gradient
        np.dot(self.states.T, d, out=g["head.weight"].T)
        np.dot(self.ones, d, out=g["head.bias"])
        np.dot(d, p["head.weight"], out=self.dstates)
        self._backward(letters)
        return loss

    def _steps(self) -> list[slice]:
        return [slice(t * self.count, (t + 1) * self.count) for t in range(self.length)]

    def _forward(self, letters: Any) -> None:
        p, h, z = self.flat.p, self.hidden, self.gates
        np.take(p["embedding.weight"], letters, axis=0, out=self.x)
        np.dot(self.x, p["lstm.weight_ih_l0"].T, out=z)
        np.add(z, p["lstm.bias_ih_l0"] + p["lstm.bias_hh_l0"], out=z)
        by_time = z.reshape(self.length, self.count, 4 * h)
        np.multiply(by_time, self.factor, out=by_time)
        np.multiply(p["lstm.weight_hh_l0"].T, self.factor[0], out=self.weight)
        state = cell = np.zeros((self.count, h), np.float32)
        for at in self._steps():
            gates = z[at]
            np.add(gates, np.dot(state, self.weight, out=self.room), out=gates)
            np.tanh(gates, out=gates)
            np.multiply(gates, self.factor, out=gates)
            np.add(gates, self.added, out=gates)
            new = self.cells[at]
            np.multiply(gates[:, h : 2 * h], cell, out=new)
            np.multiply(gates[:, :h], gates[:, 2 * h : 3 * h], out=self.small)
            np.add(new, self.small, out=new)
            np.tanh(new, out=self.tanh[at])
            state, cell = np.multiply(gates[:, 3 * h :], self.tanh[at], out=self.states[at]), new

    def _backward(self, letters: Any) -> None:
        p, grad, h, count = self.flat.p, self.flat.g, self.hidden, self.count
        z, d, slope, t = self.gates, self.dgates, self.slope, self.tanh
        self.before[:count], self.before[count:] = 0, self.cells[:-count]
        i, f, g, o = (z[:, k * h : (k + 1) * h] for k in range(4))
        for k, (gate, other) in enumerate(((i, g), (f, self.before), (g, i), (o, t))):
            if k == 2:
                np.multiply(gate, gate, out=slope)
                np.subtract(1.0, slope, out=slope)
            else:
                np.subtract(1.0, gate, out=slope)
                np.multiply(slope, gate, out=slope)
            np.multiply(slope, other, out=d[:, k * h : (k + 1) * h])
        np.multiply(t, t, out=t)
        np.subtract(1.0, t, out=t)
        np.multiply(t, o, out=t)
        self.dh[...] = self.dc[...] = 0
        for at in reversed(self._steps()):
            np.add(self.dh, self.dstates[at], out=self.dh)
            np.multiply(self.dh, t[at], out=self.small)
            np.add(self.dc, self.small, out=self.dc)
            parts = d[at].reshape(count, 4, h)
            np.multiply(parts[:, :3], self.dc[:, None], out=parts[:, :3])
            np.multiply(parts[:, 3], self.dh, out=parts[:, 3])
            np.multiply(self.dc, f[at], out=self.dc)
            np.dot(d[at], p["lstm.weight_hh_l0"], out=self.dh)
        self.before[:count], self.before[count:] = 0, self.states[:-count]
        np.dot(self.x.T, d, out=grad["lstm.weight_ih_l0"].T)
        np.dot(self.before.T, d, out=grad["lstm.weight_hh_l0"].T)
        np.dot(self.ones, d, out=grad["lstm.bias_ih_l0"])
        grad["lstm.bias_hh_l0"][...] = grad["lstm.bias_ih_l0"]
        np.dot(d, p["lstm.weight_ih_l0"], out=self.dx)
        add_rows(self.dx, letters, grad["embedding.weight"])


def add_rows(rows: Any, places: Any, out: Any) -> None:
    """The sum of the rows that have the same place, for each place."""
    chosen = np.zeros((len(out), len(rows)), np.float32)
    chosen[places, np.arange(len(rows))] = 1
    out[...] = np.dot(chosen, rows)
