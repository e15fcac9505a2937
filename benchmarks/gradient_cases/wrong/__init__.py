"""Wrong gradients, in a module for each kind of mistake.

`CASES` has them all; the `kind` of a case is the diagnosis that it should get, "" where any will do.
"""

from . import (
    activations,
    broadcasts,
    chance,
    factors,
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

CASES = [
    case
    for module in (
        factors, signs, transposes, orders, zeros, broadcasts, slices, swaps, activations, not_numbers, chance, narrow,
        subtle,
    )
    for case in module.CASES
]  # fmt: skip
