"""Functions that work element by element on floating arguments only, and choices between elements."""

import numpy as np
import torch

import autograd_lite as ag

from .sample import MASK, A, B, Sample, t

ELEMENTWISE = [
    Sample("add", np.add, ((3, 4), (3, 4)), torch.add, complex=True),
    Sample("subtract", np.subtract, ((3, 4), (3, 4)), torch.subtract, complex=True),
    Sample("multiply", np.multiply, ((3, 4), (3, 4)), torch.multiply, complex=True),
    Sample("divide", np.divide, ((3, 4), (3, 4)), torch.divide, between=(0.5, 2), complex=True),
    Sample("remainder", np.remainder, (A * 3 + 0.01, A[::-1] * 0.5 + 1.8), torch.remainder),
    Sample("negative", np.negative, ((3, 4),), torch.negative, complex=True),
    Sample("positive", np.positive, ((3, 4),), torch.positive, complex=True),
    Sample("absolute", np.absolute, (A,), torch.absolute, complex=True),
    Sample("reciprocal", np.reciprocal, ((3, 4),), torch.reciprocal, between=(0.5, 2), complex=True),
    Sample("square", np.square, ((3, 4),), torch.square, complex=True),
    Sample("sqrt", np.sqrt, ((3, 4),), torch.sqrt, between=(0.5, 2), complex=True),
    Sample("power", np.power, ((3, 4), (3, 4)), torch.pow, between=(0.5, 2), complex=True),
    Sample("maximum", np.maximum, (A, B), torch.maximum),
    Sample("minimum", np.minimum, (A, B), torch.minimum),
    Sample("logaddexp", np.logaddexp, ((3, 4), (3, 4)), torch.logaddexp),
    Sample("exp", np.exp, ((3, 4),), torch.exp, complex=True),
    Sample("expm1", np.expm1, ((3, 4),), torch.expm1),
    Sample("log", np.log, ((3, 4),), torch.log, between=(0.5, 2), complex=True),
    Sample("log1p", np.log1p, ((3, 4),), torch.log1p, between=(-0.5, 2)),
    Sample("log2", np.log2, ((3, 4),), torch.log2, between=(0.5, 2), complex=True),
    Sample("log10", np.log10, ((3, 4),), torch.log10, between=(0.5, 2), complex=True),
    Sample("sin", np.sin, ((3, 4),), torch.sin, complex=True),
    Sample("cos", np.cos, ((3, 4),), torch.cos, complex=True),
    Sample("tan", np.tan, ((3, 4),), torch.tan, between=(-1, 1), complex=True),
    Sample("arctan", np.arctan, ((3, 4),), torch.arctan),
    Sample("sinh", np.sinh, ((3, 4),), torch.sinh, complex=True),
    Sample("cosh", np.cosh, ((3, 4),), torch.cosh, complex=True),
    Sample("tanh", np.tanh, ((3, 4),), torch.tanh, complex=True),
    Sample(
        "sigmoid", ag.sigmoid, ((3, 4),), torch.sigmoid, numpy=lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
    ),
    Sample("relu", ag.relu, (A,), torch.relu, numpy=lambda x: np.where(x > 0, x, x.dtype.type(0))),
]  # fmt: skip

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

SAMPLES = [*ELEMENTWISE, *CHOICE]
