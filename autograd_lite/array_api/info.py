"""What the namespace says of itself, to code that works with any."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..interchange import VERSIONS, check_device

__all__ = ["__array_api_version__", "__array_namespace_info__"]

__array_api_version__ = VERSIONS[-1]

_KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"] + _KINDS["complex floating"]
_EVERY_KIND = ("bool", "numeric")

_DEFAULTS = {"real floating": "float32", "complex floating": "complex64", "integral": "int64", "indexing": "int64"}


class Info:
    """What `__array_namespace_info__` gives."""

    def capabilities(self) -> dict[str, Any]:
        """What code may rely on: indexing with masks, shapes that depend on data; the number of axes there may be."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """The device of a new Tensor."""
        return "cpu"

    def devices(self) -> list[str]:
        """All devices."""
        return ["cpu"]

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype[Any]]:
        """The dtype by kind of what is made of Python's numbers."""
        check_device(device)
        return {kind: np.dtype(name) for kind, name in _DEFAULTS.items()}

    def dtypes(self, *, device: Any = None, kind: str | tuple[str, ...] | None = None) -> dict[str, np.dtype[Any]]:
        """The dtypes of the standard by name: all, or those of a kind, or of several."""
        check_device(device)
        kinds = _EVERY_KIND if kind is None else kind if isinstance(kind, tuple) else (kind,)
        unknown = [kind for kind in kinds if kind not in _KINDS]
        if unknown:
            raise ValueError(f"no kind of dtypes is called {unknown[0]!r}; there are {', '.join(_KINDS)}")
        return {name: np.dtype(name) for kind in kinds for name in _KINDS[kind]}


def __array_namespace_info__() -> Info:
    """What there is: dtypes, devices, defaults, capabilities, as methods of the answer."""
    return Info()
