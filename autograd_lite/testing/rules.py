"""A rule declared to the engine, held to everything that the engine's own are held to.

check_custom_rule(bell, x)              # with x an array: a sample of inputs off kinks and ties
check_custom_rule(dot, (a, b), (c, d))  # two samples of two arguments
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import describe
from ..primitive import Primitive, registry
from . import reports
from .check import check_gradients, place_of
from .hazards import HAZARDS, SECOND_ORDER, found, raised, views_of_inputs
from .hazards_of_batches import BATCH_HAZARDS
from .hazards_of_dtypes import narrowed
from .hazards_of_inputs import INPUT_HAZARDS, broadcast, made_complex
from .reports import GradientsDiffer, Report, publish
from .runs import Case, nodes_of, recorded
from .several import by_answers, joined
from .subject import as_value

OWN = ("autograd_lite.", "numpy.", "scipy.")
"""Where the engine's rules, and the functions that they are of, are defined."""

CUSTOM = "autograd_lite.custom."
"""What is defined in there stands for rules of the user's."""


def check_custom_rule(
    function: Callable[..., Any],
    *samples: Any,
    order: int = 2,
    elementwise: bool | None = None,
    complex: bool | None = None,
    without: Sequence[str] = (),
    rtol: float | None = None,
    atol: float | None = None,
    kinks: str = "between",
    seed: int | None = None,
) -> Report:
    """Hold a rule to everything that the engine's own rules are held to; raise GradientsDiffer if it falls short.

    For each sample: reverse and forward mode in double and in single precision, second derivatives (of which forward
    mode over reverse mode is one), complex numbers; and what implementers forget, each thing by its name in a message.
    The names, for `without`, are the keys of `HAZARDS`, `BATCH_HAZARDS` and `INPUT_HAZARDS`,

    | name | what must be so |
    |---|---|
    | value determinism, gradient determinism | two calls, and two sweeps, give the same |
    | changed in place | nobody writes to inputs, answers, cotangents, tangents or saved values |
    | kept buffers | what one call gave is not overwritten by the next |
    | undefined gradients | an answer that nothing is asked of adds nothing; zero cotangents give zero |
    | constant arguments | the same gradient where others are constants, and nothing unread is read |
    | linearity, forward linearity | in the cotangent, and in the tangent |
    | recorded gradients | the same gradient with create_graph=True |
    | reverse over forward | the same second derivative as forward over reverse |
    | batched gradients, batched tangents | under `func.vmap` they are those of each example by itself |
    | rooms, references | a fused kernel writes its gradient where it is told to, and gives what its reference gives |
    | non-contiguous, overlapping | strided, transposed, read-only, broadcast and sliding inputs and cotangents |
    | same Tensor twice | f(x, x) gets both gradients |
    | broadcast | (elementwise functions) a smaller argument gets a sum |
    | 0-d, length one, empty | shapes, dtypes, and forward beside reverse mode, where the function takes such inputs |
    | single precision | float32 and complex64 stay so, inside the rules too |

    beside "complex".

    Args:
        function: a primitive, a function that is a key of the registry (its primitive is then what is checked), or a
            function of Tensors that gives one or several, and calls what has a rule of yours: what `custom_vjp` and
            `custom_jvp` make, `apply` of a `Function`, or `lambda x: rule(x, axis=1)`.
        samples: inputs off kinks and ties; a tuple of arguments each, or an array for a function of one argument.
        order: 1 for a rule that cannot be differentiated again.
        elementwise: whether arguments broadcast against each other; by default what the primitive is declared to be.
        complex: whether it takes complex numbers; by default it is tried, and left out where the function raises, or
            its derivatives do.
        without: names of what the function is not made for.
        rtol, atol, kinks, seed: as of `assert_gradients_close`.

    Returns:
        The report; its notes say what was left out, and which answers are views of inputs.

    Raises:
        GradientsDiffer: with all that was found.
        ValueError: no samples, nothing to differentiate in one, an unknown name in `without`, or a function that is not
            declared: its gradient comes of the engine's own rules, and there is none to check.

    >>> import numpy as np
    >>> report = check_custom_rule(np.tanh, np.array([-1.0, 0.5]))
    >>> report.ok
    True
    """
    __tracebackhide__ = True
    everywhere = {**HAZARDS, **BATCH_HAZARDS, **INPUT_HAZARDS}
    known = {**everywhere, "broadcast": broadcast, "complex": None}
    unknown = set(without) - set(known)
    if unknown:
        raise ValueError(f"without: {', '.join(sorted(unknown))} is not one of {', '.join(known)}")
    if not samples:
        raise ValueError("check_custom_rule: no sample of inputs was given")
    primitive = function if isinstance(function, Primitive) else registry.get(function)
    by_numpy = isinstance(function, np.ufunc) or hasattr(function, "_implementation")  # and NumPy knows of Tensors
    rule = function if primitive is None or by_numpy else primitive
    if elementwise is None:
        elementwise = primitive is not None and primitive.kind == "elementwise"
    left_out = {*without, *(SECOND_ORDER if order < 2 else ())}
    hazards = {name: hazard for name, hazard in everywhere.items() if name not in left_out}
    if elementwise and "broadcast" not in without:
        hazards["broadcast"] = broadcast
    name = getattr(rule, "__name__", type(rule).__name__)
    whole = Report(name, place_of(function), reports.default_seed if seed is None else seed)
    options = {"rtol": rtol, "atol": atol, "kinks": kinks, "seed": whole.seed}
    for sample in samples:
        args = tuple(as_value(x) for x in (sample if isinstance(sample, tuple) else (sample,)))
        case = Case(rule, args, whole.seed)
        if not case.floating:
            raise ValueError("check_custom_rule: none of the inputs of a sample is of a floating or complex dtype")
        if primitive is None:
            _refuse_undeclared(case)
        shown = f"for {', '.join(map(describe, args))}"
        pieces = [_derivatives(case, order, options)]
        if not pieces[0].ok:  # what else is wrong would be so because of this
            whole = joined(whole, pieces)
            continue
        narrow = narrowed(case) if "single precision" not in without else None
        if narrow is not None:
            pieces.append(_derivatives(narrow, 1, options))
        pieces.append(_in_complex_numbers(case, order, options, False if "complex" in without else complex))
        problems = tuple(f"{text} ({shown})" for text in found(hazards, case))
        beside = replace(whole, comparisons=(), problems=problems, notes=tuple(views_of_inputs(case)))
        whole = joined(whole, [*pieces, publish(beside) if problems else beside])
    if primitive is not None and rule is not function:
        text = f"Tensors given to {name} itself do not meet its rule: write {name} = {primitive.kind}({name}, ...)"
        whole = replace(whole, notes=(*whole.notes, text))
    if left_out:
        whole = replace(whole, notes=(*whole.notes, f"not looked at: {', '.join(sorted(left_out))}"))
    if not whole.ok:
        raise GradientsDiffer(whole)
    return whole


