"""In which order samples come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...random import generator_or_default

if TYPE_CHECKING:
    from numpy.random import Generator


class Sampler:
    """Numbers of samples: write `__iter__()`, and `__len__()` if it is known how many there are."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} has no __iter__(): define the order")


class SequentialSampler(Sampler):
    """0, 1, 2, ..."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """All numbers in an order drawn anew each time, or some of them.

    Args:
        data_source: with a length.
        replacement: whether a number may come more than once.
        num_samples: how many; all that there are if it is None.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if num_samples is not None and num_samples < 1:
            raise ValueError(f"RandomSampler: num_samples must be at least 1, not {num_samples}")
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self._count = num_samples

    def __iter__(self) -> Iterator[int]:
        return iter(self.draw().tolist())

    def draw(self) -> Any:
        """The numbers as an array."""
        count, wanted = len(self.data_source), len(self)
        generator = generator_or_default(self.generator)
        if self.replacement:
            return generator.integers(0, count, wanted)
        rounds = -(-wanted // count) if count else 0
        orders = [generator.permutation(count) for _ in range(rounds)]
        return np.concatenate(orders)[:wanted] if orders else np.arange(0)

    def __len__(self) -> int:
        return len(self.data_source) if self._count is None else self._count


class SubsetRandomSampler(Sampler):
    """Given numbers in an order drawn anew each time.

    Args:
        indices: the numbers.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.
    """

    def __init__(self, indices: Any, generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        order = generator_or_default(self.generator).permutation(len(self.indices))
        return iter([self.indices[i] for i in order])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Numbers 0, ..., n - 1, each with a probability in proportion to its weight.

    Args:
        weights: (n,), at least 0.
        num_samples: how many are drawn.
        replacement: whether a number may come more than once.
        generator: a NumPy Generator to draw from, instead of the default that `ag.manual_seed` seeds.
    """

    def __init__(
        self, weights: Any, num_samples: int, replacement: bool = True, generator: Generator | None = None
    ) -> None:
        self.weights = np.asarray(weights, np.float64)
        if self.weights.ndim != 1 or not (self.weights >= 0).all() or not 0 < self.weights.sum() < np.inf:
            raise ValueError("WeightedRandomSampler: weights are finite numbers of at least 0, not all 0, in one axis")
        if num_samples < 1 or (not replacement and num_samples > np.count_nonzero(self.weights)):
            raise ValueError(
                f"WeightedRandomSampler: num_samples must be at least 1, and without replacement at most the "
                f"{np.count_nonzero(self.weights)} weights that are not 0, not {num_samples}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        drawn = generator_or_default(self.generator).choice(
            len(self.weights), self.num_samples, self.replacement, self.weights / self.weights.sum()
        )
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers.

    Args:
        sampler: gives the numbers.
        batch_size: how many make a batch.
        drop_last: whether a last batch of fewer is left out.
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        check_batch_size("BatchSampler", batch_size)
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[Any]]:
        batch: list[Any] = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch

    def __len__(self) -> int:
        count = len(self.sampler)  # type: ignore[arg-type]  # a TypeError if it has no length
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)


def check_batch_size(name: str, batch_size: Any) -> None:
    """Raise ValueError unless it is a whole number of at least 1."""
    if not isinstance(batch_size, (int, np.integer)) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(f"{name}: batch_size must be a whole number of at least 1, not {batch_size!r}")
