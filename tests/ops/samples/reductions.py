"""Sums, means, extremes, running sums."""

import numpy as np
import torch

from .sample import A, Sample, apart

SAMPLES = [
    Sample("sum", np.sum, ((3, 4),), torch.sum),
    Sample("sum", lambda x: np.sum(x, axis=1), ((3, 4),), lambda x: x.sum(1), name="sum axis=1"),
    Sample(
        "sum", lambda x: np.sum(x, axis=(0, -1), keepdims=True), ((2, 3, 2),),
        lambda x: x.sum((0, -1), keepdim=True), name="sum axis=(0, -1) keepdims",
    ),
    Sample("mean", np.mean, ((3, 4),), torch.mean),
    Sample("mean", lambda x: np.mean(x, axis=-2), ((2, 3, 2),), lambda x: x.mean(-2), name="mean axis=-2"),
    Sample(
        "mean", lambda x: np.mean(x, axis=(0, 1), keepdims=True), ((3, 4),),
        lambda x: x.mean((0, 1), keepdim=True), name="mean axis=(0, 1) keepdims",
    ),
    Sample("max", np.max, (A,), torch.amax),
    Sample("max", lambda x: np.max(x, axis=0), (A,), lambda x: x.amax(0), name="max axis=0"),
    Sample("max", lambda x: np.max(x, axis=1, keepdims=True), (A,), lambda x: x.amax(1, True), name="max keepdims"),
    Sample("min", np.min, (A,), torch.amin),
    Sample("min", lambda x: np.min(x, axis=(0, 2)), (apart(2, 3, 2),), lambda x: x.amin((0, 2)), name="min two axes"),
    Sample("cumsum", lambda x: np.cumsum(x, axis=1), ((3, 4),), lambda x: x.cumsum(1)),
    Sample("cumsum", np.cumsum, ((3, 4),), lambda x: x.ravel().cumsum(0), name="cumsum flat"),
    Sample(
        "sum", lambda x: np.var(x, axis=1, correction=1), ((3, 4),), lambda x: x.var(1, correction=1), name="var"
    ),
    Sample("sum", lambda x: np.std(x, axis=0), ((3, 4),), lambda x: x.std(0, correction=0), name="std"),
]  # fmt: skip
