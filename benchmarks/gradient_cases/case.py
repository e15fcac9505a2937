"""What a case is: a function of NumPy arrays at a point, with a gradient written by hand.

    square = Function("square", lambda x: x * x, lambda g, x: 2 * g * x, lambda d: (d.normal(3),))
    right = square.case()
    wrong = square.wrong("without the 2", lambda g, x: g * x, kind="constant factor")

A gradient is `vjp(g, *inputs)`: for dL by the function's answer, those by its floating inputs, in order; a tuple, or an
array if there is one.  Of complex numbers a gradient is dL/d Re + i dL/d Im, PyTorch's convention.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Arrays = tuple[Any, ...]
Formula = Callable[..., Any]


class Draw:
    """Random inputs, the same ones each time for the same name."""

    def __init__(self, name: str) -> None:
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def normal(self, *shape: int) -> Any:
        return self.rng.normal(size=shape)

    def positive(self, *shape: int) -> Any:
        """Between 0.5 and 2."""
        return self.rng.uniform(0.5, 2.0, shape)

    def within(self, low: float, high: float, *shape: int) -> Any:
        return self.rng.uniform(low, high, shape)

    def apart(self, *shape: int) -> Any:
        """No two of them close together, for functions that choose."""
        size = int(np.prod(shape))
        return (self.rng.permutation(size) * 0.37 - 0.18 * size).reshape(shape)

    def complex(self, *shape: int) -> Any:
        return self.normal(*shape) + 1j * self.normal(*shape)

    def matrix(self, n: int) -> Any:
        """Well-conditioned, and not symmetric."""
        return self.normal(n, n) + 2 * n**0.5 * np.eye(n)

    def integers(self, high: int, *shape: int) -> Any:
        return self.rng.integers(0, high, shape).astype(np.int16)  # float32 beside them stays float32

    def signs(self, *shape: int) -> Any:
        """Integers, 1 or -1."""
        return self.rng.choice(np.array([-1, 1], np.int16), shape)


class Case(NamedTuple):
    """A function at a point with a gradient; `kind` is the mistake in it, if it has one.

    Of `kind` None the gradient is right.  Of "" it is wrong, and any diagnosis will do.
    """

    name: str
    f: Formula
    vjp: Formula
    inputs: Arrays
    kind: str | None = None

    @property
    def floating(self) -> list[int]:
        """The inputs that gradients are taken by."""
        return [i for i, x in enumerate(self.inputs) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]

    def gradients(self, g: Any, *inputs: Any) -> Arrays:
        """The gradients by the floating inputs, always as a tuple."""
        given = self.vjp(g, *inputs)
        return given if isinstance(given, tuple) else (given,)


def right(name: str, f: Formula, vjp: Formula, *inputs: Any, dtype: Any = None) -> Case:
    """A right gradient at a point that is given."""
    return Case(f"{name} (float32)" if dtype else name, f, vjp, tuple(_cast(x, dtype) for x in inputs))


class Function(NamedTuple):
    """A function with its right gradient, and inputs to try it at."""

    name: str
    f: Formula
    vjp: Formula
    inputs: Callable[[Draw], Arrays]

    def case(self, what: str = "", *, inputs: Callable[[Draw], Arrays] | None = None, dtype: Any = None) -> Case:
        """The right gradient, at the usual inputs or others, in their own dtypes or a narrower one."""
        name = f"{self.name}{f': {what}' if what else ''}{f' ({np.dtype(dtype).name})' if dtype else ''}"
        drawn = (inputs or self.inputs)(Draw(self.name + what))
        return Case(name, self.f, self.vjp, tuple(_cast(x, dtype) for x in drawn))

    def wrong(
        self,
        what: str,
        vjp: Formula,
        *,
        kind: str,
        inputs: Callable[[Draw], Arrays] | None = None,
        dtype: Any = None,
        f: Formula | None = None,
    ) -> Case:
        """The same with a wrong gradient."""
        case = self.case(what, inputs=inputs, dtype=dtype)
        return case._replace(vjp=vjp, kind=kind, f=case.f if f is None else f)

    def spoiled(self, what: str, change: Callable[[list[Any]], list[Any]], *, kind: str, **options: Any) -> Case:
        """The same with a mistake made in the list of right gradients: for long formulas in which one thing is lost."""

        def vjp(g: Any, *inputs: Any) -> Any:
            found = self.vjp(g, *inputs)
            return tuple(change([np.array(v) for v in (found if isinstance(found, tuple) else (found,))]))

        return self.wrong(what, vjp, kind=kind, **options)


def only(which: int, change: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """A mistake in the gradient by one input."""
    return lambda found: [change(v) if i == which else v for i, v in enumerate(found)]


def _cast(x: Any, dtype: Any) -> Any:
    """An input, a floating one as an array of its own, in the dtype asked for."""
    if isinstance(x, (float, complex, np.inexact)):
        x = np.array(x)
    if dtype is None or not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        return x
    return x.astype(np.result_type(dtype, 1j) if x.dtype.kind == "c" else dtype)
