"""Reductions that pass over NaN.  The inputs have none, so that differences can be taken: it is put in by `holed`."""

import numpy as np
import torch

from .sample import A, Sample

HOLES = np.zeros((3, 4), bool)
HOLES[0, 1] = HOLES[2, 0] = HOLES[2, 3] = True
holes = torch.from_numpy(HOLES)


def holed(x):
    return np.where(HOLES, np.asarray(np.nan, x.dtype), x)


def left(x):
    """In PyTorch: the rows, the holes filled with 0, and how many elements are left."""
    return x.masked_fill(holes, 0), (~holes).sum(1)


def var(x, correction=0.0):
    x, n = left(x)
    d = (x - (x.sum(1) / n)[:, None]).masked_fill(holes, 0)
    return (d * d.conj()).real.sum(1) / (n - correction)


SAMPLES = [
    Sample("nan_filled", lambda x: np.nansum(holed(x), axis=1), (A,), lambda x: left(x)[0].sum(1), complex=True),
    Sample(
        "nan_filled",
        lambda x: np.nansum(holed(x), keepdims=True, initial=0.5, where=~HOLES[:, ::-1]),
        (A,),
        lambda x: (left(x)[0].masked_fill(holes.flip(1), 0).sum() + 0.5).reshape(1, 1),
        name="nansum where initial",
    ),
    Sample(
        "prod", lambda x: np.nanprod(holed(x), axis=0), (A,), lambda x: x.masked_fill(holes, 1).prod(0), name="nanprod"
    ),
    Sample("cumsum", lambda x: np.nancumsum(holed(x), 1), (A,), lambda x: left(x)[0].cumsum(1), name="nancumsum"),
    Sample(
        "cumprod",
        lambda x: np.nancumprod(holed(x)),
        (A,),
        lambda x: x.masked_fill(holes, 1).ravel().cumprod(0),
        name="nancumprod",
    ),
    Sample(
        "nanmean", lambda x: np.nanmean(holed(x), axis=1), (A,), lambda x: left(x)[0].sum(1) / left(x)[1], complex=True
    ),
    Sample(
        "nanmean",
        lambda x: np.nanmean(holed(x), keepdims=True, where=~HOLES[:, ::-1]),
        (A,),
        lambda x: x.masked_fill(holes | holes.flip(1), torch.nan).nanmean().reshape(1, 1),
        name="nanmean where",
    ),
    Sample("nanvar", lambda x: np.nanvar(holed(x), axis=1), (A,), var, complex=True),
    Sample(
        "nanvar",
        lambda x: np.nanvar(holed(x), 1, ddof=1, keepdims=True),
        (A,),
        lambda x: var(x, 1)[:, None],
        name="nanvar ddof",
    ),
    Sample("nanstd", lambda x: np.nanstd(holed(x), axis=1, correction=1), (A,), lambda x: var(x, 1).sqrt()),
    Sample("nanmax", lambda x: np.nanmax(holed(x), axis=1), (A,), lambda x: x.masked_fill(holes, -9).amax(1)),
    Sample(
        "nanmin",
        lambda x: np.nanmin(holed(x), axis=0, keepdims=True),
        (A,),
        lambda x: x.masked_fill(holes, 9).amin(0, True),
    ),
    Sample(
        "ranked",
        lambda x: np.nanmedian(holed(x), axis=1),
        (A,),
        lambda x: x.masked_fill(holes, torch.nan).nanquantile(0.5, 1),
        name="nanmedian",
    ),
    Sample(
        "ranked",
        lambda x: np.nanquantile(holed(x), np.array([0.25, 0.75], x.dtype), axis=1, keepdims=True),
        (A,),
        lambda x: x.masked_fill(holes, torch.nan).nanquantile(torch.tensor([0.25, 0.75]).to(x.dtype), 1, True),
        name="nanquantile",
    ),
    Sample(
        "ranked",
        lambda x: np.nanpercentile(holed(x), 35, method="hazen"),
        (A,),
        None,
        name="nanpercentile",
    ),
]
