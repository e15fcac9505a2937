"""What an operation on a batch does to all examples at once: a rule for each, by the name of the operation.

An operation without a rule of its own, whose kind has none either, runs in a loop, and says so once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...primitive import Fused, Primitive
from . import along, describing, indexing, products, shapes, stacks
from .elementwise import elementwise
from .looping import LoopWarning, loop
from .parts import Rule, is_batched, mentions, named, with_axes

__all__ = ["LoopWarning", "rule_for", "rule_for_function"]


def _with_all_alike(*positions: int) -> Rule:
    """Element by element in the other arguments, if those at `positions` are the same for all examples."""

    def rule(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
        alike = not mentions([args[i] for i in positions], level)
        return (elementwise if alike else loop)(function, level, args, kwargs)

    return rule


def _polyval(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    p, x = args
    if is_batched(p, level):
        return loop(function, level, args, kwargs)
    return function(p, with_axes(x, level, np.ndim(p) - 1))


RULES: dict[str, Rule] = {
    **along.RULES,
    **shapes.RULES,
    **products.RULES,
    **indexing.RULES,
    **stacks.RULES,
    **named("astype copy stop_gradient divmod modf frexp real imag conjugate alias cross", elementwise),
    "interp": _with_all_alike(1, 2, 3, 4),
    "polyval": _polyval,
}

OF_NUMPY: dict[str, Rule] = {
    **along.OF_NUMPY,
    **named("round around isclose nan_to_num isreal iscomplex isneginf isposinf fix", elementwise),
    **stacks.OF_NUMPY,
    "_over": elementwise,
    "_nodes_beside": _with_all_alike(1),
    "searchsorted": _with_all_alike(0),
    **describing.OF_NUMPY,
}
"""The same for functions without derivative."""


def rule_for(primitive: Primitive) -> Rule:
    """The rule for a primitive: its own, or that of its kind."""
    rule = RULES.get(primitive.name)
    if rule is not None:
        return rule
    if primitive.kind == "elementwise":
        return elementwise
    return _by_reference if isinstance(primitive, Fused) else loop


def _by_reference(fused: Fused, _level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    return fused.reference(*args, **kwargs)


def rule_for_function(function: Any, name: str | None) -> Rule:
    """The rule for a function of NumPy's that has no derivative; `name` of a method of a ufunc."""
    if isinstance(function, np.ufunc) and function.signature is None:
        return elementwise
    if name is not None and name.endswith((".reduce", ".accumulate")):
        return along.reduced
    return OF_NUMPY.get(getattr(function, "__name__", ""), loop)
