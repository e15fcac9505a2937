"""least_squares: parameters that make residuals small, with their standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..options import count, not_negative, positive
from .gauss_newton import gauss_newton
from .levenberg_marquardt import levenberg_marquardt
from .linearized import Tolerances
from .method import descend
from .residuals import Residuals
from .result import LeastSquaresResult, Progress
from .structure import Array, Structure
from .unknown import check_known

METHODS = ("levenberg-marquardt", "gauss-newton")


def least_squares(
    residuals: Callable[[Any], Any],
    x0: Any,
    method: str = "levenberg-marquardt",
    *,
    gtol: float | None = None,
    xtol: float | None = None,
    x_scale: Any = "jac",
    radius: float = 100.0,
    absolute_sigma: bool = False,
    maxiter: int | None = None,
    callback: Callable[[Progress], object] | None = None,
    **unknown: Any,
) -> LeastSquaresResult:
    """Find a local minimum of ½‖r(x)‖², with the exact Jacobian J of r, and how well it determines x.

    It takes no bounds; for those, `minimize` half the sum of squares by one of SciPy's methods that take them.

    The covariance of the parameters is that of the linear model at the solution,

        C = s² (JᵀJ)⁻¹,    s² = ‖r‖² / (m - n)      for m residuals of equal, unknown variance and n parameters,
        C = (JᵀJ)⁻¹                                   with absolute_sigma, for residuals of variance 1,

    and the standard errors are √diag(C); all are infinite where J is short of rank, or where s² is needed and m ≤ n
    (Bates and Watts, "Nonlinear regression analysis and its applications", 1988, section 2.3).  For data of known
    standard deviations σ, let r = (model - data) / σ.

    Args:
        residuals: takes parameters as Tensors, in the structure of x0, and returns r, a Tensor of any shape.
        x0: where to start, as for `minimize`; use float64.
        method: "levenberg-marquardt", or "gauss-newton", which is simpler and for easy problems.
        gtol: converged when the cosine of the angle between r and the columns of J is at most this; by default √ε
            for the machine epsilon ε of x0's coarsest dtype: 1.5e-8 in float64, 3.5e-4 in float32.
        xtol: converged when a full Gauss-Newton step would be at most this share of the parameters, in the norm of
            the scaling; by default ε^¾: 1.8e-12 in float64, 6.4e-6 in float32.  It ends fits without residuals.
        x_scale: the sizes of the parameters, a positive number or a structure like x0; or "jac", to take their
            inverses from the columns of J, so that units do not matter.
        radius: of Levenberg-Marquardt, how long the first step may be, in units of x0's length in that scale.
        absolute_sigma: whether residuals have a variance of 1.
        maxiter: the limit on iterations; max(1000, 200 n) unless given.
        callback: called after each iteration with a `Progress`; StopIteration out of it ends the run.

    Returns:
        A `LeastSquaresResult`.  Not to converge is no exception: look at `converged` and `message`.

    Raises:
        TypeError: a leaf of x0 is not floating-point, residuals returns no Tensor, or an argument is of no right type.
        ValueError: the residuals do not depend on x0, or are NaN or infinite there; or an argument is out of range.

    >>> import numpy as np
    >>> from autograd_lite import optim
    >>> t, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([2.1, 2.9, 4.2, 4.8])
    >>> fit = optim.least_squares(lambda p: p["a"] + p["b"] * t - y, {"a": 0.0, "b": 0.0})
    >>> {key: round(value, 6) for key, value in fit.x.items()}
    {'a': 2.09, 'b': 0.94}
    >>> {key: round(value, 6) for key, value in fit.standard_errors.items()}
    {'a': 0.169411, 'b': 0.090554}
    """
    check_known("least_squares", unknown)
    if method not in METHODS:
        hint = '; SciPy\'s "lm" is "levenberg-marquardt"' if method == "lm" else ""
        raise ValueError(f"method={method!r} is unknown; choose one of {list(METHODS)}{hint}")
    radius = positive("radius", radius)
    maxiter = None if maxiter is None else count("maxiter", maxiter)
    structure = Structure(x0)
    tolerances = Tolerances(
        gtol=math.sqrt(structure.eps) if gtol is None else not_negative("gtol", gtol),
        xtol=structure.eps**0.75 if xtol is None else not_negative("xtol", xtol),
    )
    scale = _scale(x_scale, structure)
    problem = Residuals(residuals, structure)

    start = problem.first()
    if method == "gauss-newton":
        steps = gauss_newton(problem, start, tolerances, scale)
    else:
        steps = levenberg_marquardt(problem, start, tolerances, scale, radius)
    maxiter = max(1000, 200 * structure.size) if maxiter is None else maxiter
    point, stop, history = descend(steps, lambda _: None, structure.rebuild, maxiter, callback)
    freedom = point.residuals.size - structure.size
    variance = 2.0 * point.fun / freedom if freedom > 0 else math.nan
    covariance = _covariance(point.jacobian, 1.0 if absolute_sigma else variance)
    return LeastSquaresResult(
        x=structure.rebuild(point.x),
        fun=point.fun,
        grad=structure.rebuild(point.grad),
        grad_norm=point.norm,
        converged=stop.converged,
        message=stop.message,
        method=method,
        iterations=len(history) - 1,
        evaluations=problem.evaluations,
        history=history,
        residuals=point.residuals.reshape(point.shape),
        jacobian=point.jacobian,
        covariance=covariance,
        standard_errors=structure.rebuild(np.sqrt(np.diag(covariance))),
        residual_std=math.sqrt(variance),
    )


def _covariance(jacobian: Array, variance: float) -> Array:
    """variance · (JᵀJ)⁻¹, by the singular values of J with columns of length 1."""
    n = jacobian.shape[1]
    norms = np.linalg.norm(jacobian, axis=0)
    if math.isnan(variance) or not norms.all():
        return np.full((n, n), math.inf)
    _, s, vt = np.linalg.svd(jacobian / norms, full_matrices=False)
    if len(s) < n or s[-1] <= max(jacobian.shape) * np.finfo(np.float64).eps * s[0]:
        return np.full((n, n), math.inf)
    root = vt / s[:, None] / norms
    covariance: Array = variance * (root.T @ root)
    return covariance


def _scale(x_scale: Any, structure: Structure) -> Array | None:
    if isinstance(x_scale, str):
        if x_scale != "jac":
            raise ValueError(f'x_scale={x_scale!r} must be "jac", a positive number, or a structure like x0')
        return None
    scale = structure.spread(x_scale, "x_scale")
    if not ((scale > 0) & np.isfinite(scale)).all():
        raise ValueError("x_scale must be positive and finite everywhere")
    return scale
