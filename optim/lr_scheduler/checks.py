"""Arguments of schedules that may differ from group to group; what each of them may be is in `options`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def per_group(name: str, value: T | list[T] | tuple[T, ...], groups: int, check: Callable[[str, Any], T]) -> list[T]:
    """One value for each group, out of one for all or a list or tuple of them."""
    if not isinstance(value, (list, tuple)):
        return [check(name, value)] * groups
    if len(value) != groups:
        raise ValueError(
            f"{name} has {len(value)} values, but the optimizer has {groups} groups; pass one for each, or one for all"
        )
    return [check(f"{name}[{i}]", item) for i, item in enumerate(value)]
