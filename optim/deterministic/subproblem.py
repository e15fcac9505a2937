"""The step of a trust-region method, in the coordinates in which the model's matrix is diagonal.

    minimise  cᵀp + ½ pᵀ Λ p   subject to  ‖p‖ ≤ Δ,      Λ = diag(λ₁ ... λₙ)

Its solution is p(μ) = -c / (λ + μ) with the smallest μ ≥ 0 for which λ + μ ≥ 0 and ‖p(μ)‖ ≤ Δ.  The μ is found by
Newton's method on 1/Δ - 1/‖p(μ)‖, which is nearly linear in μ, kept inside a bracket.  In the "hard case", c is
orthogonal to the eigenvectors of the lowest, negative λ, and p goes along one of them up to the boundary.

Moré and Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4, 1983; Nocedal and Wright,
"Numerical Optimization", 2nd ed. 2006, section 4.3.
"""

from __future__ import annotations

import math

import numpy as np

from .structure import Array

_EPS = float(np.finfo(np.float64).eps)


def solve(curvatures: Array, slopes: Array, radius: float) -> tuple[Array, float]:
    """The step p and its μ (0 for a step inside).

    Args:
        curvatures: λ, in any order.
        slopes: c.
        radius: Δ > 0.

    >>> import numpy as np
    >>> solve(np.array([1.0, 4.0]), np.array([1.0, 4.0]), 9.0)         # Newton's step fits
    (array([-1., -1.]), 0.0)
    >>> p, mu = solve(np.array([-2.0, 1.0]), np.array([0.0, 3.0]), 2.0)  # the hard case
    >>> np.abs(p), mu
    (array([1.73205081, 1.        ]), 2.0)
    """
    lowest = float(curvatures.min())
    if lowest > 0:
        p = -slopes / curvatures
        if float(np.linalg.norm(p)) <= radius:
            return p, 0.0
    low = max(0.0, -lowest)
    size = float(np.linalg.norm(slopes))
    flat = curvatures + low <= _EPS * float(np.abs(curvatures).max())
    if lowest <= 0 and (np.abs(slopes[flat]) <= _EPS * size).all():
        p = np.zeros_like(slopes)
        p[~flat] = -slopes[~flat] / (curvatures[~flat] + low)
        rest = radius * radius - float(p @ p)
        if rest >= 0:
            if lowest < 0:
                p[int(curvatures.argmin())] = math.sqrt(rest)
            return p, low
    return _on_boundary(curvatures, slopes, radius, low, size / radius - lowest)


def _on_boundary(curvatures: Array, slopes: Array, radius: float, low: float, high: float) -> tuple[Array, float]:
    """p(μ) of length `radius`, with μ between `low`, where p is longer, and `high`, where it is not."""
    mu = max(low, (1.0 - 1e-3) * low + 1e-3 * high)
    p = np.zeros_like(slopes)
    for _ in range(200):
        p = -slopes / (curvatures + mu)
        length = float(np.linalg.norm(p))
        if abs(length - radius) <= 1e-10 * radius or high - low <= _EPS * high:
            break
        if length > radius:
            low = mu
        else:
            high = mu
        bend = float(p @ (p / (curvatures + mu)))
        if bend > 0.0:  # else p is too short for its square, and Newton's step for μ is unknown
            mu += (length / radius - 1.0) * length * length / bend
        if not (bend > 0.0 and low < mu < high):
            mu = math.sqrt(low * high) if 100 * low > high > 0 and low > 0 else 0.5 * (low + high)
    return p, mu
