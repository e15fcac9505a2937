"""What is computed: the parameters to begin with and the data, the same arrays for every framework.

    problem("mlp_digits").parameters["0.weight"]

All is float32 (labels are integers).  Names and layouts of parameters are those of PyTorch's state dict; first values
are uniform within 1/sqrt(inputs) of zero, ones and zeros for norms, normal for embeddings.

training        steps of an optimizer on the mean cross-entropy of a network (`mlp_tiny`: binary, with L2 in the loss)
gradient        of a scalar function of an array
jacobian, hessian, optimizer
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from benchmarks.networks import BATCHES, CLASSES, LETTERS

Shapes = dict[str, tuple[int, ...]]
# Rates at which three updates show in the loss, and one so small that thousands leave the work as it is: what has been
# learned by heart has gradients of zero, and the moments of those shrink to subnormal numbers, slow for everyone.
CHECKED_RATES = {"SGD": 0.1, "momentum": 0.1, "Adam": 1e-3, None: 0.0}
TIMED_RATE = 1e-6
L2_STRENGTH = 1e-3
MOMENTUM = 0.9
CHAIN = 1000


class Problem(NamedTuple):
    """One workload.

    parameters  what is differentiated by, by name
    batches     what each step takes, in turn
    optimizer   "SGD", "momentum" or "Adam"; None where nothing is updated
    steps       how many steps are timed together
    mark        the most that our time may be of PyTorch's
    """

    name: str
    says: str
    parameters: dict[str, Any]
    batches: list[tuple[Any, ...]]
    optimizer: str | None
    steps: int
    mark: float
    rate: float = TIMED_RATE

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the layers of a network of linear layers with ReLU between them; () for anything else."""
        return DENSE.get(self.name) or _widths(self.name)


def dense(inputs: int, *widths: int) -> Shapes:
    """Linear layers with an activation between them, in a Sequential."""
    shapes: Shapes = {}
    for i, width in enumerate(widths):
        shapes |= {f"{2 * i}.weight": (width, inputs), f"{2 * i}.bias": (width,)}
        inputs = width
    return shapes


def _convolutions(first: int, second: int, normalized: bool) -> Shapes:
    shapes: Shapes = {}
    at = 0
    for inputs, outputs in ((1, first), (first, second)):
        shapes |= {f"{at}.weight": (outputs, inputs, 3, 3), f"{at}.bias": (outputs,)}
        if normalized:
            at += 1
            shapes |= {f"{at}.weight": (outputs,), f"{at}.bias": (outputs,)}
        at += 3
    return shapes | {f"{at + 1}.weight": (CLASSES, second * 7 * 7), f"{at + 1}.bias": (CLASSES,)}


def _lstm(hidden: int = 64) -> Shapes:
    return {
        "embedding.weight": (LETTERS, hidden),
        "lstm.weight_ih_l0": (4 * hidden, hidden), "lstm.weight_hh_l0": (4 * hidden, hidden),
        "lstm.bias_ih_l0": (4 * hidden,), "lstm.bias_hh_l0": (4 * hidden,),
        "head.weight": (LETTERS, hidden), "head.bias": (LETTERS,),
    }  # fmt: skip


def _gpt(blocks: int = 2, width: int = 64, length: int = 64) -> Shapes:
    shapes: Shapes = {"letters.weight": (LETTERS, width), "positions.weight": (length, width)}
    for i in range(blocks):
        for name, shape in {
            "norm1": (width,), "norm2": (width,), "qkv": (3 * width, width), "out": (width, width),
            "mlp.0": (4 * width, width), "mlp.2": (width, 4 * width),
        }.items():  # fmt: skip
            shapes |= {f"blocks.{i}.{name}.weight": shape, f"blocks.{i}.{name}.bias": shape[:1]}
    return shapes | {
        "norm.weight": (width,),
        "norm.bias": (width,),
        "head.weight": (LETTERS, width),
        "head.bias": (LETTERS,),
    }


def _first_values(shapes: Shapes, rng: np.random.Generator) -> dict[str, Any]:
    """By the rule above: a one-dimensional weight is a norm's, and so is the bias beside it."""
    values: dict[str, Any] = {}
    bound = 1.0
    for name, shape in shapes.items():
        kind = name.rpartition(".")[2]
        if name in ("letters.weight", "positions.weight", "embedding.weight"):
            value = rng.normal(size=shape)
        elif kind == "weight" and len(shape) == 1:
            bound, value = 0.0, np.ones(shape)
        else:
            if len(shape) > 1:
                bound = 1 / math.sqrt(math.prod(shape[1:]))
            value = rng.uniform(-bound, bound, shape) if bound else np.zeros(shape)
        values[name] = value.astype(np.float32)
    return values


def _normal(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(size=shape).astype(np.float32)


def _moons(rng: np.random.Generator) -> tuple[Any, Any]:
    """Two half-circles of 50 points each, one within the other's opening."""
    angle, label = rng.uniform(0, math.pi, 100), np.repeat([0.0, 1.0], 50)
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle)) + rng.normal(size=100) * 0.1
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle)) + rng.normal(size=100) * 0.1
    return np.stack([x, y], axis=1).astype(np.float32), label.astype(np.float32)[:, None]


def _images(count: int, pixels: int, classes: int = CLASSES) -> Callable[[np.random.Generator], tuple[Any, Any]]:
    """Noise with random labels: there is always something left to learn."""
    return lambda rng: (_normal(rng, count, pixels), rng.integers(0, classes, count))


def _logistic(rng: np.random.Generator) -> tuple[Any, Any]:
    return _normal(rng, 200, 50), (rng.random(200) > 0.5).astype(np.float32)


