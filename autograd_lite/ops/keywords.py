"""Arguments by name, for primitives that stand for a NumPy function themselves: `np.roll(a=t, shift=1)`."""

import inspect
from typing import Any

from ..primitive import Primitive
from .implementing import implements


def by_name(*primitives: Primitive) -> None:
    """Let all arguments of these be given by NumPy's names; a primitive looks for Tensors among those by position."""
    for primitive in primitives:
        _declare(primitive)


def _declare(primitive: Primitive) -> None:
    kinds = inspect.Parameter
    names = [
        name
        for name, parameter in inspect.signature(primitive.function).parameters.items()
        if parameter.kind is kinds.POSITIONAL_OR_KEYWORD
    ]

    @implements(primitive.function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs and not args:
            given = [name for name in names if name in kwargs]
            first = [kwargs.pop(name) for name, expected in zip(given, names, strict=False) if name == expected]
            if not first:
                raise TypeError(f"{primitive.name}: its first argument, {names[0]}, is missing")
            args = tuple(first)
        return primitive(*args, **kwargs)
