"""The networks of the benchmarks, written once, for our `nn` and for PyTorch's.

Each function takes the library's `nn` and gives a module; `BATCHES` says what it is trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

CLASSES, LETTERS = 10, 96


def dense(nn: Any, widths: Sequence[int]) -> Any:
    """Linear layers with ReLU between them."""
    layers: list[Any] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def cnn(nn: Any) -> Any:
    """Two convolutions, 1-8-16 channels, each with a maximum of 2 x 2."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(16 * 7 * 7, CLASSES),
    )  # fmt: skip


def cnn_bn(nn: Any) -> Any:
    """The same with batch normalization and 16 and 32 channels."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, CLASSES),
    )  # fmt: skip


def lstm(nn: Any) -> Any:
    """Letters predicted one after the other by an LSTM with 64 hidden units."""

    class Letters(nn.Module):  # type: ignore[misc]  # nn is one of two libraries
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(LETTERS, 64)
            self.lstm = nn.LSTM(64, 64, batch_first=True)
            self.head = nn.Linear(64, LETTERS)

        def forward(self, letters: Any) -> Any:
            states, _ = self.lstm(self.embedding(letters))
            return self.head(states).reshape(-1, LETTERS)

    return Letters()


def gpt(nn: Any, blocks: int = 2, width: int = 64, heads: int = 4, length: int = 64) -> Any:
    """A decoder-only transformer in pre-norm form, with GELU and causal attention."""

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x: Any) -> Any:
            qkv = self.qkv(self.norm1(x)).reshape(-1, length, 3, heads, width // heads)
            q, k, v = (qkv[:, :, i].swapaxes(1, 2) for i in range(3))
            attended = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(attended.swapaxes(1, 2).reshape(-1, length, width))
            return x + self.mlp(self.norm2(x))

    class GPT(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.letters, self.positions = nn.Embedding(LETTERS, width), nn.Embedding(length, width)
            self.blocks = nn.Sequential(*(Block() for _ in range(blocks)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, LETTERS)

        def forward(self, letters: Any) -> Any:
            x = self.letters(letters) + self.positions.weight
            return self.head(self.norm(self.blocks(x))).reshape(-1, LETTERS)

    return GPT()


def _images(count: int) -> Callable[[np.random.Generator], tuple[Any, Any]]:
    def batch(rng: np.random.Generator) -> tuple[Any, Any]:
        return rng.normal(size=(count, 1, 28, 28)).astype(np.float32), rng.integers(0, CLASSES, count)

    return batch


def _text(count: int, length: int) -> Callable[[np.random.Generator], tuple[Any, Any]]:
    def batch(rng: np.random.Generator) -> tuple[Any, Any]:
        return rng.integers(0, LETTERS, (count, length)), rng.integers(0, LETTERS, count * length)

    return batch


NETWORKS: dict[str, Callable[[Any], Any]] = {
    "cnn": cnn,
    "cnn_bn": cnn_bn,
    "lstm": lstm,
    "gpt": gpt,
}
BATCHES: dict[str, Callable[[np.random.Generator], tuple[Any, Any]]] = {
    "cnn": _images(32),
    "cnn_bn": _images(64),
    "lstm": _text(16, 32),
    "gpt": _text(8, 64),
}
