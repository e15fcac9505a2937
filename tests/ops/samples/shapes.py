"""Rearrangements, repetitions, diagonals and windows."""

import numpy as np
import torch

import autograd_lite as ag

from .sample import Sample, product

SAMPLES = [
    Sample("reshape", lambda x: np.reshape(x, (2, -1)), ((3, 4),), lambda x: x.reshape(2, -1), complex=True),
    Sample("reshape", lambda x: np.reshape(x, (2, -1), copy=True), ((3, 4),), lambda x: x.reshape(2, -1), name="copy"),
    Sample(
        "reshape", lambda x: np.reshape(x, (2, 6), order="F"), ((3, 4),), lambda x: x.T.reshape(6, 2).T, name="order F"
    ),
    Sample("reshape", np.ravel, ((3, 4),), torch.ravel, name="ravel"),
    Sample("reshape", lambda x: np.ravel(x, "F"), ((3, 4),), lambda x: x.T.ravel(), name="ravel order F"),
    Sample("reshape", np.atleast_1d, ((),), torch.atleast_1d, name="atleast_1d"),
    Sample("reshape", np.atleast_2d, ((3,),), torch.atleast_2d, name="atleast_2d"),
    Sample("reshape", np.atleast_3d, ((3, 4),), torch.atleast_3d, name="atleast_3d"),
    Sample("expand_dims", lambda x: np.expand_dims(x, 1), ((3, 4),), lambda x: x.unsqueeze(1), complex=True),
    Sample("expand_dims", lambda x: np.expand_dims(x, (0, -1)), ((3,),), lambda x: x[None, :, None], name="two axes"),
    Sample("squeeze", np.squeeze, ((1, 3, 1),), torch.squeeze, complex=True),
    Sample("squeeze", lambda x: np.squeeze(x, 2), ((1, 3, 1),), lambda x: x.squeeze(2), name="squeeze axis=2"),
    Sample("flip", np.flip, ((3, 4),), lambda x: x.flip(0, 1), complex=True),
    Sample("flip", lambda x: np.flip(x, axis=1), ((3, 4),), lambda x: x.flip(1), name="flip axis=1"),
    Sample("flip", np.fliplr, ((3, 4),), torch.fliplr, name="fliplr"),
    Sample("flip", np.flipud, ((3, 4),), torch.flipud, name="flipud"),
    Sample("roll", lambda x: np.roll(x, 2), ((3, 4),), lambda x: x.roll(2), complex=True),
    Sample("roll", lambda x: np.roll(x, -1, axis=1), ((3, 4),), lambda x: x.roll(-1, 1), name="roll axis=1"),
    Sample("roll", lambda x: np.roll(x, (1, 5), (0, 1)), ((3, 4),), lambda x: x.roll((1, 5), (0, 1)), name="roll two"),
    Sample("rot90", np.rot90, ((3, 4),), torch.rot90, complex=True),
    Sample("rot90", lambda x: np.rot90(x, 2), ((3, 4),), lambda x: x.rot90(2), name="rot90 twice"),
    Sample("rot90", lambda x: np.rot90(x, -1, (2, 0)), ((2, 3, 4),), lambda x: x.rot90(-1, (2, 0)), name="rot90 axes"),
    Sample("swapaxes", lambda x: np.swapaxes(x, 0, 2), ((2, 3, 4),), lambda x: x.swapaxes(0, 2), complex=True),
    Sample("moveaxis", lambda x: np.moveaxis(x, 0, -1), ((2, 3, 4),), lambda x: x.moveaxis(0, -1), complex=True),
    Sample("moveaxis", lambda x: np.rollaxis(x, 2), ((2, 3, 4),), lambda x: x.permute(2, 0, 1), name="rollaxis"),
    Sample("moveaxis", lambda x: np.rollaxis(x, 0, 2), ((2, 3, 4),), lambda x: x.permute(1, 0, 2), name="rollaxis 2"),
    Sample("matrix_transpose", np.matrix_transpose, ((2, 3, 4),), lambda x: x.mT, complex=True),
    Sample("transpose", np.transpose, ((2, 3, 4),), lambda x: x.permute(2, 1, 0), complex=True),
    Sample("transpose", lambda x: np.transpose(x, (1, 2, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0), name="axes"),
    Sample(
        "transpose", lambda x: np.permute_dims(x, (-2, -1, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0),
        name="permute_dims negative",
    ),
]  # fmt: skip

SAMPLES += [
    Sample(
        "broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)), ((3, 1),), lambda x: x.expand(2, 3, 4), complex=True
    ),
    Sample(
        "broadcast_to", lambda x, y: product(np.broadcast_arrays(x, y)), ((3, 1), (4,)), torch.mul,
        name="broadcast_arrays",
    ),
    Sample(
        "broadcast_to", lambda x, y: product(np.meshgrid(x, y)), ((3,), (4,)),
        lambda x, y: product(torch.meshgrid(x, y, indexing="xy")), name="meshgrid",
    ),
    Sample(
        "broadcast_to", lambda x, y, z: product(np.meshgrid(x, y, z, indexing="ij")), ((3,), (1,), (2,)),
        lambda x, y, z: product(torch.meshgrid(x, y, z, indexing="ij")), name="meshgrid ij",
    ),
    Sample(
        "reshape", lambda x, y: product(np.meshgrid(x, y, sparse=True, copy=False)), ((3,), (4,)),
        lambda x, y: x * y[:, None], name="meshgrid sparse",
    ),
    Sample("repeat", lambda x: np.repeat(x, 2), ((3, 2),), lambda x: x.repeat_interleave(2), complex=True),
    Sample("repeat", lambda x: np.repeat(x, 3, axis=0), ((3, 2),), lambda x: x.repeat_interleave(3, 0), name="rows"),
    Sample(
        "repeat", lambda x: np.repeat(x, 2, axis=1), ((2, 3, 2),), lambda x: x.repeat_interleave(2, 1),
        name="repeat in the middle",
    ),
    Sample(
        "repeat", lambda x: np.repeat(x, [2, 0, 3], axis=-2), ((3, 2),),
        lambda x: x.repeat_interleave(torch.tensor([2, 0, 3]), 0), name="repeat each",
    ),
    Sample(
        "repeat", lambda x: np.repeat(x, np.array([1, 2]), 1), ((3, 2),),
        lambda x: x.repeat_interleave(torch.tensor([1, 2]), 1), name="repeat each column",
    ),
    Sample("tile", lambda x: np.tile(x, 2), ((3, 2),), lambda x: x.tile(2), complex=True),
    Sample("tile", lambda x: np.tile(x, (2, 1, 3)), ((3, 2),), lambda x: x.tile(2, 1, 3), name="tile new axis"),
    Sample("tile", lambda x: np.tile(x, (2,)), ((2, 3),), lambda x: x.tile(2), name="tile last"),
    Sample(
        "resize", lambda x: np.resize(x, (3, 5)), ((2, 3),), lambda x: x.ravel().tile(3)[:15].reshape(3, 5),
        complex=True,
    ),
    Sample("resize", lambda x: np.resize(x, 4), ((2, 3),), lambda x: x.ravel()[:4], name="resize to less"),
    Sample("resize", lambda x: np.resize(x, (2, 6)), ((2, 3),), lambda x: x.ravel().tile(2).view(2, 6), name="twice"),
]  # fmt: skip

SAMPLES += [
    Sample("tril", np.tril, ((3, 4),), torch.tril, complex=True),
    Sample("tril", lambda x: np.tril(x, -1), ((2, 3, 3),), lambda x: x.tril(-1), name="tril -1"),
    Sample("triu", np.triu, ((3, 4),), torch.triu, complex=True),
    Sample("triu", lambda x: np.triu(x, k=1), ((4, 3),), lambda x: x.triu(1), name="triu 1"),
    Sample("diagonal", np.diagonal, ((3, 4),), torch.diagonal, complex=True),
    Sample(
        "diagonal", lambda x: np.diagonal(x, 1, -1, 0), ((3, 2, 4),), lambda x: x.diagonal(1, -1, 0),
        name="diagonal axes",
    ),
    Sample("diagonal", lambda x: np.diag(x, -1), ((4, 3),), lambda x: x.diag(-1), name="diag of a matrix"),
    Sample("on_diagonal", np.diag, ((3,),), torch.diag, complex=True),
    Sample("on_diagonal", lambda x: np.diag(x, 2), ((3,),), lambda x: x.diag(2), name="diag 2"),
    Sample("on_diagonal", lambda x: np.diagflat(x, -1), ((2, 2),), lambda x: torch.diagflat(x, -1), name="diagflat"),
    Sample("diagonal", np.trace, ((3, 4),), torch.trace, name="trace", complex=True),
    Sample(
        "diagonal", lambda x: np.trace(x, -1, 1, 2), ((2, 4, 3),), lambda x: x.diagonal(-1, 1, 2).sum(-1),
        name="trace axes",
    ),
    Sample(
        "sliding_window_view", lambda x: ag.sliding_window_view(x, 3), ((7,),), lambda x: x.unfold(0, 3, 1),
        numpy=lambda x: np.lib.stride_tricks.sliding_window_view(x, 3), complex=True,
    ),
    Sample(
        "sliding_window_view", lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 3)), ((3, 4),),
        lambda x: x.unfold(0, 2, 1).unfold(1, 3, 1), name="windows on two axes",
    ),
    Sample(
        "sliding_window_view", lambda x: np.lib.stride_tricks.sliding_window_view(x, 5, axis=0), ((6, 2),),
        lambda x: x.unfold(0, 5, 1), name="few long windows",
    ),
    Sample(
        "sliding_window_view", lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 3), axis=(1, 1)), ((2, 6),),
        lambda x: x.unfold(1, 2, 1).unfold(1, 3, 1).swapaxes(-1, -2).mT, name="windows in windows",
    ),
    Sample(
        "add_windows", lambda x: ag.ops.windows._add_windows_primitive(x, (2,), (0,)), ((3, 2),),
        lambda x: torch.stack([x[0, 0], x[0, 1] + x[1, 0], x[1, 1] + x[2, 0], x[2, 1]]),
        numpy=lambda x: np.array([x[0, 0], x[0, 1] + x[1, 0], x[1, 1] + x[2, 0], x[2, 1]]),
    ),
]  # fmt: skip
