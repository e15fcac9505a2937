"""Data in batches: what comes, in which order, made by whom."""

import functools
import operator
import threading
import time

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


class Squares(Dataset):
    """Samples that take a while."""

    def __init__(self, count=10, wrong=-1):
        self.count, self.wrong, self.threads = count, wrong, set()

    def __getitem__(self, i):
        self.threads.add(threading.get_ident())
        time.sleep(0.001 * (i % 3))
        if i == self.wrong:
            raise KeyError(f"sample {i} is broken")
        return {"number": i, "square": np.float32(i * i)}

    def __len__(self):
        return self.count


class Stream(IterableDataset):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter(range(self.count))


def numbers(loader):
    return [batch.tolist() for batch in loader]


@pytest.mark.smoke
def test_batches_in_order_are_views():
    loader = DataLoader(TensorDataset(X, Y), batch_size=4)
    batches = list(loader)
    assert [y.tolist() for _, y in batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert all(np.shares_memory(x, X) for x, _ in batches)
    assert len(loader) == 3
    assert [len(y) for _, y in DataLoader(TensorDataset(X, Y), 4, drop_last=True)] == [4, 4]
    assert len(DataLoader(TensorDataset(X, Y), 4, drop_last=True)) == 2


def test_shuffled_batches_hold_all_once_and_repeat_from_a_seed():
    def epochs(seed=None, generator=None):
        if seed is not None:
            ag.manual_seed(seed)
        loader = DataLoader(TensorDataset(X, Y), 3, shuffle=True, generator=generator)
        return [[y.tolist() for x, y in loader if (x[:, 0] == 2 * y).all()] for _ in range(2)]

    first = epochs(seed=1)
    assert first == epochs(seed=1) != epochs(seed=2)
    assert first[0] != first[1]
    assert all(sorted(functools.reduce(operator.iadd, epoch, [])) == list(range(10)) for epoch in first)
    own = epochs(generator=np.random.default_rng(5))
    assert own == epochs(generator=np.random.default_rng(5))


def test_tensors_give_tensors():
    x, y = next(iter(DataLoader(TensorDataset(ag.Tensor(X), Y), 2)))
    assert isinstance(x, ag.Tensor)
    assert isinstance(y, np.ndarray)


@pytest.mark.parametrize("workers", [0, 1, 4])
@pytest.mark.parametrize("shuffle", [False, True])
def test_workers_change_nothing_but_who_does_it(workers, shuffle):
    data = Squares()
    ag.manual_seed(0)
    expected = [batch["number"].tolist() for batch in DataLoader(data, 3, shuffle)]
    data.threads.clear()
    ag.manual_seed(0)
    got = list(DataLoader(data, 3, shuffle, num_workers=workers))
    assert [batch["number"].tolist() for batch in got] == expected
    assert got[0]["square"].dtype == np.float32
    assert (threading.get_ident() in data.threads) == (workers == 0)


def running():
    return [thread for thread in threading.enumerate() if thread.name.startswith("autograd_lite-data")]


def test_an_iteration_that_is_left_leaves_no_threads():
    for _ in zip(range(2), DataLoader(Squares(100), 2, num_workers=3), strict=False):
        assert running()
    assert not running()
    iterator = iter(DataLoader(Stream(1000), 2, num_workers=1))
    next(iterator)
    iterator.close()
    assert not running()


def test_errors_of_workers_come_out_where_they_belong():
    iterator = iter(DataLoader(Squares(10, wrong=5), 2, num_workers=3))
    assert next(iterator)["number"].tolist() == [0, 1]
    assert next(iterator)["number"].tolist() == [2, 3]
    with pytest.raises(KeyError, match="sample 5 is broken") as caught:
        next(iterator)
    assert "__getitem__" in {entry.name for entry in caught.traceback}
    assert not running()


def test_streams():
    assert numbers(DataLoader(Stream(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert numbers(DataLoader(Stream(7), 3, num_workers=2)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert numbers(DataLoader(Stream(7), 3, drop_last=True)) == [[0, 1, 2], [3, 4, 5]]
    assert list(DataLoader(Stream(3), None)) == [0, 1, 2]
    with pytest.raises(TypeError, match="len"):
        len(DataLoader(Stream(7), 3))


def test_samplers():
    data = range(10)
    assert list(SequentialSampler(data)) == list(range(10))
    assert sorted(RandomSampler(data)) == list(range(10))
    assert len(list(RandomSampler(data, replacement=True, num_samples=50))) == 50
    assert sorted(RandomSampler(data, num_samples=20)) == sorted([*range(10)] * 2)
    assert sorted(SubsetRandomSampler([4, 7, 1])) == [1, 4, 7]
    drawn = list(WeightedRandomSampler([0, 1, 3], 4000, generator=np.random.default_rng(0)))
    assert 0 not in drawn
    assert drawn.count(2) / len(drawn) == pytest.approx(0.75, abs=0.03)
    assert sorted(WeightedRandomSampler([1, 0, 1], 2, replacement=False)) == [0, 2]
    assert list(BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    loader = DataLoader(TensorDataset(Y), 2, sampler=SubsetRandomSampler([3, 5, 8]))
    assert sorted(functools.reduce(operator.iadd, (y.tolist() for (y,) in loader), [])) == [3, 5, 8]
    batches = DataLoader(TensorDataset(Y), batch_sampler=[[1, 2], [7]])
    assert [y.tolist() for (y,) in batches] == [[1, 2], [7]]


def test_parts_of_datasets():
    data = TensorDataset(X, Y)
    parts = random_split(data, [7, 3], np.random.default_rng(0))
    assert [len(part) for part in parts] == [7, 3]
    assert sorted(int(y) for part in parts for _, y in part) == list(range(10))
    assert [len(part) for part in random_split(data, [0.5, 0.25, 0.25])] == [6, 2, 2]
    assert parts[0][0][1] == parts[0].dataset[parts[0].indices[0]][1]
    batches = [y.tolist() for _, y in DataLoader(parts[1], 2)]
    assert functools.reduce(operator.iadd, batches, []) == list(parts[1].indices)
    assert [y.tolist() for _, y in DataLoader(Subset(parts[0], [0, 2]), 2)] == [
        [int(parts[0][0][1]), int(parts[0][2][1])]
    ]
    both = data + TensorDataset(X[:2] + 100, Y[:2])
    assert isinstance(both, ConcatDataset)
    assert len(both) == 12
    assert both[10][0][0] == 100
    assert both[-1][1] == 1
    with pytest.raises(IndexError, match="12 samples"):
        both[12]


def test_collating():
    batch = default_collate([{"a": 1, "b": (2.0, "x")}, {"a": 3, "b": (4.0, "y")}])
    assert batch["a"].tolist() == [1, 3]
    assert batch["a"].dtype == np.int64
    assert batch["b"][0].dtype == np.float32
    assert batch["b"][1] == ["x", "y"]
    with pytest.raises(ValueError, match="one shape; the first has"):
        default_collate([np.ones(2), np.ones(3)])
    with pytest.raises(ValueError, match="one length"):
        default_collate([(1, 2), (1,)])
    with pytest.raises(TypeError, match="give collate_fn="):
        default_collate([object()])
    assert list(DataLoader([1, 2, 3], 2, collate_fn=sum)) == [3, 3]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DataLoader(Y, 0), "batch_size must be a whole number of at least 1, not 0"),
        (lambda: DataLoader(Y, 2.5), "batch_size must be a whole number"),
        (lambda: DataLoader(Y, 2, num_workers=-1), "num_workers"),
        (lambda: DataLoader(Y, 2, prefetch_factor=2), "prefetch_factor"),
        (lambda: DataLoader(Y, 2, shuffle=True, sampler=[1]), "sampler excludes shuffle"),
        (lambda: DataLoader(Y, 2, batch_sampler=[[1]]), "batch_sampler excludes"),
        (lambda: DataLoader(Stream(3), 2, shuffle=True), "its own order"),
        (lambda: DataLoader(Y, None, drop_last=True), "no last batch"),
        (lambda: TensorDataset(X, Y[:3]), r"one length; their shapes are \[\(10, 2\), \(3,\)\]"),
        (lambda: TensorDataset(), "at least one array"),
        (lambda: random_split(TensorDataset(Y), [3, 3]), "add up to the 10 samples"),
        (lambda: random_split(TensorDataset(Y), [0.3, 0.3]), "add up to"),
        (lambda: ConcatDataset([]), "at least one dataset"),
        (lambda: WeightedRandomSampler([1, -1], 1), "at least 0"),
        (lambda: WeightedRandomSampler([1, 0], 2, replacement=False), "num_samples"),
    ],
)
def test_what_does_not_fit_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()
