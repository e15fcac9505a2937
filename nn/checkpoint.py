"""Weights in a file: written whole or not at all, read without executing anything.

    nn.save(model.state_dict(), "model.npz")
    model.load_state_dict(nn.load("model.npz"))

The suffix says in which format: .npz is NumPy's; .safetensors (`pip install "autograd_lite[safetensors]"`) is read and
written by PyTorch and others too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.files import written_whole

__all__ = ["load", "save"]

Arrays = dict[str, np.ndarray[Any, Any]]


def save(
    state_dict: Mapping[str, Any], path: str | os.PathLike[str], *, metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays by name to a file, in the format that its suffix says.

    The file is written beside the old one, flushed to disk and renamed over it, so that a crash at any moment leaves
    the old file or the new one, never a broken one.

    Args:
        state_dict: from name to array, Tensor or number.
        path: ends in .npz or .safetensors.
        metadata: texts by name, in a .safetensors file only.

    Raises:
        ValueError: the path has another suffix, or metadata is given for .npz.
        TypeError: a value is not an array of numbers.
        ImportError: the package safetensors is not installed.

    >>> import tempfile, os
    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "numbers.npz")
    ...     nn.save({"a": np.arange(3)}, path)
    ...     nn.load(path)
    {'a': array([0, 1, 2])}
    """
    suffix = _suffix(path)
    arrays = {name: np.asarray(getattr(value, "data", value) if hasattr(value, "_data") else value)
              for name, value in state_dict.items()}  # fmt: skip
    for name, array in arrays.items():
        if array.dtype.kind not in "biufc":
            raise TypeError(f"save: {name!r} is of dtype {array.dtype}, not an array of numbers")
    if suffix == ".safetensors":
        content = _safetensors().numpy.save(
            {name: np.ascontiguousarray(array) if array.ndim else array for name, array in arrays.items()},
            None if metadata is None else dict(metadata),
        )
        with written_whole(path) as file:
            file.write(content)
        return
    if metadata is not None:
        raise ValueError("save: metadata is for .safetensors files; .npz holds arrays alone")
    import zipfile  # here, not above: a third of what importing this package costs

    with written_whole(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def load(path: str | os.PathLike[str]) -> Arrays:
    """Read the arrays that `save`, or another program, wrote; bfloat16 becomes float32.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no such file, or is damaged, or holds Python objects, which are not loaded.
        ImportError: the package safetensors is not installed.
    """
    if _suffix(path) == ".safetensors":
        return _load_safetensors(path)
    import zipfile

    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"load: {os.fspath(path)} cannot be read as a checkpoint: {error}") from error


_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8",
    "I64": "<i8", "F16": "<f2", "F32": "<f4", "F64": "<f8", "C64": "<c8", "BF16": "<u2",
}  # fmt: skip
"""NumPy's names for the format's dtypes; of bfloat16, which NumPy has not, the bits."""


def _load_safetensors(path: str | os.PathLike[str]) -> Arrays:
    package = _safetensors()
    with open(path, "rb") as file:
        content = file.read()
    try:
        parts = package.deserialize(content)
    except package.SafetensorError as error:
        raise ValueError(f"load: {os.fspath(path)} cannot be read as a checkpoint: {error}") from error
    arrays = {}
    for name, part in parts:
        if part["dtype"] not in _DTYPES:
            raise ValueError(
                f"load: {name!r} in {os.fspath(path)} is of the dtype {part['dtype']}, which NumPy has not; convert it "
                "before saving it"
            )
        array = np.frombuffer(bytearray(part["data"]), _DTYPES[part["dtype"]]).reshape(part["shape"])
        if part["dtype"] == "BF16":  # the upper half of a float32
            array = (array.astype(np.uint32) << 16).view(np.float32)
        arrays[name] = array
    return arrays


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ModuleNotFoundError as error:
        raise ImportError(
            'files that end in .safetensors need the package safetensors: pip install "autograd_lite[safetensors]"',
            name="safetensors",
        ) from error
    return safetensors


def _suffix(path: str | os.PathLike[str]) -> str:
    suffix = os.path.splitext(os.fspath(path))[1]
    if suffix not in (".npz", ".safetensors"):
        raise ValueError(f"a checkpoint's name ends in .npz or .safetensors, and {os.fspath(path)!r} does not")
    return suffix
