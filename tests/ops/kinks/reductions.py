"""Ties of reductions."""

import numpy as np
import torch

from .kink import Kink

EQUAL = "the k that are tied get 1/k each"

KINKS = [
    Kink("max", "a tie", np.max, torch.amax, ([1.0, 3.0, 3.0, 3.0, 0.0],), ([0.0, 1 / 3, 1 / 3, 1 / 3, 0.0],), EQUAL),
    Kink("min", "a tie", np.min, torch.amin, ([[1.0, 1.0], [2.0, 1.0]],), ([[1 / 3, 1 / 3], [0.0, 1 / 3]],), EQUAL),
    Kink(
        "max", "ties along an axis", lambda x: np.max(x, axis=0), lambda x: x.amax(0), ([[2.0, 1.0], [2.0, 3.0]],),
        ([[0.5, 0.0], [0.5, 1.0]],), EQUAL,
    ),
]  # fmt: skip
