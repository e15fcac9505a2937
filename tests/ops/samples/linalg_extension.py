"""Functions that `np.linalg` has beside those of the same name in `np`: on stacks of matrices, in the last two axes."""

import numpy as np
import torch

from .sample import Sample

SAMPLES = [
    Sample(
        "cross", lambda x, y: np.linalg.cross(x, y, axis=0), ((3, 2), (3, 2)),
        lambda x, y: torch.linalg.cross(x, y, dim=0), name="linalg.cross", complex=True,
    ),
    Sample(
        "diagonal", lambda x: np.linalg.diagonal(x, offset=1), ((2, 3, 4),),
        lambda x: torch.linalg.diagonal(x, offset=1), name="linalg.diagonal", complex=True,
    ),
    Sample(
        "diagonal", lambda x: np.linalg.trace(x, offset=-1), ((2, 3, 4),),
        lambda x: torch.linalg.diagonal(x, offset=-1).sum(-1), name="linalg.trace", complex=True,
    ),
]  # fmt: skip
