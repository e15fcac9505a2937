"""The Gaussian error linear unit:  y = x P(X <= x) for a standard normal X.

    gelu(x, approximate="none")

With "tanh" the probability is (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.  Kept for backward are x and y, of which
the probability is the quotient: what comes next keeps y, too.

D. Hendrycks and K. Gimpel, Gaussian Error Linear Units (2016).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..ops.normal import normal_cdf, single_precision
from ..primitive import fused
from .scratch import scratch

BLOCK = 1 << 16
"""So many numbers at a time: what is computed on the way stays in the cache."""
_SLOPE, _CUBIC = math.sqrt(2 / math.pi), 0.044715
_DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)
_TINY = 1e-30
"""Below it y may be subnormal, and have lost digits; the probability is 1/2 there."""


def reference(x: Any, *, approximate: str = "none") -> Any:
    if approximate == "none":
        return x * normal_cdf(x)
    return x * 0.5 * (1 + np.tanh(_SLOPE * (x + _CUBIC * (x * x * x))))


def forward(x: Any, *, approximate: str = "none") -> tuple[Any, Any]:
    wide = _wide(x)
    y = np.empty(wide.shape, wide.dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # squares of huge numbers, -inf times 0
        for part, out, spare, _ in _blocks(wide, y):
            _probability(part, out, spare, approximate)
            out *= part
    return y.astype(x.dtype, copy=False)[()], y if wide.dtype == x.dtype else None


def backward(g: Any, y: Any, _needs: Sequence[Any], x: Any, *, approximate: str = "none") -> tuple[Any]:
    wide = _wide(x)
    dx = np.empty(wide.shape, wide.dtype)
    answers = None if y is None else y.reshape(-1)
    start = 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for part, out, spare, more in _blocks(wide, dx):
            if answers is None:  # half precision, of which the quotient would have few digits
                _probability(part, out, spare, approximate)
                np.square(part, out=spare)
            else:
                np.divide(answers[start : start + len(part)], part, out=out)
                if not np.square(part, out=spare).min() > 0:  # as it is for most: a number near 0 has a square of 0
                    np.copyto(out, 0.5, where=np.abs(part) < _TINY)
                start += len(part)
            if approximate == "none":
                spare *= -0.5
                np.exp(spare, out=spare)
                spare *= _DENSITY_AT_0
            else:  # 2 p (1 - p) = (1 - tanh^2) / 2, by the slope of what is squashed
                spare *= 3 * _CUBIC * _SLOPE
                spare += _SLOPE
                np.multiply(out, out, out=more)
                np.subtract(out, more, out=more)
                more *= 2
                spare *= more
            spare *= part
            out += spare
    dx *= g
    return (dx.astype(x.dtype, copy=False)[()],)


def _probability(x: Any, out: Any, spare: Any, approximate: str) -> None:
    """P(X <= x) into `out`."""
    if approximate == "none":
        if x.dtype == np.float32:
            single_precision(x, out, spare)
        else:
            out[...] = normal_cdf.raw(x)
        return
    np.square(x, out=spare)
    spare *= _CUBIC * _SLOPE
    spare += _SLOPE
    np.multiply(spare, x, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5


def _wide(x: Any) -> Any:
    """As an array of at least single precision: half has not the digits for a polynomial."""
    x = np.asarray(x)
    return np.ascontiguousarray(x, np.float32 if x.dtype == np.float16 else x.dtype)


def _blocks(x: Any, out: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Parts of x and of `out`, and two spare arrays of their length."""
    flat, result = x.reshape(-1), out.reshape(-1)
    one, two = (scratch(name, (min(BLOCK, flat.size),), x.dtype) for name in ("spare", "more"))
    for start in range(0, flat.size, BLOCK):
        part = flat[start : start + BLOCK]
        yield part, result[start : start + BLOCK], one[: len(part)], two[: len(part)]


reference.__name__ = "gelu"
gelu = fused(
    reference,
    forward=forward,
    backward=backward,
    math="y = x Φ(x);  x̄ = (Φ(x) + x φ(x)) ȳ, with Φ the normal distribution, or what stands for it, and φ = Φ′",
)
