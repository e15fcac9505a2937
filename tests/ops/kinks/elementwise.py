"""Kinks of functions that work element by element."""

from __future__ import annotations

import numpy as np
import torch

import autograd_lite as ag

from .kink import INF, NAN, Kink


def clipped(
    at: str, low: float | None, high: float | None, points: list[float], gradients: list[float], rule: str
) -> Kink:
    """A line about bounds that are numbers."""
    ours, theirs = lambda x: np.clip(x, low, high), lambda x: torch.clamp(x, low, high)
    return Kink("clip", at, ours, theirs, (points,), (gradients,), rule)


def raised(exponent: float, gradient: float, rule: str) -> Kink:
    """A line about 0 to the power of a number."""
    call = lambda x: x**exponent
    return Kink("power", f"0 ** {exponent}", call, call, ([0.0],), ([gradient],), rule)


HALF = "each side gets half"
BOTH = "each side gets it all"
PASSES = "the gradient passes at the bound"

KINKS = [
    Kink("abs", "0", abs, abs, ([0.0, -0.0],), ([0.0, 0.0],), "0"),
    Kink("relu", "0", ag.relu, torch.relu, ([0.0, -0.0],), ([0.0, 0.0],), "0"),
    Kink("maximum", "x = y", np.maximum, torch.maximum, ([1.0, 2.0], [1.0, 0.0]), ([0.5, 1.0], [0.5, 0.0]), HALF),
    Kink("maximum", "NaN", np.maximum, torch.maximum, ([NAN, 1.0], [1.0, NAN]), ([1.0, 1.0], [1.0, 1.0]), BOTH),
    Kink("minimum", "NaN", np.minimum, torch.minimum, ([NAN, 1.0], [1.0, NAN]), ([1.0, 1.0], [1.0, 1.0]), BOTH),
    Kink("relu", "NaN", ag.relu, torch.relu, ([NAN],), ([1.0],), "1"),
    Kink("minimum", "x = y", np.minimum, torch.minimum, ([1.0, 2.0], [1.0, 0.0]), ([0.5, 0.0], [0.5, 1.0]), HALF),
    Kink("maximum", "infinities that are equal", np.maximum, torch.maximum, ([INF], [INF]), ([0.5], [0.5]), HALF),
    clipped("a bound", -1.0, 1.0, [-1.0, 0.5, 1.0, 1.5], [1.0, 1.0, 1.0, 0.0], PASSES),
    clipped("the lower bound alone", 0.0, None, [-1.0, 0.0, 1.0], [0.0, 1.0, 1.0], PASSES),
    clipped("the upper bound alone", None, 0.0, [-1.0, 0.0, 1.0], [1.0, 1.0, 0.0], PASSES),
    clipped(
        "low > high", 1.0, -1.0, [-2.0, -1.0, 0.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0, 0.0],
        "the answer is high, and no gradient flows to x",
    ),
    Kink(
        "clip", "a bound that is an array", np.clip, torch.clamp, ([0.0, 1.0, 0.5], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]), "the gradient passes to x, and not to the bound",
    ),
    Kink(
        "clip", "a lower bound alone that is an array", lambda x, low: np.clip(x, low, None),
        lambda x, low: torch.clamp(x, min=low), ([0.0, -1.0], [0.0, 0.0]), ([1.0, 0.0], [0.0, 1.0]),
        "the gradient passes to x, and not to the bound",
    ),
    Kink(
        "clip", "an upper bound alone that is an array", lambda x, high: np.clip(x, None, high),
        lambda x, high: torch.clamp(x, max=high), ([0.0, 1.0], [0.0, 0.0]), ([1.0, 0.0], [0.0, 1.0]),
        "the gradient passes to x, and not to the bound",
    ),
    Kink(
        "clip", "low > high, arrays", np.clip, torch.clamp, ([-2.0, 0.0, 2.0], [1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]), "the gradient goes to high",
    ),
    Kink("sqrt", "0", np.sqrt, torch.sqrt, ([0.0],), ([INF],), "infinite"),
    raised(-1, -INF, "infinite"),
    raised(0, 0.0, "0: the answer is constant"),
    raised(1, 1.0, "1"),
    raised(2, 0.0, "0"),
    raised(3.0, 0.0, "0"),
    raised(0.5, INF, "infinite"),
    Kink(
        "power", "x = 0, y an array", np.power, torch.pow, ([0.0, 0.0, 0.0], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 0.0], [0.0, 0.0, 0.0]), "by x as for a number; by y 0, the limit from x > 0 where y > 0",
    ),
    Kink("power", "the number 0 to the y", lambda y: 0.0**y, lambda y: 0.0**y, ([0.0, 1.0],), ([0.0, 0.0],), "0"),
    Kink("log", "0", np.log, torch.log, ([0.0],), ([INF],), "infinite"),
    Kink("divide", "a numerator of 0", np.divide, torch.divide, ([0.0], [2.0]), ([0.5], [0.0]), "as everywhere"),
    Kink(
        "where", "a guarded pole", lambda x: np.where(x.data > 0, np.log(np.where(x.data > 0, x, 1.0)), 0.0),
        lambda x: torch.where(x > 0, torch.log(torch.where(x > 0, x, 1.0)), 0.0), ([0.0, 2.0, -1.0],),
        ([0.0, 0.5, 0.0],), "the branch not taken gets 0, and no NaN if its argument is guarded too",
    ),
    Kink("remainder", "a multiple", np.remainder, torch.remainder, ([4.0], [2.0]), ([1.0], [-2.0]), "as just above it"),
    Kink("arctan2", "0, 0", np.arctan2, torch.arctan2, ([0.0], [0.0]), ([0.0], [0.0]), "0"),
    Kink("hypot", "0, 0", np.hypot, torch.hypot, ([0.0], [0.0]), ([NAN], [NAN]), "not a number"),
    Kink("fmax", "x = y", np.fmax, torch.fmax, ([1.0], [1.0]), ([1.0], [0.0]), "the first gets it all"),
    Kink("fmax", "x and y NaN", np.fmax, torch.fmax, ([NAN], [NAN]), ([1.0], [0.0]), "the first gets it all"),
    Kink("fmin", "x and y NaN", np.fmin, torch.fmin, ([NAN], [NAN]), ([1.0], [0.0]), "the first gets it all"),
    Kink("fmin", "x = y", np.fmin, torch.fmin, ([1.0], [1.0]), ([1.0], [0.0]), "the first gets it all"),
    Kink("fabs", "0", np.fabs, torch.abs, ([0.0],), ([0.0],), "0"),
    Kink("sinc", "0", np.sinc, torch.sinc, ([0.0],), ([0.0],), "0, its limit"),
    Kink("arcsin", "1 and -1", np.arcsin, torch.arcsin, ([1.0, -1.0],), ([INF, INF],), "infinite"),
    Kink("arccos", "1 and -1", np.arccos, torch.arccos, ([1.0, -1.0],), ([-INF, -INF],), "infinite"),
    Kink("arccosh", "1", np.arccosh, torch.arccosh, ([1.0],), ([INF],), "infinite"),
    Kink("arctanh", "1 and -1", np.arctanh, torch.arctanh, ([1.0, -1.0],), ([INF, INF],), "infinite"),
    Kink("reciprocal", "0", np.reciprocal, torch.reciprocal, ([0.0],), ([-INF],), "infinite"),
    Kink("cbrt", "0", np.cbrt, lambda x: x ** (1 / 3), ([0.0],), ([INF],), "infinite"),
    Kink("fmod", "a multiple", np.fmod, torch.fmod, ([4.0, -4.0], [2.0, 2.0]), ([1.0, 1.0], [-2.0, 2.0]), "as past it"),
    Kink(
        "logaddexp", "an infinity", np.logaddexp, torch.logaddexp, ([INF, 0.0], [0.0, -INF]),
        ([1.0, 1.0], [0.0, 0.0]), "the larger gets it all",
    ),
    Kink(
        "logaddexp", "infinities that are equal", np.logaddexp, torch.logaddexp, ([INF, -INF], [INF, -INF]),
        ([NAN, NAN], [NAN, NAN]), "not a number",
    ),
    Kink("abs", "0, complex", abs, abs, ([0j],), ([0j],), "0"),
    Kink("angle", "0, complex", np.angle, torch.angle, ([0j],), ([0j],), "0"),
    Kink("sign", "0, complex", lambda z: np.real(np.sign(z)), lambda z: torch.sgn(z).real, ([0j],), ([0j],), "0"),
    Kink("log1p", "-1", np.log1p, torch.log1p, ([-1.0],), ([INF],), "infinite"),
    Kink(
        "copysign", "0", lambda x: np.copysign(x, -1.0), lambda x: torch.copysign(x, -1.0), ([0.0, 2.0],),
        ([0.0, -1.0],), "0",
    ),
    Kink(
        "nan_to_num", "infinities", np.nan_to_num, torch.nan_to_num, ([INF, 1.0, -INF],), ([0.0, 1.0, 0.0],), "0",
    ),
    Kink(
        "remainder", "an infinite divisor", lambda y: np.remainder(-1.0, y),
        lambda y: torch.remainder(-torch.ones(1), y),
        ([INF],), ([1.0],), "the quotient is -1",
    ),
]  # fmt: skip
