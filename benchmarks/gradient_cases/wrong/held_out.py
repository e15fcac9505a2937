"""Mistakes in functions of their own, written when the diagnoses were finished and not used to improve them.

They tell how well a mistake is diagnosed that nobody had in mind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..case import Case, Draw, Function, only
from ..losses import sigmoid

FACTOR, SIGN, TRANSPOSE, ORDER, ZERO, BROADCAST, SLICE, SWAP, ACTIVATION, NAN = (
    "constant factor", "sign", "transpose", "permutation", "all zero", "missing un-broadcast sum", "one row or column",
    "swapped arguments", "activation derivative", "NaN",
)  # fmt: skip


def two(*shape: int) -> Callable[[Draw], tuple[Any, ...]]:
    return lambda d: (d.normal(*shape), d.normal(*shape))


# --- the functions -----------------------------------------------------------------------------------------


def _charbonnier(g: Any, x: Any, y: Any) -> Any:
    d = g * (x - y) / np.sqrt((x - y) ** 2 + 0.01) / x.size
    return d, -d


def _dice(g: Any, p: Any, t: Any) -> Any:
    total, common = np.sum(p) + np.sum(t), np.sum(p * t)
    return g * (2 * common / total**2 - 2 * t / total), g * (2 * common / total**2 - 2 * p / total)


def _focal_f(x: Any, t: Any) -> Any:
    p = sigmoid(x)
    return -np.mean(t * (1 - p) ** 2 * np.log(p) + (1 - t) * p**2 * np.log(1 - p))


def _focal(g: Any, x: Any, t: Any) -> Any:
    p, q = sigmoid(x), 1 - sigmoid(x)
    return g * (t * (2 * q * p * q * np.log(p) - q**3) - (1 - t) * (2 * p * p * q * np.log(q) - p**3)) / x.size


def _gate_f(h: Any, wz: Any, wc: Any, b: Any) -> Any:
    z = sigmoid(h @ wz)
    return np.sum((z * h + (1 - z) * np.tanh(h @ wc + b)) ** 2)


def gate(
    of_tanh: Callable[[Any], Any] = lambda c: 1 - c * c,
    of_sigmoid: Callable[[Any], Any] = lambda z: z * (1 - z),
    bias: Callable[[Any], Any] = lambda d: d.sum(0),
) -> Callable[..., Any]:
    def vjp(g: Any, h: Any, wz: Any, wc: Any, b: Any) -> Any:
        z, c = sigmoid(h @ wz), np.tanh(h @ wc + b)
        d = 2 * g * (z * h + (1 - z) * c)
        dz, dc = d * (h - c) * of_sigmoid(z), d * (1 - z) * of_tanh(c)
        return d * z + dz @ wz.T + dc @ wc.T, h.T @ dz, h.T @ dc, bias(dc)

    return vjp


def _rms_f(x: Any, w: Any) -> Any:
    return np.sum(np.sin(x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-3) * w))


def rms(reduce: Callable[[Any], Any] = lambda d: d.sum((0, 1))) -> Callable[..., Any]:
    def vjp(g: Any, x: Any, w: Any) -> Any:
        r = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-3)
        d = g * np.cos(x * r * w)
        dn = d * w
        return r * (dn - x * r * np.mean(dn * x * r, axis=-1, keepdims=True)), reduce(d * x * r)

    return vjp


def _kernel(g: Any, a: Any, b: Any) -> Any:
    apart = a[:, None] - b
    d = 2 * g * apart * np.exp(-np.sum(apart**2, axis=-1))[..., None]
    return -d.sum(1), d.sum(0)


def _without_exp(g: Any, a: Any, b: Any) -> Any:
    d = 2 * g * (a[:, None] - b)
    return -d.sum(1), d.sum(0)


def _factors(g: Any, u: Any, v: Any, y: Any) -> Any:
    d = 2 * g * (u @ v.T - y)
    return d @ v, d.T @ u, -d


def _factors_turned(g: Any, u: Any, v: Any, y: Any) -> Any:
    d = 2 * g * (u @ v.T - y)
    return d @ v, d @ u, -d


def _distances(g: Any, a: Any, b: Any) -> Any:
    d = g * (a - b) / np.sqrt(np.sum((a - b) ** 2, axis=1, keepdims=True))
    return d, -d


def layer(name: str, value: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Function:
    """The sum of squares of an activation of x w."""
    return Function(
        name,
        lambda x, w: np.sum(value(x @ w) ** 2),
        layer_vjp(value, slope),
        lambda d: (d.normal(4, 3), d.normal(3, 2)),
    )


def layer_vjp(value: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Callable[..., Any]:
    def vjp(g: Any, x: Any, w: Any) -> Any:
        z = x @ w
        d = 2 * g * value(z) * slope(z)
        return d @ w.T, x.T @ d

    return vjp


def softsign(z: Any) -> Any:
    return z / (1 + abs(z))


def half_tanh(z: Any) -> Any:
    return 0.5 + 0.5 * np.tanh(z / 2)


charbonnier = Function("Charbonnier loss", lambda x, y: np.mean(np.sqrt((x - y) ** 2 + 0.01)), _charbonnier, two(2, 5))
dice = Function(
    "Dice loss", lambda p, t: 1 - 2 * np.sum(p * t) / (np.sum(p) + np.sum(t)), _dice,
    lambda d: (d.positive(6), d.positive(6)),
)  # fmt: skip
focal = Function("focal loss", _focal_f, _focal, lambda d: (d.normal(7), d.integers(2, 7)))
gated = Function(
    "gated recurrence", _gate_f, gate(), lambda d: (d.normal(4, 3), d.normal(3, 3), d.normal(3, 3), d.normal(3))
)
scaled = Function("root mean square scaling", _rms_f, rms(), lambda d: (d.normal(2, 3, 4), d.normal(4)))
kernel = Function(
    "Gaussian kernel", lambda a, b: np.sum(np.exp(-np.sum((a[:, None] - b) ** 2, axis=-1))), _kernel, two(4, 2)
)
factors = Function(
    "factorization", lambda u, v, y: np.sum((u @ v.T - y) ** 2), _factors,
    lambda d: (d.normal(4, 2), d.normal(4, 2), d.normal(4, 4)),
)  # fmt: skip
geometric = Function(
    "geometric mean", lambda x: np.prod(x) ** (1 / 3), lambda g, x: g * np.prod(x) ** (1 / 3) / x / 3,
    lambda d: (d.positive(3),),
)  # fmt: skip
distances = Function("distances", lambda a, b: np.sum(np.sqrt(np.sum((a - b) ** 2, axis=1))), _distances, two(3, 2))
rough = Function(
    "|x|^1.5", lambda x: np.sum(abs(x) ** 1.5), lambda g, x: 1.5 * g * x / abs(x) ** 0.5, lambda d: (d.normal(3),)
)
LAYERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "x tanh x": (lambda z: z * np.tanh(z), lambda z: np.tanh(z) + z * (1 - np.tanh(z) ** 2)),
    "log(1 + exp)": (lambda z: np.log1p(np.exp(z)), sigmoid),
    "softsign": (softsign, lambda z: 1 / (1 + abs(z)) ** 2),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1)),
    "cube": (lambda z: z**3, lambda z: 3 * z * z),
    "sigmoid by tanh": (half_tanh, lambda z: 0.25 * (1 - np.tanh(z / 2) ** 2)),
    "cosine": (np.cos, lambda z: -np.sin(z)),
}
layers = {name: layer(f"layer of {name}", value, slope) for name, (value, slope) in LAYERS.items()}

FUNCTIONS = [
    charbonnier, dice, focal, gated, scaled, kernel, factors, geometric, distances, rough, *layers.values()
]  # fmt: skip


# --- the mistakes ------------------------------------------------------------------------------------------


def left_out(name: str) -> Case:
    return layers[name].wrong("derivative left out", layer_vjp(LAYERS[name][0], np.ones_like), kind=ACTIVATION)


CASES = [
    charbonnier.spoiled("the sum for the mean", lambda found: [10 * v for v in found], kind=FACTOR),
    charbonnier.wrong("without the root's derivative", lambda g, x, y: (g * (x - y) / x.size, -g * (x - y) / x.size),
                      kind=ACTIVATION),
    charbonnier.spoiled("of y", only(1, np.negative), kind=SIGN),
    charbonnier.spoiled("reshaped", only(0, lambda v: v.T.reshape(v.shape)), kind=TRANSPOSE),
    dice.spoiled("exchanged", lambda found: found[::-1], kind=SWAP),
    dice.wrong("of the overlap", lambda g, p, t: dice.vjp(-g, p, t), kind=SIGN, dtype=np.float32),
    dice.spoiled("target detached", only(1, np.zeros_like), kind=ZERO),
    dice.spoiled("without the 2", lambda found: [v / 2 for v in found], kind=FACTOR),
    focal.wrong("the sum for the mean", lambda g, x, t: focal.vjp(g, x, t) * x.size, kind=FACTOR),
    focal.wrong("reversed", lambda g, x, t: focal.vjp(g, x, t)[::-1], kind=ORDER, dtype=np.float32),
    gated.wrong("tanh' left out", gate(of_tanh=np.ones_like), kind=ACTIVATION),
    gated.wrong("sigmoid' left out", gate(of_sigmoid=np.ones_like), kind=ACTIVATION),
    gated.wrong("sigmoid for its derivative", gate(of_sigmoid=lambda z: z), kind=ACTIVATION),
    gated.spoiled("weights exchanged", lambda found: [found[0], found[2], found[1], found[3]], kind=SWAP),
    gated.spoiled("of the gate's weights", only(1, np.transpose), kind=TRANSPOSE),
    gated.wrong("bias not summed", gate(bias=lambda d: d), kind=BROADCAST),
    gated.wrong("bias of the first", gate(bias=lambda d: d[0]), kind=BROADCAST),
    gated.wrong("bias of the second", gate(bias=lambda d: d[1]), kind=BROADCAST, dtype=np.float32),
    scaled.wrong("not summed", rms(lambda d: d), kind=BROADCAST),
    scaled.wrong("summed over one axis", rms(lambda d: d.sum(0)), kind=BROADCAST),
    scaled.wrong("the first", rms(lambda d: d[0, 0]), kind=BROADCAST, dtype=np.float32),
    scaled.spoiled("only the first plane", only(0, lambda v: np.concatenate([v[:1], 0 * v[1:]])), kind=SLICE),
    scaled.spoiled("axes mixed", only(0, lambda v: np.swapaxes(v, 0, 1).reshape(v.shape)), kind=ORDER),
    kernel.spoiled("exchanged", lambda found: found[::-1], kind=SWAP),
    kernel.spoiled("of the points", only(0, np.negative), kind=SIGN, dtype=np.float32),
    kernel.spoiled("centres rolled", only(1, lambda v: np.roll(v, 1, axis=0)), kind=ORDER),
    kernel.spoiled("the last centre forgotten", only(1, lambda v: np.concatenate([v[:-1], 0 * v[-1:]])), kind=SLICE),
    kernel.wrong("without exp's derivative", _without_exp, kind=ACTIVATION),
    factors.wrong("residual not transposed", _factors_turned, kind=TRANSPOSE),
    factors.spoiled("exchanged", lambda found: [found[1], found[0], found[2]], kind=SWAP),
    factors.spoiled("of the target", only(2, np.transpose), kind=TRANSPOSE, dtype=np.float32),
    factors.spoiled("residual turned round", only(2, np.negative), kind=SIGN),
    factors.spoiled("the left factor frozen", only(0, np.zeros_like), kind=ZERO),
    geometric.spoiled("without 1/n", lambda found: [3 * v for v in found], kind=FACTOR),
    *map(left_out, LAYERS),
    layers["softsign"].wrong("taken at h", layer_vjp(softsign, lambda z: 1 / (1 + abs(softsign(z))) ** 2),
                             kind=ACTIVATION),
    layers["sigmoid by tanh"].wrong("h for its derivative", layer_vjp(half_tanh, half_tanh), kind=ACTIVATION),
    distances.wrong("of equal points", _distances, kind=NAN,
                    inputs=lambda d: (np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.0, 1.0]]))),
    rough.wrong("0/0", rough.vjp, kind=NAN, inputs=lambda d: (np.array([0.0, 1.0, -2.0]),)),
]  # fmt: skip
