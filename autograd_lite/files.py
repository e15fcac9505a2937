"""Files that are written whole or not at all.

with written_whole("model.npz") as file:
    file.write(...)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[IO[Any]]:
    """A binary file that takes the place of `path` when the block ends without an error.

    It is written beside the old one, flushed to disk and renamed over it, so that a crash at any moment leaves the old
    file or the new one.  Through a symbolic link the file that it stands for is replaced.
    """
    from pathlib import Path  # here, not above: it would be a good part of what importing this package costs
    from secrets import token_hex

    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{token_hex(4)}.tmp")
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
        _flush_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _flush_folder(folder: os.PathLike[str]) -> None:
    """Let the new name be on disk too, where folders can be opened."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
