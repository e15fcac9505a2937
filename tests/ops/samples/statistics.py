"""Variances, weighted means, covariances."""

import numpy as np
import torch

from .sample import A, Sample, apart, product

SOME = np.array([[1, 1, 0, 1], [1, 1, 1, 1], [0, 1, 1, 0]], bool)
mask = torch.from_numpy(SOME)
OFTEN = np.array([1, 2, 1, 3])
WEIGHTS = np.abs(apart(4)) + 0.5


def of_rows(x, w):
    """Weighted means of rows."""
    return (x * w).sum(1) / w.sum()


def masked_var(x):
    n = mask.sum(1, keepdim=True)
    d = (x - (x * mask).sum(1, keepdim=True) / n) * mask
    return (d * d.conj()).real.sum(1) / (n[:, 0] - 0.5)


SAMPLES = [
    Sample("var", np.var, ((3, 4),), lambda x: x.var(correction=0), complex=True),
    Sample(
        "var",
        lambda x: np.var(x, axis=1, correction=1),
        ((3, 4),),
        lambda x: x.var(1, correction=1),
        name="var correction",
        complex=True,
    ),
    Sample(
        "var",
        lambda x: np.var(x, axis=(0, 2), ddof=1, keepdims=True),
        ((2, 3, 2),),
        lambda x: x.var((0, 2), correction=1, keepdim=True),
        name="var two axes keepdims",
    ),
    Sample(
        "var", lambda x: np.var(x, axis=1, where=SOME, ddof=0.5), ((3, 4),), masked_var, name="var where", complex=True
    ),
    Sample(
        "sum",
        lambda x, m: np.var(x, axis=1, mean=m),
        ((3, 4), (3, 1)),
        lambda x, m: ((x - m).abs() ** 2).mean(1),
        name="var of a mean",
        complex=True,
    ),
    Sample("std", lambda x: np.std(x, axis=0), ((3, 4),), lambda x: x.std(0, correction=0), complex=True),
    Sample(
        "std",
        lambda x: np.std(x, ddof=1, keepdims=True),
        ((3, 4),),
        lambda x: x.std((0, 1), keepdim=True),
        name="std ddof keepdims",
    ),
    Sample(
        "std", lambda x: np.std(x, 1, where=SOME, ddof=0.5), ((3, 4),), lambda x: masked_var(x).sqrt(), name="std where"
    ),
    Sample("mean", np.average, ((3, 4),), torch.mean, name="average"),
    Sample(
        "divide",
        lambda x, w: np.average(x, axis=1, weights=w),
        (A, WEIGHTS),
        of_rows,
        name="average of rows",
    ),
    Sample(
        "divide",
        lambda x, w: np.average(x, weights=w, keepdims=True),
        (A, np.abs(A)),
        lambda x, w: ((x * w).sum() / w.sum()).reshape(1, 1),
        name="average of all",
    ),
    Sample(
        "divide",
        lambda x, w: np.average(x, axis=(2, 0), weights=w),
        (apart(2, 3, 4), np.abs(apart(4, 2)) + 0.1),
        lambda x, w: torch.einsum("ijk,ki->j", x, w) / w.sum(),
        name="average over two axes",
    ),
    Sample(
        "divide",
        lambda x, w: product(np.average(x, axis=1, weights=w, returned=True)),
        (A, WEIGHTS),
        lambda x, w: of_rows(x, w) * w.sum(),
        name="average, sum of weights",
    ),
    Sample(
        "matmul",
        lambda x: np.cov(x, dtype=x.dtype),
        ((3, 4),),
        torch.cov,
        name="cov",
        complex=True,
    ),
    Sample(
        "matmul",
        lambda x, y: np.cov(x, y, rowvar=False, bias=True, dtype=x.dtype),
        ((4, 2), (4, 1)),
        lambda x, y: torch.cov(torch.cat([x, y], 1).T, correction=0),
        name="cov of columns",
    ),
    Sample(
        "matmul",
        lambda x: np.cov(x, fweights=OFTEN[: x.shape[1]], aweights=x[0] * x[0] + 0.5, dtype=x.dtype),
        (A,),
        lambda x: torch.cov(x, fweights=torch.from_numpy(OFTEN), aweights=x[0] * x[0] + 0.5),
        name="cov with weights",
        numpy=lambda x: np.cov(x, fweights=OFTEN[: x.shape[1]], aweights=x[0] * x[0] + 0.5).astype(x.dtype),
    ),
    Sample("matmul", lambda x: np.cov(x, dtype=x.dtype), ((5,),), torch.cov, name="cov of one"),
    Sample("matmul", lambda x: np.corrcoef(x, dtype=x.dtype), ((3, 4),), torch.corrcoef, name="corrcoef"),
]
