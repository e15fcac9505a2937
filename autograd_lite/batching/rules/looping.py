"""What is done where nothing better is known: one example after the other."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .parts import batch_size, is_batched

_told: set[str] = set()


class LoopWarning(UserWarning):
    """An operation inside `vmap` runs in a Python loop over the examples, at the speed of one."""


def loop(function: Any, level: int, args: Sequence[Any], kwargs: dict[str, Any], name: str | None = None) -> Any:
    """Run a function for each example, and put the answers side by side; says so once for each function."""
    name = name or str(getattr(function, "__name__", function))
    if name not in _told:
        _told.add(name)
        warnings.warn(
            f"vmap: {name}, of arguments that are batched like these, has no rule for a whole batch and runs for one "
            "example after the other (told once)",
            LoopWarning,
            stacklevel=2,
        )
    return one_by_one(function, level, args, kwargs, name)


def one_by_one(function: Any, level: int, args: Sequence[Any], kwargs: dict[str, Any], name: str = "a function") -> Any:
    """The same, silently."""
    n = batch_size(level, *args, kwargs)

    def example(value: Any, i: int) -> Any:
        if is_batched(value, level):
            return value.physical[i] if n else np.ones(value.shape, value.dtype)
        if isinstance(value, (tuple, list)):
            return type(value)(example(part, i) for part in value)
        if isinstance(value, dict):
            return {key: example(part, i) for key, part in value.items()}
        return value

    answers = [function(*[example(arg, i) for arg in args], **example(kwargs, i)) for i in range(max(n, 1))]
    if isinstance(answers[0], (tuple, list)):
        parts = [_joined(part, n, name) for part in zip(*answers, strict=True)]
        return answers[0]._make(parts) if hasattr(answers[0], "_make") else parts
    return _joined(answers, n, name)


def _joined(answers: Sequence[Any], n: int, name: str) -> Any:
    shapes = {np.shape(answer) for answer in answers}
    if len(shapes) > 1:
        raise ValueError(
            f"vmap: {name} gives arrays of different shapes for different examples, {sorted(shapes)[:3]}, which do not "
            "fit side by side; use a mask (np.where) instead of picking"
        )
    return np.stack(answers)[:n]
