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
    return elementwise(function, *rules, raw=_keeping_dtype(function), math=math)


def _keeping_dtype(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, in the dtype of its arguments: of float16 (and of float32 beside a number) SciPy makes float64."""

    def values(*args: Any) -> Any:
        found, dtype = function(*args), np.result_type(*args)
        return found.astype(dtype) if dtype.kind == "f" and found.dtype != dtype else found

    return values
