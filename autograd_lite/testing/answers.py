"""What a function under test gave, in words, and whether it is one array.

>>> spoken((np.ones(2), None))
'tuple of 2 (float64[2], None)'
>>> single((np.ones(2), None))
Traceback (most recent call last):
    ...
TypeError: f must give one array of numbers, not tuple of 2 (float64[2], None); check each by itself: lambda *args: f(*args)[0]
"""  # noqa: E501

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import describe
from ..primitive import Traced


def single(answer: Any) -> Any:
    """What a function gave, if that can be one array; TypeError if it is several things, or nothing."""
    if answer is None:
        raise TypeError("f must give an array of numbers, not None: does it return what it works out?")
    if isinstance(answer, (tuple, list, dict)):
        first = f"[{next(iter(answer), 0)!r}]" if isinstance(answer, dict) else "[0]"
        raise TypeError(
            f"f must give one array of numbers, not {spoken(answer)}; check each by itself: "
            f"lambda *args: f(*args){first}"
        )
    return answer


def spoken(answer: Any) -> str:
    """What a function gave, in words."""
    if answer is None:
        return "None"
    if isinstance(answer, (tuple, list)):
        return f"{type(answer).__name__} of {len(answer)} ({', '.join(spoken(part) for part in answer[:3])})"
    return describe(answer) if isinstance(answer, (np.ndarray, np.generic, Traced)) else f"a {type(answer).__name__}"
