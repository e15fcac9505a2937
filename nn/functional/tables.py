"""Rows of a table, by their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.calls import apply_fused
from autograd_lite.errors import describe
from autograd_lite.kernels.embedding import embedding as _embedding
from autograd_lite.ops import stop_gradient
from autograd_lite.ops.words import whole
from autograd_lite.primitive import Traced

from .arguments import array, raw

__all__ = ["embedding", "embedding_bag"]


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of a table that the indices name: weight[input].

    Args:
        input: integers in [0, V), of any shape.
        weight: the table (V, D).
        padding_idx: a row that gets no gradient; it counts from the end if it is negative.
        max_norm: rows that are used and whose norm is larger are scaled to it first, in the table itself.
        norm_type: which norm, the p of sum(|w|^p)^(1/p).
        scale_grad_by_freq: divide the gradient of a row by how often it is used.
        sparse: there are no sparse gradients here; True is an error.

    Returns:
        (*input.shape, D).

    Raises:
        ValueError: an index is out of range, or the table has not two axes.
        TypeError: the indices are not integers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> nn.functional.embedding([1, 0, 1], np.array([[1.0], [2.0]])).tolist()
    [[2.0], [1.0], [2.0]]
    """
    table, indices = array(weight), as_indices("embedding", input)
    if table.ndim != 2:
        raise ValueError(f"embedding: weight is a table (V, D), not {describe(table)}")
    if sparse:
        raise ValueError("embedding: there are no sparse gradients here; leave sparse=False")
    check_indices("embedding", indices, table.shape[0])
    if padding_idx is not None:
        if not -table.shape[0] <= padding_idx < table.shape[0]:
            raise ValueError(f"embedding: padding_idx must be one of the {table.shape[0]} rows, not {padding_idx}")
        padding_idx %= table.shape[0]
    if max_norm is not None:
        shorten(table, indices, max_norm, norm_type)
    if padding_idx is None and not scale_grad_by_freq:
        answer: Tensor = apply_fused(_embedding, (indices, table), (raw(indices), raw(table)), {})
        return answer
    found: Tensor = _weighted(indices, table, padding_idx, scale_grad_by_freq)
    return found


def _weighted(indices: Any, table: Any, padding_idx: int | None, by_frequency: bool) -> Any:
    """Rows whose gradient arrives scaled: y = s w + (1 - s) w, the second without gradient."""
    rows = apply_fused(_embedding, (indices, table), (raw(indices), raw(table)), {})
    values = raw(indices)
    factor = np.ones(values.shape, rows.dtype)
    if by_frequency:
        counts = np.bincount(whole(values).reshape(-1), minlength=table.shape[0])
        factor /= counts[values]
    if padding_idx is not None:
        factor[values == padding_idx] = 0
    factor = factor[..., None]
    return rows * factor + stop_gradient(rows) * (1 - factor)


def as_indices(name: str, input: Any) -> Any:
    """Integers of any shape, as int64."""
    values = input._data if isinstance(input, Tensor) else np.asarray(input)
    if values.dtype.kind not in "iu":
        if values.size == 0 and not isinstance(input, (Tensor, np.ndarray)):
            return values.astype(np.int64)
        raise TypeError(f"{name}: indices must be integers, not {values.dtype}; convert them, x.astype(np.int64)")
    if values.dtype == np.int64:
        return input if isinstance(input, Tensor) else values
    return values.astype(np.int64)


def check_indices(name: str, indices: Any, count: int) -> None:
    """Raise ValueError unless all lie in [0, count)."""
    values = whole(raw(indices))
    if values.size and (values.min() < 0 or values.max() >= count):
        flat = values.reshape(-1)
        wrong = np.flatnonzero((flat < 0) | (flat >= count))
        raise ValueError(
            f"{name}: indices must lie in [0, {count}), the rows of the table, but {len(wrong)} of {flat.size} do not: "
            f"index {flat[wrong[0]]} at position {wrong[0]}"
        )


