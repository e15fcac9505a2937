"""What a sample is: a call of a primitive beside NumPy and PyTorch; and the inputs that many samples share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

Array = Any


class Sample(NamedTuple):
    """A call of a primitive.

    primitive  its name in the registry
    call       the function under test: of Tensors, or ndarrays where it is written in NumPy's syntax
    inputs     an array per argument, or a shape to be filled with random numbers from `between`
    numpy      the same in NumPy alone; None where `call` is that
    torch      the same in PyTorch; None where PyTorch has no such function
    between    the domain random inputs are drawn from
    name       of the sample, if the primitive's name does not say enough
    half       whether it is run in float16 too
    complex    whether complex inputs are sampled too: each input plus i times another
    family     the module it stands in, which is filled in by itself
    """

    primitive: str
    call: Callable[..., Any]
    inputs: tuple[Any, ...]
    torch: Callable[..., Any] | None
    numpy: Callable[..., Any] | None = None
    between: tuple[float, float] = (-2.0, 2.0)
    name: str = ""
    half: bool = True
    complex: bool = False
    family: str = ""

    def arrays(self, dtype: Any = np.float64) -> list[Array]:
        """The inputs, always the same."""
        rng = np.random.default_rng(len(self.label))
        low, high = self.between
        filled = [rng.uniform(low, high, x) if isinstance(x, tuple) else x for x in self.inputs]
        return [np.asarray(x, dtype) if x.dtype.kind == "f" else x for x in filled]

    def reference(self, *arrays: Array) -> Array:
        """The answer by NumPy alone."""
        return (self.numpy or self.call)(*arrays)

    @property
    def label(self) -> str:
        return self.name or self.primitive

    @property
    def id(self) -> str:
        """What a test is called by: `pytest -k shapes` runs those of a family."""
        return f"{self.family}: {self.label}"


def apart(*shape: int) -> Array:
    """Numbers of which no two are equal, or within 0.04 of each other or of zero, in a mixed order."""
    size = int(np.prod(shape))
    return np.random.default_rng(size).permutation(np.linspace(-1.9, 2.1, 2 * size)[::2]).reshape(shape) + 0.013


def t(array: Array) -> torch.Tensor:
    """An array as a PyTorch tensor of its own."""
    return torch.from_numpy(np.array(array))


def product(pieces: list[Any]) -> Any:
    """The product of all, so that each piece has a derivative of its own."""
    total = pieces[0]
    for piece in pieces[1:]:
        total = total * piece
    return total


A = apart(3, 4)
B = A[::-1] * 0.5 + 0.3
MASK = np.random.default_rng(1).random((3, 4)) < 0.5
PICK = np.array([[0, 2, 2], [3, 1, 0]])
ROWS = np.array([2, 0, 2])
