"""The linear least-squares problem at a point, and what it says of how far the minimum is.

    minimise ‖r + Jp‖,     J D⁻¹ = U S Vᵀ,     Dp = -V S⁻¹ Uᵀr          (the shortest Dp, where J is short of rank)

Two measures of convergence come with it, neither of which depends on units:

    ‖Uᵀr‖ / ‖r‖       the cosine of the angle between r and the columns of J: 0 at a minimum
    ‖Dp‖ / ‖Dx‖       how far the linear model would still go, as a share of the parameters

Bates and Watts, "A relative offset orthogonality convergence criterion for nonlinear least squares",
Technometrics 23, 1981; Björck, "Numerical methods for least squares problems", 1996.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .residuals import ResidualPoint, Residuals
from .result import Stop
from .structure import Array


@dataclass(frozen=True)
class Tolerances:
    """When a fit has converged: see `least_squares`."""

    gtol: float
    xtol: float


class Linearized:
    """J D⁻¹ taken apart at a point.

    Args:
        point: where.
        d: the diagonal of D; 0 is taken for 1.
    """

    def __init__(self, point: ResidualPoint, d: Array) -> None:
        self.d = np.where(d > 0, d, 1.0)
        u, self.s, self.vt = np.linalg.svd(point.jacobian / self.d, full_matrices=False)
        self.along = u.T @ point.residuals
        """Uᵀr: the residuals in the directions that the parameters can change."""
        full = self.s > max(point.jacobian.shape) * float(np.finfo(np.float64).eps) * self.s[0]
        self.newton = np.where(full, -self.along / np.where(full, self.s, 1.0), 0.0)
        """Vᵀ D p for the full Gauss-Newton step p."""
        self.size = float(np.linalg.norm(self.d * point.x))
        length = math.sqrt(2.0 * point.fun)
        norms = np.linalg.norm(point.jacobian, axis=0)
        joint = float(np.linalg.norm(self.along[full]))
        single = float(np.max(np.abs(point.grad[norms > 0]) / norms[norms > 0], initial=0.0))
        self.cosine = max(joint, single) / length if length else 0.0
        """To all columns together and to each: one that is tiny in an older D is missing from the former."""
        self.single = single / length if length else 0.0
        self.full_rank = bool(full.all())

    def step(self, q: Array) -> Array:
        """A step p from Vᵀ D p."""
        p: Array = (self.vt.T @ q) / self.d
        return p

    def arrived(self, tolerances: Tolerances) -> Stop | None:
        """Why this is a minimum, if it is."""
        if self.cosine <= tolerances.gtol:
            return Stop(
                True,
                f"converged: the cosine between the residuals and the columns of J, {self.cosine:.3g}, is at most "
                f"gtol={tolerances.gtol:.3g}",
            )
        length = float(np.linalg.norm(self.newton))
        if self.full_rank and length <= tolerances.xtol * self.size:
            return Stop(
                True,
                f"converged: a Gauss-Newton step would change the parameters by {length / self.size:.3g} of them, at "
                f"most xtol={tolerances.xtol:.3g}",
            )
        return None

    def stalled(self, problem: Residuals) -> Stop:
        """The end where no lower point is found: at the minimum as far as can be seen, or short of it."""
        eps, precision = problem.structure.eps, problem.structure.dtype.name
        if self.single**2 <= eps**0.75:
            return Stop(True, f"converged: what is left to gain is beyond the precision of {precision}")
        return Stop(
            False,
            f"stopped where no lower sum of squares was found, at a cosine of {self.cosine:.3g} between the residuals "
            f"and the columns of J: they are not smooth here, or lost in the rounding of {precision}",
        )
