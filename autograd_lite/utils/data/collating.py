"""Samples put together to a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...data import from_python
from ...tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Samples of one kind as one: arrays and Tensors stacked, numbers as an array, containers part by part.

    Args:
        batch: samples: arrays, Tensors, numbers, texts, or tuples, lists, dicts of them.

    Raises:
        ValueError: there are none, or their shapes, lengths or keys differ.
        TypeError: samples of another type; give collate_fn=.

    >>> from autograd_lite.utils.data import default_collate
    >>> default_collate([(1.0, "a"), (2.0, "b")])
    [array([1., 2.], dtype=float32), ['a', 'b']]
    """
    if not len(batch):
        raise ValueError("default_collate: there are no samples")
    first = batch[0]
    if isinstance(first, (Tensor, np.ndarray, np.generic)):
        _same("shape", [tuple(x.shape) for x in batch])
        return np.stack(list(batch))
    if isinstance(first, (bool, int, float, complex)):
        return from_python(list(batch))
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Mapping):
        _same("keys", [set(sample) for sample in batch])
        return {key: default_collate([sample[key] for sample in batch]) for key in first}
    if isinstance(first, Sequence):
        _same("length", [len(sample) for sample in batch])
        parts = [default_collate(part) for part in zip(*batch, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    raise TypeError(
        f"default_collate: samples are arrays, Tensors, numbers, texts, or tuples, lists and dicts of them, not "
        f"{type(first).__name__}; give collate_fn="
    )


def _same(what: str, found: list[Any]) -> None:
    for i, each in enumerate(found):
        if each != found[0]:
            raise ValueError(
                f"default_collate: samples of one batch must have one {what}; the first has {found[0]}, number {i} "
                f"{each}; make them equal, or give collate_fn="
            )
