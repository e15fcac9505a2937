"""Differences, and derivatives and integrals of tabulated functions."""

import numpy as np
import torch

from autograd_lite.ops.differences import _diff_transposed_primitive as diff_transposed
from autograd_lite.ops.differences import _gradient_transposed_primitive as gradient_transposed

from .sample import A, Sample, apart

POINTS = np.array([0.0, 0.5, 1.5, 2.0, 3.25])
UNEVEN = torch.tensor(POINTS)

SAMPLES = [
    Sample("diff", np.diff, ((3, 4),), torch.diff, complex=True),
    Sample("diff", lambda x: np.diff(x, 2, axis=0), ((4, 3),), lambda x: x.diff(n=2, dim=0), name="diff n=2 axis=0"),
    Sample("diff", lambda x: np.diff(x, 3), ((2, 6),), lambda x: x.diff(n=3), name="diff n=3"),
    Sample(
        "diff", lambda x, y, z: np.diff(x, axis=0, prepend=y, append=z), ((3, 4), (2, 4), (1, 4)),
        lambda x, y, z: x.diff(dim=0, prepend=y, append=z), name="diff prepend append",
    ),
    Sample(
        "diff", lambda x, y: np.diff(x, prepend=y, append=1), ((3, 4), ()),
        lambda x, y: x.diff(prepend=y.expand(3, 1), append=torch.ones(3, 1, dtype=x.dtype)), name="diff prepend number",
        numpy=lambda x, y: np.diff(x, prepend=y, append=x.dtype.type(1)),
    ),
    Sample("diff", np.ediff1d, ((3, 2),), lambda x: x.ravel().diff(), name="ediff1d"),
    Sample(
        "diff", lambda x, y: np.ediff1d(x, to_end=y, to_begin=[9]), ((4,), (2,)),
        lambda x, y: torch.cat([torch.full((1,), 9, dtype=x.dtype), x.diff(), y]), name="ediff1d with ends",
    ),
    Sample(
        "sum", lambda y: np.trapezoid(y, dx=0.5), (np.round(A * 8) / 8,), lambda y: torch.trapezoid(y, dx=0.5),
        name="trapezoid dx", complex=True,
    ),
    Sample(
        "sum", lambda y, x: np.trapezoid(y, x, axis=0), ((4, 3), (4,)), lambda y, x: torch.trapezoid(y.T, x),
        name="trapezoid x",
    ),
    Sample("sum", np.trapezoid, ((2, 4), (2, 4)), torch.trapezoid, name="trapezoid, x for each"),
    Sample("gradient", lambda x: np.gradient(x), ((5,),), lambda x: torch.gradient(x)[0], complex=True),
    Sample(
        "gradient", lambda x: np.gradient(x, 0.25, axis=1, edge_order=2), ((2, 4),),
        lambda x: torch.gradient(x, spacing=0.25, dim=1, edge_order=2)[0], name="gradient edge_order=2",
    ),
    Sample(
        "gradient", lambda x: np.gradient(x, POINTS, 2, edge_order=1)[0] * np.gradient(x, 0.5)[1], ((5, 3),),
        lambda x: torch.gradient(x, spacing=(UNEVEN.to(x.dtype), torch.arange(3).to(x.dtype) * 2))[0]
        * torch.gradient(x, spacing=0.5)[1], name="gradient of both axes",
    ),
    Sample(
        "concat", lambda x, h: np.gradient(x, np.cumsum(h), axis=0, edge_order=2), ((5, 2), np.abs(apart(5)) + 0.5),
        None, name="gradient by coordinates",
    ),
    Sample("concat", lambda x, h: np.gradient(x, h * h), ((4,), np.array(0.75)), None, name="gradient by a distance"),
    Sample(
        "diff_transposed", lambda x: diff_transposed(x, 2, 0, len(x) + 2), ((3, 2),), None,
        numpy=lambda x: np.diff(np.pad(x, [(2, 2), (0, 0)]), 2, 0),
    ),
    Sample(
        "gradient_transposed", lambda x: gradient_transposed(x, 1, POINTS, 2), ((2, 5),), None,
        numpy=lambda x: (x @ np.gradient(np.eye(5), POINTS, axis=0, edge_order=2)).astype(x.dtype),
    ),
]  # fmt: skip
