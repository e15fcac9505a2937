"""Poles and bounds of special functions, and what is 0 by definition."""

from typing import Any

import torch

from autograd_lite import special

from .kink import INF, NAN, Kink


def _of_one(name: str, at: str, points: list[float], gradients: list[float], rule: str) -> Kink:
    function: Any = getattr(torch.special, name)
    return Kink(name, at, getattr(special, name), function, (points,), (gradients,), rule)


def _of_two(name: str, at: str, x: float, y: float, gradients: tuple[float, float], rule: str) -> Kink:
    function: Any = getattr(torch.special, name)
    return Kink(name, at, getattr(special, name), function, ([x], [y]), ([gradients[0]], [gradients[1]]), rule)


KINKS = [
    _of_one("logit", "0 and 1", [0.0, 1.0], [INF, INF], "infinite"),
    _of_one("logit", "outside of 0 to 1", [-0.5, 1.5], [NAN, NAN], "NaN, as the value"),
    _of_one("erfinv", "-1 and 1", [-1.0, 1.0], [INF, INF], "infinite"),
    _of_one("ndtri", "0 and 1", [0.0, 1.0], [INF, INF], "infinite"),
    _of_one("entr", "0", [0.0], [INF], "infinite"),
    _of_one("i0e", "0", [0.0], [0.0], "0, between the slopes of both sides"),
    _of_one("i1", "0", [0.0], [0.5], "1/2, the limit of what the rule divides by x"),
    _of_one("i1e", "0", [0.0], [0.5], "1/2"),
    _of_two("xlogy", "x = 0", 0.0, 0.5, (-0.6931471805599453, 0.0), "as everywhere"),
    _of_two("xlogy", "x = 0, y < 0", 0.0, -1.0, (0.0, 0.0), "0, as the value"),
    _of_two("xlogy", "x = 0, y = 0", 0.0, 0.0, (0.0, NAN), "0 by x, as the value, and NaN by y"),
    _of_two("xlog1py", "x = 0", 0.0, 1.0, (0.6931471805599453, 0.0), "as everywhere"),
    _of_two("xlog1py", "x = 0, y = -1", 0.0, -1.0, (0.0, NAN), "0 by x, as the value, and NaN by y"),
    _of_two("xlog1py", "x = 0, y < -1", 0.0, -2.0, (0.0, 0.0), "0, as the value"),
    Kink(
        "softmax", "-inf", lambda x: special.softmax(x, 0)[1:], lambda x: torch.softmax(x, 0)[1:], ([-INF, 0.0],),
        ([0.0, 0.0],), "0: it has no share",
    ),
    Kink(
        "logsumexp", "-inf", special.logsumexp, lambda x: torch.logsumexp(x, 0), ([-INF, 0.0],), ([0.0, 1.0],),
        "0: it adds nothing",
    ),
]  # fmt: skip
