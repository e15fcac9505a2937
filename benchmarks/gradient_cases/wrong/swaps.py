"""The gradients by two inputs, or the roles of two inputs in a formula, are exchanged."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function

KIND = "swapped arguments"


def swapped(function: Function, i: int, j: int, what: str, **options: Any) -> Case:
    """The gradients by inputs i and j returned in the wrong order."""

    def exchange(found: list[Any]) -> list[Any]:
        found[i], found[j] = found[j], found[i]
        return found

    return function.spoiled(what, exchange, kind=KIND, **options)


two_layers = Function(
    "two layers of one width", n.deep.f, n.deep.vjp, lambda d: (d.normal(4, 3), d.normal(3, 3), d.normal(3, 3))
)

CASES = [
    e.product.wrong("x for y", lambda g, x, y: (g * x, g * y), kind=KIND),
    e.product.wrong("x for y, in a table", lambda g, x, y: (g * x, g * y), kind=KIND, dtype=np.float32,
                    inputs=lambda d: (d.normal(2, 4), d.normal(2, 4))),
    swapped(e.power, 0, 1, "base and exponent"),
    swapped(e.angle, 0, 1, "y and x"),
    swapped(e.hypot, 0, 1, "the two legs"),
    swapped(e.divide, 0, 1, "numerator and denominator", dtype=np.float32),
    e.log_add.wrong("x for y", lambda g, x, y: (g / (1 + np.exp(x - y)), g / (1 + np.exp(y - x))), kind=KIND),
    swapped(e.lerp, 0, 1, "the two ends"),
    swapped(e.complex_product, 0, 1, "the two factors"),
    swapped(m.square_matmul, 0, 1, "left and right"),
    swapped(m.trace, 0, 1, "left and right"),
    swapped(m.batched, 0, 1, "left and right"),
    swapped(m.outer, 0, 1, "rows and columns"),
    swapped(m.kron, 0, 1, "left and right"),
    swapped(m.bilinear_form, 0, 2, "left and right vector"),
    swapped(m.concatenated, 0, 1, "the two parts"),
    swapped(m.matmul, 0, 1, "left and right", inputs=lambda d: (d.normal(3, 3), d.normal(3, 3)), dtype=np.float32),
    swapped(l.gaussian, 1, 2, "location and scale"),
    swapped(l.gaussian, 0, 2, "x and scale", dtype=np.float32),
    swapped(l.cauchy, 1, 2, "location and scale"),
    swapped(l.kl, 0, 1, "the two distributions"),
    swapped(l.cosine, 0, 1, "the two vectors"),
    swapped(l.exponential, 0, 1, "rate and x"),
    swapped(l.triplet, 1, 2, "positive and negative example"),
    swapped(l.contrast, 0, 1, "queries and keys"),
    swapped(l.von_mises, 1, 2, "location and concentration"),
    swapped(n.rnn, 2, 3, "the two weights"),
    swapped(n.rnn, 0, 1, "state and input"),
    swapped(n.gated, 1, 2, "the two weights"),
    swapped(n.attention, 0, 1, "queries and keys"),
    swapped(n.attention, 1, 2, "keys and values", dtype=np.float32),
    swapped(n.layer_norm, 1, 2, "gain and bias"),
    swapped(two_layers, 1, 2, "the two layers"),
]  # fmt: skip
