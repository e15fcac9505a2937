"""The arguments of an optimizer's constructor, for those who pass one that it does not have."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

ONE_WAY = frozenset({"foreach", "fused", "capturable", "differentiable"})
"""PyTorch's arguments that choose between implementations of the same update."""

COMMON_ARGUMENTS = ("regularization", "constraints")


def check_arguments(optimizer: type, unknown: Iterable[str]) -> None:
    """Raise a TypeError that names what the class does take, if anything unknown was given."""
    for name in unknown:
        if name in ONE_WAY:
            raise TypeError(
                f"{optimizer.__name__}() has no argument {name}: there is one implementation here; leave it out"
            )
        known = [
            argument.name
            for argument in inspect.signature(optimizer).parameters.values()
            if argument.kind is not argument.VAR_KEYWORD
        ]
        listed = ", ".join(dict.fromkeys([*known, *COMMON_ARGUMENTS]))
        raise TypeError(f"{optimizer.__name__}() has no argument {name}; its arguments are {listed}")
