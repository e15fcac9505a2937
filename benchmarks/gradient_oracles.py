"""How far off each oracle of gradients is, for functions on which they differ: a table for docs/gradient_oracles.md.

    python -m benchmarks.gradient_oracles

Errors are relative to the derivative (to 1 where that is 0), the largest over a few points.  What is right is worked
out by hand.  "Plain differences" have one step, the cube root of the machine precision, as most checkers do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import autograd_lite as ag
from autograd_lite.testing.oracles.complex_step import agrees, complex_step
from autograd_lite.testing.oracles.differences import derivative_along
from autograd_lite.testing.oracles.directions import unit

Function = Callable[[Any], Any]


class Row(NamedTuple):
    """A function of one number, its derivative, and where to look."""

    name: str
    f: Function
    slope: Function
    points: list[float]


ROWS = [
    Row("exp(x), x about 1", np.exp, np.exp, [0.5, 1.0, 2.0]),
    Row("tanh(x)", np.tanh, lambda x: 1 - np.tanh(x) ** 2, [0.1, 1.0, 5.0]),
    Row("sin(x), x about 1e6", np.sin, np.cos, [1e6, 1e6 + 1, 1e6 + 2]),
    Row("x³ at 1e-60", lambda x: x * x * x, lambda x: 3 * x * x, [1e-60, 3e-60]),
    Row("√x · x at 1e100", lambda x: np.sqrt(x) * x, lambda x: 1.5 * np.sqrt(x), [1e100, 3e100]),
    Row("log(1 - x) at 0.999999", lambda x: np.log(1 - x), lambda x: -1 / (1 - x), [0.999999]),
    Row("1e8 + x²: a large constant", lambda x: 1e8 + x * x, lambda x: 2 * x, [0.5, 2.0]),
    Row("x² in single precision inside", lambda x: _single(x) ** 2, lambda x: 2 * x, [0.7, 1.3]),
    Row("|x| at 0.001", np.abs, np.sign, [1e-3, -1e-3]),
    Row("|x|³ at 1", lambda x: np.abs(x) ** 3, lambda x: 3 * x * np.abs(x), [1.0, -2.0]),
]


def _single(x: Any) -> Any:
    """Rounded to float32; a Tensor keeps its gradient, and a complex number its imaginary part."""
    if isinstance(x, ag.Tensor):
        return x.astype(np.float32)
    return x.astype(np.complex64 if np.iscomplexobj(x) else np.float32)


def plain(f: Function, x: Any) -> float:
    """Central differences with one step."""
    h = np.finfo(np.float64).eps ** (1 / 3) * max(1.0, abs(float(x[0])))
    return float((np.asarray(f(x + h), np.float64) - np.asarray(f(x - h), np.float64))[0] / (2 * h))


def extrapolated(f: Function, x: Any) -> float:
    return float(derivative_along(f, x, unit(x, (0,))).value[0])


def stepped(f: Function, x: Any) -> float:
    found = complex_step(f, x, unit(x, (0,)))
    return float("nan") if found is None else float(found[0])


def dual(f: Function, x: Any) -> float:
    _, tangent = ag.func.jvp(f, (x,), (np.ones(1),))
    return float(tangent.data[0])


ORACLES: dict[str, Callable[[Function, Any], float]] = {
    "plain differences": plain,
    "extrapolated": extrapolated,
    "complex step": stepped,
    "forward mode": dual,
}


def error(oracle: Callable[[Function, Any], float], row: Row) -> float:
    """The largest error of an oracle over the points of a row."""
    worst = 0.0
    for point in row.points:
        x = np.array([point])
        right = float(np.asarray(row.slope(x))[0])
        with np.errstate(all="ignore"):
            got = oracle(row.f, x)
        worst = max(worst, abs(got - right) / (abs(right) or 1.0)) if not np.isnan(got) else float("nan")
    return worst


def confirmed(row: Row) -> bool:
    """Whether finite differences confirm the complex step at all points: then it is what is used."""
    answers = []
    for point in row.points:
        x = np.array([point])
        found = complex_step(row.f, x, unit(x, (0,)))
        with np.errstate(all="ignore"):
            answers.append(found is not None and agrees(found, derivative_along(row.f, x, unit(x, (0,)))))
    return all(answers)


def main() -> None:
    print(f"| function | {' | '.join(ORACLES)} | used by default |")
    print("|---|" + "---:|" * len(ORACLES) + "---|")
    for row in ROWS:
        errors = " | ".join(f"{error(oracle, row):.0e}" for oracle in ORACLES.values())
        print(f"| {row.name} | {errors} | {'complex step' if confirmed(row) else 'extrapolated'} |")


if __name__ == "__main__":
    main()
