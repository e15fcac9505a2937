"""Arrays joined, cut apart, lengthened and shortened."""

import numpy as np
import torch

import autograd_lite as ag

from .sample import Sample, product

PIECES = ((2, 1), (2, 3), (1, 4))

SAMPLES = [
    Sample(
        "concat", lambda x, y: np.concatenate([x, y]), ((1, 4), (2, 4)), lambda x, y: torch.cat([x, y]), complex=True
    ),
    Sample(
        "concat", lambda x, y: np.concatenate([x, y, x], axis=-2), ((2, 1, 2), (2, 2, 2)),
        lambda x, y: torch.cat([x, y, x], -2), name="concat axis=-2",
    ),
    Sample(
        "concat", lambda x, y: np.concatenate((x, y), axis=None), ((2, 2), (3,)),
        lambda x, y: torch.cat([x.ravel(), y]), name="concat axis=None",
    ),
    Sample(
        "stack", lambda x, y: np.stack([x, y], axis=1), ((3, 2), (3, 2)), lambda x, y: torch.stack([x, y], 1),
        complex=True,
    ),
    Sample("stack", lambda x: np.stack([x, x], axis=-1), ((3, 2),), lambda x: torch.stack([x, x], -1), name="stack -1"),
    Sample("concat", lambda x, y: np.vstack([x, y]), ((3,), (2, 3)), lambda x, y: torch.vstack([x, y]), name="vstack"),
    Sample(
        "concat", lambda x, y: np.hstack([x, y]), ((2, 1), (2, 3)), lambda x, y: torch.hstack([x, y]), name="hstack"
    ),
    Sample("concat", lambda x, y: np.hstack((x, y)), ((), (3,)), lambda x, y: torch.hstack([x, y]), name="hstack flat"),
    Sample("concat", lambda x, y: np.dstack([x, y]), ((3,), (1, 3)), lambda x, y: torch.dstack([x, y]), name="dstack"),
    Sample(
        "concat", lambda x, y: np.column_stack([x, y]), ((3,), (3, 2)), lambda x, y: torch.column_stack([x, y]),
        name="column_stack",
    ),
    Sample(
        "block", lambda x, y, z: np.block([[x, y], [z]]), PIECES,
        lambda x, y, z: torch.cat([torch.cat([x, y], 1), z]), name="block",
    ),
    Sample(
        "block", lambda a, b, c, d: np.block([[a, b], [c, d]]), ((1, 2), (1, 3), (2, 1), (2, 4)),
        lambda a, b, c, d: torch.cat([torch.cat([a, b], 1), torch.cat([c, d], 1)]), name="block of four",
    ),
    Sample(
        "block", lambda a, b, c: np.block([[[a, b], [b, a]], [[c, a], [a, c]]]), ((1, 2, 1), (1, 2, 3), (1, 2, 3)),
        lambda a, b, c: torch.cat(
            [torch.cat([torch.cat(row, 2) for row in rows], 1) for rows in ([[a, b], [b, a]], [[c, a], [a, c]])]
        ), name="block of depth 3",
    ),
    Sample(
        "block", lambda x, y: np.block([[x, y]]), ((2,), (1, 3)), lambda x, y: torch.cat([x[None], y], 1),
        name="block of ranks",
    ),
    Sample(
        "concat", lambda x, y: np.append(x, y), ((2, 2), (3,)), lambda x, y: torch.cat([x.ravel(), y]), name="append"
    ),
    Sample(
        "concat", lambda x, y: np.append(x, y, axis=1), ((2, 2), (2, 1)), lambda x, y: torch.cat([x, y], 1),
        name="append axis=1",
    ),
    Sample("split", lambda x: np.split(x, 2, axis=1)[1], ((3, 4),), lambda x: x[:, 2:], complex=True),
    Sample(
        "split", lambda x: product(np.split(x, [1, 3])), ((4, 2),), lambda x: x[:1] * x[1:3] * x[3:],
        name="split, all pieces",
    ),
    Sample(
        "getitem", lambda x: np.concatenate(np.split(x, [3, 1])), ((4, 2),),
        lambda x: torch.cat([x[:3], x[1:]]), name="split back and forth",
    ),
    Sample(
        "split", lambda x: np.concatenate(np.array_split(x, 3)[::-1]), ((5, 2),),
        lambda x: torch.cat([x[4:], x[2:4], x[:2]]), name="array_split",
    ),
    Sample("split", lambda x: product(np.hsplit(x, 2)), ((3, 4),), lambda x: product(x.hsplit(2)), name="hsplit"),
    Sample("split", lambda x: product(np.hsplit(x, [2])), ((4,),), lambda x: x[:2] * x[2:], name="hsplit flat"),
    Sample("split", lambda x: product(np.vsplit(x, 2)), ((4, 3),), lambda x: product(x.vsplit(2)), name="vsplit"),
    Sample("split", lambda x: product(np.dsplit(x, 2)), ((1, 2, 4),), lambda x: product(x.dsplit(2)), name="dsplit"),
    Sample(
        "unstack", lambda x: product(ag.unstack(x, axis=1)), ((2, 3),), lambda x: x[:, 0] * x[:, 1] * x[:, 2],
        numpy=lambda x: x[:, 0] * x[:, 1] * x[:, 2], complex=True,
    ),
    Sample("delete", lambda x: np.delete(x, 1, axis=1), ((3, 4),), lambda x: x[:, [0, 2, 3]], name="delete"),
    Sample("delete", lambda x: np.delete(x, [0, -1]), ((3, 2),), lambda x: x.ravel()[1:-1], name="delete some"),
    Sample("delete", lambda x: np.delete(x, slice(0, 3, 2), 0), ((3, 2),), lambda x: x[1:2], name="delete a slice"),
    Sample(
        "insert", lambda x, y: np.insert(x, -1, y, axis=1), ((2, 3), (2,)),
        lambda x, y: torch.cat([x[:, :2], y[:, None], x[:, 2:]], 1), name="insert",
    ),
    Sample(
        "insert", lambda x, y: np.insert(x, 1, y), ((2, 2), (3,)),
        lambda x, y: torch.cat([x.ravel()[:1], y, x.ravel()[1:]]), name="insert several at one place",
    ),
    Sample(
        "insert", lambda x, y: np.insert(x, [2, 0, 2], y, axis=0), ((3, 2), (3, 1)),
        lambda x, y: torch.stack([x[0] * 0 + y[1], x[0], x[1], x[0] * 0 + y[0], x[0] * 0 + y[2], x[2]]),
        name="insert at several places",
    ),
    Sample(
        "getitem", lambda x: np.trim_zeros(np.concatenate([x[:1] * 0, x, x[:2] * 0])), ((3,),), lambda x: x * 1,
        name="trim_zeros",
    ),
]  # fmt: skip
