"""Operations that work element by element: the arguments side by side."""

from __future__ import annotations

from typing import Any

from .looping import loop
from .parts import mentions, side_by_side


def elementwise(function: Any, level: int, args: Any, kwargs: dict[str, Any]) -> Any:
    """The rule for functions that broadcast their arguments; keyword arguments are the same for all examples."""
    if kwargs and mentions(kwargs, level):
        return loop(function, level, args, kwargs)
    return function(*side_by_side(args, level), **kwargs)
