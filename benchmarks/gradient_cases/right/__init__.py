"""Right gradients: of every function, in double and in single precision, and where checkers go astray."""

import numpy as np

from .. import elements, losses, matrices, networks
from ..wrong import held_out
from . import arguments, kinks, landscapes, sizes, ties

USUAL = [
    function.case(dtype=dtype)
    for module in (losses, networks, matrices, elements, held_out)
    for function in module.FUNCTIONS
    for dtype in (None, np.float32)
]
"""At random numbers of ordinary size."""

HARD = {
    "kinks": kinks.CASES,
    "ties": ties.CASES,
    "sizes and rounding": sizes.CASES,
    "hard landscapes": landscapes.CASES,
    "arguments": arguments.CASES,
}
"""By what is hard about them."""

CASES = USUAL + [case for cases in HARD.values() for case in cases]
