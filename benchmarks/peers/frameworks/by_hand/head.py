"""The mean cross-entropy of logits, and its gradient, in buffers made once."""

from __future__ import annotations

from typing import Any

import numpy as np


class CrossEntropy:
    """For (rows, classes)."""

    def __init__(self, rows: int, classes: int) -> None:
        self.rows, self.index = rows, np.arange(rows)
        self.top, self.total = np.empty((2, rows, 1), np.float32)
        self.shifted = np.empty((rows, classes), np.float32)
        self.gradient = np.empty((rows, classes), np.float32)

    def __call__(self, logits: Any, labels: Any) -> float:
        """The loss; its gradient by the logits is then in `gradient`."""
        shifted, g = self.shifted, self.gradient
        np.maximum.reduce(logits, axis=1, keepdims=True, out=self.top)
        np.subtract(logits, self.top, out=shifted)
        np.exp(shifted, out=g)
        np.add.reduce(g, axis=1, keepdims=True, out=self.total)
        picked = shifted[self.index, labels]
        loss = float((np.log(self.total[:, 0]) - picked).sum()) / self.rows
        np.multiply(self.total, self.rows, out=self.total)
        np.divide(g, self.total, out=g)
        g[self.index, labels] -= 1 / self.rows
        return loss
