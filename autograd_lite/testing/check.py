"""The assertion: the derivatives of a function, in every mode and order asked for, are right.

With y = f(x), a random cotangent c and a random tangent v, reverse mode must give c^T J and forward mode
J v, where J is what finite differences say.  For small arrays c and v run through all single elements,
which gives the whole of J; for larger ones they are drawn at random, and an error in one element of J
shows in all of the projections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from .compare import Table, report
from .oracles import Array, Direction, derivative_along, directions, size_nearby, unit
from .subject import Gradients, Part, Subject, as_value, by_hand, forward, parts_of, projected_gradient, reverse

RELATIVE = {8: 1e-7, 4: 1e-4, 2: 2e-2}
"""The relative tolerance, by the bytes of a number: what finite differences and rounding leave certain."""

ROUNDING = 64
"""In units of the last place of the largest element: what an element that is a sum may be off by."""

UNSURE = 1e-3
"""Finite differences whose error may be more than this, relative to the largest element, prove nothing."""

NOISE = 1e6
"""... unless it is no more than this, in units of the last place of f: steps had to be small, and nothing was there."""

MODES = ("reverse", "forward")


def assert_gradients_close(
    f: Callable[..., Any],
    *inputs: Any,
    grad: Callable[..., Any] | None = None,
    order: int = 1,
    modes: Sequence[str] = MODES,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
) -> None:
    """Raise AssertionError, saying where and how, unless the derivatives of f at `inputs` are right.

    They are compared with finite differences taken in float64.  An element is right if

        |got - expected| <= atol + rtol |expected| + 10 (estimated error of the finite differences).

    Args:
        f: a function of Tensors that gives a Tensor of any shape.  It must give the same answer each time.
        inputs: arrays, Tensors or numbers.  Each one of a floating dtype is checked; f runs in its dtype,
            finite differences in double precision.  Anything else (integers, booleans, None) is handed on to f.
            Of complex numbers the real and the imaginary part are moved separately; their gradient is
            d/d Re + i d/d Im, as PyTorch has it.
        grad: a gradient written by hand, to be checked instead of the engine's.  It is called with the
            inputs as ndarrays and gives the gradient of each floating input (a tuple, or an array if there
            is one); f is then called with ndarrays too, may be plain NumPy, and gives a single real number.
        order: 2 checks the second derivatives too, as the derivatives of a random projection of the
            gradient; and so on.
        modes: "reverse", "forward" or both.
        rtol: the relative tolerance; by default 1e-7 for float64, 1e-4 for float32.
        atol: the absolute tolerance; by default 64 units in the last place of the largest element and of |f| / |input|.
        seed: of the random projections.

    Raises:
        AssertionError: a derivative is wrong, or finite differences do not settle here (f has a kink or a
            jump, or is not deterministic), or f is not finite.
        TypeError: f does not give a floating-point or complex Tensor (with `grad`, a real number).
        ValueError: nothing to check, or options that do not go together.

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> assert_gradients_close(lambda x: np.sum(np.log(x) * x), x, order=2)
    >>> assert_gradients_close(lambda x: np.mean(x**2), x, grad=lambda x: 2 * x)
    Traceback (most recent call last):
        ...
    AssertionError: the gradient of <lambda> by input 0 (float64[3]), as written by hand, is wrong: 3 of 3 differ
        d f / d input 0[2]: got 8, expected 2.666666667
        d f / d input 0[1]: got 4, expected 1.333333333
        d f / d input 0[0]: got 2, expected 0.6666666667
        diagnosis: all are 3 times what they should be, and that is n for n = 3, the number of elements of input 0
    """
    if order > 1 and grad is not None:
        raise ValueError("order > 1 needs the engine's gradients; a gradient written by hand is checked to order 1")
    if not modes or not set(modes) <= set(MODES):
        raise ValueError(f"modes are 'reverse', 'forward' or both, not {modes!r}")
    values = [as_value(x) for x in inputs]
    floating = [i for i, x in enumerate(values) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
    if not floating:
        raise ValueError("assert_gradients_close: none of the inputs is of a floating or complex dtype")
    tolerances = Tolerances(rtol, atol)
    name, shown = getattr(f, "__name__", "f"), f
    size = 0.0
    for level in range(1, order + 1):
        subject = Subject(shown, values, floating, plain=grad is not None)
        size = max(size, float(np.abs(subject.answer).max(initial=0.0)))
        found = by_hand(subject, grad) if grad is not None else None
        parts = parts_of(values, floating)
        wrong = [text for part in parts for text in _failures(subject, part, modes, found, tolerances, size, seed)]
        if wrong:
            prefix = f"the gradient of {name}" if level == 1 else f"the derivative of order {level} of {name}"
            raise AssertionError("\n".join(f"{prefix} by {text}" for text in wrong))
        shown = projected_gradient(shown, values, floating, seed + level)


class Tolerances(NamedTuple):
    """The tolerances asked for; None for those that fit the dtypes."""

    rtol: float | None
    atol: float | None

    def allowed(self, expected: Array, error: Array, largest: Array, reach: Array, dtypes: Sequence[Any]) -> Array:
        """By how much each place of a table may be off.

        expected, error  what finite differences say
        largest          the largest terms in each column
        reach            how many elements are summed at each place, with weights: 1 for a single element
        dtypes           those that f was computed in
        """
        coarsest = max(dtypes, key=lambda dtype: np.finfo(dtype).eps)
        rtol = RELATIVE[min(8, coarsest.itemsize)] if self.rtol is None else self.rtol
        atol = ROUNDING * np.finfo(coarsest).eps * largest if self.atol is None else self.atol * reach
        return np.asarray(atol + rtol * np.abs(expected) + 10 * error)


def _failures(
    subject: Subject,
    part: Part,
    modes: Sequence[str],
    written: Gradients | None,
    tolerances: Tolerances,
    size: float,
    seed: int,
) -> list[str]:
    """What is wrong with the derivatives by a part of the inputs, in a text per mode."""
    i, whole = part.input, subject.values[part.input]
    x = part.of(whole)
    title = f"{part.name} ({describe(whole)})"
    if written is None:
        cotangents = list(directions(subject.answer, np.random.default_rng(seed)))
    else:
        modes, cotangents = ("hand",), [unit(subject.answer, (0,) * subject.answer.ndim)]
    gradients = written if written is not None else reverse(subject, cotangents) if "reverse" in modes else []
    for g in gradients:
        if (
            g[i].shape != whole.shape
            or (written is None and g[i].dtype != whole.dtype)
            or g[i].dtype.kind == "c" != whole.dtype.kind
        ):
            return [f"{title} has the wrong shape or dtype: it is {describe(g[i])}"]
    if not subject.answer.size:
        return []  # nothing to compare

    weights = np.stack([c.array.ravel() for c in cotangents])
    moves = Moves(x.astype(np.float64), (seed, i) if part.which != "Im" else (seed, i, 1))
    right, unsure = _by_differences(subject, part, moves, weights)
    size = max(
        size, *(size_nearby(subject.moved(part), moves.x, direction) for direction in moves if direction.place is None)
    )
    noise = np.array([np.finfo(np.float64).eps * size / direction.scale for direction in moves])
    columns = [direction.place for direction in moves]
    largest = _largest(right, moves, size)
    if not np.all(unsure <= UNSURE * np.abs(right).max() + NOISE * noise):
        return [f"{title} has no finite differences to be compared with: they do not settle as the step shrinks "
                "(f has a kink or a jump here, or noise in its answer)"]  # fmt: skip
    reach = np.abs(weights).sum(-1)[:, None] * np.array([np.abs(d.array).sum() for d in moves])
    allowed = tolerances.allowed(right, unsure, largest, reach, (x.dtype, subject.answer.dtype))
    table = Table(columns, [c.place for c in cotangents], part.name, x.shape, subject.shape, subject.dtype.kind == "c")
    texts = []
    for mode in modes:
        if mode == "forward":
            got = [_projected(weights, forward(subject, part, direction.array)) for direction in moves]
        else:
            found = [part.of(g[i]).astype(np.float64) for g in gradients]
            got = [np.array([_projected(d.array.ravel(), g) for g in found]) for d in moves]
        text = report(np.stack(got, axis=-1), right, allowed, table)
        if text is not None:
            texts.append(f"{title}, {'as written by hand' if mode == 'hand' else f'in {mode} mode'}, is wrong: {text}")
    return texts


class Moves:
    """The directions to move an input in, drawn again each time: a large input has many large ones."""

    def __init__(self, x: Array, seed: tuple[int, ...]) -> None:
        self.x, self.seed = x, seed

    def __iter__(self) -> Iterator[Direction]:
        return directions(self.x, np.random.default_rng(self.seed))


def _by_differences(subject: Subject, part: Part, moves: Moves, weights: Array) -> tuple[Array, Array]:
    """The table of derivatives by finite differences, and the error of each."""
    f = subject.moved(part)
    along = [derivative_along(f, moves.x, direction) for direction in moves]
    right = np.stack([_projected(weights, slope) for slope, _ in along], axis=-1)
    unsure = np.stack([_projected(np.abs(weights), error) for _, error in along], axis=-1)
    return right, unsure


def _largest(right: Array, moves: Moves, size: float) -> Array:
    """For each column, the largest terms that its elements are sums of: what their rounding is relative to.

    Terms of the size of f itself may have cancelled: the elements of a softmax have a constant sum.
    """
    steps = list(moves)
    single = np.array([direction.place is not None for direction in steps])
    elements, sums = np.abs(right[:, single]), np.abs(right[:, ~single])
    if single.sum() == moves.x.size:  # each sum is known term by term
        sums = elements @ np.stack([np.abs(d.array.ravel()) for d in steps if d.place is None], axis=-1)
    cancelled = size / np.abs(moves.x).max(initial=0.0) if moves.x.any() else size
    return np.asarray(np.where(single, elements.max(initial=0.0) + cancelled, sums.max(initial=0.0) + size))


def _projected(weights: Array, values: Array) -> Array:
    """The sums of `values` with each row of weights.  A zero weight leaves its value out, even one that is NaN."""
    with np.errstate(invalid="ignore"):  # zero times infinity
        return np.asarray(np.sum(np.where(weights != 0, weights * values.ravel(), 0.0), axis=-1))
