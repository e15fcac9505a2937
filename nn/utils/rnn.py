"""Sequences of different lengths: padded to one length, or packed without the padding.

packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
output, state = nn.LSTM(3, 8)(packed)
padded, lengths = pad_packed_sequence(output, batch_first=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import Tensor
from autograd_lite.data import from_python

__all__ = [
    "PackedSequence", "invert_permutation", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence",
    "pad_sequence", "unpack_sequence", "unpad_sequence",
]  # fmt: skip


class PackedSequence(NamedTuple):
    """The elements of sequences of different lengths, time step by time step, the longest sequence first.

    data              (sum of lengths, ...): the first elements of all sequences, then the second of those that have
                      one, and so on
    batch_sizes       (longest,): how many sequences have an element at each time step
    sorted_indices    which sequence stands where, if they were sorted by length; else None
    unsorted_indices  where each sequence stands
    """

    data: Any
    batch_sizes: Any
    sorted_indices: Any = None
    unsorted_indices: Any = None


def invert_permutation(permutation: Any) -> Any:
    """Where each index stands in a permutation; None of None."""
    return None if permutation is None else np.argsort(np.asarray(permutation), kind="stable")


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Sequences that were padded to one length, without the padding.

    Args:
        input: (T, B, ...), or (B, T, ...) with `batch_first`.
        lengths: (B,) whole numbers from 1 to T.
        batch_first: whether the batch is the first axis.
        enforce_sorted: whether the sequences must come sorted by length, the longest first; else they are sorted here,
            and a recurrent layer gives its last states in their own order.

    Raises:
        ValueError: the lengths do not fit, or are not sorted.

    >>> import numpy as np
    >>> packed = pack_padded_sequence(np.array([[1, 2, 3], [4, 5, 0]]), [3, 2], batch_first=True)
    >>> packed.data.tolist(), packed.batch_sizes.tolist()
    ([1, 4, 2, 5, 3], [2, 2, 1])
    """
    x = from_python(input) if not isinstance(input, (Tensor, np.ndarray)) else input
    x = x.swapaxes(0, 1) if batch_first else x
    counts = np.asarray(lengths)
    if counts.shape != (x.shape[1],) or counts.dtype.kind not in "iu":
        raise ValueError(
            f"pack_padded_sequence: lengths are whole numbers, one for each of the {x.shape[1]} sequences, not "
            f"{counts.dtype}{list(counts.shape)}"
        )
    if counts.size == 0 or counts.min() < 1 or counts.max() > x.shape[0]:
        raise ValueError(
            f"pack_padded_sequence: lengths must lie from 1 to {x.shape[0]}, the length of the padded sequences, and "
            f"there must be some; lengths={counts.tolist()}"
        )
    order = None
    if enforce_sorted:
        if (np.diff(counts) > 0).any():
            raise ValueError(
                "pack_padded_sequence: the sequences must be sorted by length, the longest first, or enforce_sorted "
                f"must be False; lengths={counts.tolist()}"
            )
    else:
        order = np.argsort(-counts, kind="stable")
        counts = counts[order]
    sizes = (counts > np.arange(counts[0])[:, None]).sum(1)
    times, places = np.nonzero(counts > np.arange(counts[0])[:, None])
    data = x[times, places if order is None else order[places]]
    return PackedSequence(data, sizes, order, invert_permutation(order))


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Any, Any]:
    """Packed sequences padded to one length, and their lengths.

    Args:
        sequence: what `pack_padded_sequence` or a recurrent layer gives.
        batch_first: whether the batch is to be the first axis.
        padding_value: what stands after the end of a sequence.
        total_length: to what length they are padded, instead of that of the longest.

    Raises:
        ValueError: a sequence is longer than `total_length`.

    >>> import numpy as np
    >>> packed = pack_padded_sequence(np.array([[1, 2, 3], [4, 5, 0]]), [3, 2], batch_first=True)
    >>> padded, lengths = pad_packed_sequence(packed, batch_first=True)
    >>> padded.tolist(), lengths.tolist()
    ([[1, 2, 3], [4, 5, 0]], [3, 2])
    """
    sizes = np.asarray(sequence.batch_sizes)
    longest, batch = len(sizes), int(sizes[0])
    length = longest if total_length is None else total_length
    if length < longest:
        raise ValueError(
            f"pad_packed_sequence: total_length must be at least the length of the longest sequence, {longest}, not "
            f"{total_length}"
        )
    counts = (sizes > np.arange(batch)[:, None]).sum(1)
    rows = np.full((length, batch), len(sequence.data))  # where each element is; one after the last for none
    there = np.arange(batch) < sizes[:, None]
    rows[:longest][there] = np.arange(int(sizes.sum()))
    if sequence.unsorted_indices is not None:
        rows, counts = rows[:, sequence.unsorted_indices], counts[sequence.unsorted_indices]
    data = sequence.data
    nothing = np.full((1, *data.shape[1:]), padding_value, data.dtype)
    padded = np.concatenate([data, nothing])[rows.T if batch_first else rows]
    return padded, counts


def pad_sequence(
    sequences: Sequence[Any], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Any:
    """Sequences (L_i, ...) padded to the length T of the longest: (T, B, ...), or (B, T, ...) with `batch_first`.

    Raises:
        ValueError: there are no sequences, or `padding_side` is neither "right" nor "left".

    >>> import numpy as np
    >>> pad_sequence([np.array([1, 2]), np.array([3])], batch_first=True).tolist()
    [[1, 2], [3, 0]]
    """
    if padding_side not in ("right", "left"):
        raise ValueError(f'pad_sequence: padding_side must be "right" or "left", not {padding_side!r}')
    if not len(sequences):
        raise ValueError("pad_sequence: there must be at least one sequence")
    longest = max(len(each) for each in sequences)
    padded = []
    for each in sequences:
        more = longest - len(each)
        width = (0, more) if padding_side == "right" else (more, 0)
        padded.append(np.pad(each, (width, *((0, 0),) * (each.ndim - 1)), constant_values=padding_value))
    return np.stack(padded, axis=0 if batch_first else 1)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The sequences out of padded ones, (T, B, ...), and their lengths.

    >>> import numpy as np
    >>> [each.tolist() for each in unpad_sequence(np.array([[1, 2], [3, 0]]), [2, 1], batch_first=True)]
    [[1, 2], [3]]
    """
    x = padded_sequences if batch_first else padded_sequences.swapaxes(0, 1)
    return [each[: int(length)] for each, length in zip(x, np.asarray(lengths), strict=True)]


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (L_i, ...) packed; see `pack_padded_sequence`.

    >>> import numpy as np
    >>> pack_sequence([np.array([1, 2]), np.array([3])]).data.tolist()
    [1, 3, 2]
    """
    lengths = [len(each) for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """The sequences out of packed ones.

    >>> import numpy as np
    >>> [each.tolist() for each in unpack_sequence(pack_sequence([np.array([1, 2]), np.array([3])]))]
    [[1, 2], [3]]
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences))
