"""Weights in a file: written whole or not at all, read without executing anything.

nn.save(model.state_dict(), "model.npz")
model.load_state_dict(nn.load("model.npz"))
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["load", "save"]

SUFFIX = ".npz"


def save(state_dict: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write arrays by name to an .npz file.

    The file is written beside the old one, flushed to disk and renamed over it, so that a crash at any
    moment leaves the old file or the new one, never a broken one.

    Raises:
        ValueError: the path does not end in .npz.
        TypeError: a value is not an array of numbers.
    """
    import zipfile  # here, not above: a third of what importing this package costs

    target = _checked(path)
    arrays = {name: np.asarray(value) for name, value in state_dict.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biufc":
            raise TypeError(f"save: {name!r} is of dtype {array.dtype}, not an array of numbers")
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> dict[str, np.ndarray[Any, Any]]:
    """Read what `save` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no .npz file, or is damaged, or holds Python objects, which are not loaded.
    """
    import zipfile

    source = _checked(path)
    try:
        with open(source, "rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"load: {source} cannot be read as a checkpoint: {error}") from error


def _checked(path: str | os.PathLike[str]) -> Path:
    from pathlib import Path

    target = Path(path)
    if target.suffix != SUFFIX:
        raise ValueError(f"a checkpoint's name ends in {SUFFIX}, and {str(target)!r} does not")
    return target
