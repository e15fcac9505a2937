"""SciPy's methods of minimisation, fed with exact derivatives.

SciPy works on one float64 vector and asks for values, gradients, Hessians and products with them separately; here
each is computed once per point.  Constraints get exact Jacobians, and for trust-constr exact second derivatives.
SciPy is imported when one of its methods is asked for: the extra "scipy".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from .problem import Curvature, Point, Problem
from .residuals import ResidualPoint, Residuals
from .result import MinimizeResult, Progress, Step
from .structure import Array, Structure

PREFIX = "scipy:"


@dataclass(frozen=True)
class Kind:
    """What one of SciPy's methods is called, what it uses and what it can."""

    name: str
    gradient: bool = True
    hessian: str | None = None
    bounds: bool = False
    constraints: bool = False


KINDS: dict[str, Kind] = {
    kind.name.lower(): kind
    for kind in (
        Kind("Nelder-Mead", gradient=False, bounds=True),
        Kind("Powell", gradient=False, bounds=True),
        Kind("CG"),
        Kind("BFGS"),
        Kind("Newton-CG", hessian="hessp"),
        Kind("L-BFGS-B", bounds=True),
        Kind("TNC", bounds=True),
        Kind("COBYLA", gradient=False, bounds=True, constraints=True),
        Kind("COBYQA", gradient=False, bounds=True, constraints=True),
        Kind("SLSQP", bounds=True, constraints=True),
        Kind("trust-constr", hessian="hessp", bounds=True, constraints=True),
        Kind("dogleg", hessian="hess"),
        Kind("trust-ncg", hessian="hessp"),
        Kind("trust-krylov", hessian="hessp"),
        Kind("trust-exact", hessian="hess"),
    )
}


def scipy_optimize(wanted: str) -> Any:
    """The module scipy.optimize.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return import_module("scipy.optimize")
    except ImportError:
        raise ImportError(
            f'{wanted} is SciPy\'s, which is not installed: pip install "autograd_lite[scipy]", or use a method of ours'
        ) from None


class Evaluator:
    """Value, gradient and curvature at the point that SciPy asks about, each computed once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._point: Point | None = None
        self._asked: Array = np.zeros(0)
        self._curvature: tuple[Point, Curvature] | None = None

    def point(self, x: Array) -> Point:
        if self._point is None or not np.array_equal(x, self._asked):
            self._asked = np.array(x, np.float64)
            self._point = self.problem.point(self._asked)
        return self._point

    def curvature(self, x: Array) -> Curvature:
        point = self.point(x)
        if self._curvature is None or self._curvature[0] is not point:
            self._curvature = point, self.problem.curvature(point.x)
        return self._curvature[1]

    def hessian(self, x: Array) -> Array:
        point = self.point(x)
        if point.hessian is None:
            point.hessian = self.curvature(x).dense()
        return point.hessian


def minimize_with_scipy(
    problem: Problem,
    method: str,
    *,
    tol: float | None,
    maxiter: int | None,
    bounds: Any,
    constraints: Any,
    callback: Callable[[Progress], object] | None,
    options: Mapping[str, Any],
) -> MinimizeResult:
    """As `minimize`, by one of SciPy's methods."""
    kind = KINDS[method.lower()]
    optimize = scipy_optimize(f'method "{method}"')
    structure = problem.structure
    known = _listed(constraints)
    for name, given in (("bounds", bounds is not None), ("constraints", bool(known))):
        if given and not getattr(kind, name):
            able = [other.name for other in KINDS.values() if getattr(other, name)]
            raise ValueError(f'method "{method}" takes no {name}; these of SciPy\'s do: {able}')
    asked: dict[str, Any] = {
        "method": method, "tol": tol, "options": dict(options), "bounds": _bounds(optimize, bounds, structure),
        "constraints": [_constraint(optimize, given, structure, i, method) for i, given in enumerate(known)],
    }  # fmt: skip
    if maxiter is not None:
        asked["options"]["maxfun" if method == "TNC" else "maxiter"] = maxiter
    at = Evaluator(problem)
    first = at.point(structure.start)
    if not math.isfinite(first.fun) or (kind.gradient and not np.isfinite(first.grad).all()):
        problem.first()  # says what is not finite, and where
        raise ValueError(f"fun is {first.fun} at x0; start where it is finite")
    if kind.gradient:
        asked["jac"] = lambda x: at.point(x).grad
    if kind.hessian == "hess":
        asked["hess"] = at.hessian
    elif kind.hessian == "hessp":
        asked["hessp"] = lambda x, v: at.curvature(x).product(np.ravel(v))

    def step_at(point: Point) -> Step:
        return Step(point.fun, point.norm if kind.gradient else math.nan)

    history = [step_at(first)]
    ended: list[Point] = []

    def follow(x: Array, *_: Any) -> None:
        point = at.point(x)
        history.append(step_at(point))
        if callback is not None:
            step = history[-1]
            try:
                callback(Progress(len(history) - 1, structure.rebuild(point.x), step.fun, step.grad_norm))
            except StopIteration:
                ended.append(point)
                raise _StoppedError from None

    found: Mapping[str, Any]
    try:
        found = optimize.minimize(lambda x: at.point(x).fun, structure.start.copy(), callback=follow, **asked)
    except _StoppedError:
        found = {"x": ended[0].x, "success": False, "message": "stopped by the callback", "nit": len(history) - 1}
    point = at.point(found["x"])
    return MinimizeResult(
        x=structure.rebuild(point.x),
        fun=point.fun,
        grad=structure.rebuild(point.grad) if kind.gradient else None,
        grad_norm=step_at(point).grad_norm,
        converged=bool(found["success"]),
        message=str(found["message"]),
        method=method,
        iterations=int(found.get("nit", len(history) - 1)),
        evaluations=problem.evaluations,
        history=history,
        hessian=point.hessian,
        multipliers=found.get("multipliers", found.get("v")),
    )


