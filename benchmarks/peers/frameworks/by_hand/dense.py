"""Linear layers with ReLU between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.problems import L2_STRENGTH, Problem

from .flat import Flat
from .head import CrossEntropy


class Dense:
    """A training step, with cross-entropy."""

    def __init__(self, problem: Problem) -> None:
        self.flat = flat = Flat(problem)
        self.batches = problem.batches
        rows = len(problem.batches[0][0])
        self.names = [name.removesuffix(".weight") for name in flat.p if name.endswith("weight")]
        self.weights = [flat.p[f"{name}.weight"].T for name in self.names]
        self.outputs = [np.empty((rows, w.shape[1]), np.float32) for w in self.weights]
        self.backward = [np.empty_like(out) for out in self.outputs]
        self.masks = [np.empty(out.shape, bool) for out in self.outputs]
        self.ones = np.ones(rows, np.float32)
        self.head: Any = CrossEntropy(*self.outputs[-1].shape)

    def step(self, i: int) -> float:
        loss = self.gradients(*self.batches[i % len(self.batches)])
        self.flat.update()
        return loss

    def arrays(self) -> list[Any]:
        self.gradients(*self.batches[0])
        return [g.copy() for g in self.flat.g.values()]

    def gradients(self, x: Any, labels: Any) -> float:
        """Forward and backward; gives the loss."""
        p, g, last = self.flat.p, self.flat.g, len(self.names) - 1
        inputs = [x]
        for i, (name, w, out) in enumerate(zip(self.names, self.weights, self.outputs, strict=True)):
            np.dot(inputs[-1], w, out=out)
            np.add(out, p[f"{name}.bias"], out=out)
            if i < last:
                np.maximum(out, 0.0, out=out)
            inputs.append(out)
        loss = self.head(inputs.pop(), labels)
        d: Any = self.head.gradient
        for i in range(last, -1, -1):
            name = self.names[i]
            np.dot(inputs[i].T, d, out=g[f"{name}.weight"].T)
            np.dot(self.ones, d, out=g[f"{name}.bias"])
            if i:
                before, mask = self.backward[i - 1], self.masks[i - 1]
                np.dot(d, self.weights[i].T, out=before)
                np.greater(inputs[i], 0.0, out=mask)
                d = np.multiply(before, mask, out=before)
        return float(loss)


class Binary(Dense):
    """With binary cross-entropy on one logit, and half the sum of squares of all parameters."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.head = BinaryCrossEntropy(len(problem.batches[0][0]))

    def gradients(self, x: Any, labels: Any) -> float:
        loss, values = super().gradients(x, labels), self.flat.values
        np.multiply(values, L2_STRENGTH, out=self.flat.room)
        np.add(self.flat.gradients, self.flat.room, out=self.flat.gradients)
        return loss + 0.5 * L2_STRENGTH * float(np.dot(values, values))


class BinaryCrossEntropy:
    """Its mean, of logits (rows, 1): log(1 + e^z) - y z."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.gradient, self.room = np.empty((2, rows, 1), np.float32)

    def __call__(self, z: Any, y: Any) -> float:
        g, room = self.gradient, self.room
        np.abs(z, out=room)
        np.negative(room, out=room)
        np.exp(room, out=room)
        np.log1p(room, out=g)
        loss = float((np.maximum(z, 0.0) - y * z + g).sum()) / self.rows
        np.add(room, 1.0, out=g)
        np.divide(1.0, g, out=g)  # sigmoid(|z|)
        np.subtract(g, y, out=g, where=z >= 0)
        np.subtract(1.0 - y, g, out=g, where=z < 0)
        np.divide(g, self.rows, out=g)
        return loss
