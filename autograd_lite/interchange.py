"""What the array API standard asks of an array: its namespace, its device, and DLPack, for sharing memory."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from .numpy_protocol import NumpyProtocol

if TYPE_CHECKING:
    from .tensor import Tensor

VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")
"""Of the standard; each contains those before it."""


def check_device(device: Any) -> None:
    """Raise ValueError for a device other than the only one there is."""
    if device is not None and device != "cpu":
        raise ValueError(f'there is no device {device!r}: Tensors are on the "cpu"')


class Interchange(NumpyProtocol):
    """How other libraries meet a Tensor; `Tensor` inherits it."""

    __slots__ = ()

    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType:
        """The functions of the array API standard, which is `autograd_lite` itself.

        Raises:
            ValueError: a version of the standard that it does not follow.
        """
        if api_version is not None and api_version not in VERSIONS:
            raise ValueError(f"version {api_version!r} of the array API is not known; known are {', '.join(VERSIONS)}")
        return import_module(__package__)

    @property
    def device(self) -> str:
        """Where the elements are: always "cpu"."""
        return "cpu"

    def to_device(self, device: Any, /, *, stream: Any = None) -> Tensor:
        """The Tensor itself, which is where it can be; raises ValueError for another device than "cpu"."""
        check_device(device)
        if stream is not None:
            raise ValueError(f"to_device: the CPU has no streams, so stream must be None, not {stream!r}")
        return cast("Tensor", self)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[Any, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """The elements in a DLPack capsule: of the same memory, read-only, or copied.

        What Tensors hand out is read-only.  Before version 1.0, DLPack could not say so: then it is a copy.

        Raises:
            BufferError: `copy=False`, and the receiver would take the memory for writable.
            TypeError: a gradient is required, which would be lost.
        """
        array = self.__array__()
        if max_version is None or max_version[0] < 1:
            if copy is False:
                raise BufferError(
                    "a Tensor's memory is shared read-only, which DLPack before version 1.0 cannot say; "
                    "let it be copied, or share np.asarray(t)"
                )
            copy = True
        if copy:
            array = array.copy()
        return array.__dlpack__(stream=stream, max_version=max_version, dl_device=cast(Any, dl_device))

    def __dlpack_device__(self) -> tuple[int, int]:
        """The device as DLPack counts them: (1, 0), the CPU."""
        kind, number = np.asarray(self._data).__dlpack_device__()
        return int(kind), number
