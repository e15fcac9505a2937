"""Two convolutions, each with batch normalization or without, ReLU and maxima of 2 x 2, and a linear layer.

Channels stand first in memory, (C, N, H, W).  Images lie on a line with a zero between their rows, so that the patches
of a convolution are the line moved by an offset, copied in long pieces; one product serves the whole batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from benchmarks.peers.problems import Problem

from .flat import Flat
from .head import CrossEntropy

EPS = 1e-5


class Images:
    """A training step, with cross-entropy."""

    def __init__(self, problem: Problem) -> None:
        self.flat = flat = Flat(problem)
        self.images = [x.transpose(1, 0, 2, 3).copy() for x, _ in problem.batches]
        self.labels = [y for _, y in problem.batches]
        count, size = len(problem.batches[0][0]), problem.batches[0][0].shape[-1]
        names = [name.removesuffix(".weight") for name, p in flat.p.items() if name.endswith("weight") and p.ndim == 4]
        self.layers = []
        for number, name in enumerate(names):
            after = f"{int(name) + 1}"
            norm = after if f"{after}.weight" in flat.p and flat.p[f"{after}.weight"].ndim == 1 else ""
            self.layers.append(Layer(flat, name, norm, count, size, number > 0))
            size //= 2
        self.last = [name for name in flat.p if name.endswith("weight")][-1].removesuffix(".weight")
        features, classes = flat.p[f"{self.last}.weight"].shape[::-1]
        self.features, self.dfeatures = np.empty((2, count, features), np.float32)
        self.logits = np.empty((count, classes), np.float32)
        self.ones = np.ones(count, np.float32)
        self.head = CrossEntropy(count, classes)

    def step(self, i: int) -> float:
        i %= len(self.images)
        loss = self.gradients(self.images[i], self.labels[i])
        self.flat.update()
        return loss

    def arrays(self) -> list[Any]:
        self.gradients(self.images[0], self.labels[0])
        return [g.copy() for g in self.flat.g.values()]

    def gradients(self, x: Any, labels: Any) -> float:
        """Forward and backward; gives the loss."""
        p, g = self.flat.p, self.flat.g
        for layer in self.layers:
            x = layer.forward(x)
        channels, count, *rest = x.shape
        by_image = self.features.reshape(count, channels, *rest)
        by_image[...] = x.transpose(1, 0, 2, 3)
        weight = p[f"{self.last}.weight"]
        np.dot(self.features, weight.T, out=self.logits)
        np.add(self.logits, p[f"{self.last}.bias"], out=self.logits)
        loss = self.head(self.logits, labels)
        d = self.head.gradient
        np.dot(self.features.T, d, out=g[f"{self.last}.weight"].T)
        np.dot(self.ones, d, out=g[f"{self.last}.bias"])
        np.dot(d, weight, out=self.dfeatures)
        dy: Any = self.dfeatures.reshape(by_image.shape).transpose(1, 0, 2, 3)
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return loss


class Layer:
    """Convolution 3 x 3, normalization, ReLU, maxima; buffers for one size of images."""

    def __init__(self, flat: Flat, name: str, norm: str, count: int, size: int, needs_x: bool) -> None:
        self.flat, self.name, self.norm, self.needs_x = flat, name, norm, needs_x
        out, channels = flat.p[f"{name}.weight"].shape[:2]
        self.shape = (out, count, size, size)
        wide = size + 1
        self.length, self.lead = count * wide * wide, wide + 1
        self.grid = (count, wide, wide)
        self.line = np.zeros((channels, self.length + 2 * wide + 2), np.float32)
        self.dline = np.zeros_like(self.line)
        self.columns = np.empty((channels * 9, self.length), np.float32)
        self.cells = np.empty((out, self.length), np.float32)
        self.dcells = np.zeros((out, self.length), np.float32)
        self.y, self.z, self.dy = (np.empty(self.shape, np.float32) for _ in range(3))
        self.room = np.empty(self.shape, np.float32)
        half = (out, count, size // 2, size // 2)
        self.top = np.empty((out, count, size // 2, size), np.float32)
        self.pooled, self.dpooled, self.share = (np.empty(half, np.float32) for _ in range(3))
        self.left, self.here = (np.empty(half, bool) for _ in range(2))
        self.ones = np.ones(count * size * size, np.float32)
        self.dx = np.empty((channels, count, size, size), np.float32)

    def _at(self, line: Any) -> Any:
        """The images on a line."""
        size = self.shape[-1]
        return line[:, self.lead : self.lead + self.length].reshape(len(line), *self.grid)[:, :, :size, :size]

    def _patches(self) -> Any:
        """All patches, as columns of a matrix."""
        shape, wide = (len(self.line), 3, 3, self.length), self.grid[-1]
        seen = as_strided(self.line, shape, (self.line.strides[0], wide * 4, 4, 4))
        np.copyto(self.columns.reshape(seen.shape), seen)
        return self.columns

    def forward(self, x: Any) -> Any:
        p, y = self.flat.p, self.y
        out, _, size, _ = self.shape
        self._at(self.line)[...] = x
        np.dot(p[f"{self.name}.weight"].reshape(out, -1), self._patches(), out=self.cells)
        found = self.cells.reshape(out, *self.grid)[:, :, :size, :size]
        np.add(found, p[f"{self.name}.bias"].reshape(-1, 1, 1, 1), out=y)
        z = y
        if self.norm:
            rows, z = y.reshape(out, -1), self.z
            n = rows.shape[1]
            self.mean = np.dot(rows, self.ones) / n
            np.subtract(rows, self.mean[:, None], out=rows)
            self.rstd = 1 / np.sqrt(np.vecdot(rows, rows) / n + EPS)
            np.multiply(rows, (self.rstd * p[f"{self.norm}.weight"])[:, None], out=z.reshape(out, -1))
            np.add(z, p[f"{self.norm}.bias"].reshape(-1, 1, 1, 1), out=z)
        np.maximum(z, 0.0, out=z)
        np.maximum(z[:, :, 0::2], z[:, :, 1::2], out=self.top)
        np.maximum(self.top[..., 0::2], self.top[..., 1::2], out=self.pooled)
        self.kept = z
        return self.pooled

    def backward(self, g: Any) -> Any:
        p, gradients, z, d = self.flat.p, self.flat.g, self.kept, self.dy
        out, _, size, _ = self.shape
        # to the first of the four that is the maximum, and to none where that is 0: there ReLU lets nothing pass
        np.copyto(self.dpooled, g)
        np.greater(self.pooled, 0.0, out=self.left)
        for row in (0, 1):
            for column in (0, 1):
                np.equal(z[:, :, row::2, column::2], self.pooled, out=self.here)
                np.logical_and(self.here, self.left, out=self.here)
                np.logical_xor(self.left, self.here, out=self.left)
                np.multiply(self.dpooled, self.here, out=d[:, :, row::2, column::2])
        rows = d.reshape(out, -1)
        if self.norm:
            centered, n = self.y.reshape(out, -1), rows.shape[1]
            total, along = np.dot(rows, self.ones), np.vecdot(rows, centered) * self.rstd
            gradients[f"{self.norm}.bias"][...] = total
            gradients[f"{self.norm}.weight"][...] = along
            scale = p[f"{self.norm}.weight"] * self.rstd
            room = np.multiply(centered, (along * self.rstd * scale / -n)[:, None], out=self.room.reshape(out, -1))
            np.multiply(rows, scale[:, None], out=rows)
            np.add(rows, room, out=rows)
            np.subtract(rows, (total * scale / n)[:, None], out=rows)
        np.dot(rows, self.ones, out=gradients[f"{self.name}.bias"])
        self.dcells.reshape(out, *self.grid)[:, :, :size, :size] = d
        product = np.dot(self._patches(), self.dcells.T)
        gradients[f"{self.name}.weight"].reshape(out, -1)[...] = product.T
        if not self.needs_x:
            return None
        np.dot(p[f"{self.name}.weight"].reshape(out, -1).T, self.dcells, out=self.columns)
        columns = self.columns.reshape(-1, 3, 3, self.length)
        self.dline[...] = 0
        for row in range(3):
            for column in range(3):
                at = row * self.grid[-1] + column
                part = self.dline[:, at : at + self.length]
                np.add(part, columns[:, row, column], out=part)
        np.copyto(self.dx, self._at(self.dline))
        return self.dx