def shorten(table: Any, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale rows that are used to a norm of at most `max_norm`, in the table; nothing of it is recorded."""
    if isinstance(raw(table), Traced) or isinstance(raw(indices), Traced):
        raise RuntimeError("embedding: max_norm changes the table, which cannot be done inside of vmap")
    values = np.array(raw(table))
    used = np.unique(raw(indices))
    norms = (np.abs(values[used]) ** norm_type).sum(1) ** (1 / norm_type)
    long = norms > max_norm
    values[used[long]] *= (max_norm / (norms[long] + 1e-7))[:, None].astype(values.dtype)
    if isinstance(table, Tensor):
        table.data = values
    else:
        table[...] = values


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of a table that the indices of each bag name.

    Args:
        input: integers in [0, V): (B, N) for B bags of N, or (S,) with `offsets`.
        weight: the table (V, D).
        offsets: (B,), where each bag begins in `input`; the first is 0.
        max_norm: rows that are used and whose norm is larger are scaled to it first, in the table itself.
        norm_type: which norm.
        scale_grad_by_freq: divide the gradient of a row by how often it is used; not with "max".
        mode: "sum", "mean" or "max".
        sparse: there are no sparse gradients here; True is an error.
        per_sample_weights: a factor for each index, of the shape of `input`; for "sum" only.
        include_last_offset: whether `offsets` has the end of the last bag too.
        padding_idx: a row that does not count, and gets no gradient.

    Returns:
        (B, D); zeros for a bag of nothing.

    Raises:
        ValueError: shapes or arguments do not fit, or an index is out of range.
        TypeError: the indices are not integers.

    >>> import numpy as np
    >>> from autograd_lite import nn
    >>> table = np.array([[1.0], [2.0], [4.0]])
    >>> nn.functional.embedding_bag([0, 1, 2], table, offsets=[0, 2], mode="sum").tolist()
    [[3.0], [4.0]]
    """
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f'embedding_bag: mode must be "sum", "mean" or "max", not {mode!r}')
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ValueError("embedding_bag: a maximum has no gradient scaled by frequency")
    if per_sample_weights is not None and mode != "sum":
        raise ValueError(f'embedding_bag: per_sample_weights are for mode="sum", not {mode!r}')
    indices = np.asarray(raw(as_indices("embedding_bag", input)))
    factors: Any = None if per_sample_weights is None else array(per_sample_weights)
    if factors is not None and tuple(factors.shape) != indices.shape:
        raise ValueError(
            f"embedding_bag: per_sample_weights must have input's shape {indices.shape}, not {tuple(factors.shape)}"
        )
    places, there = _bags(indices, offsets, include_last_offset)
    flat = indices.reshape(-1)
    if padding_idx is not None:
        padding_idx %= array(weight).shape[0]
        there = there & (flat[places] != padding_idx if flat.size else there)
    rows: Any = embedding(flat, weight, None, max_norm, norm_type, scale_grad_by_freq, sparse)
    if not flat.size:  # so that there is a row to point at
        rows = np.zeros((1, rows.shape[1]), rows.dtype) + np.sum(rows)
    bags = rows[places]
    if mode == "max":
        lowest: Any = np.max(np.where(there[..., None], bags, -np.inf), axis=1, initial=-np.inf)
        found: Tensor = np.where(there.any(1)[:, None], lowest, rows.dtype.type(0))
        return found
    count = there.astype(rows.dtype)
    if mode == "mean":
        count /= np.maximum(count.sum(1, keepdims=True), 1)
    scale: Any = count if factors is None or not flat.size else count * factors.reshape(-1)[places]
    total: Tensor = np.sum(bags * scale[..., None], axis=1)
    return total


def _bags(indices: Any, offsets: Any, include_last: bool) -> tuple[Any, Any]:
    """For each bag the places of its indices, padded to one length, and which of these count: (B, longest)."""
    if indices.ndim == 2:
        if offsets is not None:
            raise ValueError("embedding_bag: input (B, N) says itself what is in a bag; leave offsets=None")
        return np.arange(indices.size).reshape(indices.shape), np.ones(indices.shape, bool)
    if indices.ndim != 1 or offsets is None:
        raise ValueError(
            f"embedding_bag: input is (B, N), or (S,) with offsets=; its shape is {indices.shape}, offsets={offsets}"
        )
    starts = np.asarray(raw(as_indices("embedding_bag", offsets)))
    ends = starts[1:] if include_last else np.append(starts[1:], indices.size)
    starts = starts[: len(ends)]
    if starts.ndim != 1 or (len(starts) and starts[0] != 0) or (ends < starts).any() or (ends > indices.size).any():
        raise ValueError(
            f"embedding_bag: offsets begin with 0, do not fall and stay within the {indices.size} indices; they are "
            f"{np.asarray(raw(array(offsets))).tolist()}"
        )
    lengths = ends - starts
    steps = np.arange(lengths.max(initial=0) or 1)
    there = steps < lengths[:, None]
    return np.where(there, starts[:, None] + steps, 0), there
