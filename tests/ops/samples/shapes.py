"""Rearrangements."""

import numpy as np
import torch

from .sample import Sample

SAMPLES = [
    Sample("reshape", lambda x: np.reshape(x, (2, -1)), ((3, 4),), lambda x: x.reshape(2, -1)),
    Sample("reshape", np.ravel, ((3, 4),), torch.ravel, name="ravel"),
    Sample("expand_dims", lambda x: np.expand_dims(x, 1), ((3, 4),), lambda x: x.unsqueeze(1)),
    Sample("expand_dims", lambda x: np.expand_dims(x, (0, -1)), ((3,),), lambda x: x[None, :, None], name="two axes"),
    Sample("squeeze", np.squeeze, ((1, 3, 1),), torch.squeeze),
    Sample("squeeze", lambda x: np.squeeze(x, 2), ((1, 3, 1),), lambda x: x.squeeze(2), name="squeeze axis=2"),
    Sample("flip", np.flip, ((3, 4),), lambda x: x.flip(0, 1)),
    Sample("flip", lambda x: np.flip(x, axis=1), ((3, 4),), lambda x: x.flip(1), name="flip axis=1"),
    Sample("swapaxes", lambda x: np.swapaxes(x, 0, 2), ((2, 3, 4),), lambda x: x.swapaxes(0, 2)),
    Sample("moveaxis", lambda x: np.moveaxis(x, 0, -1), ((2, 3, 4),), lambda x: x.moveaxis(0, -1)),
    Sample("matrix_transpose", np.matrix_transpose, ((2, 3, 4),), lambda x: x.mT),
    Sample("transpose", np.transpose, ((2, 3, 4),), lambda x: x.permute(2, 1, 0)),
    Sample("transpose", lambda x: np.transpose(x, (1, 2, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0), name="axes"),
    Sample(
        "transpose", lambda x: np.permute_dims(x, (-2, -1, 0)), ((2, 3, 4),), lambda x: x.permute(1, 2, 0),
        name="permute_dims negative",
    ),
    Sample("broadcast_to", lambda x: np.broadcast_to(x, (2, 3, 4)), ((3, 1),), lambda x: x.expand(2, 3, 4)),
]  # fmt: skip
