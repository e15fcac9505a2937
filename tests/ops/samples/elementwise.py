"""Functions that work element by element on floating arguments only, and choices between elements."""

import math

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite.ops import trigonometric
from autograd_lite.ops.normal import normal_cdf

from .sample import MASK, ROWS, A, B, Sample, t

SIGNS = B.astype(np.float16)
STEPS = np.array([0.0, -1.0, 2.0, 0.0], np.float16)
EXPONENTS = np.array([2.5, 0.0, -1.0, 3.0])


def larger(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """NumPy orders complex numbers by their real parts; PyTorch does not order them."""
    return torch.where(x.real > y.real, x, y)


def smaller(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.where(x.real < y.real, x, y)


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
    Sample("expm1", np.expm1, ((3, 4),), torch.expm1, complex=True),
    Sample("log", np.log, ((3, 4),), torch.log, between=(0.5, 2), complex=True),
    Sample("log1p", np.log1p, ((3, 4),), torch.log1p, between=(-0.5, 2), complex=True),
    Sample("log2", np.log2, ((3, 4),), torch.log2, between=(0.5, 2), complex=True),
    Sample("log10", np.log10, ((3, 4),), torch.log10, between=(0.5, 2), complex=True),
    Sample("sin", np.sin, ((3, 4),), torch.sin, complex=True),
    Sample("cos", np.cos, ((3, 4),), torch.cos, complex=True),
    Sample("tan", np.tan, ((3, 4),), torch.tan, between=(-1, 1), complex=True),
    Sample("arctan", np.arctan, ((3, 4),), torch.arctan, complex=True),
    Sample("sinh", np.sinh, ((3, 4),), torch.sinh, complex=True),
    Sample("cosh", np.cosh, ((3, 4),), torch.cosh, complex=True),
    Sample("tanh", np.tanh, ((3, 4),), torch.tanh, complex=True),
    Sample(
        "sigmoid",
        ag.sigmoid,
        ((3, 4),),
        torch.sigmoid,
        numpy=lambda x: 0.5 * (1 + np.tanh(0.5 * x)),
    ),
    Sample(
        "softplus", ag.softplus, ((3, 4),), torch.nn.functional.softplus, numpy=lambda x: np.logaddexp(x, x * 0),
    ),
    Sample(
        "normal_cdf", normal_cdf, ((3, 4),), torch.special.ndtr,
        numpy=lambda x: (np.vectorize(math.erfc, otypes=[np.float64])(-x / math.sqrt(2)) / 2).astype(x.dtype),
    ),
    Sample("relu", ag.relu, (A,), torch.relu, numpy=lambda x: np.where(x > 0, x, x.dtype.type(0))),
    Sample("exp2", np.exp2, ((3, 4),), torch.exp2, complex=True),
    Sample("cbrt", np.cbrt, ((3, 4),), lambda x: x ** (1 / 3), between=(0.5, 2)),
    Sample("fabs", np.fabs, (A,), torch.abs),
    Sample("hypot", np.hypot, ((3, 4), (3, 4)), torch.hypot),
    Sample("fmod", np.fmod, (A * 3 + 0.01, A[::-1] * 0.5 + 1.8), torch.fmod),
    Sample("fmax", np.fmax, (A, B), torch.fmax),
    Sample("fmin", np.fmin, (A, B), torch.fmin),
    Sample("logaddexp2", np.logaddexp2, ((3, 4), (3, 4)), torch.logaddexp2),
    Sample("arcsin", np.arcsin, ((3, 4),), torch.arcsin, between=(-0.9, 0.9), complex=True),
    Sample("arccos", np.arccos, ((3, 4),), torch.arccos, between=(-0.9, 0.9), complex=True),
    Sample("arcsinh", np.arcsinh, ((3, 4),), torch.arcsinh, complex=True),
    Sample("arccosh", np.arccosh, ((3, 4),), torch.arccosh, between=(1.1, 3), complex=True),
    Sample("arctanh", np.arctanh, ((3, 4),), torch.arctanh, between=(-0.9, 0.9), complex=True),
    Sample("arctan2", np.arctan2, ((3, 4), (3, 4)), torch.arctan2, between=(0.5, 2)),
    Sample("deg2rad", np.deg2rad, ((3, 4),), torch.deg2rad),
    Sample("rad2deg", np.rad2deg, ((3, 4),), torch.rad2deg),
    Sample("radians", np.radians, ((3, 4),), torch.deg2rad),
    Sample("degrees", np.degrees, ((3, 4),), torch.rad2deg),
    Sample("sinc", np.sinc, ((3, 4),), torch.sinc, complex=True),
    Sample("nan_to_num", np.nan_to_num, ((3, 4),), lambda x: x * 1.0, complex=True),
    Sample(
        "one_minus_square", trigonometric.one_minus_square, ((3, 4),), lambda x: 1 - x * x, complex=True,
        numpy=lambda x: (1 - x) * (1 + x),
    ),
    Sample(
        "root_of_square_minus_one", trigonometric.root_of_square_minus_one, ((3, 4),),
        lambda x: torch.sqrt(x - 1) * torch.sqrt(x + 1), between=(1.1, 3), complex=True,
    ),
]  # fmt: skip

CHOICE = [
    Sample(
        "where", lambda x, y: np.where(MASK, x, y), ((3, 4), (3, 4)), lambda x, y: torch.where(t(MASK), x, y),
        complex=True,
    ),
    Sample("maximum", np.maximum, (A, B), larger, name="maximum of real parts", complex=True),
    Sample("minimum", np.minimum, (A, B), smaller, name="minimum of real parts", complex=True),
    Sample("fmax", np.fmax, (A, B), larger, name="fmax of real parts", complex=True),
    Sample("fmin", np.fmin, (A, B), smaller, name="fmin of real parts", complex=True),
    Sample(
        "clip", lambda x: np.clip(x, -1.0, 0.8), (A,),
        lambda x: torch.where(x.real < -1, -1.0, torch.where(x.real > 0.8, 0.8, x)),
        name="clip of real parts", complex=True,
    ),
    Sample("clip", lambda x: np.clip(x, -1.0, 0.8), (A,), lambda x: torch.clip(x, -1.0, 0.8)),
    Sample("clip", lambda x: np.clip(x, None, 0.8), (A,), lambda x: torch.clip(x, None, 0.8), name="clip above"),
    Sample("clip", lambda x: np.clip(x, -1.0, None), (A,), lambda x: torch.clip(x, -1.0), name="clip below"),
    Sample(
        "clip", lambda x, low: np.clip(x, low, None), (A, B - 0.7), lambda x, low: torch.clip(x, low),
        name="clip at lower",
    ),
    Sample(
        "clip", lambda x, high: np.clip(x, None, high), (A, B), lambda x, high: torch.clip(x, max=high),
        name="clip at upper",
    ),
    Sample("clip", np.clip, (A * 2, B - 0.7, np.full((3, 4), 0.9)), torch.clip, name="clip between arrays"),
    Sample("power", lambda x: x**3, ((3, 4),), lambda x: x**3, name="power 3"),
    Sample("power", lambda x: x**2, ((3, 4),), lambda x: x**2, name="power 2"),
    Sample("power", lambda x: x**-1.5, ((3, 4),), lambda x: x**-1.5, between=(0.5, 2), name="power -1.5"),
    Sample(
        "power", lambda x: x ** EXPONENTS.astype(x.dtype), ((3, 4),), lambda x: x ** t(EXPONENTS).to(x.dtype),
        between=(0.5, 2), name="power by several, 0 among them",
    ),
    Sample("power", lambda x: 1.7**x, ((3, 4),), lambda x: 1.7**x, name="power of a number"),
    Sample("power", lambda x: x**4, ((3, 4),), lambda x: x**4, name="power 4", complex=True),
    Sample("power", lambda x: x**-2, ((3, 4),), lambda x: x**-2, between=(0.5, 2), name="power -2", complex=True),
    Sample("power", lambda x: x**-3.0, ((3, 4),), lambda x: x**-3, between=(0.5, 2), name="power -3", complex=True),
    Sample("copysign", lambda x: np.copysign(x, SIGNS), (A,), lambda x: torch.copysign(x, t(SIGNS))),
    Sample("ldexp", lambda x: np.ldexp(x, ROWS), ((4, 3),), lambda x: torch.ldexp(x, t(ROWS))),
    Sample("heaviside", lambda x: np.heaviside(STEPS, x), ((3, 4),), lambda x: t(STEPS == 0) * x + t(STEPS > 0)),
    Sample("modf", lambda x: np.modf(x)[0], (A * 3 + 0.1,), torch.frac),
    Sample("frexp", lambda x: np.frexp(x)[0], (A * 3,), lambda x: torch.frexp(x)[0]),
    Sample("divmod", lambda x, y: np.divmod(x, y)[1], (A * 3 + 0.01, B * 0.5 + 1.8), torch.remainder, name="divmod"),
    Sample("unwrap", lambda x: np.unwrap(x * 4), ((3, 4),), None),
    # PyTorch loses nine digits of the second derivative here
    Sample("sinc", lambda x: np.sinc(x * 0.05), ((3, 4),), None, name="sinc near 0"),
    Sample(
        "absolute",
        lambda x: np.sign(x) * 1.0 + np.abs(x),
        (A,),
        lambda x: torch.sgn(x) + x.abs(),
        name="sign",
        complex=True,
    ),
]  # fmt: skip

SAMPLES = [*ELEMENTWISE, *CHOICE]
