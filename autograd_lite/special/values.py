"""How SciPy's functions become primitives."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ..primitive import Primitive, Rule, elementwise

scipy_special: Any = import_module("scipy.special")


def declared(name: str, *rules: Rule | None, math: str) -> Primitive:
    """Declare the function of SciPy of that name, elementwise."""
    function = getattr(scipy_special, name)
    return elementwise(function, *rules, raw=_keeping_half(function), math=math)


def _keeping_half(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, that gives float16 of float16, of which SciPy makes float64 or float32."""

    def values(*args: Any) -> Any:
        found = function(*args)
        return found.astype(np.float16) if np.result_type(*args) == np.float16 else found

    return values
