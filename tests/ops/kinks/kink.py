"""What a line of the table of kinks is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

INF, NAN = float("inf"), float("nan")


class Kink(NamedTuple):
    """A point where a convention is needed.

    function   as the documentation names it
    at         where, in words
    call       the function, of Tensors
    torch      the same in PyTorch
    inputs     the point
    gradients  what each input's gradient is there, for a cotangent of ones
    rule       the convention in words
    """

    function: str
    at: str
    call: Callable[..., Any]
    torch: Callable[..., Any]
    inputs: tuple[Any, ...]
    gradients: tuple[Any, ...]
    rule: str
