"""The assertion: the derivatives of a function, in every mode and order asked for, are right.

With y = f(x), a random cotangent c and a random tangent v, reverse mode must give c^T J and forward mode
J v, where J is what an oracle says that knows no rules.  For small arrays c and v run through all single elements,
which gives the whole of J; for larger ones they are drawn at random, and an error in one element of J
shows in all of the projections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import reports
from .adapters import Engine, as_reference, frame_of
from .comparing import KINKS, MODES, ORACLES, compared
from .hazards import found as hazards_found
from .hazards_of_batches import BATCH_HAZARDS
from .reports import Comparison, GradientsDiffer, Report, publish
from .runs import Case
from .subject import NotComparable, Subject, as_value
from .tables import Settings
from .tolerances import Tolerances

BATCHED = {"reverse": "batched gradients", "forward": "batched tangents"}
"""What is looked for in each mode under `vmap`."""


def assert_gradients_close(
    f: Callable[..., Any],
    *inputs: Any,
    grad: Callable[..., Any] | str | None = None,
    order: int = 1,
    modes: Sequence[str] = MODES,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int | None = None,
    oracle: str = "auto",
    kinks: str = "between",
    reference: Callable[..., Any] | None = None,
    batched: bool = False,
) -> None:
    """Raise GradientsDiffer, saying where and how, unless the derivatives of f at `inputs` are right.

    An element is right if

        |got - expected| <= atol + rtol |expected| + 10 (estimated error of the oracle).

    Args:
        f: a function of Tensors that gives a Tensor of any shape.  It must give the same answer each time.
        inputs: arrays, Tensors or numbers.  Each one of a floating dtype is checked; f runs in its dtype,
            the oracle in double precision.  Anything else (integers, booleans, None) is handed on to f.
            Of complex numbers the real and the imaginary part are moved separately; their gradient is
            d/d Re + i d/d Im, as PyTorch has it.
        grad: a gradient written by hand, to be checked instead of the engine's.  It is called with the
            inputs as ndarrays and gives the gradient of each floating input (a tuple, or an array if there
            is one); f is then called with ndarrays too, may be plain NumPy, and gives a single real number.
            Or "torch" or "jax": f is a function of PyTorch's or JAX's arrays, and its gradient theirs.
        order: 2 checks the second derivatives too, as the derivatives of a random projection of the
            gradient; and so on.
        modes: "reverse", "forward" or both.
        rtol: the relative tolerance; by default 1e-8 for float64, 1e-4 for float32, 2e-2 for float16.
        atol: the absolute tolerance; by default 64 units in the last place of the largest element and of |f| / |input|.
        seed: of the random projections; by default `reports.default_seed`.
        oracle: what the gradient is held against.

            "auto"         finite differences, with the complex step in their place where they confirm it
            "differences"  central differences with Richardson's extrapolation
            "complex step" exact to rounding; f must be analytic and take complex numbers
            "forward"      the engine's forward mode (for reverse mode; it tells nothing of an error they share)
            "taylor"       the order of the Taylor remainder: 2 with a right gradient, 1 with a wrong one; no tolerance,
                           but errors that are small beside the curvature of f are not seen: below about 1e-3
        kinks: what is right at a kink or a tie of f.

            "between"   any number between the one-sided slopes
            "resample"  the inputs are moved a little, off the kinks, and the gradient is checked there
            "reject"    only the mean of the one-sided slopes
        reference: another implementation of f, in autograd_lite, PyTorch or JAX: its gradient is the oracle.
        batched: whether the engine's sweeps under `func.vmap` are checked too: a batch of cotangents, or of tangents, must
            give what each of them gives by itself.

    Raises:
        GradientsDiffer: (an AssertionError) a derivative is wrong, or the oracle does not settle here (f has a jump,
            or noise), f is not finite, or not deterministic.
        TypeError: f does not give a floating-point or complex Tensor (with `grad`, a real number).
        ValueError: nothing to check, or options that do not go together.

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> assert_gradients_close(lambda x: np.sum(np.log(x) * x), x, order=2)
    >>> assert_gradients_close(lambda x: np.mean(x**2), x, grad=lambda x: 2 * x)
    Traceback (most recent call last):
        ...
    autograd_lite.testing.reports.GradientsDiffer: the gradient of <lambda> by input 0 (float64[3]), as written by hand, is wrong: 3 of 3 differ
        d f / d input 0[2]: got 8, expected 2.666666667
        d f / d input 0[1]: got 4, expected 1.333333333
        d f / d input 0[0]: got 2, expected 0.6666666667
        diagnosis: all are 3 times what they should be, and that is n for n = 3, the number of elements of input 0
        by: complex step; the Taylor remainder is of order 1.0, with a right gradient it is of order 2
    ...
    """  # noqa: E501
    __tracebackhide__ = True
    report = check_gradients(
        f, *inputs, grad=grad, order=order, modes=modes, rtol=rtol, atol=atol, seed=seed, oracle=oracle, kinks=kinks,
        reference=reference, batched=batched,
    )  # fmt: skip
    if not report.ok:
        raise GradientsDiffer(report)


def check_gradients(
    f: Callable[..., Any],
    *inputs: Any,
    grad: Callable[..., Any] | str | None = None,
    order: int = 1,
    modes: Sequence[str] = MODES,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int | None = None,
    oracle: str = "auto",
    kinks: str = "between",
    reference: Callable[..., Any] | None = None,
    batched: bool = False,
) -> Report:
    """What `assert_gradients_close` finds, with the same arguments, as data: wrong derivatives do not raise.

    >>> import numpy as np
    >>> report = check_gradients(lambda x: np.sum(x * x), np.ones(3), grad=lambda x: -2 * x)
    >>> report.ok, report.diagnoses
    (False, ('sign',))
    """
    if any(t is not None and not t >= 0 for t in (rtol, atol)):
        raise ValueError(f"tolerances are numbers from 0 up, not rtol={rtol!r}, atol={atol!r}")
    if order < 1 or order != int(order):
        raise ValueError(f"order is 1 for first derivatives, 2 for second ones too, and so on, not {order}")
    if order > 1 and grad not in (None, "torch"):
        raise ValueError("order > 1 needs the engine's gradients or PyTorch's; others are checked to order 1")
    if not modes or not set(modes) <= set(MODES):
        raise ValueError(f"modes are 'reverse', 'forward' or both, not {modes!r}")
    for name, value, known in (("oracle", oracle, ORACLES), ("kinks", kinks, KINKS)):
        if value not in known:
            raise ValueError(f"{name} is one of {', '.join(map(repr, known))}, not {value!r}")
    values = [as_value(x) for x in inputs]
    floating = [i for i, x in enumerate(values) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
    if not floating:
        raise ValueError("assert_gradients_close: none of the inputs is of a floating or complex dtype")
    frame = frame_of(grad)
    if tuple(modes) != MODES and not isinstance(frame, Engine):
        raise ValueError("modes are those of the engine; with grad= there is one gradient to check")
    if batched and not isinstance(frame, Engine):
        raise ValueError("batched=True is of the engine's sweeps; f must be a function of Tensors, no grad=")
    if oracle == "forward" and not isinstance(frame, Engine):
        raise ValueError("oracle='forward' is the engine's own forward mode; f must be a function of Tensors, no grad=")
    if oracle == "forward" and "reverse" not in modes:
        raise ValueError("oracle='forward' is forward mode, and checks reverse mode: add it to modes")
    seed = reports.default_seed if seed is None else seed
    name = getattr(f, "__name__", None) or type(f).__name__
    settings = Settings(tuple(modes), Tolerances(rtol, atol), seed, oracle, kinks, None)
    if reference is not None:
        settings = settings._replace(reference=as_reference(reference, values, floating))
    by_hand = grad if callable(grad) else None

    shown, size = f, 0.0
    found: list[Comparison] = []
    notes: list[str] = []
    problems: list[str] = []
    with frame.precision():
        for level in range(1, order + 1):
            title = f"the gradient of {name}" if level == 1 else f"the derivative of order {level} of {name}"
            try:
                subject = Subject(shown, values, floating, frame)
                size = max(size, float(np.abs(subject.answer).max(initial=0.0)))
                result = compared(subject, by_hand, settings, title, level, size)
            except NotComparable as error:
                problems.append(f"{title}: {error}")
                break
            found += result.comparisons
            notes += result.notes
            if result.moved_to is not None:  # off the kinks; a higher derivative has no value on them
                values = result.moved_to
            if level < order:
                shown = frame.projected_gradient(shown, values, floating, seed + level)
                if settings.reference is not None:
                    higher = settings.reference.projected_gradient(values, floating, seed + level)
                    settings = settings._replace(reference=higher)
    if batched and not problems and all(comparison.ok for comparison in found):
        hazards = {of: BATCH_HAZARDS[of] for mode, of in BATCHED.items() if mode in modes}
        problems += hazards_found(hazards, Case(f, tuple(values), seed))
    return publish(Report(name, place_of(f), seed, tuple(found), tuple(problems), tuple(dict.fromkeys(notes))))


def place_of(f: Callable[..., Any]) -> str:
    """Where a function was defined, as "file:line"; "" if it was not in Python."""
    code = getattr(f, "__code__", None)
    if code is None and not hasattr(f, "__code__"):  # an object that can be called; not a stand-in for a function
        code = getattr(type(f).__call__, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else ""
