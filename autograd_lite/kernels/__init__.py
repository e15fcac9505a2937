"""Fused operations, one to a file: its mathematics as a reference in NumPy, and a kernel written for speed.

The kernels work on ndarrays; they are what a first derivative runs.  With `ag.fusion(False)` (or
AUTOGRAD_LITE_FUSION=0) the references run instead, recorded step by step, with the same numbers up to
rounding.
"""

from .binary_cross_entropy import binary_cross_entropy_with_logits
from .cross_entropy import cross_entropy
from .linear import linear
from .mse import mse_loss

__all__ = ["binary_cross_entropy_with_logits", "cross_entropy", "linear", "mse_loss"]
