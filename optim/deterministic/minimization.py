"""minimize: from parameters in any arrangement and a function of them to a minimum.

result = optim.minimize(fun, {"w": np.zeros((3, 2)), "b": 0.0}, method="newton")
result.x["w"], result.fun, result.grad_norm, result.converged
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..options import count, not_negative
from .bfgs import BFGS
from .conjugate_gradient import ConjugateGradient
from .lbfgs import LimitedMemoryBFGS
from .method import Method, descend
from .newton import Newton
from .newton_cg import NewtonCG
from .problem import Point, Problem
from .result import MinimizeResult, Progress
from .scipy_methods import KINDS, PREFIX, minimize_with_scipy
from .structure import Structure
from .unknown import check_known

METHODS: dict[str, type[Method]] = {
    method.name: method for method in (Newton, NewtonCG, ConjugateGradient, BFGS, LimitedMemoryBFGS)
}  # fmt: skip


def minimize(
    fun: Callable[[Any], Any],
    x0: Any,
    method: str = "newton",
    *,
    tol: float | None = None,
    maxiter: int | None = None,
    bounds: Any = None,
    constraints: Any = (),
    callback: Callable[[Progress], object] | None = None,
    options: Mapping[str, Any] | None = None,
    **unknown: Any,
) -> MinimizeResult:
    """Find a local minimum of a smooth function, with exact derivatives of whatever order the method asks for.

    | method      | what it uses                     | for                                             |
    |-------------|----------------------------------|-------------------------------------------------|
    | "newton"    | gradient and Hessian             | up to some hundred numbers; the most precise    |
    | "newton-cg" | gradient, products Hv            | many numbers                                    |
    | "bfgs"      | gradient                         | up to some thousand numbers                     |
    | "lbfgs"     | gradient                         | many numbers                                    |
    | "cg"        | gradient                         | many numbers, and little memory                 |

    They need NumPy alone, and each one's file has its equations.  SciPy's methods (the extra "scipy") go by SciPy's
    names and get exact gradients, Hessians (dogleg, trust-exact) and products (Newton-CG, trust-ncg, trust-krylov,
    trust-constr).  As in SciPy, case does not matter; where a name is both ours and SciPy's ("cg", "bfgs",
    "newton-cg"), it means ours, and "scipy:CG", "scipy:BFGS", "scipy:Newton-CG" mean SciPy's.

    Precision: use float64 (a Python float is float64).  In float32 a value is known to seven digits and the
    gradient near a minimum to about 1e-7 times the curvature; so `tol` is by default the square root of the
    machine epsilon of the coarsest dtype in x0: 1.5e-8 in float64, 3.5e-4 in float32, 3.1e-2 in float16.
    What the methods compute between evaluations is float64 always, each point rounded to the dtypes of x0.

    Args:
        fun: takes parameters as Tensors, in the structure of x0, and returns a single number as a Tensor, computed
            from them with operators and NumPy functions.
        x0: where to start: a Tensor, ndarray or float, or a dict, list, tuple or dataclass of them, nested at will.
            It is not changed.  A list of numbers is a list of parameters; for one vector, pass np.array([...]).
        method: see above.
        tol: converged when the Euclidean norm of the gradient is at most this (for SciPy's methods: SciPy's `tol`).
        maxiter: the limit on iterations; for ours max(1000, 200 n) unless given.
        bounds: a tuple (lower, upper), each None, a number, or a structure like x0 (None in it is infinite); or, as
            in SciPy, a list of pairs (low, high), one for each number of x0 flattened, or a
            scipy.optimize.Bounds.  For SciPy's Nelder-Mead, Powell, L-BFGS-B, TNC, SLSQP, COBYLA,
            COBYQA and trust-constr.
        constraints: one or a list of dicts {"type": "eq" | "ineq", "fun": c}, meaning c(params) = 0 or >= 0, and of
            scipy.optimize.NonlinearConstraint(c, lower, upper), with c written as `fun` is, giving a number or an
            array, and differentiated exactly; or LinearConstraint over x0 flattened.  For SciPy's SLSQP, COBYLA,
            COBYQA and trust-constr.
        callback: called after each iteration with a `Progress`; StopIteration out of it ends the run.
        options: of the method: for ours the fields of its class, for SciPy's its own.

    Returns:
        A `MinimizeResult`.  Not to converge is no exception: look at `converged` and `message`.

    Raises:
        TypeError: a leaf of x0 is not floating-point, or fun returns no Tensor, or an argument is of no right type.
        ValueError: fun's value is no single number, does not depend on x0, or is NaN or infinite at x0; or method or
            options are unknown; or bounds or constraints are given to a method that has none.
        ImportError: a method of SciPy's, and it is not installed; the message names the extra.

    >>> import numpy as np
    >>> from autograd_lite import optim
    >>> def rosenbrock(p):
    ...     return 100 * (p["y"] - p["x"] ** 2) ** 2 + (1 - p["x"]) ** 2
    >>> result = optim.minimize(rosenbrock, {"x": -1.2, "y": 1.0})
    >>> result.converged, {key: round(value, 9) for key, value in result.x.items()}
    (True, {'x': 1.0, 'y': 1.0})
    """
    check_known("minimize", unknown)
    chosen = _method_of(method)
    tol = None if tol is None else not_negative("tol", tol)
    maxiter = None if maxiter is None else count("maxiter", maxiter)
    structure = Structure(x0)
    problem = Problem(fun, structure)
    if chosen not in METHODS:
        return minimize_with_scipy(
            problem, chosen, tol=tol, maxiter=maxiter, bounds=bounds, constraints=constraints, callback=callback,
            options=options or {},
        )  # fmt: skip
    for name, given in (("bounds", bounds is not None), ("constraints", bool(constraints))):
        if given:
            able = [kind.name for kind in KINDS.values() if getattr(kind, name)]
            raise ValueError(f'method "{chosen}" takes no {name}; these of SciPy\'s do: {able}')
    ours = METHODS[chosen].of(options or {})
    limit = math.sqrt(structure.eps) if tol is None else tol

    def arrived(point: Point) -> str | None:
        if point.norm > limit or point.saddle:
            return None
        return f"converged: the gradient's norm {point.norm:.3g} is at most tol={limit:.3g}"

    maxiter = max(1000, 200 * structure.size) if maxiter is None else maxiter
    steps = ours.steps(problem, problem.first())
    point, stop, history = descend(steps, arrived, structure.rebuild, maxiter, callback)
    return MinimizeResult(
        x=structure.rebuild(point.x),
        fun=point.fun,
        grad=structure.rebuild(point.grad),
        grad_norm=point.norm,
        converged=stop.converged,
        message=stop.message,
        method=chosen,
        iterations=len(history) - 1,
        evaluations=problem.evaluations,
        history=history,
        hessian=point.hessian,
    )


def _method_of(method: Any) -> str:
    """Ours by its name; SciPy's by its own."""
    if isinstance(method, str):
        name = method.lower()
        if name in METHODS:
            return name
        kind = KINDS.get(name.removeprefix(PREFIX))
        if kind is not None:
            return kind.name
        if name in ("lm", "levenberg-marquardt", "gauss-newton"):
            raise ValueError(
                f"method={method!r} is for sums of squares: call optim.least_squares(residuals, x0, "
                f'method="{"levenberg-marquardt" if name == "lm" else name}")'
            )
    raise ValueError(
        f"method={method!r} is unknown; ours are {list(METHODS)}, SciPy's {[kind.name for kind in KINDS.values()]} "
        f'(prefixed with "{PREFIX}" where the name is also ours)'
    )
