"""DataLoader: a dataset in batches, once through each time it is iterated over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .collating import default_collate
from .datasets import IterableDataset
from .samplers import BatchSampler, RandomSampler, SequentialSampler, check_batch_size

if TYPE_CHECKING:
    from concurrent.futures import Future

    from numpy.random import Generator


class DataLoader:
    """Batches of a dataset, each time it is iterated over.

    Args:
        dataset: with samples by number, or an IterableDataset.
        batch_size: how many samples make a batch; None for samples one by one, as they are.
        shuffle: whether they come in an order drawn anew each time.
        sampler: gives their numbers, instead of `shuffle`.
        batch_sampler: gives lists of numbers, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
        num_workers: how many threads make batches in advance; 0 for none.  They come in the same order.
        collate_fn: makes a batch of a list of samples.
        drop_last: whether a last batch of fewer samples is left out.
        prefetch_factor: how many batches each thread makes in advance, 2 if it is None.
        generator: a NumPy Generator that `shuffle` draws from, instead of the default that `ag.manual_seed` seeds.

    Raises:
        ValueError: arguments that exclude each other, or do not fit.

    >>> import numpy as np
    >>> from autograd_lite.utils.data import DataLoader, TensorDataset
    >>> loader = DataLoader(TensorDataset(np.arange(5), np.arange(5) ** 2), batch_size=2)
    >>> [(x.tolist(), y.tolist()) for x, y in loader]
    [([0, 1], [0, 1]), ([2, 3], [4, 9]), ([4], [16])]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        drop_last: bool = False,
        *,
        prefetch_factor: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self._check(dataset, batch_size, shuffle, sampler, batch_sampler, num_workers, drop_last, prefetch_factor)
        self.dataset, self.num_workers, self.drop_last = dataset, num_workers, drop_last
        self.batch_size = None if batch_sampler is not None else batch_size
        self.collate_fn = collate_fn
        self.prefetch_factor = 2 if prefetch_factor is None else prefetch_factor
        self.generator = generator
        self.streamed = isinstance(dataset, IterableDataset)
        self.sampler: Any = sampler
        if sampler is None and not self.streamed:
            self.sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        self.batch_sampler: Any = batch_sampler
        if batch_sampler is None and batch_size is not None and not self.streamed:
            self.batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)

    @staticmethod
    def _check(
        dataset: Any,
        batch_size: Any,
        shuffle: Any,
        sampler: Any,
        batch_sampler: Any,
        num_workers: Any,
        drop_last: bool,
        prefetch_factor: Any,
    ) -> None:
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("DataLoader: batch_sampler excludes batch_size, shuffle, sampler and drop_last")
        if sampler is not None and shuffle:
            raise ValueError("DataLoader: sampler excludes shuffle: it says the order itself")
        if isinstance(dataset, IterableDataset) and (shuffle or sampler is not None or batch_sampler is not None):
            raise ValueError("DataLoader: an IterableDataset has its own order: no shuffle, sampler, batch_sampler")
        if batch_size is not None:
            check_batch_size("DataLoader", batch_size)
        elif drop_last or (shuffle and batch_sampler is not None):
            raise ValueError("DataLoader: without batch_size there is no last batch to drop")
        if not isinstance(num_workers, int) or num_workers < 0:
            raise ValueError(f"DataLoader: num_workers must be a whole number of at least 0, not {num_workers!r}")
        if prefetch_factor is not None and (num_workers == 0 or prefetch_factor < 1):
            raise ValueError(
                f"DataLoader: prefetch_factor is at least 1, and for num_workers > 0; it is {prefetch_factor}, "
                f"num_workers={num_workers}"
            )

    def __iter__(self) -> Iterator[Any]:
        if self.streamed:
            batches = self._streamed()
            return _ahead_in_order(lambda: batches, self.prefetch_factor) if self.num_workers else batches
        jobs = self._jobs()
        if self.num_workers:
            return _ahead(jobs, self.num_workers, self.prefetch_factor)
        return (job() for job in jobs)

    def __len__(self) -> int:
        if not self.streamed:
            return len(self.sampler if self.batch_sampler is None else self.batch_sampler)
        count = len(self.dataset)
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def _jobs(self) -> Iterator[Callable[[], Any]]:
        """What makes each sample or batch, in order; the order is drawn here, in the caller's thread."""
        dataset, collate = self.dataset, self.collate_fn
        if self.batch_sampler is None:
            for index in self.sampler:
                yield partial(_one, dataset, index, collate)
            return
        at_once = getattr(dataset, "_batch", None) if collate is None else None
        if at_once is not None and type(self.batch_sampler) is BatchSampler:
            for chosen in self._numbers():
                yield partial(at_once, chosen)
            return
        for indices in self.batch_sampler:
            if at_once is not None:
                yield partial(at_once, np.asarray(indices))
            else:
                yield partial(_several, dataset, indices, collate or default_collate)

    def _numbers(self) -> Iterator[Any]:
        """The numbers of each batch: slices where the order is kept, else arrays."""
        size, drop, sampler = self.batch_sampler.batch_size, self.batch_sampler.drop_last, self.sampler
        if type(sampler) is SequentialSampler:
            count = len(sampler)
            for start in range(0, count - size + 1 if drop else count, size):
                yield slice(start, min(start + size, count))
            return
        order = sampler.draw() if type(sampler) is RandomSampler else np.fromiter(sampler, np.int64)
        for start in range(0, len(order) - size + 1 if drop else len(order), size):
            yield order[start : start + size]

    def _streamed(self) -> Iterator[Any]:
        samples = iter(self.dataset)
        if self.batch_size is None:
            yield from samples if self.collate_fn is None else map(self.collate_fn, samples)
            return
        while batch := list(islice(samples, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield (self.collate_fn or default_collate)(batch)


def _one(dataset: Any, index: Any, collate: Callable[[Any], Any] | None) -> Any:
    return dataset[index] if collate is None else collate(dataset[index])


def _several(dataset: Any, indices: Iterable[Any], collate: Callable[[list[Any]], Any]) -> Any:
    return collate([dataset[i] for i in indices])


def _ahead(jobs: Iterator[Callable[[], Any]], workers: int, each: int) -> Iterator[Any]:
    """The results of jobs in their order, made by threads in advance; none is left when the iteration ends."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(workers, "autograd_lite-data")
    waiting: deque[Future[Any]] = deque()
    try:
        waiting.extend(pool.submit(job) for job in islice(jobs, workers * each))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(job) for job in islice(jobs, 1))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


_NO_MORE = object()


def _ahead_in_order(make: Callable[[], Iterator[Any]], count: int) -> Iterator[Any]:
    """What an iterator gives, taken from it by one thread in advance."""
    batches = make()
    return iter(_until_no_more(_ahead(iter(lambda: lambda: next(batches, _NO_MORE), None), 1, count)))


def _until_no_more(results: Iterator[Any]) -> Iterator[Any]:
    for result in results:
        if result is _NO_MORE:
            return
        yield result
