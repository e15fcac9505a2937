"""Arrays as short text: small ones in full, others by their shape, norm and first elements.

>>> import numpy as np
>>> from autograd_lite.graph.numbers import shown_array
>>> shown_array(np.array([[1.0, 0.5], [1 / 3, 0.0]]))
'[[1.0, 0.5], [0.333333, 0.0]]'
>>> shown_array(np.arange(1000.0))
'(1000,) of norm 18243.7: 0.0, 1.0, 2.0, 3.0, ...'
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .model import Array
from .statistics import Statistics, norm_of

IN_FULL = 12
"""So many elements are shown in full."""
_FIRST = 4


def shown_array(value: Any) -> str:
    """An array as text; of a list of arrays, each, and "nothing" for None."""
    if isinstance(value, list):
        return "; ".join("nothing" if each is None else shown_array(each) for each in value)
    array = np.asarray(value)
    if array.size <= IN_FULL:
        return _in_full(array)
    first = ", ".join(shown_number(x) for x in array.flat[:_FIRST])
    return f"{array.shape} of norm {shown_number(norm_of([array]))}: {first}, ..."


def shown_statistics(about: Statistics, array: Array) -> str:
    """The same of an array of which only the statistics are known, which hold small ones in full."""
    cells = [x for row in about.heatmap for x in row]
    if len(cells) == about.size <= IN_FULL and None not in cells and not array.dtype.startswith("complex"):
        return _in_full(np.array(cells, np.float64).reshape(array.shape))
    if not about.finite:
        counts = [f"{about.nans} NaN"] * bool(about.nans) + [f"{about.infinities} infinite"] * bool(about.infinities)
        return f"{array.shape} with {' and '.join(counts)}"
    return f"{array.shape} of norm {shown_number(about.norm)}" if about.norm is not None else ""


def _in_full(array: Any) -> str:
    if not array.size:
        return f"empty {array.shape}"
    texts = [shown_number(x) for x in array.flat]
    for length in array.shape[::-1]:  # rows, then rows of rows
        texts = [f"[{', '.join(texts[i : i + length])}]" for i in range(0, len(texts), length)]
    return texts[0]


def shown_number(x: Any) -> str:
    """A number in six digits, with a point if it is no integer by type."""
    if isinstance(x, (bool, np.bool_)) or not isinstance(x, (float, complex, np.floating, np.complexfloating)):
        return str(x)
    text = f"{x + 0:.6g}"  # -0.0 + 0 is 0.0
    return f"{text}.0" if text.lstrip("-").isdecimal() else text
