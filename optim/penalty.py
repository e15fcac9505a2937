"""Weight penalties, added to the gradient or decoupled from it: L2 (`weight_decay`) and L1 (`l1`).

Minimising  f(θ) + λ/2 ‖θ‖² + α ‖θ‖₁  has the gradient  ∇f(θ) + λ θ + α sign(θ),  with sign(0) = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .flat import Array


def penalized(p: Array, g: Array, s: Array, t: Array, o: Mapping[str, Any]) -> Array:
    """The gradient of what is minimised: ±g + λ p + α sign(p), in `s`; or `g` itself where that is the same.

    The sign is - when maximising; the penalties pull towards zero either way, as in PyTorch.  `s` and `t`
    are overwritten, `g` and `p` are not.
    """
    if o["maximize"]:
        g = np.negative(g, s)
    if o["weight_decay"]:
        np.multiply(p, o["weight_decay"], t)
        g = np.add(g, t, s)
    if o["l1"]:
        np.sign(p, t)
        np.multiply(t, o["l1"], t)
        g = np.add(g, t, s)
    return g


def decayed(p: Array, g: Array, s: Array, t: Array, o: Mapping[str, Any]) -> Array:
    """The same penalties decoupled from the gradient:  p ← p - lr λ p - lr α sign(p);  gives ±g.

    `s` and `t` are overwritten, `g` is not.
    """
    if o["weight_decay"]:
        np.multiply(p, 1.0 - o["lr"] * o["weight_decay"], p)
    if o["l1"]:
        np.sign(p, t)
        np.multiply(t, o["lr"] * o["l1"], t)
        np.subtract(p, t, p)
    return np.negative(g, s) if o["maximize"] else g


def regularized(p: Array, g: Array, s: Array, t: Array, o: Mapping[str, Any]) -> Array:
    """One or the other, as the option `decoupled_weight_decay` says."""
    return decayed(p, g, s, t, o) if o["decoupled_weight_decay"] else penalized(p, g, s, t, o)
