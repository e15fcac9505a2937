"""Wrong gradients, in a module for each kind of mistake.

`KINDS` has them by kind, which is the diagnosis they should get; but "held out" has
several, and "without a name" and "at kinks and ties" none: any diagnosis will do there.
"""

from ..case import Case
from . import (
    activations,
    at_kinks,
    broadcasts,
    chance,
    factors,
    held_out,
    narrow,
    not_numbers,
    orders,
    signs,
    slices,
    subtle,
    swaps,
    transposes,
    zeros,
)

_MODULES = [
    factors, signs, transposes, orders, zeros, broadcasts, slices, swaps, activations, not_numbers, chance, narrow,
    subtle,
]  # fmt: skip

KINDS: dict[str, list[Case]] = {}
for _module in _MODULES:
    for _case in _module.CASES:
        KINDS.setdefault(_case.kind or "without a name", []).append(_case)
KINDS["at kinks and ties"] = at_kinks.CASES
KINDS["held out"] = held_out.CASES

CASES = [case for cases in KINDS.values() for case in cases]
