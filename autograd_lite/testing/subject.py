"""What is under test: a function at a point, and its derivatives as a framework or a user works them out.

It is seen as a function of real numbers.  A complex input is two `Part`s that are moved separately; a complex answer
has an axis more, for its real and its imaginary part.  A gradient g by a complex input z has PyTorch's convention,
dL = Re(conj(g) dz), so that its real part is the derivative by the real part, and so the imaginary one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from ..tensor import Tensor
from .adapters import Engine, Frame, Gradients, torch_array
from .oracles.directions import Array


class Part(NamedTuple):
    """A floating input, or the real ("Re") or imaginary ("Im") part of one that is complex."""

    input: int
    which: str

    @property
    def name(self) -> str:
        return f"{self.which} input {self.input}".lstrip()

    def of(self, array: Array) -> Array:
        """This part of the input, or of a gradient by it."""
        return np.asarray(array.imag if self.which == "Im" else array.real if self.which else array)

    def put(self, array: Array, part: Array) -> Array:
        """The input with this part of it replaced."""
        if not self.which:
            return part
        new = array.copy()
        if self.which == "Re":
            new.real = part
        else:
            new.imag = part
        return new


def parts_of(values: Sequence[Any], floating: Sequence[int]) -> list[Part]:
    """What is moved of the floating inputs, one after another."""
    return [Part(i, which) for i in floating for which in (("Re", "Im") if values[i].dtype.kind == "c" else ("",))]


def widened(values: Sequence[Any], floating: Sequence[int]) -> list[Any]:
    """The values with those that are floating in double precision."""
    return [x.astype(np.result_type(x, np.float64)) if i in floating else x for i, x in enumerate(values)]


def as_value(x: Any) -> Any:
    """What may be differentiated as an ndarray of its own; Python floats and lists of them are float64 here."""
    if isinstance(x, Tensor):
        return np.array(x.data)
    if isinstance(x, (float, complex, list, np.ndarray, np.generic)):
        return np.array(x)
    framework = type(x).__module__.partition(".")[0]
    if framework == "torch" and hasattr(x, "detach"):
        return torch_array(x).copy()
    if framework in ("jax", "jaxlib") and hasattr(x, "__array__"):
        return np.array(x)
    return x


class NotComparable(Exception):
    """The function cannot be held against anything at this point: its message says why."""


class Subject:
    """A function at a point, called in the dtypes given or with everything in double precision.

    answer  what it gives there, as real numbers
    dtype   of what it gives; shape too
    """

    def __init__(self, f: Callable[..., Any], values: Sequence[Any], floating: Sequence[int], frame: Frame) -> None:
        self.f, self.values, self.floating, self.frame = f, list(values), floating, frame
        given = self._checked(self.run(self.values))
        self.dtype, self.shape = given.dtype, given.shape
        self.answer = self.real(given)
        if not np.array_equal(given, self.run(self.values)):
            raise NotComparable(
                "f gives different answers for the same inputs (non-determinism): seed what is random in it, inside it"
            )

    def run(self, values: Sequence[Any]) -> Array:
        """What f gives."""
        return self.frame.array(self.f(*self.frame.arguments(values, self.floating)))

    def _checked(self, answer: Array) -> Array:
        if answer.dtype.kind not in "fc":
            raise TypeError(f"f must give floating-point numbers to be differentiated, not {describe(answer)}")
        if not np.isfinite(answer).all():
            raise NotComparable(f"f is not finite at these inputs: it gives {answer!r}")
        return answer

    def real(self, answer: Array) -> Array:
        """What f gives as real numbers."""
        return np.stack([answer.real, answer.imag], axis=-1) if self.dtype.kind == "c" else answer

    def cotangent(self, weights: Array) -> Array:
        """The gradient of sum(weights * answer), by what f gives."""
        return np.asarray(weights[..., 0] + 1j * weights[..., 1] if self.dtype.kind == "c" else weights, self.dtype)

    def moved(self, part: Part) -> Callable[[Array], Array]:
        """The answer in double precision, as a function of one part of the inputs alone."""
        wide = widened(self.values, self.floating)
        i = part.input
        return lambda x: self.real(self.run([*wide[:i], part.put(wide[i], x), *wide[i + 1 :]]))

    def moved_together(self, parts: Sequence[Part]) -> Callable[[Array], Array]:
        """The same as a function of several inputs, their elements one after another in a row."""
        wide = widened(self.values, self.floating)
        ends = np.cumsum([wide[part.input].size for part in parts])

        def f(row: Array) -> Array:
            values = list(wide)
            for part, piece in zip(parts, np.split(row, ends[:-1]), strict=True):
                values[part.input] = part.put(values[part.input], piece.reshape(values[part.input].shape))
            return self.real(self.run(values))

        return f

    def at(self, values: Sequence[Any]) -> Subject:
        """The same function at another point."""
        return Subject(self.f, values, self.floating, self.frame)

    def reverse(self, weights: Sequence[Array]) -> Gradients:
        """The framework's gradients of sum(w * answer), for each w."""
        return self.frame.reverse(self.f, self.values, self.floating, [self.cotangent(w) for w in weights])

    def forward(self, part: Part, directions: Sequence[Array]) -> list[Array]:
        """By the engine's forward sweep, J v for each tangent v of a part of the inputs.

        Where that overflows or underflows, because v is long or short, it is worked out for a v with elements below 1.
        """
        lengths = [1.0] * len(directions)
        moved = self._pushed(part, directions)
        info = np.finfo(self.dtype)
        for k, (v, direction) in enumerate(zip(moved, directions, strict=True)):
            longest = float(np.abs(direction).max(initial=0.0))
            small = np.abs(v).max(initial=0.0) < info.tiny / info.eps
            if (longest > 1 and not np.isfinite(v).all()) or (0 < longest < 1 and small):  # in the dtype of f
                lengths[k] = 2.0 ** np.ceil(np.log2(4 * longest))
        again = [k for k, length in enumerate(lengths) if length != 1.0]
        if again:
            for k, v in zip(again, self._pushed(part, [directions[k] / lengths[k] for k in again]), strict=True):
                moved[k] = v * lengths[k]
        return moved

    def _pushed(self, part: Part, directions: Sequence[Array]) -> list[Array]:
        assert isinstance(self.frame, Engine)
        x = self.values[part.input]
        tangents = [part.put(np.zeros_like(x), v.astype(part.of(x).dtype)) for v in directions]
        with np.errstate(over="ignore", under="ignore"):  # a tangent of another length is tried then
            moved = self.frame.forward(self.f, self.values, part.input, tangents)
        return [np.asarray(self.real(v), np.float64) for v in moved]


def by_hand(subject: Subject, grad: Callable[..., Any]) -> Gradients:
    """What the hand-written gradient gives, for the cotangent 1."""
    if subject.answer.size != 1:
        raise TypeError(
            f"grad= is the gradient of a single number, but f gives {subject.dtype}{list(subject.shape)}; if it is "
            "complex, take np.real or np.abs of it; for a function that gives an array, check_vjp checks its rule"
        )
    given = grad(*subject.frame.arguments(subject.values, subject.floating))
    gradients = list(given) if isinstance(given, (tuple, list)) else [given]
    if len(gradients) == len(subject.values):
        gradients = [gradients[i] for i in subject.floating]
    if len(gradients) != len(subject.floating):
        raise NotComparable(
            f"grad gives {len(gradients)} gradients for {len(subject.floating)} floating inputs (a list is taken for "
            "several gradients, an array for one)"
        )
    by_input = zip(subject.floating, gradients, strict=True)
    if all(g is None for g in gradients):
        raise NotComparable("grad gives None: it must give the gradient of each floating input")
    return [{i: np.zeros_like(subject.values[i]) if g is None else np.asarray(as_value(g)) for i, g in by_input}]