def _refuse_undeclared(case: Case) -> None:
    """Raise where a function calls nothing that has a rule of its user's: its right gradient would prove nothing."""
    try:
        _, answers = recorded(case.copied())
    except Exception:  # which is reported with all else that is wrong
        return
    used = {node.primitive for node in nodes_of(answers) if node.primitive is not None}
    if any(_is_custom(primitive) for primitive in used):
        return
    name = getattr(case.function, "__name__", type(case.function).__name__)
    names = ", ".join(sorted({primitive.name for primitive in used}))
    raise ValueError(
        f"check_custom_rule: {name} is not declared; "
        + (f"it is differentiated by the engine's own rules, of {names}" if used else "no rule is called in it")
        + f". Declare it, `{name} = elementwise({name}, rule)` or another kind of autograd_lite.primitive, or by "
        "custom_vjp or custom_jvp, and check what that gives; or check a gradient that is made of others by "
        "assert_gradients_close"
    )


def _is_custom(primitive: Primitive) -> bool:
    """Whether any part of what is declared is from outside of the engine."""
    kernel = getattr(primitive, "kernel", None)
    rules = (primitive.function, primitive.joint, *primitive.vjps, *primitive.jvps, *(kernel or ()))
    modules = [getattr(rule, "__module__", None) or "numpy" for rule in rules if rule is not None]
    return not all(f"{name}.".startswith(OWN) and not f"{name}.".startswith(CUSTOM) for name in modules)


def _derivatives(case: Case, order: int, options: dict[str, Any]) -> Report:
    """Reverse and forward mode of each answer, beside oracles; an error that is raised is a problem."""
    name = getattr(case.function, "__name__", type(case.function).__name__)
    try:
        made = [check_gradients(f, *case.args, order=order, **options) for f in by_answers(case.function, case.args)]
    except Exception as error:
        return Report(name, "", case.seed, (), (f"the derivatives of {name}: {raised(error)}",))
    return joined(Report(name, "", case.seed), made)


def _in_complex_numbers(case: Case, order: int, options: dict[str, Any], wanted: bool | None) -> Report:
    """The derivatives at complex inputs; where that was not asked for, what refuses them is only noted."""
    name = getattr(case.function, "__name__", type(case.function).__name__)
    silent = Report(name, "", case.seed)
    if wanted is False or any(x.dtype.kind == "c" for x in case.points):
        return silent
    turned = made_complex(case)
    if turned is None:
        text = f"complex: it takes no complex numbers for {', '.join(map(describe, case.args))}"
        return replace(silent, problems=(text,)) if wanted else replace(silent, notes=(text,))
    report = _derivatives(turned, order, options)
    if report.ok or wanted:
        return report
    if not report.comparisons:  # an error was raised, which is no wrong derivative
        return replace(silent, notes=report.problems)
    return replace(report, notes=(*report.notes, "if it is not made for complex numbers, say complex=False"))
