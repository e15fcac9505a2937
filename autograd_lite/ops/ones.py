"""Products with the cotangent of a sum, which is 1 repeated: without a pass over memory.

Below `loss = (a * b).sum()` the cotangent of a is 1 b, and that of exp(x) is 1 exp(x).  Where arrays are large, such a
product would only read what is there and write it once more.  Rules of what is often added up use `times`.
"""

from __future__ import annotations

from typing import Any

from numpy import ndarray

from ..ownership import is_own

MANY = 16384
"""So many elements take longer to multiply than to find out that they need not be."""


def times(v: Any, factor: Any) -> Any:
    """v * factor; where v is 1 in every place, the factor, or a view that cannot be written to if it is somebody's."""
    if (
        type(v) is ndarray
        and v.size > MANY
        and not any(v.strides)
        and type(factor) is ndarray
        and factor.shape == v.shape
        and factor.dtype == v.dtype
        and v.item(0) == 1
    ):
        if is_own(factor):
            return factor
        view = factor.view()
        view.flags.writeable = False
        return view
    return v * factor
