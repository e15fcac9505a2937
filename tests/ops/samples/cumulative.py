"""Running sums, products, sums of exponentials."""

import numpy as np
import torch

import autograd_lite as ag

from .sample import Sample, apart

ZEROS = apart(2, 7).copy()
ZEROS[0, 2] = ZEROS[1, 0] = ZEROS[1, 5] = 0.0

SAMPLES = [
    Sample("cumsum", lambda x: np.cumsum(x, axis=1), ((3, 4),), lambda x: x.cumsum(1), complex=True),
    Sample("cumsum", np.cumsum, ((3, 4),), lambda x: x.ravel().cumsum(0), name="cumsum flat"),
    Sample(
        "cumsum", lambda x: ag.cumulative_sum(x, axis=-2, include_initial=True), ((3, 4),),
        lambda x: torch.cat([torch.zeros(1, 4, dtype=x.dtype), x.cumsum(0)]), name="cumulative_sum, initial",
        numpy=lambda x: np.concatenate([np.zeros((1, 4), x.dtype), np.cumsum(x, 0)]),
    ),
    Sample("cumprod", lambda x: np.cumprod(x, axis=1), ((3, 4),), lambda x: x.cumprod(1), complex=True),
    Sample("cumprod", np.cumprod, ((3, 2),), lambda x: x.ravel().cumprod(0), name="cumprod flat"),
    Sample("cumprod", lambda x: np.cumprod(x, axis=1), (ZEROS,), lambda x: x.cumprod(1), name="cumprod with zeros"),
    Sample(
        "cumprod", lambda x: np.cumprod(x, axis=0), (ZEROS.T[:6],), lambda x: x.cumprod(0), complex=True,
        name="cumprod with zeros, axis 0",
    ),
    Sample(
        "cumprod", lambda x: ag.cumulative_prod(x, include_initial=True), ((4,),),
        lambda x: torch.cat([torch.ones(1, dtype=x.dtype), x.cumprod(0)]), name="cumulative_prod, initial",
        numpy=lambda x: np.concatenate([np.ones(1, x.dtype), np.cumprod(x)]),
    ),
    Sample(
        "logcumsumexp", lambda x: ag.logcumsumexp(x, axis=1), ((3, 5),), lambda x: x.logcumsumexp(1),
        numpy=lambda x: np.logaddexp.accumulate(x, axis=1),
    ),
    Sample(
        "logcumsumexp", lambda x: ag.logcumsumexp(x, axis=-1), ((2, 2, 3),), lambda x: x.logcumsumexp(-1),
        name="logcumsumexp of a stack", numpy=lambda x: np.logaddexp.accumulate(x, axis=-1),
    ),
    Sample(
        "logcumsumexp", lambda x: ag.logcumsumexp(x), ((2, 3),), lambda x: x.ravel().logcumsumexp(0),
        name="logcumsumexp flat", numpy=lambda x: np.logaddexp.accumulate(x.ravel()), between=(-9, 9),
    ),
]  # fmt: skip
