"""Collections of samples."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data import from_python
from ...random import generator_or_default
from ...tensor import Tensor

if TYPE_CHECKING:
    from numpy.random import Generator


class Dataset:
    """Samples by number: write `__getitem__(i)` and `__len__()`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index): define what a sample is")

    def __add__(self, other: Dataset) -> ConcatDataset:
        """The samples of both, one after the other."""
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Samples one after the other, whose number need not be known: write `__iter__()`."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__(): define the samples")


class TensorDataset(Dataset):
    """Samples in arrays: the i-th is the tuple of their i-th elements.

    Args:
        tensors: arrays or Tensors of one length.

    Raises:
        ValueError: there are none, or their lengths differ.

    >>> import numpy as np
    >>> from autograd_lite.utils.data import TensorDataset
    >>> TensorDataset(np.array([1, 2, 3]), np.array([4, 5, 6]))[1]
    (np.int64(2), np.int64(5))
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors = tuple(x if isinstance(x, (Tensor, np.ndarray)) else from_python(x) for x in tensors)
        if not self.tensors:
            raise ValueError("TensorDataset: there must be at least one array")
        if any(x.ndim == 0 for x in self.tensors) or len({len(x) for x in self.tensors}) > 1:
            raise ValueError(
                f"TensorDataset: the arrays must have one length; their shapes are "
                f"{[tuple(x.shape) for x in self.tensors]}"
            )

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(x[index] for x in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def _batch(self, index: slice | np.ndarray[Any, Any]) -> tuple[Any, ...]:
        """Several samples at once: views for a slice, copies for an array of numbers."""
        return self[index]


class Subset(Dataset):
    """Some samples of another dataset.

    Args:
        dataset: the other.
        indices: their numbers, in the order in which they come here.
    """

    def __init__(self, dataset: Any, indices: Any) -> None:
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[int(self.indices[index])]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def _batch(self) -> Any:
        """Several samples at once, if the other dataset can."""
        whole = self.dataset._batch  # an AttributeError if it cannot

        def some(index: slice | np.ndarray[Any, Any]) -> Any:
            return whole(np.asarray(self.indices)[index])

        return some


class ConcatDataset(Dataset):
    """The samples of several datasets, one after the other.

    Raises:
        ValueError: there are none, or one of them has no length.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset: there must be at least one dataset")
        if any(isinstance(each, IterableDataset) for each in self.datasets):
            raise ValueError("ConcatDataset: an IterableDataset has no samples by number")
        self.cumulative_sizes = list(accumulate(len(each) for each in self.datasets))

    def __getitem__(self, index: int) -> Any:
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"ConcatDataset: index {index} is out of range, there are {count} samples")
        index %= count
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


def random_split(dataset: Any, lengths: Sequence[float], generator: Generator | None = None) -> list[Subset]:
    """A dataset divided by chance.

    Args:
        dataset: with a length.
        lengths: how many samples each part gets, or fractions that add up to 1; samples left over by rounding go to
            the first parts, one each.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.

    Raises:
        ValueError: the lengths do not add up to that of the dataset.

    >>> import numpy as np
    >>> from autograd_lite.utils.data import TensorDataset, random_split
    >>> [len(part) for part in random_split(TensorDataset(np.arange(10)), [0.75, 0.25])]
    [8, 2]
    """
    count = len(dataset)
    parts: list[int] = []
    if any(isinstance(n, float) for n in lengths) and math.isclose(sum(lengths), 1) and min(lengths) >= 0:
        parts = [math.floor(count * n) for n in lengths]
        for i in range(count - sum(parts)):
            parts[i % len(parts)] += 1
    elif all(int(n) == n >= 0 for n in lengths):
        parts = [int(n) for n in lengths]
    if sum(parts) != count or len(parts) != len(lengths):
        raise ValueError(
            f"random_split: lengths must add up to the {count} samples there are, or to 1; lengths={list(lengths)}"
        )
    order = generator_or_default(generator).permutation(count)
    ends = list(accumulate(parts))
    return [Subset(dataset, order[end - n : end]) for n, end in zip(parts, ends, strict=True)]
