"""Wrong gradients, in a module for each kind of mistake.

`KINDS` has them by kind, which is the diagnosis that they should get.  "held out" is a group of several kinds; for
those of `UNNAMED` any diagnosis will do.
"""

from ..case import Case
from . import (
    activations,
    at_kinks,
    broadcasts,
    chance,
    factors,
    hard_places,
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
KINDS["in hard places"] = hard_places.CASES
KINDS["held out"] = held_out.CASES
UNNAMED = ("without a name", "at kinks and ties", "in hard places")

CASES = [case for cases in KINDS.values() for case in cases]