def _tensors(rng: np.random.Generator) -> dict[str, Any]:
    return {f"p{i}": _normal(rng, 25_000) for i in range(40)}


def _tanh_network(rng: np.random.Generator) -> tuple[Any, ...]:
    return tuple(_normal(rng, *shape) * np.float32(0.1) for shape in ((64, 64), (64,), (64, 10), (10,)))


class _Declared(NamedTuple):
    says: str
    mark: float
    steps: int
    parameters: Shapes | Callable[[np.random.Generator], dict[str, Any]]
    batch: Callable[[np.random.Generator], tuple[Any, ...]]
    optimizer: str | None = None
    batches: int = 8


def _nothing(rng: np.random.Generator) -> tuple[Any, ...]:
    return ()


def _point(*shape: int) -> Callable[[np.random.Generator], dict[str, Any]]:
    return lambda rng: {"x": _normal(rng, *shape)}


DENSE = {
    "mlp_tiny": (2, 16, 16, 1),
    "mlp_digits": (64, 64, CLASSES),
    "mlp_mnist": (784, 256, CLASSES),
    "mlp_wide": (784, 1024, 1024, CLASSES),
}
DECLARED = {
    "mlp_tiny": _Declared("2-16-16-1, batch 100, binary cross-entropy, L2 in the loss, SGD", 0.20, 100,
        dense(*DENSE["mlp_tiny"]), _moons, "SGD"),
    "mlp_digits": _Declared("64-64-10, batch 32, Adam", 0.20, 100,
        dense(*DENSE["mlp_digits"]), _images(32, 64), "Adam"),
    "mlp_mnist": _Declared("784-256-10, batch 64, momentum", 0.70, 24,
        dense(*DENSE["mlp_mnist"]), _images(64, 784), "momentum"),
    "mlp_wide": _Declared("784-1024-1024-10, batch 256, Adam", 0.97, 2,
        dense(*DENSE["mlp_wide"]), _images(256, 784), "Adam", 4),
    "cnn": _Declared("convolutions 1-8-16, batch 32, 28 x 28, Adam", 1.0, 8,
        _convolutions(8, 16, False), BATCHES["cnn"], "Adam"),
    "cnn_bn": _Declared("convolutions 1-16-32 with batch normalization, batch 64, Adam", 1.3, 4,
        _convolutions(16, 32, True), BATCHES["cnn_bn"], "Adam"),
    "lstm": _Declared("letters, 32 steps, batch 16, 64 hidden units, Adam", 1.0, 8, _lstm(), BATCHES["lstm"], "Adam"),
    "gpt": _Declared("letters, 2 layers, 4 heads, 64 wide, 64 steps, batch 8, Adam", 0.95, 4,
        _gpt(), BATCHES["gpt"], "Adam"),
    "scalar_chain": _Declared("1,000 operations on one number, forward and backward", 0.40, 8,
        lambda rng: {"x": np.asarray(0.5, np.float32)}, _nothing),
    "elementwise_1m": _Declared("gradient of sum(tanh(x) sin(x) + exp(-x x)), 1,000,000 numbers", 0.65, 2,
        _point(1_000_000), _nothing),
    "softmax_ln": _Declared("gradient of the sum of squares of softmax(layer norm(x)), 512 x 512", 2.6, 8,
        _point(512, 512), _nothing),
    "jacobian": _Declared("of a 64-64-10 tanh network by its input", 0.15, 40, _point(64), _tanh_network, None, 1),
    "hessian": _Declared("of a logistic loss of 200 examples by 50 parameters", 0.20, 20,
        lambda rng: {"w": _normal(rng, 50) * np.float32(0.1)}, _logistic, None, 1),
    "optimizer_only": _Declared("Adam on 40 tensors of 25,000 numbers, gradients given", 0.70, 8,
        _tensors, lambda rng: tuple(_tensors(rng).values()), "Adam", 1),
}  # fmt: skip


def problem(name: str) -> Problem:
    """The workload of that name; "64-32-10 by 100" is a network of these widths with batches of 100, and Adam."""
    declared = DECLARED[name] if name in DECLARED else _of_widths(name)
    rng = np.random.default_rng(0)
    shapes = declared.parameters
    parameters = shapes(rng) if callable(shapes) else _first_values(shapes, rng)
    batches = [declared.batch(rng) for _ in range(declared.batches)]
    return Problem(name, declared.says, parameters, batches, declared.optimizer, declared.steps, declared.mark)


def checked(name: str) -> Problem:
    """The workload with a rate at which a wrong update shows."""
    given = problem(name)
    return given._replace(rate=CHECKED_RATES[given.optimizer])


def fewer_images(given: Problem) -> Problem:
    """The same with eight images to a batch, for gradients to be compared.

    Of a hundred thousand windows of maxima one or two have two elements that differ by their last digit.  Which of
    them gets the gradient depends on how a framework rounds, and moves whole sums by a percent.
    """
    return given._replace(batches=[(x[:8], y[:8]) if x.ndim == 4 else (x, y) for x, y in given.batches])


def _widths(name: str) -> tuple[int, ...]:
    widths, by, _ = name.partition(" by ")
    return tuple(map(int, widths.split("-"))) if by else ()


def _of_widths(name: str) -> _Declared:
    widths, batch = _widths(name), int(name.partition(" by ")[2])
    work = batch * sum(a * b for a, b in pairwise(widths))
    steps = max(1, min(100, 100_000_000 // work))
    return _Declared(name, 1.0, steps, dense(*widths), _images(batch, widths[0], widths[-1]), "Adam", 2)
