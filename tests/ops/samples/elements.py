"""Elements picked, put, joined and cut apart; casting and copying."""

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite import ops

from .sample import MASK, PICK, ROWS, Array, Sample, product, t

SAMPLES = [
    Sample("getitem", lambda x: x[1], ((3, 4),), lambda x: x[1]),
    Sample("getitem", lambda x: x[:, ::-2], ((3, 4),), lambda x: x[:, [3, 1]], name="getitem step"),
    Sample("getitem", lambda x: x[..., None, 1:3], ((3, 4),), lambda x: x[..., None, 1:3], name="getitem None"),
    Sample("getitem", lambda x: x[ROWS], ((3, 4),), lambda x: x[t(ROWS)], name="getitem rows, one twice"),
    Sample(
        "getitem", lambda x: x[ROWS, :, ROWS], ((3, 2, 4),), lambda x: x[t(ROWS), :, t(ROWS)],
        name="getitem advanced with a slice between",
    ),
    Sample("getitem", lambda x: x[MASK], ((3, 4),), lambda x: x[t(MASK)], name="getitem mask"),
    Sample(
        "getitem", lambda x: np.take_along_axis(x, PICK, axis=1), ((2, 4),), lambda x: x.gather(1, t(PICK)),
        name="take_along_axis",
    ),
    Sample(
        "scatter_add", lambda x: ops.scatter_add(x, ROWS, (4, 2)), ((3, 2),),
        lambda x: torch.zeros(4, 2, dtype=x.dtype).index_add(0, t(ROWS), x), numpy=lambda x: added_at(x, (4, 2)),
    ),
    Sample(
        "concat",
        lambda x, y: np.concatenate([x, y]), ((1, 4), (2, 4)), lambda x, y: torch.cat([x, y]),
    ),
    Sample(
        "concat",
        lambda x, y: np.concatenate([x, y, x], axis=-2), ((2, 1, 2), (2, 2, 2)), lambda x, y: torch.cat([x, y, x], -2),
        name="concat axis=-2",
    ),
    Sample(
        "stack",
        lambda x, y: np.stack([x, y], axis=1), ((3, 2), (3, 2)), lambda x, y: torch.stack([x, y], 1),
    ),
    Sample("split", lambda x: np.split(x, 2, axis=1)[1], ((3, 4),), lambda x: x[:, 2:]),
    Sample(
        "split", lambda x: product(np.split(x, [1, 3])), ((4, 2),), lambda x: x[:1] * x[1:3] * x[3:],
        name="split, all pieces",
    ),
    Sample(
        "unstack", lambda x: product(ag.unstack(x, axis=1)), ((2, 3),), lambda x: x[:, 0] * x[:, 1] * x[:, 2],
        numpy=lambda x: x[:, 0] * x[:, 1] * x[:, 2],
    ),
    Sample("astype", lambda x: x.astype(np.float64), ((3, 4),), lambda x: x.double()),
    Sample("copy", np.copy, ((3, 4),), torch.clone),
    Sample(
        "stop_gradient", lambda x: x * ag.stop_gradient(x), ((3, 4),), lambda x: x * x.detach(),
        numpy=lambda x: x * x,
    ),
]  # fmt: skip


def added_at(x: Array, shape: tuple[int, ...]) -> Array:
    into = np.zeros(shape, x.dtype)
    np.add.at(into, ROWS, x)
    return into
