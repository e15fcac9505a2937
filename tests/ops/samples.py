"""One table of samples: each primitive as users call it, on inputs away from kinks, beside NumPy and PyTorch.

A new operation gets a line here, and with it every test in this folder.  A primitive without a sample
fails `test_registry`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import ops

Array = Any

NOT_SAMPLED = {
    "output": "picks one answer of an operation with several; sampled through split and unstack",
    "alias": "a place in the graph for vjp and jvp, never called by users; sampled through forward mode",
}


class Sample(NamedTuple):
    """A call of a primitive.

    primitive  its name in the registry
    call       the function under test: of Tensors, or ndarrays where it is written in NumPy's syntax
    inputs     an array per argument, or a shape to be filled with random numbers from `between`
    numpy      the same in NumPy alone; None where `call` is that
    torch      the same in PyTorch; None where PyTorch has no such function
    between    the domain random inputs are drawn from
    name       of the sample, if the primitive's name does not say enough
    """

    primitive: str
    call: Callable[..., Any]
    inputs: tuple[Any, ...]
    torch: Callable[..., Any] | None
    numpy: Callable[..., Any] | None = None
    between: tuple[float, float] = (-2.0, 2.0)
    name: str = ""

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


def apart(*shape: int) -> Array:
    """Numbers of which no two are equal, or within 0.04 of each other or of zero, in a mixed order."""
    size = int(np.prod(shape))
    return np.random.default_rng(size).permutation(np.linspace(-1.9, 2.1, 2 * size)[::2]).reshape(shape) + 0.013


A = apart(3, 4)
B = A[::-1] * 0.5 + 0.3
MASK = np.random.default_rng(1).random((3, 4)) < 0.5
PICK = np.array([[0, 2, 2], [3, 1, 0]])
ROWS = np.array([2, 0, 2])

ELEMENTWISE = [
    Sample("add", np.add, ((3, 4), (3, 4)), torch.add),
    Sample("subtract", np.subtract, ((3, 4), (3, 4)), torch.subtract),
    Sample("multiply", np.multiply, ((3, 4), (3, 4)), torch.multiply),
    Sample("divide", np.divide, ((3, 4), (3, 4)), torch.divide, between=(0.5, 2)),
    Sample("remainder", np.remainder, (A * 3 + 0.01, A[::-1] * 0.5 + 1.8), torch.remainder),
    Sample("negative", np.negative, ((3, 4),), torch.negative),
    Sample("positive", np.positive, ((3, 4),), torch.positive),
    Sample("absolute", np.absolute, (A,), torch.absolute),
    Sample("reciprocal", np.reciprocal, ((3, 4),), torch.reciprocal, between=(0.5, 2)),
    Sample("square", np.square, ((3, 4),), torch.square),
    Sample("sqrt", np.sqrt, ((3, 4),), torch.sqrt, between=(0.5, 2)),
    Sample("power", np.power, ((3, 4), (3, 4)), torch.pow, between=(0.5, 2)),
    Sample("maximum", np.maximum, (A, B), torch.maximum),
    Sample("minimum", np.minimum, (A, B), torch.minimum),
    Sample("logaddexp", np.logaddexp, ((3, 4), (3, 4)), torch.logaddexp),
    Sample("exp", np.exp, ((3, 4),), torch.exp),
    Sample("expm1", np.expm1, ((3, 4),), torch.expm1),
    Sample("log", np.log, ((3, 4),), torch.log, between=(0.5, 2)),
    Sample("log1p", np.log1p, ((3, 4),), torch.log1p, between=(-0.5, 2)),
    Sample("log2", np.log2, ((3, 4),), torch.log2, between=(0.5, 2)),
    Sample("log10", np.log10, ((3, 4),), torch.log10, between=(0.5, 2)),
    Sample("sin", np.sin, ((3, 4),), torch.sin),
    Sample("cos", np.cos, ((3, 4),), torch.cos),
    Sample("tan", np.tan, ((3, 4),), torch.tan, between=(-1, 1)),
    Sample("arctan", np.arctan, ((3, 4),), torch.arctan),
    Sample("sinh", np.sinh, ((3, 4),), torch.sinh),
    Sample("cosh", np.cosh, ((3, 4),), torch.cosh),
    Sample("tanh", np.tanh, ((3, 4),), torch.tanh),
    Sample(
        "sigmoid", ag.sigmoid, ((3, 4),), torch.sigmoid, numpy=lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
    ),
    Sample("relu", ag.relu, (A,), torch.relu, numpy=lambda x: np.where(x > 0, x, x.dtype.type(0))),
]  # fmt: skip
"""Functions that work element by element on floating arguments only."""

CHOICE = [
    Sample("where", lambda x, y: np.where(MASK, x, y), ((3, 4), (3, 4)), lambda x, y: torch.where(t(MASK), x, y)),
    Sample("clip", lambda x: np.clip(x, -1.0, 0.8), (A,), lambda x: torch.clip(x, -1.0, 0.8)),
    Sample("clip", lambda x: np.clip(x, None, 0.8), (A,), lambda x: torch.clip(x, None, 0.8), name="clip above"),
    Sample("clip", lambda x: np.clip(x, -1.0, None), (A,), lambda x: torch.clip(x, -1.0), name="clip below"),
    Sample(
        "clip", np.clip, (A * 2, B - 0.7, np.full((3, 4), 0.9)), torch.clip, name="clip between arrays"
    ),
    Sample("power", lambda x: x**3, ((3, 4),), lambda x: x**3, name="power 3"),
    Sample("power", lambda x: x**2, ((3, 4),), lambda x: x**2, name="power 2"),
    Sample("power", lambda x: x**-1.5, ((3, 4),), lambda x: x**-1.5, between=(0.5, 2), name="power -1.5"),
    Sample("power", lambda x: 1.7**x, ((3, 4),), lambda x: 1.7**x, name="power of a number"),
]  # fmt: skip

REDUCTIONS = [
    Sample("sum", np.sum, ((3, 4),), torch.sum),
    Sample("sum", lambda x: np.sum(x, axis=1), ((3, 4),), lambda x: x.sum(1), name="sum axis=1"),
    Sample(
        "sum", lambda x: np.sum(x, axis=(0, -1), keepdims=True), ((2, 3, 2),),
        lambda x: x.sum((0, -1), keepdim=True), name="sum axis=(0, -1) keepdims",
    ),
    Sample("mean", np.mean, ((3, 4),), torch.mean),
    Sample("mean", lambda x: np.mean(x, axis=-2), ((2, 3, 2),), lambda x: x.mean(-2), name="mean axis=-2"),
    Sample(
        "mean", lambda x: np.mean(x, axis=(0, 1), keepdims=True), ((3, 4),),
        lambda x: x.mean((0, 1), keepdim=True), name="mean axis=(0, 1) keepdims",
    ),
    Sample("max", np.max, (A,), torch.amax),
    Sample("max", lambda x: np.max(x, axis=0), (A,), lambda x: x.amax(0), name="max axis=0"),
    Sample("max", lambda x: np.max(x, axis=1, keepdims=True), (A,), lambda x: x.amax(1, True), name="max keepdims"),
    Sample("min", np.min, (A,), torch.amin),
    Sample("min", lambda x: np.min(x, axis=(0, 2)), (apart(2, 3, 2),), lambda x: x.amin((0, 2)), name="min two axes"),
    Sample("cumsum", lambda x: np.cumsum(x, axis=1), ((3, 4),), lambda x: x.cumsum(1)),
    Sample("cumsum", np.cumsum, ((3, 4),), lambda x: x.ravel().cumsum(0), name="cumsum flat"),
    Sample(
        "sum", lambda x: np.var(x, axis=1, correction=1), ((3, 4),), lambda x: x.var(1, correction=1), name="var"
    ),
    Sample("sum", lambda x: np.std(x, axis=0), ((3, 4),), lambda x: x.std(0, correction=0), name="std"),
]  # fmt: skip

SHAPES = [
    Sample("reshape", lambda x: np.reshape(x, (2, -1)), ((3, 4),), lambda x: x.reshape(2, -1)),
    Sample("reshape", np.ravel, ((3, 4),), torch.ravel, name="ravel"),
    Sample("expand_dims", lambda x: np.expand_dims(x, 1), ((3, 4),), lambda x: x.unsqueeze(1)),
    Sample("expand_dims", lambda x: np.expand_dims(x, (0, -1)), ((3,),), lambda x: x[None, :, None], name="two axes"),
    Sample("squeeze", np.squeeze, ((1, 3, 1),), torch.squeeze),
    Sample("squeeze", lambda x: np.squeeze(x, 2), ((1, 3, 1),), lambda x: x.squeeze(2), name="squeeze axis=2"),
    Sample("flip", np.flip, ((3, 4),), lambda x: x.flip(0, 1)),
    Sample("flip", lambda x: np.flip(x, axis=1), ((3, 4),), lambda x: x.flip(1), name="flip axis=1"),
    Sample("swapaxes", lambda x: np.swapaxes(x, 0, 2), ((2, 3, 4),), lambda x: x.swapaxes(0, 2)),
    Sample("moveaxis", lambda x: np.moveaxis(x, 0, -1), ((2, 3, 4),), lambda x: x.moveaxis(0, -1)),
    Sample("matrix_transpose", np.matrix_transpose, ((2, 3, 4),), lambda x: x.mT),
    Sample("transpose", np.transpose, ((2, 3, 4),), lambda x: x.permute(2, 1, 0)),
    Sample("transpose", lambda x: np.transpose(x, (1, 2, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0), name="axes"),
    Sample(
        "transpose", lambda x: np.permute_dims(x, (-2, -1, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0),
        name="permute_dims negative",
    ),
    Sample("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)), ((3, 1),), lambda x: x.expand(2, 3, 4)),
]  # fmt: skip

ELEMENTS = [
    Sample("getitem", lambda x: x[1], ((3, 4),), lambda x: x[1]),
    Sample("getitem", lambda x: x[:, ::-2], ((3, 4),), lambda x: x[:, [3, 1]], name="getitem step"),
    Sample("getitem", lambda x: x[..., None, 1:3], ((3, 4),), lambda x: x[..., None, 1:3], name="getitem None"),
    Sample("getitem", lambda x: x[ROWS], ((3, 4),), lambda x: x[t(ROWS)], name="getitem rows, one twice"),
    Sample(
        "getitem", lambda x: x[ROWS, :, ROWS], ((3, 2, 4),), lambda x: x[t(ROWS), :, t(ROWS)],
        name="getitem advanced with a slice between",
    ),
    Sample("getitem", lambda x: x[MASK], ((3, 4),), lambda x: x[t(MASK)], name="getitem mask"),
    Sample(
        "getitem", lambda x: np.take_along_axis(x, PICK, axis=1), ((2, 4),), lambda x: x.gather(1, t(PICK)),
        name="take_along_axis",
    ),
    Sample(
        "scatter_add", lambda x: ops.scatter_add(x, ROWS, (4, 2)), ((3, 2),),
        lambda x: torch.zeros(4, 2, dtype=x.dtype).index_add(0, t(ROWS), x), numpy=lambda x: added_at(x, (4, 2)),
    ),
    Sample(
        "concat",
        lambda x, y: np.concatenate([x, y]), ((1, 4), (2, 4)), lambda x, y: torch.cat([x, y]),
    ),
    Sample(
        "concat",
        lambda x, y: np.concatenate([x, y, x], axis=-2), ((2, 1, 2), (2, 2, 2)), lambda x, y: torch.cat([x, y, x], -2),
        name="concat axis=-2",
    ),
    Sample(
        "stack",
        lambda x, y: np.stack([x, y], axis=1), ((3, 2), (3, 2)), lambda x, y: torch.stack([x, y], 1),
    ),
    Sample("split", lambda x: np.split(x, 2, axis=1)[1], ((3, 4),), lambda x: x[:, 2:]),
    Sample(
        "split", lambda x: product(np.split(x, [1, 3])), ((4, 2),), lambda x: x[:1] * x[1:3] * x[3:],
        name="split, all pieces",
    ),
    Sample(
        "unstack", lambda x: product(ag.unstack(x, axis=1)), ((2, 3),), lambda x: x[:, 0] * x[:, 1] * x[:, 2],
        numpy=lambda x: x[:, 0] * x[:, 1] * x[:, 2],
    ),
    Sample("astype", lambda x: x.astype(np.float64), ((3, 4),), lambda x: x.double()),
    Sample("copy", np.copy, ((3, 4),), torch.clone),
    Sample(
        "stop_gradient", lambda x: x * ag.stop_gradient(x), ((3, 4),), lambda x: x * x.detach(),
        numpy=lambda x: x * x,
    ),
]  # fmt: skip

PRODUCTS = [
    Sample("matmul", np.matmul, (left, right), torch.matmul, name=f"matmul {left} {right}")
    for left, right in [
        ((3, 4), (4, 2)), ((4,), (4,)), ((4,), (4, 2)), ((3, 4), (4,)), ((2, 3, 4), (2, 4, 2)),
        ((2, 1, 3, 4), (3, 4, 2)), ((3, 4), (2, 4, 2)), ((4,), (2, 4, 2)), ((2, 3, 4), (4,)),
    ]
]  # fmt: skip

SAMPLES = [*ELEMENTWISE, *CHOICE, *REDUCTIONS, *SHAPES, *ELEMENTS, *PRODUCTS]

CHANGES_DTYPE = {"astype"}
"""Samples whose answer has another dtype than their inputs, because that is what they are for."""

WITHOUT_DERIVATIVE = {"stop_gradient"}
"""Samples whose derivative is not that of their values, because that is what they are for."""


def t(array: Array) -> torch.Tensor:
    """An array as a PyTorch tensor of its own."""
    return torch.from_numpy(np.array(array))


def product(pieces: list[Any]) -> Any:
    """The product of all, so that each piece has a derivative of its own."""
    total = pieces[0]
    for piece in pieces[1:]:
        total = total * piece
    return total


def added_at(x: Array, shape: tuple[int, ...]) -> Array:
    into = np.zeros(shape, x.dtype)
    np.add.at(into, ROWS, x)
    return into
