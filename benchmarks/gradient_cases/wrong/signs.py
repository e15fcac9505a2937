"""The sign is wrong: of all of a gradient, or of the gradient by one of the inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import elements as e
from .. import losses as l
from .. import matrices as m
from .. import networks as n
from ..case import Case, Function, only

KIND = "sign"


def flipped(function: Function, which: int, what: str, **options: Any) -> Case:
    """A minus lost in the gradient by one input."""
    return function.spoiled(what, only(which, np.negative), kind=KIND, **options)


CASES = [
    l.mse.wrong("of the second input", lambda g, x, y: (2 * g * (x - y) / x.size, 2 * g * (x - y) / x.size), kind=KIND),
    flipped(l.linear_regression, 3, "of the target"),
    l.cross_entropy.wrong("target minus prediction",
                          lambda g, x, labels: g * (l.one_hot(labels, x.shape[1]) - l.softmax(x)) / len(labels),
                          kind=KIND),
    l.binary_cross_entropy.wrong("target minus prediction", lambda g, x, t: g * (t - l.sigmoid(x)) / t.size, kind=KIND,
                                 dtype=np.float32),
    l.logistic_regression.wrong("of the likelihood, not of its negative",
                                lambda g, x, w, b, t: l.logistic_regression.vjp(-g, x, w, b, t), kind=KIND),
    l.gaussian.wrong("of the location",
                     lambda g, x, mu, s: (l.gaussian.vjp(g, x, mu, s)[0],) * 2 + l.gaussian.vjp(g, x, mu, s)[2:],
                     kind=KIND),
    flipped(l.gaussian, 2, "of the scale", dtype=np.float32),
    flipped(l.kl, 1, "of the reference"),
    l.poisson.wrong("counts minus rate", lambda g, eta, counts: g * (counts - np.exp(eta)) / eta.size, kind=KIND),
    l.entropy.wrong("the minus in front lost", lambda g, x: -l.entropy.vjp(g, x), kind=KIND),
    flipped(l.cauchy, 1, "of the location"),
    flipped(l.von_mises, 2, "of the concentration"),
    l.triplet.wrong("of the negative example", lambda g, a, p, n: (2 * g * (n - p), 2 * g * (p - a), 2 * g * (n - a)),
                    kind=KIND),
    l.hinge.wrong("the minus in front lost", lambda g, w, x, labels: l.hinge.vjp(-g, w, x, labels), kind=KIND),
    l.smooth_tv.wrong("left minus right", lambda g, x: l.smooth_tv.vjp(-g, x), kind=KIND),
    e.cosines.wrong("the minus of -sin lost", lambda g, x: g * np.sin(x), kind=KIND),
    e.reciprocal.wrong("the minus lost", lambda g, x: g / x**2, kind=KIND),
    e.decay.wrong("the minus of the exponent lost", lambda g, x: g * np.exp(-x), kind=KIND, dtype=np.float32),
    e.divide.wrong("of the denominator", lambda g, x, y: (g / y, g * x / y**2), kind=KIND),
    e.angle.wrong("of the second argument", lambda g, y, x: (g * x / (x * x + y * y), g * y / (x * x + y * y)),
                  kind=KIND),
    e.centred.wrong("of the centre",
                    lambda g, x, c: (4 * g * (x - c) ** 3 / x.size, np.sum(4 * g * (x - c) ** 3 / x.size)), kind=KIND),
    e.variance.wrong("mean minus x", lambda g, x: 2 * g * (x.mean() - x) / x.size, kind=KIND),
    flipped(e.temperature, 1, "of the temperature"),
    e.lerp.wrong("of the weight", lambda g, a, b, t: (g * (1 - t), g * t, g * (a - b)), kind=KIND),
    m.inverse.wrong("the minus lost", lambda g, a: m.inv(a).T @ g @ m.inv(a).T, kind=KIND),
    flipped(m.solve, 0, "of the matrix"),
    m.diff.wrong("left minus right", lambda g, x: m.diff.vjp(-g, x), kind=KIND),
    flipped(n.rnn, 4, "of the bias"),
    n.batch_norm.wrong("mean minus x", lambda g, x: n.batch_norm.vjp(-g, x), kind=KIND, dtype=np.float32),
    e.modulus.wrong("towards 0", lambda g, z: -g * z / np.abs(z), kind=KIND),
]  # fmt: skip
