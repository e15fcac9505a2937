"""Data in batches, under PyTorch's names.

    data = TensorDataset(images, labels)
    train, test = random_split(data, [0.8, 0.2])
    for x, y in DataLoader(train, batch_size=32, shuffle=True):
        ...

A batch of a TensorDataset is one index per array, a view of it where the order is kept; other datasets are asked for
one sample after the other, by several threads if `num_workers` says so.
"""

from .collating import default_collate
from .datasets import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .loader import DataLoader
from .samplers import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [
    "BatchSampler", "ConcatDataset", "DataLoader", "Dataset", "IterableDataset", "RandomSampler", "Sampler",
    "SequentialSampler", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler", "default_collate",
    "random_split",
]  # fmt: skip
