"""Functions that methods of minimisation are tried on, with their standard starting points.

Moré, Garbow and Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7, 1981, numbered as there;
Himmelblau, "Applied nonlinear programming", 1972.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Standard(NamedTuple):
    """A function, where to start, and the values that its local minima have."""

    fun: Callable[[Any], Any]
    start: list[float]
    minima: tuple[float, ...]


def rosenbrock(x: Any) -> Any:
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2


def freudenstein_roth(x: Any) -> Any:
    return (-13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1]) ** 2 + (
        -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1]
    ) ** 2


def powell_badly_scaled(x: Any) -> Any:
    return (1e4 * x[0] * x[1] - 1.0) ** 2 + (np.exp(-x[0]) + np.exp(-x[1]) - 1.0001) ** 2


def brown_badly_scaled(x: Any) -> Any:
    return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2.0) ** 2


def beale(x: Any) -> Any:
    return sum((y - x[0] * (1.0 - x[1] ** (i + 1))) ** 2 for i, y in enumerate((1.5, 2.25, 2.625)))


def jennrich_sampson(x: Any) -> Any:
    i = np.arange(1.0, 11.0)
    return np.sum((2.0 + 2.0 * i - (np.exp(i * x[0]) + np.exp(i * x[1]))) ** 2)


def helical_valley(x: Any) -> Any:
    turn = np.arctan(x[1] / x[0]) / (2.0 * np.pi) + np.where(x[0].data < 0.0, 0.5, 0.0)
    return 100.0 * ((x[2] - 10.0 * turn) ** 2 + (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1.0) ** 2) + x[2] ** 2


def powell_singular(x: Any) -> Any:
    return (
        (x[0] + 10.0 * x[1]) ** 2
        + 5.0 * (x[2] - x[3]) ** 2
        + (x[1] - 2.0 * x[2]) ** 4
        + 10.0 * (x[0] - x[3]) ** 4
    )  # fmt: skip


def wood(x: Any) -> Any:
    return (
        100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2
        + 90.0 * (x[3] - x[2] ** 2) ** 2 + (1.0 - x[2]) ** 2
        + 10.0 * (x[1] + x[3] - 2.0) ** 2 + 0.1 * (x[1] - x[3]) ** 2
    )  # fmt: skip


def brown_dennis(x: Any) -> Any:
    t = np.arange(1.0, 21.0) / 5.0
    return np.sum(((x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2) ** 2)


def extended_rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1::2] - x[::2] ** 2) ** 2 + (1.0 - x[::2]) ** 2)


def trigonometric(x: Any) -> Any:
    n = len(x)
    i = np.arange(1.0, n + 1.0)
    return np.sum((n - np.sum(np.cos(x)) + i * (1.0 - np.cos(x)) - np.sin(x)) ** 2)


def himmelblau(x: Any) -> Any:
    return (x[0] ** 2 + x[1] - 11.0) ** 2 + (x[0] + x[1] ** 2 - 7.0) ** 2


STANDARD = {
    "rosenbrock": Standard(rosenbrock, [-1.2, 1.0], (0.0,)),  # 1
    "freudenstein-roth": Standard(freudenstein_roth, [0.5, -2.0], (0.0, 48.98425367924)),  # 2
    "powell badly scaled": Standard(powell_badly_scaled, [0.0, 1.0], (0.0,)),  # 3
    "brown badly scaled": Standard(brown_badly_scaled, [1.0, 1.0], (0.0,)),  # 4
    "beale": Standard(beale, [1.0, 1.0], (0.0,)),  # 5
    "jennrich-sampson": Standard(jennrich_sampson, [0.3, 0.4], (124.36218235561,)),  # 6
    "helical valley": Standard(helical_valley, [-1.0, 0.0, 0.0], (0.0,)),  # 7
    "powell singular": Standard(powell_singular, [3.0, -1.0, 0.0, 1.0], (0.0,)),  # 13
    "wood": Standard(wood, [-3.0, -1.0, -3.0, -1.0], (0.0,)),  # 14
    "brown-dennis": Standard(brown_dennis, [25.0, 5.0, -5.0, -1.0], (85822.2016263563,)),  # 16
    "extended rosenbrock": Standard(extended_rosenbrock, [-1.2, 1.0] * 10, (0.0,)),  # 21
    "trigonometric": Standard(trigonometric, [0.1] * 10, (0.0, 2.7950561218788e-5)),  # 26
    "himmelblau": Standard(himmelblau, [0.0, 0.0], (0.0,)),
}
