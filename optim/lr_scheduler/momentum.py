"""The momentum that a cycle of the learning rate moves the other way: fast where that is slow, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..optimizer import Optimizer
from ..options import within
from .checks import per_group
from .keys import write


def momentum_key(what: str, optimizer: Optimizer, key: str) -> str:
    """Where the optimizer has its momentum: "betas[0]" or "momentum"; raises if it has none."""
    if key != "lr":
        raise ValueError(
            f"{what}: cycle_momentum=True moves the momentum against the learning rate, but key={key!r}; pass "
            "cycle_momentum=False"
        )
    if "betas" in optimizer.defaults:
        return "betas[0]"
    if "momentum" in optimizer.defaults:
        return "momentum"
    raise ValueError(
        f"{what}: cycle_momentum=True needs an optimizer with momentum or betas, which {type(optimizer).__name__} has "
        "not; pass cycle_momentum=False"
    )


def momentums(name: str, value: float | list[float] | tuple[float, ...], groups: int) -> list[float]:
    """A momentum for each group."""
    return per_group(name, value, groups, within(0.0, 1.0, open_high=True))


def begin(groups: Sequence[dict[str, Any]], key: str, high: Sequence[float], low: Sequence[float]) -> None:
    """Set the momentum to its highest, and keep its bounds in the groups."""
    for group, largest, least in zip(groups, high, low, strict=True):
        write(group, key, largest)
        group["max_momentum"], group["base_momentum"] = largest, least
