"""Sums, means, products, extremes."""

import numpy as np
import torch

import autograd_lite as ag

from .sample import MASK, A, Sample, apart

ZEROS = apart(3, 4).copy()
ZEROS[0, 1] = ZEROS[1, 0] = ZEROS[1, 3] = 0.0
mask = torch.from_numpy(MASK)

SAMPLES = [
    Sample("sum", np.sum, ((3, 4),), torch.sum, complex=True),
    Sample("sum", lambda x: np.sum(x, axis=1), ((3, 4),), lambda x: x.sum(1), name="sum axis=1", complex=True),
    Sample(
        "sum", lambda x: np.sum(x, axis=(0, -1), keepdims=True), ((2, 3, 2),),
        lambda x: x.sum((0, -1), keepdim=True), name="sum axis=(0, -1) keepdims",
    ),
    Sample("sum", lambda x: np.sum(x * x, axis=()), ((2, 3),), lambda x: x * x, name="sum of no axes"),
    Sample(
        "sum", lambda x, y: ag.sum(x, axis=0, where=MASK, initial=y), ((3, 4), (4,)),
        lambda x, y: (x * mask).sum(0) + y, name="sum where initial", complex=True,
        numpy=lambda x, y: np.sum(x, axis=0, where=MASK) + y,
    ),
    Sample("mean", np.mean, ((3, 4),), torch.mean, complex=True),
    Sample("mean", lambda x: np.mean(x, axis=-2), ((2, 3, 2),), lambda x: x.mean(-2), name="mean axis=-2"),
    Sample(
        "mean", lambda x: np.mean(x, axis=(0, 1), keepdims=True), ((3, 4),),
        lambda x: x.mean((0, 1), keepdim=True), name="mean axis=(0, 1) keepdims",
    ),
    Sample(
        "mean", lambda x: np.mean(x, axis=1, where=MASK), ((3, 4),),
        lambda x: (x * mask).sum(1) / mask.sum(1), name="mean where", complex=True,
    ),
    Sample("max", np.max, (A,), torch.amax),
    Sample("max", lambda x: np.max(x, axis=0), (A,), lambda x: x.amax(0), name="max axis=0"),
    Sample("max", lambda x: np.max(x, axis=1, keepdims=True), (A,), lambda x: x.amax(1, True), name="max keepdims"),
    Sample(
        "max", lambda x: np.max(x, axis=1, initial=0.3, where=MASK), (A,),
        lambda x: x.masked_fill(~mask, 0.3).amax(1).clamp(0.3), name="max where initial",
    ),
    Sample("min", np.min, (A,), torch.amin),
    Sample("min", lambda x: np.min(x, axis=(0, 2)), (apart(2, 3, 2),), lambda x: x.amin((0, 2)), name="min two axes"),
    Sample("min", lambda x: np.amin(x, 0, initial=-0.7), (A,), lambda x: x.amin(0).clamp(max=-0.7), name="min initial"),
    Sample("max", np.ptp, (A,), lambda x: x.amax() - x.amin(), name="ptp"),
    Sample(
        "min", lambda x: np.ptp(x, axis=1, keepdims=True), (A,), lambda x: x.amax(1, True) - x.amin(1, True),
        name="ptp axis=1",
    ),
    Sample("prod", np.prod, ((3, 2),), torch.prod, complex=True),
    Sample("prod", lambda x: np.prod(x, axis=1), ((3, 4),), lambda x: x.prod(1), name="prod axis=1", complex=True),
    Sample(
        "prod", lambda x: np.prod(x, axis=(2, 0), keepdims=True), ((2, 3, 2),),
        lambda x: x.prod(2, True).prod(0, True), name="prod axis=(2, 0) keepdims",
    ),
    Sample("prod", lambda x: np.prod(x, axis=0), (ZEROS,), lambda x: x.prod(0), name="prod with zeros"),
    Sample(
        "prod", lambda x: np.prod(x, axis=(0, 2)), (ZEROS.reshape(3, 2, 2),), lambda x: x.prod(0).prod(1),
        name="prod with zeros, two axes", complex=True,
    ),
    Sample(
        "prod", lambda x, y: ag.prod(x, axis=1, where=MASK, initial=y), ((3, 4), (3,)),
        lambda x, y: torch.where(mask, x, 1).prod(1) * y, name="prod where initial",
        numpy=lambda x, y: np.prod(x, axis=1, where=MASK) * y,
    ),
]  # fmt: skip
