"""Products of vectors and matrices."""

import numpy as np
import torch

from .sample import Sample

SAMPLES = [
    Sample("matmul", np.matmul, (left, right), torch.matmul, name=f"matmul {left} {right}")
    for left, right in [
        ((3, 4), (4, 2)), ((4,), (4,)), ((4,), (4, 2)), ((3, 4), (4,)), ((2, 3, 4), (2, 4, 2)),
        ((2, 1, 3, 4), (3, 4, 2)), ((3, 4), (2, 4, 2)), ((4,), (2, 4, 2)), ((2, 3, 4), (4,)),
    ]
]  # fmt: skip