class _StoppedError(Exception):
    """The callback has asked to end; SciPy catches StopIteration in some of its methods only."""


def _listed(constraints: Any) -> list[Any]:
    if constraints is None:
        return []
    return list(constraints) if isinstance(constraints, (list, tuple)) else [constraints]


def _bounds(optimize: Any, bounds: Any, structure: Structure) -> Any:
    if bounds is None or isinstance(bounds, optimize.Bounds):
        return bounds
    if _as_scipy_reads(bounds, structure.size):
        bounds = [[pair[side] for pair in bounds] for side in (0, 1)]
        lower, upper = (
            np.array([default if one is None else float(one) for one in side])
            for side, default in zip(bounds, (-math.inf, math.inf), strict=True)
        )
    elif isinstance(bounds, (list, tuple)) and len(bounds) == 2:
        lower, upper = (
            structure.spread(default if side is None else side, f"bounds[{i}]", default)
            for i, (side, default) in enumerate(zip(bounds, (-math.inf, math.inf), strict=True))
        )
    else:
        raise ValueError(
            f"bounds={bounds!r} must be a tuple (lower, upper), each None, a number, or a structure like x0; a "
            f"list of pairs, one for each of the {structure.size} numbers in x0; or a "
            "scipy.optimize.Bounds over x0 flattened"
        )
    wrong = np.flatnonzero(~(lower <= upper))
    if wrong.size:
        leaf = next(leaf for leaf in structure.leaves if leaf.start <= wrong[0] < leaf.stop)
        raise ValueError(
            f"bounds of {leaf.path}: lower {lower[wrong[0]]} is not at most upper {upper[wrong[0]]}; "
            "pass them as a tuple (lower, upper), or as a list of pairs"
        )
    return optimize.Bounds(lower, upper)


def _as_scipy_reads(bounds: Any, n: int) -> bool:
    """Whether bounds are n pairs, and not (lower, upper); raises where they may be either."""
    if not isinstance(bounds, (list, tuple)) or len(bounds) != n:
        return False
    literal = all(isinstance(pair, (list, tuple)) and len(pair) == 2 and _numbers(pair) for pair in bounds)
    if n != 2 or (isinstance(bounds, list) and literal):
        return literal
    tuples = isinstance(bounds, tuple) and literal and all(isinstance(pair, tuple) for pair in bounds)
    arrays = isinstance(bounds, list) and all(np.shape(pair) == (2,) for pair in bounds)
    if tuples or arrays:
        raise ValueError(
            f"bounds={bounds!r} may mean a pair for each of the two numbers in x0, or (lower, upper); write a list of "
            "tuples, [(low, high), (low, high)], for pairs, or a tuple of arrays or lists, ([low, low], [high, high])"
        )
    return False


def _numbers(pair: Any) -> bool:
    return all(one is None or (np.ndim(one) == 0 and isinstance(one, (int, float, np.number))) for one in pair)


def _constraint(optimize: Any, given: Any, structure: Structure, index: int, method: str) -> Any:
    """A constraint over params as SciPy's over a vector, with its exact derivatives."""
    name = f"constraints[{index}]"
    if isinstance(given, optimize.LinearConstraint):
        return given
    if isinstance(given, optimize.NonlinearConstraint):
        c = _Constraint(given.fun, structure, name)
        return optimize.NonlinearConstraint(
            c.value, given.lb, given.ub, jac=c.jacobian, hess=c.hessian, keep_feasible=given.keep_feasible
        )
    if isinstance(given, dict):
        surplus = sorted(given.keys() & {"jac", "args"})
        if surplus:
            raise ValueError(
                f"{name} has {surplus}: derivatives are the engine's and exact, and fun can close over further "
                "arguments; drop these keys"
            )
        if set(given) != {"type", "fun"} or given["type"] not in ("eq", "ineq") or not callable(given["fun"]):
            raise ValueError(
                f'{name} must be {{"type": "eq" or "ineq", "fun": a function of params}}, its derivatives are the '
                f"engine's; not {given!r}"
            )
        c = _Constraint(given["fun"], structure, name)
        if method == "trust-constr":  # would estimate the second derivatives of a dict's function
            upper = 0.0 if given["type"] == "eq" else math.inf
            return optimize.NonlinearConstraint(c.value, 0.0, upper, jac=c.jacobian, hess=c.hessian)
        return {"type": given["type"], "fun": c.value, "jac": c.jacobian}
    raise TypeError(
        f"{name} is a {type(given).__name__}; pass a dict with type and fun, or SciPy's NonlinearConstraint or "
        "LinearConstraint"
    )


class _Constraint:
    """c(params) over a vector."""

    def __init__(self, fun: Callable[[Any], Any], structure: Structure, name: str) -> None:
        self._residuals = Residuals(fun, structure, name)
        self._point: ResidualPoint | None = None
        self._asked: Array = np.zeros(0)
        self._fun, self._structure = fun, structure

    def _at(self, x: Array) -> ResidualPoint:
        if self._point is None or not np.array_equal(x, self._asked):
            self._asked = np.array(x, np.float64)
            self._point = self._residuals.point(self._asked)
        return self._point

    def value(self, x: Array) -> Array:
        return self._at(x).residuals

    def jacobian(self, x: Array) -> Array:
        return self._at(x).jacobian

    def hessian(self, x: Array, v: Array) -> Array:
        """That of vᵀc."""
        shape = self._at(x).shape
        weights = np.reshape(v, shape)
        lagrangian = Problem(lambda params: (self._fun(params) * weights).sum(), self._structure)
        return lagrangian.curvature(x).dense()
