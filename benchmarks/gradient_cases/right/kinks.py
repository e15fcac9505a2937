"""At a kink, and close to one.  Every slope between the one-sided ones is right: the conventions differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import networks as n
from ..case import Case, right

ZEROS = np.array([0.0, 1.5, -0.5, 0.0])
ENDS = np.array([-1.0, 1.0, 0.3, 2.0])


def relu(x: Any) -> Any:
    return np.sum(np.maximum(x, 0))


def relus(x: Any) -> Any:
    return np.maximum(x, 0)


def leaky(x: Any) -> Any:
    return np.where(x > 0, x, 0.01 * x)


def total_variation(x: Any) -> Any:
    return np.sum(abs(np.diff(x)))


def _total_variation(g: Any, x: Any) -> Any:
    s = g * np.sign(np.diff(x))
    out = np.zeros_like(x)
    out[1:] += s
    out[:-1] -= s
    return out


def squared_hinge(x: Any) -> Any:
    return np.sum(np.maximum(0, 1 - x) ** 2)


def insensitive(x: Any, y: Any) -> Any:
    return np.sum(np.maximum(0, abs(x - y) - 0.5))


def _insensitive(g: Any, x: Any, y: Any) -> Any:
    d = g * np.sign(x - y) * (abs(x - y) > 0.5)
    return d, -d


def rows_norm(x: Any) -> Any:
    return np.sum(np.sqrt(np.sum(x * x, axis=1)))


def _rows_norm(g: Any, x: Any) -> Any:
    size = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return g * x / np.where(size == 0, 1, size)


def _modulus(g: Any, z: Any) -> Any:
    return g * z / np.where(z == 0, 1, abs(z))


def _hypot(g: Any, x: Any, y: Any) -> Any:
    r = np.where(np.hypot(x, y) == 0, 1, np.hypot(x, y))
    return g * x / r, g * y / r


def margins(kept: Any) -> Any:
    """Of the hinge loss, with or without the examples that sit on their margin."""

    def vjp(g: Any, w: Any, x: Any, labels: Any) -> Any:
        d = -g * labels * kept(labels * (x @ w), 1) / labels.size
        return x.T @ d, d[:, None] * w

    return vjp


def interpolation(side: int) -> Any:
    """With the slope of the cell to the left or to the right of a knot."""

    def vjp(g: Any, x: Any, values: Any) -> Any:
        i = (np.ceil(x) - 1 if side < 0 else np.floor(x)).astype(int)
        out = np.zeros_like(values)
        np.add.at(out, i, g * (1 - (x - i)))
        np.add.at(out, i + 1, g * (x - i))
        return g * (values[i + 1] - values[i]), out

    return vjp


MARGINS = (np.array([1.0, -0.5]), np.array([[1.0, 0.0], [2.0, 1.0], [0.5, 1.0]]), np.array([1, -1, 1], np.int16))
# units that are at 0 together lie on the same side: relu(t) - relu(-t) is t, and no convention gives its slope at 0
NETWORK = (
    np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[1.0, 2.0, 0.5], [0.5, 1.0, -0.25]]), np.array([0.0, 0.0, 0.7]),
    np.array([[1.0], [0.5], [2.0]]),
)  # fmt: skip
KNOTS = np.array([1.0, 2.5, 3.0])
VALUES = np.array([0.0, 1.0, -1.0, 0.5, 2.0])

CASES: list[Case] = [
    right("|x| at 0: 0", e.absolute.f, lambda g, x: g * np.sign(x), ZEROS),
    right("|x| at 0: 1", e.absolute.f, lambda g, x: g * np.where(x >= 0, 1, -1), ZEROS),
    right("|x| at 0: -1", e.absolute.f, lambda g, x: g * np.where(x > 0, 1, -1), ZEROS),
    right("|x| at 0: 0", e.absolute.f, lambda g, x: g * np.sign(x), ZEROS, dtype=np.float32),
    right("relu at 0: 0", relu, lambda g, x: g * (x > 0), ZEROS),
    right("relu at 0: 1", relu, lambda g, x: g * (x >= 0), ZEROS),
    right("relu at 0: 1/2", relu, lambda g, x: g * np.heaviside(x, 0.5), ZEROS),
    right("relu at 0: 0", relu, lambda g, x: g * (x > 0), ZEROS, dtype=np.float32),
    right("relu at 0, elementwise: 0", relus, lambda g, x: g * (x > 0), ZEROS),
    right("relu at 0, elementwise: 1", relus, lambda g, x: g * (x >= 0), ZEROS, dtype=np.float32),
    right("relu at 0 everywhere", relu, lambda g, x: g * (x > 0), np.zeros((2, 3))),
    right("relu of a single 0", relu, lambda g, x: g * (x > 0), 0.0),
    right("leaky relu at 0: the left slope", leaky, lambda g, x: g * np.where(x > 0, 1, 0.01), ZEROS),
    right("leaky relu at 0: the right slope", leaky, lambda g, x: g * np.where(x >= 0, 1, 0.01), ZEROS),
    right("clip at its ends: 1", e.clip.f, lambda g, x: g * (abs(x) <= 1), ENDS),
    right("clip at its ends: 0", e.clip.f, lambda g, x: g * (abs(x) < 1), ENDS),
    right("clip at its ends: 1", e.clip.f, lambda g, x: g * (abs(x) <= 1), ENDS, dtype=np.float32),
    right("hinge at the margin: out", l.hinge.f, margins(np.less), *MARGINS),
    right("hinge at the margin: in", l.hinge.f, margins(np.less_equal), *MARGINS),
    right("norm at 0: 0", e.norm.f, lambda g, x: np.zeros_like(x), np.zeros(3)),
    right("norms of rows, one of zeros", rows_norm, _rows_norm, np.array([[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]])),
    right("|z| at 0: 0", e.modulus.f, _modulus, np.array([0j, 3 + 4j, -1j])),
    right("hypot at (0, 0): 0", e.hypot.f, _hypot, np.array([0.0, 3.0]), np.array([0.0, -4.0])),
    right("elastic net with zeros", l.elastic.f, l.elastic.vjp, np.array([[0.0, 1.0], [-2.0, 0.0]])),
    right("elastic net with zeros", l.elastic.f, l.elastic.vjp, np.array([0.0, 1.0, -2.0, 0.0]), dtype=np.float32),
    right("relu network with units at 0: 0", n.NETWORKS["relu"].f, n.NETWORKS["relu"].vjp, *NETWORK),
    right("relu network with units at 0: 1", n.NETWORKS["relu"].f,
          n.network_vjp(n.RELU, lambda z, h: (z >= 0) * 1.0), *NETWORK),
    right("pinball at 0", l.pinball.f, l.pinball.vjp, np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    right("pinball at 0: the middle", l.pinball.f, lambda g, x, y: (
        g * np.where(y > x, -0.9, np.where(y < x, 0.1, -0.4)) / 2,
        g * np.where(y > x, 0.9, np.where(y < x, -0.1, 0.4)) / 2),
        np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    right("relu6 at 0 and 6", lambda x: np.minimum(np.maximum(x, 0), 6), lambda g, x: g * ((x > 0) & (x < 6)),
          np.array([0.0, 6.0, 3.0, -1.0])),
    right("hard sigmoid at its ends", lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda g, x: g * (abs(x) < 3) / 6,
          np.array([-3.0, 3.0, 1.0])),
    right("soft threshold at it", lambda x: np.sum(np.maximum(abs(x) - 1, 0)),
          lambda g, x: g * np.sign(x) * (abs(x) > 1), ENDS),
    right("total variation of flat parts", total_variation, _total_variation, np.array([1.0, 1.0, 1.0, 2.0, 2.0, 0.5])),
    right("absolute errors of an exact fit", lambda x, y: np.sum(abs(x - y)),
          lambda g, x, y: (g * np.sign(x - y), -g * np.sign(x - y)), np.array([1.0, 2.0]), np.array([1.0, 2.0])),
    right("insensitive loss at its end", insensitive, _insensitive, np.array([1.0, 2.0, 0.0]),
          np.array([0.5, 0.0, 0.1])),
    right("interpolation at knots: the left slope", e.interpolation.f, interpolation(-1), KNOTS, VALUES),
    right("interpolation at knots: the right slope", e.interpolation.f, interpolation(1), KNOTS, VALUES),
    right("larger of x and x^2", lambda x: np.sum(np.maximum(x, x * x)), lambda g, x: g * np.where(x * x > x, 2 * x, 1),
          np.array([0.0, 1.0, 2.0, -1.0])),
    right("|sin x| at 0", lambda x: np.sum(abs(np.sin(x))), lambda g, x: g * np.sign(np.sin(x)) * np.cos(x),
          np.array([0.0, 1.0, -2.0])),
    right("triangle wave at its corners", lambda x: np.sum(abs(x - 2 * np.round(x / 2))),
          lambda g, x: g * np.sign(x - 2 * np.round(x / 2)), np.array([0.0, 0.5, 2.0])),
    # kinks of the second derivative only
    right("squared positive part at 0", lambda x: np.sum(np.maximum(x, 0) ** 2), lambda g, x: 2 * g * np.maximum(x, 0),
          ZEROS),
    right("squared hinge at its margin", squared_hinge, lambda g, x: -2 * g * np.maximum(0, 1 - x), ENDS),
    right("x |x| at 0", lambda x: np.sum(x * abs(x)), lambda g, x: 2 * g * abs(x), ZEROS),
    right("Huber loss at its joint", l.huber.f, l.huber.vjp, np.array([1.0, 2.0, -0.5]), np.array([0.0, 3.0, -0.6])),
    right("elu at 0", n.ELU.value, lambda g, x: g * n.ELU.slope(x), ZEROS),
    # close by, but not on it
    right("relu at 1e-9", relu, lambda g, x: g * (x > 0), np.array([1e-9, -1e-9, 1.0])),
    right("relu at 1e-300", relu, lambda g, x: g * (x > 0), np.array([1e-300, -1e-300, 1.0])),
    right("|x| at 1e-12", e.absolute.f, e.absolute.vjp, np.array([1e-12, -1e-12, 2.0])),
    right("|x| at 1e-6 in float32", e.absolute.f, e.absolute.vjp, np.array([1e-6, -1e-6, 2.0]), dtype=np.float32),
    right("clip close to its ends", e.clip.f, e.clip.vjp, np.array([1 - 1e-7, 1 + 1e-7, -1 + 1e-10, -1 - 1e-10])),
    right("hinge close to the margin", lambda x: np.sum(np.maximum(0, 1 - x)), lambda g, x: -g * (x < 1),
          np.array([1 + 1e-8, 1 - 1e-8])),
    right("norm close to 0", e.norm.f, e.norm.vjp, np.array([1e-8, -2e-8])),
    right("unit vector of a small one", e.normalize.f, e.normalize.vjp, np.array([1e-6, -2e-6, 3e-7])),
]  # fmt: skip
