"""Arguments that minimize and least_squares do not have, and what to write instead of those that SciPy has."""

from __future__ import annotations

from collections.abc import Iterable

_DERIVATIVES = "derivatives are the engine's and exact: leave it out"

INSTEAD = {
    **dict.fromkeys(("jac", "hess", "hessp", "fprime"), _DERIVATIVES),
    "args": "close over further arguments: lambda params: fun(params, data)",
    "kwargs": "close over further arguments: lambda params: fun(params, data)",
    "bounds": "least_squares takes none; use minimize with half the sum of squares, bounds, and SciPy's L-BFGS-B",
}
"""By the argument that SciPy has."""


def check_known(function: str, unknown: Iterable[str]) -> None:
    """Raise a TypeError if there are unknown arguments."""
    for name in unknown:
        raise TypeError(f"{function}() has no argument {name}: {INSTEAD.get(name, 'see help(' + function + ')')}")
