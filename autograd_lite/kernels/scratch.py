"""Memory that a kernel needs while it runs, kept from one call to the next.

An array of more than some 100 kB is given back to the system when it goes, and comes back page by page: to write to a
fresh one takes several times as long as to write to one that is there.
"""

import math
from threading import local
from typing import Any

import numpy as np

LARGEST = 1 << 25
"""Larger arrays are made anew, in bytes."""

_kept = local()


def scratch(name: str, shape: tuple[int, ...], dtype: Any) -> Any:
    """An array, not initialised, that is this thread's until somebody asks for the same name again.

    It must not leave the kernel: what is given back to the caller has to be an array of its own.
    """
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size > LARGEST:
        return np.empty(shape, dtype)
    memory = _kept.__dict__.get(name)
    if memory is None or memory.nbytes < size:
        memory = _kept.__dict__[name] = np.empty(size, np.uint8)
    return memory[:size].view(dtype).reshape(shape)
