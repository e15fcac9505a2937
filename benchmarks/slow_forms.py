"""Claim: where NumPy's own form of something is slow, the engine's is at the speed of memory, and of the same values.

    python -m benchmarks.slow_forms

Each line checks that NumPy's form and ours agree, then runs them in turn on the same arrays of 100,000 elements.
`x + x` stands above them for what one pass over memory costs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np

import autograd_lite as ag
from autograd_lite.ops.bits import choose
from autograd_lite.primitive import Primitive, registry
from benchmarks.pairs import compare

SIZE = 100_000
PAIRS = 41

Run = Callable[[], Any]
Call = Callable[..., Any]


def rule(primitive: Primitive, i: int) -> Call:
    """The derivative by the i-th argument."""
    found = primitive.vjps[i]
    assert found is not None
    return found


def forms(dtype: Any) -> dict[str, tuple[Run, Run]]:
    """NumPy's form, and ours, of each."""
    rng = np.random.default_rng(0)
    x, y, g = (rng.normal(size=SIZE).astype(dtype) for _ in range(3))
    t = ag.Tensor(x)
    condition = rng.random(SIZE) < 0.5
    answer = np.maximum(x, 0)
    rest = np.remainder(x, y)
    places = rng.integers(0, 1000, SIZE)
    zero = np.zeros((), dtype)
    return {
        "x + x (one pass)": (lambda: x + x, lambda: t + t),
        "x ** 3": (lambda: x**3, lambda: t**3),
        "x ** 4": (lambda: x**4, lambda: t**4),
        "x ** -2": (lambda: x**-2, lambda: t**-2),
        "where(c, x, y)": (lambda: np.where(condition, x, y), lambda: choose(condition, x, y)),
        "where(c, g, 0)": (lambda: np.where(condition, g, zero), lambda: choose(condition, g, 0.0)),
        "maximum(x, 0)": (lambda: np.maximum(x, 0), lambda: ag.relu(t)),
        "g * (y > 0)": (lambda: g * (answer > 0), lambda: choose(answer != zero, g, 0.0)),
        "gradient of x ** 4": (lambda: g * (4 * x**3), lambda: rule(ag.power, 0)(g, None, x, 4)),
        "gradient of maximum(x, y)": (lambda: np.where(x > y, g, 0.0), lambda: rule(ag.maximum, 0)(g, None, x, y)),
        "gradient of clip(x, -1, 1)": (
            lambda: g * ((x >= -1) & (x <= 1)),
            lambda: rule(registry[np.clip], 0)(g, None, x, -1, 1),
        ),
        "gradient of x % y": (lambda: -g * (x // y), lambda: rule(ag.remainder, 1)(g, rest, x, y)),
        "add at places": (lambda: _added_at(g, places), lambda: ag.scatter_add(g, places, (1000,))),
    }


def _added_at(g: Any, places: Any) -> Any:
    into = np.zeros(1000, g.dtype)
    np.add.at(into, (places,), g)
    return into


def main() -> None:
    print(f"arrays of {SIZE:,} elements; ours beside NumPy's form")
    for dtype in (np.float32, np.float64):
        print(np.dtype(dtype).name)
        for name, (numpys, ours) in forms(dtype).items():
            eps = float(np.finfo(dtype).eps)
            np.testing.assert_allclose(np.asarray(ours()), numpys(), rtol=8 * eps, atol=1e3 * eps)
            print(compare(ours, numpys, pairs=PAIRS).row(f"  {name}"))


if __name__ == "__main__":
    main()
