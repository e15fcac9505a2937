"""Deterministic optimization: minimise a function to full precision, or fit by least squares.

    result = optim.minimize(fun, x0)                      Newton's method in a trust region, and others
    result = optim.least_squares(residuals, x0)           Levenberg and Marquardt's, with standard errors

For functions without noise and up to some ten thousand numbers, where a handful of steps of second order replace
thousands of an optimizer's.  Derivatives are the engine's, exact to any order.
"""

from .fitting import least_squares
from .minimization import minimize
from .result import Evaluations, LeastSquaresResult, MinimizeResult, Progress, Step

__all__ = ["Evaluations", "LeastSquaresResult", "MinimizeResult", "Progress", "Step", "least_squares", "minimize"]
